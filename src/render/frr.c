/*
 * FRR 8 to 10: one frr.conf for all of its daemons.
 *
 * The Global IPs are `network` statements with import-check, so one that is not on the interface is
 * not announced; nothing is redistributed. What each neighbor is told is a route-map for each
 * family (frr_policy.c), and what it tells is denied.
 */
#include <stdio.h>

#include "announce/announce.h"
#include "proto/bgp/bgp.h"
#include "render/internal.h"

/* What each line about a neighbor begins with: " neighbor 192.0.2.1". */
#define SUBJECT_MAX (IP_STR_MAX + 16)

static char *
subject(const struct render_neighbor *n, char buf[static SUBJECT_MAX])
{
	char address[IP_STR_MAX];

	(void)snprintf(buf, SUBJECT_MAX, " neighbor %s", ip_format(n->conf.address, address));
	return buf;
}

static long long
whole_ms(struct duration d)
{
	return (d.ns + NS_PER_MS - 1) / NS_PER_MS;
}

static void
add_ways(struct render_job *j)
{
	bool any = false;

	for (size_t i = 0; i < j->host->neighbor_count; i++) {
		const struct render_neighbor *n = &j->host->neighbors[i];
		char to[PREFIX_STR_MAX], via[IP_STR_MAX];

		if (n->gateway.family == IP_NONE)
			continue;
		if (!any)
			strbuf_add(
			    j->out, "!\n! The way to neighbors that are further than a hop.\n");
		any = true;
		strbuf_addf(j->out, "%s route %s %s\n", n->gateway.family == IP_V4 ? "ip" : "ipv6",
		    prefix_format(prefix_host(n->conf.address), to), ip_format(n->gateway, via));
	}
}

/* How far away it may be, bfdd learns from bgpd. */
static void
add_bfd_profile(struct render_job *j, const struct agent_neighbor *n)
{
	strbuf_addf(j->out,
	    " profile %s\n  transmit-interval %lld\n  receive-interval %lld\n"
	    "  detect-multiplier %u\n exit\n",
	    n->name, whole_ms(n->bfd.min_tx), whole_ms(n->bfd.min_rx), n->bfd.multiplier);
}

static void
add_bfd(struct render_job *j)
{
	bool any = false;

	for (size_t i = 0; i < j->host->neighbor_count; i++) {
		const struct agent_neighbor *n = &j->host->neighbors[i].conf;

		if (!n->bfd.enabled)
			continue;
		if (!any)
			strbuf_add(j->out, "!\nbfd\n");
		any = true;
		add_bfd_profile(j, n);
	}
	if (any)
		strbuf_add(j->out, "exit\n");
}

static void
add_transport(struct render_job *j, const struct render_neighbor *n, const char *to)
{
	const struct agent_neighbor *c = &n->conf;
	char text[IP_STR_MAX];

	if (c->local_address.family != IP_NONE)
		strbuf_addf(j->out, "%s update-source %s\n", to, ip_format(c->local_address, text));
	if (c->address.family == IP_V6 && ip_is_link_local(c->address))
		strbuf_addf(j->out, "%s interface %s\n", to, c->interface);
	if (c->port != 179)
		strbuf_addf(j->out, "%s port %u\n", to, c->port);
	if (c->connect == NEIGHBOR_PASSIVE)
		strbuf_addf(j->out, "%s passive\n", to);
	/* an internal neighbor may be any number of hops away */
	if (c->multihop > 0 && !render_is_internal(n))
		strbuf_addf(j->out, "%s ebgp-multihop %u\n", to, c->multihop);
	if (c->ttl_security > 0)
		strbuf_addf(j->out, "%s ttl-security hops %u\n", to, c->ttl_security);
	if (c->md5_password != NULL)
		strbuf_addf(j->out, "%s password %s\n", to, render_secret(j, c->md5_password));
}

static void
add_timers(struct render_job *j, const struct agent_neighbor *c, const char *to)
{
	long long hold = c->hold_time.ns / NS_PER_S;
	long long keepalive = c->keepalive.ns > 0 ? render_seconds(c->keepalive) : hold / 3;

	strbuf_addf(j->out, "%s timers %lld %lld\n%s timers connect %u\n", to, keepalive, hold, to,
	    render_seconds(c->connect_retry));
}

static void
add_capabilities(struct render_job *j, const struct agent_neighbor *c, const char *to)
{
	static const char *const roles[] = { [BGP_ROLE_CUSTOMER] = "customer",
		[BGP_ROLE_PEER] = "peer",
		[BGP_ROLE_RS_CLIENT] = "rs-client" };

	strbuf_addf(
	    j->out, "%s graceful-restart%s\n", to, c->graceful_restart.enabled ? "" : "-disable");
	if (c->capabilities.extended_next_hop)
		strbuf_addf(j->out, "%s capability extended-nexthop\n", to);
	if (c->role != BGP_ROLE_NONE)
		strbuf_addf(j->out, "%s local-role %s%s\n", to, roles[c->role],
		    c->role_strict ? " strict-mode" : "");
	if (c->bfd.enabled)
		strbuf_addf(j->out, "%s bfd\n%s bfd profile %s\n", to, to, c->name);
}

/*
 * What `router bgp` says. A neighbor may have a local-as of its own, but not an internal one: it is
 * theirs if there are any.
 */
static uint32_t
router_as(const struct render_host *host)
{
	for (size_t i = 0; i < host->neighbor_count; i++) {
		if (render_is_internal(&host->neighbors[i]))
			return host->neighbors[i].conf.local_as;
	}
	return host->neighbors[0].conf.local_as;
}

static void
add_neighbor(struct render_job *j, const struct render_neighbor *n, uint32_t instance_as)
{
	char to[SUBJECT_MAX];

	subject(n, to);
	if (n->local_why != NULL)
		render_comment(j, " !", "Source address: %s.", n->local_why);
	strbuf_addf(
	    j->out, "%s remote-as %u\n%s description %s\n", to, n->conf.peer_as, to, n->conf.name);
	if (n->conf.local_as != instance_as)
		strbuf_addf(j->out, "%s local-as %u no-prepend replace-as\n", to, n->conf.local_as);
	add_transport(j, n, to);
	add_timers(j, &n->conf, to);
	add_capabilities(j, &n->conf, to);
}

static void
add_networks(struct render_job *j, enum ip_family family)
{
	char text[PREFIX_STR_MAX];

	for (size_t i = 0; i < j->host->service_count; i++) {
		const struct agent_service *s = &j->host->services[i];

		for (size_t a = 0; a < s->address_count; a++) {
			if (s->addresses[a].family == family)
				strbuf_addf(j->out, "  network %s\n",
				    prefix_format(prefix_host(s->addresses[a]), text));
		}
	}
}

static void
add_family(struct render_job *j, enum ip_family family)
{
	const char *name = render_family_name(family);

	strbuf_addf(j->out, " !\n address-family %s unicast\n", name);
	add_networks(j, family);
	for (size_t i = 0; i < j->host->neighbor_count; i++) {
		const struct render_neighbor *n = &j->host->neighbors[i];
		char to[SUBJECT_MAX];

		if (!(family == IP_V4 ? n->conf.ipv4 : n->conf.ipv6))
			continue;
		subject(n, to);
		strbuf_addf(j->out,
		    " %s activate\n %s send-community all\n %s route-map nearcast:nothing in\n"
		    " %s route-map to:%s:%s out\n %s maximum-prefix-out %u\n",
		    to, to, to, to, n->conf.name, name, to, n->conf.prefix_limit);
	}
	strbuf_add(j->out, " exit-address-family\n");
}

static void
add_restart_time(struct render_job *j)
{
	for (size_t i = 0; i < j->host->neighbor_count; i++) {
		const struct agent_graceful_restart *g =
		    &j->host->neighbors[i].conf.graceful_restart;

		if (g->enabled) {
			strbuf_addf(j->out, " bgp graceful-restart restart-time %u\n",
			    render_seconds(g->restart_time));
			return;
		}
	}
}

void
render_frr(struct render_job *j)
{
	const struct render_host *host = j->host;
	uint32_t instance_as = router_as(host);
	char id[IP_STR_MAX];

	render_head(j, "!", "/etc/frr/frr.conf, of FRR 8 to 10.");
	render_comment(j, "!", "It announces what is on %s, whether a service answers or not.",
	    host->interface);
	render_comment(
	    j, "!", "/etc/frr/daemons has to say bgpd=yes, and bfdd=yes where there is BFD.");
	strbuf_add(j->out, "!\nfrr defaults traditional\nlog syslog informational\n"
			   "service integrated-vtysh-config\n");
	add_ways(j);
	add_bfd(j);
	strbuf_addf(j->out, "!\nrouter bgp %u\n", instance_as);
	render_comment(j, " !", "%s.", host->router_id_why);
	strbuf_addf(j->out,
	    " bgp router-id %s\n no bgp default ipv4-unicast\n bgp ebgp-requires-policy\n"
	    " bgp network import-check\n",
	    ip_format(host->router_id, id));
	add_restart_time(j);
	for (size_t i = 0; i < host->neighbor_count; i++)
		add_neighbor(j, &host->neighbors[i], instance_as);
	add_family(j, IP_V4);
	add_family(j, IP_V6);
	strbuf_add(j->out, "exit\n");
	render_frr_policy(j);
}
