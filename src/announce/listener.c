#include "announce/listener.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "announce/neighbor.h"
#include "base/alloc.h"
#include "base/log.h"
#include "io/tcp.h"

/* Connections taken in one turn. */
#define ACCEPTS_A_TURN 16

static int
on_connection(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	struct listener *l = userdata;
	char address[IP_STR_MAX];

	(void)source;
	(void)revents;
	for (int i = 0; i < ACCEPTS_A_TURN; i++) {
		struct endpoint peer;
		struct neighbor *n;
		int connection;

		if (tcp_accept(fd, &connection, &peer) < 0)
			return 0;
		n = l->find(l->userdata, l->local, peer.addr);
		if (n == NULL) {
			log_debug("a connection was closed: its address is no neighbor's address=%s",
			    ip_format(peer.addr, address));
			(void)close(connection);
			continue;
		}
		neighbor_accept(n, connection);
	}
	return 0;
}

int
listener_get(struct list *listeners, sd_event *loop, struct endpoint local, listener_find find,
    void *userdata, struct listener **ret, struct err *e)
{
	int fd, r;

	list_for_each(known, listeners, struct listener, list) {
		if (endpoint_equal(known->local, local)) {
			*ret = known;
			return 0;
		}
	}
	r = tcp_listen(local, &fd, e);
	if (r < 0)
		return r;
	struct listener *l = xcalloc(1, sizeof(*l));
	l->local = local;
	l->fd = fd;
	l->find = find;
	l->userdata = userdata;
	r = sd_event_add_io(loop, &l->source, fd, EPOLLIN, on_connection, l);
	if (r < 0) {
		(void)close(fd);
		free(l);
		return err_errno(e, r, "event loop");
	}
	list_append(listeners, &l->list);
	*ret = l;
	return 0;
}

int
listener_sign(struct listener *l, struct ip peer, const char *password)
{
	return tcp_set_password(l->fd, peer, password);
}

void
listener_free_all(struct list *listeners)
{
	list_for_each_safe(l, listeners, struct listener, list) {
		list_remove(&l->list);
		(void)sd_event_source_disable_unref(l->source);
		(void)close(l->fd);
		free(l);
	}
}
