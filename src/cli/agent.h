/*
 * Asking the agent of this host: what `nearcast status`, neighbors, routes and dump share.
 */
#pragma once

#include <jansson.h>

#include "agent/agent_conf.h"
#include "cli/command.h"

/* The row of the option --socket, of a struct with a member `socket`. */
#define CLI_AGENT_SOCKET(options)                                                                  \
	{                                                                                          \
		"socket", 's', CLI_STRING, offsetof(options, socket), "PATH", 0, 0, NULL,          \
		    "the agent's control socket"                                                   \
	}

/*
 * Sends a request (takes over the reference) to the socket, and gives the answer, an object that
 * the caller decrefs; NULL when there is none, or it is an error, which has been said on stderr
 * then.
 */
json_t *cli_agent_ask(const char *socket, json_t *request);
/* Likewise, for an answer that takes its time. */
json_t *cli_agent_ask_for(const char *socket, json_t *request, struct duration patience);
