/*
 * The insides of a session, shared by its files.
 *
 * A connection knows its own state (the columns of RFC 4271 section 8.2.2 from OpenSent on); the
 * session adds what lies outside of connections: when to dial, and how long to be quiet after an
 * error.
 */
#pragma once

#include "base/rng.h"
#include "proto/bgp/codec.h"
#include "proto/bgp/rib_out.h"
#include "proto/bgp/seen.h"
#include "wire/state_table.h"

/* What was said at the end of a connection, by either side; see restart.c. */
enum bgp_farewell {
	BGP_FAREWELL_NONE,
	BGP_FAREWELL_NOTIFICATION,
	BGP_FAREWELL_HARD_RESET, /* RFC 8538 */
};

struct bgp_connection {
	enum bgp_state state; /* Idle: there is none; Connect: being dialled */
	struct instant opened_at; /* our OPEN was sent */
	struct instant hold_at, keepalive_at;
	struct ip local;                  /* our end; IP_NONE: not known */
	struct bgp_open ours;             /* the OPEN that was sent; from OpenSent on */
	struct bgp_open open;             /* of the peer; from OpenConfirm on */
	struct bgp_negotiated negotiated; /* from OpenConfirm on */
	struct duration keepalive;        /* 0: none; from OpenConfirm on */
	/* How it ends. */
	enum bgp_farewell farewell;
	bool unreachable; /* it ends since the peer is silent: our farewell hardly reaches it */
	bool peer_ended;  /* the peer did it, so it knows */
	uint8_t rx[BGP_MESSAGE_MAX];
	/* owned; takes the place of rx from the first message that is longer (RFC 8654) */
	uint8_t *rx_long;
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

#define BGP_RETREAT_CODES 128u

/* What the peer has refused; see retreat.c. */
struct bgp_retreat {
	uint64_t codes[BGP_RETREAT_CODES / 64]; /* one bit a capability */
	bool families[BGP_FAMILY_MAX];
	bool all; /* every optional parameter */
};

/* A family that the peer wants again; see refresh.c. */
struct bgp_refresh_out {
	bool wanted;    /* and not begun */
	bool begin_due; /* the next message begins it */
	bool sending;   /* begun and not ended */
	struct instant not_before; /* the next round */
};

struct bgp_session {
	struct bgp_conf conf;
	struct rng rng;
	bool started;
	bool up;             /* Established, on the connection of ... */
	enum bgp_way up_way;
	bool bfd_up;
	/* it stood long and perhaps restarts: its connection is taken in idle hold too */
	bool peer_may_return;
	/* by its NOTIFICATION, it ended what stood last of a session or an attempt */
	bool refused;
	bool told_everything; /* to some peer, once: End-of-RIB of each family was sent */
	struct instant restart_until; /* R is over then (RFC 4724); 0: not started yet */
	struct bgp_retreat retreat;
	struct bgp_refresh_out refresh[BGP_FAMILY_MAX];
	struct bgp_connection connections[BGP_WAY_MAX];
	struct instant retry_at;      /* ConnectRetryTimer: dial, or give the dialling up */
	struct instant idle_until;    /* IdleHoldTimer */
	struct duration idle_hold;    /* the next pause */
	struct instant accept_at;     /* none of the peer's connections is taken before */
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

/* ---- session_state_tables.c ---- */

extern const struct state_table bgp_session_table; /* of struct bgp_session */
extern const struct state_table bgp_watched_table; /* of struct bgp_watched */

/* ---- dialling.c ---- */

/* Whether an error of the peer, or its doing, earns a pause before the next attempt. */
enum bgp_pause {
	BGP_NO_PAUSE,
	BGP_PAUSE,
	BGP_REPLACED, /* the peer has another connection already */
};

#define BGP_REPLACED_WHY "the neighbor restarted: it connected anew"

/* The connection has ended (why: one sentence); what follows for the session. */
void bgp_session_connection_ended(
    struct turn *t, enum bgp_way way, enum bgp_pause pause, const char *why);
/* As ended, for one that could not be dialled; text: why, or NULL. */
void bgp_session_dial_failed(struct turn *t, const char *text);
/* The connection has reached Established. */
void bgp_session_connection_up(struct turn *t, enum bgp_way way);
/* Out of Idle: dial at once, or wait for the peer, or for BFD. */
void bgp_session_leave_idle(struct turn *t);
/* text: why the dialling that is given up now came to nothing, or NULL. */
void bgp_session_dial_timers(struct turn *t, const char *text);

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

/* RFC 5882 section 4.1: strict mode keeps the session down until BFD is up. */
static inline bool
bgp_session_waits_for_bfd(const struct bgp_session *s)
{
	return s->started && s->conf.bfd_strict && !s->bfd_up;
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
/*
 * How UPDATEs are written and read on a connection whose end here is `local` (IP_NONE: not known).
 */
struct bgp_peering bgp_peering_of(
    const struct bgp_conf *conf, const struct bgp_negotiated *n, struct ip local);

/* ---- session_updates.c ---- */

/* An UPDATE's body; false: the session must end for *e. */
bool bgp_session_take_update(struct bgp_session *s, const uint8_t *body, size_t len,
    struct instant now, struct bgp_error *e);

/* ---- retreat.c ---- */

/* Takes out of *open what the peer has refused. */
void bgp_retreat_apply(
    const struct bgp_retreat *retreat, const struct bgp_conf *conf, struct bgp_open *open);
/* The peer answered our OPEN with this NOTIFICATION. True: the next OPEN offers less for it. */
bool bgp_retreat_take(struct bgp_retreat *retreat, const struct bgp_conf *conf,
    const struct bgp_open *ours, const struct bgp_error *e);

/* ---- refresh.c ---- */

void bgp_refresh_request(struct turn *t, enum bgp_family family);
void bgp_refresh_timers(struct turn *t);
struct instant bgp_refresh_deadline(const struct bgp_session *s);
/* The frame that goes before or behind a family, or 0: none is due. */
size_t bgp_refresh_begin(struct bgp_session *s, uint8_t *buf, size_t size);
size_t bgp_refresh_end(struct bgp_session *s, uint8_t *buf, size_t size);

/* ---- restart.c ---- */

void bgp_restart_start(struct turn *t);
/* Fills in the flags of the capability. */
void bgp_restart_offer(const struct turn *t, struct bgp_open *open);
/* An UPDATE went out: perhaps the last one of all. */
void bgp_restart_sent(struct bgp_session *s);
/* The connection says farewell with it, or hears it. */
void bgp_restart_farewell(struct bgp_connection *c, const struct bgp_error *e);
/* The session on the connection is over: what does the peer keep of it? */
void bgp_restart_session_lost(struct turn *t, const struct bgp_connection *c);
/* There is a new one, which takes back what the peer keeps of the last. */
void bgp_restart_session_up(struct bgp_session *s, const struct bgp_connection *c);
void bgp_restart_timers(struct turn *t);
struct instant bgp_restart_deadline(const struct bgp_session *s);

/* ---- send_hold.c ---- */

void bgp_send_hold_timers(struct turn *t);

/* ---- connection.c ---- */

/* TCP stands: sends our OPEN. */
void bgp_connection_open(struct turn *t, enum bgp_way way, struct ip local);
void bgp_connection_timers(struct turn *t, enum bgp_way way);
/* RFC 4271 section 4.4: a third of the hold time, or as configured when that is sooner. */
struct duration bgp_keepalive_time(const struct bgp_conf *conf, uint16_t hold_time_s);
/*
 * The peer's OPEN is good: on to OpenConfirm, unless this connection loses against the other one.
 */
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
