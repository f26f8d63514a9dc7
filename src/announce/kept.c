/*
 * What neighbors may keep of sessions that were lost (graceful restart): for whom it is no longer
 * announced, that is the difference between "withdrawn" here and withdrawn there.
 */
#include <stdio.h>
#include <time.h>

#include "announce/speaker_internal.h"
#include "announce/status_internal.h"
#include "base/utf8.h"

/* "2026-11-23T04:05:06Z": whole seconds, of the wall clock as it is now. */
static void
format_wall(struct instant at, char *buf, size_t size)
{
	time_t seconds =
	    (time_t)((clock_wall_ns() + instant_diff(at, clock_now()).ns) / NS_PER_S);
	struct tm tm;

	(void)strftime(buf, size, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &tm));
}

char *
kept_until_format(struct instant until, char buf[static KEPT_UNTIL_MAX])
{
	char wall[32];

	if (instant_is_never(until)) {
		(void)snprintf(
		    buf, KEPT_UNTIL_MAX, "until there is a new session (graceful restart)");
		return buf;
	}
	format_wall(until, wall, sizeof(wall));
	(void)snprintf(buf, KEPT_UNTIL_MAX, "until %s (graceful restart)", wall + 11);
	return buf;
}

struct announcer_kept
speaker_kept(const struct announcer *base, struct prefix prefix)
{
	const struct speaker *a = speaker_of_const(base);
	struct announcer_kept kept = { 0 };

	for (size_t i = 0; i < a->neighbor_count; i++) {
		const struct neighbor *n = a->neighbors[i];
		struct instant until = bgp_session_info(n->session)->kept_until;

		if (!bgp_session_kept(n->session, prefix))
			continue;
		if (kept.count == 0 || instant_cmp(until, kept.until) > 0) {
			kept.neighbor = n->conf.name;
			kept.until = until;
		}
		kept.count++;
	}
	return kept;
}

char *
announcer_kept_format(const struct announcer_kept *kept, char *buf, size_t size)
{
	char until[KEPT_UNTIL_MAX];

	(void)kept_until_format(kept->until, until);
	if (kept->count == 1)
		utf8_format(buf, size, "neighbor %s may keep it %s", kept->neighbor, until);
	else
		utf8_format(buf, size, "%zu neighbors may keep it %s", kept->count, until);
	return buf;
}

struct counted {
	json_int_t routes, withdrawn;
};

static void
count_kept(void *userdata, struct prefix prefix, bool wanted)
{
	struct counted *c = userdata;

	(void)prefix;
	c->routes++;
	c->withdrawn += !wanted;
}

json_t *
status_kept(const struct neighbor *n, struct instant now)
{
	const struct bgp_info *info = bgp_session_info(n->session);
	struct counted c = { 0 };
	char wall[32];
	json_t *o;

	if (!info->keeps)
		return json_null();
	bgp_session_each_kept(n->session, count_kept, &c);
	o = json_pack("{s:I, s:I, s:o}", "routes", c.routes, "withdrawn", c.withdrawn, "until_ms",
	    status_until(info->kept_until, now));
	if (!instant_is_never(info->kept_until))
		format_wall(info->kept_until, wall, sizeof(wall));
	(void)json_object_set_new(o, "until",
	    instant_is_never(info->kept_until) ? json_null() : json_string(wall));
	return o;
}
