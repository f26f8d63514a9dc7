#include "lab/plan.h"

#include "lab/address_files.h"
#include "lab/bird_conf.h"
#include "lab/controller_node.h"
#include "lab/host_conf.h"
#include "lab/pools.h"
#include "lab/topology.h"

#define LINK_LEN4 31
#define LINK_LEN6 126

/* Lists of the plan while they grow; sizes are counted first. */
struct maker {
	const struct topology *t;
	struct arena *arena;
	struct lab_plan *plan;
	/* the same in every node; NULL: none */
	const char *names_json, *hitlist4, *hitlist6, *places, *origins;
};

static void
add_file(struct lab_file *files, size_t *count, const char *path, const char *content)
{
	files[(*count)++] = (struct lab_file){ .path = path, .content = content, .mode = 0644 };
}

static const char *const *
make_argv(struct arena *arena, const char *const *argv, size_t count)
{
	const char **copy = arena_alloc(arena, (count + 1) * sizeof(*copy));

	for (size_t i = 0; i < count; i++)
		copy[i] = arena_strdup(arena, argv[i]);
	return copy;
}

#define ARGV(arena, ...)                                                                           \
	make_argv((arena), (const char *const[]){ __VA_ARGS__ },                                   \
	    ARRAY_SIZE(((const char *const[]){ __VA_ARGS__ })))

static void
make_router_processes(struct maker *m, size_t i, struct lab_file *files, size_t *file_count)
{
	struct lab_node *node = &m->plan->nodes[i];
	struct lab_process *bird = arena_alloc(m->arena, sizeof(*bird));

	add_file(files, file_count, BIRD_CONF_PATH, bird_conf_format(m->t, i));
	*bird = (struct lab_process){
		.name = "bird",
		.argv = ARGV(m->arena, "bird", "-f", "-c", BIRD_CONF_PATH, "-s", BIRD_CONTROL_PATH),
		.ready = LAB_READY_PATH,
		.ready_arg = BIRD_CONTROL_PATH,
	};
	node->processes = bird;
	node->process_count = 1;
}

static void
make_host_processes(struct maker *m, size_t i, struct lab_file *files, size_t *file_count)
{
	struct lab_node *node = &m->plan->nodes[i];
	struct lab_process *p = arena_alloc(m->arena, 2 * sizeof(*p));

	add_file(files, file_count, NGINX_CONF_PATH, host_conf_nginx(m->t, i));
	add_file(files, file_count, AGENT_CONF_PATH, host_conf_agent(m->t, i));
	p[0] = (struct lab_process){
		.name = "nginx",
		.argv = ARGV(m->arena, "nginx", "-c", NGINX_CONF_PATH),
		.ready = LAB_READY_LISTENS,
		.ready_arg = arena_printf(m->arena, "%u", host_conf_port(m->t, i)),
	};
	p[1] = (struct lab_process){
		.name = "nearcastd",
		.argv = ARGV(m->arena, "nearcastd", "-c", AGENT_CONF_PATH),
		.manual = true,
		.ready = LAB_READY_PATH,
		.ready_arg = AGENT_SOCKET_PATH,
	};
	node->processes = p;
	node->process_count = 2;
}

static void
add_address(struct lab_address *list, size_t *count, const char *ifname, struct ip ip, uint8_t len)
{
	if (ip.family != IP_NONE)
		list[(*count)++] = (struct lab_address){ ifname, { .addr = ip, .len = len } };
}

/* Loopbacks of a router, then the addresses of every link of the node. */
static void
make_addresses(struct maker *m, size_t i)
{
	const struct topology *t = m->t;
	struct lab_node *node = &m->plan->nodes[i];
	size_t links = 0;

	for (size_t l = 0; l < t->link_count; l++)
		links += topo_link_own(&t->links[l], i) != NULL;

	struct lab_address *list = arena_alloc(m->arena, 2 * (links + 1) * sizeof(*list));

	if (node->kind == LAB_ROUTER) {
		add_address(list, &node->address_count, "lo", node->loopback4, 32);
		add_address(list, &node->address_count, "lo", node->loopback6, 128);
	}
	for (size_t l = 0; l < t->link_count; l++) {
		const struct topo_end *own = topo_link_own(&t->links[l], i);

		if (own == NULL)
			continue;
		const char *ifname = arena_strdup(m->arena, own->ifname);

		add_address(list, &node->address_count, ifname, own->addr4, LINK_LEN4);
		add_address(list, &node->address_count, ifname, own->addr6, LINK_LEN6);
	}
	node->addresses = list;
}

static void
add_default(struct lab_route *routes, size_t *count, struct ip via)
{
	struct ip any = { .family = via.family };

	if (via.family != IP_NONE)
		routes[(*count)++] = (struct lab_route){ .dest = { .addr = any }, .via = via };
}

/* Hosts and clients send everything to the router at the other end of their line. */
static void
make_routes(struct maker *m, size_t i)
{
	struct lab_node *node = &m->plan->nodes[i];
	struct lab_route *routes = arena_alloc(m->arena, 2 * sizeof(*routes));

	node->routes = routes;
	for (size_t l = 0; l < m->t->link_count && node->kind != LAB_ROUTER; l++) {
		const struct topo_end *router = topo_link_other(&m->t->links[l], i);

		if (router == NULL)
			continue;
		add_default(routes, &node->route_count, router->addr4);
		add_default(routes, &node->route_count, router->addr6);
	}
}

static void
make_node(struct maker *m, size_t i)
{
	const struct topo_node *from = &m->t->nodes[i];
	const struct topo_net *net = &m->t->nets[from->net];
	struct lab_node *node = &m->plan->nodes[i];
	struct lab_file *files = arena_alloc(m->arena, 7 * sizeof(*files));

	node->name = arena_strdup(m->arena, from->name);
	node->kind = from->kind;
	node->city = from->city->code;
	node->network = arena_strdup(m->arena, net->conf->name);
	node->asn = net->conf->asn;
	node->site = from->site ? arena_strdup(m->arena, from->site->name) : NULL;
	node->loopback4 = from->loopback4;
	node->loopback6 = from->loopback6;
	node->forwarding = from->kind == LAB_ROUTER;
	make_addresses(m, i);
	make_routes(m, i);

	node->files = files;
	add_file(files, &node->file_count, NAMES_PATH, m->names_json);
	if (m->hitlist4 != NULL)
		add_file(files, &node->file_count, HITLIST4_PATH, m->hitlist4);
	if (m->hitlist6 != NULL)
		add_file(files, &node->file_count, HITLIST6_PATH, m->hitlist6);
	add_file(files, &node->file_count, PLACES_PATH, m->places);
	add_file(files, &node->file_count, ORIGINS_PATH, m->origins);
	switch (from->kind) {
	case LAB_ROUTER:
		make_router_processes(m, i, files, &node->file_count);
		break;
	case LAB_HOST:
		make_host_processes(m, i, files, &node->file_count);
		break;
	case LAB_CLIENT:
	case LAB_CONTROLLER:
		break;
	}
}

static void
make_link(struct maker *m, size_t i)
{
	const struct topo_link *from = &m->t->links[i];
	struct lab_link *link = &m->plan->links[i];

	for (size_t e = 0; e < 2; e++)
		link->ends[e] = (struct lab_link_end){ from->ends[e].node,
			arena_strdup(m->arena, from->ends[e].ifname) };
	link->delay = from->delay;
	link->mtu = from->mtu;
	link->what = from->what;
}

static void
add_name(struct maker *m, struct ip addr, const char *name)
{
	if (addr.family != IP_NONE)
		m->plan->names[m->plan->name_count++] = (struct lab_name){ addr, name };
}

/*
 * A node's name stands for its own addresses only, so that it resolves to those. A router's interface is
 * "sin.hkg.eastern": the one towards sin of hkg.eastern.
 */
static void
make_names(struct maker *m)
{
	const struct topology *t = m->t;
	const struct scenario *s = t->scenario;
	size_t max = 2 * t->node_count + 4 * t->link_count + 2 * s->global_ips.count;

	m->plan->names = arena_alloc(m->arena, max * sizeof(*m->plan->names));
	for (size_t i = 0; i < t->node_count; i++) {
		add_name(m, t->nodes[i].loopback4, m->plan->nodes[i].name);
		add_name(m, t->nodes[i].loopback6, m->plan->nodes[i].name);
	}
	for (size_t i = 0; i < t->link_count; i++) {
		for (size_t e = 0; e < 2; e++) {
			const struct topo_end *end = &t->links[i].ends[e];

			if (t->nodes[end->node].kind != LAB_ROUTER)
				continue;
			const char *name =
			    arena_printf(m->arena, "%s.%s", end->ifname, t->nodes[end->node].name);

			add_name(m, end->addr4, name);
			add_name(m, end->addr6, name);
		}
	}
	scenario_each (g, &s->global_ips, struct scenario_global_ip) {
		const char *name = arena_strdup(m->arena, g->name);

		if (t->v4)
			add_name(m, g->ipv4.addr, name);
		if (t->v6)
			add_name(m, g->ipv6.addr, name);
	}
}

static int
make_plan(const struct scenario *s, bool with_controller, struct lab_plan **ret, struct err *err)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new();
	struct topology *t;
	int r = topology_new(s, arena, &t, err);

	if (r < 0)
		return r;
	if (with_controller)
		t->pools = lab_pools(s, arena, &t->pool_count);

	struct lab_plan *plan = arena_alloc(arena, sizeof(*plan));
	struct maker m = { .t = t,
		.arena = arena,
		.plan = plan,
		.names_json = address_files_names(t),
		.hitlist4 = host_conf_hitlist(t, IP_V4),
		.hitlist6 = host_conf_hitlist(t, IP_V6),
		.places = address_files_places(t),
		.origins = address_files_origins(t) };

	plan->name = arena_strdup(arena, s->lab);
	plan->node_count = t->node_count;
	plan->nodes = arena_alloc(arena, (t->node_count + 1) * sizeof(*plan->nodes));
	plan->link_count = t->link_count;
	plan->links = arena_alloc(arena, t->link_count * sizeof(*plan->links));
	for (size_t i = 0; i < t->node_count; i++)
		make_node(&m, i);
	for (size_t i = 0; i < t->link_count; i++)
		make_link(&m, i);
	make_names(&m);
	if (with_controller)
		r = controller_node_add(t, plan, m.names_json, err);
	if (r < 0)
		return r;
	plan->arena = TAKE(arena);
	*ret = plan;
	return 0;
}

int
lab_plan_new(const struct scenario *s, struct lab_plan **ret, struct err *err)
{
	return make_plan(s, false, ret, err);
}

int
lab_plan_new_with_controller(const struct scenario *s, struct lab_plan **ret, struct err *err)
{
	return make_plan(s, true, ret, err);
}

void
lab_plan_free(struct lab_plan *p)
{
	/* The plan itself lives in its arena. */
	if (p)
		arena_free(p->arena);
}

void
lab_plan_freep(struct lab_plan **p)
{
	lab_plan_free(*p);
}
