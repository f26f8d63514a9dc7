/*
 * What a change of a service does at all of its sites at once, without taking it from any of them.
 *
 * A document that is wrong (a check that fails everywhere, attributes that no neighbor takes) is as
 * good an outage as a list of sites that is wrong, and goes as fast. So it goes site by site
 * (rollout.h), or it is said that it is meant at once. An address that is taken from the service is
 * withdrawn wherever it is announced; the last one takes the service with it. All else is harmless
 * there: an address more, a description.
 *
 * What is asked of a change are min_sites and max_change_percent. To loosen them, and then to do
 * what they were against, would be two requests that need no word; so the first one does.
 */
#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "controller/service_parts.h"

static bool
has(const json_t *array, const char *text)
{
	const json_t *item;
	size_t i;

	json_array_foreach (array, i, item) {
		if (strcmp(json_string_value(item), text) == 0)
			return true;
	}
	return false;
}

static size_t
count_lost(const json_t *before, const json_t *after)
{
	const json_t *item;
	size_t i, lost = 0;

	json_array_foreach (before, i, item)
		lost += !has(after, json_string_value(item));
	return lost;
}

static int
check_addresses(
    struct call *c, const json_t *before, const struct service *s, const struct standings *stood)
{
	size_t lost = count_lost(before, s->global_ips);
	_cleanup_(freep) char *sites = standings_announced_at(stood);
	json_t *errors;

	if (lost == 0 || sites == NULL || s->override_reason != NULL)
		return 0;
	errors = json_array();
	field_error(errors, "/global_ips",
	    "%zu Global IP%s would be left with no site: withdrawn at %s; override_reason says "
	    "that "
	    "it is meant, and why",
	    lost, lost == 1 ? "" : "s", sites);
	return call_problem_errors(c, PROBLEM_LAST_SITE, errors);
}

static int
check_document(struct call *c, const struct service *s, const struct standings *stood)
{
	struct reach reach = standings_reach(stood);
	_cleanup_(freep) char *sites = standings_announced_at(stood);
	char why[INTENT_WHY_MAX];
	json_t *errors;

	if (s->override_reason != NULL || reach_is_safe(&reach, why))
		return 0;
	errors = json_array();
	field_error(errors, "/document",
	    "it would reach %s: %s; a rollout brings it to one after the other, override_reason "
	    "says "
	    "that it is meant at once, and why",
	    sites, why);
	return call_problem_errors(c, PROBLEM_AT_ONCE, errors);
}

static void
add_looser(json_t *errors, const char *field, int64_t was, int64_t is)
{
	field_error(errors, field,
	    "from %" PRId64 " to %" PRId64 " loosens what guards the service; override_reason says "
	    "that it is meant, and why",
	    was, is);
}

/* A service without hosts has nothing to be guarded yet. */
static int
check_guard(
    struct call *c, const json_t *before, const struct service *s, const struct standings *stood)
{
	int64_t min_sites = json_integer_value(json_object_get(before, "min_sites"));
	int64_t percent = json_integer_value(json_object_get(before, "max_change_percent"));
	json_t *errors;

	if (s->override_reason != NULL || stood->count == 0 ||
	    (s->min_sites >= min_sites && s->max_change_percent <= percent))
		return 0;
	errors = json_array();
	if (s->min_sites < min_sites)
		add_looser(errors, "/min_sites", min_sites, s->min_sites);
	if (s->max_change_percent > percent)
		add_looser(errors, "/max_change_percent", percent, s->max_change_percent);
	return call_problem_errors(c, PROBLEM_GUARD, errors);
}

int
service_check_reach(
    struct call *c, const json_t *before, const struct service *s, const struct standings *stood)
{
	int r = check_addresses(c, json_object_get(before, "global_ips"), s, stood);

	if (r >= 0 && !json_equal(s->document, json_object_get(before, "document")))
		r = check_document(c, s, stood);
	return r < 0 ? r : check_guard(c, before, s, stood);
}
