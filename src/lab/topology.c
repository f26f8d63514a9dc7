#include "lab/topology.h"

#include <stdio.h>
#include <string.h>

#include "lab/addressing.h"
#include "lab/mesh.h"

#define COST_STEP_NS (10 * NS_PER_US)

static size_t
net_index(const struct topology *t, const char *name)
{
	for (size_t i = 0; i < t->net_count; i++) {
		if (strcmp(t->nets[i].conf->name, name) == 0)
			return i;
	}
	return SIZE_MAX;
}

/* The router of the network in the city or, when it has none there, its nearest one. Gives the node. */
static size_t
router_near(const struct topology *t, size_t net, const struct city *city)
{
	const struct topo_net *n = &t->nets[net];
	size_t best = n->first_node;
	double best_km = geo_distance_km(t->nodes[best].city->at, city->at);

	for (size_t i = best + 1; i < n->first_node + n->node_count; i++) {
		double km = geo_distance_km(t->nodes[i].city->at, city->at);

		if (km < best_km) {
			best = i;
			best_km = km;
		}
	}
	return best;
}

const struct topo_end *
topo_link_own(const struct topo_link *l, size_t node)
{
	for (size_t e = 0; e < 2; e++) {
		if (l->ends[e].node == node)
			return &l->ends[e];
	}
	return NULL;
}

const struct topo_end *
topo_link_other(const struct topo_link *l, size_t node)
{
	for (size_t e = 0; e < 2; e++) {
		if (l->ends[e].node == node)
			return &l->ends[1 - e];
	}
	return NULL;
}

static struct topo_node *
add_node(struct topology *t, enum lab_node_kind kind, const char *name, const char *city, size_t net)
{
	struct topo_node *node = &t->nodes[t->node_count++];

	node->kind = kind;
	node->name = name;
	node->city = city_find(city);
	node->net = net;
	return node;
}

static bool
ifname_free(const struct topology *t, size_t node, const char *name)
{
	static const char *const TAKEN[] = { "lo", "all", "default" };

	for (size_t i = 0; i < ARRAY_SIZE(TAKEN); i++) {
		if (strcmp(name, TAKEN[i]) == 0)
			return false;
	}
	for (size_t i = 0; i < t->link_count; i++) {
		const struct topo_end *own = topo_link_own(&t->links[i], node);

		if (own != NULL && strcmp(own->ifname, name) == 0)
			return false;
	}
	return true;
}

/* An interface is called after what is at its other end, as far as 15 characters go. */
static void
name_interface(const struct topology *t, struct topo_end *end, const char *wanted)
{
	char name[IFNAMSIZ];

	(void)snprintf(name, sizeof(name), "%.*s", IFNAMSIZ - 1, wanted);
	for (unsigned n = 2; !ifname_free(t, end->node, name); n++)
		(void)snprintf(name, sizeof(name), "%.*s~%u", IFNAMSIZ - 5, wanted, n % 1000);
	memcpy(end->ifname, name, sizeof(name));
}

/* What `from` calls the other node. */
static const char *
short_name(const struct topology *t, size_t from, size_t other, enum topo_link_kind kind)
{
	if (kind == TOPO_INTERNAL)
		return t->nodes[other].city->code;
	if (kind == TOPO_HOST || kind == TOPO_CLIENT)
		return t->nodes[from].kind == LAB_ROUTER ? t->nodes[other].name : "eth0";
	return t->nodes[other].name;
}

static struct topo_link *
add_link(struct topology *t, enum topo_link_kind kind, size_t owner, size_t a, size_t b,
    const struct duration *delay)
{
	struct topo_link *l = &t->links[t->link_count];
	double km = geo_distance_km(t->nodes[a].city->at, t->nodes[b].city->at);

	l->kind = kind;
	l->owner = owner;
	l->ends[0].node = a;
	l->ends[1].node = b;
	l->mtu = LAB_MTU_DEFAULT;
	l->delay = delay ? *delay : geo_fibre_delay(km, t->scenario->path_factor);
	name_interface(t, &l->ends[0], short_name(t, a, b, kind));
	name_interface(t, &l->ends[1], short_name(t, b, a, kind));
	t->nets[owner].link_count++;
	t->link_count++;
	return l;
}

static void
add_internal_link(struct topology *t, size_t net, size_t a, size_t b, const struct scenario_link *conf)
{
	struct topo_link *l =
	    add_link(t, TOPO_INTERNAL, net, a, b, conf && conf->delay_given ? &conf->delay : NULL);

	if (conf)
		l->mtu = conf->mtu;
	l->cost = conf && conf->cost ? conf->cost : (uint32_t)MAX(l->delay.ns / COST_STEP_NS, 1);
	l->what = arena_printf(t->arena, "%s-%s of %s", t->nodes[a].city->code, t->nodes[b].city->code,
	    t->nets[net].conf->name);
}

/* The links of a network without any in its scenario: the mesh. */
static void
add_mesh(struct topology *t, size_t net)
{
	const struct topo_net *n = &t->nets[net];
	struct geo_point at[SCENARIO_CITIES_MAX];

	for (size_t i = 0; i < n->node_count; i++)
		at[i] = t->nodes[n->first_node + i].city->at;
	for (size_t a = 0; a < n->node_count; a++) {
		for (size_t b = a + 1; b < n->node_count; b++) {
			if (mesh_joins(at, n->node_count, a, b))
				add_internal_link(t, net, n->first_node + a, n->first_node + b, NULL);
		}
	}
}

static void
add_networks(struct topology *t)
{
	const struct scenario *s = t->scenario;

	for (size_t n = 0; n < s->networks.count; n++) {
		const struct scenario_network *conf = scenario_at(&s->networks, struct scenario_network, n);
		struct topo_net *net = &t->nets[t->net_count++];

		net->conf = conf;
		net->first_node = t->node_count;
		for (size_t i = 0; i < conf->cities.count; i++) {
			const char *city = scenario_str(&conf->cities, i);

			add_node(t, LAB_ROUTER, arena_printf(t->arena, "%s.%s", city, conf->name), city, n);
			net->node_count++;
		}
	}
}

static void
add_internal_links(struct topology *t)
{
	for (size_t n = 0; n < t->net_count; n++) {
		const struct scenario_network *conf = t->nets[n].conf;

		scenario_each (l, &conf->links, struct scenario_link)
			add_internal_link(t, n, router_near(t, n, city_find(l->cities[0])),
			    router_near(t, n, city_find(l->cities[1])), l);
		if (conf->links.count == 0)
			add_mesh(t, n);
	}
}

static void
add_relationships(struct topology *t)
{
	scenario_each (r, &t->scenario->relationships, struct scenario_relationship) {
		bool peers = r->peers.count > 0;
		size_t a = net_index(t, peers ? scenario_str(&r->peers, 0) : r->provider);
		size_t b = net_index(t, peers ? scenario_str(&r->peers, 1) : r->customer);

		scenario_each (m, &r->at, struct scenario_meeting) {
			const struct city *city = city_find(m->city);
			struct topo_link *l = add_link(t, peers ? TOPO_PEERING : TOPO_TRANSIT, a,
			    router_near(t, a, city), router_near(t, b, city),
			    m->delay_given ? &m->delay : NULL);

			l->mtu = m->mtu;
			l->what = arena_printf(t->arena, "%s %s %s", t->nodes[l->ends[0].node].name,
			    peers ? "peers with" : "provides for", t->nodes[l->ends[1].node].name);
		}
	}
}

static void
add_hosts(struct topology *t)
{
	scenario_each (site, &t->scenario->sites, struct scenario_site) {
		size_t net = net_index(t, site->network);
		size_t router = router_near(t, net, city_find(site->city));

		scenario_each (host, &site->hosts, struct scenario_host) {
			struct topo_node *node = add_node(t, LAB_HOST, host->name, site->city, net);
			struct topo_link *l =
			    add_link(t, TOPO_HOST, net, router, t->node_count - 1, &host->delay);

			node->site = site;
			node->host = host;
			l->mtu = host->mtu;
			l->what = arena_printf(t->arena, "%s at %s", host->name, site->name);
		}
	}
}

static void
add_clients(struct topology *t)
{
	scenario_each (c, &t->scenario->clients, struct scenario_client) {
		size_t net = net_index(t, c->network);
		size_t router = router_near(t, net, city_find(c->city));
		struct topo_link *l;

		add_node(t, LAB_CLIENT, c->name, c->city, net);
		l = add_link(t, TOPO_CLIENT, net, router, t->node_count - 1, &c->delay);
		l->mtu = c->mtu;
		l->what = arena_printf(t->arena, "%s in %s", c->name, c->network);
	}
}

static size_t
count_nodes(const struct scenario *s)
{
	size_t n = s->clients.count;

	scenario_each (net, &s->networks, struct scenario_network)
		n += net->cities.count;
	scenario_each (site, &s->sites, struct scenario_site)
		n += site->hosts.count;
	return n;
}

static size_t
count_links(const struct scenario *s)
{
	size_t n = s->clients.count;

	scenario_each (net, &s->networks, struct scenario_network)
		n += net->links.count ? net->links.count : net->cities.count * net->cities.count / 2;
	scenario_each (r, &s->relationships, struct scenario_relationship)
		n += r->at.count;
	scenario_each (site, &s->sites, struct scenario_site)
		n += site->hosts.count;
	return n;
}

int
topology_new(const struct scenario *s, struct arena *arena, struct topology **ret, struct err *err)
{
	struct topology *t = arena_alloc(arena, sizeof(*t));

	t->arena = arena;
	t->scenario = s;
	t->v4 = scenario_has_family(s, IP_V4);
	t->v6 = scenario_has_family(s, IP_V6);
	t->nets = arena_alloc(arena, s->networks.count * sizeof(*t->nets));
	t->nodes = arena_alloc(arena, count_nodes(s) * sizeof(*t->nodes));
	t->links = arena_alloc(arena, count_links(s) * sizeof(*t->links));
	add_networks(t);
	add_internal_links(t);
	add_relationships(t);
	add_hosts(t);
	add_clients(t);

	int r = topology_number(t, err);

	if (r < 0)
		return r;
	*ret = t;
	return 0;
}

const char *
topo_keep(const struct topology *t, struct strbuf *text)
{
	const char *kept = arena_strdup(t->arena, strbuf_get(text));

	strbuf_done(text);
	return kept;
}
