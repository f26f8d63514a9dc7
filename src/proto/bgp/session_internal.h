/*
 * The insides of a session, shared by session.c and connection.c.
 *
 * A connection knows its own state (the columns of RFC 4271 section 8.2.2 from OpenSent on); the session
 * adds what lies outside of connections: when to dial, and how long to be quiet after an error.
 */
#pragma once

#include "base/rng.h"
#include "proto/bgp/codec.h"
#include "proto/bgp/rib_out.h"

struct bgp_connection {
	enum bgp_state state; /* Idle: there is none; Connect: being dialled */
	struct instant hold_at, keepalive_at;
	uint16_t hold_time_s; /* as negotiated; from OpenConfirm on */
	struct bgp_open open; /* of the peer; from OpenConfirm on */
	struct ip local;      /* our end; IP_NONE: not known */
	uint8_t rx[BGP_MESSAGE_MAX];
	size_t rx_len;
};

/* Of the Established connection; see send_hold.c. */
struct bgp_send_hold {
	struct instant at, withdraw_at;
	uint64_t taken;       /* bytes, when last told */
	bool withdrawal_sent; /* among the bytes that may still wait */
};

struct bgp_session {
	struct bgp_conf conf;
	struct rng rng;
	bool started;
	struct bgp_connection connections[BGP_WAY_MAX];
	struct instant retry_at;      /* ConnectRetryTimer: dial, or give the dialling up */
	struct instant idle_until;    /* IdleHoldTimer */
	struct duration idle_hold;    /* the next pause */
	struct instant accept_at;     /* none of the peer's connections is taken before */
	struct instant established_at;
	struct bgp_peering peering;   /* of the Established connection, or all zero */
	struct bgp_open peer_open;    /* what info.peer_open points to */
	struct bgp_rib_out rib;
	struct bgp_send_hold send_hold;
	struct bgp_info info;
};

/* One call of bgp_session_input(). */
struct turn {
	struct bgp_session *s;
	struct instant now;
	struct bgp_actions *actions; /* of the caller */
};

/* ---- session.c ---- */

/* Whether an error of the peer, or its doing, earns a pause before the next attempt. */
enum bgp_pause {
	BGP_NO_PAUSE,
	BGP_PAUSE,
};

/* The connection has ended (why: one sentence); what follows for the session. */
void bgp_session_connection_ended(struct turn *t, enum bgp_way way, enum bgp_pause pause, const char *why);
/* The connection has reached Established. */
void bgp_session_connection_up(struct turn *t, enum bgp_way way);

static inline struct bgp_connection *
other_connection(struct bgp_session *s, enum bgp_way way)
{
	return &s->connections[way == BGP_DIALLED ? BGP_ACCEPTED : BGP_DIALLED];
}

static inline enum bgp_way
other_way(enum bgp_way way)
{
	return way == BGP_DIALLED ? BGP_ACCEPTED : BGP_DIALLED;
}

/* ---- negotiate.c ---- */

/* How UPDATEs are written and read on a connection whose end here is `local` (IP_NONE: not known). */
struct bgp_peering bgp_peering_of(
    const struct bgp_conf *conf, const struct bgp_negotiated *n, struct ip local);

/* ---- send_hold.c ---- */

void bgp_send_hold_timers(struct turn *t);

/* ---- connection.c ---- */

/* TCP stands: sends our OPEN. */
void bgp_connection_open(struct turn *t, enum bgp_way way, struct ip local);
/* Takes bytes up to the end of one message, and acts on it; fills actions->consumed. */
void bgp_connection_bytes(struct turn *t, enum bgp_way way, const uint8_t *bytes, size_t len);
void bgp_connection_timers(struct turn *t, enum bgp_way way);
/* Sends the NOTIFICATION and closes; the session is not told. */
void bgp_connection_cease(struct turn *t, enum bgp_way way, const struct bgp_error *e);
/* Forgets the connection; with `close` the driver shall close it too. */
void bgp_connection_reset(struct turn *t, enum bgp_way way, bool close);
