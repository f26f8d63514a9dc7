#include "lab/host_conf.h"


static const struct scenario_service *
service_of(const struct topology *t, size_t host, size_t i)
{
	return scenario_service(t->scenario, scenario_str(&t->nodes[host].host->services, i));
}

/* Whether a service before the i-th one has the same port: nginx listens once. */
static bool
port_is_done(const struct topology *t, size_t host, size_t i)
{
	for (size_t k = 0; k < i; k++) {
		if (service_of(t, host, k)->port == service_of(t, host, i)->port)
			return true;
	}
	return false;
}

uint32_t
host_conf_port(const struct topology *t, size_t host)
{
	uint32_t port = service_of(t, host, 0)->port;

	for (size_t i = 1; i < t->nodes[host].host->services.count; i++)
		port = MIN(port, service_of(t, host, i)->port);
	return port;
}

const char *
host_conf_nginx(const struct topology *t, size_t host)
{
	static const char *const TEMPS[] = { "client_body", "proxy", "fastcgi", "uwsgi", "scgi" };
	const struct topo_node *node = &t->nodes[host];
	struct strbuf out = { 0 };

	strbuf_addf(&out,
	    "# %s: written by nearcast lab from its scenario.\n"
	    "user root;\ndaemon off;\nmaster_process off;\npid /run/nginx.pid;\nerror_log stderr "
	    "warn;\n\n"
	    "events { worker_connections 512; }\n\nhttp {\n\taccess_log off;\n",
	    node->name);
	for (size_t i = 0; i < ARRAY_SIZE(TEMPS); i++)
		strbuf_addf(&out, "\t%s_temp_path /run/nginx.%s;\n", TEMPS[i], TEMPS[i]);
	for (size_t i = 0; i < node->host->services.count; i++) {
		uint32_t port = service_of(t, host, i)->port;

		if (port_is_done(t, host, i))
			continue;
		strbuf_add(&out, "\n\tserver {\n");
		if (t->v4)
			strbuf_addf(&out, "\t\tlisten %u default_server;\n", port);
		if (t->v6)
			strbuf_addf(&out, "\t\tlisten [::]:%u ipv6only=on default_server;\n", port);
		strbuf_addf(&out,
		    "\t\tdefault_type text/plain;\n"
		    "\t\tadd_header X-Served-By \"%s\" always;\n"
		    "\t\tadd_header X-Site \"%s\" always;\n"
		    "\t\tlocation / { return 200 \"%s %s\\n\"; }\n\t}\n",
		    node->name, node->site->name, node->name, node->site->name);
	}
	strbuf_add(&out, "}\n");
	return topo_keep(t, &out);
}

static const struct topo_link *
line_of(const struct topology *t, size_t node)
{
	for (size_t i = 0; i < t->link_count; i++) {
		if (t->links[i].ends[1].node == node)
			return &t->links[i];
	}
	return NULL; /* every host and every client has one: topology_new() made it */
}

static void
add_neighbor(struct strbuf *out, const struct topology *t, size_t host, enum ip_family family)
{
	const struct topo_link *l = line_of(t, host);
	bool v6 = family == IP_V6;
	char local[IP_STR_MAX], router[IP_STR_MAX], interval[DURATION_STR_MAX];

	strbuf_addf(out,
	    "  router-v%d:\n    address: \"%s\"\n    peer-as: %u\n    local-address: \"%s\"\n"
	    "    local-as: %u\n    connect-retry: 1s\n",
	    (int)family, ip_format(v6 ? l->ends[0].addr6 : l->ends[0].addr4, router),
	    t->nets[t->nodes[host].net].conf->asn,
	    ip_format(v6 ? l->ends[1].addr6 : l->ends[1].addr4, local), t->scenario->host_asn);
	if (t->scenario->bfd.ns > 0)
		strbuf_addf(out,
		    "    bfd: {enabled: true, min-tx: %s, min-rx: %s, multiplier: 3}\n",
		    duration_format(t->scenario->bfd, interval), interval);
}

static void
add_prefix(struct strbuf *out, struct prefix p, size_t *count)
{
	char text[PREFIX_STR_MAX];

	if (p.addr.family != IP_NONE)
		strbuf_addf(out, "%s\"%s\"", (*count)++ ? ", " : "", prefix_format(p, text));
}

static void
add_service(struct strbuf *out, const struct topology *t, const struct scenario_service *service)
{
	char interval[DURATION_STR_MAX], timeout[DURATION_STR_MAX];
	size_t count = 0;

	strbuf_addf(out, "  \"%s\":\n    global-ips: [", service->name);
	for (size_t i = 0; i < service->global_ips.count; i++) {
		const struct scenario_global_ip *g =
		    scenario_global_ip(t->scenario, scenario_str(&service->global_ips, i));

		if (t->v4)
			add_prefix(out, g->ipv4, &count);
		if (t->v6)
			add_prefix(out, g->ipv6, &count);
	}
	strbuf_addf(out,
	    "]\n    listen: [tcp/%u]\n    checks:\n      front:\n        type: http\n"
	    "        url: http://{address}:%u/\n        interval: %s\n        timeout: %s\n"
	    "        rise: %u\n        fall: %u\n",
	    service->port, service->port, duration_format(service->interval, interval),
	    duration_format(service->timeout, timeout), service->rise, service->fall);
}

const char *
host_conf_agent(const struct topology *t, size_t host)
{
	const struct topo_node *node = &t->nodes[host];
	struct strbuf out = { 0 };
	char id[IP_STR_MAX];

	strbuf_addf(&out,
	    "# %s: written by nearcast lab from its scenario.\n"
	    "site: \"%s\"\nhost: \"%s\"\nrouter-id: %s\ncontrol: %s\n"
	    "state-directory: %s\nidentity: {reverse-trace: true}\nneighbors:\n",
	    node->name, node->site->name, node->name, ip_format(node->router_id, id),
	    AGENT_SOCKET_PATH, AGENT_STATE_PATH);
	if (t->v4)
		add_neighbor(&out, t, host, IP_V4);
	if (t->v6)
		add_neighbor(&out, t, host, IP_V6);
	if (t->pools != NULL) {
		strbuf_add(&out, "services: {} # those of the controller come beside\n");
		return topo_keep(t, &out);
	}
	strbuf_add(&out, "services:\n");
	for (size_t i = 0; i < node->host->services.count; i++)
		add_service(&out, t, service_of(t, host, i));
	return topo_keep(t, &out);
}

const char *
host_conf_hitlist(const struct topology *t, enum ip_family family)
{
	struct strbuf out = { 0 };
	char text[IP_STR_MAX];

	for (size_t i = 0; i < t->node_count; i++) {
		const struct topo_node *n = &t->nodes[i];
		struct ip at = family == IP_V6 ? n->loopback6 : n->loopback4;

		if (n->kind == LAB_CLIENT && at.family != IP_NONE)
			strbuf_addf(&out, "%s  # %s\n", ip_format(at, text), n->name);
	}
	return out.len > 0 ? topo_keep(t, &out) : NULL;
}
