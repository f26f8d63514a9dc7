#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/style.h"
#include "lab/bird_ctl.h"
#include "lab/cities.h"
#include "lab/run_internal.h"

#define COMMANDS_SHOWN 2 /* of a step; its document has all */

size_t
run_node(const struct run *run, const char *name)
{
	for (size_t i = 0; i < run->plan->node_count; i++)
		if (strcmp(run->plan->nodes[i].name, name) == 0)
			return i;
	abort(); /* the scenario's check knows every name that a step may use */
}

const struct lab_node *
run_router_of(const struct run *run, const char *name)
{
	size_t node = run_node(run, name);

	for (size_t i = 0; i < run->plan->link_count; i++) {
		const struct lab_link_end *ends = run->plan->links[i].ends;

		for (int end = 0; end < 2; end++) {
			const struct lab_node *other = &run->plan->nodes[ends[!end].node];

			if (ends[end].node == node && other->kind == LAB_ROUTER)
				return other;
		}
	}
	return NULL;
}

struct ip
run_address(const struct run *run, const char *node, enum ip_family family)
{
	const struct lab_node *n = &run->plan->nodes[run_node(run, node)];

	return family == IP_V4 ? n->loopback4 : n->loopback6;
}

const char *
run_name_of(const struct run *run, struct ip ip)
{
	char text[IP_STR_MAX];

	for (size_t n = 0; n < run->plan->node_count; n++) {
		const struct lab_node *node = &run->plan->nodes[n];

		for (size_t i = 0; i < node->address_count; i++)
			if (ip_equal(node->addresses[i].addr.addr, ip))
				return node->name;
	}
	return arena_strdup(run->arena, ip_format(ip, text));
}

const char *
run_neighbor_on(const struct run *run, size_t node, const char *ifname)
{
	for (size_t i = 0; i < run->plan->link_count; i++) {
		const struct lab_link_end *ends = run->plan->links[i].ends;

		for (int end = 0; end < 2; end++)
			if (ends[end].node == node && strcmp(ends[end].ifname, ifname) == 0)
				return run->plan->nodes[ends[!end].node].name;
	}
	return NULL;
}

const char *
run_city_name(const struct run *run, const char *node)
{
	const char *code = run->plan->nodes[run_node(run, node)].city;
	const struct city *city = city_find(code);

	return city ? city->name : code;
}

const char **
run_clients(const struct run *run, const struct conf_list *list, size_t *ret_count)
{
	const struct conf_list *all = &run->scenario->clients;
	size_t count = list->count ? list->count : all->count;
	const char **names = arena_alloc(run->arena, (count + 1) * sizeof(*names));

	for (size_t i = 0; i < count; i++)
		names[i] = list->count ? scenario_str(list, i)
				       : scenario_at(all, struct scenario_client, i)->name;
	*ret_count = count;
	return names;
}

const char *
run_expected_site(const struct conf_list *landings, const char *client)
{
	scenario_each (l, landings, struct scenario_landing)
		if (strcmp(l->client, client) == 0)
			return l->site;
	return NULL;
}

const char *
run_url(const struct run *run, struct ip ip, uint32_t port)
{
	char text[IP_STR_MAX], port_text[16] = "";

	ip_format(ip, text);
	if (port != 80)
		snprintf(port_text, sizeof(port_text), ":%u", port);
	return arena_printf(
	    run->arena, ip.family == IP_V6 ? "http://[%s]%s/" : "http://%s%s/", text, port_text);
}

struct run_target *
run_targets(const struct run *run, int step_family, size_t *ret_count)
{
	const struct scenario *s = run->scenario;
	size_t count = 0;

	scenario_each (service, &s->services, struct scenario_service)
		count += 2 * service->global_ips.count;

	struct run_target *targets = arena_alloc(run->arena, (count + 1) * sizeof(*targets));

	count = 0;
	scenario_each (service, &s->services, struct scenario_service) {
		for (size_t i = 0; i < service->global_ips.count; i++) {
			const struct scenario_global_ip *g =
			    scenario_global_ip(s, scenario_str(&service->global_ips, i));
			const struct prefix blocks[] = { g->ipv4, g->ipv6 };

			for (size_t f = 0; f < ARRAY_SIZE(blocks); f++) {
				enum ip_family family = blocks[f].addr.family;

				if (family == IP_NONE ||
				    !scenario_family_used(s, step_family, family))
					continue;
				targets[count++] = (struct run_target){
					.service = service->name,
					.url = run_url(run, blocks[f].addr, service->port),
					.port = service->port,
					.prefix = blocks[f],
					.family = family,
				};
			}
		}
	}
	*ret_count = count;
	return targets;
}

void
run_add_command(json_t *commands, const char *node, const char *const *argv)
{
	_cleanup_(strbuf_done) struct strbuf line = { 0 };

	strbuf_addf(&line, "nearcast lab exec %s --", node);
	for (; *argv; argv++)
		if (strcmp(*argv, "--json") != 0) /* the same for a person's eyes */
			strbuf_addf(&line, " %s", *argv);
	json_array_append_new(commands, json_string(strbuf_get(&line)));
}

void
run_print_commands(const json_t *result, struct look look, struct strbuf *out)
{
	const json_t *line;
	size_t i;

	const json_t *commands = json_object_get(result, "commands");
	size_t count = json_array_size(commands);

	json_array_foreach (commands, i, line) {
		if (i == COMMANDS_SHOWN && count > COMMANDS_SHOWN + 1)
			break;
		strbuf_addf(out, "  %s%s%s\n", style_begin(STYLE_DIM, look.colour),
		    json_string_value(line), style_end(STYLE_DIM, look.colour));
	}
	if (i < count)
		strbuf_addf(out, "  %sand %zu more like these%s\n",
		    style_begin(STYLE_DIM, look.colour), count - i,
		    style_end(STYLE_DIM, look.colour));
}

int
run_gather_json(
    struct run *run, struct gather_job *jobs, size_t count, struct duration timeout, json_t **docs)
{
	int r = gather_run(run->lab, jobs, count, timeout, run->options->stop_fd);

	for (size_t i = 0; i < count; i++) {
		json_error_t e;

		/* Also of one that ended with 1: "some requests failed" comes with a document. */
		docs[i] = jobs[i].ended
			      ? json_loadb(strbuf_get(&jobs[i].out), jobs[i].out.len, 0, &e)
			      : NULL;
		if (!docs[i] && jobs[i].why[0] == '\0')
			snprintf(jobs[i].why, sizeof(jobs[i].why), "what %s wrote is no JSON: %s",
			    jobs[i].argv[0], e.text);
	}
	return r;
}

int
run_bird(struct run *run, size_t node, int *ret_fd, struct err *err)
{
	if (run->bird[node] < 0) {
		int fd = bird_ctl_open(run->lab, run->plan->nodes[node].name, err);

		if (fd < 0)
			return fd;
		run->bird[node] = fd;
	}
	*ret_fd = run->bird[node];
	return 0;
}

void
run_bird_forget(struct run *run, size_t node)
{
	if (run->bird[node] >= 0)
		close(run->bird[node]);
	run->bird[node] = -1;
}

int
run_sleep(const struct run *run, struct duration d)
{
	struct pollfd p = { .fd = run->options->stop_fd, .events = POLLIN };
	struct timespec ts = { .tv_sec = d.ns / NS_PER_S, .tv_nsec = d.ns % NS_PER_S };

	return ppoll(&p, 1, &ts, NULL) == 0 ? 0 : -EINTR;
}

double
run_number(const json_t *object, const char *key)
{
	return json_number_value(json_object_get(object, key));
}

const char *
run_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

json_t *
run_time_of_day(int64_t wall_ns)
{
	time_t seconds = (time_t)(wall_ns / NS_PER_S);
	char text[32];
	struct tm tm;

	if (!gmtime_r(&seconds, &tm) || strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm) == 0)
		return json_null();
	return json_sprintf("%s.%06dZ", text, (int)(wall_ns % NS_PER_S / NS_PER_US));
}
