/*
 * nearcastd: one service engine (service/service.h) for each service of the configuration, wired to
 * what touches the world: addresses, listener watch, checks, announcer, control socket.
 *
 * An event takes one way: driver, engine, actions, all in the same turn of the loop. What an engine
 * asks for is done before anything is logged about it, withdraws first, so that from the kernel's
 * message about a dead listener to the withdraw on the session's socket nothing else happens.
 *
 * The agent owns the drivers and the configuration, and goes over to another one when it is told to
 * (reload.c).
 */
#pragma once

#include <jansson.h>
#include <systemd/sd-event.h>

#include "agent/agent_conf.h"
#include "agent/upgrade.h"
#include "base/err.h"

struct agent;

/* Exit status of the process when its loop had stalled: the dead-man timer has ended it. */
#define AGENT_EXIT_STALLED 3

struct watcher;

/* Where an agent comes from; borrowed, past until agent_start(). */
struct agent_origin {
	bool log_level_is_given; /* as an option: no configuration changes it */
	const struct program *program;
	struct past *past;    /* it goes on where the program before was; NULL: it begins */
	const char *cold_why; /* there was one, and nothing could be taken over; NULL: no */
	const struct watcher *watcher; /* told when the next program has one; NULL: there is none */
};

/* Makes everything ready and changes nothing yet; takes loaded over, also on failure. -EADDRINUSE
 * when another agent has the control socket, or a Global IP in this network namespace. */
int agent_new(sd_event *loop, struct conf *loaded, const struct agent_origin *origin,
    struct agent **ret, struct err *e);
/* As `nearcast reload` without options; what comes of it is logged. */
void agent_reload(struct agent *a);
/* Starts the services, or goes on with them. */
void agent_start(struct agent *a);
/* Ends them as on-exit says, then ends the loop with status 0. A second call ends it at once
 * with 1. */
void agent_stop(struct agent *a, const char *why);
void agent_free(struct agent *a); /* NULL is fine */

/* Everything that `nearcast status` shows; the caller owns it. */
json_t *agent_status(const struct agent *a);
