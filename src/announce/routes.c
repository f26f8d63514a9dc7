/* What is announced to whom, as JSON for `nearcast routes`. */
#include <stdio.h>
#include <stdlib.h>

#include "announce/neighbor.h"
#include "base/alloc.h"
#include "proto/bgp/community.h"

/* A route of one neighbor, until all are known and in order. */
struct route {
	struct prefix prefix;
	size_t neighbor;
	json_t *json; /* owned */
};

struct collected {
	const struct neighbor *neighbor;
	size_t index;
	const struct prefix *within; /* NULL: all */
	struct route *routes;        /* owned */
	size_t count, cap;
};

static json_t *
path_json(const struct neighbor *n, const struct bgp_attributes *attributes)
{
	size_t copies = bgp_session_path_copies(n->session, attributes);
	json_t *list = json_array();

	for (size_t i = 0; i < copies; i++)
		(void)json_array_append_new(list, json_integer((json_int_t)n->conf.local_as));
	return list;
}

static json_t *
communities_json(const struct bgp_attributes *a)
{
	json_t *list = json_array();
	char text[BGP_COMMUNITY_STR_MAX];

	for (size_t i = 0; i < a->community_count; i++)
		(void)json_array_append_new(list, json_string(bgp_community_format(a->communities[i], text)));
	return list;
}

static json_t *
ext_communities_json(const struct bgp_attributes *a)
{
	json_t *list = json_array();
	char text[BGP_COMMUNITY_STR_MAX];

	for (size_t i = 0; i < a->ext_community_count; i++)
		(void)json_array_append_new(
		    list, json_string(bgp_ext_community_format(a->ext_communities[i], text)));
	return list;
}

static json_t *
large_communities_json(const struct bgp_attributes *a)
{
	json_t *list = json_array();
	char text[BGP_COMMUNITY_STR_MAX];

	for (size_t i = 0; i < a->large_community_count; i++)
		(void)json_array_append_new(
		    list, json_string(bgp_large_community_format(a->large_communities[i], text)));
	return list;
}

/* Without one of its own, an announcement to our own AS has the usual one. */
static json_t *
local_pref_json(const struct neighbor *n, const struct bgp_attributes *a)
{
	if (n->conf.local_as != n->conf.peer_as)
		return json_null();
	return json_integer(a->has_local_pref ? (json_int_t)a->local_pref : 100);
}

/* Why the neighbor has not been told, as a sentence; null when it has. */
static json_t *
waits_for_json(const struct neighbor *n, enum bgp_family family, struct ip next_hop, bool told)
{
	const struct bgp_info *info = bgp_session_info(n->session);

	if (told)
		return json_null();
	if (info->state != BGP_ESTABLISHED)
		return json_sprintf("the session is %s", bgp_state_name(info->state));
	if (!info->negotiated.families[family])
		return json_sprintf("the neighbor does not take %s", bgp_family_name(family));
	if (next_hop.family == IP_NONE)
		return json_sprintf("no next hop is known for %s", bgp_family_name(family));
	return json_string("it is about to be sent");
}

static json_t *
route_json(const struct neighbor *n, struct prefix prefix, const struct bgp_attributes *a, bool told)
{
	static const char *const origins[] = {
		[BGP_ORIGIN_IGP] = "igp", [BGP_ORIGIN_EGP] = "egp", [BGP_ORIGIN_INCOMPLETE] = "incomplete"
	};
	enum bgp_family family = bgp_family_of(prefix.addr.family);
	struct ip next_hop = bgp_session_next_hop(n->session, family, a);
	char text[PREFIX_STR_MAX], hop[IP_STR_MAX];

	told = told && bgp_session_info(n->session)->state == BGP_ESTABLISHED;
	return json_pack("{s:s, s:s, s:b, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "prefix",
	    prefix_format(prefix, text), "neighbor", n->conf.name, "told", (int)told, "waits_for",
	    waits_for_json(n, family, next_hop, told), "origin", origins[a->origin], "as_path",
	    path_json(n, a), "next_hop",
	    next_hop.family == IP_NONE ? json_null() : json_string(ip_format(next_hop, hop)), "med",
	    a->has_med ? json_integer((json_int_t)a->med) : json_null(), "local_pref",
	    local_pref_json(n, a), "communities", communities_json(a), "ext_communities",
	    ext_communities_json(a), "large_communities", large_communities_json(a));
}

static void
collect(void *userdata, struct prefix prefix, const struct bgp_attributes *attributes, bool told)
{
	struct collected *c = userdata;

	if (c->within != NULL &&
	    (prefix.len < c->within->len || !prefix_contains(*c->within, prefix.addr)))
		return;
	c->routes = grow_array(c->routes, c->count, &c->cap, sizeof(*c->routes));
	c->routes[c->count++] = (struct route){ .prefix = prefix,
		.neighbor = c->index,
		.json = route_json(c->neighbor, prefix, attributes, told) };
}

static int
compare(const void *a, const void *b)
{
	const struct route *x = a, *y = b;
	int r = prefix_cmp(x->prefix, y->prefix);

	return r != 0 ? r : (x->neighbor > y->neighbor) - (x->neighbor < y->neighbor);
}

json_t *
neighbors_routes(struct neighbor *const *neighbors, size_t count, const struct prefix *within)
{
	struct collected c = { .within = within };
	json_t *list = json_array();

	for (; c.index < count; c.index++) {
		c.neighbor = neighbors[c.index];
		bgp_session_each_route(c.neighbor->session, collect, &c);
	}
	if (c.count > 0)
		qsort(c.routes, c.count, sizeof(*c.routes), compare);
	for (size_t i = 0; i < c.count; i++)
		(void)json_array_append_new(list, c.routes[i].json);
	free(c.routes);
	return list;
}
