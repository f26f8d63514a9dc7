/*
 * The insides of a session, shared by its files.
 *
 * A connection knows its own state (the columns of RFC 4271 section 8.2.2 from OpenSent on); the session
 * adds what lies outside of connections: when to dial, and how long to be quiet after an error.
 */
#pragma once

#include "base/rng.h"
#include "proto/bgp/codec.h"
#include "proto/bgp/rib_out.h"
#include "proto/bgp/seen.h"

struct bgp_connection {
	enum bgp_state state; /* Idle: there is none; Connect: being dialled */
	struct instant hold_at, keepalive_at;
	struct ip local;                  /* our end; IP_NONE: not known */
	struct bgp_open ours;             /* the OPEN that was sent; from OpenSent on */
	struct bgp_open open;             /* of the peer; from OpenConfirm on */
	struct bgp_negotiated negotiated; /* from OpenConfirm on */
	struct duration keepalive;        /* 0: none; from OpenConfirm on */
	uint8_t rx[BGP_MESSAGE_MAX];
	uint8_t *rx_long; /* owned; takes the place of rx from the first message that is longer (RFC 8654) */
	size_t rx_len;
};

/* Of the Established connection; see send_hold.c. */
struct bgp_send_hold {
	struct instant at, withdraw_at;
	uint64_t taken;       /* bytes, when last told */
	bool withdrawal_sent; /* among the bytes that may still wait */
};

/* What the last UPDATE that was not accepted had wrong. */
struct bgp_malformed {
	enum bgp_verdict verdict;
	uint8_t subcode, attribute;
	const char *what;
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
	struct bgp_watch watch;
	struct bgp_malformed malformed; /* as in info.last_malformed */
	struct bgp_send_hold send_hold;
	struct bgp_info info;
	bgp_message_fn observe; /* NULL: nobody looks */
	void *observe_userdata;
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

/* ---- session_info.c ---- */

/* What an operator sees after the turn. */
void bgp_session_update_info(struct turn *t);
/* A message came, or goes out: counted, and shown to who looks. */
void bgp_session_count(
    struct bgp_session *s, bool sent, enum bgp_way way, const uint8_t *message, size_t len);

/* ---- negotiate.c ---- */

/* All that the configuration lets us offer. */
struct bgp_open bgp_open_offer(const struct bgp_conf *conf);
struct bgp_offer bgp_offer_of(const struct bgp_open *open);
struct bgp_negotiated bgp_negotiate(const struct bgp_open *ours, const struct bgp_open *theirs);
/* How UPDATEs are written and read on a connection whose end here is `local` (IP_NONE: not known). */
struct bgp_peering bgp_peering_of(
    const struct bgp_conf *conf, const struct bgp_negotiated *n, struct ip local);

/* ---- session_updates.c ---- */

/* An UPDATE's body; false: the session must end for *e. */
bool bgp_session_take_update(
    struct bgp_session *s, const uint8_t *body, size_t len, struct instant now, struct bgp_error *e);

/* ---- send_hold.c ---- */

void bgp_send_hold_timers(struct turn *t);

/* ---- connection.c ---- */

/* TCP stands: sends our OPEN. */
void bgp_connection_open(struct turn *t, enum bgp_way way, struct ip local);
void bgp_connection_timers(struct turn *t, enum bgp_way way);
/* The peer's OPEN is good: on to OpenConfirm, unless this connection loses against the other one. */
void bgp_connection_confirm(struct turn *t, enum bgp_way way, const struct bgp_open *open);
/* The peer said something that counts: its hold time starts anew. */
void bgp_connection_restart_hold(struct turn *t, enum bgp_way way);
/* Sends the NOTIFICATION and closes; the session is not told. */
void bgp_connection_cease(struct turn *t, enum bgp_way way, const struct bgp_error *e);
/* As cease, for an error of the peer's, and the session is told. */
void bgp_connection_fail(struct turn *t, enum bgp_way way, const struct bgp_error *e);
/* Forgets the connection; with `close` the driver shall close it too. */
void bgp_connection_reset(struct turn *t, enum bgp_way way, bool close);

/* ---- connection_rx.c ---- */

/* Takes bytes up to the end of one message, and acts on it; fills actions->consumed. */
void bgp_connection_bytes(struct turn *t, enum bgp_way way, const uint8_t *bytes, size_t len);

/* ---- connection_messages.c ---- */

/* A whole message, from its marker on; its header is good. */
void bgp_connection_message(struct turn *t, enum bgp_way way, const uint8_t *message, size_t len);
