#include "announce/listeners.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "announce/listener.h"
#include "announce/neighbor_internal.h"
#include "base/alloc.h"
#include "base/log.h"
#include "io/tcp.h"
#include "wire/state_table.h"

#define TRY_AGAIN DURATION_S(5)
/*
 * Where the neighbor connects to. -ENODEV, -EADDRNOTAVAIL: not known before its interface is there.
 */
static int
local_of(const struct neighbor *n, struct endpoint *ret)
{
	const struct neighbor_conf *conf = &n->conf;
	struct endpoint local = { .addr = conf->local_address };
	int r;

	if (conf->local_address.family == IP_NONE) {
		r = tcp_link_local(conf->interface, &local);
		if (r < 0)
			return r;
	} else if (local.addr.family == IP_V6 && ip_is_link_local(local.addr)) {
		local.scope = if_nametoindex(conf->interface);
		if (local.scope == 0)
			return -ENODEV;
	}
	local.port = conf->port;
	*ret = local;
	return 0;
}

/* On a socket that listens there, which is taken over. */
static int
add_listener(
    struct listeners *ls, struct endpoint local, int fd, struct listener **ret, struct err *e)
{
	int r = listener_new(ls->loop, local, fd, ret, e);

	if (r >= 0)
		list_append(&ls->open, &(*ret)->list);
	return r;
}

/* The listener on local, made if there is none. */
static int
get_listener(struct listeners *ls, struct endpoint local, struct listener **ret, struct err *e)
{
	int fd, r;

	list_for_each (known, &ls->open, struct listener, list) {
		if (endpoint_equal(known->local, local)) {
			*ret = known;
			return 0;
		}
	}
	r = tcp_listen(local, &fd, e);
	return r < 0 ? r : add_listener(ls, local, fd, ret, e);
}

static bool
is_listened_for(const struct listeners *ls, const struct neighbor *n)
{
	list_for_each (l, &ls->open, struct listener, list) {
		if (listener_has(l, n))
			return true;
	}
	return false;
}

/* *ret_may_wait: a later try can succeed. */
static int
listen_for(struct listeners *ls, struct neighbor *n, bool *ret_may_wait, struct err *e)
{
	struct endpoint local;
	struct listener *l;
	int r = local_of(n, &local);

	*ret_may_wait = true;
	if (r < 0)
		return err_errno(e, r, "listen on interface %s", n->conf.interface);
	r = get_listener(ls, local, &l, e);
	if (r < 0) {
		*ret_may_wait = n->conf.mode != NEIGHBOR_PASSIVE;
		return r;
	}
	r = listener_take_in(l, n, e);
	if (r < 0)
		*ret_may_wait = false; /* an unsigned session is not what was asked for */
	if (r < 0 && l->count == 0)
		listener_free(l);
	return r;
}

/* A link-local address is bound to an index that may be gone by now. */
static void
drop_stale(struct listeners *ls)
{
	char name[IF_NAMESIZE];

	list_for_each_safe (l, &ls->open, struct listener, list) {
		if (l->local.scope == 0)
			continue;
		if (if_indextoname(l->local.scope, name) == NULL ||
		    strcmp(name, l->neighbors[0]->conf.interface) != 0)
			listener_free(l);
	}
}

/* Only where something can be waiting: an idle speaker wakes up for nothing. */
static void
arm(struct listeners *ls)
{
	bool needed = false;

	for (size_t i = 0; i < ls->wanted_count; i++) {
		const struct neighbor *n = ls->wanted[i];

		needed |= ip_is_link_local(n->conf.address) || !is_listened_for(ls, n);
	}
	timer_set(&ls->again, needed ? instant_add(clock_now(), TRY_AGAIN) : INSTANT_NEVER);
}

static void
on_again(struct timer *t, struct instant now)
{
	struct listeners *ls = container_of(t, struct listeners, again);
	char text[NEIGHBOR_ENDPOINT_MAX];

	(void)now;
	drop_stale(ls);
	for (size_t i = 0; i < ls->wanted_count; i++) {
		struct neighbor *n = ls->wanted[i];
		struct endpoint local;
		bool may_wait;

		if (is_listened_for(ls, n) || listen_for(ls, n, &may_wait, NULL) < 0)
			continue;
		if (local_of(n, &local) == 0)
			log_notice("neighbor %s may connect now: listening on %s", n->conf.name,
			    neighbor_endpoint_format(local, text));
	}
	arm(ls);
}

int
listeners_init(struct listeners *ls, sd_event *loop)
{
	ls->loop = loop;
	list_init(&ls->open);
	return timer_init(&ls->again, loop, on_again);
}

void
listeners_done(struct listeners *ls)
{
	if (ls->loop == NULL)
		return;
	list_for_each_safe (l, &ls->open, struct listener, list)
		listener_free(l);
	timer_done(&ls->again);
	free(ls->wanted);
	*ls = (struct listeners){ 0 };
}

int
listeners_add(struct listeners *ls, struct neighbor *n, struct err *e)
{
	struct err why = { 0 };
	bool may_wait;
	int r;

	if (n->conf.mode == NEIGHBOR_ACTIVE)
		return 0;
	r = listen_for(ls, n, &may_wait, &why);
	if (r < 0 && !may_wait)
		return err_set(
		    e, r, "neighbor %s can not be listened for: %s", n->conf.name, why.message);
	if (r < 0 && n->conf.mode == NEIGHBOR_PASSIVE)
		log_warning("neighbor %s waits: can not %s", n->conf.name, why.message);
	else if (r < 0)
		log_warning("neighbor %s is dialled only: can not %s", n->conf.name, why.message);
	ls->wanted =
	    grow_array(ls->wanted, ls->wanted_count, &ls->wanted_cap, sizeof(struct neighbor *));
	ls->wanted[ls->wanted_count++] = n;
	arm(ls);
	return 0;
}

void
listeners_remove(struct listeners *ls, struct neighbor *n)
{
	size_t kept = 0;

	if (ls->loop == NULL)
		return;
	for (size_t i = 0; i < ls->wanted_count; i++) {
		if (ls->wanted[i] != n)
			ls->wanted[kept++] = ls->wanted[i];
	}
	ls->wanted_count = kept;
	list_for_each_safe (l, &ls->open, struct listener, list) {
		if (!listener_has(l, n))
			continue;
		listener_let_go(l, n);
		if (l->count == 0)
			listener_free(l);
	}
	arm(ls);
}

/* ---- from one program to the next ---- */

enum {
	TAG_LISTENER = 1,

	/* of one */
	TAG_FD = 1,
	TAG_LOCAL = 2,
};

static const struct state_field local_fields[] = {
	STATE_FIELD(1, STATE_IP, struct endpoint, addr),
	STATE_FIELD(2, STATE_NUMBER, struct endpoint, port),
	STATE_FIELD(3, STATE_NUMBER, struct endpoint, scope),
};

static const struct state_table local_table = STATE_TABLE(local_fields);

void
listeners_save(const struct listeners *ls, struct handover *h)
{
	list_for_each (l, &ls->open, struct listener, list) {
		size_t mark = state_begin(&h->state, TAG_LISTENER), local;

		handover_give(h, TAG_FD, l->fd);
		local = state_begin(&h->state, TAG_LOCAL);
		state_save(&h->state, &local_table, &l->local, (struct instant){ 0 });
		state_end(&h->state, local);
		state_end(&h->state, mark);
	}
}

void
listeners_resume(struct listeners *ls, struct inheritance *in, struct reader records)
{
	struct reader record;
	uint16_t tag;

	while (state_next(&records, &tag, &record)) {
		struct endpoint local = { 0 };
		struct listener *l;
		int fd;

		if (tag != TAG_LISTENER || !state_load(&local_table, state_find(record, TAG_LOCAL),
					       (struct instant){ 0 }, &local))
			continue;
		fd = inheritance_take(in, record, TAG_FD, FD_TCP_LISTENER);
		if (fd >= 0)
			(void)add_listener(ls, local, fd, &l, NULL);
	}
}

void
listeners_drop_unused(struct listeners *ls)
{
	list_for_each_safe (l, &ls->open, struct listener, list) {
		if (l->count == 0)
			listener_free(l);
	}
}
