#include "announce/listener.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "announce/neighbor_internal.h"
#include "base/alloc.h"
#include "base/log.h"
#include "io/tcp.h"

/* Connections taken in one turn. */
#define ACCEPTS_A_TURN 16
#define TRY_AGAIN DURATION_S(5)
/* Descriptors or memory ran out: what waits would wake us up again and again. */
#define PAUSE DURATION_MS(100)
#define PAUSE_LOGGED_EACH DURATION_S(60)

struct listener {
	struct list list; /* in listeners.open */
	struct endpoint local;
	sd_event_source *source; /* owned */
	int fd;                  /* owned */
	struct neighbor **neighbors; /* owned array of borrowed ones */
	struct tcp_guard *guards;    /* owned; one for each of them */
	size_t count, cap, guard_cap;
	struct timer resume;       /* armed: nothing is accepted until then */
	struct instant log_pauses; /* not before */
};

static struct neighbor *
find_neighbor(const struct listener *l, struct ip peer)
{
	for (size_t i = 0; i < l->count; i++) {
		if (ip_equal(l->neighbors[i]->conf.address, peer))
			return l->neighbors[i];
	}
	return NULL;
}

static bool
is_shortage(int error)
{
	return error == -EMFILE || error == -ENFILE || error == -ENOBUFS || error == -ENOMEM;
}

static void
pause_listener(struct listener *l, int error)
{
	struct instant now = clock_now();
	char text[ENDPOINT_STR_MAX];

	if (instant_reached(l->log_pauses, now)) {
		log_warning("connections to %s wait, since none can be accepted: %s",
		    endpoint_format(l->local, text), strerror(-error));
		l->log_pauses = instant_add(now, PAUSE_LOGGED_EACH);
	}
	(void)sd_event_source_set_enabled(l->source, SD_EVENT_OFF);
	timer_set(&l->resume, instant_add(now, PAUSE));
}

static void
on_resume(struct timer *t, struct instant now)
{
	struct listener *l = container_of(t, struct listener, resume);

	(void)now;
	(void)sd_event_source_set_enabled(l->source, SD_EVENT_ON);
}

static int
on_connection(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	struct listener *l = userdata;
	char text[NEIGHBOR_ENDPOINT_MAX];

	(void)source;
	(void)revents;
	for (int i = 0; i < ACCEPTS_A_TURN; i++) {
		struct endpoint peer;
		struct neighbor *n;
		int connection, r = tcp_accept(fd, &connection, &peer);

		if (is_shortage(r))
			pause_listener(l, r);
		if (r < 0)
			return 0;
		n = find_neighbor(l, peer.addr);
		if (n == NULL) {
			log_debug(
			    "a connection was closed: its address is no neighbor's address=%s",
			    neighbor_endpoint_format(peer, text));
			(void)close(connection);
			continue;
		}
		neighbor_accept(n, connection, &peer);
	}
	return 0;
}

static void
free_listener(struct listener *l)
{
	list_remove(&l->list);
	(void)sd_event_source_disable_unref(l->source);
	timer_done(&l->resume);
	(void)close(l->fd);
	free(l->neighbors);
	free(l->guards);
	free(l);
}

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

/* Of a socket that listens there, which is taken over. */
static int
add_listener(
    struct listeners *ls, struct endpoint local, int fd, struct listener **ret, struct err *e)
{
	struct listener *l = xcalloc(1, sizeof(*l));
	int r;

	l->local = local;
	l->fd = fd;
	list_init(&l->list);
	r = sd_event_add_io(ls->loop, &l->source, fd, EPOLLIN, on_connection, l);
	if (r >= 0)
		r = timer_init(&l->resume, ls->loop, on_resume);
	if (r < 0) {
		free_listener(l);
		return err_errno(e, r, "event loop");
	}
	list_append(&ls->open, &l->list);
	*ret = l;
	return 0;
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

/*
 * Its connections are taken from now on, under its rules; an error leaves the rules of the others.
 */
static int
take_in(struct listener *l, struct neighbor *n, struct err *e)
{
	struct tcp_conf tcp = neighbor_conf_tcp(&n->conf);
	int r;

	l->guards = grow_array(l->guards, l->count, &l->guard_cap, sizeof(*l->guards));
	l->guards[l->count] = (struct tcp_guard){
		.peer = n->conf.address, .ttl = tcp.ttl, .min_ttl = tcp.min_ttl
	};
	r = tcp_guard(l->fd, l->guards, l->count + 1);
	if (r < 0)
		return err_errno(e, r, "TTL of a listening socket");
	r = tcp.password ? tcp_set_password(l->fd, n->conf.address, tcp.password) : 0;
	if (r < 0)
		return err_errno(e, r, "TCP MD5");
	l->neighbors = grow_array(l->neighbors, l->count, &l->cap, sizeof(*l->neighbors));
	l->neighbors[l->count++] = n;
	return 0;
}

static bool
is_listened_for(const struct listeners *ls, const struct neighbor *n)
{
	list_for_each(l, &ls->open, struct listener, list) {
		for (size_t i = 0; i < l->count; i++) {
			if (l->neighbors[i] == n)
				return true;
		}
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
	r = take_in(l, n, e);
	if (r < 0)
		*ret_may_wait = false; /* an unsigned session is not what was asked for */
	if (r < 0 && l->count == 0)
		free_listener(l);
	return r;
}

/* A link-local address is bound to an index that may be gone by now. */
static void
drop_stale(struct listeners *ls)
{
	char name[IF_NAMESIZE];

	list_for_each_safe(l, &ls->open, struct listener, list) {
		if (l->local.scope == 0)
			continue;
		if (if_indextoname(l->local.scope, name) == NULL ||
		    strcmp(name, l->neighbors[0]->conf.interface) != 0)
			free_listener(l);
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
	list_for_each_safe(l, &ls->open, struct listener, list)
		free_listener(l);
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

/* The rules of the others stay; a password that nobody gives any more is asked of nobody. */
static void
let_go(struct listener *l, size_t at)
{
	const struct neighbor *n = l->neighbors[at];

	l->count--;
	memmove(
	    &l->neighbors[at], &l->neighbors[at + 1], (l->count - at) * sizeof(struct neighbor *));
	memmove(&l->guards[at], &l->guards[at + 1], (l->count - at) * sizeof(*l->guards));
	if (l->count == 0) {
		free_listener(l);
		return;
	}
	(void)tcp_guard(l->fd, l->guards, l->count);
	if (n->conf.password)
		(void)tcp_set_password(l->fd, n->conf.address, NULL);
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
		size_t at = 0;

		while (at < l->count && l->neighbors[at] != n)
			at++;
		if (at < l->count)
			let_go(l, at);
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
			free_listener(l);
	}
}
