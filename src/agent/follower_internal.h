/*
 * What the files of follower.h share: follower.c drives the two lines, follower_membership.c joins
 * and leaves, follower_kept.c knows what was before, follower_apply.c puts documents in force,
 * follower_orders.c their drains and holds, follower_report.c tells, follower_guard.c asks for
 * leases, follower_catch.c (and caught.c) measures catchments, follower_status.c answers people.
 */
#pragma once

#include "agent/agent_internal.h"
#include "agent/desired.h"
#include "agent/follower.h"
#include "agent/membership.h"
#include "base/list.h"
#include "io/http_ask.h"
#include "proto/follow/follow.h"

/* Events that wait to be told; of more, the oldest go. */
#define FOLLOWER_EVENTS_MAX 1000

struct follower {
	struct agent *agent; /* borrowed */
	struct membership member;
	bool has_joined, has_started;
	char *authorization; /* owned; a secret, the header */
	struct follow lines;
	struct timer timer;
	struct http_asker *asker; /* owned; NULL: has not joined, or there is no libcurl */
	struct http_ask *asks[FOLLOW_LINES]; /* owned by asker; NULL: none is under way */

	struct desired desired; /* what was taken last; services NULL: nothing ever */
	struct desired held;    /* what was held back; likewise */
	int64_t seen_revision;  /* of the last document; -1: none */
	char etag[HTTP_ETAG_MAX];
	char *problem; /* owned; what of it is not in force, and why; NULL: all is */
	json_t *given; /* owned: by service, the ids of the orders that its engine has */

	/* of follower_merge(), until it is known whether it runs */
	json_t *next_in_force; /* owned */
	char *next_problem;    /* owned */

	char run[40];    /* this start of the agent, over upgrades */
	json_t *backlog; /* owned: events, the oldest first */
	unsigned reports_refused; /* in a row, for what they say */
	uint64_t lost;   /* events, since the last report that got through */
	uint64_t lost_ever;

	struct guard guard;
	struct list questions; /* owned */
	struct list catchments; /* owned: those that the document has */
	uint64_t asked, granted, refused, unanswered;
};

/* follower.c */
void follower_input(struct follower *f, const struct follow_event *ev);
/* NULL, and said in e: it could not be begun. path: below the controller's address. */
struct http_ask *follower_ask(struct follower *f, const struct http_call *call, const char *path,
    const char *const *headers, http_answered_fn fn, void *userdata, struct err *e);
void follower_say(struct follower *f, enum log_level level, enum event_kind kind, const char *what,
    const char *why);

/* follower_kept.c */
void follower_keep(struct follower *f);   /* what is wanted, in the state directory */
void follower_recall(struct follower *f); /* with the state directory open */

/* follower_membership.c */
/* Nothing changes when it cannot be read. */
int follower_load_membership(struct follower *f, struct err *e) _must_use_;

/* follower_apply.c */
/* A sentence: it is no document for this host. NULL: it was taken, or held back. */
const char *follower_take_document(struct follower *f, const char *text, size_t len, struct err *e);
/* Takes all away that came from the controller. */
int follower_withdraw_all(struct follower *f, struct err *e);
/* The services of it that a neighbor has been told of, "a, b". */
size_t follower_announced(const struct follower *f, struct strbuf *names);

/* follower_orders.c */
void follower_give_orders(struct follower *f);

/* follower_guard.c: they are answered as if nobody did */
void follower_forget_questions(struct follower *f);

/* follower_catch.c: those that the document has, an array of {id, state}; NULL: none */
void follower_take_catchments(struct follower *f, const json_t *list);
void follower_forget_catchments(struct follower *f); /* nothing is sent behind it */

/* follower_report.c */
char *follower_report(struct follower *f);
/* Those that would be told next are not: the controller refuses what they stand in. */
void follower_skip_events(struct follower *f);
void follower_take_report_answer(struct follower *f, const struct http_reply *reply);
