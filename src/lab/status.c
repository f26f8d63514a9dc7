#include "lab/status.h"

#include <sys/socket.h>
#include <time.h>

static const char *
kind_name(enum lab_node_kind kind)
{
	switch (kind) {
	case LAB_ROUTER:
		return "router";
	case LAB_HOST:
		return "host";
	case LAB_CLIENT:
		return "client";
	case LAB_CONTROLLER:
		return "controller";
	}
	return "?";
}

static json_t *
process_document(const struct process *p)
{
	return json_pack("{s:s, s:s, s:o, s:o}", "name", p->plan->name, "state",
	    process_state_name(p->state), "pid", process_runs(p) ? json_integer(p->pid) : json_null(),
	    "why", p->why[0] != '\0' ? json_string(p->why) : json_null());
}

/* The processes of a node stand together; gives where the next node's begin. */
static size_t
add_node(const struct supervisor *s, const struct lab_node *node, size_t at, json_t *nodes)
{
	char text[PREFIX_STR_MAX];
	json_t *addresses = json_array(), *processes = json_array();

	for (size_t i = 0; i < node->address_count; i++)
		(void)json_array_append_new(addresses,
		    json_pack("{s:s, s:s}", "interface", node->addresses[i].ifname, "address",
			prefix_format(node->addresses[i].addr, text)));
	for (size_t i = 0; i < node->process_count; i++)
		(void)json_array_append_new(processes, process_document(&s->processes[at + i]));
	(void)json_array_append_new(nodes,
	    json_pack("{s:s, s:s, s:s?, s:s?, s:I, s:s?, s:o, s:o}", "name", node->name, "kind",
		kind_name(node->kind), "city", node->city, "network", node->network, "asn",
		(json_int_t)node->asn, "site", node->site, "addresses", addresses, "processes", processes));
	return at + node->process_count;
}

static json_t *
link_document(const struct supervisor *s, size_t index)
{
	const struct link *l = &s->links[index];
	const struct delay_line_counts *counts = &s->counts[2 * index];
	json_t *ends = json_array(), *forwarded = json_array(), *dropped = json_array();

	for (int side = 0; side < 2; side++) {
		(void)json_array_append_new(ends,
		    json_pack("{s:s, s:s}", "node", l->nodes[side]->plan->name, "interface",
			l->plan->ends[side].ifname));
		(void)json_array_append_new(forwarded, json_integer((json_int_t)counts[side].forwarded));
		(void)json_array_append_new(dropped, json_integer((json_int_t)counts[side].dropped));
	}
	return json_pack("{s:s, s:o, s:f, s:i, s:b, s:o, s:o}", "what", l->plan->what, "ends", ends,
	    "delay_ms", duration_ms_f(l->plan->delay), "mtu", (int)link_mtu(l), "up", l->up,
	    "forwarded", forwarded, "dropped", dropped);
}

/* Where its user finds it, and what he signs in with. */
static json_t *
controller_document(const struct supervisor *s)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	char text[ENDPOINT_STR_MAX];
	struct endpoint at;

	if (s->socket < 0 || getsockname(s->socket, (struct sockaddr *)&ss, &len) < 0 ||
	    endpoint_from_sockaddr(&ss, &at) < 0)
		return json_null();
	return json_pack("{s:o, s:o}", "url", json_sprintf("http://%s", endpoint_format(at, text)),
	    "token_file", json_sprintf("%s/%s", s->dir.path, LAB_TOKEN_NAME));
}

json_t *
status_document(const struct supervisor *s)
{
	json_t *nodes = json_array(), *links = json_array();
	time_t since = (time_t)(s->since_wall_ns / NS_PER_S);
	struct tm tm;
	char text[32];
	size_t at = 0;

	for (size_t i = 0; i < s->plan->node_count; i++)
		at = add_node(s, &s->plan->nodes[i], at, nodes);
	for (size_t i = 0; i < s->plan->link_count; i++)
		(void)json_array_append_new(links, link_document(s, i));
	(void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&since, &tm));
	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o}", "name", s->plan->name, "since", text,
	    "directory", s->dir.path, "controller", controller_document(s), "nodes", nodes, "links",
	    links);
}
