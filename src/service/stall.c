#include "service/stall.h"

struct stall
stall_init(struct duration limit)
{
	return (struct stall){ .limit = limit };
}

struct duration
stall_period(const struct stall *s)
{
	return DURATION_NS(s->limit.ns / STALL_LOOKS);
}

bool
stall_look(struct stall *s, uint64_t beats, struct instant now)
{
	struct duration since = instant_diff(now, s->looked), period = stall_period(s);
	bool had_stalled = duration_cmp(s->silent, s->limit) >= 0;

	s->looked = now;
	/* before the first beat the program is starting */
	if (beats != s->beats || beats == 0) {
		s->beats = beats;
		s->silent = DURATION_NS(0);
		return false;
	}
	/* twice the period: no thread is always punctual; more, and it was stopped itself */
	if (since.ns <= 2 * period.ns)
		s->silent.ns += since.ns;
	return !had_stalled && duration_cmp(s->silent, s->limit) >= 0;
}
