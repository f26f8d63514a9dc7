#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/alloc.h"
#include "io/http_internal.h"
#include "io/tcp.h"

#define PATIENCE DURATION_S(60) /* with a client that acknowledges nothing */

struct http_connection *
http_connection_of(struct MHD_Connection *mhd)
{
	return MHD(MHD_get_connection_info)(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
	    ->socket_context;
}

static void
arm(struct http_server *s, struct instant at)
{
	if (instant_cmp(at, s->armed) < 0) {
		s->armed = at;
		timer_set(&s->deadlines, at);
	}
}

/* All of a phase have the same time, so that a list is in order by itself. */
static struct duration
time_of(const struct http_limits *l, enum http_phase phase)
{
	switch (phase) {
	case HTTP_PHASE_WAITS:
		return l->request.ns == INT64_MAX ? DURATION_FOREVER
						  : DURATION_NS(l->idle.ns + l->request.ns);
	case HTTP_PHASE_RECEIVES:
		return l->request;
	case HTTP_PHASE_SENDS:
		return l->answer;
	case HTTP_PHASE_OWED:
	case HTTP_PHASE_STREAMS:
	case HTTP_PHASE_COUNT:
		break;
	}
	return DURATION_FOREVER;
}

void
http_connection_enter(struct http_connection *c, enum http_phase phase)
{
	c->until = instant_add(clock_now(), time_of(&c->server->limits, phase));
	list_remove(&c->node);
	list_append(&c->server->phases[phase], &c->node);
	arm(c->server, c->until);
}

void
http_connection_shut(struct http_connection *c)
{
	(void)shutdown(c->fd, SHUT_RDWR);
	c->until = c->end = INSTANT_NEVER; /* once is enough */
}

void
http_on_deadline(struct timer *t, struct instant now)
{
	struct http_server *s = container_of(t, struct http_server, deadlines);
	struct instant next = INSTANT_NEVER;

	/* those that have been shut already are without a time, wherever they stand */
	for (size_t i = 0; i < ARRAY_SIZE(s->phases); i++) {
		list_for_each (c, &s->phases[i], struct http_connection, node) {
			if (instant_reached(c->until, now)) {
				http_connection_shut(c);
			} else if (!instant_is_never(c->until)) {
				next = instant_min(next, c->until);
				break;
			}
		}
	}
	list_for_each (c, &s->connections, struct http_connection, all) {
		if (instant_reached(c->end, now)) {
			http_connection_shut(c);
		} else if (!instant_is_never(c->end)) {
			next = instant_min(next, c->end);
			break;
		}
	}
	s->armed = INSTANT_NEVER;
	arm(s, next);
}

static struct prefix
client_of(const struct http_connection *c)
{
	return http_client_prefix(c->peer.addr);
}

static void
begin(struct http_connection *c, struct MHD_Connection *mhd)
{
	struct http_server *s = c->server;
	uint32_t count = 0;

	c->mhd = mhd;
	list_init(&c->node);
	c->end = instant_add(clock_now(), s->limits.life);
	list_append(&s->connections, &c->all);
	arm(s, c->end);
	s->connection_count++;
	(void)prefix_map_get(&s->clients, client_of(c), &count);
	prefix_map_put(&s->clients, client_of(c), count + 1);
	http_connection_enter(c, HTTP_PHASE_WAITS);
}

static void
end(struct http_connection *c)
{
	struct http_server *s = c->server;
	uint32_t count = 0;

	(void)sd_event_source_disable_unref(c->gone);
	http_tls_unref(c->tls);
	list_remove(&c->node);
	list_remove(&c->all);
	s->connection_count--;
	if (prefix_map_get(&s->clients, client_of(c), &count) && count > 1)
		prefix_map_put(&s->clients, client_of(c), count - 1);
	else
		(void)prefix_map_remove(&s->clients, client_of(c));
	free(c);
}

void
http_on_connection(void *userdata, struct MHD_Connection *mhd, void **socket_context,
    enum MHD_ConnectionNotificationCode code)
{
	struct http_server *s = userdata;

	if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
		if (*socket_context != NULL)
			end(*socket_context);
		*socket_context = NULL;
		return;
	}
	*socket_context = TAKE(s->entering);
	begin(*socket_context, mhd);
}

/* A connection that rests is not looked at by the library. */
static int
on_gone(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct http_connection *c = userdata;

	(void)fd;
	(void)events;
	(void)sd_event_source_set_enabled(source, SD_EVENT_OFF);
	c->is_gone = true;
	if (c->exchange != NULL)
		http_exchange_gone(TAKE(c->exchange));
	http_connection_resume(c); /* the library closes it */
	return 0;
}

void
http_connection_suspend(struct http_connection *c)
{
	MHD(MHD_suspend_connection)(c->mhd);
	c->is_suspended = true;
	if (c->gone != NULL) {
		(void)sd_event_source_set_enabled(c->gone, SD_EVENT_ON);
		return;
	}
	tcp_watch_peer(c->fd, PATIENCE);
	if (sd_event_add_io(c->server->loop, &c->gone, c->fd, EPOLLRDHUP, on_gone, c) >= 0)
		(void)sd_event_source_set_priority(c->gone, SD_EVENT_PRIORITY_IDLE);
}

void
http_connection_resume(struct http_connection *c)
{
	if (!c->is_suspended)
		return;
	c->is_suspended = false;
	if (c->gone != NULL)
		(void)sd_event_source_set_enabled(c->gone, SD_EVENT_OFF);
	MHD(MHD_resume_connection)(c->mhd);
	c->server->has_resumed = true;
	timer_set(&c->server->timer, clock_now());
}
