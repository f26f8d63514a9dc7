/* A routing daemon's neighbors and routes as JSON; announce.h says what is in them. */
#include <stdlib.h>

#include "announce/daemon.h"
#include "announce/status_internal.h"
#include "base/alloc.h"

static size_t
count_exported(const struct daemon *d, size_t neighbor, enum ip_family family)
{
	size_t n = 0;

	for (size_t i = 0; i < d->route_count; i++)
		n += d->routes[i].prefix.addr.family == family &&
		     (d->routes[i].exported >> neighbor & 1) != 0;
	return n;
}

static json_t *
neighbor_json(const struct daemon *d, size_t at, struct instant now)
{
	const struct daemon_neighbor *n = &d->neighbors[at];
	size_t ipv4 = count_exported(d, at, IP_V4), ipv6 = count_exported(d, at, IP_V6);
	const char *why = d->away[0] != '\0' ? d->away : n->why;
	json_t *families = json_array();
	json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:o}", "name", n->name, "announcer",
	    d->kind->name, "address", n->address, "state", n->state, "local_as",
	    (json_int_t)n->local_as, "peer_as", (json_int_t)n->peer_as, "families", families);

	if (n->ipv4)
		(void)json_array_append_new(families, json_string("ipv4"));
	if (n->ipv6)
		(void)json_array_append_new(families, json_string("ipv6"));
	(void)json_object_set_new(o, "since_ms", status_ago(n->since, now));
	(void)json_object_set_new(
	    o, "down_since_ms", n->established ? json_null() : status_ago(n->since, now));
	(void)json_object_set_new(
	    o, "announced", json_integer((json_int_t)ipv4 + (json_int_t)ipv6));
	(void)json_object_set_new(o, "announced_by_family",
	    json_pack("{s:I, s:I}", "ipv4", (json_int_t)ipv4, "ipv6", (json_int_t)ipv6));
	(void)json_object_set_new(o, "last_error", status_text_or_null(why));
	(void)json_object_set_new(o, "bfd", json_null());
	(void)json_object_set_new(o, "dump", json_null());
	(void)json_object_set_new(o, "seen", json_array());
	return o;
}

json_t *
daemon_status(const struct announcer *a, struct instant now)
{
	const struct daemon *d = daemon_of_const(a);
	json_t *all = json_array();

	for (size_t i = 0; i < d->neighbor_count; i++) {
		if (d->neighbors[i].state[0] != '\0')
			(void)json_array_append_new(all, neighbor_json(d, i, now));
	}
	return all;
}

/* Why a neighbor does not have it, as far as we know. */
static const char *
waits_for(const struct daemon *d, size_t neighbor)
{
	if (d->away[0] != '\0')
		return d->away;
	if (d->refused[0] != '\0')
		return d->refused;
	if (!d->neighbors[neighbor].established)
		return "the session is not established";
	return "the daemon does not export it (yet): an export filter?";
}

static json_t *
route_json(const struct daemon *d, const struct daemon_route *r, size_t neighbor)
{
	const struct daemon_neighbor *n = &d->neighbors[neighbor];
	json_t *o = status_attributes(&r->attributes, n->local_as != n->peer_as);
	bool told = (r->exported >> neighbor & 1) != 0;
	json_t *path = json_array();
	char text[PREFIX_STR_MAX];

	for (unsigned i = 0; n->local_as != n->peer_as && i < r->attributes.prepend + 1u; i++)
		(void)json_array_append_new(path, json_integer((json_int_t)n->local_as));
	(void)json_object_set_new(o, "prefix", json_string(prefix_format(r->prefix, text)));
	(void)json_object_set_new(o, "neighbor", json_string(n->name));
	(void)json_object_set_new(o, "told", json_boolean(told));
	(void)json_object_set_new(o, "withdrawn", json_boolean(!r->wanted));
	(void)json_object_set_new(
	    o, "waits_for", told ? json_null() : json_string(waits_for(d, neighbor)));
	(void)json_object_set_new(o, "as_path", path);
	(void)json_object_set_new(o, "next_hop", json_null());
	return o;
}

static bool
is_shown(const struct daemon *d, const struct daemon_route *r, size_t neighbor)
{
	const struct daemon_neighbor *n = &d->neighbors[neighbor];

	if ((r->exported >> neighbor & 1) != 0)
		return true;
	return r->wanted && (r->prefix.addr.family == IP_V4 ? n->ipv4 : n->ipv6);
}

static int
compare(const void *a, const void *b)
{
	const struct daemon_route *const *x = a, *const *y = b;

	return prefix_cmp((*x)->prefix, (*y)->prefix);
}

json_t *
daemon_routes(const struct announcer *a, const struct prefix *within)
{
	const struct daemon *d = daemon_of_const(a);
	_cleanup_(freep) const struct daemon_route **sorted =
	    xcalloc(d->route_count + 1, sizeof(struct daemon_route *));
	json_t *all = json_array();

	for (size_t i = 0; i < d->route_count; i++)
		sorted[i] = &d->routes[i];
	qsort(sorted, d->route_count, sizeof(struct daemon_route *), compare);
	for (size_t i = 0; i < d->route_count; i++) {
		const struct daemon_route *r = sorted[i];

		if (within != NULL && !prefix_contains(*within, r->prefix.addr))
			continue;
		for (size_t n = 0; n < d->neighbor_count; n++) {
			if (is_shown(d, r, n))
				(void)json_array_append_new(all, route_json(d, r, n));
		}
	}
	return all;
}
