/* Before and after a change: which sites a service has lost by it, and whether it may. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "controller/standing.h"

static const struct standing *
find(const struct standings *s, const char *site)
{
	for (size_t i = 0; i < s->count; i++) {
		if (strcmp(s->items[i].site, site) == 0)
			return &s->items[i];
	}
	return NULL;
}

/* Where it answered, and does not any more, what may still be announced there is no consolation. */
static bool
is_lost(const struct standing *was, const struct standing *is, enum host_standing to_lose,
    enum host_standing answers)
{
	return is == NULL || is->best < to_lose || (was->best >= answers && is->best < answers);
}

/*
 * Of one service: the rows [from, to) of before, and all of after. Where a site may announce it,
 * those that are not heard of do not stand in for it; where none does, they are all that there is.
 * answers: from which on a site counts as one that answers.
 */
static struct intent
compare(const struct standings *before, size_t from, size_t to, const struct standings *after,
    enum host_standing answers)
{
	struct intent intent = { .min_sites = before->items[from].min_sites,
		.max_change_percent = before->items[from].max_change_percent };
	enum host_standing to_lose = HOST_EXPECTED, to_stay = HOST_EXPECTED;

	for (size_t i = from; i < to; i++) {
		if (before->items[i].best >= HOST_UNSURE) {
			to_lose = HOST_UNSURE;
			to_stay = answers;
		}
	}
	for (size_t i = from; i < to; i++) {
		const struct standing *was = &before->items[i], *is = find(after, was->site);
		bool counted = was->best >= to_lose;

		intent.wanted_before += was->wanted;
		intent.before += counted;
		intent.down += !counted;
		intent.lost += counted && is_lost(was, is, to_lose, answers);
	}
	for (size_t i = 0; i < after->count; i++) {
		/* raised with the change: it is held to what it says itself */
		intent.min_sites = MAX(intent.min_sites, after->items[i].min_sites);
		intent.wanted_after += after->items[i].wanted;
		intent.after += after->items[i].best >= to_stay;
	}
	return intent;
}

static int
refuse(struct call *c, const struct standings *before, const struct standing *was, const char *why)
{
	_cleanup_(freep) char *silent = standings_silent(before, was->service);

	return call_problem(c, PROBLEM_LAST_SITE,
	    "service %s: %s%s%s; override_reason says that it is meant, and why", was->service_name,
	    why, silent != NULL ? "; silent: " : "", silent != NULL ? silent : "");
}

/* It would do if those that are on their way back stand as they did: that is known soon. */
static int
refuse_awaited(
    struct call *c, const struct standings *before, const struct standing *was, const char *why)
{
	_cleanup_(freep) char *awaited = standings_awaited(before, was->service);

	return call_problem(c, PROBLEM_AWAITED,
	    "service %s: %s, as far as is known; the controller has started, or was away, and has "
	    "not heard since of %s, from where agents come back within %d s; override_reason says "
	    "that it is meant now, and why",
	    was->service_name, why, awaited != NULL ? awaited : "a site",
	    (int)(STANDING_AWAIT_NS / INT64_C(1000000000)));
}

static int
check_service(struct call *c, const struct standings *before, size_t from, size_t to)
{
	const struct standing *was = &before->items[from];
	_cleanup_(standings_done) struct standings after = { 0 };
	struct intent intent, hopeful;
	char why[INTENT_WHY_MAX], ignored[INTENT_WHY_MAX];
	int r = standings_read(c, &(struct scope){ .service = was->service }, &after);

	if (r < 0)
		return r;
	intent = compare(before, from, to, &after, HOST_ANSWERS);
	if (intent_is_safe(&intent, why))
		return 0;
	hopeful = compare(before, from, to, &after, HOST_AWAITED);
	if (intent_is_safe(&hopeful, ignored))
		return refuse_awaited(c, before, was, why);
	return refuse(c, before, was, why);
}

int
standings_check(struct call *c, const struct standings *before, const char *override_reason)
{
	size_t from = 0;
	int r = 0;

	if (override_reason != NULL)
		return 0;
	for (size_t to = 1; r >= 0 && to <= before->count; to++) {
		if (to < before->count &&
		    strcmp(before->items[to].service, before->items[from].service) == 0)
			continue;
		r = check_service(c, before, from, to);
		from = to;
	}
	return r < 0 ? r : 0;
}
