#include "lab/address_files.h"

#include "base/strbuf.h"

typedef void (*add_fn)(
    struct strbuf *out, const struct topology *t, struct ip address, const struct topo_node *node);

static void
add_both(const struct topology *t, struct ip v4, struct ip v6, size_t node, add_fn add,
    struct strbuf *out)
{
	if (v4.family != IP_NONE)
		add(out, t, v4, &t->nodes[node]);
	if (v6.family != IP_NONE)
		add(out, t, v6, &t->nodes[node]);
}

/* Every address of a node, once: that of a host or client is the one of its line. */
static void
add_all(const struct topology *t, add_fn add, struct strbuf *out)
{
	for (size_t i = 0; i < t->node_count; i++) {
		if (t->nodes[i].kind == LAB_ROUTER)
			add_both(t, t->nodes[i].loopback4, t->nodes[i].loopback6, i, add, out);
	}
	for (size_t i = 0; i < t->link_count; i++) {
		for (size_t e = 0; e < 2; e++) {
			const struct topo_end *end = &t->links[i].ends[e];

			add_both(t, end->addr4, end->addr6, end->node, add, out);
		}
	}
}

/* All texts are letters, digits and signs that need no escape in JSON. */
static void
add_name(
    struct strbuf *out, const struct topology *t, struct ip address, const struct topo_node *node)
{
	const struct scenario_network *net = t->nets[node->net].conf;
	char text[IP_STR_MAX];

	strbuf_addf(out,
	    "%s\n    {\"address\": \"%s\", \"name\": \"%s\", \"city\": \"%s\", \"city_name\": "
	    "\"%s\", \"latitude\": %.4f, \"longitude\": %.4f, \"network\": \"%s\", "
	    "\"asn\": %u, \"site\": ",
	    out->text[out->len - 1] == '[' ? "" : ",", ip_format(address, text), node->name,
	    node->city->code, node->city->name, node->city->at.latitude, node->city->at.longitude,
	    net->name, net->asn);
	if (node->site)
		strbuf_addf(out, "\"%s\"}", node->site->name);
	else
		strbuf_add(out, "null}");
}

static void
add_global_ip(struct strbuf *out, struct prefix p)
{
	char text[IP_STR_MAX];

	if (p.addr.family == IP_NONE)
		return;
	for (uint64_t i = 0; i < UINT64_C(1) << (ip_bits(p.addr.family) - p.len); i++)
		strbuf_addf(out,
		    "%s\n    {\"address\": \"%s\", \"name\": null, \"city\": null, \"city_name\": "
		    "null, \"network\": null, \"asn\": null, \"site\": null}",
		    out->text[out->len - 1] == '[' ? "" : ",", ip_format(ip_add(p.addr, i), text));
}

const char *
address_files_names(const struct topology *t)
{
	struct strbuf out = { 0 };

	strbuf_add(&out, "{\n  \"names\": [");
	add_all(t, add_name, &out);
	scenario_each (g, &t->scenario->global_ips, struct scenario_global_ip) {
		if (t->v4)
			add_global_ip(&out, g->ipv4);
		if (t->v6)
			add_global_ip(&out, g->ipv6);
	}
	strbuf_add(&out, "\n  ]\n}\n");
	return topo_keep(t, &out);
}

static void
add_place(
    struct strbuf *out, const struct topology *t, struct ip address, const struct topo_node *node)
{
	char text[PREFIX_STR_MAX];

	(void)t;
	strbuf_addf(out, "%s,%s,%.4f,%.4f,%s\n", prefix_format(prefix_host(address), text),
	    node->city->country, node->city->at.latitude, node->city->at.longitude,
	    node->city->name);
}

const char *
address_files_places(const struct topology *t)
{
	struct strbuf out = { 0 };

	add_all(t, add_place, &out);
	return topo_keep(t, &out);
}

const char *
address_files_origins(const struct topology *t)
{
	struct strbuf out = { 0 };
	char text[PREFIX_STR_MAX];

	for (size_t i = 0; i < t->net_count; i++) {
		const struct topo_net *net = &t->nets[i];
		const struct prefix blocks[] = { net->block4, net->block6 };

		for (size_t k = 0; k < ARRAY_SIZE(blocks); k++) {
			if (blocks[k].addr.family != IP_NONE)
				strbuf_addf(&out, "%s %u %s\n", prefix_format(blocks[k], text),
				    net->conf->asn, net->conf->name);
		}
	}
	return topo_keep(t, &out);
}
