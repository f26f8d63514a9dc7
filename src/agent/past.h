/*
 * What the nearcastd before this one handed over (`nearcast upgrade`): the state of everything, the
 * text of the configuration that it ran, and its descriptors.
 *
 * All of it is read once for nothing, by the program that is to follow while the one before still
 * runs (nearcastd --resume-check), and again before anything is taken: what cannot be read leads to
 * a cold start, in which every neighbor is told so.
 */
#pragma once

#include <stddef.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "base/time.h"
#include "config/config.h"
#include "io/handover.h"

/* A state of another number is not read. A field more or less is no other number. */
#define PAST_VERSION 1

enum past_tag {
	PAST_PROGRAM = 1,  /* the version of the program, for people */
	PAST_SAVED_AT = 2, /* on the monotonic clock, which all programs of a boot share */
	PAST_CONF_NAME = 3,
	PAST_CONF_TEXT = 4,
	PAST_AGENT = 5,
	PAST_EVENTS = 6,
	PAST_SERVICE = 7,
	PAST_ANNOUNCER = 8,
	PAST_CONTROL = 9,
	PAST_WATCHER = 10,
	PAST_METRICS = 11,
	PAST_HOOKS = 12,
	PAST_FOLLOWER = 13,
	PAST_CONF_ADDED = 14, /* with PAST_CONF_TEXT: what the controller added */
};

struct past {
	struct state_writer bytes; /* owned */
	struct inheritance in;
	struct reader records; /* of bytes */
	struct instant base;
	char program[64];
};

/* Of the memfd, which is closed. The inheritance stands in *ret also on failure. */
int past_open(int fd, struct past *ret, struct err *e);
/* Whether all of it can be read: 0, or negative errno with a sentence. Takes nothing. */
int past_check(const struct past *p, struct err *e);
/* The configuration that ran; as conf_load_text(). */
int past_load_conf(const struct past *p, struct conf **ret, struct strbuf *errors);
/* What was handed over and not taken is told that there is a cold start (why), and closed. */
void past_refuse(struct past *p, const char *why);
void past_done(struct past *p);
