/* What the files of hooks.h share: hooks.c calls, hooks_state.c hands over to the next program. */
#pragma once

#include "agent/hooks.h"
#include "base/list.h"
#include "io/exec_call.h"
#include "io/http_post.h"

#define HOOK_VARIABLES_MAX 8
#define HOOK_WHY_ROOM 256

struct hook {
	struct hooks *all; /* borrowed */
	const struct agent_hook *conf;
	struct exec_user user;
	bool can_not;        /* be called: said at the start */
	struct list queue;   /* owned; of struct hook_call, oldest first */
	struct list running; /* owned; likewise */
	size_t waiting_count, running_count;
	uint64_t passed, failed, dropped;
	uint64_t failed_before;      /* of this burst of failures */
	bool drops;                  /* it was said that it does */
	char failure[HOOK_WHY_ROOM]; /* of the last call; "": none */
};

struct hooks {
	sd_event *loop; /* borrowed */
	const struct agent_conf *conf;
	struct hook *hooks; /* owned */
	size_t count;
	struct http_poster *poster; /* owned; NULL: no hook has a URL */
	sd_event_source *turn;      /* owned; to begin calls */
};

/* An event for a hook. */
struct hook_call {
	struct list node;
	struct hook *hook;                       /* borrowed */
	char *json;                              /* owned */
	char *variables[HOOK_VARIABLES_MAX + 1]; /* owned */
	struct exec_call *exec;                  /* owned; while it runs */
	struct http_post *post;                  /* owned; likewise */
};

/* Calls that wait are begun, when the loop has nothing else to do. */
void hooks_want_turn(struct hooks *h);
