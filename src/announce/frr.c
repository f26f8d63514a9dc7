/*
 * FRR: bgpd's own vty socket, as vtysh uses it, without vtysh: the commands of a change go out one
 * behind the other. What is ours in the running configuration is read when the connection is made;
 * what is not wanted is taken out, what is missing is put in, the rest stays. It is never written
 * to a file: a bgpd that restarts announces nothing of ours before we have told it again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "announce/frr_text.h"
#include "base/alloc.h"

struct frr_ours {
	char (*maps)[FRR_MAP_MAX]; /* owned: route-maps that are there */
	size_t map_count, map_cap;
	char why[DAEMON_WHY_MAX]; /* what a command of the change was refused with; "" */
};

void
daemon_frr_done(struct daemon *d)
{
	if (d->ours != NULL)
		free(d->ours->maps);
	free(d->ours);
}

static void
frr_begin(struct daemon *d)
{
	d->ours = xcalloc(1, sizeof(*d->ours));
}

/* ---- what it has; a route's `loaded` is the name of its route-map, which its text leads to ----
 */

static bool
has_map(const struct frr_ours *ours, const char *map)
{
	for (size_t i = 0; i < ours->map_count; i++) {
		if (strcmp(ours->maps[i], map) == 0)
			return true;
	}
	return false;
}

static void
add_map(struct frr_ours *ours, const char *map)
{
	ours->maps = grow_array(ours->maps, ours->map_count, &ours->map_cap, FRR_MAP_MAX);
	(void)snprintf(ours->maps[ours->map_count++], FRR_MAP_MAX, "%s", map);
}

static void
on_own(void *userdata, const struct frr_own *own)
{
	struct daemon *d = userdata;
	struct daemon_route *r;

	if (!own->is_network) {
		if (!has_map(d->ours, own->map))
			add_map(d->ours, own->map);
		return;
	}
	r = daemon_route_at(d, own->prefix);
	free(r->loaded);
	r->loaded = xstrdup(own->map);
	r->on = true;
}

static void
take_running(struct daemon *d, const char *running)
{
	d->ours->map_count = 0;
	for (size_t i = 0; i < d->route_count; i++) {
		free(TAKE(d->routes[i].loaded));
		d->routes[i].on = false;
	}
	frr_text_ours(running, on_own, d);
}

static void
on_running(void *userdata, size_t tag, int code, const char *reply)
{
	(void)tag;
	(void)code;
	take_running(userdata, reply);
	daemon_ready(userdata);
}

static void
frr_connected(struct daemon *d)
{
	dialogue_send(d->dialogue, "enable", NULL, 0);
	dialogue_send(d->dialogue, "show running-config", on_running, 0);
}

/* ---- a change ---- */

static void
on_line(void *userdata, size_t tag, int code, const char *reply)
{
	struct daemon *d = userdata;

	(void)tag;
	if (code != 0 && d->ours->why[0] == '\0')
		(void)snprintf(d->ours->why, sizeof(d->ours->why), "%.*s",
		    (int)strcspn(reply, "\r\n"), *reply != '\0' ? reply : "no reason given");
}

static void
on_running_again(void *userdata, size_t tag, int code, const char *reply)
{
	struct daemon *d = userdata;

	(void)tag;
	(void)code;
	take_running(d, reply);
	daemon_refused(d, d->ours->why);
}

static void
on_end(void *userdata, size_t tag, int code, const char *reply)
{
	struct daemon *d = userdata;

	(void)tag;
	(void)code;
	(void)reply;
	if (d->ours->why[0] == '\0')
		daemon_accepted(d);
	else /* what of it came about is what its configuration says */
		dialogue_send(d->dialogue, "show running-config", on_running_again, 0);
}

static void
command(struct daemon *d, const char *text)
{
	dialogue_send(d->dialogue, text, on_line, 0);
}

static bool
differs(const struct daemon *d, const struct daemon_route *r)
{
	char map[FRR_MAP_MAX];

	/* after a refusal it waits; a withdraw never does */
	if (r->wanted)
		return d->refused[0] == '\0' &&
		       (!r->on || r->loaded == NULL ||
			   strcmp(r->loaded, frr_text_map(r->text, map)) != 0);
	/* what is there of who was here before stays until all verdicts are known */
	return r->on && (d->released || r->withdrawing || r->text != NULL);
}

static void
define_map(struct daemon *d, const struct daemon_route *r)
{
	char text[4096], map[FRR_MAP_MAX];

	if (has_map(d->ours, frr_text_map(r->text, map)))
		return;
	add_map(d->ours, map);
	(void)snprintf(text, sizeof(text), "route-map %s permit 10", map);
	command(d, text);
	for (const char *at = r->text, *end; (end = strchr(at, '\n')) != NULL; at = end + 1) {
		(void)snprintf(text, sizeof(text), "%.*s", (int)(end - at), at);
		command(d, text);
	}
	command(d, "exit");
}

static void
change_network(struct daemon *d, struct daemon_route *r)
{
	char text[PREFIX_STR_MAX + FRR_MAP_MAX + 32], prefix[PREFIX_STR_MAX], map[FRR_MAP_MAX];

	(void)prefix_format(r->prefix, prefix);
	free(TAKE(r->loaded));
	r->on = r->wanted;
	if (r->wanted) {
		r->loaded = xstrdup(frr_text_map(r->text, map));
		(void)snprintf(text, sizeof(text), "network %s route-map %s", prefix, map);
	} else {
		(void)snprintf(text, sizeof(text), "no network %s", prefix);
	}
	command(d, text);
}

static void
change_networks(struct daemon *d, enum ip_family family)
{
	bool entered = false;

	for (size_t i = 0; i < d->route_count; i++) {
		struct daemon_route *r = &d->routes[i];

		if (r->prefix.addr.family != family || !differs(d, r))
			continue;
		if (!entered)
			command(d, family == IP_V4 ? "address-family ipv4 unicast"
						   : "address-family ipv6 unicast");
		entered = true;
		change_network(d, r);
	}
	if (entered)
		command(d, "exit-address-family");
}

/* Route-maps that no network has any more. */
static void
remove_maps(struct daemon *d)
{
	char text[FRR_MAP_MAX + 32];

	for (size_t m = d->ours->map_count; m-- > 0;) {
		bool used = false;

		for (size_t i = 0; i < d->route_count && !used; i++)
			used = d->routes[i].loaded != NULL &&
			       strcmp(d->routes[i].loaded, d->ours->maps[m]) == 0;
		if (used)
			continue;
		(void)snprintf(text, sizeof(text), "no route-map %s", d->ours->maps[m]);
		command(d, text);
		d->ours->map_count--;
		memmove(d->ours->maps[m], d->ours->maps[d->ours->map_count], FRR_MAP_MAX);
	}
}

static void
frr_apply(struct daemon *d)
{
	bool any = false;

	for (size_t i = 0; i < d->route_count; i++)
		any = any || differs(d, &d->routes[i]);
	if (!any || !d->ready)
		return;
	if (!d->applying)
		d->ours->why[0] = '\0';
	d->applying = true;
	command(d, "configure terminal");
	for (size_t i = 0; i < d->route_count; i++) {
		if (d->routes[i].wanted && differs(d, &d->routes[i]))
			define_map(d, &d->routes[i]);
	}
	command(d, "router bgp");
	change_networks(d, IP_V4);
	change_networks(d, IP_V6);
	command(d, "exit");
	remove_maps(d);
	dialogue_send(d->dialogue, "end", on_end, 0);
}

/* ---- looking ---- */

struct finding {
	struct daemon *d;
	size_t route;
};

static void
on_told(void *userdata, const char *neighbor)
{
	const struct finding *f = userdata;
	size_t at = daemon_find_neighbor(f->d, neighbor);

	if (at < DAEMON_NEIGHBORS_MAX && f->d->neighbors[at].established)
		f->d->routes[f->route].found |= UINT64_C(1) << at;
}

static void
on_route(void *userdata, size_t tag, int code, const char *reply)
{
	struct finding f = { userdata, tag };

	(void)code;
	frr_text_told(reply, on_told, &f);
	daemon_answered(f.d);
}

static void
on_summary(void *userdata, size_t tag, int code, const char *reply)
{
	struct daemon *d = userdata;
	char text[PREFIX_STR_MAX + 48], prefix[PREFIX_STR_MAX];

	(void)tag;
	(void)code;
	if (frr_text_sessions(reply, daemon_saw_neighbor, d) == 0)
		daemon_saw_neighbors(d);
	for (size_t i = 0; i < d->route_count; i++) {
		(void)snprintf(text, sizeof(text), "show bgp %s unicast %s json",
		    d->routes[i].prefix.addr.family == IP_V4 ? "ipv4" : "ipv6",
		    prefix_format(d->routes[i].prefix, prefix));
		d->questions++;
		dialogue_send(d->dialogue, text, on_route, i);
	}
	daemon_answered(d);
}

static void
frr_look(struct daemon *d)
{
	dialogue_send(d->dialogue, "show bgp summary json", on_summary, 0);
}

/* ---- from one program to the next ---- */

enum {
	TAG_MAP = 1,
};

static void
frr_save(const struct daemon *d, struct state_writer *w)
{
	for (size_t i = 0; i < d->ours->map_count; i++)
		state_text(w, TAG_MAP, d->ours->maps[i]);
}

static void
frr_load(struct daemon *d, struct reader records)
{
	struct reader value;
	uint16_t tag;

	while (state_next(&records, &tag, &value)) {
		size_t len = reader_left(&value);
		char map[FRR_MAP_MAX];

		if (tag != TAG_MAP || len == 0 || len >= sizeof(map))
			continue;
		(void)snprintf(
		    map, sizeof(map), "%.*s", (int)len, (const char *)reader_bytes(&value, len));
		if (!has_map(d->ours, map))
			add_map(d->ours, map);
	}
}

const struct daemon_kind daemon_frr = {
	.name = "FRR",
	.language = &dialogue_frr,
	.text = frr_text_attributes,
	.begin = frr_begin,
	.connected = frr_connected,
	.apply = frr_apply,
	.look = frr_look,
	.save = frr_save,
	.load = frr_load,
};
