/* What happened, into the log and among the events: the one place where the agent says so. */
#include "agent/agent_internal.h"
#include "base/log.h"

void
agent_tell(struct agent *a, enum log_level level, const struct event *event, const char *details)
{
	struct event e = *event;
	struct log_about about = { .event = event_kind_names[event->kind],
		.service = event->service,
		.neighbor = event->neighbor,
		.prefix = event->prefix };

	if (e.at_wall_ns == 0)
		e.at_wall_ns = clock_wall_ns();
	if (e.at.ns == 0)
		e.at = clock_now();
	log_line_about(
	    level, &about, "%s%s%s%s", e.what, e.why[0] != '\0' ? ": " : "", e.why, details);
	events_add(a->events, &e);
}
