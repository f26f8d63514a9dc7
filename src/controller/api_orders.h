/*
 * What the files of orders share: api_orders.c, api_orders_create.c, and who gives orders without
 * being asked for each.
 */
#pragma once

#include "controller/scope.h"

/* "drain" and "hold", ends with NULL. */
extern const char *const order_kind_names[];

/* An order as it is written. */
struct order {
	const char *kind; /* "drain", "hold" */
	struct scope scope;
	const char *parameters; /* JSON */
	const char *reason;
	const char *rollout; /* whose it is; NULL: nobody's */
	const char *by;      /* a token's id; NULL: the controller */
	int64_t expires_at;  /* 0: never */
};

/* As the API shows it: the caller's; CALL_REFUSED: it is none of the call's project. */
int orders_find(struct call *c, const char *id, json_t **ret);
/* Writes it, and touches its hosts; by whoever calls. The id is written to id. */
int orders_insert(struct call *c, const struct order *o, char id[STORE_ID_MAX]);
/* Takes the rollout's orders at that site back, or all of them (NULL), and touches their hosts. */
int orders_end(struct call *c, const char *rollout, const char *site);
/* Not a handler: ends the orders whose time is over, each with its row in the audit log. */
int orders_expire(struct call *c);

/* What a drain or a hold may be told: adds what is wrong to errors; pointers begin with at. */
void orders_check_parameters(
    bool is_drain, const json_t *parameters, json_t *errors, const char *at);
