/*
 * What the files of a neighbor share: neighbor.c drives the session, neighbor_connection.c has its
 * sockets, neighbor_conf.c turns what was configured into what the session wants.
 */
#pragma once

#include "announce/neighbor.h"

/* ---- neighbor.c ---- */

/* Gives the session an event and does what it answers. Returns the bytes taken of BGP_EVENT_BYTES. */
size_t neighbor_input(struct neighbor *n, const struct bgp_event *event);

/* ---- neighbor_connection.c ---- */

/* Starts to connect; how it went comes as an event, also from inside of this call. */
void neighbor_dial(struct neighbor *n);
/* Politely: so that the peer gets what was written, a NOTIFICATION. Nothing when there is none. */
void neighbor_close_connection(struct neighbor *n, enum bgp_way way, bool politely);
/* All of them at once, and those that are being finished. */
void neighbor_drop_connections(struct neighbor *n);

/* ---- neighbor_conf.c ---- */

/* The session's part, checked together with the rest; *e names the neighbor. */
int neighbor_conf_session(const struct neighbor_conf *conf, struct bgp_conf *ret, struct err *e);
