/* Metrics of the controller that the agent follows; none of a host that follows none. */
#include "agent/metrics_families.h"

#include "agent/agent_internal.h"

static void
add_connected(const struct metric_family *f, const struct metric_item *item, struct strbuf *out)
{
	struct follower_counts c = follower_counts(item->agent->follower);

	if (c.has_joined)
		prom_count(out, f->name, NULL, c.is_connected);
}

static void
add_contact_age(const struct metric_family *f, const struct metric_item *item, struct strbuf *out)
{
	struct follower_counts c = follower_counts(item->agent->follower);

	if (c.has_joined && c.contact_age_s >= 0)
		prom_number(out, f->name, NULL, c.contact_age_s);
}

static void
add_revisions(const struct metric_family *f, const struct metric_item *item, struct strbuf *out)
{
	struct follower_counts c = follower_counts(item->agent->follower);

	if (c.has_joined && c.desired >= 0)
		prom_number(out, f->name, (prom_labels){ { "which", "desired" } }, c.desired);
	if (c.has_joined && c.applied >= 0)
		prom_number(out, f->name, (prom_labels){ { "which", "applied" } }, c.applied);
}

static void
add_in_force(const struct metric_family *f, const struct metric_item *item, struct strbuf *out)
{
	struct follower_counts c = follower_counts(item->agent->follower);

	if (c.has_joined)
		prom_count(out, f->name, NULL, c.is_in_force);
}

static void
add_leases(const struct metric_family *f, const struct metric_item *item, struct strbuf *out)
{
	struct follower_counts c = follower_counts(item->agent->follower);

	if (!c.has_joined)
		return;
	prom_count(out, f->name, (prom_labels){ { "result", "granted" } }, c.granted);
	prom_count(out, f->name, (prom_labels){ { "result", "refused" } }, c.refused);
	prom_count(out, f->name, (prom_labels){ { "result", "unanswered" } }, c.unanswered);
}

static void
add_lost(const struct metric_family *f, const struct metric_item *item, struct strbuf *out)
{
	struct follower_counts c = follower_counts(item->agent->follower);

	if (c.has_joined)
		prom_count(out, f->name, NULL, c.events_lost);
}

/* clang-format off */
static const struct metric_family families[] = {
	{ "nearcast_controller_connected", PROM_GAUGE, METRIC_OF_AGENT, add_connected, NULL, NULL,
	    "Whether the controller answers." },
	{ "nearcast_controller_contact_age_seconds", PROM_GAUGE, METRIC_OF_AGENT, add_contact_age, NULL, NULL,
	    "Time since the controller has answered last." },
	{ "nearcast_controller_revision", PROM_GAUGE, METRIC_OF_AGENT, add_revisions, NULL, NULL,
	    "The revision of what the controller wants, and of what is in force." },
	{ "nearcast_controller_in_force", PROM_GAUGE, METRIC_OF_AGENT, add_in_force, NULL, NULL,
	    "Whether all that the controller wants is in force." },
	{ "nearcast_controller_leases_total", PROM_COUNTER, METRIC_OF_AGENT, add_leases, NULL, NULL,
	    "Questions of the guard to the controller, by what came of them." },
	{ "nearcast_controller_events_lost_total", PROM_COUNTER, METRIC_OF_AGENT, add_lost, NULL, NULL,
	    "Events that the controller was never told, since too many waited." },
};
/* clang-format on */

const struct metric_table metrics_of_controller = { families, ARRAY_SIZE(families) };
