/*
 * Lets clients in by ourselves, and hands their connections to libmicrohttpd: it would leave those
 * beyond its limit waiting, counts each address of IPv6 for itself, and tries again at once when
 * there are no descriptors left.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "io/fd.h"
#include "io/fd_limit.h"
#include "io/http_internal.h"
#include "io/socket_option.h"

#define TURN 64 /* clients at a time; then others have theirs */
#define BACKLOG_MAX 4096u
#define ACCEPT_AGAIN DURATION_MS(100) /* after the machine had no room */
#define RESERVE 100u                  /* descriptors for all else */
/* Who is silent is asked for after so long, and so often until the connection is over, in s. */
#define ALIVE_AFTER 5
#define ALIVE_EVERY 2
#define ALIVE_PROBES 3

struct prefix
http_client_prefix(struct ip addr)
{
	/* whoever has one address of IPv6 has all of its /64 */
	return prefix_mask((struct prefix){ addr, addr.family == IP_V6 ? 64 : 32 });
}

static bool
is_too_many(struct http_server *s, struct ip client)
{
	uint32_t count = 0;

	(void)prefix_map_get(&s->clients, http_client_prefix(client), &count);
	return s->connection_count >= s->limits.clients || count >= s->limits.clients_per_address;
}

/*
 * A machine without power, or behind a cut line, says no word of its end, and while its answer
 * waits nobody sends anything that would fail. TCP_USER_TIMEOUT would also end who takes a long
 * answer slowly: how long that may last says limits.answer.
 */
static void
watch_life(int fd)
{
	(void)socket_set_int(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	(void)socket_set_int(fd, IPPROTO_TCP, TCP_KEEPIDLE, ALIVE_AFTER);
	(void)socket_set_int(fd, IPPROTO_TCP, TCP_KEEPINTVL, ALIVE_EVERY);
	(void)socket_set_int(fd, IPPROTO_TCP, TCP_KEEPCNT, ALIVE_PROBES);
}

static void
let_in(struct http_server *s, int fd, const struct sockaddr_storage *ss, socklen_t len)
{
	struct endpoint peer = { 0 };
	struct http_connection *c;

	(void)endpoint_from_sockaddr(ss, &peer);
	if (is_too_many(s, peer.addr)) {
		(void)close(fd);
		return;
	}
	watch_life(fd);
	c = xcalloc(1, sizeof(*c));
	c->server = s;
	c->fd = fd;
	c->peer = peer;
	s->entering = c;
	/* the descriptor is the library's, even if it fails */
	(void)MHD(MHD_add_connection)(s->daemon, fd, (const void *)ss, len);
	free(TAKE(s->entering)); /* if it did not begin */
}

static bool
is_of_the_machine(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

static void
enable(struct http_server *s, int enabled)
{
	list_for_each (d, &s->doors, struct http_door, node)
		(void)sd_event_source_set_enabled(d->source, enabled);
}

static int
on_client(sd_event_source *source, int listen_fd, uint32_t events, void *userdata)
{
	struct http_door *door = userdata;
	struct http_server *s = door->server;

	(void)source;
	(void)events;
	for (int i = 0; i < TURN; i++) {
		struct sockaddr_storage ss;
		socklen_t len = sizeof(ss);
		int fd = accept4(listen_fd, (void *)&ss, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0) {
			let_in(s, fd, &ss, len);
		} else if (is_of_the_machine(errno)) {
			enable(s, SD_EVENT_OFF);
			timer_set(&s->accept_again, instant_add(clock_now(), ACCEPT_AGAIN));
			break;
		} else if (errno == EAGAIN) {
			break;
		} /* else that client is gone already, accept(2) */
	}
	return 0;
}

static void
on_again(struct timer *t, struct instant now)
{
	(void)now;
	enable(container_of(t, struct http_server, accept_again), SD_EVENT_ON);
}

static int
open_socket(const struct endpoint *at, unsigned clients, struct err *e)
{
	_cleanup_(closep) int fd = -1;
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(*at, &ss);
	char text[ENDPOINT_STR_MAX];
	int on = 1;

	fd = socket(ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_errno(e, -errno, "open a socket");
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (ss.ss_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, (const void *)&ss, len) < 0 || listen(fd, (int)MIN(clients, BACKLOG_MAX)) < 0)
		return err_errno(e, -errno, "listen on %s", endpoint_format(*at, text));
	return TAKE_FD(fd);
}

int
http_server_listen(struct http_server *s, const struct endpoint *at, int socket, struct err *e)
{
	struct http_door *d = xcalloc(1, sizeof(*d));
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	int r;

	d->server = s;
	d->fd = socket > 0 ? socket : open_socket(at, s->limits.clients, e);
	if (d->fd < 0) {
		r = d->fd;
		free(d);
		return r;
	}
	list_append(&s->doors, &d->node);
	if (getsockname(d->fd, (void *)&ss, &len) == 0)
		(void)endpoint_from_sockaddr(&ss, &d->endpoint);
	r = sd_event_add_io(s->loop, &d->source, d->fd, EPOLLIN, on_client, d);
	/* whoever asks can wait for a withdraw */
	if (r >= 0)
		r = sd_event_source_set_priority(d->source, SD_EVENT_PRIORITY_IDLE);
	return r < 0 ? err_errno(e, r, "event loop") : 0;
}

int
http_accept_begin(struct http_server *s, struct err *e)
{
	int r = fd_limit_raise((uint64_t)s->limits.clients + RESERVE, e);

	if (r < 0)
		return err_prefix(e, "%u clients at a time", s->limits.clients);
	r = timer_init(&s->accept_again, s->loop, on_again);
	return r < 0 ? err_errno(e, r, "event loop") : 0;
}

void
http_accept_end(struct http_server *s)
{
	timer_done(&s->accept_again);
	list_for_each_safe (d, &s->doors, struct http_door, node) {
		(void)sd_event_source_disable_unref(d->source);
		(void)close(d->fd);
		list_remove(&d->node);
		free(d);
	}
}
