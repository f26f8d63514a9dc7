/*
 * Routes: how routers see the way to each Global IP, as BIRD itself says it: the AS path, the next
 * hop, and every other route that lost.
 */
#include <string.h>

#include "base/style.h"
#include "base/table.h"
#include "lab/bird_conf.h"
#include "lab/bird_ctl.h"
#include "lab/run_internal.h"

static const char *
network_name(const struct run *run, uint32_t asn)
{
	scenario_each (n, &run->scenario->networks, struct scenario_network)
		if (n->asn == asn)
			return n->name;
	return asn == run->scenario->host_asn ? "host" : NULL;
}

/* The names of the networks on the path; with ASNs that the scenario does not know as "AS64999". */
static json_t *
path_names(const struct run *run, const struct bird_route *route)
{
	json_t *names = json_array();

	for (size_t i = 0; i < route->as_path_len; i++) {
		const char *name = network_name(run, route->as_path[i]);

		json_array_append_new(
		    names, name ? json_string(name) : json_sprintf("AS%u", route->as_path[i]));
	}
	return names;
}

static json_t *
route_to_json(const struct run *run, size_t router, const struct bird_route *route)
{
	char text[IP_STR_MAX];
	json_t *path = json_array();
	const char *via = run_neighbor_on(run, router, route->ifname);

	for (size_t i = 0; i < route->as_path_len; i++)
		json_array_append_new(path, json_integer(route->as_path[i]));
	return json_pack("{s:b, s:s, s:s, s:o, s:o, s:o, s:o}", "best", route->best, "protocol",
	    route->protocol, "type", route->type, "as_path", path, "networks",
	    path_names(run, route), "next_hop",
	    route->bgp_next_hop.family != IP_NONE
		? json_string(ip_format(route->bgp_next_hop, text))
		: json_null(),
	    "via", via ? json_string(via) : json_null());
}

static int
ask_router(struct run *run, const char *router, const struct run_target *target, json_t *rows,
    size_t *lacking, struct err *err)
{
	_cleanup_(bird_routes_done) struct bird_routes routes = { 0 };
	char text[PREFIX_STR_MAX];
	json_t *list = json_array();
	size_t node = run_node(run, router);
	int fd;
	int r = run_bird(run, node, &fd, err);

	if (r >= 0)
		r = bird_ctl_routes_for(fd, target->prefix, &routes, err);
	*lacking += r < 0 || !bird_routes_best(&routes, target->prefix);
	for (size_t i = 0; i < routes.count; i++)
		if (prefix_equal(routes.items[i].dest, target->prefix))
			json_array_append_new(list, route_to_json(run, node, &routes.items[i]));
	json_array_append_new(rows, json_pack("{s:s, s:s, s:o}", "router", router, "prefix",
					prefix_format(target->prefix, text), "routes", list));
	return r;
}

/* The routers of the step, or those that the clients hang on. */
static const char **
list_routers(const struct run *run, const struct conf_list *from, size_t *ret_count)
{
	size_t clients, count = 0;
	const char **names = run_clients(run, &(struct conf_list){ 0 }, &clients);
	const char **routers =
	    arena_alloc(run->arena, (MAX(clients, from->count) + 1) * sizeof(*routers));

	for (size_t i = 0; i < from->count; i++)
		routers[count++] = scenario_str(from, i);
	for (size_t i = 0; from->count == 0 && i < clients; i++) {
		const struct lab_node *router = run_router_of(run, names[i]);
		bool known = !router;

		for (size_t k = 0; !known && k < count; k++)
			known = strcmp(routers[k], router->name) == 0;
		if (!known)
			routers[count++] = router->name;
	}
	*ret_count = count;
	return routers;
}

static int
run_routes(struct run *run, const struct scenario_step *step, json_t *result, struct err *err)
{
	size_t router_count, count, lacking = 0;
	const char **routers = list_routers(run, &step->routes.from, &router_count);
	struct run_target *targets = run_targets(run, step->routes.family, &count);
	json_t *commands = json_array(), *rows = json_array();

	json_object_set_new(result, "commands", commands);
	json_object_set_new(result, "rows", rows);
	for (size_t i = 0; i < router_count; i++) {
		for (size_t t = 0; t < count; t++) {
			int r = ask_router(run, routers[i], &targets[t], rows, &lacking, err);

			if (r < 0)
				return r;
		}
	}
	if (router_count > 0 && count > 0) {
		char text[PREFIX_STR_MAX];
		const char *const argv[] = { "birdc", "-s", BIRD_CONTROL_PATH, "show", "route",
			"for", prefix_format(targets[0].prefix, text), "all", NULL };

		run_add_command(commands, routers[0], argv);
	}
	expect_add(&run->expects, run->step, lacking == 0 && router_count * count > 0,
	    "these routers have a route to every Global IP", "%zu of %zu routes",
	    router_count * count - lacking, router_count * count);
	return 0;
}

static void
add_route(
    struct table *t, const char *router, const char *prefix, const json_t *route, struct look look)
{
	_cleanup_(strbuf_done) struct strbuf path = { 0 }, names = { 0 };
	bool best = json_is_true(json_object_get(route, "best"));
	enum style style = best ? STYLE_PLAIN : STYLE_DIM;
	const json_t *item;
	size_t i;

	json_array_foreach (json_object_get(route, "as_path"), i, item)
		strbuf_addf(&path, "%s%lld", i ? " " : "", (long long)json_integer_value(item));
	json_array_foreach (json_object_get(route, "networks"), i, item)
		strbuf_addf(&names, "%s%s%s%s", i ? " " : "", i ? look_arrow(look) : "",
		    i ? " " : "", json_string_value(item));
	table_add_row(t);
	table_add_styled(t, STYLE_STRONG, "%s", router);
	table_add_cell(t, prefix);
	table_add_styled(t, best ? STYLE_GOOD : STYLE_DIM, "%s", best ? "*" : "");
	table_add_styled(t, style, "%s", strbuf_get(&path));
	table_add_styled(t, style, "%s", strbuf_get(&names));
	table_add_styled(t, style, "%s", run_text(route, "via"));
}

static void
print_routes(const json_t *result, struct look look, struct strbuf *out)
{
	_cleanup_(table_freep) struct table *t = table_new();
	const json_t *row, *route;
	const char *last = "";
	size_t i, k;

	run_print_commands(result, look, out);
	table_add_column(t, "router", TABLE_LEFT);
	table_add_column(t, "route to", TABLE_LEFT);
	table_add_column(t, "", TABLE_LEFT);
	table_add_column(t, "AS path", TABLE_LEFT);
	table_add_column(t, "through", TABLE_LEFT);
	table_add_column(t, "via", TABLE_LEFT);
	json_array_foreach (json_object_get(result, "rows"), i, row) {
		const json_t *routes = json_object_get(row, "routes");
		const char *router = run_text(row, "router");

		json_array_foreach (routes, k, route) {
			add_route(t, strcmp(last, router) == 0 ? "" : router,
			    k ? "" : run_text(row, "prefix"), route, look);
			last = router;
		}
		if (json_array_size(routes) == 0) {
			table_add_row(t);
			table_add_styled(
			    t, STYLE_STRONG, "%s", strcmp(last, router) == 0 ? "" : router);
			table_add_cell(t, run_text(row, "prefix"));
			table_add_cell(t, "");
			table_add_styled(t, STYLE_BAD, "no route");
			last = router;
		}
	}
	strbuf_add_char(out, '\n');
	table_format(t, (struct table_look){ .indent = 2, .colour = look.colour }, out);
}

const struct run_step run_step_routes = {
	.kind = STEP_ROUTES,
	.key = "routes",
	.about = "the way to the Global IP as BIRD has it",
	.run = run_routes,
	.print = print_routes,
};
