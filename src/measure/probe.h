/*
 * Probes: requests with the seven timings of curl, and what a set of them says. Pure.
 *
 * A target is a URL (measure/probe_url.h) that is asked again and again; a record is one request
 * to it. A summary gathers
 * the records of one target: who answered, why others failed, and the statistics of each timing
 * over the requests that were answered. A reference is a target to compare with (a site's own
 * address): the best of them is what any site could do for this client.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/ip.h"
#include "base/strbuf.h"
#include "base/time.h"
#include "measure/probe_url.h"
#include "measure/stats.h"

/* Times since the start of the request, as curl -w gives them: each includes those before it, and
 * is zero for what did not happen (no TLS, no redirect; over UDP, no connection). */
enum probe_phase {
	PROBE_NAMELOOKUP,
	PROBE_CONNECT,
	PROBE_APPCONNECT, /* TLS */
	PROBE_PRETRANSFER,
	PROBE_REDIRECT, /* all the requests before the last one */
	PROBE_STARTTRANSFER,
	PROBE_TOTAL,
	PROBE_PHASE_MAX,
};

const char *probe_phase_key(enum probe_phase phase);   /* "namelookup_ms" */
const char *probe_phase_label(enum probe_phase phase); /* "name lookup" */

struct probe_target {
	const char *name; /* unique */
	const char *url;
	bool reference;
	struct probe_url parsed; /* zeroed is one of HTTP */
	enum ip_family family;   /* of HTTP, the one to use; IP_NONE: as the configuration says */
	struct ip address;       /* of the others, the one that is asked; IP_NONE: there is none */
};

struct probe_record {
	size_t target;      /* index into the targets */
	int64_t at_wall_ns; /* its start */
	char *error; /* owned, as all of these; NULL: it was answered with a status below 400 */
	long status; /* of HTTP; 0: none came */
	const char *http_version; /* static: "1.1", "2", "3"; NULL: not of HTTP, or none came */
	char *served_by, *site;                  /* NULL: not said */
	char *remote_address;                    /* NULL: not connected */
	struct duration phases[PROBE_PHASE_MAX]; /* the total is set for failures too */
};

void probe_record_done(struct probe_record *r);

struct probe_count {
	char *text; /* owned */
	char *site; /* owned; of hosts: where it said to be, or NULL */
	uint64_t count;
};

/* How often each text occurred, by first sight; those past a limit are counted together. */
struct probe_tally {
	struct probe_count *items; /* owned */
	size_t count, cap;
};

struct probe_summary {
	uint64_t count, failed, skipped; /* skipped: due, but too many were in flight */
	struct probe_tally hosts, sites, errors;
	struct duration *values[PROBE_PHASE_MAX]; /* owned; of requests that were answered */
	size_t value_count, value_cap;
	struct stats phases[PROBE_PHASE_MAX]; /* after probe_summary_finish() */
};

void probe_summary_add(struct probe_summary *s, const struct probe_record *r);
void probe_summary_finish(struct probe_summary *s);
void probe_summary_done(struct probe_summary *s);

#define PROBE_NO_BEST SIZE_MAX

/* The target with the smallest median total, of the kind of the first one: of the references, or of
 * all when there are none (and more than one). Summaries are finished and as many as targets. */
size_t probe_best(
    const struct probe_target *targets, const struct probe_summary *summaries, size_t count);

/* One request as one line of `--each`; owned by the caller. */
json_t *probe_record_to_json(const struct probe_target *targets, const struct probe_record *r);
struct inflation; /* measure/inflation.h: how much farther than needed, one for each target */

/* The whole document of `--json`; owned by the caller. */
json_t *probe_to_json(const struct probe_target *targets, const struct probe_summary *summaries,
    const struct inflation *inflations, size_t count, const struct probe_record *records,
    size_t record_count);

struct probe_look {
	size_t columns; /* width of the page; 0: as wide as it gets */
	size_t rows;    /* its height; 0: as high as it gets; only for probe_to_page() */
	bool colour;
};

/*
 * Where the time went: a bar for each target, of the medians of its phases, one after the other.
 * The longest has PROBE_BAR_COLUMNS, or what a narrow page leaves, with the names above the bars when
 * that is little; a phase is a letter, so it can be read without colours. Ends with an empty line;
 * nothing when nothing was answered.
 */
#define PROBE_BAR_COLUMNS 40
void probe_waterfall_to_text(const struct probe_target *targets,
    const struct probe_summary *summaries, size_t count, struct probe_look look,
    struct strbuf *out);

/*
 * How it stands on a page of rows and columns that are given: the report when it fits, else a line
 * for each target, with a second one of who answered and the waterfall as far as there is room. No
 * line is wider than the page.
 */
void probe_to_page(const struct probe_target *targets, const struct probe_summary *summaries,
    const struct inflation *inflations, size_t count, struct probe_look look, struct strbuf *out);

/* The report for people. */
void probe_to_text(const struct probe_target *targets, const struct probe_summary *summaries,
    const struct inflation *inflations, size_t count, struct probe_look look, struct strbuf *out);
