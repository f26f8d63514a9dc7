/*
 * MRT (RFC 6396): the format in which BGP messages and tables are kept in files.
 *
 * The reader walks a file that is whole in memory, record by record, and borrows from it. It trusts
 * nothing: what is broken is an error with the offset of its record and of the place, and when the
 * record's length is right the walk can go on behind it. BGP messages and path attributes inside
 * are given as bytes: proto/bgp reads them.
 *
 * Read: TABLE_DUMP, TABLE_DUMP_V2 (unicast RIBs and their index of peers), BGP4MP and BGP4MP_ET
 * (messages and state changes, also those of the recording side). All else is skipped, by its
 * length. Written: BGP4MP_ET, message and state change.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "wire/reader.h"
#include "wire/writer.h"

enum mrt_type { /* RFC 6396 section 4 */
	MRT_TABLE_DUMP = 12,
	MRT_TABLE_DUMP_V2 = 13,
	MRT_BGP4MP = 16,
	MRT_BGP4MP_ET = 17,
};

enum mrt_bgp4mp_subtype { /* section 4.4 */
	MRT_STATE_CHANGE = 0,
	MRT_MESSAGE = 1,
	MRT_MESSAGE_AS4 = 4,
	MRT_STATE_CHANGE_AS4 = 5,
	MRT_MESSAGE_LOCAL = 6,
	MRT_MESSAGE_AS4_LOCAL = 7,
};

struct mrt_time { /* since 1970, UTC */
	uint32_t seconds;
	uint32_t microseconds;
};

/* Both ends of a session. */
struct mrt_session {
	uint32_t peer_as, local_as;
	uint16_t interface; /* an index that only the recorder knows, or 0 */
	struct ip peer, local;
	bool as4; /* AS numbers take four bytes, here and in the messages */
};

/* The numbers that states have in a state change: those of the FSM of RFC 4271. */
enum mrt_state {
	MRT_IDLE = 1,
	MRT_CONNECT,
	MRT_ACTIVE,
	MRT_OPEN_SENT,
	MRT_OPEN_CONFIRM,
	MRT_ESTABLISHED,
};

/* A route of a table, from one peer. */
struct mrt_route {
	uint32_t originated;      /* seconds since 1970 */
	uint16_t peer;            /* TABLE_DUMP_V2: its place in the index of peers */
	struct reader attributes; /* TABLE_DUMP: two-byte AS numbers; TABLE_DUMP_V2: four, see
				     bgp_path_style */
};

struct mrt_peer {
	uint32_t id, as;
	struct ip address;
};

enum mrt_kind {
	MRT_KIND_SKIPPED,      /* a type or subtype that is not read */
	MRT_KIND_TABLE_ROUTE,  /* TABLE_DUMP: prefix, peer, route */
	MRT_KIND_PEERS,        /* TABLE_DUMP_V2: peers */
	MRT_KIND_RIB,          /* TABLE_DUMP_V2: prefix, routes */
	MRT_KIND_MESSAGE,      /* session, sent, message */
	MRT_KIND_STATE_CHANGE, /* session, old_state, new_state */
	MRT_KIND_MAX,
};

struct mrt_record {
	uint64_t offset; /* of its header, in the file */
	struct mrt_time time;
	uint16_t type, subtype;
	enum mrt_kind kind;

	struct prefix prefix;
	struct mrt_peer peer;
	struct mrt_route route;
	struct reader list; /* of peers or routes: mrt_next_peer(), mrt_next_route() */
	size_t count;       /* of them; all were checked */

	struct mrt_session session;
	bool sent;             /* by the recorder itself */
	struct reader message; /* from its marker on; not checked */
	uint16_t old_state, new_state;
};

struct mrt_error {
	uint64_t record, place; /* offsets in the file */
	const char *what;       /* static text */
};

struct mrt_file {
	const uint8_t *start; /* borrowed */
	struct reader rest;
	bool has_peers;
	size_t peers; /* in the index that came last */
};

enum mrt_result {
	MRT_RECORD,
	MRT_BAD_RECORD, /* the next call goes on behind it */
	MRT_CUT,        /* the file ends inside of a record */
	MRT_END,
};

struct mrt_file mrt_open(const void *bytes, size_t len);
/* MRT_RECORD fills *ret, MRT_BAD_RECORD and MRT_CUT fill *e. */
enum mrt_result mrt_next(struct mrt_file *file, struct mrt_record *ret, struct mrt_error *e);
/* Take one off a record's list; false at its end. */
bool mrt_next_peer(struct mrt_record *record, struct mrt_peer *ret);
bool mrt_next_route(struct mrt_record *record, struct mrt_route *ret);

/*
 * One record each, into a writer that may hold others already. sent: by us. Without session->as4
 * the numbers of the session must fit two bytes (23456 otherwise: RFC 6793).
 */
void mrt_write_message(struct writer *w, struct mrt_time time, const struct mrt_session *session,
    bool sent, const uint8_t *message, size_t len);
void mrt_write_state_change(struct writer *w, struct mrt_time time,
    const struct mrt_session *session, enum mrt_state old_state, enum mrt_state new_state);
