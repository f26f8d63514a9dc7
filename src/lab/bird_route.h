/*
 * What BIRD 2 says about routes, read from the text of its control socket. Pure.
 *
 * How the lines of a reply begin says io/dialogue.h; "show route ... all" puts a route's attributes
 * below it.
 * Only what the lab shows and judges is read; unknown lines are skipped, for BIRD adds some with
 * every release.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/ip.h"

#define BIRD_NAME_MAX 64
#define BIRD_AS_PATH_MAX 32

struct bird_route {
	struct prefix dest;
	bool best;
	char protocol[BIRD_NAME_MAX]; /* the instance in bird.conf: "host_am6" */
	char type[BIRD_NAME_MAX];     /* "BGP", "OSPF", "static" ... as in "Type:" */
	struct ip gateway;            /* IP_NONE: blackhole, unreachable, directly connected */
	char ifname[BIRD_NAME_MAX];   /* "" when none */
	struct ip from;               /* the neighbor it was learned from, where BIRD says so */
	struct ip bgp_next_hop;       /* IP_NONE when not from BGP */
	uint32_t as_path[BIRD_AS_PATH_MAX]; /* nearest first; the members of sets in order */
	size_t as_path_len;                 /* 0: of the router's own network, or not from BGP */
	bool has_local_pref, has_med;
	uint32_t local_pref, med;
};

struct bird_routes {
	struct bird_route *items; /* owned */
	size_t count, cap;
};

void bird_routes_done(struct bird_routes *r);
/* The one in use for dest; NULL when there is none. */
const struct bird_route *bird_routes_best(const struct bird_routes *r, struct prefix dest) _pure_;

/*
 * The routes of one reply. 0, also when BIRD knows none ("8001 Network not found"); -EPROTO for an
 * error of BIRD's (its sentence in e) or a reply without an end.
 */
int bird_routes_parse(const char *reply, struct bird_routes *ret, struct err *e) _must_use_;
