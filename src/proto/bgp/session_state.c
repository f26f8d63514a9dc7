/* A session from one program to the next: its tables, what they leave out, and whether it fits. */
#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "proto/bgp/session_internal.h"

enum {
	/* behind those of bgp_session_table */
	TAG_RECEIVED = 40, /* of the dialled connection; of the accepted one with one more */
	TAG_HAS_PEER_OPEN = 42,
	TAG_RIB = 43,
	TAG_WATCHED = 44, /* one for each prefix that the peer sends */
};

static const uint8_t *
received(const struct bgp_connection *c)
{
	return c->rx_long ? c->rx_long : c->rx;
}

void
bgp_session_save(const struct bgp_session *s, struct state_writer *w, struct instant now)
{
	size_t mark;

	state_save(w, &bgp_session_table, s, now);
	for (enum bgp_way way = 0; way < BGP_WAY_MAX; way++)
		state_bytes(w, (uint16_t)(TAG_RECEIVED + way), received(&s->connections[way]),
		    s->connections[way].rx_len);
	state_number(w, TAG_HAS_PEER_OPEN, s->info.peer_open != NULL);
	mark = state_begin(w, TAG_RIB);
	bgp_rib_out_save(&s->rib, w);
	state_end(w, mark);
	for (size_t i = 0; i < s->watch.count; i++) {
		if (!s->watch.items[i].seen.seen)
			continue;
		mark = state_begin(w, TAG_WATCHED);
		state_save(w, &bgp_watched_table, &s->watch.items[i], now);
		state_end(w, mark);
	}
}

/* ---- what follows from the rest ---- */

static bool
load_received(struct bgp_connection *c, struct reader bytes)
{
	size_t len = reader_left(&bytes);

	if (len >= BGP_EXTENDED_MESSAGE_MAX || (len > 0 && c->state < BGP_OPEN_SENT))
		return false;
	if (len > sizeof(c->rx))
		c->rx_long = xcalloc(1, BGP_EXTENDED_MESSAGE_MAX);
	reader_copy(&bytes, c->rx_long ? c->rx_long : c->rx, len);
	c->rx_len = len;
	return true;
}

static void
derive(struct bgp_session *s)
{
	for (enum bgp_way way = 0; way < BGP_WAY_MAX; way++) {
		struct bgp_connection *c = &s->connections[way];

		if (c->state < BGP_OPEN_CONFIRM)
			continue;
		c->negotiated = bgp_negotiate(&c->ours, &c->open);
		c->keepalive = bgp_keepalive_time(&s->conf, c->negotiated.hold_time_s);
	}
	if (s->up) {
		const struct bgp_connection *c = &s->connections[s->up_way];

		s->info.negotiated = c->negotiated;
		s->peering = bgp_peering_of(&s->conf, &c->negotiated, c->local);
	}
}

static bool
load_watched(struct bgp_session *s, struct reader records, struct instant base)
{
	struct reader value;
	uint16_t tag;

	while (state_next(&records, &tag, &value)) {
		struct bgp_watched w = { 0 };

		if (tag != TAG_WATCHED)
			continue;
		if (!state_load(&bgp_watched_table, value, base, &w) ||
		    w.prefix.len > ip_bits(w.prefix.addr.family) ||
		    bgp_watch_add(&s->watch, w.prefix) < 0)
			return false;
		bgp_watch_set(&s->watch, &w);
	}
	return reader_ok(&records);
}

/* ---- whether it fits ---- */

static bool
connection_fits(const struct bgp_session *s, enum bgp_way way)
{
	const struct bgp_connection *c = &s->connections[way];
	struct bgp_conf conf = s->conf;
	struct bgp_error e;

	if (c->state == BGP_ACTIVE || (c->state == BGP_CONNECT && way != BGP_DIALLED))
		return false;
	if (c->state < BGP_OPEN_SENT)
		return true;
	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++) {
		if (c->ours.families[f] && !s->conf.families[f])
			return false;
	}
	if (c->ours.as != s->conf.local_as || c->ours.id != ip_to_v4(s->conf.router_id) ||
	    c->ours.role >= BGP_ROLE_MAX)
		return false;
	memcpy(conf.families, c->ours.families, sizeof(conf.families));
	return c->state < BGP_OPEN_CONFIRM || bgp_open_check(&c->open, &conf, &e);
}

/* What only a session that stands has. */
static bool
is_bare(const struct bgp_session *s)
{
	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++) {
		const struct bgp_refresh_out *r = &s->refresh[f];

		if (r->wanted || r->begin_due || r->sending || s->rib.told[f] > 0 ||
		    s->rib.end_of_rib_due[f])
			return false;
	}
	if (s->rib.leaving.first > 0 || (!s->info.keeps && bgp_rib_out_holds_any(&s->rib)))
		return false;
	return instant_is_never(s->send_hold.at) && instant_is_never(s->send_hold.withdraw_at);
}

static bool
session_fits(const struct bgp_session *s)
{
	bool idle = true;

	for (enum bgp_way way = 0; way < BGP_WAY_MAX; way++) {
		const struct bgp_connection *c = &s->connections[way];

		if (!connection_fits(s, way) ||
		    (c->state == BGP_ESTABLISHED) != (s->up && s->up_way == way))
			return false;
		idle = idle && c->state == BGP_IDLE;
	}
	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++) {
		if (!s->conf.families[f] && (s->rib.wanted[f] > 0 || s->rib.told[f] > 0))
			return false;
	}
	if ((!s->started || bgp_session_waits_for_bfd(s)) &&
	    (!idle || !instant_is_never(s->retry_at)))
		return false;
	return s->up ? !s->info.keeps : is_bare(s);
}

/* ---- restoring ---- */

/* Nobody is called silent for a time in which nobody could listen. */
static void
forgive(struct bgp_session *s, struct duration gap)
{
	for (enum bgp_way way = 0; way < BGP_WAY_MAX; way++)
		s->connections[way].hold_at = instant_add(s->connections[way].hold_at, gap);
}

static bool
load(struct bgp_session *s, struct reader records, struct instant base)
{
	struct duration most = duration_cmp(s->conf.idle_hold, s->conf.idle_hold_max) > 0
				   ? s->conf.idle_hold
				   : s->conf.idle_hold_max;

	if (!state_load(&bgp_session_table, records, base, s))
		return false;
	for (enum bgp_way way = 0; way < BGP_WAY_MAX; way++) {
		if (!load_received(
			&s->connections[way], state_find(records, (uint16_t)(TAG_RECEIVED + way))))
			return false;
	}
	if (s->idle_hold.ns < 0 || duration_cmp(s->idle_hold, most) > 0)
		s->idle_hold = s->conf.idle_hold;
	if (state_find_number(records, TAG_HAS_PEER_OPEN, 0) == 1)
		s->info.peer_open = &s->peer_open;
	return bgp_rib_out_load(&s->rib, state_find(records, TAG_RIB)) &&
	       load_watched(s, records, base);
}

int
bgp_session_restore(const struct bgp_conf *conf, struct reader records, struct instant base,
    struct instant now, struct bgp_session **ret, struct err *e)
{
	struct bgp_session *s = bgp_session_new(conf, 0);
	struct bgp_actions none = { 0 };
	struct turn t = { .s = s, .now = now, .actions = &none };

	if (!load(s, records, base)) {
		bgp_session_free(s);
		return err_set(e, -EBADMSG, "the state of its BGP session cannot be read");
	}
	if (!session_fits(s)) {
		bgp_session_free(s);
		return err_set(e, -EINVAL,
		    "the state of its BGP session does not fit itself, or what is configured");
	}
	derive(s);
	forgive(s, instant_diff(now, base));
	bgp_session_update_info(&t);
	*ret = s;
	return 0;
}

enum bgp_state
bgp_session_connection(const struct bgp_session *s, enum bgp_way way)
{
	return s->connections[way].state;
}
