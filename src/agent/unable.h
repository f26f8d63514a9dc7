/*
 * The checks of a configuration that can not run on this host at all: no such program, no such
 * user, no right to. Said before they run, since a check that never passes is otherwise found out
 * late.
 */
#pragma once

#include "agent/agent_conf.h"

/* Calls fn for each of them, with the reason. */
void agent_each_unable(const struct agent_conf *conf,
    void (*fn)(void *userdata, const struct agent_service *service, const struct agent_check *check,
	const char *why),
    void *userdata);
