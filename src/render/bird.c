/*
 * BIRD: one file for BIRD 2 and 3, or for one of the two programs of BIRD 1.6.
 *
 * The Global IPs are what a direct protocol finds on the interface, so one that is taken off is
 * withdrawn; a filter for each neighbor and family lets them through one by one (bird_filter.c).
 * Each name has a word and a colon before what stands in nearcast.yaml, and is quoted: a neighbor
 * may be called like a keyword, which quotes alone do not hide.
 */
#include "announce/announce.h"
#include "proto/bgp/bgp.h"
#include "render/internal.h"

static bool
is_v1(const struct render_job *j)
{
	return j->format != RENDER_BIRD;
}

/* The families that this program has to do with. */
static bool
has_program_family(const struct render_job *j, enum ip_family family)
{
	for (size_t i = 0; i < j->host->neighbor_count; i++) {
		const struct render_neighbor *n = &j->host->neighbors[i];

		if (render_takes_neighbor(j->format, n) && render_has_family(j->host, n, family))
			return true;
	}
	return false;
}

static void
add_direct(struct render_job *j)
{
	strbuf_addf(j->out,
	    "\n# A Global IP is announced while it is on %s.\nprotocol direct 'nearcast:%s' {\n",
	    j->host->interface, j->host->interface);
	if (!is_v1(j) && has_program_family(j, IP_V4))
		strbuf_add(j->out, "\tipv4;\n");
	if (!is_v1(j) && has_program_family(j, IP_V6))
		strbuf_add(j->out, "\tipv6;\n");
	strbuf_addf(j->out, "\tinterface \"%s\";\n}\n", j->host->interface);
}

static bool
has_way(const struct render_job *j, const struct render_neighbor *n, enum ip_family family)
{
	return render_takes_neighbor(j->format, n) && n->gateway.family == family;
}

/* The kernel's routes to neighbors behind a gateway, and nothing else for the kernel. */
static void
add_ways(struct render_job *j, enum ip_family family)
{
	const char *name = render_family_name(family), *in = is_v1(j) ? "" : "\t";
	bool any = false;

	for (size_t i = 0; i < j->host->neighbor_count; i++) {
		const struct render_neighbor *n = &j->host->neighbors[i];
		char to[PREFIX_STR_MAX], via[IP_STR_MAX];

		if (!has_way(j, n, family))
			continue;
		if (!any)
			strbuf_addf(j->out,
			    "\n# The way to neighbors that are further than a hop.\n"
			    "protocol static 'nearcast:ways:%s' {\n%s%s%s",
			    name, is_v1(j) ? "" : "\t", is_v1(j) ? "" : name,
			    is_v1(j) ? "" : ";\n");
		any = true;
		strbuf_addf(j->out, "\troute %s via %s;\n",
		    prefix_format(prefix_host(n->conf.address), to), ip_format(n->gateway, via));
	}
	if (!any)
		return;
	strbuf_addf(j->out, "}\n\nprotocol kernel 'nearcast:kernel:%s' {\n", name);
	if (!is_v1(j))
		strbuf_addf(j->out, "\t%s {\n", name);
	strbuf_addf(j->out,
	    "%s\timport none;\n%s\texport where proto = \"nearcast:ways:%s\";\n%s}\n", in, in, name,
	    is_v1(j) ? "" : "\t};\n");
}

static void
add_sides(struct render_job *j, const struct agent_neighbor *n)
{
	char text[IP_STR_MAX];

	strbuf_add(j->out, "\tlocal ");
	if (n->local_address.family != IP_NONE)
		strbuf_addf(j->out, "%s ", ip_format(n->local_address, text));
	strbuf_addf(j->out, "as %u;\n\tneighbor %s", n->local_as, ip_format(n->address, text));
	if (n->port != 179)
		strbuf_addf(j->out, " port %u", n->port);
	strbuf_addf(j->out, " as %u;\n", n->peer_as);
	if (n->address.family == IP_V6 && ip_is_link_local(n->address))
		strbuf_addf(j->out, "\tinterface \"%s\";\n", n->interface);
}

static void
add_transport(struct render_job *j, const struct agent_neighbor *n)
{
	uint32_t far = n->ttl_security > 1 ? n->ttl_security : n->multihop;

	if (far > 0)
		strbuf_addf(j->out, "\tmultihop %u;\n", far);
	if (n->ttl_security > 0)
		strbuf_add(j->out, "\tttl security on;\n");
	if (n->connect == NEIGHBOR_PASSIVE)
		strbuf_add(j->out, "\tpassive on;\n");
	if (n->md5_password != NULL)
		strbuf_addf(j->out, "\tpassword \"%s\";\n", render_secret(j, n->md5_password));
}

static void
add_timers(struct render_job *j, const struct agent_neighbor *n)
{
	strbuf_addf(j->out, "\thold time %lld;\n", (long long)(n->hold_time.ns / NS_PER_S));
	if (n->keepalive.ns > 0)
		strbuf_addf(j->out, "\tkeepalive time %u;\n", render_seconds(n->keepalive));
	strbuf_addf(j->out, "\tconnect retry time %u;\n\terror wait time %u, %u;\n",
	    render_seconds(n->connect_retry), render_seconds(n->idle_hold),
	    render_seconds(n->idle_hold_max));
}

static void
add_capabilities(struct render_job *j, const struct agent_neighbor *n)
{
	static const char *const roles[] = { [BGP_ROLE_CUSTOMER] = "customer",
		[BGP_ROLE_PEER] = "peer",
		[BGP_ROLE_RS_CLIENT] = "rs_client" };

	if (n->graceful_restart.enabled)
		strbuf_addf(j->out, "\tgraceful restart on;\n\tgraceful restart time %u;\n",
		    render_seconds(n->graceful_restart.restart_time));
	else
		strbuf_add(j->out, "\tgraceful restart off;\n");
	if (!n->capabilities.four_octet_as)
		strbuf_add(j->out, "\tenable as4 off;\n");
	if (!n->capabilities.route_refresh)
		strbuf_add(j->out, "\tenable route refresh off;\n");
	if (n->role != BGP_ROLE_NONE && !is_v1(j))
		strbuf_addf(j->out, "\tlocal role %s;\n%s", roles[n->role],
		    n->role_strict ? "\trequire roles on;\n" : "");
	if (n->bfd.enabled)
		strbuf_add(j->out, "\tbfd on;\n");
}

static void
add_channel(struct render_job *j, const struct render_neighbor *n, enum ip_family family)
{
	const char *name = render_family_name(family), *in = is_v1(j) ? "" : "\t";

	if (!(family == IP_V4 ? n->conf.ipv4 : n->conf.ipv6))
		return;
	if (!is_v1(j))
		strbuf_addf(j->out, "\t%s {\n", name);
	strbuf_addf(j->out, "%s\timport none;\n", in);
	if (render_has_family(j->host, n, family))
		strbuf_addf(j->out,
		    "%s\texport filter 'to:%s:%s';\n%s\texport limit %u action block;\n", in,
		    n->conf.name, name, in, n->conf.prefix_limit);
	else
		strbuf_addf(j->out, "%s\texport none;\n", in);
	if (n->conf.capabilities.extended_next_hop && family == IP_V4)
		strbuf_add(j->out, "\t\textended next hop on;\n");
	if (!is_v1(j))
		strbuf_add(j->out, "\t};\n");
}

static void
add_neighbor(struct render_job *j, const struct render_neighbor *n)
{
	static const enum ip_family families[] = { IP_V4, IP_V6 };

	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		if (render_has_family(j->host, n, families[i]))
			render_bird_filter(j, n, families[i]);
	}
	strbuf_add_char(j->out, '\n');
	if (n->local_why != NULL)
		render_comment(j, "#", "Source address: %s.", n->local_why);
	strbuf_addf(j->out, "protocol bgp 'neighbor:%s' {\n", n->conf.name);
	add_sides(j, &n->conf);
	add_transport(j, &n->conf);
	add_timers(j, &n->conf);
	add_capabilities(j, &n->conf);
	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		add_channel(j, n, families[i]);
	strbuf_add(j->out, "}\n");
}

void
render_bird(struct render_job *j)
{
	char id[IP_STR_MAX];

	render_head(j, "#",
	    j->format == RENDER_BIRD    ? "/etc/bird/bird.conf, of BIRD 2 or 3."
	    : j->format == RENDER_BIRD1 ? "/etc/bird/bird.conf, of BIRD 1.6 and IPv4."
					: "/etc/bird/bird6.conf, of BIRD 1.6 and IPv6.");
	render_comment(j, "#", "It announces what is on %s, whether a service answers or not.",
	    j->host->interface);
	strbuf_add(j->out, "\nlog syslog all;\n\n");
	render_comment(j, "#", "%s.", j->host->router_id_why);
	strbuf_addf(
	    j->out, "router id %s;\n\nprotocol device {\n}\n", ip_format(j->host->router_id, id));
	add_direct(j);
	add_ways(j, IP_V4);
	add_ways(j, IP_V6);
	render_bird_bfd(j);
	for (size_t i = 0; i < j->host->neighbor_count; i++) {
		if (render_takes_neighbor(j->format, &j->host->neighbors[i]))
			add_neighbor(j, &j->host->neighbors[i]);
	}
}
