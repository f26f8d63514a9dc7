#include "plan_fixture.h"

static struct prefix
address(const char *text)
{
	struct prefix p = { 0 };

	(void)prefix_parse_host(text, &p);
	return p;
}

static void
fill_node(struct lab_plan *plan, size_t pair, unsigned side)
{
	struct arena *a = plan->arena;
	struct lab_node *n = &plan->nodes[2 * pair + side];
	unsigned i = (unsigned)pair;
	struct prefix v4 = address(arena_printf(a, "198.51.100.%u/31", 2 * i + side));
	struct prefix v6 = address(arena_printf(a, "2001:db8:1:%x::%u/127", i, side));
	struct prefix loopback = address(arena_printf(a, "192.0.2.%u/32", i + 1));
	const struct lab_address addresses[] = { { side == 0 ? "east" : "west", v4 },
		{ side == 0 ? "east" : "west", v6 }, { "lo", loopback } };
	const struct lab_route route = { loopback, address(arena_printf(a, "198.51.100.%u/31", 2 * i)).addr };

	*n = (struct lab_node){
		.name = arena_printf(a, "%s%u", side == 0 ? "west" : "east", i),
		.kind = side == 0 ? LAB_HOST : LAB_CLIENT,
		.city = side == 0 ? "ams" : "sin",
		.addresses = arena_memdup(a, addresses, sizeof(addresses)),
		.address_count = side == 0 ? 3 : 2,
		.routes = arena_memdup(a, &route, sizeof(route)),
		.route_count = side,
	};
	if (side == 0)
		n->loopback4 = loopback.addr;
	plan->names[2 * pair + side] = (struct lab_name){ v4.addr, n->name };
}

struct lab_plan *
fixture_pairs(const char *name, const struct duration *delays, size_t count)
{
	struct arena *a = arena_new();
	struct lab_plan *plan = arena_alloc(a, sizeof(*plan));

	*plan = (struct lab_plan){
		.arena = a,
		.name = arena_strdup(a, name),
		.nodes = arena_alloc(a, 2 * count * sizeof(*plan->nodes)),
		.node_count = 2 * count,
		.links = arena_alloc(a, count * sizeof(*plan->links)),
		.link_count = count,
		.names = arena_alloc(a, 2 * count * sizeof(*plan->names)),
		.name_count = 2 * count,
	};
	for (size_t i = 0; i < count; i++) {
		fill_node(plan, i, 0);
		fill_node(plan, i, 1);
		plan->links[i] = (struct lab_link){
			.ends = { { 2 * i, "east" }, { 2 * i + 1, "west" } },
			.delay = delays[i],
			.what = arena_printf(a, "west%zu-east%zu", i, i),
		};
	}
	return plan;
}

void
fixture_add_processes(struct lab_plan *plan, const struct lab_process *processes, size_t count)
{
	plan->nodes[0].processes = processes;
	plan->nodes[0].process_count = count;
}

void
fixture_add_files(struct lab_plan *plan, const struct lab_file *files, size_t count)
{
	plan->nodes[0].files = files;
	plan->nodes[0].file_count = count;
}
