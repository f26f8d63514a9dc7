/*
 * A catchment that the controller measures with this host. What is done in it, and when, is for
 * proto/catch/part.h; here are the thread at work (catch_worker.h), what it has heard
 * (catch_ledger.h), and the line to the controller.
 *
 * Nothing is kept: another start of this program, also after an upgrade, begins anew as one that
 * only listens, and the controller says in its result that something is missing.
 */
#pragma once

#include "agent/catch_worker.h"
#include "agent/follower_internal.h"

struct caught {
	struct list node;
	struct follower *follower; /* borrowed */
	char id[64];
	char session[20];
	struct catch_part part;
	struct catch_task task;
	struct catch_worker *worker; /* owned; NULL: none is at work */
	enum catch_work work;        /* of the worker */
	struct catch_ledger ledger;
	char *message;        /* owned; was said, and not answered */
	struct http_ask *ask; /* its own; NULL: none */
	struct timer timer;
};

/* Begins by itself, at the end of f's list. NULL: it cannot be. id: that may stand in a path. */
struct caught *caught_new(struct follower *f, const char *id);
void caught_free(struct caught *k); /* nothing is sent behind it */
/* There is a new document; is_over: by which it is over. */
void caught_look(struct caught *k, bool is_over);
