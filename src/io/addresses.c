#include "io/addresses.h"

#include <assert.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/prefix_map.h"
#include "io/address_message.h"
#include "io/local_route.h"
#include "io/loop.h"
#include "io/netlink.h"

/* How long an address may be without its local route; a host that routes in its own way has none.
 */
#define READY_LIMIT DURATION_S(1)
#define READY_POLL_MIN DURATION_MS(1)
#define READY_POLL_MAX DURATION_MS(50)

struct watched_address {
	struct ip ip; /* IP_NONE: nothing has this place */
	bool present; /* as last told or verified */
	bool ours;
	struct instant unready_since; /* the kernel has it, and takes no packets for it; or never */
	bool gone;                    /* before it was ready; not told yet */
	bool seen; /* by the dump that runs */
	bool seen_ours;
};

struct addresses {
	struct netlink *nl;      /* owned */
	sd_event_source *source; /* owned */
	int fd;                  /* owned; hears about changes */
	unsigned ifindex;
	struct watched_address *items; /* owned; by place */
	size_t count, cap;
	struct prefix_map index; /* places by address */
	struct timer timer; /* looks again at what is not ready */
	struct duration poll;
	addresses_fn changed;
	void *userdata;
};

static struct watched_address *
find_address(const struct addresses *a, struct ip ip)
{
	uint32_t place;

	return prefix_map_get(&a->index, prefix_host(ip), &place) ? &a->items[place] : NULL;
}

/* The watched address that the message is about; NULL: none of ours. */
static struct watched_address *
read_message(const struct addresses *a, const struct nlmsghdr *h, struct address_message *ret)
{
	return address_message_read(h, ret) ? find_address(a, ret->ip) : NULL;
}

static void
take_dumped(const struct nlmsghdr *h, void *userdata)
{
	struct addresses *a = userdata;
	struct address_message m;
	struct watched_address *w;

	if (h == NULL) {
		for (size_t i = 0; i < a->count; i++)
			a->items[i].seen = a->items[i].seen_ours = false;
		return;
	}
	w = read_message(a, h, &m);
	if (w == NULL || !m.usable)
		return;
	w->seen = true;
	w->seen_ours |= m.marked && m.ifindex == a->ifindex;
}

/*
 * The kernel acknowledges an IPv6 address, and announces it, before it has its local route, which a
 * worker of its own adds later. A connection that is tried in between hangs until its SYN is sent
 * again, a second later; and it may be another site that answers.
 */
static bool
is_ready(const struct addresses *a, struct watched_address *w, struct instant now)
{
	if (!w->seen || w->present || w->ip.family == IP_V4 || local_route_exists(a->nl, w->ip)) {
		w->gone |= !w->seen && !instant_is_never(w->unready_since);
		w->unready_since = INSTANT_NEVER;
		return true;
	}
	if (instant_is_never(w->unready_since))
		w->unready_since = now;
	return instant_reached(instant_add(w->unready_since, READY_LIMIT), now);
}

/* Reads into `seen` what the kernel has now, ready for use. */
static int
look(struct addresses *a, struct err *e)
{
	char buf[NETLINK_REQUEST_MAX];
	struct instant now = clock_now();
	bool all_ready = true;
	int r = netlink_request(a->nl, address_message_dump(buf), take_dumped, a, e);

	if (r < 0)
		return r;
	for (size_t i = 0; i < a->count; i++) {
		if (is_ready(a, &a->items[i], now))
			continue;
		a->items[i].seen = all_ready = false;
	}
	timer_set(&a->timer, all_ready ? INSTANT_NEVER : instant_add(now, a->poll));
	a->poll.ns = all_ready ? READY_POLL_MIN.ns : MIN(2 * a->poll.ns, READY_POLL_MAX.ns);
	return 0;
}

/* Looks, and tells what changed. */
static void
resync(struct addresses *a)
{
	if (look(a, NULL) < 0)
		return; /* the next message, or the next add, looks again */
	for (size_t i = 0; i < a->count; i++) {
		struct watched_address *w = &a->items[i];

		if (w->present == w->seen && !w->gone)
			continue; /* an empty place, too */
		w->gone = false;
		w->present = w->seen;
		w->ours = w->seen_ours;
		a->changed(a->userdata, i, w->present);
	}
}

static void
on_timer(struct timer *t, struct instant now)
{
	(void)now;
	resync(container_of(t, struct addresses, timer));
}

static int
on_message(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct addresses *a = userdata;
	bool concerns_us = false;
	char buf[32768];

	(void)source;
	(void)events;
	/* a bounded number: the rest comes with the next turn of the loop */
	for (int i = 0; i < 64; i++) {
		ssize_t n = netlink_read(fd, buf, sizeof(buf));
		const struct nlmsghdr *h = (const void *)buf;
		struct address_message m;
		int left = (int)n;

		if (n == 0)
			break;
		if (n < 0) {
			concerns_us = true;
			continue;
		}
		for (; mnl_nlmsg_ok(h, left); h = mnl_nlmsg_next(h, &left))
			concerns_us |= read_message(a, h, &m) != NULL;
	}
	if (concerns_us)
		resync(a);
	return 0;
}

int
addresses_new(sd_event *loop, const char *ifname, addresses_fn changed, void *userdata,
    struct addresses **ret, struct err *e)
{
	static const unsigned groups[] = { RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR };
	struct addresses *a = xcalloc(1, sizeof(*a));
	int r;

	*a = (struct addresses){
		.fd = -1,
		.poll = READY_POLL_MIN,
		.changed = changed,
		.userdata = userdata,
	};
	a->ifindex = if_nametoindex(ifname);
	if (a->ifindex == 0) {
		r = err_errno(e, -errno, "interface %s", ifname);
		goto fail;
	}
	r = netlink_new(NETLINK_ROUTE, &a->nl, e);
	if (r < 0)
		goto fail;
	/* hear first, then look: nothing can slip in between */
	r = netlink_listen(NETLINK_ROUTE, groups, ARRAY_SIZE(groups), &a->fd, e);
	if (r < 0)
		goto fail;
	r = timer_init(&a->timer, loop, on_timer);
	if (r < 0) {
		(void)err_errno(e, r, "set a timer");
		goto fail;
	}
	r = sd_event_add_io(loop, &a->source, a->fd, EPOLLIN, on_message, a);
	if (r >= 0)
		r = sd_event_source_set_priority(a->source, SD_EVENT_PRIORITY_IMPORTANT);
	if (r < 0) {
		(void)err_errno(e, r, "watch addresses");
		goto fail;
	}
	*ret = a;
	return 0;
fail:
	addresses_free(a);
	return r;
}

void
addresses_free(struct addresses *a)
{
	if (a == NULL)
		return;
	sd_event_source_disable_unref(a->source);
	timer_done(&a->timer);
	if (a->fd >= 0)
		(void)close(a->fd);
	netlink_free(a->nl);
	prefix_map_done(&a->index);
	free(a->items);
	free(a);
}

/* A place that nothing has; the array may move. */
static size_t
free_place(struct addresses *a, size_t from)
{
	while (from < a->count && a->items[from].ip.family != IP_NONE)
		from++;
	if (from == a->count) {
		a->items = grow_array(a->items, a->count, &a->cap, sizeof(*a->items));
		a->count++;
	}
	return from;
}

int
addresses_watch(
    struct addresses *a, const struct ip *ips, size_t count, size_t *places, struct err *e)
{
	size_t place = 0;
	int r;

	for (size_t i = 0; i < count; i++) {
		assert(find_address(a, ips[i]) == NULL);
		place = places[i] = free_place(a, place);
		a->items[place] =
		    (struct watched_address){ .ip = ips[i], .unready_since = INSTANT_NEVER };
		prefix_map_put(&a->index, prefix_host(ips[i]), (uint32_t)place);
	}
	r = count > 0 ? look(a, e) : 0;
	for (size_t i = 0; i < count; i++) {
		struct watched_address *w = &a->items[places[i]];

		w->present = w->seen;
		w->ours = w->seen_ours;
		if (r < 0)
			addresses_unwatch(a, places[i]);
	}
	return r;
}

void
addresses_unwatch(struct addresses *a, size_t place)
{
	struct watched_address *w = &a->items[place];

	(void)prefix_map_remove(&a->index, prefix_host(w->ip));
	*w = (struct watched_address){ .unready_since = INSTANT_NEVER };
}

/* After it was added: what the kernel's acknowledgement is worth. */
static int
take_added(struct addresses *a, struct watched_address *w, struct err *e)
{
	struct instant now = clock_now();
	char text[IP_STR_MAX];

	w->seen = w->ours = true;
	if (!is_ready(a, w, now)) {
		w->seen = false;
		timer_set(&a->timer, instant_add(now, READY_POLL_MIN));
		return err_set(e, -EINPROGRESS, "%s is not ready yet", ip_format(w->ip, text));
	}
	w->present = true;
	return 0;
}

/* It is there, though we thought that it was not. */
static int
take_found(struct addresses *a, struct watched_address *w, struct err *e)
{
	char text[IP_STR_MAX];
	int r = look(a, e);

	if (r < 0)
		return r;
	w->present = w->seen;
	w->ours = w->seen_ours;
	if (w->present)
		return 0;
	if (!instant_is_never(w->unready_since))
		return err_set(e, -EINPROGRESS, "%s is not ready yet", ip_format(w->ip, text));
	w->ours = false;
	return err_set(e, -EADDRNOTAVAIL, "%s is there and cannot be used", ip_format(w->ip, text));
}

int
addresses_add(struct addresses *a, size_t place, struct err *e)
{
	struct watched_address *w = &a->items[place];
	char buf[NETLINK_REQUEST_MAX], text[IP_STR_MAX];
	int r;

	if (w->present)
		return 0;
	r = netlink_request(a->nl, address_message_add(a->ifindex, w->ip, buf), NULL, NULL, e);
	if (r == 0)
		return take_added(a, w, e);
	if (r == -EEXIST)
		return take_found(a, w, e);
	return err_prefix(e, "add %s", ip_format(w->ip, text));
}

int
addresses_remove(struct addresses *a, size_t place, struct err *e)
{
	struct watched_address *w = &a->items[place];
	char buf[NETLINK_REQUEST_MAX], text[IP_STR_MAX];
	int r;

	if (!w->present && instant_is_never(w->unready_since))
		return 0;
	if (!w->ours)
		return 1;
	r = netlink_request(a->nl, address_message_remove(a->ifindex, w->ip, buf), NULL, NULL, e);
	if (r < 0 && r != -EADDRNOTAVAIL)
		return err_prefix(e, "remove %s", ip_format(w->ip, text));
	w->present = w->ours = false;
	w->unready_since = INSTANT_NEVER;
	return 0;
}

bool
addresses_is_present(const struct addresses *a, size_t place)
{
	return a->items[place].present;
}

bool
addresses_is_ours(const struct addresses *a, size_t place)
{
	return a->items[place].ours;
}
