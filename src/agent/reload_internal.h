/*
 * What the files of a reload share: reload.c goes over to another configuration,
 * reload_confirm.c has it confirmed or takes it back, over a crash as well.
 */
#pragma once

#include "agent/agent_internal.h"

#define RELOAD_CONFIRM_MAX DURATION_S(86400)

struct reload {
	struct agent *agent; /* borrowed */
	char *path;          /* owned; the file */
	struct timer timer;
	struct instant until;    /* when it is taken back */
	struct generation *good; /* referenced, while one waits to be confirmed; else NULL */
	bool rolled_back;        /* the file is not what runs */
	bool is_kept;            /* in the state directory */
};

/* reload.c */
void reload_say(struct agent *a, enum event_kind kind, const char *what, const char *why);
/* Takes the generation over, as agent_succeed(). */
int reload_go_over(
    struct agent *a, const struct plan *plan, struct generation *generation, struct err *e);

/* reload_confirm.c */
/* What runs is kept unless it is confirmed in time: then good (taken over) comes back. */
void reload_wait(struct agent *a, struct generation *good, struct duration confirm);
/* What runs is for good; nothing waits. */
void reload_keep(struct agent *a);
