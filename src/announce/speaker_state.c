/* The speaker from one program to the next. */
#include <stdio.h>
#include <string.h>

#include "announce/neighbor_internal.h"
#include "announce/speaker_internal.h"

enum {
	TAG_NEIGHBOR = 1,
	TAG_LISTENERS = 2,
	TAG_PENDING = 3,
	TAG_END_OF_RIB_RELEASED = 4,

	/* of a neighbor, behind its own */
	TAG_NAME = 40,
};

void
speaker_slow_down(struct announcer *base)
{
	struct speaker *a = speaker_of(base);

	bfd_driver_slow_down(a->bfd);
}

bool
speaker_waits_for(const struct announcer *base, char *why, size_t size)
{
	const struct speaker *a = speaker_of_const(base);

	for (size_t i = 0; i < a->neighbor_count; i++) {
		if (!bfd_neighbor_is_slowing(a->neighbors[i]->bfd))
			continue;
		(void)snprintf(why, size,
		    "neighbor %s does not answer BFD's poll, so it would not bear with the "
		    "silence",
		    a->neighbors[i]->conf.name);
		return true;
	}
	return false;
}

void
speaker_freeze(struct announcer *base)
{
	struct speaker *a = speaker_of(base);

	bfd_driver_freeze(a->bfd);
}

void
speaker_save(const struct announcer *base, struct handover *h, struct instant now)
{
	const struct speaker *a = speaker_of_const(base);
	struct state_writer *w = &h->state;
	size_t mark;

	for (size_t i = 0; i < a->neighbor_count; i++) {
		mark = state_begin(w, TAG_NEIGHBOR);
		neighbor_save(a->neighbors[i], h, now);
		state_text(w, TAG_NAME, a->neighbors[i]->conf.name);
		state_end(w, mark);
	}
	mark = state_begin(w, TAG_LISTENERS);
	listeners_save(&a->listeners, h);
	state_end(w, mark);
	mark = state_begin(w, TAG_PENDING);
	pending_save(&a->pending, w);
	state_end(w, mark);
	state_number(w, TAG_END_OF_RIB_RELEASED, a->end_of_rib_released);
}

void
speaker_go_on(struct announcer *base)
{
	struct speaker *a = speaker_of(base);

	bfd_driver_go_on(a->bfd);
	for (size_t i = 0; i < a->neighbor_count; i++)
		a->kept.lost += !neighbor_go_on(a->neighbors[i]);
}

struct announcer_kept_sessions
speaker_kept_sessions(const struct announcer *base)
{
	const struct speaker *a = speaker_of_const(base);

	return a->kept;
}

/* The records of the neighbor called so; empty: there are none. */
static struct reader
find_neighbor(struct reader records, const char *name)
{
	struct reader record;
	uint16_t tag;

	while (state_next(&records, &tag, &record)) {
		struct reader found = state_find(record, TAG_NAME);
		size_t len = reader_left(&found);

		if (tag == TAG_NEIGHBOR && len == strlen(name) &&
		    memcmp(reader_bytes(&found, len), name, len) == 0)
			return record;
	}
	return reader_init(NULL, 0);
}

static int
resume_neighbor(struct speaker *a, const struct neighbor_conf *conf, struct inheritance *in,
    struct reader records, struct instant base, struct err *e)
{
	struct reader record = find_neighbor(records, conf->name);
	struct neighbor_past past = neighbor_past_of(record, in, base);
	bool is_new = reader_left(&record) == 0;
	int r = speaker_make_neighbor(a, conf, is_new ? NULL : &past, e);

	if (r < 0)
		return r;
	if (is_new)
		speaker_start_neighbor(a, a->neighbors[a->neighbor_count - 1]);
	else
		a->kept.established +=
		    bgp_session_info(a->neighbors[a->neighbor_count - 1]->session)->state ==
		    BGP_ESTABLISHED;
	return 0;
}

int
announcer_resume_speaker(sd_event *loop, const struct neighbor_conf *neighbors, size_t count,
    const struct announcer_events *events, struct inheritance *in, struct reader records,
    struct instant base, struct announcer **ret, struct err *e)
{
	struct speaker *a;
	int r = speaker_new(loop, events, &a, e);

	if (r < 0)
		return r;
	a->end_of_rib_released = state_find_number(records, TAG_END_OF_RIB_RELEASED, 0) == 1;
	listeners_resume(&a->listeners, in, state_find(records, TAG_LISTENERS));
	for (size_t i = 0; i < count && r >= 0; i++)
		r = resume_neighbor(a, &neighbors[i], in, records, base, e);
	if (r < 0) {
		announcer_free(&a->announcer);
		return r;
	}
	listeners_drop_unused(&a->listeners);
	pending_load(&a->pending, state_find(records, TAG_PENDING));
	*ret = &a->announcer;
	return 0;
}

int
announcer_check_past(const struct neighbor_conf *neighbors, size_t count, struct reader records,
    struct instant base, struct err *e)
{
	struct inheritance nothing = { 0 };
	int r = 0;

	for (size_t i = 0; i < count && r >= 0; i++) {
		struct reader record = find_neighbor(records, neighbors[i].name);
		struct neighbor_past past = neighbor_past_of(record, &nothing, base);

		if (reader_left(&record) > 0)
			r = neighbor_check_past(&neighbors[i], &past, e);
	}
	return r;
}
