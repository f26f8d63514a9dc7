/* What people are shown of the controller. */
#include "agent/event_json.h"
#include "agent/follower_internal.h"

static double
contact_age_s(const struct follower *f)
{
	struct instant at = follow_contact(&f->lines);

	return instant_is_never(at) ? -1 : duration_ms_f(instant_diff(clock_now(), at)) / 1000;
}

struct follower_counts
follower_counts(const struct follower *f)
{
	return (struct follower_counts){ .has_joined = f->has_joined,
		.is_connected = follow_is_connected(&f->lines),
		.is_in_force = f->problem == NULL,
		.contact_age_s = contact_age_s(f),
		.desired = (double)f->seen_revision,
		.applied = f->desired.services != NULL ? (double)f->desired.revision : -1,
		.granted = f->granted,
		.refused = f->refused,
		.unanswered = f->unanswered,
		.events_lost = f->lost_ever };
}

static json_t *
revision_json(int64_t revision)
{
	return revision >= 0 ? json_integer((json_int_t)revision) : json_null();
}

static json_t *
line_problem(const struct follower *f, enum follow_what line)
{
	const char *why = f->lines.lines[line].why;

	return why[0] != '\0' ? json_string(why) : json_null();
}

json_t *
follower_status(const struct follower *f)
{
	double age = contact_age_s(f);
	json_t *o;

	if (!f->has_joined)
		return json_null();
	o = json_pack("{s:s, s:s, s:s, s:s, s:b}", "url", f->member.url, "host", f->member.host,
	    "host_id", f->member.host_id, "site",
	    f->desired.site != NULL ? f->desired.site : f->member.site, "connected",
	    (int)follow_is_connected(&f->lines));
	(void)json_object_set_new(
	    o, "contact_ago_ms", age >= 0 ? json_real(age * 1000) : json_null());
	(void)json_object_set_new(o, "problem", line_problem(f, FOLLOW_POLL));
	(void)json_object_set_new(o, "report_problem", line_problem(f, FOLLOW_REPORT));
	(void)json_object_set_new(o, "desired_revision", revision_json(f->seen_revision));
	(void)json_object_set_new(o, "applied_revision",
	    f->desired.services != NULL ? revision_json(f->desired.revision) : json_null());
	(void)json_object_set_new(
	    o, "applied_error", f->problem != NULL ? json_string(f->problem) : json_null());
	(void)json_object_set_new(o, "held_back", json_boolean(f->held.services != NULL));
	(void)json_object_set_new(
	    o, "events_waiting", json_integer((json_int_t)json_array_size(f->backlog)));
	(void)json_object_set_new(o, "leases",
	    json_pack("{s:I, s:I, s:I, s:I}", "asked", (json_int_t)f->asked, "granted",
		(json_int_t)f->granted, "refused", (json_int_t)f->refused, "unanswered",
		(json_int_t)f->unanswered));
	return o;
}
