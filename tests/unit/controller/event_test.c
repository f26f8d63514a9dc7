/* The words of events. */
#include "controller/event.h"

#include "tap.h"

static void
check_kind(const char *object_kind, const char *action, const char *want)
{
	char kind[EVENT_KIND_SIZE];

	event_kind_of(object_kind, action, kind);
	CHECK_STR(kind, want);
}

TEST(kinds)
{
	check_kind("service", "change", "service-changed");
	check_kind("global-ip", "order", "global-ip-ordered");
	check_kind("host", "join", "host-joined");
	check_kind("session", "sign-in", "session-began");
	check_kind("rollout", "stop", "rollout-stopped");
	check_kind("rollout", "done", "rollout-changed");
	check_kind("order", "expire", "order-expired");
}

TEST(severities)
{
	CHECK_INT(event_severity("debug"), 0);
	CHECK_INT(event_severity("error"), 4);
	CHECK_INT(event_severity("fatal"), -1);
	CHECK_INT(event_severity(""), -1);
}

TEST(gaps)
{
	const struct event_range all = { .newest = 9 }, some = { .newest = 9, .forgotten = 5 };
	const struct event_range none = { .newest = 9, .forgotten = 9 };
	int64_t upto;

	CHECK_INT(event_gap(&all, 0, &upto), EVENT_GAP_NONE);
	CHECK_INT(upto, 0);
	CHECK_INT(event_gap(&some, 5, &upto), EVENT_GAP_NONE);
	CHECK_INT(event_gap(&some, 4, &upto), EVENT_GAP_FORGOTTEN);
	CHECK_INT(upto, 5);
	CHECK_INT(event_gap(&none, 8, &upto), EVENT_GAP_FORGOTTEN);
	CHECK_INT(event_gap(&none, 9, &upto), EVENT_GAP_NONE);
	CHECK_INT(event_gap(&none, 10, &upto), EVENT_GAP_RESTORED);
	CHECK_INT(upto, 9);
}
