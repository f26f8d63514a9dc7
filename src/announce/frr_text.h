/*
 * What bgpd of FRR is told on its vty, and what it says. Pure.
 *
 * Each Global IP is a `network` with a route-map of ours. A route-map is named after what it does
 * (NEARCAST-, and a number made of its text), so it is never changed: another attribute is another
 * route-map, and a network changes over in one command. Nothing else of the configuration is
 * touched.
 */
#pragma once

#include "announce/daemon.h"

#define FRR_MAP_MAX 32

/* The communities as lines of a route-map, each behind indent. */
void frr_text_communities(const struct bgp_attributes *a, const char *indent, struct strbuf *out);
/*
 * All attributes likewise, but for the next hop. -EINVAL: extended communities other than rt and
 * soo, prepends without local_as.
 */
int frr_text_attributes(
    const struct bgp_attributes *a, uint32_t local_as, struct strbuf *out, struct err *e);
/* The name of the route-map with this text. Returns buf. */
char *frr_text_map(const char *attributes, char buf[static FRR_MAP_MAX]);

/* A network or a route-map of ours. */
struct frr_own {
	bool is_network; /* else a route-map */
	struct prefix prefix;
	char map[FRR_MAP_MAX];
};
/* Those in the text of a running configuration: fn for each, in order. */
void frr_text_ours(
    const char *running, void (*fn)(void *userdata, const struct frr_own *own), void *userdata);

/*
 * The sessions in a reply to "show bgp summary json": fn for each, once in each family. 0, or
 * -EPROTO.
 */
int frr_text_sessions(const char *reply,
    void (*fn)(void *userdata, const struct daemon_neighbor *session), void *userdata);
/* Whom a prefix is told to, of a reply to "show bgp ipv4 unicast PREFIX json": fn for each. */
void frr_text_told(
    const char *reply, void (*fn)(void *userdata, const char *neighbor), void *userdata);
