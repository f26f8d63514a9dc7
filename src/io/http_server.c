#include "io/http_server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/alloc.h"
#include "io/http_internal.h"

static char tls_priorities[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";

struct dynamic_lib http_lib = { .name = "libmicrohttpd.so.12", .user = "an HTTP server" };

const struct http_limits http_limits_usual = { .clients = 32,
	.clients_per_address = 8,
	.header_bytes = 16u << 10,
	.idle = { 10 * NS_PER_S },
	.request = { 10 * NS_PER_S },
	.answer = { 60 * NS_PER_S },
	.life = { 60 * NS_PER_S } };

/* When the library wants to run; it does not think of connections that were resumed in its turn. */
static struct instant
next_turn(struct http_server *s)
{
	MHD_UNSIGNED_LONG_LONG ms;

	if (s->has_resumed)
		return clock_now();
	return MHD(MHD_get_timeout)(s->daemon, &ms) == MHD_YES
		   ? instant_add(clock_now(), DURATION_MS(MIN(ms, 1000000u)))
		   : INSTANT_NEVER;
}

static void
run(struct http_server *s)
{
	s->has_resumed = false;
	(void)MHD(MHD_run)(s->daemon);
	timer_set(&s->timer, next_turn(s));
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

static void
be_silent(void *userdata, const char *fmt, va_list ap)
{
	(void)userdata;
	(void)fmt;
	(void)ap;
}

/* The target is taken apart by us. */
static size_t
leave_as_it_is(void *userdata, struct MHD_Connection *mhd, char *text)
{
	(void)userdata;
	(void)mhd;
	return strlen(text);
}

static int
start_daemon(struct http_server *s, struct err *e)
{
	const struct http_limits *l = &s->limits;
	gnutls_certificate_retrieve_function2 *on_handshake = http_on_handshake;
	bool has_tls = s->tls != NULL;
	struct MHD_OptionItem options[] = {
		/* we count ourselves; connections that are about to be closed come on top */
		{ MHD_OPTION_CONNECTION_LIMIT, 2 * (intptr_t)l->clients, NULL },
		{ MHD_OPTION_CONNECTION_TIMEOUT, l->idle.ns / NS_PER_S, NULL },
		{ MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		    (intptr_t)(HTTP_PIECE_BYTES + l->header_bytes), NULL },
		{ MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)http_on_connection, s },
		{ MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)http_on_completed, s },
		{ MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)http_on_target, s },
		{ MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)leave_as_it_is, s },
		{ MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)be_silent, NULL },
		{ has_tls ? MHD_OPTION_HTTPS_PRIORITIES : MHD_OPTION_END, 0, tls_priorities },
		{ MHD_OPTION_HTTPS_CERT_CALLBACK, 0, *(void **)&on_handshake },
		{ MHD_OPTION_END, 0, NULL },
	};

	s->daemon =
	    MHD(MHD_start_daemon)(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET |
				      MHD_ALLOW_SUSPEND_RESUME | (has_tls ? MHD_USE_TLS : 0),
		0, NULL, NULL, http_on_request, s, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
	if (s->daemon == NULL)
		return err_set(e, -EIO, "libmicrohttpd does not start");
	return 0;
}

static int
watch_daemon(struct http_server *s, struct err *e)
{
	const union MHD_DaemonInfo *info =
	    MHD(MHD_get_daemon_info)(s->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	int r = sd_event_add_io(s->loop, &s->source, info->epoll_fd, EPOLLIN, on_ready, s);

	/* whoever asks can wait for a withdraw */
	if (r >= 0)
		r = sd_event_source_set_priority(s->source, SD_EVENT_PRIORITY_IDLE);
	if (r >= 0)
		r = timer_init(&s->timer, s->loop, on_time);
	if (r >= 0)
		r = sd_event_source_set_priority(s->timer.source, SD_EVENT_PRIORITY_IDLE);
	if (r >= 0)
		r = timer_init(&s->deadlines, s->loop, http_on_deadline);
	return r < 0 ? err_errno(e, r, "event loop") : 0;
}

int
http_server_new(sd_event *loop, const struct http_server_conf *conf, http_fn fn, void *userdata,
    struct http_server **ret, struct err *e)
{
	struct http_server *s;
	int r = dynamic_lib_load(&http_lib, e);

	if (r < 0 && conf->socket > 0)
		(void)close(conf->socket);
	if (r < 0)
		return r;
	s = xcalloc(1, sizeof(*s));
	s->loop = loop;
	s->limits = *conf->limits;
	s->armed = INSTANT_NEVER;
	s->tls = conf->tls != NULL ? http_tls_ref(conf->tls) : NULL;
	s->fn = fn;
	s->userdata = userdata;
	list_init(&s->doors);
	list_init(&s->connections);
	for (size_t i = 0; i < ARRAY_SIZE(s->phases); i++)
		list_init(&s->phases[i]);
	r = http_accept_begin(s, e);
	if (r < 0 && conf->socket > 0)
		(void)close(conf->socket);
	if (r >= 0)
		r = http_server_listen(s, &conf->listen, conf->socket, e);
	if (r >= 0)
		r = start_daemon(s, e);
	if (r >= 0)
		r = watch_daemon(s, e);
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
	http_accept_end(s);
	(void)sd_event_source_disable_unref(s->source);
	/* the library does not end while one rests */
	list_for_each (c, &s->connections, struct http_connection, all)
		http_connection_resume(c);
	if (s->daemon != NULL)
		MHD(MHD_stop_daemon)(s->daemon);
	timer_done(&s->timer);
	timer_done(&s->deadlines);
	prefix_map_done(&s->clients);
	http_tls_unref(s->tls);
	free(s);
}

bool
http_server_endpoint_at(const struct http_server *s, size_t i, struct endpoint *ret)
{
	list_for_each (d, &s->doors, const struct http_door, node) {
		if (i-- > 0)
			continue;
		*ret = d->endpoint;
		return true;
	}
	return false;
}

struct endpoint
http_server_endpoint(const struct http_server *s)
{
	return container_of(s->doors.next, struct http_door, node)->endpoint;
}

int
http_server_socket(const struct http_server *s)
{
	return container_of(s->doors.next, struct http_door, node)->fd;
}

unsigned
http_server_clients(const struct http_server *s)
{
	return s->connection_count;
}
