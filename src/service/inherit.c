/* A service whose configuration changed: what its new engine knows from the old one. */
#include <string.h>

#include "service/service_internal.h"

size_t
service_find_address(const struct service *s, struct ip address)
{
	for (size_t i = 0; i < s->conf.address_count; i++) {
		if (ip_equal(s->addresses[i].address, address))
			return i;
	}
	return SERVICE_ALL;
}

static bool
same_service(const struct service *a, const struct service *b)
{
	return strcmp(a->conf.name, b->conf.name) == 0;
}

/* Whether index `a` of one and `b` of the other are the same address, or both all of them. */
static bool
same_address(const struct service *s, size_t a, const struct service *from, size_t b)
{
	if (a == SERVICE_ALL || b == SERVICE_ALL)
		return a == b;
	return ip_equal(s->addresses[a].address, from->addresses[b].address);
}

size_t
service_find_run(const struct service *from, const struct service *s, size_t run, const bool *anew)
{
	const struct service_run *r = &s->runs[run];
	const char *name = s->conf.checks[r->check].name;

	if (!same_service(from, s) || (anew && anew[r->check]))
		return SERVICE_ALL;
	for (size_t i = 0; i < from->run_count; i++) {
		const struct service_run *old = &from->runs[i];

		if (same_address(s, r->address, from, old->address) &&
		    strcmp(from->conf.checks[old->check].name, name) == 0)
			return i;
	}
	return SERVICE_ALL;
}

size_t
service_find_listener(const struct service *from, const struct service *s, size_t listener)
{
	const struct service_listener *l = &s->listeners[listener];
	const char *name = s->conf.listens[l->listen];

	if (!same_service(from, s))
		return SERVICE_ALL;
	for (size_t i = 0; i < from->listener_count; i++) {
		const struct service_listener *old = &from->listeners[i];

		if (same_address(s, l->address, from, old->address) &&
		    strcmp(from->conf.listens[old->listen], name) == 0)
			return i;
	}
	return SERVICE_ALL;
}

static void
inherit_run(struct service_run *run, const struct service_run *from)
{
	struct check_policy policy = run->state.policy;

	run->state = from->state;
	run->state.policy = policy;
	run->state.passes = MIN(run->state.passes, policy.rise);
	run->state.failures = MIN(run->state.failures, policy.fall);
}

void
service_inherit(struct service *s, const struct service *from, const bool *anew)
{
	for (size_t i = 0; i < s->conf.address_count; i++) {
		size_t at = service_find_address(from, s->addresses[i].address);

		if (at == SERVICE_ALL)
			continue;
		s->addresses[i] = from->addresses[at];
		s->has_inherited = true;
		if (!same_service(s, from))
			s->addresses[i].pinned = s->addresses[i].stage;
	}
	if (!same_service(s, from))
		return;
	s->drain = from->drain;
	s->hold = from->hold;
	for (size_t r = 0; r < s->run_count; r++) {
		size_t at = service_find_run(from, s, r, anew);

		if (at != SERVICE_ALL)
			inherit_run(&s->runs[r], &from->runs[at]);
	}
	for (size_t l = 0; l < s->listener_count; l++) {
		size_t at = service_find_listener(from, s, l);

		if (at == SERVICE_ALL)
			continue;
		s->listeners[l].presence = from->listeners[at].presence;
		s->listeners[l].since = from->listeners[at].since;
		s->listeners[l].spared_until = from->listeners[at].spared_until;
	}
}
