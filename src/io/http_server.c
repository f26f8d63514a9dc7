#include "io/http_server.h"

#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <jansson.h>

#include "base/alloc.h"
#include "base/list.h"
#include "io/dynamic_lib.h"
#include "io/fd.h"
#include "io/loop.h"

#define PIECE_BYTES (32u << 10)

static struct dynamic_lib library = { .name = "libmicrohttpd.so.12", .user = "an HTTP server" };

/* The library's function, which is there once a server is. POSIX lets a void * be a function. */
#define MHD(function)                                                                              \
	({                                                                                         \
		static typeof(function) *real;                                                     \
		if (real == NULL)                                                                  \
			*(void **)&real = dynamic_lib_find(&library, #function);                   \
		real;                                                                              \
	})

const struct http_limits http_limits_usual = { .clients = 32,
	.clients_per_address = 8,
	.header_bytes = 16u << 10,
	.idle = { 10 * NS_PER_S },
	.life = { 60 * NS_PER_S } };

struct http_server {
	struct http_limits limits;
	struct MHD_Daemon *daemon; /* owned */
	sd_event_source *source;   /* owned; its epoll set, in our loop */
	struct timer timer;        /* when it wants to run whatever happens */
	struct timer lives;        /* when a connection has lived for too long */
	struct list connections;   /* owned; oldest first */
	struct endpoint endpoint;
	http_fn fn;
	void *userdata;
};

struct connection {
	struct list node;
	struct instant until;
	int fd; /* the library's */
};

/* A body under way. */
struct body {
	struct http_source source;
	struct strbuf piece;
	size_t taken; /* of piece */
	bool ended;
};

static void
run(struct http_server *s)
{
	MHD_UNSIGNED_LONG_LONG ms;

	(void)MHD(MHD_run)(s->daemon);
	timer_set(&s->timer, MHD(MHD_get_timeout)(s->daemon, &ms) == MHD_YES
				 ? instant_add(clock_now(), DURATION_MS(MIN(ms, 1000000u)))
				 : INSTANT_NEVER);
}

static int
on_ready(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	(void)source;
	(void)fd;
	(void)events;
	run(userdata);
	return 0;
}

static void
on_time(struct timer *t, struct instant now)
{
	(void)now;
	run(container_of(t, struct http_server, timer));
}

/* A client that sends or takes a byte now and then is never idle, and yet has to go. */
static void
on_lives(struct timer *t, struct instant now)
{
	struct http_server *s = container_of(t, struct http_server, lives);

	list_for_each (c, &s->connections, struct connection, node) {
		if (!instant_reached(c->until, now)) {
			timer_set(&s->lives, c->until);
			return;
		}
		(void)shutdown(c->fd, SHUT_RDWR); /* the library sees its end, and closes it */
	}
}

static void
on_connection(void *userdata, struct MHD_Connection *connection, void **socket_context,
    enum MHD_ConnectionNotificationCode code)
{
	struct http_server *s = userdata;
	const union MHD_ConnectionInfo *info;
	struct connection *c = *socket_context;

	if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
		if (c != NULL)
			list_remove(&c->node);
		free(c);
		return;
	}
	info = MHD(MHD_get_connection_info)(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	c = xcalloc(1, sizeof(*c));
	c->fd = info->connect_fd;
	c->until = instant_add(clock_now(), s->limits.life);
	if (list_is_empty(&s->connections))
		timer_set(&s->lives, c->until);
	list_append(&s->connections, &c->node);
	*socket_context = c;
}

static ssize_t
on_body(void *userdata, uint64_t at, char *buf, size_t max)
{
	struct body *b = userdata;
	size_t n;

	(void)at;
	while (b->taken == b->piece.len) {
		if (b->ended)
			return MHD_CONTENT_READER_END_OF_STREAM;
		strbuf_done(&b->piece);
		b->taken = 0;
		b->ended = !b->source.more(b->source.userdata, &b->piece);
	}
	n = MIN(max, b->piece.len - b->taken);
	memcpy(buf, b->piece.text + b->taken, n);
	b->taken += n;
	return (ssize_t)n;
}

static void
on_body_done(void *userdata)
{
	struct body *b = userdata;

	b->source.done(b->source.userdata);
	strbuf_done(&b->piece);
	free(b);
}

static struct MHD_Response *
response_of(struct http_answer *answer)
{
	struct body *b;
	size_t len = answer->text.len;

	if (answer->source.more == NULL)
		return MHD(MHD_create_response_from_buffer)(
		    len, strbuf_take(&answer->text), MHD_RESPMEM_MUST_FREE);
	b = xcalloc(1, sizeof(*b));
	b->source = answer->source;
	return MHD(MHD_create_response_from_callback)(
	    MHD_SIZE_UNKNOWN, PIECE_BYTES, on_body, b, on_body_done);
}

static enum MHD_Result
on_request(void *userdata, struct MHD_Connection *connection, const char *path, const char *method,
    const char *version, const char *body, size_t *body_len, void **context)
{
	const struct http_server *s = userdata;
	bool head = strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;
	struct http_request request = { head ? MHD_HTTP_METHOD_GET : method, path };
	struct http_answer answer = { 0 };
	struct MHD_Response *response;
	enum MHD_Result r;

	(void)version;
	(void)body;
	(void)body_len; /* an answer now refuses it */
	(void)context;
	s->fn(s->userdata, &request, &answer);
	response = response_of(&answer);
	if (response == NULL)
		return MHD_NO;
	(void)MHD(MHD_add_response_header)(response, "Content-Type", answer.content_type);
	(void)MHD(MHD_add_response_header)(response, "Cache-Control", "no-store");
	if (answer.allow != NULL)
		(void)MHD(MHD_add_response_header)(response, "Allow", answer.allow);
	r = MHD(MHD_queue_response)(connection, answer.status, response);
	MHD(MHD_destroy_response)(response);
	return r;
}

static int
listen_on(const struct endpoint *at, unsigned clients, struct err *e)
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
	if (bind(fd, (const void *)&ss, len) < 0 || listen(fd, (int)clients) < 0)
		return err_errno(e, -errno, "listen on %s", endpoint_format(*at, text));
	return TAKE_FD(fd);
}

static void
be_silent(void *userdata, const char *fmt, va_list ap)
{
	(void)userdata;
	(void)fmt;
	(void)ap;
}

/* fd is the library's from here on, if it starts. */
static int
start_daemon(struct http_server *s, int fd, struct err *e)
{
	const struct http_limits *l = &s->limits;
	struct MHD_OptionItem options[] = {
		{ MHD_OPTION_LISTEN_SOCKET, fd, NULL },
		{ MHD_OPTION_CONNECTION_LIMIT, l->clients, NULL },
		{ MHD_OPTION_PER_IP_CONNECTION_LIMIT, l->clients_per_address, NULL },
		{ MHD_OPTION_CONNECTION_TIMEOUT, l->idle.ns / NS_PER_S, NULL },
		{ MHD_OPTION_CONNECTION_MEMORY_LIMIT, (intptr_t)(PIECE_BYTES + l->header_bytes),
		    NULL },
		{ MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, s },
		{ MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)be_silent, NULL },
		{ MHD_OPTION_END, 0, NULL },
	};

	s->daemon = MHD(MHD_start_daemon)(
	    MHD_USE_EPOLL, 0, NULL, NULL, on_request, s, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
	if (s->daemon == NULL)
		return err_set(e, -EIO, "libmicrohttpd does not start");
	return 0;
}

static int
watch_daemon(struct http_server *s, sd_event *loop, struct err *e)
{
	const union MHD_DaemonInfo *info =
	    MHD(MHD_get_daemon_info)(s->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	int r = sd_event_add_io(loop, &s->source, info->epoll_fd, EPOLLIN, on_ready, s);

	/* whoever asks can wait for a withdraw */
	if (r >= 0)
		r = sd_event_source_set_priority(s->source, SD_EVENT_PRIORITY_IDLE);
	if (r >= 0)
		r = timer_init(&s->timer, loop, on_time);
	if (r >= 0)
		r = sd_event_source_set_priority(s->timer.source, SD_EVENT_PRIORITY_IDLE);
	if (r >= 0)
		r = timer_init(&s->lives, loop, on_lives);
	return r < 0 ? err_errno(e, r, "event loop") : 0;
}

int
http_server_new(sd_event *loop, const struct endpoint *listen, const struct http_limits *limits,
    http_fn fn, void *userdata, struct http_server **ret, struct err *e)
{
	_cleanup_(closep) int fd = -1;
	struct http_server *s;
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	int r = dynamic_lib_load(&library, e);

	if (r >= 0)
		r = fd = listen_on(listen, limits->clients, e);
	if (r < 0)
		return r;
	s = xcalloc(1, sizeof(*s));
	list_init(&s->connections);
	s->limits = *limits;
	s->fn = fn;
	s->userdata = userdata;
	if (getsockname(fd, (void *)&ss, &len) == 0)
		(void)endpoint_from_sockaddr(&ss, &s->endpoint);
	r = start_daemon(s, fd, e);
	if (r >= 0) {
		(void)TAKE_FD(fd);
		r = watch_daemon(s, loop, e);
	}
	if (r < 0) {
		http_server_free(s);
		return r;
	}
	*ret = s;
	return 0;
}

void
http_server_free(struct http_server *s)
{
	if (s == NULL)
		return;
	(void)sd_event_source_disable_unref(s->source);
	if (s->daemon != NULL)
		MHD(MHD_stop_daemon)(s->daemon);
	timer_done(&s->timer);
	timer_done(&s->lives);
	free(s);
}

struct endpoint
http_server_endpoint(const struct http_server *s)
{
	return s->endpoint;
}

static const char *
title_of(unsigned status)
{
	switch (status) {
	case MHD_HTTP_NOT_FOUND:
		return "Not Found";
	case MHD_HTTP_METHOD_NOT_ALLOWED:
		return "Method Not Allowed";
	default:
		return "Error";
	}
}

void
http_problem(struct http_answer *answer, unsigned status, const char *detail)
{
	json_auto_t *o = json_pack(
	    "{s:s, s:i, s:s}", "title", title_of(status), "status", (int)status, "detail", detail);
	char *text = o != NULL ? json_dumps(o, JSON_COMPACT) : NULL;

	answer->status = status;
	answer->content_type = "application/problem+json";
	strbuf_add(&answer->text, text != NULL ? text : "{}");
	strbuf_add_char(&answer->text, '\n');
	free(text);
}
