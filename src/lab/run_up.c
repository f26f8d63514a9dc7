#include <errno.h>
#include <string.h>

#include "io/loop.h"
#include "lab/bird_ctl.h"
#include "lab/bird_table.h"
#include "lab/run_internal.h"

#define POLL_INTERVAL DURATION_MS(50)
#define STEADY_FOR DURATION_MS(400) /* longer than a withdrawal needs around the world */

/* What one look at all routers gave. */
struct survey {
	uint64_t state; /* of all routes: changes when one does */
	size_t missing;
	char first[160]; /* who lacks what */
};

/* FNV-1a: only to see that something has changed. */
static uint64_t
mix(uint64_t state, const void *bytes, size_t n)
{
	for (const uint8_t *p = bytes; n-- > 0; p++)
		state = (state ^ *p) * UINT64_C(0x100000001b3);
	return state;
}

/* Not the reply's text: the times in it differ by a millisecond from one reply to the next. */
static uint64_t
mix_routes(uint64_t state, const struct bird_routes *routes)
{
	for (size_t i = 0; i < routes->count; i++) {
		const struct bird_route *r = &routes->items[i];

		state = mix(state, &r->dest.len, sizeof(r->dest.len));
		state = mix(state, r->dest.addr.bytes, sizeof(r->dest.addr.bytes));
		state = mix(state, r->protocol, strlen(r->protocol) + 1);
		state = mix(state, r->ifname, strlen(r->ifname) + 1);
		state = mix(state, r->gateway.bytes, sizeof(r->gateway.bytes));
		state = mix(state, r->from.bytes, sizeof(r->from.bytes));
		state = mix(state, r->best ? "*" : "-", 1);
	}
	return mix(state, "", 1);
}

/* All that one router knows, in one dialogue: see bird_table.h. */
static int
survey_router(struct run *run, size_t node, const struct run_route_want *wants, size_t count,
    struct survey *s, struct err *err)
{
	_cleanup_(strbuf_done) struct strbuf reply = { 0 };
	_cleanup_(bird_routes_done) struct bird_routes routes = { 0 };
	_cleanup_(bird_table_done) struct bird_table table = { 0 };
	int fd;
	int r = run_bird(run, node, &fd, err);

	if (r >= 0)
		r = bird_ctl_ask(fd, "show route", &reply, err);
	if (r < 0)
		run_bird_forget(run, node);
	else
		r = bird_routes_parse(strbuf_get(&reply), &routes, err);
	if (r < 0)
		return r;
	s->state = mix_routes(s->state, &routes);
	bird_table_add(&table, &routes);
	for (size_t i = 0; i < count; i++) {
		char text[PREFIX_STR_MAX];

		if (!bird_table_has(&table, wants[i].prefix, wants[i].exact) && s->missing++ == 0)
			snprintf(s->first, sizeof(s->first), "%s has no route to %s",
			    run->plan->nodes[node].name, prefix_format(wants[i].prefix, text));
	}
	return 0;
}

static int
survey_all(struct run *run, const struct run_route_want *wants, size_t count, struct survey *ret,
    struct err *err)
{
	struct survey s = { .state = UINT64_C(0xcbf29ce484222325) };

	for (size_t n = 0; n < run->plan->node_count; n++) {
		if (run->plan->nodes[n].kind != LAB_ROUTER)
			continue;

		int r = survey_router(run, n, wants, count, &s, err);

		if (r < 0)
			return r;
	}
	*ret = s;
	return 0;
}

int
run_wait_for_routes(struct run *run, const struct run_route_want *wants, size_t count,
    struct duration within, struct duration *ret_took, struct err *err)
{
	struct instant begin = clock_now(), changed = begin, deadline = instant_add(begin, within);
	uint64_t last = 0;

	for (;;) {
		struct survey s = { 0 };
		int r = survey_all(run, wants, count, &s, err);
		struct instant now = clock_now();

		/* on a busy machine a router may be late to answer: as good as no route yet */
		if (r == -ETIMEDOUT && !instant_reached(deadline, now)) {
			say_waiting(run->say, "waiting: %s", err->message);
			last = 0;
			r = run_sleep(run, POLL_INTERVAL);
			if (r < 0)
				return r;
			continue;
		}
		if (r < 0)
			return r;
		if (s.state != last || s.missing > 0)
			changed = now;
		last = s.state;
		if (s.missing == 0 && duration_cmp(instant_diff(now, changed), STEADY_FOR) >= 0) {
			*ret_took = instant_diff(changed, begin);
			return 0;
		}
		if (instant_reached(deadline, now)) {
			return err_set(err, -ETIMEDOUT, "after %.1f s %s%s",
			    duration_ms_f(within) / 1000,
			    s.missing ? s.first : "routes still change",
			    s.missing > 1 ? ", and more are missing" : "");
		}
		if (s.missing)
			say_waiting(run->say, "waiting: %s (%zu missing)", s.first, s.missing);
		r = run_sleep(run, POLL_INTERVAL);
		if (r < 0)
			return r;
	}
}

int
run_wait_for_underlay(struct run *run, struct duration within, struct duration *ret_took, struct err *err)
{
	_cleanup_(freep) struct run_route_want *wants = NULL;
	size_t count = 0, cap = 0;

	for (size_t n = 0; n < run->plan->node_count; n++) {
		const struct lab_node *node = &run->plan->nodes[n];

		if (node->kind == LAB_ROUTER)
			continue;

		const struct ip addresses[] = { node->loopback4, node->loopback6 };

		for (size_t i = 0; i < ARRAY_SIZE(addresses); i++) {
			if (addresses[i].family == IP_NONE)
				continue;
			wants = grow_array(wants, count, &cap, sizeof(*wants));
			wants[count++] =
			    (struct run_route_want){ .prefix = prefix_host(addresses[i]) };
		}
	}
	return run_wait_for_routes(run, wants, count, within, ret_took, err);
}
