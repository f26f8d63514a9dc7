/*
 * What the dead-man timer does when the agent's loop has stalled: every neighbor hears a last word
 * and forgets our routes, and the process ends, so that a supervisor starts a new one.
 *
 * BFD needs no word: its thread ends with the process, and a neighbor that could not be told misses
 * it within the detection time. Runs in the timer's thread: nothing that the loop may hold is
 * touched, the log neither.
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/agent_internal.h"
#include "io/last_words.h"

/* For the neighbors to take the words and close. */
#define PATIENCE DURATION_MS(500)

/* When it is taken at once: what nobody reads may be what the loop hangs in. */
static void
say(const char *text)
{
	struct pollfd err = { .fd = STDERR_FILENO, .events = POLLOUT };
	char line[512];
	size_t len = log_format(LOG_LEVEL_ERROR, text, line, sizeof(line));

	if (poll(&err, 1, 0) == 1 && (err.revents & POLLOUT))
		(void)!write(STDERR_FILENO, line, len);
}

static void
died(void *userdata, const char *where)
{
	const struct duration *limit = userdata;
	struct last_words_said said = last_words_say(PATIENCE);
	char text[320], after[DURATION_STR_MAX];

	(void)snprintf(text, sizeof(text),
	    "the event loop has stalled for %s: it %s; nearcastd ends, %zu of %zu neighbors have "
	    "been told to forget its routes",
	    duration_format(*limit, after), where, said.said, said.of);
	say(text);
	_exit(AGENT_EXIT_STALLED);
}

int
agent_watch_loop(struct agent *a, struct err *e)
{
	a->dead_man_limit = a->conf->dead_man;
	if (a->dead_man_limit.ns == 0)
		return 0;
	return dead_man_new(a->loop, a->dead_man_limit, died, &a->dead_man_limit, &a->dead_man, e);
}
