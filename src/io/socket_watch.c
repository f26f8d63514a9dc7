#include "io/socket_watch.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "io/loop.h"
#include "io/netlink.h"
#include "io/socket_deaths.h"

enum listening {
	LISTENING_UNKNOWN,
	LISTENING_YES,
	LISTENING_NO,
};

struct watched_item {
	struct watched_socket socket;
	size_t place;         /* the caller's name for it */
	enum listening known; /* as last told */
	bool seen;            /* by the search that runs */
	bool exact;           /* a lookup for what comes in by the device finds its socket */
	uint32_t device;      /* that its socket is bound to; 0: none */
	uint64_t cookie;      /* its socket, when exact */
	bool polled;          /* exact, and the first of the addresses that its socket covers */
};

struct socket_watch {
	struct netlink *nl;      /* owned */
	sd_event_source *source; /* owned */
	int fd;                  /* owned; hears about destroyed sockets */
	struct timer timer;
	struct timer poll_timer;
	struct watched_item *items; /* owned; sorted by protocol and port */
	size_t count, cap;
	struct instant all_at; /* when all are looked at next */
	struct duration pause; /* between two looks at what is missing */
	struct duration poll;  /* between two lookups of what listens, at least; 0: no lookups */
	struct duration poll_pause;
	struct instant poll_at;
	socket_watch_fn changed;
	void *userdata;
};

/* The items of one protocol and port: looked at together. */
struct group {
	struct socket_watch *watch;
	size_t first, end;
};

static bool
same_group(const struct watched_item *a, const struct watched_item *b)
{
	return a->socket.protocol == b->socket.protocol && a->socket.port == b->socket.port;
}

static struct group
group_at(struct socket_watch *w, size_t first)
{
	struct group g = { w, first, first + 1 };

	while (g.end < w->count && same_group(&w->items[first], &w->items[g.end]))
		g.end++;
	return g;
}

static void
take_found(void *userdata, const struct found_socket *found)
{
	const struct group *g = userdata;

	for (size_t i = g->first; i < g->end; i++) {
		struct watched_item *item = &g->watch->items[i];

		if (item->seen || !found_socket_covers(found, item->socket.address))
			continue;
		item->seen = true;
		item->device = found->device;
	}
}

static bool
lookup(struct socket_watch *w, struct watched_item *item)
{
	return socket_diag_lookup(w->nl, &item->socket, item->device, &item->cookie) > 0;
}

/* One lookup for all the addresses of a socket: that it listens on is what is asked. */
static void
choose_polled(struct group *g)
{
	struct watched_item *items = g->watch->items;

	for (size_t i = g->first; i < g->end; i++) {
		items[i].polled = items[i].exact;
		for (size_t k = g->first; k < i && items[i].polled; k++)
			items[i].polled = !items[k].polled || items[k].cookie != items[i].cookie;
	}
}

/* What no lookup finds is looked for in a dump: see socket_diag.h. */
static int
search(struct group *g)
{
	struct socket_watch *w = g->watch;
	const struct watched_socket *socket = &w->items[g->first].socket;
	bool all = true;
	int r = 0;

	for (size_t i = g->first; i < g->end; i++) {
		struct watched_item *item = &w->items[i];

		item->device = 0;
		item->seen = item->exact = lookup(w, item);
		all &= item->seen;
	}
	if (!all)
		r = socket_diag_dump(w->nl, socket->protocol, socket->port, take_found, g);
	for (size_t i = g->first; i < g->end; i++) {
		struct watched_item *item = &w->items[i];

		if (item->seen && !item->exact)
			item->exact = lookup(w, item);
	}
	choose_polled(g);
	return r;
}

/* Looks at the sockets of a group, and tells what changed. When the kernel cannot say, nothing
 * changed. */
static void
look(struct group *g, struct instant heard)
{
	struct socket_watch *w = g->watch;

	if (search(g) < 0)
		return;
	for (size_t i = g->first; i < g->end; i++) {
		enum listening now = w->items[i].seen ? LISTENING_YES : LISTENING_NO;

		if (w->items[i].known == now)
			continue;
		w->items[i].known = now;
		w->changed(w->userdata, w->items[i].place, now == LISTENING_YES, heard);
	}
}

static void
look_at_all(struct socket_watch *w, struct instant heard)
{
	for (size_t i = 0; i < w->count;) {
		struct group g = group_at(w, i);

		look(&g, heard);
		i = g.end;
	}
}

static void
look_at_port(struct socket_watch *w, uint16_t port, struct instant heard)
{
	for (size_t i = 0; i < w->count;) {
		struct group g = group_at(w, i);

		if (w->items[i].socket.port == port)
			look(&g, heard);
		i = g.end;
	}
}

static void
arm(struct socket_watch *w, struct instant now)
{
	struct instant at = w->all_at;
	bool polled = false;

	for (size_t i = 0; i < w->count; i++) {
		if (w->items[i].known != LISTENING_YES)
			at = instant_min(at, instant_add(now, w->pause));
		polled |= w->poll.ns > 0 && w->items[i].polled;
	}
	timer_set(&w->timer, w->count > 0 ? at : INSTANT_NEVER);
	if (!polled)
		w->poll_at = INSTANT_NEVER;
	else if (instant_is_never(w->poll_at))
		w->poll_at = instant_add(now, w->poll_pause);
	timer_set(&w->poll_timer, w->poll_at);
}

/* The pause after work since `began`: a thousand services must not keep a core busy. Time for which
 * others had the core does not count, or a busy host would be watched least. */
static struct duration
no_faster_than(struct duration pause, struct duration began)
{
	struct duration took = DURATION_NS(clock_cpu().ns - began.ns);
	struct duration least = duration_scale(took, 100 / SOCKET_WATCH_SHARE, 1);

	return duration_cmp(pause, least) < 0 ? least : pause;
}

static void
on_time(struct timer *t, struct instant now)
{
	struct socket_watch *w = container_of(t, struct socket_watch, timer);
	struct duration began = clock_cpu();
	bool all = instant_reached(w->all_at, now);

	if (all)
		w->all_at = instant_add(now, SOCKET_WATCH_ALWAYS);
	for (size_t i = 0; i < w->count;) {
		struct group g = group_at(w, i);
		bool missing = false;

		for (size_t k = g.first; k < g.end; k++)
			missing |= w->items[k].known != LISTENING_YES;
		if (all || missing)
			look(&g, now);
		i = g.end;
	}
	w->pause = no_faster_than(SOCKET_WATCH_MISSING, began);
	arm(w, clock_now());
}

static void
on_poll(struct timer *t, struct instant now)
{
	struct socket_watch *w = container_of(t, struct socket_watch, poll_timer);
	struct duration began = clock_cpu();

	w->poll_at = INSTANT_NEVER;
	for (size_t i = 0; i < w->count;) {
		struct group g = group_at(w, i);
		bool gone = false;

		for (size_t k = g.first; k < g.end && !gone; k++) {
			struct watched_item *item = &w->items[k];
			uint64_t cookie = item->cookie;

			gone = item->polled && (!lookup(w, item) || item->cookie != cookie);
		}
		if (gone)
			look(&g, now);
		i = g.end;
	}
	w->poll_pause = no_faster_than(w->poll, began);
	arm(w, now);
}

static int
on_message(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct socket_watch *w = userdata;
	struct instant heard = clock_now();
	uint16_t ports[SOCKET_DEATHS_MAX];
	size_t count;

	(void)source;
	(void)events;
	if (socket_deaths_read(fd, ports, &count) < 0) {
		look_at_all(w, heard);
	} else {
		for (size_t i = 0; i < count; i++)
			look_at_port(w, ports[i], heard);
	}
	arm(w, clock_now());
	return 0;
}

/* One port a group: a port may come twice, for both protocols, which does no harm. */
static int
attach_filter(const struct socket_watch *w, struct err *e)
{
	_cleanup_(freep) uint16_t *ports = xcalloc(w->count + 1, sizeof(*ports));
	size_t count = 0;

	for (size_t i = 0; i < w->count; i++) {
		if (i == 0 || !same_group(&w->items[i - 1], &w->items[i]))
			ports[count++] = w->items[i].socket.port;
	}
	return socket_deaths_filter(w->fd, ports, count, e);
}

static int
compare_items(const void *a, const void *b)
{
	const struct watched_item *x = a, *y = b;

	if (x->socket.protocol != y->socket.protocol)
		return x->socket.protocol < y->socket.protocol ? -1 : 1;
	if (x->socket.port != y->socket.port)
		return x->socket.port < y->socket.port ? -1 : 1;
	return (x->place > y->place) - (x->place < y->place);
}

static int
compare_sizes(const void *a, const void *b)
{
	const size_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The lowest numbers that no item has. */
static void
find_places(const struct socket_watch *w, size_t count, size_t *places)
{
	_cleanup_(freep) size_t *taken = xcalloc(w->count + 1, sizeof(*taken));
	size_t found = 0, at = 0;

	for (size_t i = 0; i < w->count; i++)
		taken[i] = w->items[i].place;
	qsort(taken, w->count, sizeof(*taken), compare_sizes);
	for (size_t place = 0; found < count; place++) {
		if (at < w->count && taken[at] == place)
			at++;
		else
			places[found++] = place;
	}
}

int
socket_watch_add(struct socket_watch *w, const struct watched_socket *sockets, size_t count,
    size_t *places, struct err *e)
{
	int r;

	find_places(w, count, places);
	for (size_t i = 0; i < count; i++) {
		w->items = grow_array(w->items, w->count, &w->cap, sizeof(*w->items));
		w->items[w->count++] =
		    (struct watched_item){ .socket = sockets[i], .place = places[i] };
	}
	if (w->count > 0)
		qsort(w->items, w->count, sizeof(*w->items), compare_items);
	r = attach_filter(w, e);
	if (r < 0) {
		for (size_t i = 0; i < count; i++)
			socket_watch_remove(w, places[i]);
		return r;
	}
	timer_set(&w->timer, (struct instant){ 0 });
	return 0;
}

void
socket_watch_remove(struct socket_watch *w, size_t place)
{
	size_t i = 0;

	while (i < w->count && w->items[i].place != place)
		i++;
	assert(i < w->count);
	memmove(&w->items[i], &w->items[i + 1], (w->count - i - 1) * sizeof(*w->items));
	w->count--;
	/* what is left of its group may have been covered by its polls */
	for (size_t k = 0; k < w->count;) {
		struct group g = group_at(w, k);

		choose_polled(&g);
		k = g.end;
	}
	/* an old filter lets too much through, and what it does is looked at */
	(void)attach_filter(w, NULL);
	arm(w, clock_now());
}

void
socket_watch_set_poll(struct socket_watch *w, struct duration poll)
{
	w->poll = w->poll_pause = poll;
	w->poll_at = INSTANT_NEVER;
	arm(w, clock_now());
}

int
socket_watch_new(sd_event *loop, struct duration poll, socket_watch_fn changed, void *userdata,
    struct socket_watch **ret, struct err *e)
{
	struct socket_watch *w = xcalloc(1, sizeof(*w));
	int r;

	*w = (struct socket_watch){ .fd = -1, .changed = changed, .userdata = userdata };
	w->pause = SOCKET_WATCH_MISSING;
	w->poll = w->poll_pause = poll;
	w->poll_at = INSTANT_NEVER;
	r = netlink_new(NETLINK_SOCK_DIAG, &w->nl, e);
	if (r < 0)
		goto fail;
	r = socket_deaths_open(&w->fd, e);
	if (r < 0)
		goto fail;
	r = attach_filter(w, e);
	if (r < 0)
		goto fail;
	r = timer_init(&w->timer, loop, on_time);
	if (r >= 0)
		r = timer_init(&w->poll_timer, loop, on_poll);
	if (r >= 0)
		r = sd_event_add_io(loop, &w->source, w->fd, EPOLLIN, on_message, w);
	/* before everything else that the loop has to do in a turn */
	if (r >= 0)
		r = sd_event_source_set_priority(w->source, SD_EVENT_PRIORITY_IMPORTANT);
	if (r < 0) {
		(void)err_errno(e, r, "listener watch");
		goto fail;
	}
	*ret = w;
	return 0;
fail:
	socket_watch_free(w);
	return r;
}

void
socket_watch_free(struct socket_watch *w)
{
	if (w == NULL)
		return;
	timer_done(&w->timer);
	timer_done(&w->poll_timer);
	sd_event_source_disable_unref(w->source);
	if (w->fd >= 0)
		(void)close(w->fd);
	netlink_free(w->nl);
	free(w->items);
	free(w);
}
