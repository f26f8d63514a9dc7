/*
 * A catchment that the hosts of a Global IP measure together: who does what when, and when it is
 * over. Pure: what hosts said, and the time, in; what they are told, out.
 *
 *   requested    hosts begin to listen; when the one that is to send has said that it does, and
 *                the others too or not in time ->
 *   running      it sends, and waits for the last replies ->
 *   measuring    (if that was asked for) one host of each site asks the same targets from its own
 *                address ->
 *   collecting   hosts hand in what they have, not for long -> done, stopped or failed
 *
 * A host that is not heard of any more costs what landed there, never the rest: it is gone, which
 * the result says. Only without the sender there is nothing to wait for.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/time.h"
#include "proto/catch/part.h"

#define CATCHMENT_WHY_MAX 200

enum catchment_state {
	CATCHMENT_REQUESTED,
	CATCHMENT_RUNNING,
	CATCHMENT_MEASURING,
	CATCHMENT_COLLECTING,
	CATCHMENT_DONE,
	CATCHMENT_STOPPED,
	CATCHMENT_FAILED,
	CATCHMENT_STATES,
};

enum part_state {
	PART_ASKED,     /* it has not answered */
	PART_LISTENING, /* ready; or what it had to do is not begun */
	PART_SENDING,
	PART_SENT, /* and has waited for replies */
	PART_MEASURING,
	PART_MEASURED,
	PART_ENDED,  /* all that it had was handed in */
	PART_FAILED, /* it says why */
	PART_GONE,   /* it was not heard of for PART_SILENT */
	PART_STATES,
};

/* Hosts speak every second. */
#define PART_SILENT DURATION_S(12)
/* For hosts to begin to listen, and to hand in the last. */
#define CATCHMENT_BEGIN DURATION_S(10)
#define CATCHMENT_COLLECT DURATION_S(5)

struct catchment_part {
	bool sends, measures;
	enum part_state state;
	struct instant seen; /* when it last spoke; before it has, when it was asked */
	char why[CATCHMENT_WHY_MAX];
};

struct catchment {
	enum catchment_state state;
	enum catchment_state outcome; /* that comes of collecting */
	struct instant since;
	bool best;                    /* sites measure, too */
	char why[CATCHMENT_WHY_MAX];  /* "": there is nothing to say */
	struct catchment_part *parts; /* borrowed */
	size_t part_count;
};

/* As far as it goes now. */
void catchment_look(struct catchment *c, struct instant now);
/* Somebody wants it to end at once. False: it is over, or about to be. */
bool catchment_stop(struct catchment *c, const char *why, struct instant now);
bool catchment_is_over(const struct catchment *c);

/* What a host is told. */
enum catch_order catchment_order(const struct catchment *c, const struct catchment_part *p);
/* A host says how it stands. False: it cannot be so: it is taken for what it was. */
bool catchment_say(
    struct catchment_part *p, enum part_state state, const char *why, struct instant now);
/*
 * Another start of its program speaks than before. What that one was to send or measure is not
 * begun a second time: nobody is asked twice for it.
 */
void catchment_restarted(struct catchment *c, struct catchment_part *p);

/* All of them, ends with NULL. */
extern const char *const catchment_state_names[CATCHMENT_STATES + 1];
/* "requested"; "listening". */
const char *catchment_state_name(enum catchment_state s);
const char *catchment_part_name(enum part_state s);
/* CATCHMENT_STATES, PART_STATES: it is none. */
enum catchment_state catchment_state_of(const char *name);
enum part_state catchment_part_of(const char *name);
