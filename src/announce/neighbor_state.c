/* A neighbor from one program to the next: its session, its connections, what was logged of it. */
#include "announce/neighbor_internal.h"
#include "base/log.h"
#include "wire/state_table.h"

enum {
	TAG_SESSION = 1,
	TAG_CONNECTION = 2, /* that we dialled; that we accepted has one more */
	TAG_FAILURES = 4,
	TAG_BFD = 5,
	TAG_DUMP = 6,

	/* of a connection, behind those of its stream */
	TAG_CONNECTING = 20,
	TAG_HEARD = 21,
	TAG_SILENCE_TOLD = 22,
};

static const struct state_field failure_fields[] = {
	STATE_FIELD(1, STATE_TEXT, struct failure_limit, last),
	STATE_FIELD(2, STATE_NUMBER, struct failure_limit, lines, .max = FAILURE_LIMIT_BURST),
	STATE_FIELD(3, STATE_INSTANT, struct failure_limit, next_free),
	STATE_FIELD(4, STATE_NUMBER, struct failure_limit, left_out),
	STATE_FIELD(5, STATE_BOOL, struct failure_limit, end_said),
};

static const struct state_table failure_table = STATE_TABLE(failure_fields);

static void
save_connection(const struct neighbor_connection *c, enum bgp_way way, struct handover *h)
{
	size_t mark = state_begin(&h->state, (uint16_t)(TAG_CONNECTION + way));

	stream_save(c->stream, h);
	state_number(&h->state, TAG_CONNECTING, c->connecting);
	state_number(&h->state, TAG_HEARD, c->heard);
	state_number(&h->state, TAG_SILENCE_TOLD, c->silence_told);
	state_end(&h->state, mark);
}

void
neighbor_save(const struct neighbor *n, struct handover *h, struct instant now)
{
	struct state_writer *w = &h->state;
	size_t mark = state_begin(w, TAG_SESSION);

	bgp_session_save(n->session, w, now);
	state_end(w, mark);
	for (enum bgp_way way = 0; way < BGP_WAY_MAX; way++) {
		if (n->connections[way])
			save_connection(n->connections[way], way, h);
	}
	mark = state_begin(w, TAG_FAILURES);
	state_save(w, &failure_table, &n->failures, now);
	state_end(w, mark);
	if (n->dump) {
		mark = state_begin(w, TAG_DUMP);
		dump_save(n->dump, h);
		state_end(w, mark);
	}
	if (n->bfd) {
		mark = state_begin(w, TAG_BFD);
		bfd_neighbor_save(n->bfd, h, now);
		state_end(w, mark);
	}
}

struct neighbor_past
neighbor_past_of(struct reader records, struct inheritance *in, struct instant base)
{
	struct reader bfd = state_find(records, TAG_BFD);

	return (struct neighbor_past){ .records = records,
		.in = in,
		.base = base,
		.has_bfd = reader_left(&bfd) > 0,
		.bfd = { .in = in, .records = bfd, .base = base } };
}

struct reader
neighbor_past_connection(const struct neighbor_past *past, enum bgp_way way)
{
	return state_find(past->records, (uint16_t)(TAG_CONNECTION + way));
}

void
neighbor_load_connection(struct neighbor_connection *c, struct reader records)
{
	c->connecting = state_find_number(records, TAG_CONNECTING, 0) == 1;
	c->heard = state_find_number(records, TAG_HEARD, 0) == 1;
	c->silence_told = state_find_number(records, TAG_SILENCE_TOLD, 0) == 1;
}

int
neighbor_load(struct neighbor *n, const struct bgp_conf *conf, const struct neighbor_past *past,
    struct err *e)
{
	struct reader session = state_find(past->records, TAG_SESSION);
	struct bgp_session *restored;
	int r = bgp_session_restore(conf, session, past->base, clock_now(), &restored, e);

	if (r < 0)
		return err_prefix(e, "neighbor %s", n->conf.name), r;
	bgp_session_free(n->session);
	n->session = restored;
	(void)state_load(
	    &failure_table, state_find(past->records, TAG_FAILURES), past->base, &n->failures);
	neighbor_dump_resume(n, past->in, state_find(past->records, TAG_DUMP));
	neighbor_resume_connections(n, past);
	return 0;
}

int
neighbor_check_past(
    const struct neighbor_conf *conf, const struct neighbor_past *past, struct err *e)
{
	struct bgp_session *session;
	struct bgp_conf bgp;
	int r = neighbor_conf_session(conf, &bgp, e);

	if (r < 0)
		return r;
	r = bgp_session_restore(
	    &bgp, state_find(past->records, TAG_SESSION), past->base, clock_now(), &session, e);
	if (r >= 0)
		bgp_session_free(session);
	if (r >= 0 && past->has_bfd && conf->bfd.enabled)
		r = bfd_check_past(conf, &past->bfd, e);
	if (r < 0)
		(void)err_prefix(e, "neighbor %s", conf->name);
	return r;
}
