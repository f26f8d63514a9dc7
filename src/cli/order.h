/*
 * What `nearcast drain`, undrain, hold and release share: an order to the agent of this host, and
 * its answer; or, when a site, a host, a project or a controller is named, one through the
 * controller to all hosts that it concerns.
 */
#pragma once

#include <jansson.h>

#include "cli/agent.h"
#include "cli/object.h"

/* The first member of each command's options. */
struct order_options {
	struct object_options base; /* with it: through a controller */
	const char *socket;         /* without */
	const char *site, *host, *override, *reason;
	struct duration expires;
};

/* Rows of the options. */
/* clang-format off */
#define ORDER_AT(member) offsetof(struct order_options, member)
#define CLI_ORDER                                                                                      \
	CLI_AGENT_SOCKET(struct order_options), CLI_OBJECT, CLI_OBJECT_PROJECT,                        \
	{ "site", 0, CLI_STRING, ORDER_AT(site), "SITE", 0, 0, NULL,                                   \
	    "at this site, through the controller" },                                                  \
	{ "host", 0, CLI_STRING, ORDER_AT(host), "HOST", 0, 0, NULL,                                   \
	    "at this host, through the controller" }
#define CLI_ORDER_GIVEN                                                                                \
	CLI_OBJECT_KEY,                                                                                \
	{ "reason", 'r', CLI_STRING, ORDER_AT(reason), "TEXT", 0, 0, NULL,                             \
	    "why, for whoever looks at the status" },                                                  \
	{ "expires", 'e', CLI_SECONDS, ORDER_AT(expires), "DURATION", 1 * NS_PER_S,                   \
	    INT64_C(366) * 86400 * NS_PER_S, NULL, "ends by itself then; through the controller" }
#define CLI_ORDER_OVERRIDE                                                                             \
	{ "override", 'o', CLI_STRING, ORDER_AT(override), "REASON", 0, 0, NULL,                       \
	    "meant although too few sites would stand, and why" }
/* clang-format on */

/*
 * Gives the order for the service, with these further fields (takes over the reference; NULL:
 * none). The answer is the caller's; NULL: refused, which was said.
 */
json_t *cli_order(const char *socket, const char *order, const char *service, json_t *fields);
/*
 * On stderr, when the agent has the service from a controller, whom this order ("drain", "hold")
 * went past: what was not asked, and which command asks.
 */
void cli_order_say_unasked(const char *socket, const char *order, const char *service);
/* Prints the answer: as JSON, or as one line "SERVICE: WHAT" with the stage. Takes it over. */
int cli_order_print(json_t *answer, bool json, const char *what);

/* ---- through a controller (order_controller.c) ---- */

/* Whether that is what the options ask for. */
bool order_is_remote(const struct order_options *o);
/* Without a controller an order is of one service, and knows fewer options: EXIT_SUCCESS, or what
 * is wrong was said. */
int order_check_local(const struct order_options *o, const char *service);
/* Gives it; service NULL: all of the site or host. parameters are taken over. */
int order_give(
    const struct order_options *o, const char *kind, const char *service, json_t *parameters);
/* Likewise, and gives the order instead of printing it. */
int order_make(const struct order_options *o, const char *kind, const char *service,
    json_t *parameters, struct controller_answer *ret);
/*
 * Waits until each host that the drain of this id concerns says that it is drained, and prints
 * that; tells how it goes on stderr. EXIT_FAILURE: somebody has ended it, or it was not within the
 * time; which was said (drain_wait.c).
 */
int order_wait_drained(
    const struct order_options *o, const char *service, const char *id, struct duration within);
extern const struct object_kind order_of_project, order_of_all;
/* Ends the order of that kind that says just this; says so as `what`. */
int order_end(
    const struct order_options *o, const char *kind, const char *service, const char *what);
