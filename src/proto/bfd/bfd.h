/*
 * BFD, Bidirectional Forwarding Detection: one session with one neighbor, as a pure state machine.
 *
 * Two systems send each other small packets at an agreed pace; one that hears none for a detection
 * time says that the path is down, within milliseconds where BGP's hold timer takes seconds. A
 * session is given packets and the time, and gives back at most one packet to send and what
 * changed. It opens no socket, reads no clock and logs nothing. Asynchronous mode only: we never
 * ask for demand mode and do not echo, but keep to it when the neighbor is in demand mode.
 *
 *     bytes ──> bfd_packet_decode() ──> the session by its discriminator, or by addresses
 *           ──> bfd_session_receive() ──> actions
 *     bfd_session_deadline() ──> bfd_session_tick() ──> actions
 *
 * Which packets belong to which session, TTL and ports are the driver's (announce/bfd.h).
 *
 * Files: packet.c (the 24 octets), auth.c (SHA1), session.c (states: what a packet does), timing.c
 * (intervals, detection time, poll sequences, when to send what), state.c (from one program to the
 * next).
 *
 * RFC 5880 (BFD), 5881 (single hop), 5882 (for BGP), 5883 (multihop). docs/rfc-coverage.md has a
 * row for each rule.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/time.h"

#define BFD_PORT 3784          /* RFC 5881 section 4 */
#define BFD_MULTIHOP_PORT 4784 /* RFC 5883 section 5 */
#define BFD_SOURCE_PORT_MIN 49152
#define BFD_KEY_MAX 20
#define BFD_HEADER_LEN 24
#define BFD_PACKET_MAX 52                 /* with SHA1 */
#define BFD_INTERVAL_MAX DURATION_S(4294) /* 32 bits of µs */

enum bfd_state { /* as on the wire */
	BFD_ADMIN_DOWN,
	BFD_DOWN,
	BFD_INIT,
	BFD_UP,
	BFD_STATE_MAX,
};

const char *bfd_state_name(enum bfd_state state); /* "AdminDown" */

/* RFC 5880 section 4.1: why the sender's state changed last; others may come. */
enum bfd_diag {
	BFD_DIAG_NONE = 0,
	BFD_DIAG_EXPIRED = 1,       /* control detection time expired */
	BFD_DIAG_NEIGHBOR_DOWN = 3, /* neighbor signaled session down */
	BFD_DIAG_ADMIN_DOWN = 7,
	BFD_DIAG_MAX = 32,
};

const char *bfd_diag_name(uint8_t diag); /* "control detection time expired"; never NULL */

/* What becomes of a packet; each has a counter. All but the first drop it. */
enum bfd_verdict {
	BFD_ACCEPTED,
	BFD_BAD_LENGTH, /* shorter than it must be, or than it says */
	BFD_BAD_VERSION,
	BFD_BAD_MULTIPLIER, /* 0 */
	BFD_MULTIPOINT,     /* the M bit */
	BFD_NO_MY_DISCRIMINATOR,
	BFD_NO_YOUR_DISCRIMINATOR, /* 0, where the sender says it knows us */
	BFD_NO_SESSION,            /* for none of ours: not found by the driver */
	BFD_BAD_SOURCE,            /* not from the neighbor's address: found by the driver */
	BFD_BAD_TTL,               /* RFC 5881 section 5: found by the driver */
	BFD_AUTH_MISSING,          /* or there, and not asked for */
	BFD_AUTH_FAILED,           /* type, length, key or digest */
	BFD_AUTH_REPLAYED,         /* the sequence number is outside of the window */
	BFD_IGNORED,               /* we are administratively down */
	BFD_VERDICT_MAX,
};

const char *bfd_verdict_name(enum bfd_verdict verdict); /* a key for JSON: "bad_length" */

/* ---- packet.c: RFC 5880 section 4.1 ---- */

struct bfd_packet {
	uint8_t diag;
	enum bfd_state state;
	bool poll, final, control_plane_independent, auth, demand;
	uint8_t multiplier;
	uint32_t my_discriminator, your_discriminator;
	uint32_t desired_min_tx_us, required_min_rx_us, required_min_echo_rx_us;
	/* Decoded ones: the whole packet, borrowed. */
	const uint8_t *bytes;
	size_t len; /* by its length field, not by the datagram's */
};

/* The checks of section 6.8.6 that need no session. *ret only with BFD_ACCEPTED. */
enum bfd_verdict bfd_packet_decode(const void *bytes, size_t len, struct bfd_packet *ret);

enum bfd_auth { /* as on the wire */
	BFD_AUTH_NONE = 0,
	BFD_AUTH_SHA1 = 4,
	BFD_AUTH_METICULOUS_SHA1 = 5,
};

struct bfd_key {
	enum bfd_auth type;
	uint8_t id;
	uint8_t secret[BFD_KEY_MAX]; /* filled up with zeros */
};

/* Signs with key and sequence, unless key->type is none. Returns the length. */
size_t bfd_packet_encode(const struct bfd_packet *p, const struct bfd_key *key, uint32_t sequence,
    uint8_t buf[static BFD_PACKET_MAX]);

/* auth.c: whether the packet is signed as `key` says; *ret_sequence with BFD_ACCEPTED only. */
enum bfd_verdict bfd_auth_verify(
    const struct bfd_key *key, const struct bfd_packet *p, uint32_t *ret_sequence);

/* ---- one session ---- */

struct bfd_session;

struct bfd_conf {
	struct duration min_tx, min_rx; /* at least 1 µs, at most BFD_INTERVAL_MAX */
	uint8_t multiplier;             /* not 0 */
	struct bfd_key key;
};

enum bfd_change {
	BFD_CHANGE_NONE,
	BFD_CHANGE_UP,
	BFD_CHANGE_DOWN,       /* was Up: the path, or the neighbor, failed */
	BFD_CHANGE_ADMIN_DOWN, /* was Up: somebody switched BFD off, which is no failure (RFC 5882
				  section 3.2) */
};

struct bfd_actions {
	uint8_t packet[BFD_PACKET_MAX]; /* to be sent at once; none when len is 0 */
	size_t len;
	enum bfd_change change;
	const char *why; /* static; of every change */
};

/*
 * Starts in Down, and has a packet to send at once. The discriminator is not 0, unique among our
 * sessions and hard to guess; the seed is for jitter and the first sequence number.
 */
struct bfd_session *bfd_session_new(
    const struct bfd_conf *conf, uint32_t discriminator, uint64_t seed, struct instant now);
void bfd_session_free(struct bfd_session *s); /* NULL is fine */

/*
 * A packet for this session. Silence is judged by bfd_session_tick() alone: a driver that is late
 * gives what waits in its socket first, and nobody is called dead for our own slowness. Fills *ret
 * whole.
 */
enum bfd_verdict bfd_session_receive(
    struct bfd_session *s, const struct bfd_packet *p, struct instant now, struct bfd_actions *ret);
/* The deadline was reached; early is harmless. Fills *ret whole. */
void bfd_session_tick(struct bfd_session *s, struct instant now, struct bfd_actions *ret);
struct instant bfd_session_deadline(const struct bfd_session *s);
/* The part of it that is the detection time: look for packets that wait before a tick then. */
struct instant bfd_session_expires(const struct bfd_session *s);
/*
 * Another discriminator, for when the neighbor is forgotten: before a tick at or after
 * bfd_session_expires(). What was recorded of an earlier neighbor is then for no session. It is
 * told with the next packet, and the neighbor takes it from there (section 6.8.6).
 */
void bfd_session_set_discriminator(struct bfd_session *s, uint32_t discriminator);
/* Counts a packet for this session that the driver dropped. */
void bfd_session_count(struct bfd_session *s, enum bfd_verdict verdict);

/* Section 6.8.16. In AdminDown the session goes on telling so, until it is freed. Fills *ret whole.
 */
void bfd_session_set_admin_down(
    struct bfd_session *s, bool down, struct instant now, struct bfd_actions *ret);
/*
 * Other intervals, or another multiplier. While the session is Up the neighbor is asked first (poll
 * sequence), and nobody misses a packet; a change during another one waits for its end.
 */
void bfd_session_set_timing(struct bfd_session *s, struct duration min_tx, struct duration min_rx,
    uint8_t multiplier, struct instant now, struct bfd_actions *ret);

/*
 * The neighbor does not know all of our intervals yet, or packets from before it knew may still be
 * under way.
 */
bool bfd_session_is_changing(const struct bfd_session *s);

struct state_writer;
struct reader;
struct err;

/* Appends all that a session is (wire/state.h), but for its key. */
void bfd_session_save(const struct bfd_session *s, struct state_writer *w, struct instant now);
/*
 * The session of before, with the intervals of before: bfd_session_set_timing() brings it to those
 * of conf. base: the `now` of bfd_session_save(), on this clock. -EBADMSG: the records are none of
 * a session.
 */
int bfd_session_restore(const struct bfd_conf *conf, struct reader records, struct instant base,
    struct instant now, struct bfd_session **ret, struct err *e);
/*
 * Nobody could listen until now: a neighbor that was not given up before counts as just heard, and
 * has a detection time from now on.
 */
void bfd_session_wake_up(struct bfd_session *s, struct instant now);

struct bfd_info {
	enum bfd_state state, remote_state;
	struct instant since; /* in this state */
	uint8_t diag, remote_diag;
	uint32_t local_discriminator, remote_discriminator; /* remote: 0 when it is not known */
	uint8_t multiplier, remote_multiplier;              /* remote: 0 before its first packet */
	struct duration tx_interval; /* between ours, before jitter; 0: the neighbor wants none */
	struct duration rx_interval; /* between the neighbor's, at most */
	struct duration detection;   /* 0: nothing was heard yet */
	bool polling, remote_demand;
	uint64_t packets_in, packets_out;
	uint64_t verdicts[BFD_VERDICT_MAX];
	uint64_t downs; /* from Up, of whatever reason */
};

void bfd_session_info(const struct bfd_session *s, struct bfd_info *ret);
