/*
 * nearcastd follows a controller: it asks what it shall do, keeps that over restarts, and tells how
 * it stands. When to ask and to tell is proto/follow's to say; what a document may do is
 * desired.h's and merge.h's.
 *
 * Nothing here is waited for. A controller that is away, slow, or answers nonsense changes nothing:
 * what it said last goes on, from the state directory also after a restart.
 */
#pragma once

#include <jansson.h>

#include "agent/agent_conf.h"
#include "base/err.h"
#include "base/prom.h"

struct agent;
struct follower;
struct generation;
struct guard;
struct journal_entry;
struct state_writer;

/* With the state directory open: reads what is kept there, or what the program before knew. */
int follower_new(struct agent *a, struct follower **ret, struct err *e);
void follower_free(struct follower *f); /* NULL is fine */

/* The file's configuration (taken over) with what the controller wants; it may be the same one. */
struct conf *follower_merge(struct follower *f, struct conf *loaded);
/* The same of a generation that is to run. */
struct generation *follower_complete(struct follower *f, struct generation *own);
/* What follower_merge() gave last runs now. */
void follower_commit(struct follower *f);
/* A document that was held back is taken all the same. */
void follower_force(struct follower *f);

/* Begins to ask and to tell; from agent_start(), and once the services run. */
void follower_start(struct follower *f);
/* Something changed that a report would tell. */
void follower_note_change(struct follower *f);
void follower_take_event(struct follower *f, const struct journal_entry *event);
/* Who answers for services of the controller. */
struct guard *follower_guard(struct follower *f);

/* For the program that follows. */
void follower_save(const struct follower *f, struct state_writer *w);

json_t *follower_status(const struct follower *f); /* null: this host belongs to none */

struct follower_counts {
	bool has_joined, is_connected, is_in_force;
	double contact_age_s;                  /* negative: never */
	double desired, applied;               /* revisions */
	uint64_t granted, refused, unanswered; /* leases */
	uint64_t events_lost;
};
struct follower_counts follower_counts(const struct follower *f);

/* The requests of the control socket. */
json_t *agent_answer_join(void *userdata, const json_t *request, struct err *e);
json_t *agent_answer_leave(void *userdata, const json_t *request, struct err *e);
