/* A catchment whose hosts are those of agents.h: it is begun, and they say how they stand. */
#pragma once

#include "agents.h"

#define CATCHMENTS ALPHA "/catchments"
#define S INT64_C(1000000000)

/* Of the one that was begun last: for people, and for agent_ask(). */
extern char path[128], agents_path[128];

/* Seconds later a controller looks; the hosts are there. */
void look(struct agents *g, int seconds);
void all_there(struct agents *g);
/* The body of a request for one of four targets; more: further fields, from a comma on. */
const char *wanted(const char *more);
void begin(struct agents *g, const char *more);
/* What a host says, and what it is told. */
const char *say(struct agents *g, unsigned host, int sequence, const char *state, const char *more);
void all_listen(struct agents *g);
void all_end(struct agents *g, int sequence);
/* It is asked for, as the last response. */
const char *state(struct agents *g);
