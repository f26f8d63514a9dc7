#include "service/check_history.h"

/* From 1, so that a zeroed history has none. */
static uint64_t
number_of(struct instant at)
{
	return (uint64_t)(at.ns / CHECK_HISTORY_STEP.ns) + 1;
}

/* Where the minute of now stands; what is too old makes room. */
static size_t
place_of(struct check_history *h, struct instant now)
{
	uint64_t number = number_of(now);

	if (h->last == 0 || number < h->last || number - h->last >= CHECK_HISTORY_MAX)
		*h = (struct check_history){ .first = number, .last = number };
	while (h->last < number) {
		size_t at = ++h->last % CHECK_HISTORY_MAX;

		h->passes[at] = h->failures[at] = 0;
		h->longest[at] = DURATION_NS(0);
	}
	return number % CHECK_HISTORY_MAX;
}

void
check_history_add(struct check_history *h, bool passed, struct duration took, struct instant now)
{
	size_t at = place_of(h, now);

	if (!passed) {
		h->failures[at]++;
		return;
	}
	h->passes[at]++;
	if (duration_cmp(took, h->longest[at]) > 0)
		h->longest[at] = took;
}

size_t
check_history_get(const struct check_history *h, struct instant now,
    struct check_minute ret[static CHECK_HISTORY_MAX])
{
	uint64_t until = number_of(now), most = CHECK_HISTORY_MAX;
	uint64_t oldest = until - MIN(until, most) + 1;
	size_t n = 0;

	if (h->last < oldest)
		return 0;
	for (uint64_t i = MAX(h->first, oldest); i <= until; i++) {
		size_t at = i % CHECK_HISTORY_MAX;

		ret[n++] = i <= h->last ? (struct check_minute){ h->passes[at], h->failures[at],
			h->longest[at] }
					: (struct check_minute){ 0 };
	}
	return n;
}
