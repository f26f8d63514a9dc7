/* What the table cannot say about the policy of a service: which checks count, and how it flaps. */
#include <string.h>

#include "agent/agent_conf.h"
#include "base/strbuf.h"

static size_t
count_own_checks(const struct agent_service *s)
{
	const struct agent_check *checks = s->checks.items;
	size_t count = 0;

	for (size_t i = 0; i < s->checks.count; i++)
		count += checks[i].scope == CHECK_SERVICE;
	return count;
}

static void
check_checks_pass(struct conf *c, struct agent_service *s)
{
	size_t own = count_own_checks(s);
	uint32_t number;

	s->checks_needed = SIZE_MAX;
	if (strcmp(s->checks_pass, "all") == 0)
		return;
	if (strcmp(s->checks_pass, "any") == 0) {
		s->checks_needed = 1;
	} else if (parse_u32(s->checks_pass, 64, &number) == 0 && number > 0) {
		s->checks_needed = number;
		if (number > own)
			conf_error_at(c, &s->checks_pass,
			    "%u checks have to pass, and there are %zu with scope service", number,
			    own);
	} else {
		conf_error_at(c, &s->checks_pass, "expected all, any, or a number from 1");
	}
}

void
agent_conf_check_policy(struct conf *c, struct agent_service *s)
{
	check_checks_pass(c, s);
	if (s->listen_grace.ns > 0 && s->listen.count == 0)
		conf_error_at(c, &s->listen_grace, "there is no listen that it could be for");
	if (s->drain_file != NULL &&
	    (s->drain_file[0] != '/' || s->drain_file[strlen(s->drain_file) - 1] == '/'))
		conf_error_at(c, &s->drain_file, "expected the absolute path of a file");
	/* with dependencies alone, nothing would ever withdraw it */
	if (s->checks.count > 0 && count_own_checks(s) == 0 && s->listen.count == 0)
		conf_error_at(c, s,
		    "service %s has neither listen nor a check with scope service: nothing says "
		    "when to withdraw it",
		    s->name);
}

void
agent_conf_check_damping(struct conf *c, void *object)
{
	struct agent_damping *d = object;

	if (duration_cmp(d->hold_down_max, d->hold_down) < 0)
		conf_error_at(c,
		    conf_is_set(c, &d->hold_down_max) ? &d->hold_down_max : &d->hold_down,
		    "hold-down-max is less than hold-down");
}
