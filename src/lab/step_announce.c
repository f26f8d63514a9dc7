/*
 * Announce: starts nearcastd on the hosts and waits until each of them has its Global IPs on lo,
 * sees its checks pass and announces, by its own word (nearcast status); then until every router
 * has the routes, by BIRD's.
 */
#include <errno.h>
#include <string.h>

#include "base/style.h"
#include "base/table.h"
#include "io/loop.h"
#include "lab/run_internal.h"

#define AGENT "nearcastd"
#define POLL_INTERVAL DURATION_MS(50)

struct announcing {
	const char *host;
	size_t wanted; /* Global IPs */
	bool announced;
	struct duration after;     /* since the step's begin */
	json_t *status;            /* the last; owned */
	char why[ERR_MESSAGE_MAX]; /* not announced, because */
};

/* How many Global IPs the host has to announce. */
static size_t
count_wanted(const struct run *run, const char *name)
{
	const struct scenario_host *host = scenario_host(run->scenario, name, NULL);
	size_t count = 0;

	for (size_t i = 0; i < host->services.count; i++) {
		const struct scenario_service *service =
		    scenario_service(run->scenario, scenario_str(&host->services, i));

		for (size_t g = 0; g < service->global_ips.count; g++) {
			const struct scenario_global_ip *ip = scenario_global_ip(
			    run->scenario, scenario_str(&service->global_ips, g));

			count += ip->ipv4.addr.family != IP_NONE &&
				 scenario_has_family(run->scenario, IP_V4);
			count += ip->ipv6.addr.family != IP_NONE &&
				 scenario_has_family(run->scenario, IP_V6);
		}
	}
	return count;
}

static struct announcing *
list_hosts(const struct run *run, const struct conf_list *hosts, size_t *ret_count)
{
	struct announcing *list = arena_alloc(run->arena, run->plan->node_count * sizeof(*list));
	size_t count = 0;

	for (size_t i = 0; i < hosts->count; i++)
		list[count++].host = scenario_str(hosts, i);
	if (hosts->count == 0) {
		scenario_each (site, &run->scenario->sites, struct scenario_site)
			scenario_each (host, &site->hosts, struct scenario_host) {
				if (host->services.count > 0)
					list[count++].host = host->name;
			}
	}
	for (size_t i = 0; i < count; i++)
		list[i].wanted = count_wanted(run, list[i].host);
	*ret_count = count;
	return list;
}

static int
start_agents(struct run *run, const struct announcing *hosts, size_t count, struct duration within,
    struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		int r = lab_process_start(run->lab, hosts[i].host, AGENT, err);

		if (r < 0 && r != -EALREADY)
			return r;
	}
	for (size_t i = 0; i < count; i++) {
		say_waiting(run->say, "waiting: %s of %s", AGENT, hosts[i].host);

		int r = lab_process_wait_ready(run->lab, hosts[i].host, AGENT, within, err);

		if (r < 0)
			return r;
	}
	return 0;
}

/* How many Global IPs the status says are on lo and announced; why tells what is not. */
static size_t
count_announced(struct announcing *h)
{
	const json_t *service, *ip;
	size_t s, i, count = 0;

	h->why[0] = '\0';
	json_array_foreach (json_object_get(h->status, "services"), s, service) {
		json_array_foreach (json_object_get(service, "global_ips"), i, ip) {
			if (json_is_true(json_object_get(ip, "announced")) &&
			    json_is_true(json_object_get(ip, "address_present")))
				count++;
			else
				snprintf(h->why, sizeof(h->why), "%s is %s: %s",
				    run_text(ip, "prefix"), run_text(service, "stage"),
				    run_text(service, "why"));
		}
	}
	return count;
}

static int
ask_status(struct run *run, struct announcing *hosts, size_t count)
{
	static const char *const argv[] = { "nearcast", "status", "--json", NULL };
	_cleanup_(freep) struct gather_job *jobs = xcalloc(count, sizeof(*jobs));
	_cleanup_(freep) json_t **docs = xcalloc(count, sizeof(json_t *));

	for (size_t i = 0; i < count; i++)
		jobs[i] = (struct gather_job){ .node = hosts[i].host, .argv = argv };

	int r = run_gather_json(run, jobs, count, DURATION_S(5), docs);

	for (size_t i = 0; i < count; i++) {
		if (docs[i]) {
			json_decref(hosts[i].status);
			hosts[i].status = docs[i];
		} else
			snprintf(hosts[i].why, sizeof(hosts[i].why), "%s", jobs[i].why);
		gather_job_done(&jobs[i]);
	}
	return r;
}

/* Until all announce, or the time is over: that is for the expectations, not an error. */
static int
wait_for_announcements(struct run *run, struct announcing *hosts, size_t count,
    struct instant begin, struct instant deadline)
{
	for (;;) {
		size_t missing = 0;
		int r = ask_status(run, hosts, count);
		struct instant now = clock_now();

		for (size_t i = 0; r >= 0 && i < count; i++) {
			struct announcing *h = &hosts[i];

			if (!h->announced && h->status && count_announced(h) >= h->wanted) {
				h->announced = true;
				h->after = instant_diff(now, begin);
			}
			missing += !h->announced;
			if (!h->announced)
				say_waiting(run->say, "waiting: %s, %s", h->host, h->why);
		}
		if (r < 0 || missing == 0 || instant_reached(deadline, now))
			return r;
		r = run_sleep(run, POLL_INTERVAL);
		if (r < 0)
			return r;
	}
}

static int
wait_for_routers(struct run *run, struct instant deadline, json_t *result)
{
	size_t count;
	struct run_target *targets = run_targets(run, SCENARIO_FAMILY_BOTH, &count);
	struct run_route_want *wants = arena_alloc(run->arena, (count + 1) * sizeof(*wants));
	struct duration took;
	struct err err = { 0 };

	for (size_t i = 0; i < count; i++)
		wants[i] = (struct run_route_want){ .prefix = targets[i].prefix, .exact = true };

	int r = run_wait_for_routes(
	    run, wants, count, instant_diff(deadline, clock_now()), &took, &err);

	if (r == -EINTR)
		return r;
	if (r >= 0)
		json_object_set_new(result, "routes_ms", json_real(duration_ms_f(took)));
	expect_add(&run->expects, run->step, r >= 0, "every router has a route to every Global IP",
	    "%s", r >= 0 ? "all of them" : err.message);
	return 0;
}

static json_t *
host_to_json(const struct run *run, const struct announcing *h)
{
	const struct scenario_site *site;

	scenario_host(run->scenario, h->host, &site);
	return json_pack("{s:s, s:s, s:b, s:o, s:O?, s:O?}", "host", h->host, "site", site->name,
	    "announced", h->announced, "announced_after_ms",
	    h->announced ? json_real(duration_ms_f(h->after)) : json_null(), "services",
	    json_object_get(h->status, "services"), "neighbors",
	    json_object_get(h->status, "neighbors"));
}

static int
run_announce(struct run *run, const struct scenario_step *step, json_t *result, struct err *err)
{
	size_t count;
	struct announcing *hosts = list_hosts(run, &step->announce.hosts, &count);
	struct instant begin = clock_now(), deadline = instant_add(begin, step->announce.within);
	json_t *rows = json_array(), *commands = json_array();
	bool all = true;
	int r = start_agents(run, hosts, count, step->announce.within, err);

	json_object_set_new(result, "commands", commands);
	json_object_set_new(result, "hosts", rows);
	if (r >= 0)
		r = wait_for_announcements(run, hosts, count, begin, deadline);
	for (size_t i = 0; i < count; i++) {
		_cleanup_(freep) char *expected = xasprintf("%s announces its %zu Global IP%s",
		    hosts[i].host, hosts[i].wanted, hosts[i].wanted == 1 ? "" : "s");

		json_array_append_new(rows, host_to_json(run, &hosts[i]));
		run_add_command(
		    commands, hosts[i].host, (const char *const[]){ "nearcast", "status", NULL });
		all &= hosts[i].announced;
		if (r >= 0 && hosts[i].announced)
			expect_add(&run->expects, run->step, true, expected, "after %.1f s",
			    duration_ms_f(hosts[i].after) / 1000);
		else if (r >= 0)
			expect_add(&run->expects, run->step, false, expected, "%s",
			    *hosts[i].why ? hosts[i].why : "not in time");
		json_decref(hosts[i].status);
	}
	return r < 0 || !all ? r : wait_for_routers(run, deadline, result);
}

/* "front passing, dns failing"; a check of several addresses is named once for each verdict. */
static const char *
verdicts(const json_t *service, struct strbuf *out)
{
	const json_t *check;
	size_t i;

	strbuf_done(out);
	json_array_foreach (json_object_get(service, "checks"), i, check) {
		_cleanup_(freep) char *text =
		    xasprintf("%s %s", run_text(check, "name"), run_text(check, "verdict"));

		if (!strstr(strbuf_get(out), text))
			strbuf_addf(out, "%s%s", out->len ? ", " : "", text);
	}
	return strbuf_get(out);
}

static void
print_announce(const json_t *result, struct look look, struct strbuf *out)
{
	_cleanup_(table_freep) struct table *t = table_new();
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	const json_t *host, *service, *ip;
	size_t h, s, i;

	run_print_commands(result, look, out);
	table_add_column(t, "host", TABLE_LEFT);
	table_add_column(t, "service", TABLE_LEFT);
	table_add_column(t, "check", TABLE_LEFT);
	table_add_column(t, "Global IP", TABLE_LEFT);
	table_add_column(t, "on lo", TABLE_LEFT);
	table_add_column(t, "announced", TABLE_LEFT);
	table_add_column(t, "stage", TABLE_LEFT);
	json_array_foreach (json_object_get(result, "hosts"), h, host) {
		json_array_foreach (json_object_get(host, "services"), s, service) {
			json_array_foreach (json_object_get(service, "global_ips"), i, ip) {
				bool on_lo = json_is_true(json_object_get(ip, "address_present"));
				bool announced = json_is_true(json_object_get(ip, "announced"));

				table_add_row(t);
				table_add_cell(t, s || i ? "" : run_text(host, "host"));
				table_add_cell(t, i ? "" : run_text(service, "name"));
				table_add_cell(t, i ? "" : verdicts(service, &text));
				table_add_cell(t, run_text(ip, "prefix"));
				table_add_styled(
				    t, on_lo ? STYLE_GOOD : STYLE_BAD, "%s", on_lo ? "yes" : "no");
				table_add_styled(t, announced ? STYLE_GOOD : STYLE_BAD, "%s",
				    announced ? "yes" : "no");
				table_add_cell(t, run_text(ip, "stage"));
			}
		}
	}
	strbuf_add_char(out, '\n');
	table_format(t, (struct table_look){ .indent = 2, .colour = look.colour }, out);
	if (json_object_get(result, "routes_ms"))
		strbuf_addf(out,
		    "  Every router has the routes; the last one changed %.2f s after the agents "
		    "announced.\n",
		    run_number(result, "routes_ms") / 1000);
}

const struct run_step run_step_announce = {
	.kind = STEP_ANNOUNCE,
	.key = "announce",
	.about = "each host puts it on lo, sees its check pass and announces it",
	.run = run_announce,
	.print = print_announce,
};
