/* What a routing daemon tells whom, as it says itself: asked behind each change, and now and then.
 */
#include <stdio.h>
#include <string.h>

#include "announce/daemon.h"
#include "base/log.h"

/* Between two looks while all is as it should be, and the most while it is not. */
#define LOOK_IDLE DURATION_S(5)
#define LOOK_WAITING DURATION_S(1)

size_t
daemon_find_neighbor(const struct daemon *d, const char *name)
{
	for (size_t i = 0; i < d->neighbor_count; i++) {
		if (strcmp(d->neighbors[i].name, name) == 0)
			return i;
	}
	return DAEMON_NEIGHBORS_MAX;
}

static void
set_established(struct daemon *d, struct daemon_neighbor *n, bool established, const char *why)
{
	if (n->established == established)
		return;
	n->established = established;
	n->since = clock_now();
	if (established)
		log_notice("neighbor %s: established, as %s says", n->name, d->kind->name);
	else
		log_warning("neighbor %s: down: %s", n->name, why);
	if (d->events.neighbor_changed)
		d->events.neighbor_changed(d->events.userdata, n->name, established, why);
}

/* NULL: there are too many. */
static struct daemon_neighbor *
neighbor_of(struct daemon *d, const char *name)
{
	size_t at = daemon_find_neighbor(d, name);
	struct daemon_neighbor *n;

	if (at < DAEMON_NEIGHBORS_MAX)
		return &d->neighbors[at];
	if (d->neighbor_count == DAEMON_NEIGHBORS_MAX)
		return NULL;
	n = &d->neighbors[d->neighbor_count++];
	*n = (struct daemon_neighbor){ .since = clock_now() };
	(void)snprintf(n->name, sizeof(n->name), "%s", name);
	return n;
}

void
daemon_saw_neighbor(void *daemon, const struct daemon_neighbor *session)
{
	struct daemon *d = daemon;
	struct daemon_neighbor *n = neighbor_of(d, session->name);
	uint64_t bit;
	bool more;

	if (n == NULL)
		return;
	bit = UINT64_C(1) << (n - d->neighbors);
	more = (d->seen & bit) != 0; /* FRR names one in each of its families */
	d->seen |= bit;
	memcpy(n->state, session->state, sizeof(n->state));
	memcpy(n->why, session->why, sizeof(n->why));
	if (session->peer_as != 0) {
		memcpy(n->address, session->address, sizeof(n->address));
		n->local_as = session->local_as;
		n->peer_as = session->peer_as;
		n->ipv4 = (more && n->ipv4) || session->ipv4;
		n->ipv6 = (more && n->ipv6) || session->ipv6;
	}
	set_established(d, n, session->established,
	    session->established      ? ""
	    : session->why[0] != '\0' ? session->why
				      : session->state);
}

void
daemon_saw_neighbors(struct daemon *d)
{
	for (size_t i = 0; i < d->neighbor_count; i++) {
		struct daemon_neighbor *n = &d->neighbors[i];

		if (d->seen & UINT64_C(1) << i)
			continue;
		n->state[0] = '\0';
		n->ipv4 = n->ipv6 = false;
		set_established(d, n, false, "it is not configured any more");
	}
}

void
daemon_lost_neighbors(struct daemon *d, const char *why)
{
	for (size_t i = 0; i < d->neighbor_count; i++) {
		struct daemon_neighbor *n = &d->neighbors[i];

		if (n->state[0] == '\0')
			continue;
		(void)snprintf(n->state, sizeof(n->state), "unknown");
		set_established(d, n, false, why);
	}
}

void
daemon_look(struct daemon *d)
{
	if (!d->ready)
		return;
	timer_set(&d->look, INSTANT_NEVER);
	if (d->looking || d->still) {
		d->look_again = true;
		return;
	}
	d->looking = true;
	d->look_again = false;
	d->seen = 0;
	d->questions = 1;
	for (size_t i = 0; i < d->route_count; i++)
		d->routes[i].found = 0;
	d->kind->look(d);
}

/* Something is not yet, or still, told to somebody. */
static bool
is_waiting(const struct daemon *d)
{
	for (size_t i = 0; i < d->route_count; i++) {
		const struct daemon_route *r = &d->routes[i];

		if (r->withdrawing || (r->wanted ? r->exported == 0 : r->exported != 0))
			return true;
	}
	return false;
}

void
daemon_answered(struct daemon *d)
{
	size_t count = d->route_count;

	if (--d->questions > 0)
		return;
	d->looking = false;
	for (size_t i = 0; i < count; i++)
		d->routes[i].exported = d->routes[i].found;
	for (size_t i = 0; i < count; i++)
		daemon_tell(d, i);
	daemon_stop_if_done(d);
	if (d->look_again) {
		daemon_look(d);
		return;
	}
	d->look_pause =
	    is_waiting(d) ? DURATION_NS(MIN(d->look_pause.ns * 2, LOOK_WAITING.ns)) : LOOK_IDLE;
	timer_set(&d->look, instant_add(clock_now(), d->look_pause));
}

static void
on_look(struct timer *t, struct instant now)
{
	(void)now;
	daemon_look(container_of(t, struct daemon, look));
}

int
daemon_look_init(struct daemon *d)
{
	d->look_pause = DAEMON_LOOK_SOON;
	return timer_init(&d->look, d->loop, on_look);
}
