/* What the reports of a trace share. */
#pragma once

#include "base/table.h"
#include "measure/trace_report.h"

const char *trace_method_name(enum trace_method method);

/* What is shown of a hop's address. The target is named by who answers at it, if nothing else does.
 */
struct trace_shown {
	const char *name, *city, *city_name, *network;
	uint32_t asn;                /* of the file of names */
	const struct origin *origin; /* NULL: not known, or asn is */
};

struct trace_shown trace_look_up(const struct trace_report *report, struct ip address);
/* A cell with the name and number of its network; briefly the number alone. */
void trace_add_network(struct table *t, const struct trace_shown *s);
/* A cell with "44.245 ms" and what else is worth saying of it ("" if nothing); briefly "44.2 ms",
 * or "44.2" where another follows. */
void trace_add_ms(struct table *t, struct duration d, const char *mark, bool followed);
/* A cell that says what a hop's lost probes mean; none when none was lost, or that is not known. */
void trace_add_loss(struct table *t, const struct trace *trace, uint32_t ttl);
/* Of the cells of an address (name, city, network, address) the one that is missed the least. */
#define TRACE_CITY 1
/* Whether addresses have more to show than themselves. */
static inline bool
trace_is_named(const struct trace_report *report)
{
	return report->names || report->origins || report->find_name || report->answered_by;
}
static inline struct table_look
trace_look(const struct trace_report *report)
{
	return (struct table_look){ .colour = report->colour, .columns = report->columns };
}
/* The first line: what is traced, and how; `more` says what else is worth saying of it, "" if
 * nothing. */
void trace_add_head(const struct trace_report *report, const char *more, struct strbuf *out);
/* With TCP, a line that says whether the port is open; nothing when the target did not say. */
void trace_add_port(const struct trace_report *report, struct strbuf *out);
/* Where the MTU falls; nothing, and null, when that was not asked for. */
void trace_add_mtu(const struct trace_report *report, struct strbuf *out);
json_t *trace_mtu_to_json(const struct trace_report *report);
/* The last line: who answers at the target. */
void trace_add_answered_by(const struct trace_report *report, struct strbuf *out);
/* The report for people of several flows. */
void trace_flows_to_text(const struct trace_report *report, struct strbuf *out);

/* An address with all that is known of it; owned by the caller. */
json_t *trace_address_to_json(const struct trace_report *report, struct ip address);
/* What a document begins with, and who answers at the target. */
void trace_add_head_json(const struct trace_report *report, json_t *j);
void trace_add_answered_json(const struct trace_report *report, json_t *j);
json_t *trace_hop_to_json(const struct trace_report *report, uint32_t ttl);
/* The reverse trace beside the first flow, or why there is none; nothing, and null, when it was not
 * asked for. */
void trace_add_ways(const struct trace_report *report, struct strbuf *out);
json_t *trace_ways_to_json(const struct trace_report *report);
