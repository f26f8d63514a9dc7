#include "lab/timeline.h"

#include <string.h>

static int64_t
end_of(const struct timeline_request *r)
{
	return r->start_ns + r->total.ns;
}

static bool
is_other_site(const struct timeline_request *r, const struct timeline_question *q)
{
	if (!r->ok || !r->site)
		return false;
	return q->to ? strcmp(r->site, q->to) == 0 : strcmp(r->site, q->from) != 0;
}

/* The first answer (by its end) from the other site after the kill. */
static const struct timeline_request *
find_move(const struct timeline_request *requests, size_t count, const struct timeline_question *q)
{
	const struct timeline_request *first = NULL;

	for (size_t i = 0; i < count; i++) {
		const struct timeline_request *r = &requests[i];

		if (is_other_site(r, q) && end_of(r) >= q->kill_ns &&
		    (!first || end_of(r) < end_of(first)))
			first = r;
	}
	return first;
}

static const struct timeline_request *
find_return(
    const struct timeline_request *requests, size_t count, const struct timeline_question *q)
{
	const struct timeline_request *first = NULL;

	for (size_t i = 0; i < count; i++) {
		const struct timeline_request *r = &requests[i];

		if (r->ok && r->site && strcmp(r->site, q->from) == 0 &&
		    r->start_ns >= q->restart_ns && (!first || end_of(r) < end_of(first)))
			first = r;
	}
	return first;
}

static void
count_failure(
    struct timeline *t, const struct timeline_request *r, int64_t kill_ns, int64_t moved_ns)
{
	struct duration start = { r->start_ns - kill_ns }, end = { end_of(r) - kill_ns };

	if (t->failed == 0 || duration_cmp(start, t->first_failure) < 0)
		t->first_failure = start;
	if (t->failed == 0 || duration_cmp(end, t->last_failure) > 0)
		t->last_failure = end;
	t->failed++;
	if (r->start_ns > moved_ns)
		t->failed_later++;
}

struct timeline
timeline_compute(
    const struct timeline_request *requests, size_t count, const struct timeline_question *q)
{
	struct timeline t = { 0 };
	const struct timeline_request *move = find_move(requests, count, q);
	const struct timeline_request *back =
	    q->restart_ns ? find_return(requests, count, q) : NULL;
	int64_t moved_ns = INT64_MAX;

	if (move) {
		moved_ns = end_of(move);
		t.moved = true;
		t.moved_after = DURATION_NS(moved_ns - q->kill_ns);
		t.moved_to = move->site;
	}
	for (size_t i = 0; i < count; i++) {
		const struct timeline_request *r = &requests[i];

		if (end_of(r) < q->kill_ns)
			continue;
		if (q->restart_ns && r->start_ns >= q->restart_ns) {
			t.failed_returning += !r->ok;
			t.failed_returned += !r->ok && back && r->start_ns > end_of(back);
			continue;
		}
		t.requests++;
		if (!r->ok)
			count_failure(&t, r, q->kill_ns, moved_ns);
	}
	if (back) {
		t.returned = true;
		t.returned_after = DURATION_NS(end_of(back) - q->restart_ns);
	}
	return t;
}
