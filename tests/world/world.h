/*
 * A small world for two BGP sessions of ours: a network that loses, delays and duplicates
 * connections, and two nodes that carry out what their sessions ask for. Virtual time, one seed, no
 * sockets.
 *
 * node.c plays the drivers and judges what every session does; net.c is the network.
 */
#pragma once

#include "base/rng.h"
#include "proto/bgp/session_internal.h"

enum { NODES = 2, LINES = 24, ROUTES = 1200 };

/* One end of a TCP connection. End 0 is its dialler. */
struct end {
	int node;
	bool attached; /* the node's session knows of it */
	bool finished; /* its session closed it: behind its bytes the other end hears of it */
	uint8_t *bytes; /* written; owned */
	size_t size, written, delivered;
	struct instant arrives_at; /* when the next bytes reach the other end */
	struct instant closes_at;  /* when its node hears that the connection is lost */
	/* what its node has told on this connection, for the search of duplicates */
	uint8_t told[ROUTES];      /* attributes + 1; 0: nothing */
	uint8_t again[ROUTES];     /* times that it may be told once more, for a refresh */
	/* times that it may be withdrawn untold: the peer may keep it of an earlier session */
	uint8_t kept[ROUTES];
	bool any_told;
};

struct line {
	bool used, stands;
	bool ghost;               /* end 0 is nobody: it connects and is silent */
	struct instant stands_at; /* the connection is made */
	struct duration delay;
	struct end ends[2];
};

struct node {
	struct bgp_session *s;
	struct bgp_conf conf;
	struct duration clock_ahead; /* of the world's time; grows in steps */
	int lines[BGP_WAY_MAX];      /* -1: none */
	uint8_t wants[ROUTES];       /* attributes + 1; 0: not announced */
	uint8_t believes[ROUTES];    /* of the peer */
	bool told_before[ROUTES];    /* in any session */
	size_t ends_of_rib;          /* heard in this session: one a family */
	uint64_t observed, written;  /* messages sent: seen by who looks, and put on a line */
	size_t routes;               /* that this node may announce */
};

struct world {
	uint64_t seed;
	struct rng rng;
	struct instant now;
	struct node nodes[NODES];
	struct line lines[LINES];
	bool storm;
	size_t cut_after; /* the first line is lost behind so many bytes; SIZE_MAX: never */
	size_t cut_seen;
	int ups;
	bool trace;
	bool failed;
	/* all that was sent, closed, dialled and said, and when */
	uint64_t digest;
	/* a program follows another one in its place: once in so many steps; 0: never */
	unsigned upgrade_every;
	struct rng upgrades; /* of its own, so that the world around is the same one */
	uint64_t upgrade_count, partial_count;
};

/* Says what is wrong, with the seed, once a world. */
void world_fail(struct world *w, const char *what, ...) __attribute__((format(printf, 2, 3)));
void world_trace(struct world *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

void world_note(struct world *w, const void *bytes, size_t len); /* into the digest */

/* ---- node.c ---- */

void node_start(struct world *w, int n); /* a fresh process; wants are announced */
void node_kill(struct world *w, int n);  /* its sockets are gone with it */
void node_upgrade(struct world *w, int n); /* saved, and another one restored in its place */
void node_input(struct world *w, int n, struct bgp_event event);
/* As node_input() with bytes; how many were taken. */
void node_input_bytes(struct world *w, int n, struct bgp_event event, size_t *ret_taken);
/* Time has come to where it is: TIMER as often as it is due. */
void node_tick(struct world *w, int n);
struct instant node_deadline(const struct world *w, int n); /* in the world's time */
struct instant node_now(const struct world *w, int n);
void node_flush(struct world *w, int n);
void node_want(struct world *w, int n, size_t route, uint8_t attributes); /* 0: withdraw */
bool nodes_agree(const struct world *w);
struct prefix node_route(int n, size_t i);

/* ---- net.c ---- */

void net_dial(struct world *w, int n);
void net_ghost(struct world *w, int towards);
void net_write(struct world *w, int n, enum bgp_way way, const uint8_t *bytes, size_t len);
/* The node's session wants no more of it; reset: its bytes on the way are lost. */
void net_close(struct world *w, int n, enum bgp_way way, bool reset);
void net_lose(struct world *w, struct line *line);
/* The node is gone, and says nothing; what reaches it is answered by a reset. */
void net_abandon(struct world *w, int n, bool silently);
struct instant net_deadline(const struct world *w);
void net_run(struct world *w); /* all that is due */
struct end *net_end(struct world *w, int n, enum bgp_way way); /* NULL: none */
/* Bytes that the kernel of the node has not taken. */
size_t net_waiting(const struct end *end);
void net_free(struct world *w);
