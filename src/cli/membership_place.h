/* Where a host's membership of a controller is kept: what join and leave need to know of the host.
 */
#pragma once

#include "agent/membership.h"
#include "cli/agent.h"

struct membership_options {
	const char *conf, *state_directory, *socket; /* NULL but for conf: as configured */
};
#define MEMBERSHIP_DEFAULTS                                                                        \
	{                                                                                          \
		.conf = AGENT_CONF_PATH                                                            \
	}

/* clang-format off */
/* Rows of a table of options; a struct membership_options is the first member of its struct. */
#define MEMBERSHIP_AT(member) offsetof(struct membership_options, member)
#define MEMBERSHIP_OPTIONS                                                                         \
	{ "config", 'c', CLI_STRING, MEMBERSHIP_AT(conf), "FILE", 0, 0, NULL,                      \
	    "the configuration of nearcastd" },                                                    \
	{ "state-directory", 0, CLI_STRING, MEMBERSHIP_AT(state_directory), "DIR", 0, 0, NULL,     \
	    "where nearcastd keeps its state, by default as configured" },                         \
	{ "socket", 's', CLI_STRING, MEMBERSHIP_AT(socket), "PATH", 0, 0, NULL,                    \
	    "the agent's control socket, by default as configured" }
/* clang-format on */

struct membership_place {
	char *directory, *socket; /* owned, as host */
	char *host;               /* as configured; NULL: it was not looked for */
	struct membership before; /* zeroed: there is none */
	bool has_joined;
};

/*
 * Looks into nearcastd's configuration, unless the options say enough and the host's name is not
 * needed. EXIT_SUCCESS, or has said what is wrong; either way membership_place_done() frees it.
 */
int membership_place_find(
    const struct membership_options *o, bool needs_host, struct membership_place *ret);
void membership_place_done(struct membership_place *p);
/* Of a file in the state directory; the caller frees it. */
char *membership_path(const struct membership_place *p, const char *name);
