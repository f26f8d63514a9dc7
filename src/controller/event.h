/*
 * Events: what happens, in one numbered row each, for people who look on. Agents' come with their
 * reports; ours come beside each row of the audit log, which says who did what to which object, and
 * are told to those who look on as a change too, so that a page reads that object again.
 *
 * The number is taken in the transaction (store_number()), so whoever has read up to one has missed
 * none below. It is taken last, for others wait for it from then on.
 */
#pragma once

#include <stdint.h>

#include <jansson.h>

#include "base/err.h"
#include "store/store.h"

struct event {
	int64_t at;          /* wall clock */
	int64_t received_at; /* by us */
	const char *origin;  /* of an agent's: which it is; NULL: ours */
	const char *kind;    /* "service-changed" */
	const char *severity;
	/* ids; NULL: none */
	const char *project, *site, *host, *service;
	const char *message;
	const json_t *detail; /* an object; NULL: {} */
};

/* What was done to an object, as the audit log has it. */
struct event_change {
	const char *action, *kind, *project; /* project: NULL or "": none */
	const char *object, *name;           /* its id, and what people call it */
	const json_t *value;                 /* what the API says of it: what it is about, too */
	const char *rollout;                 /* that has done it; NULL: none */
	const char *by;                      /* who did it */
	const char *audit;                   /* the id of that row */
	bool was_forced;                     /* in spite of a rule */
};

/* In a transaction; the caller rings "events". An agent's that is there already is left out: 0;
 * else 1. */
int event_add(struct store *store, const struct event *event, struct err *e) _must_use_;
int event_add_change(
    struct store *store, const struct event_change *change, int64_t now, struct err *e) _must_use_;

/* In a transaction: so many of those that were received by then are deleted, the oldest first. */
int event_forget(struct store *store, int64_t received, int64_t limit, struct err *e) _must_use_;

/* How far the numbers go, for whoever goes on behind one. */
struct event_range {
	int64_t newest;    /* 0: there was none yet */
	int64_t forgotten; /* up to it not all are there any more; 0: all are */
};
int event_range(struct store *store, struct event_range *ret, struct err *e) _must_use_;

/* Pure. Whether whoever has read up to a number has missed something; *upto: he goes on behind it.
 */
enum event_gap {
	EVENT_GAP_NONE,
	EVENT_GAP_FORGOTTEN, /* what came then is not kept any more */
	EVENT_GAP_RESTORED,  /* there is no such number: the store is one of before */
};
enum event_gap event_gap(const struct event_range *range, int64_t last, int64_t *upto);

/* Pure. "service", "change": "service-changed". */
#define EVENT_KIND_SIZE 64
void event_kind_of(const char *object_kind, const char *action, char kind[EVENT_KIND_SIZE]);
/* 0 is "debug", 4 "error"; -1: it is none. */
int event_severity(const char *name);
