/*
 * BGP-4 for a host that announces: one session with one neighbor, as a pure state machine.
 *
 * A session is given events (connections, bytes, the time) and gives back actions (dial, send,
 * close). It opens no socket, reads no clock and logs nothing, so all of it runs in tests with a
 * fake clock. It owns: the two connections that a collision can make (dialled and accepted), a
 * receive buffer for one message each, the timers, and the routes announced (rib_out.h). It imports
 * nothing: UPDATEs of the peer are checked and counted, then forgotten.
 *
 *     events ──> bgp_session_input() ──> actions
 *     bgp_session_deadline() ──> when to send TIMER
 *     routes ──> bgp_session_announce(), _withdraw() ──> bgp_session_next_update() ──> bytes
 *
 * Files of the session: session.c (its events), dialling.c (when to connect), session_info.c (what
 * is seen of it), session_routes.c (its routes, with limits), session_updates.c (the peer's
 * UPDATEs), connection.c, connection_rx.c, connection_messages.c (one connection: its life, its
 * bytes, its messages), negotiate.c (what is offered and agreed on), retreat.c (less, to a peer
 * that refuses some), refresh.c (a peer that asks again), restart.c (graceful restart), send_hold.c
 * (a peer that takes nothing), conf.c (what can not work), session_state.c and its tables (from one
 * program to the next).
 * What it keeps: rib_out.h (what the peer has been told), on rib_table.h (routes by prefix) and
 * rib_looks.h (the attributes they share); seen.h (of what the peer sends, the prefixes watched).
 * Messages as bytes, codec.h: message.c, open.c, capability.c, notification.c, update_encode.c,
 * update_decode.c, attributes.c, attribute_encode.c, attribute_check.c.
 * Messages for people: describe.h (as text; describe_open.c, describe_path.c), path.h (attributes
 * taken apart; path_decode.c), community.h (communities as text), capture.h (the prefixes in a
 * packet capture).
 *
 * RFC 4271 (BGP-4), 4486 and 6608 (subcodes), 4760 (IPv6), 5492 (capabilities), 6286 (router ID),
 * 6793 (4-octet AS), 2918 and 7313 (route refresh), 4724 and 8538 (graceful restart), 7606 (errors
 * in UPDATEs), 7607 (AS 0), 8654 (long messages), 8950 (IPv6 next hops), 9003 (shutdown message),
 * 9234 (roles), 9384 (BFD), 9687 (send hold).
 * docs/rfc-coverage.md has a row for each rule.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "base/time.h"

#define BGP_PORT 179
#define BGP_MESSAGE_MAX 4096 /* RFC 4271 section 4.1 */
#define BGP_EXTENDED_MESSAGE_MAX 65535 /* RFC 8654 */
#define BGP_COMMUNITIES_MAX 128 /* of each kind */
#define BGP_PREPEND_MAX 16

/* The address families that are spoken; unicast. */
enum bgp_family {
	BGP_IPV4,
	BGP_IPV6,
	BGP_FAMILY_MAX,
};

enum bgp_family bgp_family_of(enum ip_family family);
const char *bgp_family_name(enum bgp_family family); /* "ipv4" */

/* Message types; also the index of counters. */
enum bgp_type {
	BGP_OPEN = 1,
	BGP_UPDATE = 2,
	BGP_NOTIFICATION = 3,
	BGP_KEEPALIVE = 4,
	BGP_ROUTE_REFRESH = 5, /* RFC 2918 */
	BGP_TYPE_MAX,
};

/* ---- one session ---- */

struct bgp_session;

/* The capabilities that can be left out of our OPEN; families have their own switch. */
struct bgp_offer {
	bool as4;               /* RFC 6793 */
	bool route_refresh;     /* RFC 2918 */
	bool enhanced_refresh;  /* RFC 7313; nothing without route_refresh */
	bool extended_message;  /* RFC 8654 */
	bool extended_next_hop; /* RFC 8950: IPv4 routes with an IPv6 next hop */
	bool graceful_restart;  /* RFC 4724 */
	bool hard_reset;        /* RFC 8538: the N bit; nothing without graceful_restart */
};

/* What a host should say: all that costs nothing. */
#define BGP_OFFER_DEFAULT \
	((struct bgp_offer){ .as4 = true, \
	    .route_refresh = true, \
	    .enhanced_refresh = true, \
	    .extended_message = true, \
	    .hard_reset = true })

/*
 * RFC 9234 section 4.1: what we are to the neighbor. A host is never a provider or a route server.
 */
enum bgp_role {
	BGP_ROLE_NONE, /* the capability is not offered */
	BGP_ROLE_CUSTOMER,
	BGP_ROLE_PEER,
	BGP_ROLE_RS_CLIENT,
	BGP_ROLE_PROVIDER,
	BGP_ROLE_RS,
	BGP_ROLE_MAX,
};

const char *bgp_role_name(enum bgp_role role); /* "customer", "rs-client" */

struct bgp_conf {
	uint32_t local_as, peer_as; /* not 0; equal for iBGP */
	struct ip router_id;        /* IPv4 */
	struct duration hold_time;  /* 0, or 3 s to 65535 s; rounded down to seconds */
	struct duration connect_retry;
	/* first pause after an error; doubles with each further one ... */
	struct duration idle_hold;
	struct duration idle_hold_max; /* ... up to this */
	bool passive;                  /* never dial */
	bool active_only;              /* never take a connection of the peer's */
	enum ip_family transport;      /* of the connections' addresses; IP_NONE: not known */
	bool families[BGP_FAMILY_MAX]; /* offered */
	/*
	 * IP_NONE: our end of the connection (event->local), when it is of the family. IPv4 may
	 * have an IPv6 next hop where extended_next_hop is offered.
	 */
	struct ip next_hop[BGP_FAMILY_MAX];
	uint32_t prefix_limit;         /* announcements a family; more are refused here */
	struct duration keepalive;     /* at most; 0: a third of the negotiated hold time */
	struct bgp_offer offer;
	enum bgp_role role;
	bool role_strict;              /* the peer must have a role too (RFC 9234 section 4.2) */
	struct duration restart_time;  /* graceful restart: 0 to 4095 s */
	/* this process follows one that ended without a farewell (RFC 4724) */
	bool restarted;
	bool bfd_strict;               /* stay in Idle until BGP_EVENT_BFD_UP */
};

/* 0, or -EINVAL with a sentence: what in conf can not work. */
struct err;
int bgp_conf_check(const struct bgp_conf *conf, struct err *e);

enum bgp_state {
	BGP_IDLE,
	BGP_CONNECT,
	BGP_ACTIVE,
	BGP_OPEN_SENT,
	BGP_OPEN_CONFIRM,
	BGP_ESTABLISHED,
	BGP_STATE_MAX,
};

const char *bgp_state_name(enum bgp_state state); /* "OpenSent" */

/* Which of the two connections that a session may have at a time. */
enum bgp_way {
	BGP_DIALLED,
	BGP_ACCEPTED,
	BGP_WAY_MAX,
};

enum bgp_event_type {
	BGP_EVENT_START,
	BGP_EVENT_STOP,     /* text: shutdown communication (RFC 9003) or NULL */
	/*
	 * bgp_session_deadline() was reached; early is harmless; text: what is known of a dialling
	 * that has no answer yet, or NULL
	 */
	BGP_EVENT_TIMER,
	BGP_EVENT_DIALLED,  /* the connection asked for by the action `dial` stands */
	BGP_EVENT_ACCEPTED, /* the peer connected, and bgp_session_accepts() was true */
	BGP_EVENT_CLOSED,   /* way: closed by the peer, lost, or could not be dialled; text: why */
	BGP_EVENT_BYTES,    /* way, bytes, len */
	BGP_EVENT_BFD_UP,
	BGP_EVENT_BFD_DOWN, /* text: why; ends the session at once with Cease/BFD Down (RFC 9384) */
};

struct bgp_event {
	enum bgp_event_type type;
	enum bgp_way way;
	const uint8_t *bytes; /* borrowed for the call */
	size_t len;
	const char *text;
	struct ip local; /* DIALLED, ACCEPTED: our end of the connection; IP_NONE: not known */
	bool by_peer; /* CLOSED: the peer ended it, so it knows; false where that is not known */
};

enum bgp_change {
	BGP_CHANGE_NONE,
	BGP_CHANGE_UP,     /* Established */
	BGP_CHANGE_DOWN,   /* was Established */
	BGP_CHANGE_FAILED, /* an attempt came to nothing */
};

/* RFC 7606 section 2, from mild to severe: what becomes of an UPDATE. */
enum bgp_verdict {
	BGP_VERDICT_ACCEPT,
	BGP_VERDICT_DISCARD,  /* the attribute is dropped, the rest stands */
	BGP_VERDICT_WITHDRAW, /* the routes are treated as withdrawn */
	BGP_VERDICT_RESET,    /* the session ends */
	BGP_VERDICT_MAX,
};

#define BGP_SEND_MAX 768 /* an OPEN and a KEEPALIVE, or a NOTIFICATION: never more in one turn */
#define BGP_WHY_MAX 768 /* a dialling that has no answer, and with it the farewell of the peer */

/* What the driver has to do now, in this order: send, close, dial. */
struct bgp_actions {
	struct {
		uint8_t bytes[BGP_SEND_MAX];
		size_t len;
	} send[BGP_WAY_MAX];
	/* after what was sent is written; no event comes from it any more */
	bool close[BGP_WAY_MAX];
	/* with close: the peer takes nothing; drop what waits, and reset TCP */
	bool reset[BGP_WAY_MAX];
	bool dial;
	/*
	 * BGP_EVENT_BYTES: how many were taken. The session stops behind one message, so that a
	 * turn has one consequence; give it the rest again, unless the connection is to be closed.
	 */
	size_t consumed;
	enum bgp_change change;
	char why[BGP_WHY_MAX]; /* one sentence for every change */
};

struct bgp_session *bgp_session_new(const struct bgp_conf *conf, uint64_t seed);
void bgp_session_free(struct bgp_session *s); /* NULL is fine */

/*
 * Takes what of a new configuration needs no new session: connect_retry, idle_hold, idle_hold_max
 * and prefix_limit. A pause that runs ends as it would have. More than prefix_limit prefixes that
 * are announced already stay so.
 */
void bgp_session_adjust(struct bgp_session *s, const struct bgp_conf *conf);

/* Fills *ret whole. */
void bgp_session_input(struct bgp_session *s, const struct bgp_event *event, struct instant now,
    struct bgp_actions *ret);
/* The driver knows why the session does not get on, though no attempt has ended: for last_error. */
void bgp_session_note(struct bgp_session *s, const char *why, struct instant now);
/* When BGP_EVENT_TIMER is due; may be in the past, or never. */
struct instant bgp_session_deadline(const struct bgp_session *s);
/*
 * Whether a connection that the peer opened may be handed in now; reject it otherwise. It takes the
 * place of one with BGP_ACCEPTED that still stands (its peer died over it, or restarts: RFC 4724
 * section 5): drop that one first, without an event.
 */
bool bgp_session_accepts(const struct bgp_session *s, struct instant now);
/*
 * What to say on one that is not accepted: Cease/Connection Rejected (RFC 4486). The bytes written,
 * which are counted and not observed: anybody with the neighbor's address can ask for more.
 */
size_t bgp_session_reject(struct bgp_session *s, uint8_t buf[static BGP_SEND_MAX]);

/*
 * What to say on the connection of bgp_session_way() when the program can not go on and the peer
 * shall keep nothing: Cease/Administrative Reset with the text (RFC 9003), as a hard reset where
 * that was agreed on (RFC 8538). The bytes, or 0 when not Established; the session knows nothing of
 * it.
 */
size_t bgp_session_last_words(
    const struct bgp_session *s, const char *text, uint8_t buf[static BGP_SEND_MAX]);

/* ---- routes to announce ---- */

enum bgp_origin {
	BGP_ORIGIN_IGP,
	BGP_ORIGIN_EGP,
	BGP_ORIGIN_INCOMPLETE,
};

struct bgp_large_community { /* RFC 8092 */
	uint32_t global, local1, local2;
};

/* Pointers are borrowed: copied where kept. Each count is at most BGP_COMMUNITIES_MAX. */
struct bgp_attributes {
	enum bgp_origin origin;
	bool has_med;
	uint32_t med;
	bool has_local_pref;
	uint32_t local_pref; /* iBGP only; without one 100 is sent */
	uint8_t prepend;     /* further copies of our AS, at most BGP_PREPEND_MAX; not for iBGP */
	struct ip next_hop;  /* IP_NONE: that of the session */
	const uint32_t *communities; /* RFC 1997 */
	size_t community_count;
	const uint64_t *ext_communities; /* RFC 4360, as on the wire, host order */
	size_t ext_community_count;
	const struct bgp_large_community *large_communities;
	size_t large_community_count;
};

/*
 * Says what the neighbor should be told, now and after each reconnect. Returns 0 (also when it is
 * so already), -E2BIG over the prefix limit, -EAFNOSUPPORT when the family is not offered, -EINVAL
 * for attributes over their limits; nothing changes then. Sends nothing: see
 * bgp_session_next_update().
 */
int bgp_session_announce(
    struct bgp_session *s, struct prefix prefix, const struct bgp_attributes *attributes);
/* As announce, but changes nothing: whether it would be refused. */
int bgp_session_check(
    const struct bgp_session *s, struct prefix prefix, const struct bgp_attributes *attributes);
void bgp_session_withdraw(struct bgp_session *s, struct prefix prefix);
void bgp_session_withdraw_all(struct bgp_session *s);
/* Announced by us, whether the peer has been told or not. */
bool bgp_session_announces(const struct bgp_session *s, struct prefix prefix);
/* The peer of the Established session has been told the prefix, and not to forget it. */
bool bgp_session_told(const struct bgp_session *s, struct prefix prefix);
/*
 * The peer may still believe the prefix, which is withdrawn: the socket has not taken that yet, or
 * the session was lost over it and the peer may keep the route (RFC 4724 section 4.2).
 */
bool bgp_session_withdrawing(const struct bgp_session *s, struct prefix prefix);
/*
 * The peer may keep the prefix, wanted or not, from a session that was lost: until
 * info->kept_until, or until it has heard otherwise in a new one.
 */
bool bgp_session_kept(const struct bgp_session *s, struct prefix prefix);
/* End-of-RIB (RFC 4724 section 2) is held back until this was called once. */
void bgp_session_release_end_of_rib(struct bgp_session *s);

/*
 * The next message about routes that the peer needs (an UPDATE, or a frame of a route refresh),
 * whole, or 0: nothing to say, or not Established. Withdrawals come first; prefixes with the same
 * attributes share a message. size: BGP_MESSAGE_MAX or more; more is used where both ends take
 * extended messages, up to BGP_EXTENDED_MESSAGE_MAX. What was taken counts as told, so call it only
 * when the bytes will go out next on the connection of bgp_session_way().
 */
size_t bgp_session_next_update(struct bgp_session *s, uint8_t *buf, size_t size);
/*
 * How far the connection of bgp_session_way() is: the bytes that its socket has taken in all, and
 * those that wait for it. Told after writing, when nothing waits any more, and before
 * BGP_EVENT_TIMER; it may change bgp_session_deadline(). A withdrawal is over when nothing waits. A
 * peer that takes nothing loses the session (RFC 9687).
 */
void bgp_session_sent(struct bgp_session *s, uint64_t taken, size_t waiting, struct instant now);
enum bgp_way bgp_session_way(const struct bgp_session *s); /* of the Established connection */

/* ---- from one program to the next ---- */

struct state_writer;
struct reader;

/*
 * Appends all that a session is (wire/state.h) between two calls of it: restored from that with the
 * same configuration, it goes on as if nothing had happened. Not saved: who looks.
 */
void bgp_session_save(const struct bgp_session *s, struct state_writer *w, struct instant now);
/*
 * base: the `now` of bgp_session_save(), on this clock. The time since does not count as silence of
 * the peer's. -EBADMSG, -EINVAL: the records are none of a session, or of one that conf would not
 * have led to (another AS, router ID or family).
 */
int bgp_session_restore(const struct bgp_conf *conf, struct reader records, struct instant base,
    struct instant now, struct bgp_session **ret, struct err *e);
/*
 * What the session thinks of one of its connections: Idle: there is none; Connect: it is being
 * dialled; others: it stands. A driver that has no such connection says that it is closed.
 */
enum bgp_state bgp_session_connection(const struct bgp_session *s, enum bgp_way way);

/* ---- what an operator asks ---- */

struct bgp_open;

struct bgp_counters {
	uint64_t in[BGP_TYPE_MAX], out[BGP_TYPE_MAX]; /* by message type; [0]: of none of them */
	uint64_t prefixes_in, withdrawn_in; /* in the peer's UPDATEs, over all time */
	/* RFC 7606: the peer's UPDATEs by what became of them */
	uint64_t verdicts[BGP_VERDICT_MAX];
	uint64_t attributes_discarded;      /* RFC 7606 */
	uint64_t established;               /* times */
	uint64_t attempts_failed;
};

/* What an OPEN of each side, taken together, allows. */
struct bgp_negotiated {
	bool families[BGP_FAMILY_MAX];
	bool as4, route_refresh, enhanced_refresh, extended_message, extended_next_hop;
	bool graceful_restart, hard_reset;
	bool peer_restarts;         /* it may come back over a new connection (RFC 4724 section 5) */
	enum bgp_role peer_role;    /* BGP_ROLE_NONE: it named none */
	uint16_t hold_time_s;       /* 0: none */
	uint16_t peer_restart_time_s;
};

struct bgp_info {
	enum bgp_state state;
	struct instant since;        /* in this state */
	struct instant established_since; /* of the session, or of the last one; INSTANT_NEVER: none was */
	struct instant down_since;   /* the last session ended, or the first event; INSTANT_NEVER: it is up */
	/*
	 * The session was lost, and the peer may keep what it was told there as a helper of
	 * graceful restart (RFC 4724 section 4.2): at most until then, or for INSTANT_NEVER until
	 * there is a new session.
	 */
	bool keeps;
	struct instant kept_until;
	struct instant next_attempt; /* dialling, or leaving idle hold; INSTANT_NEVER */
	bool waits_for_bfd;          /* strict, and BFD is not up */
	/* Of the Established session; zero otherwise. */
	struct bgp_negotiated negotiated;
	struct instant hold_expires, keepalive_due; /* INSTANT_NEVER */
	struct duration keepalive;
	/* of the session, or of the last one; NULL: none was seen */
	const struct bgp_open *peer_open;
	/* in our last OPEN: fewer than configured when the peer refused some */
	struct bgp_offer offered;
	bool offered_families[BGP_FAMILY_MAX];
	enum bgp_role offered_role;
	struct bgp_counters counters;
	char last_sent[BGP_WHY_MAX];     /* the last NOTIFICATION in words, "" */
	struct instant last_sent_at;
	char last_received[BGP_WHY_MAX]; /* likewise, from the peer */
	struct instant last_received_at;
	/* of the peer's UPDATEs: what was wrong, and the verdict; "" */
	char last_malformed[BGP_WHY_MAX];
	struct instant last_malformed_at;
	char last_error[BGP_WHY_MAX];    /* why the last attempt or session ended, "" */
	struct instant last_error_at;
};

/* Borrowed until the next call with s. */
const struct bgp_info *bgp_session_info(const struct bgp_session *s);
/* Prefixes that the peer has been told and not told to forget. */
size_t bgp_session_announced(const struct bgp_session *s, enum bgp_family family);

typedef void (*bgp_route_fn)(
    void *userdata, struct prefix prefix, const struct bgp_attributes *attributes, bool told);

/*
 * Every route that the neighbor should have, in no order; fn must not change the session.
 * attributes are as they go out: communities sorted, no LOCAL_PREF for an external neighbor, one
 * always for an internal one. told: with these attributes.
 */
void bgp_session_each_route(const struct bgp_session *s, bgp_route_fn fn, void *userdata);

typedef void (*bgp_held_fn)(void *userdata, struct prefix prefix, bool wanted);

/* Every prefix that the peer may keep of a lost session, likewise; wanted: it is still announced. */
void bgp_session_each_kept(const struct bgp_session *s, bgp_held_fn fn, void *userdata);
/*
 * What attributes turn into for this peer: the path's length in copies of local_as, the next hop.
 */
size_t bgp_session_path_copies(
    const struct bgp_session *s, const struct bgp_attributes *attributes);
struct ip bgp_session_next_hop(const struct bgp_session *s, enum bgp_family family,
    const struct bgp_attributes *attributes); /* IP_NONE: not known, so such routes wait */

/* ---- our own prefixes, as the peer sends them ---- */

#define BGP_SEEN_PATH_MAX 16

/* The one thing that is kept of what a peer announces. */
struct bgp_seen {
	bool seen;
	struct instant since;
	uint32_t origin_as; /* 0: an empty path, or one that ends in a set */
	uint32_t path[BGP_SEEN_PATH_MAX]; /* its first ones */
	size_t path_len;                  /* of all */
};

/* The prefix is looked for in the peer's UPDATEs from now on; at most 4096 of them (-ENOSPC). */
int bgp_session_watch(struct bgp_session *s, struct prefix prefix);
void bgp_session_unwatch(struct bgp_session *s, struct prefix prefix);
/* NULL: not watched. Borrowed until the next call with s. */
const struct bgp_seen *bgp_session_seen(const struct bgp_session *s, struct prefix prefix);

/* ---- for dumps ---- */

/* A whole message, from its marker on, as it came or as it will be sent. */
typedef void (*bgp_message_fn)(
    void *userdata, bool sent, enum bgp_way way, const uint8_t *message, size_t len);

/* fn is called from inside of the calls with s and must not call back; NULL: nobody looks. */
void bgp_session_observe(struct bgp_session *s, bgp_message_fn fn, void *userdata);
