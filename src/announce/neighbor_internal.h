/* What the files of a neighbor share; neighbor.h says which they are. */
#pragma once

#include "announce/neighbor.h"
#include "io/tcp.h"

/* ---- neighbor.c ---- */

/*
 * Gives the session an event and does what it answers. Returns the bytes taken of BGP_EVENT_BYTES.
 */
size_t neighbor_input(struct neighbor *n, const struct bgp_event *event);
/*
 * A read's worth of them, until the connection is over; what they ask for is done once, behind
 * them.
 */
void neighbor_take_bytes(struct neighbor *n, enum bgp_way way, const uint8_t *bytes, size_t len);

/* ---- neighbor_connection.c ---- */

/* Starts to connect; how it went comes as an event, also from inside of this call. */
void neighbor_dial(struct neighbor *n);
/* Politely: so that the peer gets what was written, a NOTIFICATION. Nothing when there is none. */
void neighbor_close_connection(struct neighbor *n, enum bgp_way way, bool politely);
/* All of them at once, and those that are being finished. */
void neighbor_drop_connections(struct neighbor *n);

/* As it was in the program before; without one, or what can not be had, the session hears of it. */
void neighbor_resume_connections(struct neighbor *n, const struct neighbor_past *past);

/* ---- neighbor_state.c ---- */

/* Into a neighbor that was just made. */
int neighbor_load(struct neighbor *n, const struct bgp_conf *conf, const struct neighbor_past *past,
    struct err *e);
/* The records of a connection; none: empty. */
struct reader neighbor_past_connection(const struct neighbor_past *past, enum bgp_way way);
void neighbor_load_connection(struct neighbor_connection *c, struct reader records);

/* ---- neighbor_conf.c ---- */

/* With strings of its own, for neighbor_conf_done(). */
struct neighbor_conf neighbor_conf_copy(const struct neighbor_conf *conf);
void neighbor_conf_done(struct neighbor_conf *conf);

/* The session's part, checked together with the rest; *e names the neighbor. */
int neighbor_conf_session(const struct neighbor_conf *conf, struct bgp_conf *ret, struct err *e);
/* The sockets' part; strings are borrowed from conf. */
struct tcp_conf neighbor_conf_tcp(const struct neighbor_conf *conf);
/* How long the kernel tries to get rid of what was sent (RFC 5482). */
struct duration neighbor_conf_patience(const struct neighbor_conf *conf);

/* ---- neighbor_silence.c ---- */

/* A connection stands: looks after it until the neighbor has said something. */
void neighbor_expect_bytes(struct neighbor *n);
void neighbor_silence_look(struct timer *t, struct instant now); /* the timer's */

/* ---- neighbor_failure.c ---- */

/*
 * Why a connection could not be made, or was lost (`connected`), for an engineer who has to mend
 * it: error is a negative errno, or 0 for what is only known as `text`.
 */
void neighbor_failure(
    const struct neighbor *n, bool connected, int error, const char *text, char *buf, size_t size);
/* Why nothing comes over one that stands, when something is known: whether there is. */
bool neighbor_silence(
    const struct neighbor *n, const struct neighbor_connection *c, char *buf, size_t size);
