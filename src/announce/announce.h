/*
 * How announcements reach the network: one interface, and behind it the built-in speaker, or BIRD
 * or FRR that run on the host. What each of them has to bring stands in announcer.h.
 *
 * The agent says what should be announced; an announcer makes it so with every neighbor, now and
 * after each reconnect. It never decides. Setting the same announcement again sends nothing.
 *
 * Files: announcer.c (this interface), speaker.c (all neighbors), speaker_neighbors.c (which there
 * are), speaker_requests.c (what an operator asks of it), kept.c (what neighbors may keep of lost
 * sessions), pending.h (what has not come about yet), listeners.h (the listening sockets),
 * neighbor.h (one neighbor, which lists its own files), bfd.h (BFD with neighbors), on bfd_engine.h
 * (its sessions with their sockets; bfd_receiver.c) in a thread of its own; daemon.h (BIRD and
 * FRR), which lists its own files.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>
#include <systemd/sd-event.h>

#include "base/err.h"
#include "base/ip.h"
#include "base/time.h"
#include "proto/bgp/bgp.h"

struct announcer;

/* Who opens the connection. */
enum neighbor_mode {
	NEIGHBOR_ACTIVE,  /* we dial, and listen to nobody */
	NEIGHBOR_BOTH,
	NEIGHBOR_PASSIVE, /* we listen, and never dial */
};

/* BFD with a neighbor (RFC 5880). */
enum neighbor_bfd_auth {
	NEIGHBOR_BFD_AUTH_NONE,
	NEIGHBOR_BFD_AUTH_SHA1,
	NEIGHBOR_BFD_AUTH_METICULOUS_SHA1,
};

struct neighbor_bfd {
	bool enabled;
	bool multihop; /* RFC 5883; else single hop, RFC 5881 */
	bool strict;   /* the session waits until BFD is up */
	struct duration min_tx, min_rx; /* from 10 ms */
	uint8_t multiplier;
	enum neighbor_bfd_auth auth;
	uint8_t key_id;
	const char *key; /* 1 to 20 bytes */
};

/* A BGP peer, as configured. An announcer copies the strings. */
struct neighbor_conf {
	const char *name;
	struct ip address;
	uint16_t port;       /* 179 */
	uint32_t local_as;
	uint32_t peer_as;
	/*
	 * Source of the session. Required, since the kernel's choice could be a Global IP; only towards a
	 * link-local address it may be IP_NONE, for the interface's own.
	 */
	struct ip local_address;
	struct ip router_id;     /* IPv4, never a Global IP */
	const char *password;    /* TCP MD5 (RFC 2385), NULL: none */
	struct duration hold_time, connect_retry, idle_hold;
	enum neighbor_mode mode;
	const char *interface;   /* the session's device: required for a link-local address; NULL: any */
	/*
	 * How far away the neighbor is. Without either, one of another AS is on our link, and what we send
	 * has a TTL of 1, as routers do it; towards one of our own AS it has the kernel's.
	 */
	uint8_t multihop;        /* TTL of what we send to one that is not on our link; 0: it is */
	uint8_t ttl_security;    /* GTSM (RFC 5082): hops away at most, 1 is our link; 0: off. We send 255,
				    and nothing that comes from farther away is answered, not even a SYN */
	struct duration user_timeout;  /* TCP (RFC 5482); 0: follows the hold time */
	struct duration keepalive;     /* 0: a third of the hold time */
	struct duration idle_hold_max; /* 0: 60 s */
	struct bgp_offer offer;
	enum bgp_role role;
	bool role_strict;
	struct duration restart_time;
	bool restarted;
	struct neighbor_bfd bfd;
	bool ipv4, ipv6;         /* families offered */
	struct ip next_hop4, next_hop6; /* IP_NONE: the session's own address, if of that family */
	uint32_t prefix_limit;   /* of announcements to this neighbor and family; more are refused here */
};

/* What one neighbor is told instead. */
struct announcement_override {
	const char *neighbor;
	struct bgp_attributes attributes;
};

/* One prefix as it should look to the network; all is copied by announcer_set(). */
struct announcement {
	struct prefix prefix;
	struct bgp_attributes attributes; /* for the neighbors that no override names */
	const struct announcement_override *overrides;
	size_t override_count;
};

/* What the neighbor of this name is told. */
const struct bgp_attributes *announcement_for(
    const struct announcement *announcement, const char *neighbor);

/* Neighbors, counted. */
struct neighbor_share {
	size_t count; /* of them, those that something is true of */
	size_t of;
};

/* What became of a withdraw. */
struct withdraw_result {
	struct neighbor_share written; /* to those whose socket took it, of those that had been told the
					  prefix; the others forgot it with their session, or have given
					  up what they kept of it */
	struct instant at;             /* the last was written to, or forgot it */
};

/*
 * Neighbors that may keep a prefix of a session that was lost, as helpers of graceful restart (RFC
 * 4724 section 4.2): they still send to us, whatever is withdrawn here.
 */
struct announcer_kept {
	size_t count;         /* 0: none does */
	const char *neighbor; /* one that may for longest; borrowed until it is removed */
	/* it has given up by then; INSTANT_NEVER: not before it has a new session */
	struct instant until;
};

/* The callbacks may announce and withdraw; they must not free the announcer. */
struct announcer_events {
	/* A session came up or went down; why is one sentence. */
	void (*neighbor_changed)(void *userdata, const char *neighbor, bool established, const char *why);
	/* The first neighbor has been told the prefix: mostly called from inside of announcer_flush(). */
	void (*announced)(void *userdata, struct prefix prefix);
	/*
	 * No neighbor waits for the withdraw any more: mostly called from inside of announcer_flush(), and
	 * once for each call of announcer_withdraw(). Not told when the prefix is announced again before that.
	 */
	void (*withdrawn)(void *userdata, struct prefix prefix, const struct withdraw_result *result);
	void *userdata;
};

/* Starts sessions with all neighbors. Nothing is announced yet. */
int announcer_new_speaker(sd_event *loop, const struct neighbor_conf *neighbors, size_t count,
    const struct announcer_events *events, struct announcer **ret, struct err *e);

/* A routing daemon of this host that announces for us. Strings are borrowed and outlive the
 * announcer. */
enum daemon_type {
	DAEMON_BIRD,
	DAEMON_FRR,
};

struct daemon_conf {
	enum daemon_type type;
	const char *socket;  /* where it answers */
	const char *include; /* BIRD: the file that its configuration includes */
	uint32_t local_as;   /* what is prepended; 0: nothing can be */
};

/*
 * Connects to the daemon, again and again when it is away. What was announced through it before
 * stays until announcer_release_end_of_rib(), or until it is withdrawn.
 */
int announcer_new_daemon(sd_event *loop, const struct daemon_conf *conf,
    const struct announcer_events *events, struct announcer **ret, struct err *e);
/* Whether the daemon can announce so: 0, or -EINVAL with a sentence. */
int announcer_check_daemon(
    const struct daemon_conf *conf, const struct bgp_attributes *attributes, struct err *e);

struct handover;
struct inheritance;
struct reader;

/* What became of the sessions of the program before. */
struct announcer_kept_sessions {
	size_t established; /* then */
	size_t lost;        /* of them, on the way */
};

/*
 * From one program to the next. First neighbors with BFD are asked to bear with a silence, and a
 * routing daemon is asked nothing more that can wait; why is a sentence that says who has not
 * answered yet, false: all have. Then everything stands still, and is handed over with its sockets.
 * announcer_go_on() undoes both.
 */
void announcer_slow_down(struct announcer *a);
bool announcer_waits_for(const struct announcer *a, char *why, size_t size);
void announcer_freeze(struct announcer *a);
void announcer_save(const struct announcer *a, struct handover *h, struct instant now);
void announcer_go_on(struct announcer *a);
/*
 * As announcer_new_speaker(), and goes on where the one before was (the records are of
 * announcer_save(), base its now on this clock) when announcer_go_on() is called, which may call
 * the events. A neighbor without records starts anew. -EBADMSG, -EINVAL: records that can not be
 * taken over.
 */
int announcer_resume_speaker(sd_event *loop, const struct neighbor_conf *neighbors, size_t count,
    const struct announcer_events *events, struct inheritance *in, struct reader records,
    struct instant base, struct announcer **ret, struct err *e);
/* Whether all of it could be taken over; takes nothing. */
int announcer_check_past(const struct neighbor_conf *neighbors, size_t count, struct reader records,
    struct instant base, struct err *e);
/*
 * The same for a daemon. Attributes are no part of the state: the caller sets again what is
 * announced, before announcer_go_on(). Without a connection that could be handed over, a new one is
 * made, and what the daemon has is found out as when it had been away.
 */
int announcer_resume_daemon(sd_event *loop, const struct daemon_conf *conf,
    const struct announcer_events *events, struct inheritance *in, struct reader records,
    struct instant base, struct announcer **ret, struct err *e);
int announcer_check_daemon_past(
    const struct daemon_conf *conf, struct reader records, struct instant base, struct err *e);
struct announcer_kept_sessions announcer_kept_sessions(const struct announcer *a);

/* The neighbors may change at run time; those that are not named here notice nothing of it. */

/* Whether the configuration of a neighbor can work: 0, or -EINVAL with a sentence. */
int announcer_check_neighbor(const struct neighbor_conf *conf, struct err *e);
/*
 * Starts a session with one more, of a name that is not taken. It is told what is set from now on:
 * the caller sets everything again. On failure it is not there.
 */
int announcer_add_neighbor(struct announcer *a, const struct neighbor_conf *conf, struct err *e);
/*
 * Withdraws all from it, sends Cease with the text (as announcer_stop() does), and forgets it.
 */
void announcer_remove_neighbor(struct announcer *a, const char *name, const char *text);
/*
 * Takes what of a changed configuration needs no new session: connect_retry, idle_hold,
 * idle_hold_max, user_timeout, prefix_limit. The rest of it has to be what it was.
 */
void announcer_adjust_neighbor(struct announcer *a, const struct neighbor_conf *conf);

/* Announces, or changes how it is announced; -E2BIG when over a neighbor's prefix limit (nothing changes). */
int announcer_set(struct announcer *a, const struct announcement *announcement, struct err *e);
void announcer_withdraw(struct announcer *a, struct prefix prefix);
/*
 * Writes what was set, withdrawn and released to the sockets before it returns, where they take it. Without
 * it that happens at the end of the event loop's turn; changes in between share UPDATEs either way.
 */
void announcer_flush(struct announcer *a);
/* The neighbors that have been told the prefix, of those that take its family. */
struct neighbor_share announcer_told(const struct announcer *a, struct prefix prefix);
/*
 * The neighbors that still wait for the withdraw, of those that had been told the prefix: their
 * socket has not taken it, or their session was lost and they may keep the prefix, see
 * announcer_kept().
 */
struct neighbor_share announcer_withdrawing(const struct announcer *a, struct prefix prefix);
/* The neighbors that may keep the prefix of a lost session, whether it is withdrawn or not. */
struct announcer_kept announcer_kept(const struct announcer *a, struct prefix prefix);
/* "neighbor r1 may keep it until 04:05:06Z (graceful restart)", for 1 or more. Returns buf. */
char *announcer_kept_format(const struct announcer_kept *kept, char *buf, size_t size);
/* The first verdict of every service is known: End-of-RIB may be sent (RFC 4724). */
void announcer_release_end_of_rib(struct announcer *a);
/*
 * Withdraws all, sends Cease (administrative shutdown), closes; calls done from the loop when the
 * neighbors have closed too, or after 1 s. done may free the announcer. text: what the neighbors'
 * operators read (RFC 9003), or NULL.
 */
void announcer_stop(
    struct announcer *a, const char *text, void (*done)(void *userdata), void *userdata);
void announcer_free(struct announcer *a);

/*
 * The neighbors as JSON for `nearcast status` and `nearcast neighbors`: an array of objects (owned
 * by the caller). Durations are whole milliseconds in keys that end with _ms, and null for never.
 * Keys:
 *
 * name, address, port, local_as, peer_as; state, since_ms, down_since_ms (the last session ended,
 * or the start; null: Established), last_up_ms (how long the session stood that ended then; null:
 * there was none), waits_for_bfd (bool: strict BFD is not up); hold_time_s and families (as
 * agreed); announced (count of prefixes that the neighbor has been told), announced_by_family
 * {ipv4, ipv6}, prefix_limit (of each family).
 *
 * last_error, last_notification_sent, last_notification_received, last_malformed (the last UPDATE
 * with a verdict other than accept): one sentence, or null, each with _ago_ms; next_attempt_ms.
 *
 * established_count, attempts_failed; messages {sent, received}, each {open, update, notification,
 * keepalive, route_refresh, unknown}, and their sums messages_in, messages_out, updates_sent,
 * updates_received; prefixes_received, withdrawn_received (all of them dropped); verdicts of RFC
 * 7606 on received UPDATEs {accept, discard, withdraw, reset}, attributes_discarded.
 *
 * kept: null, or what the neighbor may keep of a session that was lost (graceful restart): {routes
 * (count), withdrawn (of them, those that are not announced any more), until_ms and until (in how
 * long it has given them up, and when, in UTC; null: not before there is a new session)}.
 *
 * timers {hold_time_ms, keepalive_ms (as agreed; null: no session), hold_expires_ms,
 * keepalive_due_ms, next_attempt_ms, and as configured hold_time_offered_ms, connect_retry_ms,
 * idle_hold_ms, idle_hold_max_ms, restart_time_offered_ms (null: no graceful restart)}.
 *
 * capabilities: an array of {name, configured, offered (in our last OPEN: false where the neighbor
 * refused it), received (null: no OPEN was seen), negotiated}; names are ipv4, ipv6, four_octet_as,
 * route_refresh, enhanced_refresh, extended_message, extended_next_hop, graceful_restart,
 * hard_reset. role {ours, offered (in our last OPEN), neighbors (names of RFC 9234, or null),
 * strict}. received_open (null, or {as, router_id, hold_time_s, families, four_octet_as,
 * route_refresh, graceful_restart, restart (null, or {restarting, restart_time_ms, families,
 * forwarding}), unknown_capabilities}).
 *
 * bfd: null where it is not configured, or {state, since_ms, remote_state, diag, remote_diag (why
 * each side's state changed last), tx_interval_ms, rx_interval_ms, detection_ms, multiplier,
 * remote_multiplier, local_discriminator, remote_discriminator (or null), auth (or null), downs,
 * packets_in, packets_out, dropped {a count for each reason}, send_errors, error (or null)}.
 *
 * dump: null, or {path, bytes, format} of the dump that runs.
 *
 * announcer: there when it is BIRD or FRR, whose name it is. Of a neighbor then is only known what
 * that says: name, address, state, since_ms, down_since_ms, local_as, peer_as, families, announced,
 * announced_by_family, last_error; bfd and dump are null, seen is empty.
 *
 * seen: the watched prefixes that the neighbor sends to us, as in announcer_watched(), with prefix
 * instead of neighbor.
 *
 * transport {mode (active, both, passive), local, remote (endpoints of the connection, or null),
 * opened_by (us, the neighbor, null), interface (or null), multihop, ttl_security (hops, 0: off),
 * md5 (bool: the password is nowhere), user_timeout_ms}.
 */
json_t *announcer_status(const struct announcer *a, struct instant now);

/*
 * What is announced to whom, for `nearcast routes`: an array (owned by the caller) with an object for
 * each prefix and neighbor that should have it, or may keep it though it was withdrawn (graceful
 * restart), by prefix. Keys: prefix, neighbor, told (bool), withdrawn (bool: it should not have
 * it), waits_for (why it was not told, or may keep it, one sentence; else null), and, null or empty
 * for what is withdrawn, origin (igp, egp, incomplete), as_path
 * (array of numbers, as sent), next_hop (null: not known yet), med, local_pref (or null), communities,
 * ext_communities, large_communities (arrays of text, with the well-known names). within: only
 * prefixes that lie in this one; NULL: all.
 */
json_t *announcer_routes(const struct announcer *a, const struct prefix *within);
/*
 * A prefix that may be announced from elsewhere too, and that an operator wants to hear about:
 * whether each neighbor sends it to us. One that is over the sessions' limit is not watched.
 */
void announcer_watch(struct announcer *a, struct prefix prefix);
void announcer_unwatch(struct announcer *a, struct prefix prefix);
/*
 * The watched prefixes as JSON (owned by the caller): prefix, paths (count), seen_from (array of
 * {neighbor, since_ms, origin_as (0: not known), as_path (its first numbers), as_path_length}).
 * within: as for announcer_routes().
 */
json_t *announcer_watched(
    const struct announcer *a, const struct prefix *within, struct instant now);

/* How a neighbor's messages are written down. */
enum dump_format {
	DUMP_MRT,  /* RFC 6396, BGP4MP_ET: for bgpdump and others */
	DUMP_TEXT, /* for people */
};

/*
 * Writes all messages from and to the neighbor to a new file at path, until announcer_dump_stop() or
 * max_bytes are written. -ENOENT: no such neighbor; -EEXIST: the file is there, or a dump runs.
 * Passwords are not part of BGP messages and do not appear.
 */
int announcer_dump_start(struct announcer *a, const char *neighbor, enum dump_format format,
    const char *path, uint64_t max_bytes, struct err *e);
int announcer_dump_stop(struct announcer *a, const char *neighbor, struct err *e);
