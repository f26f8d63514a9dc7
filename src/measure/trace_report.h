/*
 * A trace with its names, as text for people and as JSON. Pure.
 */
#pragma once

#include <jansson.h>

#include "base/strbuf.h"
#include "io/trace_run.h"
#include "measure/names.h"
#include "measure/origins.h"
#include "measure/trace_rounds.h"
#include "proto/identity/identity.h"

/* All that the two reports need; borrowed. */
struct trace_report {
	const char *target; /* as it was asked for */
	const struct trace_run_conf *conf;
	const struct trace *const *flows; /* all are over; mostly one */
	size_t flow_count;                /* 1 to TRACE_FLOWS_MAX */
	const struct trace_mtu *mtu;      /* of the first flow; NULL: not asked for */
	const struct names *names;     /* NULL: none */
	const struct origins *origins; /* for AS numbers that the names do not have; NULL: none */
	/* The name of an address that has none there, or NULL: reverse DNS. NULL: not asked. */
	const char *(*find_name)(const void *userdata, struct ip address);
	const void *userdata;
	const char *answered_by; /* the host that answers at the target; NULL: not known */
	const char *answered_site;
	const char *answered_how; /* "address", "agent" or "http": what said so */
	/* the reverse trace, by whom and to which of our addresses; NULL: there is none, and why
	 * not, if it was asked for */
	const struct trace *back;
	const struct identity *back_who;
	struct ip back_to;
	const char *back_problem;
	bool colour;
	size_t columns; /* of the terminal; 0: as wide as it gets */
};

/* Who answers at the target, by the addresses alone: the name of the last hop's, when the target
 * was reached and it is not the target itself (or that has a name). NULL when that does not say. */
const struct name_entry *trace_answered_by(
    const struct trace *t, struct ip target, const struct names *names);

void trace_to_text(const struct trace_report *report, struct strbuf *out);
json_t *trace_to_json(const struct trace_report *report); /* owned by the caller */

/* The same of many rounds: a table with a line for each hop, and more for its other routers. Of the
 * report's flows nothing is looked at. */
void trace_rounds_to_text(
    const struct trace_report *report, const struct trace_rounds *r, struct strbuf *out);
json_t *trace_rounds_to_json(const struct trace_report *report, const struct trace_rounds *r);
