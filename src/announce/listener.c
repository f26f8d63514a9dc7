#include "announce/listener.h"

#include <errno.h>
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
/* Descriptors or memory ran out: what waits would wake us up again and again. */
#define PAUSE DURATION_MS(100)
#define PAUSE_LOGGED_EACH DURATION_S(60)

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

void
listener_free(struct listener *l)
{
	list_remove(&l->list);
	(void)sd_event_source_disable_unref(l->source);
	timer_done(&l->resume);
	(void)close(l->fd);
	free(l->neighbors);
	free(l->guards);
	free(l);
}

int
listener_new(sd_event *loop, struct endpoint local, int fd, struct listener **ret, struct err *e)
{
	struct listener *l = xcalloc(1, sizeof(*l));
	int r;

	l->local = local;
	l->fd = fd;
	list_init(&l->list);
	r = sd_event_add_io(loop, &l->source, fd, EPOLLIN, on_connection, l);
	if (r >= 0)
		r = timer_init(&l->resume, loop, on_resume);
	if (r < 0) {
		listener_free(l);
		return err_errno(e, r, "event loop");
	}
	*ret = l;
	return 0;
}

int
listener_take_in(struct listener *l, struct neighbor *n, struct err *e)
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
	l->neighbors = grow_array(l->neighbors, l->count, &l->cap, sizeof(struct neighbor *));
	l->neighbors[l->count++] = n;
	return 0;
}

/* count: it is not there. */
static size_t
index_of(const struct listener *l, const struct neighbor *n)
{
	size_t at = 0;

	while (at < l->count && l->neighbors[at] != n)
		at++;
	return at;
}

bool
listener_has(const struct listener *l, const struct neighbor *n)
{
	return index_of(l, n) < l->count;
}

void
listener_let_go(struct listener *l, const struct neighbor *n)
{
	size_t at = index_of(l, n);

	if (at == l->count)
		return;
	l->count--;
	memmove(
	    &l->neighbors[at], &l->neighbors[at + 1], (l->count - at) * sizeof(struct neighbor *));
	memmove(&l->guards[at], &l->guards[at + 1], (l->count - at) * sizeof(*l->guards));
	(void)tcp_guard(l->fd, l->guards, l->count);
	if (n->conf.password)
		(void)tcp_set_password(l->fd, n->conf.address, NULL);
}
