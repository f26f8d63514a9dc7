#include "announce/neighbor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "announce/neighbor_internal.h"
#include "base/alloc.h"
#include "base/log.h"

/* UPDATEs are handed to the kernel in batches, so many in one turn; the loop comes by for more. */
#define BATCH_MAX (BGP_EXTENDED_MESSAGE_MAX + 1)
#define BATCHES_A_TURN 4

/* How long until we try again: "now" when that runs, "none" when we wait for the neighbor. */
static char *
next_attempt(const struct neighbor *n, char buf[static DURATION_STR_MAX])
{
	const struct bgp_info *info = bgp_session_info(n->session);
	struct instant at = info->next_attempt;

	if (info->state != BGP_IDLE && info->state != BGP_ACTIVE)
		return memcpy(buf, "now", sizeof("now"));
	if (instant_is_never(at))
		return memcpy(buf, "none", sizeof("none"));
	return duration_format(
	    DURATION_MS(MAX(duration_ms(instant_diff(at, clock_now())), INT64_C(0))), buf);
}

/* An attempt came to nothing. */
static void
report_failure(struct neighbor *n, const char *why, const char *address, const char *next)
{
	char note[FAILURE_LIMIT_NOTE_MAX];
	uint64_t left_out;

	if (n->stopped) /* as asked for */
		log_info("neighbor %s: %s address=%s as=%u", n->conf.name, why, address,
		    n->conf.peer_as);
	else if (failure_limit_take(&n->failures, why, clock_now(), &left_out))
		log_warning("neighbor %s: %s address=%s as=%u next_attempt=%s%s", n->conf.name, why,
		    address, n->conf.peer_as, next, failure_limit_note(left_out, note));
}

static void
report(struct neighbor *n, const struct bgp_actions *actions)
{
	char address[NEIGHBOR_ADDRESS_MAX], next[DURATION_STR_MAX];
	struct log_about about = { .event = "neighbor-up", .neighbor = n->conf.name };

	if (actions->change == BGP_CHANGE_NONE) /* most messages */
		return;
	(void)neighbor_conf_address(&n->conf, address);
	(void)next_attempt(n, next);
	switch (actions->change) {
	case BGP_CHANGE_NONE:
		return;
	case BGP_CHANGE_UP:
		log_line_about(LOG_LEVEL_NOTICE, &about, "neighbor %s is up: %s address=%s as=%u",
		    n->conf.name, actions->why, address, n->conf.peer_as);
		n->failures.last[0] = '\0'; /* worth saying again */
		break;
	case BGP_CHANGE_DOWN:
		about.event = "neighbor-down";
		log_line_about(LOG_LEVEL_NOTICE, &about,
		    "neighbor %s is down: %s address=%s as=%u next_attempt=%s", n->conf.name,
		    actions->why, address, n->conf.peer_as, next);
		break;
	case BGP_CHANGE_FAILED:
		report_failure(n, actions->why, address, next);
		return;
	}
	n->events->changed(
	    n->events->userdata, n, actions->change == BGP_CHANGE_UP, actions->why);
}

static void
apply(struct neighbor *n, const struct bgp_actions *actions)
{
	for (enum bgp_way way = 0; way < BGP_WAY_MAX; way++) {
		struct neighbor_connection *c = n->connections[way];
		size_t len = actions->send[way].len;
		bool stuck = false;

		if (c && actions->reset[way])
			stream_reset_at_end(c->stream);
		if (c && len > 0)
			stuck = stream_write(c->stream, actions->send[way].bytes, len) < 0;
		if (actions->close[way] || stuck)
			neighbor_close_connection(n, way, len > 0 && !stuck);
		if (stuck && !actions->close[way])
			(void)neighbor_input(n, &(struct bgp_event){ .type = BGP_EVENT_CLOSED,
						    .way = way,
						    .text = "it does not read what we send" });
	}
	if (actions->dial)
		neighbor_dial(n);
	report(n, actions);
}

/* After one event or many: what is to be said, and when to wake up. */
static void
settle(struct neighbor *n)
{
	timer_set(&n->timer, bgp_session_deadline(n->session));
	neighbor_send_updates(n);
	n->events->progress(n->events->userdata);
}

static void
take(struct neighbor *n, const struct bgp_event *event, struct instant now, struct bgp_actions *ret)
{
	enum bgp_state before = bgp_session_info(n->session)->state;

	bgp_session_input(n->session, event, now, ret);
	if (n->dump)
		dump_state(n->dump, before, bgp_session_info(n->session)->state, ret->why);
	apply(n, ret);
}

size_t
neighbor_input(struct neighbor *n, const struct bgp_event *event)
{
	struct bgp_actions actions;

	take(n, event, clock_now(), &actions);
	settle(n);
	return actions.consumed;
}

void
neighbor_take_bytes(struct neighbor *n, enum bgp_way way, const uint8_t *bytes, size_t len)
{
	const struct neighbor_connection *c = n->connections[way];
	struct instant now = clock_now();
	struct bgp_actions actions;

	/* the session takes one message at a time, and may close the connection over any of them */
	while (len > 0 && n->connections[way] == c && !c->connecting) {
		struct bgp_event event = {
			.type = BGP_EVENT_BYTES, .way = way, .bytes = bytes, .len = len
		};

		take(n, &event, now, &actions);
		bytes += actions.consumed;
		len -= actions.consumed;
	}
	settle(n);
}

/* As much as fits of what the peer needs; the bytes. */
static size_t
gather(struct neighbor *n, uint8_t buf[static BATCH_MAX])
{
	size_t len = 0, more;

	while (BATCH_MAX - len >= BGP_MESSAGE_MAX &&
	    (more = bgp_session_next_update(n->session, buf + len, BATCH_MAX - len)) > 0)
		len += more;
	return len;
}

static void
send_updates(struct neighbor *n, struct neighbor_connection *c)
{
	/* empty between calls; too large to clear it for each of them */
	static uint8_t buf[BATCH_MAX];

	for (int i = 0; i < BATCHES_A_TURN; i++) {
		/* behind bytes that wait, changes are better kept where they can still be merged */
		if (stream_pending(c->stream) > 0)
			return;
		size_t len = gather(n, buf);
		if (len == 0)
			return;
		(void)stream_write(c->stream, buf, len); /* into an empty buffer: it fits */
	}
	stream_ask_writable(c->stream);
}

/* Tells the session how far the socket is. */
static void
tell_sent(struct neighbor *n, const struct neighbor_connection *c)
{
	bgp_session_sent(
	    n->session, stream_taken(c->stream), stream_pending(c->stream), clock_now());
}

/* Before the peer is told of the first route: if this program hangs, it shall forget them all. */
static void
prepare_last_words(struct neighbor *n, struct neighbor_connection *c)
{
	uint8_t buf[BGP_SEND_MAX];

	if (!stream_has_last_words(c->stream))
		stream_set_last_words(c->stream, buf,
		    bgp_session_last_words(n->session, "nearcastd has stalled", buf));
}

void
neighbor_send_updates(struct neighbor *n)
{
	struct neighbor_connection *c = n->connections[bgp_session_way(n->session)];

	if (c == NULL || bgp_session_info(n->session)->state != BGP_ESTABLISHED)
		return;
	prepare_last_words(n, c);
	tell_sent(n, c);
	send_updates(n, c);
	tell_sent(n, c);
	timer_set(&n->timer, bgp_session_deadline(n->session));
}

void
neighbor_start(struct neighbor *n)
{
	n->stopped = false;
	(void)neighbor_input(n, &(struct bgp_event){ .type = BGP_EVENT_START });
}

bool
neighbor_go_on(struct neighbor *n)
{
	bool established = bgp_session_info(n->session)->state == BGP_ESTABLISHED;

	for (enum bgp_way way = 0; way < BGP_WAY_MAX; way++) {
		struct neighbor_connection *c = n->connections[way];

		if (c && !c->heard && !c->connecting)
			neighbor_expect_bytes(n);
		if (c == NULL && bgp_session_connection(n->session, way) != BGP_IDLE)
			(void)neighbor_input(n, &(struct bgp_event){ .type = BGP_EVENT_CLOSED,
						    .way = way,
						    .text = "it was lost in an upgrade" });
	}
	settle(n);
	return !established || bgp_session_info(n->session)->state == BGP_ESTABLISHED;
}

void
neighbor_stop(struct neighbor *n, const char *text)
{
	n->stopped = true;
	bgp_session_withdraw_all(n->session);
	neighbor_send_updates(n);
	(void)neighbor_input(n, &(struct bgp_event){ .type = BGP_EVENT_STOP, .text = text });
}

void
neighbor_adjust(struct neighbor *n, const struct neighbor_conf *conf)
{
	struct bgp_conf bgp;

	n->conf.connect_retry = conf->connect_retry;
	n->conf.idle_hold = conf->idle_hold;
	n->conf.idle_hold_max = conf->idle_hold_max;
	n->conf.user_timeout = conf->user_timeout;
	n->conf.prefix_limit = conf->prefix_limit;
	if (neighbor_conf_session(&n->conf, &bgp, NULL) >= 0)
		bgp_session_adjust(n->session, &bgp);
	for (enum bgp_way way = 0; way < BGP_WAY_MAX; way++) {
		if (n->connections[way])
			tcp_watch_peer(stream_fd(n->connections[way]->stream),
			    neighbor_conf_patience(&n->conf));
	}
	timer_set(&n->timer, bgp_session_deadline(n->session));
}

void
neighbor_bfd_changed(void *userdata, bool up, const char *why)
{
	struct bgp_event event = { .type = up ? BGP_EVENT_BFD_UP : BGP_EVENT_BFD_DOWN,
		.text = why };

	(void)neighbor_input(userdata, &event);
}

static void
on_timer(struct timer *t, struct instant now)
{
	struct neighbor *n = container_of(t, struct neighbor, timer);
	const struct neighbor_connection *c = n->connections[bgp_session_way(n->session)];
	const struct neighbor_connection *dialled = n->connections[BGP_DIALLED];
	bool unanswered = dialled && dialled->connecting;
	char text[BGP_WHY_MAX];

	(void)now;
	if (c)
		tell_sent(n, c);
	if (unanswered)
		neighbor_failure(n, false, -ETIMEDOUT, "", text, sizeof(text));
	(void)neighbor_input(
	    n, &(struct bgp_event){ .type = BGP_EVENT_TIMER, .text = unanswered ? text : NULL });
}

int
neighbor_new(sd_event *loop, const struct neighbor_conf *conf, const struct neighbor_past *past,
    const struct neighbor_events *events, struct neighbor **ret, struct err *e)
{
	struct bgp_conf bgp;
	uint64_t seed = 0;
	int r = neighbor_conf_session(conf, &bgp, e);

	if (r < 0)
		return r;

	struct neighbor *n = xcalloc(1, sizeof(*n));
	n->conf = neighbor_conf_copy(conf);
	n->loop = loop;
	n->events = events;
	list_init(&n->finishing);
	list_init(&n->leaving);
	(void)getrandom(&seed, sizeof(seed), GRND_NONBLOCK); /* jitter, no secret */
	n->session = bgp_session_new(&bgp, seed);
	r = timer_init(&n->timer, loop, on_timer);
	if (r >= 0)
		r = timer_init(&n->silence_timer, loop, neighbor_silence_look);
	if (r < 0)
		(void)err_errno(e, r, "neighbor %s: timer", conf->name);
	if (r >= 0 && past)
		r = neighbor_load(n, &bgp, past, e);
	if (r < 0) {
		neighbor_free(n);
		return r;
	}
	*ret = n;
	return 0;
}

void
neighbor_free(struct neighbor *n)
{
	if (n == NULL)
		return;
	list_remove(&n->leaving);
	timer_done(&n->timer);
	timer_done(&n->silence_timer);
	neighbor_drop_connections(n);
	bgp_session_free(n->session);
	dump_free(n->dump);
	neighbor_conf_done(&n->conf);
	free(n);
}
