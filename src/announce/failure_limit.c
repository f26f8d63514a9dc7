#include "announce/failure_limit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void
refill(struct failure_limit *l, struct instant now)
{
	while (l->lines > 0 && instant_reached(l->next_free, now)) {
		l->lines--;
		l->next_free = instant_add(l->next_free, FAILURE_LIMIT_PERIOD);
	}
}

bool
failure_limit_take(struct failure_limit *l, const char *why, struct instant now, uint64_t *ret_left_out)
{
	refill(l, now);
	if (strcmp(l->last, why) == 0 || l->lines >= FAILURE_LIMIT_BURST) {
		l->left_out++;
		return false;
	}
	if (l->lines++ == 0)
		l->next_free = instant_add(now, FAILURE_LIMIT_PERIOD);
	(void)snprintf(l->last, sizeof(l->last), "%s", why);
	*ret_left_out = l->left_out;
	l->left_out = 0;
	l->end_said = false;
	return true;
}

bool
failure_limit_take_end(struct failure_limit *l)
{
	if (l->end_said)
		return false;
	l->end_said = true;
	l->last[0] = '\0'; /* worth saying again */
	return true;
}

char *
failure_limit_note(uint64_t left_out, char buf[static FAILURE_LIMIT_NOTE_MAX])
{
	buf[0] = '\0';
	if (left_out > 0)
		(void)snprintf(buf, FAILURE_LIMIT_NOTE_MAX, " not_logged=%" PRIu64, left_out);
	return buf;
}
