/*
 * Between the files of a service: service.c takes events, evidence.c says what is known, decide.c
 * weighs it, orders.c takes what operators and the guard say, service_stop.c ends it, state.c takes
 * it to another program.
 */
#pragma once

#include "service/service.h"
#include "wire/state_table.h"

struct service_decision {
	enum stage stage;
	bool known;             /* rests on evidence, not on the lack of it */
	bool definitive;        /* the evidence is */
	struct instant look_at; /* time alone may change it then; never: it does not */
	bool ordered;           /* an operator wants it */
	bool leaves;            /* the service ends */
	bool needs_leave;       /* of the guard, which is asked or has answered */
	bool asks;              /* it waits for the guard's answer */
	bool damped;            /* it waits for look_at because of the flaps before */
	char why[WHY_MAX];
};

/* ---- evidence.c ---- */

/* The stage that the evidence on one address alone asks for. */
struct service_decision service_evidence(const struct service *s, size_t i);
bool service_run_covers(const struct service_run *run, size_t address);
/* Whether what a run finds says nothing, because a socket that it needs may be back at once. */
bool service_run_is_spared(const struct service *s, const struct service_run *run);

/* ---- decide.c ---- */

/* The stage that an address should have, given what the evidence says of it (d). */
struct service_decision service_decide(
    const struct service *s, size_t i, struct service_decision d, struct instant now);

/* ---- service.c ---- */

struct service_action *service_add_action(struct service_actions *actions,
    enum service_action_type type, size_t index, const char *fmt, ...) _printf_(4, 5);
/* Brings an address to the stage that it should have. */
void service_apply(
    struct service *s, size_t i, struct instant now, struct service_actions *actions);

/* ---- orders.c ---- */

/* What a decision means for the guard: a question, or that its answer is of no more use. */
void service_heed_guard(
    struct service *s, size_t i, const struct service_decision *d, struct service_actions *actions);
void service_take_answer(struct service *s, const struct service_event *event, struct instant now,
    struct service_actions *actions);
void service_take_order(struct service *s, const struct service_event *event, struct instant now,
    struct service_actions *actions);
/* After each event: the drain may be over, because of time, connections or what became of it. */
void service_look_at_drain(struct service *s, struct instant now, struct service_actions *actions);

/* ---- service_stop.c ---- */

void service_stop(
    struct service *s, const char *why, struct instant now, struct service_actions *actions);
/* Ends it when everything is withdrawn and has settled. */
void service_finish_stop(struct service *s, struct instant now, struct service_actions *actions);
/* When something is due while it stops. */
struct instant service_stop_deadline(const struct service *s);

/* ---- state_tables.c ---- */

/* What is saved of a struct service, and of each of its parts. */
extern const struct state_table service_table, service_address_table, service_run_table,
    service_listener_table;
extern const struct state_table journal_entry_table;
