/*
 * A configuration that was loaded, for as long as anybody lives by it.
 *
 * After a reload, what did not change goes on with what it was made from: so each service keeps the
 * generation of its own, and the last one that needs it frees it.
 */
#pragma once

#include "agent/agent_conf.h"

struct generation {
	struct conf *loaded; /* owned */
	const struct agent_conf *conf;
	unsigned refs;
};

/* With one reference; takes loaded over. */
struct generation *generation_new(struct conf *loaded);
struct generation *generation_ref(struct generation *g);
void generation_unref(struct generation *g); /* NULL is fine */
