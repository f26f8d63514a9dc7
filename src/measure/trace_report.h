/*
 * A trace with its names, as text for people and as JSON. Pure.
 */
#pragma once

#include <jansson.h>

#include "base/strbuf.h"
#include "measure/names.h"
#include "measure/trace_run.h"

/* All that the two reports need; borrowed. */
struct trace_report {
	const char *target; /* as it was asked for */
	const struct trace_run_conf *conf;
	const struct trace *trace;
	const struct names *names; /* NULL: none */
	/* The name of an address that has none there, or NULL: reverse DNS. NULL: not asked. */
	const char *(*find_name)(const void *userdata, struct ip address);
	const void *userdata;
	const char *answered_by; /* the host that answers at the target; NULL: not known */
	const char *answered_site;
	bool colour;
};

/* Who answers at the target, by the addresses alone: the name of the last hop's, when the target
 * was reached and it is not the target itself (or that has a name). NULL when that does not say. */
const struct name_entry *trace_answered_by(
    const struct trace *t, struct ip target, const struct names *names);

void trace_to_text(const struct trace_report *report, struct strbuf *out);
json_t *trace_to_json(const struct trace_report *report); /* owned by the caller */
