#include "lab/timeline.h"

#include <string.h>

#include "base/attr.h"

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

/* The first answer (by its end) from the other site after the kill, of requests begun after that.
 */
static const struct timeline_request *
find_move(const struct timeline_request *requests, size_t count, const struct timeline_question *q,
    int64_t begun_after_ns)
{
	const struct timeline_request *first = NULL;

	for (size_t i = 0; i < count; i++) {
		const struct timeline_request *r = &requests[i];

		if (is_other_site(r, q) && end_of(r) >= q->kill_ns &&
		    r->start_ns > begun_after_ns && (!first || end_of(r) < end_of(first)))
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

/* Whether it belongs to the failure, not to the time before the kill nor that of the new start. */
static bool
counts(const struct timeline_request *r, const struct timeline_question *q)
{
	return end_of(r) >= q->kill_ns && (q->restart_ns == 0 || r->start_ns < q->restart_ns);
}

/* The first answer from the other site that was asked for when nothing failed any more. */
static const struct timeline_request *
find_steady(
    const struct timeline_request *requests, size_t count, const struct timeline_question *q)
{
	int64_t last = INT64_MIN;
	const struct timeline_request *steady;

	for (size_t i = 0; i < count; i++) {
		if (counts(&requests[i], q) && !requests[i].ok)
			last = MAX(last, requests[i].start_ns);
	}
	steady = find_move(requests, count, q, last);
	return steady && counts(steady, q) ? steady : NULL;
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
	const struct timeline_request *move = find_move(requests, count, q, INT64_MIN);
	const struct timeline_request *steady = find_steady(requests, count, q);
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
		if (!counts(r, q)) {
			t.failed_returning += !r->ok;
			t.failed_returned += !r->ok && back && r->start_ns > end_of(back);
			continue;
		}
		t.requests++;
		if (!r->ok)
			count_failure(&t, r, q->kill_ns, moved_ns);
	}
	/* a request that failed may have begun after one that was answered later did */
	if (t.failed_later == 0)
		steady = move;
	if (steady) {
		t.steady = true;
		t.steady_after = DURATION_NS(end_of(steady) - q->kill_ns);
	}
	if (back) {
		t.returned = true;
		t.returned_after = DURATION_NS(end_of(back) - q->restart_ns);
	}
	return t;
}
