/*
 * The built-in speaker: announce.h over our own BGP.
 *
 * It owns the neighbors (neighbor.h) and the listening sockets (listener.h). What is announced lives in
 * each neighbor's session, so a reconnect needs nothing from here; what was withdrawn waits here until
 * every neighbor's socket has taken it, because that moment is what the agent reports.
 */
#include <errno.h>
#include <stdlib.h>

#include "announce/announce.h"
#include "announce/listener.h"
#include "announce/neighbor.h"
#include "base/alloc.h"
#include "base/log.h"

#define STOP_PATIENCE DURATION_S(1)

struct announcer {
	sd_event *loop; /* referenced */
	struct announcer_events events;
	struct neighbor_events neighbor_events;
	struct neighbor **neighbors; /* owned */
	size_t neighbor_count;
	struct list listeners;       /* owned */
	struct prefix *withdrawals;  /* owned; those not yet with every neighbor */
	size_t withdrawal_count, withdrawal_cap;
	bool stopping;
	struct timer stop_timer;
	void (*stop_done)(void *userdata);
	void *stop_userdata;
};

static void
on_neighbor_changed(void *userdata, struct neighbor *n, bool established, const char *why)
{
	struct announcer *a = userdata;

	if (a->events.neighbor_changed)
		a->events.neighbor_changed(a->events.userdata, n->conf.name, established, why);
}

static bool
is_withdrawing(const struct announcer *a, struct prefix prefix)
{
	for (size_t i = 0; i < a->neighbor_count; i++) {
		if (neighbor_is_withdrawing(a->neighbors[i], prefix))
			return true;
	}
	return false;
}

static bool
is_closed(const struct announcer *a)
{
	for (size_t i = 0; i < a->neighbor_count; i++) {
		if (!neighbor_is_closed(a->neighbors[i]))
			return false;
	}
	return true;
}

/* Whether the prefix waited; it does not any more. */
static bool
forget_withdrawal(struct announcer *a, struct prefix prefix)
{
	for (size_t i = 0; i < a->withdrawal_count; i++) {
		if (prefix_equal(a->withdrawals[i], prefix)) {
			a->withdrawals[i] = a->withdrawals[--a->withdrawal_count];
			return true;
		}
	}
	return false;
}

/* One that every neighbor's socket has taken; it does not wait any more. */
static bool
take_withdrawn(struct announcer *a, struct prefix *ret)
{
	for (size_t i = 0; i < a->withdrawal_count; i++) {
		if (!is_withdrawing(a, a->withdrawals[i])) {
			*ret = a->withdrawals[i];
			return forget_withdrawal(a, *ret);
		}
	}
	return false;
}

static void
on_progress(void *userdata)
{
	struct announcer *a = userdata;
	struct prefix prefix;

	/* from the start each time: the callback may announce and withdraw */
	while (take_withdrawn(a, &prefix)) {
		if (a->events.withdrawn)
			a->events.withdrawn(a->events.userdata, prefix, clock_now());
	}
	/* told from the loop: the one who waits may free us */
	if (a->stopping && is_closed(a))
		timer_set(&a->stop_timer, clock_now());
}

static void
on_stop_timer(struct timer *t, struct instant now)
{
	struct announcer *a = container_of(t, struct announcer, stop_timer);
	void (*done)(void *userdata) = TAKE(a->stop_done);

	(void)now;
	if (done)
		done(a->stop_userdata);
}

static struct neighbor *
find_neighbor(void *userdata, struct endpoint local, struct ip peer)
{
	struct announcer *a = userdata;

	for (size_t i = 0; i < a->neighbor_count; i++) {
		const struct neighbor_conf *conf = &a->neighbors[i]->conf;

		if (ip_equal(conf->address, peer) && ip_equal(conf->local_address, local.addr) &&
		    conf->port == local.port)
			return a->neighbors[i];
	}
	return NULL;
}

/*
 * Where we may not listen (no right to port 179, or somebody else is there) the neighbor is dialled
 * only; one that is passive could then never be reached.
 */
static int
listen_for(struct announcer *a, const struct neighbor_conf *conf, struct err *e)
{
	struct endpoint local = { .addr = conf->local_address, .port = conf->port };
	struct listener *l;
	struct err why = { 0 };
	int r = listener_get(&a->listeners, a->loop, local, find_neighbor, a, &l, &why);

	if (r < 0 && conf->passive)
		return err_set(e, r, "neighbor %s is passive, and we can not %s", conf->name, why.message);
	if (r < 0) {
		log_warning("neighbor %s is dialled only: can not %s", conf->name, why.message);
		return 0;
	}
	if (conf->password == NULL)
		return 0;
	r = listener_sign(l, conf->address, conf->password);
	/* an unsigned session is not what was asked for */
	return r < 0 ? err_errno(e, r, "neighbor %s: TCP MD5", conf->name) : 0;
}

int
announcer_new_speaker(sd_event *loop, const struct neighbor_conf *neighbors, size_t count,
    const struct announcer_events *events, struct announcer **ret, struct err *e)
{
	struct announcer *a = xcalloc(1, sizeof(*a));
	int r = 0;

	a->loop = sd_event_ref(loop);
	a->events = *events;
	a->neighbor_events = (struct neighbor_events){
		.changed = on_neighbor_changed, .progress = on_progress, .userdata = a
	};
	list_init(&a->listeners);
	a->neighbors = xcalloc(MAX(count, (size_t)1), sizeof(struct neighbor *));
	r = timer_init(&a->stop_timer, loop, on_stop_timer);
	if (r < 0)
		(void)err_errno(e, r, "timer");
	for (size_t i = 0; i < count && r >= 0; i++) {
		r = neighbor_new(loop, &neighbors[i], &a->neighbor_events, &a->neighbors[i], e);
		if (r < 0)
			break;
		a->neighbor_count++;
		r = listen_for(a, &neighbors[i], e);
	}
	if (r < 0) {
		announcer_free(a);
		return r;
	}
	*ret = a;
	for (size_t i = 0; i < count; i++)
		neighbor_start(a->neighbors[i]);
	return 0;
}

static int
refuse(int r, const struct neighbor *n, struct prefix prefix, struct err *e)
{
	char text[PREFIX_STR_MAX];

	(void)prefix_format(prefix, text);
	if (r == -E2BIG)
		return err_set(e, r, "%s is one more than the prefix-limit of neighbor %s (%u)", text,
		    n->conf.name, n->conf.prefix_limit);
	return err_errno(e, r, "%s can not be announced to neighbor %s", text, n->conf.name);
}

int
announcer_set(struct announcer *a, const struct announcement *announcement, struct err *e)
{
	struct bgp_attributes attributes = {
		.has_med = announcement->has_med,
		.med = announcement->med,
		.prepend = announcement->prepend,
		.communities = announcement->communities,
		.community_count = announcement->community_count,
	};
	struct prefix prefix = announcement->prefix;
	int r;

	for (size_t i = 0; i < a->neighbor_count; i++) {
		r = bgp_session_check(a->neighbors[i]->session, prefix, &attributes);
		/* a family that is not spoken there is configuration, no failure */
		if (r < 0 && r != -EAFNOSUPPORT)
			return refuse(r, a->neighbors[i], prefix, e);
	}
	(void)forget_withdrawal(a, prefix);
	for (size_t i = 0; i < a->neighbor_count; i++) {
		(void)bgp_session_announce(a->neighbors[i]->session, prefix, &attributes);
		neighbor_send_updates(a->neighbors[i]);
	}
	on_progress(a);
	return 0;
}

void
announcer_withdraw(struct announcer *a, struct prefix prefix)
{
	bool known = false;

	for (size_t i = 0; i < a->neighbor_count; i++) {
		struct neighbor *n = a->neighbors[i];

		known |= bgp_session_announces(n->session, prefix);
		bgp_session_withdraw(n->session, prefix);
		neighbor_send_updates(n);
	}
	if (!known)
		return;
	a->withdrawals = grow_array(
	    a->withdrawals, a->withdrawal_count, &a->withdrawal_cap, sizeof(struct prefix));
	a->withdrawals[a->withdrawal_count++] = prefix;
	on_progress(a);
}

void
announcer_release_end_of_rib(struct announcer *a)
{
	for (size_t i = 0; i < a->neighbor_count; i++) {
		bgp_session_release_end_of_rib(a->neighbors[i]->session);
		neighbor_send_updates(a->neighbors[i]);
	}
}

void
announcer_stop(struct announcer *a, void (*done)(void *userdata), void *userdata)
{
	a->stop_done = done;
	a->stop_userdata = userdata;
	a->stopping = true;
	listener_free_all(&a->listeners);
	timer_set(&a->stop_timer, instant_add(clock_now(), STOP_PATIENCE));
	for (size_t i = 0; i < a->neighbor_count; i++)
		neighbor_stop(a->neighbors[i]);
	on_progress(a);
}

void
announcer_free(struct announcer *a)
{
	if (a == NULL)
		return;
	for (size_t i = 0; i < a->neighbor_count; i++)
		neighbor_free(a->neighbors[i]);
	free(a->neighbors);
	listener_free_all(&a->listeners);
	free(a->withdrawals);
	timer_done(&a->stop_timer);
	(void)sd_event_unref(a->loop);
	free(a);
}

json_t *
announcer_status(const struct announcer *a, struct instant now)
{
	json_t *all = json_array();

	for (size_t i = 0; i < a->neighbor_count; i++)
		(void)json_array_append_new(all, neighbor_status(a->neighbors[i], now));
	return all;
}
