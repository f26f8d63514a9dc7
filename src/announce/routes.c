/* What is announced to whom, and what comes back from elsewhere, as JSON for `nearcast routes`. */
#include <stdio.h>
#include <stdlib.h>

#include "announce/status_internal.h"
#include "base/alloc.h"

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

static bool
lies_in(struct prefix prefix, const struct prefix *within)
{
	return within == NULL ||
	       (prefix.len >= within->len && prefix_contains(*within, prefix.addr));
}

static json_t *
path_json(const struct neighbor *n, const struct bgp_attributes *attributes)
{
	size_t copies = bgp_session_path_copies(n->session, attributes);
	json_t *list = json_array();

	for (size_t i = 0; i < copies; i++)
		(void)json_array_append_new(list, json_integer((json_int_t)n->conf.local_as));
	return list;
}

/* Of a session that is down. */
static json_t *
waits_for_session_json(const struct neighbor *n, struct prefix prefix)
{
	const struct bgp_info *info = bgp_session_info(n->session);
	char kept[KEPT_UNTIL_MAX] = "";

	if (bgp_session_kept(n->session, prefix))
		(void)kept_until_format(info->kept_until, kept);
	return json_sprintf("the session %s%s%s%s",
	    info->waits_for_bfd ? "waits for BFD to come up" : "is ",
	    info->waits_for_bfd ? "" : bgp_state_name(info->state), *kept ? "; may be kept " : "",
	    kept);
}

/* Why the neighbor has not been told, as a sentence; null when it has. */
static json_t *
waits_for_json(const struct neighbor *n, struct prefix prefix, struct ip next_hop, bool told)
{
	const struct bgp_info *info = bgp_session_info(n->session);
	enum bgp_family family = bgp_family_of(prefix.addr.family);

	if (told)
		return json_null();
	if (info->state != BGP_ESTABLISHED)
		return waits_for_session_json(n, prefix);
	if (!info->negotiated.families[family])
		return json_sprintf("the neighbor does not take %s", bgp_family_name(family));
	if (next_hop.family == IP_NONE)
		return json_sprintf("no next hop is known for %s", bgp_family_name(family));
	return json_string("it is about to be sent");
}

static json_t *
route_json(
    const struct neighbor *n, struct prefix prefix, const struct bgp_attributes *a, bool told)
{
	enum bgp_family family = bgp_family_of(prefix.addr.family);
	struct ip next_hop = bgp_session_next_hop(n->session, family, a);
	json_t *o = status_attributes(a, n->conf.local_as != n->conf.peer_as);
	char text[PREFIX_STR_MAX], hop[IP_STR_MAX];

	told = told && bgp_session_info(n->session)->state == BGP_ESTABLISHED;
	(void)json_object_update_new(o,
	    json_pack("{s:s, s:s, s:b, s:b, s:o, s:o, s:o}", "prefix", prefix_format(prefix, text),
		"neighbor", n->conf.name, "told", (int)told, "withdrawn", 0, "waits_for",
		waits_for_json(n, prefix, next_hop, told), "as_path", path_json(n, a), "next_hop",
		next_hop.family == IP_NONE ? json_null() : json_string(ip_format(next_hop, hop))));
	return o;
}

/* One that is withdrawn, and that the neighbor may keep; its attributes are not known any more. */
static json_t *
kept_json(const struct neighbor *n, struct prefix prefix)
{
	char text[PREFIX_STR_MAX], until[KEPT_UNTIL_MAX];

	(void)kept_until_format(bgp_session_info(n->session)->kept_until, until);
	return json_pack("{s:s, s:s, s:b, s:b, s:o, s:n, s:[], s:n, s:n, s:n, s:[], s:[], s:[]}",
	    "prefix", prefix_format(prefix, text), "neighbor", n->conf.name, "told", 0, "withdrawn",
	    1, "waits_for", json_sprintf("withdrawn; may be kept %s", until), "origin", "as_path",
	    "next_hop", "med", "local_pref", "communities", "ext_communities", "large_communities");
}

/* json: taken over. */
static void
add_route(struct collected *c, struct prefix prefix, json_t *json)
{
	c->routes = grow_array(c->routes, c->count, &c->cap, sizeof(*c->routes));
	c->routes[c->count++] =
	    (struct route){ .prefix = prefix, .neighbor = c->index, .json = json };
}

static void
collect(void *userdata, struct prefix prefix, const struct bgp_attributes *attributes, bool told)
{
	struct collected *c = userdata;

	if (lies_in(prefix, c->within))
		add_route(c, prefix, route_json(c->neighbor, prefix, attributes, told));
}

static void
collect_kept(void *userdata, struct prefix prefix, bool wanted)
{
	struct collected *c = userdata;

	if (!wanted && lies_in(prefix, c->within))
		add_route(c, prefix, kept_json(c->neighbor, prefix));
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
		bgp_session_each_kept(c.neighbor->session, collect_kept, &c);
	}
	if (c.count > 0)
		qsort(c.routes, c.count, sizeof(*c.routes), compare);
	for (size_t i = 0; i < c.count; i++)
		(void)json_array_append_new(list, c.routes[i].json);
	free(c.routes);
	return list;
}

/* One sighting, without its prefix and neighbor; NULL: the neighbor does not send us the prefix. */
static json_t *
seen_json(const struct neighbor *n, struct prefix prefix, struct instant now)
{
	const struct bgp_seen *seen = bgp_session_seen(n->session, prefix);
	json_t *path;

	if (seen == NULL || !seen->seen)
		return NULL;
	path = json_array();
	for (size_t i = 0; i < MIN(seen->path_len, (size_t)BGP_SEEN_PATH_MAX); i++)
		(void)json_array_append_new(path, json_integer((json_int_t)seen->path[i]));
	return json_pack("{s:o, s:I, s:o, s:I}", "since_ms", status_ago(seen->since, now),
	    "origin_as", (json_int_t)seen->origin_as, "as_path", path, "as_path_length",
	    (json_int_t)seen->path_len);
}

json_t *
neighbor_seen(
    const struct neighbor *n, const struct prefix *prefixes, size_t count, struct instant now)
{
	json_t *list = json_array();
	char text[PREFIX_STR_MAX];

	for (size_t i = 0; i < count; i++) {
		json_t *seen = seen_json(n, prefixes[i], now);

		if (seen == NULL)
			continue;
		(void)json_object_set_new(
		    seen, "prefix", json_string(prefix_format(prefixes[i], text)));
		(void)json_array_append_new(list, seen);
	}
	return list;
}

json_t *
neighbors_watched(struct neighbor *const *neighbors, size_t neighbor_count,
    const struct prefix *prefixes, size_t count, const struct prefix *within, struct instant now)
{
	json_t *all = json_array();
	char text[PREFIX_STR_MAX];

	for (size_t i = 0; i < count; i++) {
		if (!lies_in(prefixes[i], within))
			continue;

		json_t *from = json_array();

		for (size_t k = 0; k < neighbor_count; k++) {
			json_t *seen = seen_json(neighbors[k], prefixes[i], now);

			if (seen == NULL)
				continue;
			(void)json_object_set_new(
			    seen, "neighbor", json_string(neighbors[k]->conf.name));
			(void)json_array_append_new(from, seen);
		}
		(void)json_array_append_new(
		    all, json_pack("{s:s, s:I, s:o}", "prefix", prefix_format(prefixes[i], text),
			     "paths", (json_int_t)json_array_size(from), "seen_from", from));
	}
	return all;
}
