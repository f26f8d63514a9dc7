#include <string.h>

#include "base/style.h"
#include "base/table.h"
#include "lab/step_fail.h"

static double
since_ms(int64_t at_ns, int64_t since_ns)
{
	return duration_ms_f(DURATION_NS(at_ns - since_ns));
}

/* Everything that was withdrawn between kill and new start, each once: {prefix, to, after_ms}. */
static json_t *
withdrawals_to_json(
    const struct run *run, const struct bgp_watch *watch, const struct fail_times *times)
{
	json_t *list = json_array();

	for (size_t i = 0; i < watch->event_count; i++) {
		const struct bgp_watch_event *event = &watch->events[i];
		char text[PREFIX_STR_MAX];

		if (!event->withdrawn || event->at_ns < times->kill_ns ||
		    event->at_ns > times->restart_ns ||
		    bgp_watch_find(watch, event->prefix, true, times->kill_ns) != event)
			continue;
		json_array_append_new(
		    list, json_pack("{s:s, s:s, s:f}", "prefix", prefix_format(event->prefix, text),
			      "to", run_name_of(run, event->to), "after_ms",
			      since_ms(event->at_ns, times->kill_ns)));
	}
	return list;
}

static json_t *
event_ms(const struct bgp_watch_event *event, int64_t since_ns)
{
	return event ? json_real(since_ms(event->at_ns, since_ns)) : json_null();
}

static json_t *
ms_if(bool known, struct duration d)
{
	return known ? json_real(duration_ms_f(d)) : json_null();
}

/* What a request of the client to the site takes when nothing fails, from the unicast step. */
static json_t *
usual_ms(const struct run *run, const char *client, const char *site, enum ip_family family)
{
	const json_t *row;
	size_t i;

	json_array_foreach (json_object_get(run->unicast, "rows"), i, row) {
		const json_t *total = json_object_get(json_object_get(row, "timings"), "total_ms");

		if (json_is_object(total) && strcmp(run_text(row, "client"), client) == 0 &&
		    strcmp(run_text(row, "site"), site) == 0 &&
		    strcmp(run_text(row, "family"), family == IP_V4 ? "ipv4" : "ipv6") == 0)
			return json_real(run_number(total, "median"));
	}
	return json_null();
}

void
fail_expect_withdraw(
    struct expect_list *expects, const char *step, struct duration within, double after_ms)
{
	char limit[DURATION_STR_MAX];
	_cleanup_(freep) char *what = within.ns > 0
	    ? xasprintf("the withdraw is on the wire within %s", duration_format(within, limit))
	    : xstrdup("the withdraw is on the wire");

	if (after_ms < 0)
		expect_add(expects, step, false, what, "none was seen");
	else
		expect_add(expects, step, within.ns == 0 || after_ms <= duration_ms_f(within), what,
		    "%.2f ms after the kill", after_ms);
}

static void
add_expectations(struct run *run, const struct scenario_fail *conf, const char *site,
    const struct bgp_watch_event *withdrawn, const struct timeline *t,
    const struct fail_times *times)
{
	const char *lands = conf->expect.lands, *returns = conf->expect.returns;
	_cleanup_(freep) char *moves = lands ? xasprintf("%s lands at %s", conf->client, lands)
					     : xasprintf("%s lands at another site", conf->client);
	_cleanup_(freep) char *comes_back =
	    xasprintf("%s returns to %s", conf->client, returns ? returns : site);

	if (!times->agent_dies)
		fail_expect_withdraw(&run->expects, run->step, conf->expect.withdraw_within,
		    withdrawn ? since_ms(withdrawn->at_ns, times->kill_ns) : -1);
	if (t->moved)
		expect_add(&run->expects, run->step, true, moves,
		    "%.1f ms after the kill, %zu of %zu requests failed",
		    duration_ms_f(t->moved_after), t->failed, t->requests);
	else
		expect_add(&run->expects, run->step, false, moves,
		    "no answer from there, %zu of %zu requests failed", t->failed, t->requests);
	if (t->returned)
		expect_add(&run->expects, run->step, true, comes_back, "%.2f s after the new start",
		    duration_ms_f(t->returned_after) / 1000);
	else
		expect_add(&run->expects, run->step, false, comes_back, "no answer from there");
}

void
fail_report(struct run *run, const struct scenario_fail *conf, const char *site,
    struct prefix prefix, const struct fail_times *times, const struct stream *stream,
    const struct bgp_watch *watch, json_t *result)
{
	struct timeline_question question = {
		.from = conf->expect.returns ? conf->expect.returns : site,
		.to = conf->expect.lands,
		.kill_ns = times->kill_ns,
		.restart_ns = times->restart_ns,
	};
	struct timeline t = timeline_compute(stream->requests, stream->count, &question);
	const struct bgp_watch_event *withdrawn =
	    bgp_watch_find(watch, prefix, true, times->kill_ns);
	const struct bgp_watch_event *announced =
	    bgp_watch_find(watch, prefix, false, times->restart_ns);
	char text[PREFIX_STR_MAX];

	json_object_set_new(result, "host", json_string(conf->host));
	json_object_set_new(result, "process", json_string(conf->process));
	json_object_set_new(result, "client", json_string(conf->client));
	json_object_set_new(result, "prefix", json_string(prefix_format(prefix, text)));
	json_object_set_new(result, "interval_ms", json_real(duration_ms_f(conf->interval)));
	json_object_set_new(result, "killed_at", run_time_of_day(times->kill_ns));
	json_object_set_new(result, "withdraw_ms", event_ms(withdrawn, times->kill_ns));
	json_object_set_new(result, "withdrawals", withdrawals_to_json(run, watch, times));
	json_object_set_new(result, "moved_to", t.moved ? json_string(t.moved_to) : json_null());
	json_object_set_new(result, "first_answer_ms", ms_if(t.moved, t.moved_after));
	json_object_set_new(result, "outage_ms", ms_if(t.steady, t.steady_after));
	json_object_set_new(result, "usual_ms",
	    t.moved ? usual_ms(run, conf->client, t.moved_to, prefix.addr.family) : json_null());
	json_object_set_new(result, "requests", json_integer((json_int_t)t.requests));
	json_object_set_new(result, "failed", json_integer((json_int_t)t.failed));
	json_object_set_new(result, "failed_after_move", json_integer((json_int_t)t.failed_later));
	json_object_set_new(result, "first_failure_ms", ms_if(t.failed, t.first_failure));
	json_object_set_new(result, "last_failure_ms", ms_if(t.failed, t.last_failure));
	json_object_set_new(result, "restarted_at", run_time_of_day(times->restart_ns));
	json_object_set_new(result, "announce_ms", event_ms(announced, times->restart_ns));
	json_object_set_new(
	    result, "returned_to", t.returned ? json_string(question.from) : json_null());
	json_object_set_new(result, "return_ms", ms_if(t.returned, t.returned_after));
	json_object_set_new(
	    result, "failed_returning", json_integer((json_int_t)t.failed_returning));
	json_object_set_new(
	    result, "failed_after_return", json_integer((json_int_t)t.failed_returned));
	add_expectations(run, conf, site, withdrawn, &t, times);
}

static void
add_time(struct table *t, const char *what, const json_t *ms, const char *more)
{
	table_add_row(t);
	table_add_cell(t, what);
	if (json_is_number(ms))
		table_add_styled(t, STYLE_STRONG, "%+.2f ms", json_number_value(ms));
	else
		table_add_styled(t, STYLE_BAD, "never");
	table_add_styled(t, STYLE_DIM, "%s", more);
}

static void
add_failures(struct table *t, const json_t *result)
{
	double failed = run_number(result, "failed");

	table_add_row(t);
	table_add_cell(t, "requests that failed");
	table_add_styled(t, STYLE_STRONG, "%.0f of %.0f", failed, run_number(result, "requests"));
	if (failed > 0)
		table_add_styled(t, STYLE_DIM,
		    "from %+.1f to %+.1f ms, one begins every %.0f ms; %.0f after that answer",
		    run_number(result, "first_failure_ms"), run_number(result, "last_failure_ms"),
		    run_number(result, "interval_ms"), run_number(result, "failed_after_move"));
}

static struct table *
new_table(void)
{
	struct table *t = table_new();

	for (int i = 0; i < 3; i++)
		table_add_column(t, "", i == 1 ? TABLE_RIGHT : TABLE_LEFT);
	return t;
}

void
fail_print(const json_t *result, struct look look, struct strbuf *out)
{
	_cleanup_(table_freep) struct table *down = new_table(), *up = new_table();
	const char *moved_to = run_text(result, "moved_to"),
		   *returned_to = run_text(result, "returned_to");
	_cleanup_(freep) char *moved =
	    xasprintf("first answer from %s", *moved_to ? moved_to : "elsewhere");
	_cleanup_(freep) char *returned =
	    xasprintf("first answer from %s", *returned_to ? returned_to : "it again");

	bool once = run_number(result, "failed_after_move") == 0; /* it moved, and that was it */
	const char *is = once ? "the outage; " : "";
	_cleanup_(freep) char *usual = run_number(result, "usual_ms") > 0
					   ? xasprintf("%sa request to %s takes %.1f ms of it", is,
						 moved_to, run_number(result, "usual_ms"))
					   : xstrdup(once ? "the outage" : "");

	run_print_commands(result, look, out);
	if (!json_object_get(result, "killed_at"))
		return;
	add_time(down, "withdraw on the wire", json_object_get(result, "withdraw_ms"),
	    run_text(result, "prefix"));
	add_time(down, moved, json_object_get(result, "first_answer_ms"), usual);
	add_failures(down, result);
	if (!once)
		add_time(down, "steady again", json_object_get(result, "outage_ms"),
		    "the outage: none failed behind that answer");
	add_time(up, "announcement on the wire", json_object_get(result, "announce_ms"), "");
	add_time(up, returned, json_object_get(result, "return_ms"), "");
	table_add_row(up);
	table_add_cell(up, "requests that failed");
	table_add_styled(up, STYLE_STRONG, "%.0f", run_number(result, "failed_returning"));
	if (run_number(result, "failed_returning") > 0 && *returned_to)
		table_add_styled(up, STYLE_DIM, "%.0f of them begun after that answer",
		    run_number(result, "failed_after_return"));

	strbuf_addf(out, "\n  %s of %s is killed at %s\n", run_text(result, "process"),
	    run_text(result, "host"), run_text(result, "killed_at"));
	table_format(down, (struct table_look){ .indent = 4, .colour = look.colour }, out);
	strbuf_addf(out, "  it is started again at %s\n", run_text(result, "restarted_at"));
	table_format(up, (struct table_look){ .indent = 4, .colour = look.colour }, out);
}
