/*
 * What a routing daemon was told and has confirmed, from one program to the next.
 *
 * The connection goes along while it is silent: a look that runs is waited for, no other begins,
 * and a change that waits to be put together is made first. What may not wait, a withdraw, still
 * goes out. A daemon that owes answers for too long is left, and found again by the next program as
 * one that has restarted.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "announce/daemon.h"
#include "base/alloc.h"
#include "wire/state_table.h"

enum {
	TAG_NEIGHBOR = 1, /* one for each, in order: their numbers are in masks */
	TAG_ROUTE = 2,
	TAG_CONNECTION = 3,
	TAG_KIND = 4, /* what bird.c and frr.c keep */

	/* of a route, behind its fields; without a record it is NULL */
	TAG_TEXT = 40,
	TAG_LOADED = 41,
};

static const struct state_field daemon_fields[] = {
	STATE_FIELD(20, STATE_BOOL, struct daemon, took_over),
	STATE_FIELD(21, STATE_BOOL, struct daemon, released),
	STATE_FIELD(22, STATE_NUMBER, struct daemon, file_turn),
	STATE_FIELD(23, STATE_NUMBER, struct daemon, load_turn),
	STATE_FIELD(24, STATE_TEXT, struct daemon, refused),
	STATE_FIELD(25, STATE_TEXT, struct daemon, retried),
	STATE_FIELD(26, STATE_TEXT, struct daemon, away),
};

static const struct state_table daemon_table = STATE_TABLE(daemon_fields);

static const struct state_field neighbor_fields[] = {
	STATE_FIELD(1, STATE_TEXT, struct daemon_neighbor, name),
	STATE_FIELD(2, STATE_TEXT, struct daemon_neighbor, state),
	STATE_FIELD(3, STATE_TEXT, struct daemon_neighbor, address),
	STATE_FIELD(4, STATE_TEXT, struct daemon_neighbor, why),
	STATE_FIELD(5, STATE_NUMBER, struct daemon_neighbor, local_as),
	STATE_FIELD(6, STATE_NUMBER, struct daemon_neighbor, peer_as),
	STATE_FIELD(7, STATE_BOOL, struct daemon_neighbor, established),
	STATE_FIELD(8, STATE_BOOL, struct daemon_neighbor, ipv4),
	STATE_FIELD(9, STATE_BOOL, struct daemon_neighbor, ipv6),
	STATE_FIELD(10, STATE_INSTANT, struct daemon_neighbor, since),
};

static const struct state_table neighbor_table = STATE_TABLE(neighbor_fields);

static const struct state_field route_fields[] = {
	STATE_FIELD(1, STATE_IP, struct daemon_route, prefix.addr),
	STATE_FIELD(2, STATE_NUMBER, struct daemon_route, prefix.len),
	STATE_FIELD(3, STATE_BOOL, struct daemon_route, wanted),
	STATE_FIELD(4, STATE_BOOL, struct daemon_route, on),
	STATE_FIELD(5, STATE_NUMBER, struct daemon_route, exported),
	STATE_FIELD(6, STATE_BOOL, struct daemon_route, told),
	STATE_FIELD(7, STATE_BOOL, struct daemon_route, withdrawing),
	STATE_FIELD(8, STATE_NUMBER, struct daemon_route, had),
};

static const struct state_table route_table = STATE_TABLE(route_fields);

/* ---- the one that goes ---- */

void
daemon_slow_down(struct announcer *a)
{
	daemon_of(a)->still = true;
}

bool
daemon_waits_for(const struct announcer *a, char *why, size_t size)
{
	const struct daemon *d = daemon_of_const(a);

	if (dialogue_waiting(d->dialogue) == 0 && !d->applying && instant_is_never(d->gather_since))
		return false;
	(void)snprintf(why, size, "%s has not answered yet", d->kind->name);
	return true;
}

void
daemon_freeze(struct announcer *a)
{
	(void)a; /* nothing runs beside the loop */
}

static void
save_route(const struct daemon_route *r, struct state_writer *w, struct instant now)
{
	size_t mark = state_begin(w, TAG_ROUTE);

	state_save(w, &route_table, r, now);
	if (r->text != NULL)
		state_text(w, TAG_TEXT, r->text);
	if (r->loaded != NULL)
		state_text(w, TAG_LOADED, r->loaded);
	state_end(w, mark);
}

void
daemon_save(const struct announcer *a, struct handover *h, struct instant now)
{
	const struct daemon *d = daemon_of_const(a);
	struct state_writer *w = &h->state;
	size_t mark;

	state_save(w, &daemon_table, d, now);
	for (size_t i = 0; i < d->neighbor_count; i++) {
		mark = state_begin(w, TAG_NEIGHBOR);
		state_save(w, &neighbor_table, &d->neighbors[i], now);
		state_end(w, mark);
	}
	for (size_t i = 0; i < d->route_count; i++)
		save_route(&d->routes[i], w, now);
	mark = state_begin(w, TAG_KIND);
	d->kind->save(d, w);
	state_end(w, mark);
	mark = state_begin(w, TAG_CONNECTION);
	dialogue_save(d->dialogue, h);
	state_end(w, mark);
}

void
daemon_go_on(struct announcer *a)
{
	struct daemon *d = daemon_of(a);

	d->still = false;
	if (!d->ready)
		return;
	if (d->refused[0] != '\0')
		daemon_retry_later(d);
	announcer_flush(a);
	daemon_look(d);
}

/* They are the daemon's: none can be lost with us. */
struct announcer_kept_sessions
daemon_kept_sessions(const struct announcer *a)
{
	return (struct announcer_kept_sessions){ .established = daemon_of_const(a)->kept };
}

/* ---- the one that comes ---- */

/* A text of its own; NULL: there is none, or none that is a text. */
static char *
load_text(struct reader records, uint16_t tag)
{
	struct reader value;
	uint16_t found;

	while (state_next(&records, &found, &value)) {
		size_t len = reader_left(&value);
		char *text;

		if (found != tag)
			continue;
		text = xcalloc(len + 1, 1);
		if (len > 0)
			memcpy(text, reader_bytes(&value, len), len);
		return text;
	}
	return NULL;
}

static bool
load_route(struct daemon *d, struct reader records, struct instant base)
{
	uint64_t known =
	    d->neighbor_count < 64 ? (UINT64_C(1) << d->neighbor_count) - 1 : UINT64_MAX;
	struct daemon_route loaded = { 0 }, *r;

	if (!state_load(&route_table, records, base, &loaded) ||
	    loaded.prefix.addr.family == IP_NONE ||
	    !prefix_equal(loaded.prefix, prefix_host(loaded.prefix.addr)))
		return false;
	r = daemon_route_at(d, loaded.prefix);
	if (r->text != NULL || r->loaded != NULL || r->wanted)
		return false; /* twice */
	*r = loaded;
	r->exported &= known;
	r->had &= known;
	r->text = load_text(records, TAG_TEXT);
	r->loaded = load_text(records, TAG_LOADED);
	return r->text != NULL || !r->wanted;
}

static bool
load_neighbor(struct daemon *d, struct reader records, struct instant base)
{
	struct daemon_neighbor *n = &d->neighbors[d->neighbor_count];

	if (d->neighbor_count == DAEMON_NEIGHBORS_MAX ||
	    !state_load(&neighbor_table, records, base, n))
		return false;
	d->neighbor_count++;
	d->kept += n->established;
	return true;
}

/* Neighbors come first, whatever their order is: the masks are of them. */
static int
load(struct daemon *d, struct reader records, struct instant base, struct err *e)
{
	bool fine = state_load(&daemon_table, records, base, d);
	struct reader left = records, value;
	uint16_t tag;

	while (state_next(&left, &tag, &value))
		fine = fine && (tag != TAG_NEIGHBOR || load_neighbor(d, value, base));
	left = records;
	while (state_next(&left, &tag, &value))
		fine = fine && (tag != TAG_ROUTE || load_route(d, value, base));
	if (!fine)
		return err_set(
		    e, -EBADMSG, "what %s was told cannot be read from the state", d->kind->name);
	d->kind->load(d, state_find(records, TAG_KIND));
	return 0;
}

int
announcer_resume_daemon(sd_event *loop, const struct daemon_conf *conf,
    const struct announcer_events *events, struct inheritance *in, struct reader records,
    struct instant base, struct announcer **ret, struct err *e)
{
	struct daemon *d;
	int r = daemon_new(loop, conf, events, &d, e);

	if (r < 0)
		return r;
	r = load(d, records, base, e);
	if (r >= 0)
		r = dialogue_resume(loop, d->kind->language, d->conf.socket,
		    &daemon_dialogue_events, d, in, state_find(records, TAG_CONNECTION),
		    &d->dialogue, e);
	if (r < 0) {
		announcer_free(&d->announcer);
		return r;
	}
	/* it stands still until announcer_go_on() */
	d->still = true;
	d->ready = dialogue_is_up(d->dialogue);
	*ret = &d->announcer;
	return 0;
}

int
announcer_check_daemon_past(
    const struct daemon_conf *conf, struct reader records, struct instant base, struct err *e)
{
	_cleanup_(sd_event_unrefp) sd_event *loop = NULL;
	const struct announcer_events nobody = { 0 };
	struct daemon *d;
	int r = sd_event_new(&loop);

	if (r < 0)
		return err_errno(e, r, "event loop");
	r = daemon_new(loop, conf, &nobody, &d, e);
	if (r < 0)
		return r;
	r = load(d, records, base, e);
	announcer_free(&d->announcer);
	return r;
}
