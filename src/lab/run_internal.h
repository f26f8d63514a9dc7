/*
 * What the files of `lab run` share: the run, and the interface of a step.
 */
#pragma once

#include "base/alloc.h"
#include "lab/expect.h"
#include "lab/gather.h"
#include "lab/run.h"

struct run {
	struct lab *lab;
	const struct scenario *scenario;
	const struct lab_plan *plan;
	const struct run_options *options;
	const struct say *say;
	struct arena *arena;        /* owned; for argv and names that live as long as the run */
	struct expect_list expects; /* owned */
	const char *step;           /* name of the step that plays, for expectations */
	const json_t *unicast;      /* result of the unicast step; borrowed; NULL: not played */
	int *bird; /* owned; for each node -1 or a connection to its BIRD, see run_bird() */
};

/* ---- run.c: the life of a run; what it is given lives longer ---- */

void run_init(struct run *run, struct lab *lab, const struct scenario *scenario,
    const struct lab_plan *plan, const struct run_options *options);
void run_done(struct run *run);

/*
 * A kind of step. run() fills result and adds expectations; it returns 0, -EINTR (leave), or
 * another negative errno with a sentence when it could not be carried out. print() makes the text
 * for people from the result alone.
 */
struct run_step {
	enum scenario_step_kind kind;
	const char *key;   /* in the scenario, and in the document */
	const char *about; /* what it does, for people */
	int (*run)(
	    struct run *run, const struct scenario_step *step, json_t *result, struct err *err);
	void (*print)(const json_t *result, struct look look, struct strbuf *out);
};

extern const struct run_step run_step_unicast, run_step_announce, run_step_routes, run_step_anycast,
    run_step_trace, run_step_fail, run_step_wait;

/* ---- run_ask.c: who can be asked what ---- */

size_t run_node(const struct run *run, const char *name); /* index into plan->nodes; it exists */
/* The router at the other end of a host's or client's link; NULL: none. */
const struct lab_node *run_router_of(const struct run *run, const char *name);
struct ip run_address(
    const struct run *run, const char *node, enum ip_family family); /* IP_NONE: none */
/* The node that has the address; the address itself, in the arena, when none has. */
const char *run_name_of(const struct run *run, struct ip ip);
/* The node at the other end of an interface's link; NULL: no link. */
const char *run_neighbor_on(const struct run *run, size_t node, const char *ifname);
const char *run_city_name(const struct run *run, const char *node); /* "Amsterdam" */

/* The names of a list, or of all clients when it is empty; ends with NULL, in the arena. */
const char **run_clients(const struct run *run, const struct conf_list *list, size_t *ret_count);
/* The site that this client should land at; NULL: nothing is expected. */
const char *run_expected_site(const struct conf_list *landings, const char *client);

/* A Global IP as an address to ask: the first of the block. */
struct run_target {
	const char *service, *url;
	uint32_t port;
	struct prefix prefix;
	enum ip_family family;
};

/* Every service's Global IPs of the families that a step uses. In the arena. */
struct run_target *run_targets(const struct run *run, int step_family, size_t *ret_count);
/* "http://203.0.113.10/"; the port is left out when it is 80. In the arena. */
const char *run_url(const struct run *run, struct ip ip, uint32_t port);

/* Adds "nearcast lab exec edinburgh -- nearcast ...", what a user can repeat, to the array. */
void run_add_command(json_t *commands, const char *node, const char *const *argv);
/* The first of "commands", dimmed. */
void run_print_commands(const json_t *result, struct look look, struct strbuf *out);

/*
 * Runs the jobs and reads what each wrote as one JSON document (NULL where that failed, with
 * job->why). docs has room for count; the caller decrefs. 0 or -EINTR.
 */
int run_gather_json(struct run *run, struct gather_job *jobs, size_t count, struct duration timeout,
    json_t **docs) _must_use_;

/* A connection to BIRD in the node; it stays open for the run. */
int run_bird(struct run *run, size_t node, int *ret_fd, struct err *err) _must_use_;
/* After one that failed: what comes late must not be taken for the next reply. */
void run_bird_forget(struct run *run, size_t node);
/* Waits; -EINTR when the person wants to leave. */
int run_sleep(const struct run *run, struct duration d) _must_use_;
/* ISO 8601, UTC, in microseconds. */
json_t *run_time_of_day(int64_t wall_ns);
double run_number(const json_t *object, const char *key);    /* 0 when it is not there */
const char *run_text(const json_t *object, const char *key); /* "" when it is not there, or null */

/* ---- run_up.c: waiting until the routers know their way ---- */

struct run_route_want {
	struct prefix prefix;
	bool exact; /* the prefix itself, not one that covers it */
};

/*
 * Waits until every router has a route to each of these and none has changed for a while. *ret_took
 * is the time until the last change. -ETIMEDOUT with a sentence on who still lacks what, -EINTR.
 */
int run_wait_for_routes(struct run *run, const struct run_route_want *wants, size_t count,
    struct duration within, struct duration *ret_took, struct err *err) _must_use_;
/* The same for the own addresses of all hosts and clients. */
int run_wait_for_underlay(struct run *run, struct duration within, struct duration *ret_took,
    struct err *err) _must_use_;
