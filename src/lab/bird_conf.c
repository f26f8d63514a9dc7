#include "lab/bird_conf.h"

#include <string.h>

#include "lab/pools.h"

/* What every function here needs. */
struct writer {
	const struct topology *t;
	size_t router;
	const struct topo_node *node;
	const struct topo_net *net;
	uint32_t asn;
	enum ip_family family;
	struct strbuf out;
};

static bool
is_v6(const struct writer *w)
{
	return w->family == IP_V6;
}

static struct ip
end_address(const struct writer *w, const struct topo_end *end)
{
	return is_v6(w) ? end->addr6 : end->addr4;
}

static struct ip
loopback(const struct writer *w, size_t node)
{
	return is_v6(w) ? w->t->nodes[node].loopback6 : w->t->nodes[node].loopback4;
}

/* What a character of a name is in a symbol of BIRD's: "fra.eastern" becomes fra_eastern. */
static char
symbol_char(char c)
{
	return ascii_is_alpha(c) || ascii_is_digit(c) ? c : '_';
}

static bool
same_symbol(const char *a, const char *b)
{
	for (; *a && symbol_char(*a) == symbol_char(*b); a++)
		b++;
	return *a == '\0' && *b == '\0';
}

/*
 * The other end's name and, where two links of the router lead to names that become one symbol, a
 * number.
 */
static void
add_neighbor_symbol(struct writer *w, size_t link)
{
	const struct topology *t = w->t;
	const char *name = t->nodes[topo_link_other(&t->links[link], w->router)->node].name;
	unsigned same = 1;

	for (const char *p = name; *p; p++)
		strbuf_add_char(&w->out, symbol_char(*p));
	for (size_t i = 0; i < link; i++) {
		const struct topo_end *other = topo_link_other(&t->links[i], w->router);

		same += other != NULL && same_symbol(t->nodes[other->node].name, name);
	}
	if (same > 1)
		strbuf_addf(&w->out, "__%u", same);
}

static void
begin_bgp(struct writer *w, const char *kind, size_t link)
{
	strbuf_addf(&w->out, "\nprotocol bgp %s%d_", kind, (int)w->family);
	add_neighbor_symbol(w, link);
	strbuf_add(&w->out, " from session {\n");
}

static void
add_sides(struct writer *w, struct ip local, struct ip neighbor, uint32_t neighbor_asn)
{
	char a[IP_STR_MAX], b[IP_STR_MAX];

	strbuf_addf(&w->out, "\tlocal %s as %u;\n\tneighbor %s as %u;\n", ip_format(local, a),
	    w->asn, ip_format(neighbor, b), neighbor_asn);
}

static void
add_head(struct writer *w)
{
	char id[IP_STR_MAX];

	strbuf_addf(&w->out,
	    "# %s, AS %u: written by nearcast lab from its scenario.\n\n"
	    "log stderr { info, remote, warning, error, auth, fatal, bug };\n"
	    "router id %s;\n\n"
	    "protocol device { }\n\n",
	    w->node->name, w->asn, ip_format(w->node->router_id, id));
}

/* With what hosts say, one protocol for both families. */
static void
add_bfd(struct writer *w)
{
	int64_t us = w->t->scenario->bfd.ns / NS_PER_US;

	if (us > 0)
		strbuf_addf(&w->out,
		    "protocol bfd {\n\tinterface \"*\" { interval %lld us; multiplier 3; };\n}\n\n",
		    (long long)us);
}

/* What every session does with a route that comes in. */
static void
add_policy(struct writer *w)
{
	static const struct {
		const char *from;
		unsigned kind, preference;
	} IN[] = { { "customer", 1, 300 }, { "peer", 2, 200 }, { "provider", 3, 100 } };

	strbuf_addf(&w->out,
	    "# Where a route was learned stands in a large community: (%u, 1, 1) from a customer,\n"
	    "# 2 from a peer, 3 from a provider. GRACEFUL_SHUTDOWN (RFC 8326) makes it the last "
	    "choice.\n",
	    w->asn);
	for (size_t i = 0; i < ARRAY_SIZE(IN); i++)
		strbuf_addf(&w->out,
		    "function learn_from_%s()\n{\n"
		    "\tbgp_large_community.delete([(%u, 1, *)]);\n"
		    "\tbgp_large_community.add((%u, 1, %u));\n"
		    "\tbgp_local_pref = %u;\n"
		    "\tif (65535, 0) ~ bgp_community then bgp_local_pref = 0;\n}\n"
		    "filter from_%s { learn_from_%s(); accept; }\n",
		    IN[i].from, w->asn, w->asn, IN[i].kind, IN[i].preference, IN[i].from,
		    IN[i].from);
}

/* What it announces to whom, and what customers may ask for. */
static void
add_export_policy(struct writer *w)
{
	strbuf_addf(&w->out,
	    "\n# A customer may ask for its routes (RFC 8195): (%u, 4, AS) not to be announced to "
	    "that AS,\n# (%u, 6, AS) to be announced with one more of us in the path.\n"
	    "function as_asked(int neighbor_as)\n{\n"
	    "\tif (%u, 1, 1) !~ bgp_large_community then return true;\n"
	    "\tif (%u, 6, neighbor_as) ~ bgp_large_community then bgp_path.prepend(%u);\n"
	    "\treturn (%u, 4, neighbor_as) !~ bgp_large_community;\n}\n"
	    "function for_customers() { return source ~ [RTS_STATIC, RTS_BGP]; }\n",
	    w->asn, w->asn, w->asn, w->asn, w->asn, w->asn);
	if (w->net->conf->leaks)
		strbuf_add(&w->out,
		    "# Peers and providers hear everything, too: a leak (RFC 7908).\n"
		    "function for_others() { return for_customers(); }\n\n");
	else
		strbuf_addf(&w->out,
		    "# Peers and providers hear of ourselves and our customers.\n"
		    "function for_others() { return source = RTS_STATIC || "
		    "(%u, 1, 1) ~ bgp_large_community; }\n\n",
		    w->asn);
	strbuf_add(&w->out,
	    "template bgp session {\n"
	    "\tconnect delay time 1;\n\tconnect retry time 2;\n\terror wait time 1, 5;\n"
	    "\thold time 30;\n\tkeepalive time 10;\n}\n");
}

static void
add_tables(struct writer *w)
{
	char block[PREFIX_STR_MAX];
	int f = (int)w->family;

	strbuf_addf(&w->out,
	    "\n# IPv%d\n\nprotocol kernel kernel%d {\n\tipv%d { import none; export all; };\n}\n\n"
	    "# The network's own block; what is used of it has longer prefixes.\n"
	    "protocol static own%d {\n\tipv%d;\n\troute %s unreachable;\n}\n",
	    f, f, f, f, f, prefix_format(is_v6(w) ? w->net->block6 : w->net->block4, block));
}

static void
add_ospf(struct writer *w)
{
	char host[PREFIX_STR_MAX];

	strbuf_addf(&w->out, "\nprotocol ospf v%d igp%d {\n\tipv%d { import all; export none; };\n",
	    is_v6(w) ? 3 : 2, (int)w->family, (int)w->family);
	strbuf_addf(&w->out, "\tarea 0 {\n\t\tstubnet %s { cost 0; };\n",
	    prefix_format(prefix_host(loopback(w, w->router)), host));
	for (size_t i = 0; i < w->t->link_count; i++) {
		const struct topo_link *l = &w->t->links[i];
		const struct topo_end *own = topo_link_own(l, w->router);

		if (own == NULL)
			continue;
		strbuf_addf(&w->out, "\t\tinterface \"%s\" { ", own->ifname);
		if (l->kind == TOPO_INTERNAL)
			strbuf_addf(&w->out,
			    "type ptp; cost %u; hello 1; dead 10; retransmit 2; };\n", l->cost);
		else
			strbuf_add(&w->out, "stub; cost 1; };\n");
	}
	strbuf_add(&w->out, "\t};\n}\n");
}

static void
add_ibgp(struct writer *w)
{
	for (size_t i = w->net->first_node; i < w->net->first_node + w->net->node_count; i++) {
		if (i == w->router)
			continue;
		strbuf_addf(&w->out, "\nprotocol bgp ibgp%d_%s from session {\n", (int)w->family,
		    w->t->nodes[i].city->code);
		add_sides(w, loopback(w, w->router), loopback(w, i), w->asn);
		strbuf_addf(&w->out,
		    "\tipv%d { next hop self; import all; export where source = RTS_BGP; };\n}\n",
		    (int)w->family);
	}
}

static const char *
filter_in(const struct topo_link *l, size_t router)
{
	if (l->kind == TOPO_PEERING)
		return "from_peer";
	return l->ends[0].node == router ? "from_customer" : "from_provider";
}

static void
add_ebgp(struct writer *w, size_t link)
{
	const struct topo_link *l = &w->t->links[link];
	const struct topo_end *own = topo_link_own(l, w->router),
			      *other = topo_link_other(l, w->router);
	const char *in = filter_in(l, w->router);
	uint32_t asn = w->t->nets[w->t->nodes[other->node].net].conf->asn;

	begin_bgp(w, "ebgp", link);
	add_sides(w, end_address(w, own), end_address(w, other), asn);
	strbuf_addf(&w->out,
	    "\tipv%d { import filter %s; export where %s() && as_asked(%u); };\n}\n",
	    (int)w->family, in, strcmp(in, "from_customer") == 0 ? "for_customers" : "for_others",
	    asn);
}

/* What a controller may give to any host: the blocks of its pools, as a set of prefixes. */
static void
add_pools(struct writer *w)
{
	unsigned bits = ip_bits(w->family);
	char text[PREFIX_STR_MAX];
	size_t count = 0;

	for (size_t i = 0; i < w->t->pool_count; i++) {
		struct prefix p = w->t->pools[i].prefix;

		if (p.addr.family == w->family)
			strbuf_addf(&w->out, "%s%s{%u,%u}", count++ ? ", " : "net ~ [ ",
			    prefix_format(p, text), MAX(bits - 2, (unsigned)p.len), bits);
	}
	strbuf_add(&w->out, count ? " ]" : "false");
}

/* The Global IPs of a host's services, as a set of prefixes; a block may come in parts. */
static void
add_global_ips(struct writer *w, const struct scenario_host *host)
{
	const struct scenario *s = w->t->scenario;
	size_t count = 0;

	for (size_t i = 0; i < host->services.count; i++) {
		const struct scenario_service *service =
		    scenario_service(s, scenario_str(&host->services, i));

		for (size_t k = 0; k < service->global_ips.count; k++) {
			const struct scenario_global_ip *g =
			    scenario_global_ip(s, scenario_str(&service->global_ips, k));
			struct prefix p = is_v6(w) ? g->ipv6 : g->ipv4;
			char text[PREFIX_STR_MAX];

			if (p.addr.family != IP_NONE)
				strbuf_addf(&w->out, "%s%s+", count++ ? ", " : "net ~ [ ",
				    prefix_format(p, text));
		}
	}
	strbuf_add(&w->out, count ? " ]" : "false");
}

static void
add_host(struct writer *w, size_t link)
{
	const struct topo_link *l = &w->t->links[link];

	begin_bgp(w, "host", link);
	add_sides(
	    w, end_address(w, &l->ends[0]), end_address(w, &l->ends[1]), w->t->scenario->host_asn);
	if (w->t->scenario->bfd.ns > 0)
		strbuf_add(&w->out, "\tbfd on;\n");
	strbuf_addf(
	    &w->out, "\tpassive on;\n\tipv%d {\n\t\timport filter {\n\t\t\tif ! (", (int)w->family);
	if (w->t->pools != NULL)
		add_pools(w);
	else
		add_global_ips(w, w->t->nodes[l->ends[1].node].host);
	strbuf_add(&w->out, ") then reject;\n\t\t\tlearn_from_customer();\n\t\t\taccept;\n\t\t};\n"
			    "\t\texport none;\n\t};\n}\n");
}

static void
add_family(struct writer *w, enum ip_family family)
{
	w->family = family;
	add_tables(w);
	if (w->net->node_count > 1) {
		add_ospf(w);
		add_ibgp(w);
	}
	for (size_t i = 0; i < w->t->link_count; i++) {
		const struct topo_link *l = &w->t->links[i];

		if (topo_link_own(l, w->router) == NULL)
			continue;
		switch (l->kind) {
		case TOPO_TRANSIT:
		case TOPO_PEERING:
			add_ebgp(w, i);
			break;
		case TOPO_HOST:
			add_host(w, i);
			break;
		case TOPO_INTERNAL:
		case TOPO_CLIENT:
			break;
		}
	}
}

const char *
bird_conf_format(const struct topology *t, size_t router)
{
	struct writer w = {
		.t = t,
		.router = router,
		.node = &t->nodes[router],
		.net = &t->nets[t->nodes[router].net],
		.asn = t->nets[t->nodes[router].net].conf->asn,
	};

	add_head(&w);
	add_bfd(&w);
	add_policy(&w);
	add_export_policy(&w);
	if (t->v4)
		add_family(&w, IP_V4);
	if (t->v6)
		add_family(&w, IP_V6);

	const char *text = arena_strdup(t->arena, strbuf_get(&w.out));

	strbuf_done(&w.out);
	return text;
}
