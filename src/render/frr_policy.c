/*
 * What a neighbor of FRR is told: a prefix-list for each service, a route-map for each neighbor and
 * family. What no rule of a route-map matches is denied.
 */
#include "announce/frr_text.h"
#include "render/internal.h"

static void
add_prefix_list(struct render_job *j, const struct agent_service *s, enum ip_family family)
{
	char text[PREFIX_STR_MAX];
	unsigned seq = 0;

	for (size_t i = 0; i < s->address_count; i++) {
		if (s->addresses[i].family == family)
			strbuf_addf(j->out, "%s prefix-list nearcast:%s seq %u permit %s\n",
			    family == IP_V4 ? "ip" : "ipv6", s->name, seq += 5,
			    prefix_format(prefix_host(s->addresses[i]), text));
	}
}

static void
add_rule(struct render_job *j, const struct agent_service *s, const struct render_neighbor *n,
    enum ip_family family)
{
	static const char *const origins[] = { "igp", "egp 0", "incomplete" };
	const struct bgp_attributes *a = render_attributes(s, n);
	struct ip next_hop = render_next_hop(s, n, family);
	char text[IP_STR_MAX];

	strbuf_addf(j->out, " match %s address prefix-list nearcast:%s\n set origin %s\n",
	    family == IP_V4 ? "ip" : "ipv6", s->name, origins[a->origin]);
	if (a->has_med)
		strbuf_addf(j->out, " set metric %u\n", a->med);
	if (render_is_internal(n))
		strbuf_addf(
		    j->out, " set local-preference %u\n", a->has_local_pref ? a->local_pref : 100);
	if (a->prepend > 0 && !render_is_internal(n)) {
		strbuf_add(j->out, " set as-path prepend");
		for (unsigned i = 0; i < a->prepend; i++)
			strbuf_addf(j->out, " %u", n->conf.local_as);
		strbuf_add_char(j->out, '\n');
	}
	if (next_hop.family != IP_NONE)
		strbuf_addf(j->out, " set %s %s\n",
		    family == IP_V4 ? "ip next-hop" : "ipv6 next-hop global",
		    ip_format(next_hop, text));
	frr_text_communities(a, " ", j->out);
	strbuf_add(j->out, "exit\n");
}

static void
add_route_map(struct render_job *j, const struct render_neighbor *n, enum ip_family family)
{
	const char *name = render_family_name(family);
	unsigned seq = 0;

	for (size_t i = 0; i < j->host->service_count; i++) {
		const struct agent_service *s = &j->host->services[i];

		if (!render_service_has_family(s, family))
			continue;
		strbuf_addf(
		    j->out, "!\nroute-map to:%s:%s permit %u\n", n->conf.name, name, seq += 10);
		add_rule(j, s, n, family);
	}
	if (seq == 0)
		strbuf_addf(j->out, "!\nroute-map to:%s:%s deny 10\nexit\n", n->conf.name, name);
}

void
render_frr_policy(struct render_job *j)
{
	const struct render_host *host = j->host;

	strbuf_add(j->out, "!\n");
	for (size_t i = 0; i < host->service_count; i++) {
		add_prefix_list(j, &host->services[i], IP_V4);
		add_prefix_list(j, &host->services[i], IP_V6);
	}
	strbuf_add(j->out, "!\nroute-map nearcast:nothing deny 10\nexit\n");
	for (size_t i = 0; i < host->neighbor_count; i++) {
		if (host->neighbors[i].conf.ipv4)
			add_route_map(j, &host->neighbors[i], IP_V4);
		if (host->neighbors[i].conf.ipv6)
			add_route_map(j, &host->neighbors[i], IP_V6);
	}
}
