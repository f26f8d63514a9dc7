#include "cli/probe_report.h"

#include <errno.h>
#include <ifaddrs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/style.h"
#include "cli/print_json.h"
#include "io/atomic_file.h"
#include "io/loop.h"
#include "io/terminal.h"
#include "io/tty.h"
#include "measure/json.h"
#include "measure/probe_prom.h"

#define NAMES_FILE "/etc/nearcast/names.json"
#define COLUMNS_WITHOUT_TERMINAL 100
#define PROMETHEUS_MODE 0644 /* whoever collects it is another user */

/* ---- what was asked for ---- */

static int
parse_limits(const char *option, const struct cli_strings *given, struct probe_limits *ret)
{
	struct err e = { 0 };

	for (size_t i = 0; i < given->count; i++) {
		if (probe_limits_parse(ret, given->items[i], &e) < 0)
			return cli_usage_error("--%s: %s", option, e.message);
	}
	return 0;
}

/* ---- when it cannot be known ---- */

static void
add_unknown(const char *why, struct strbuf *out)
{
	_cleanup_(strbuf_done) struct strbuf clean = { 0 };

	strbuf_add_printable(&clean, why);
	strbuf_addf(out, "PROBE %s: ", probe_state_name(PROBE_UNKNOWN));
	for (char *c = clean.text; c != NULL && *c != '\0'; c++)
		*c = *c == '|' ? '/' : *c; /* figures follow a bar */
	strbuf_add(out, strbuf_get(&clean));
	strbuf_add_char(out, '\n');
}

int
probe_report_fail(const struct probe_report *report, const char *why)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 };

	cli_say_error("%s", why);
	if (!report->is_judged)
		return EXIT_FAILURE;
	add_unknown(why, &text);
	if (report->options->output == PROBE_OUTPUT_JSON)
		(void)cli_print_json(
		    json_pack("{s:n, s:[], s:s, s:o}", "best", "targets", "state",
			probe_state_name(PROBE_UNKNOWN), "reasons", json_text(why)),
		    JSON_INDENT(2) | MEASURE_JSON_FLAGS);
	else
		(void)cli_print(strbuf_get(&text));
	return PROBE_UNKNOWN;
}

/* Where one of our own addresses is, if the names say that. */
static void
find_own_place(struct probe_report *report)
{
	struct ifaddrs *list = NULL;

	if (report->names == NULL || getifaddrs(&list) < 0)
		return;
	for (const struct ifaddrs *i = list; i && !report->has_at; i = i->ifa_next) {
		struct sockaddr_storage ss = { 0 };
		const struct name_entry *entry;
		struct endpoint own;

		if (i->ifa_addr == NULL ||
		    (i->ifa_addr->sa_family != AF_INET && i->ifa_addr->sa_family != AF_INET6))
			continue;
		memcpy(&ss, i->ifa_addr,
		    i->ifa_addr->sa_family == AF_INET ? sizeof(struct sockaddr_in)
						      : sizeof(struct sockaddr_in6));
		if (endpoint_from_sockaddr(&ss, &own) < 0)
			continue;
		entry = names_find(report->names, own.addr);
		if (entry == NULL || !entry->has_place)
			continue;
		report->has_at = true;
		report->at = entry->place;
	}
	freeifaddrs(list);
}

/* A file that was asked for must be there; the default one need not. */
static int
load_names(struct probe_report *report)
{
	const char *path = report->options->names;
	struct err e = { 0 };
	int r = names_load_file(path ? path : NAMES_FILE, &report->names, &e);

	if (r == 0 || (r == -ENOENT && path == NULL))
		return 0;
	return probe_report_fail(report, e.message);
}

int
probe_report_prepare(struct probe_report *report, const struct probe_report_options *options)
{
	int status;

	report->options = options;
	status = parse_limits("warn", &options->warning, &report->warning);
	if (status == 0)
		status = parse_limits("critical", &options->critical, &report->critical);
	report->is_judged =
	    !probe_limits_is_empty(&report->warning) || !probe_limits_is_empty(&report->critical);
	if (status == 0 && options->output == PROBE_OUTPUT_EACH &&
	    (report->is_judged || options->prometheus || options->watch))
		status = cli_usage_error("--each goes with none of --warn, --critical, "
					 "--prometheus and --watch");
	if (status == 0 && options->watch && options->output != PROBE_OUTPUT_TEXT)
		status = cli_usage_error("--watch is for people: it has no --json");
	if (status == 0 && options->prometheus && strcmp(options->prometheus, "-") == 0)
		status = cli_usage_error("--prometheus needs a file: it is replaced as a whole, "
					 "and standard output has the report");
	if (status == 0 && options->at && geo_parse(options->at, &report->at) < 0)
		status = cli_usage_error(
		    "--at: \"%s\" is not LATITUDE,LONGITUDE in degrees", options->at);
	if (status != 0)
		return status;
	report->has_at = options->at != NULL;
	status = load_names(report);
	if (status == 0 && !report->has_at)
		find_own_place(report);
	return status;
}

void
probe_report_done(struct probe_report *report)
{
	names_free(report->names);
}

void
probe_report_complete(const struct probe_report *report, struct probe_record *r)
{
	const struct name_entry *host;

	if (r->site != NULL || r->served_by == NULL)
		return;
	host = names_find_name(report->names, r->served_by);
	if (host != NULL && host->site != NULL)
		r->site = xstrdup(host->site);
}

/* ---- what came of it ---- */

/* Owned by the caller. */
static struct inflation *
compute(const struct probe_report *report, const struct probe_results *results)
{
	struct inflation *n = xcalloc(results->count + 1, sizeof(*n));

	for (size_t i = 0; i < results->count; i++)
		probe_summary_finish(&results->summaries[i]);
	inflation_compute(results->targets, results->summaries, results->count, report->names,
	    report->has_at ? &report->at : NULL, n);
	return n;
}

/* rows: 0: it may scroll. */
static struct probe_look
look_of(size_t rows)
{
	return (struct probe_look){
		.columns = tty_columns(STDOUT_FILENO, COLUMNS_WITHOUT_TERMINAL),
		.rows = rows,
		.colour = tty_wants_colour(STDOUT_FILENO),
	};
}

static void
add_lines(const struct probe_results *results, struct strbuf *out)
{
	json_t *now = json_wall_time(clock_wall_ns());

	for (size_t i = 0; i < results->count; i++) {
		const struct probe_summary *s = &results->summaries[i];
		const struct stats *total = &s->phases[PROBE_TOTAL];

		strbuf_addf(out, "%s  ", json_string_value(now));
		strbuf_add_printable(out, results->targets[i].name);
		strbuf_addf(out, "  %llu requests, %llu failed", (unsigned long long)s->count,
		    (unsigned long long)s->failed);
		if (total->count > 0)
			strbuf_addf(out, ", median %.2f ms, p95 %.2f ms",
			    duration_ms_f(total->median), duration_ms_f(total->p95));
		for (size_t k = 0; k < s->hosts.count; k++) {
			strbuf_addf(out, ", %llu × ", (unsigned long long)s->hosts.items[k].count);
			strbuf_add_printable(out, s->hosts.items[k].text);
		}
		strbuf_add_char(out, '\n');
	}
	json_decref(now);
}

void
probe_report_watch(const struct probe_report *report, const struct probe_results *results)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	_cleanup_(freep) struct inflation *n = compute(report, results);

	if (terminal_can_paint(STDOUT_FILENO, STDOUT_FILENO)) {
		/* the page begins anew; the cursor stands in its last line */
		strbuf_add(&text, "\033[H\033[J");
		probe_to_page(results->targets, results->summaries, n, results->count,
		    look_of(MAX(tty_rows(STDOUT_FILENO, 2), (size_t)2) - 1), &text);
	} else {
		add_lines(results, &text);
	}
	(void)cli_print(strbuf_get(&text));
}

/* reasons: why the state cannot be told, when it could not. */
static int
write_prometheus(const struct probe_report *report, const struct probe_results *results,
    const struct inflation *n, struct strbuf *reasons)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	struct err e = { 0 };

	probe_to_prom(
	    results->targets, results->summaries, n, results->count, clock_wall_ns(), &text);
	if (atomic_file_write(
		report->options->prometheus, text.text, text.len, PROMETHEUS_MODE, &e) == 0)
		return 0;
	cli_say_error("%s", e.message);
	strbuf_add(reasons, "could not "); /* "write FILE: …" */
	strbuf_add_printable(reasons, e.message);
	return EXIT_FAILURE;
}

static int
print_json(const struct probe_report *report, const struct probe_results *results,
    const struct inflation *n, enum probe_state state, const char *reasons)
{
	json_t *j = probe_to_json(results->targets, results->summaries, n, results->count,
	    results->records, results->record_count);

	if (report->is_judged) {
		json_object_set_new(j, "state", json_string(probe_state_name(state)));
		json_object_set_new(j, "reasons", json_text(reasons));
	}
	return cli_print_json(j, JSON_INDENT(2) | MEASURE_JSON_FLAGS);
}

int
probe_report_end(
    const struct probe_report *report, const struct probe_results *results, int otherwise)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 }, reasons = { 0 };
	_cleanup_(freep) struct inflation *n = NULL;
	enum probe_state state = PROBE_OK;
	int failed = 0;

	if (report->options->output == PROBE_OUTPUT_EACH)
		return otherwise;
	n = compute(report, results);
	if (report->options->prometheus)
		failed = write_prometheus(report, results, n, &reasons);
	if (report->is_judged) {
		const struct probe_judgement judgement = { results->targets, results->summaries, n,
			results->count, &report->warning, &report->critical };

		state = probe_judge(&judgement, &reasons);
		state = failed ? PROBE_UNKNOWN : state;
		probe_state_to_text(state, strbuf_get(&reasons), &judgement, &text);
		strbuf_add_char(&text, '\n');
	}
	if (report->options->output == PROBE_OUTPUT_JSON) {
		failed |= print_json(report, results, n, state, strbuf_get(&reasons));
	} else {
		probe_to_text(
		    results->targets, results->summaries, n, results->count, look_of(0), &text);
		failed |= cli_print(strbuf_get(&text));
	}
	if (report->is_judged)
		return failed ? PROBE_UNKNOWN : (int)state;
	return failed ? EXIT_FAILURE : otherwise;
}
