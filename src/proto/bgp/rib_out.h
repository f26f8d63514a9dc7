/*
 * What one neighbor should know and what it has been told.
 *
 * Each route holds both: `wanted` and `told`. A route whose two differ waits in a queue: that of
 * withdrawals of its family, or that of its look (rib_looks.h), so that routes with the same
 * attributes leave in the same UPDATE. A change before the queue was drained replaces what waited;
 * a change back removes it. A peer is therefore never told the same thing twice, except when it
 * asks (route refresh).
 *
 * A session that is lost may leave the peer with what it was told (graceful restart): such routes
 * are held, though not told, and one that is not wanted any more waits among the withdrawals for
 * the next session, or until the peer has given it up.
 *
 * Announcing costs a look-up of the prefix and one of the attributes, and writing an UPDATE costs
 * its prefixes, however many others there are.
 *
 * rib_state.c takes it from one program to the next.
 */
#pragma once

#include "proto/bgp/rib_table.h"
#include "wire/state.h"

struct bgp_rib_out {
	struct rib_table table; /* all routes that are wanted, told or held */
	struct rib_looks looks;
	struct list ready[BGP_FAMILY_MAX]; /* of rib_look.ready: routes of theirs wait */
	struct rib_queue withdrawals[BGP_FAMILY_MAX];
	struct rib_queue leaving; /* withdrawn, in bytes that wait for the socket */
	size_t wanted[BGP_FAMILY_MAX];
	size_t told[BGP_FAMILY_MAX];
	bool end_of_rib_due[BGP_FAMILY_MAX];
	bool end_of_rib_released;
};

void bgp_rib_out_init(struct bgp_rib_out *rib);
void bgp_rib_out_done(struct bgp_rib_out *rib);

/* Attributes are valid (bgp_attributes_valid()), and the family is one that may be announced. */
void bgp_rib_out_announce(
    struct bgp_rib_out *rib, struct prefix prefix, const struct bgp_attributes *attributes);
bool bgp_rib_out_wants(const struct bgp_rib_out *rib, struct prefix prefix);
void bgp_rib_out_withdraw(struct bgp_rib_out *rib, struct prefix prefix);
void bgp_rib_out_withdraw_all(struct bgp_rib_out *rib);
/* The peer has been told the prefix, and not to forget it. */
bool bgp_rib_out_told(const struct bgp_rib_out *rib, struct prefix prefix);
/* The peer may have the prefix, which is not wanted: its withdrawal is not written yet. */
bool bgp_rib_out_withdrawing(const struct bgp_rib_out *rib, struct prefix prefix);
/* The peer may have the prefix, whether from this session or from an earlier one. */
bool bgp_rib_out_holds(const struct bgp_rib_out *rib, struct prefix prefix);
/* fn for every route that is wanted; told: with these attributes. */
void bgp_rib_out_each(const struct bgp_rib_out *rib, bgp_route_fn fn, void *userdata);
/* fn for every prefix that the peer may have; wanted: it is still to be announced. */
void bgp_rib_out_each_held(const struct bgp_rib_out *rib, bgp_held_fn fn, void *userdata);

/* The session is up, and its peer knows nothing yet: all that is wanted is due, then End-of-RIB. */
void bgp_rib_out_start(struct bgp_rib_out *rib);
/*
 * The session is gone, and the peer has forgotten everything but what it may keep of these families
 * (RFC 4724 section 4.2).
 */
void bgp_rib_out_stop(struct bgp_rib_out *rib, const bool keeps[static BGP_FAMILY_MAX]);
/* The peer has given up what it kept of the family. */
void bgp_rib_out_forget(struct bgp_rib_out *rib, enum bgp_family family);
/* The socket has taken all that bgp_rib_out_next() gave. */
void bgp_rib_out_written(struct bgp_rib_out *rib);
/* The peer wants the family again (RFC 2918 section 4). */
void bgp_rib_out_refresh(struct bgp_rib_out *rib, enum bgp_family family);

/* Whether the peer may have anything of ours. */
bool bgp_rib_out_holds_any(const struct bgp_rib_out *rib);
/* Whether the peer may have something of the family, and all of that is to be withdrawn. */
bool bgp_rib_out_is_over(const struct bgp_rib_out *rib, enum bgp_family family);
/* Whether the next UPDATE withdraws something. */
bool bgp_rib_out_withdrawals_wait(const struct bgp_rib_out *rib, const struct bgp_peering *peering);
/*
 * The next UPDATE of the families in peering, or 0. What it holds counts as told. Routes whose next
 * hop is not known wait. size: BGP_MESSAGE_MAX or more.
 */
size_t bgp_rib_out_next(
    struct bgp_rib_out *rib, const struct bgp_peering *peering, uint8_t *buf, size_t size);

/* ---- for rib_state.c ---- */

/* Whether the peer has to hear of it, or the socket to take it. */
bool bgp_rib_out_is_due(const struct rib_route *route);
/* Where it waits then. */
struct rib_queue *bgp_rib_out_queue(struct bgp_rib_out *rib, const struct rib_route *route);
/* Puts it there, behind all that waits already; it is in no queue. */
void bgp_rib_out_enqueue(struct bgp_rib_out *rib, uint32_t index);

/* ---- rib_state.c ---- */

/* Records that say all of it, down to the order in which routes leave. */
void bgp_rib_out_save(const struct bgp_rib_out *rib, struct state_writer *w);
/* Into an empty one. False: what they say can not be; then call bgp_rib_out_done(). */
bool bgp_rib_out_load(struct bgp_rib_out *rib, struct reader records);
