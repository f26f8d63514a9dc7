#include "measure/reverse.h"

#include <ares.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/time.h>

#include "base/alloc.h"
#include "io/loop.h"

/* A name server that does not answer holds nothing up for longer than this, twice. */
#define TIMEOUT_MS 1000
#define TRIES 2
#define QUESTIONS_MAX 1000
#define SOCKETS_MAX 16 /* two for each name server */
#define NAME_MAX_LEN 253

struct question {
	struct reverse *reverse;
	struct ip address;
	char *name; /* owned; NULL: none */
};

struct reverse {
	sd_event *loop;       /* a reference */
	ares_channel channel; /* owned */
	struct timer timer;
	struct {
		int fd;
		sd_event_source *source; /* owned */
	} sockets[SOCKETS_MAX];
	struct question **questions; /* owned, and each of them: c-ares keeps its address */
	size_t count, cap, open;
	void (*idle)(void *userdata);
	void *userdata;
	bool ending;
};

static void
arm_timer(struct reverse *v)
{
	struct timeval tv, *left = ares_timeout(v->channel, NULL, &tv);

	timer_set(&v->timer, left
				 ? instant_add(clock_now(),
				       DURATION_US((int64_t)left->tv_sec * 1000000 + left->tv_usec))
				 : INSTANT_NEVER);
}

static void
on_timer(struct timer *t, struct instant now)
{
	struct reverse *v = container_of(t, struct reverse, timer);

	(void)now;
	ares_process_fd(v->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	arm_timer(v);
}

static int
on_io(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct reverse *v = userdata;

	(void)source;
	ares_process_fd(v->channel, events & (EPOLLIN | EPOLLERR | EPOLLHUP) ? fd : ARES_SOCKET_BAD,
	    events & EPOLLOUT ? fd : ARES_SOCKET_BAD);
	arm_timer(v);
	return 0;
}

/* c-ares says what it wants to know of a socket; neither: it is about to close it. */
static void
on_socket_wish(void *userdata, ares_socket_t fd, int readable, int writable)
{
	struct reverse *v = userdata;
	uint32_t events = (readable ? EPOLLIN : 0u) | (writable ? EPOLLOUT : 0u);
	size_t at = 0;

	while (at < SOCKETS_MAX && (v->sockets[at].source == NULL || v->sockets[at].fd != fd))
		at++;
	if (at < SOCKETS_MAX && events == 0) {
		v->sockets[at].source = sd_event_source_disable_unref(v->sockets[at].source);
		return;
	}
	if (at < SOCKETS_MAX) {
		(void)sd_event_source_set_io_events(v->sockets[at].source, events);
		return;
	}
	for (at = 0; at < SOCKETS_MAX && events != 0; at++) {
		if (v->sockets[at].source != NULL)
			continue;
		v->sockets[at].fd = fd;
		(void)sd_event_add_io(v->loop, &v->sockets[at].source, fd, events, on_io, v);
		return;
	}
	/* no place: its answer is not seen, and the time-out settles it */
}

static void
on_answer(void *userdata, int status, int timeouts, struct hostent *host)
{
	struct question *q = userdata;
	struct reverse *v = q->reverse;

	(void)timeouts;
	v->open--;
	if (status == ARES_SUCCESS && host->h_name && *host->h_name)
		q->name = xasprintf("%.*s", NAME_MAX_LEN, host->h_name);
	if (v->open == 0 && !v->ending)
		v->idle(v->userdata);
}

int
reverse_new(sd_event *loop, void (*idle)(void *userdata), void *userdata, struct reverse **ret,
    struct err *e)
{
	struct reverse *v = xcalloc(1, sizeof(*v));
	struct ares_options options = {
		.timeout = TIMEOUT_MS,
		.tries = TRIES,
		.sock_state_cb = on_socket_wish,
		.sock_state_cb_data = v,
	};
	int r;

	v->loop = sd_event_ref(loop);
	v->idle = idle;
	v->userdata = userdata;
	r = timer_init(&v->timer, loop, on_timer);
	if (r < 0) {
		reverse_free(v);
		return err_errno(e, r, "timer of the resolver");
	}
	r = ares_library_init(ARES_LIB_INIT_ALL);
	if (r == ARES_SUCCESS)
		r = ares_init_options(&v->channel, &options,
		    ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB);
	if (r != ARES_SUCCESS) {
		v->channel = NULL;
		reverse_free(v);
		return err_set(e, -EIO, "resolver: %s", ares_strerror(r));
	}
	*ret = v;
	return 0;
}

void
reverse_free(struct reverse *v)
{
	if (v == NULL)
		return;
	v->ending = true;
	if (v->channel) {
		ares_destroy(v->channel); /* settles what is open */
		ares_library_cleanup();
	}
	for (size_t i = 0; i < SOCKETS_MAX; i++)
		(void)sd_event_source_disable_unref(v->sockets[i].source);
	for (size_t i = 0; i < v->count; i++) {
		free(v->questions[i]->name);
		free(v->questions[i]);
	}
	free(v->questions);
	timer_done(&v->timer);
	(void)sd_event_unref(v->loop);
	free(v);
}

static struct question *
find(const struct reverse *v, struct ip address)
{
	for (size_t i = 0; i < v->count; i++) {
		if (ip_equal(v->questions[i]->address, address))
			return v->questions[i];
	}
	return NULL;
}

void
reverse_ask(struct reverse *v, struct ip address)
{
	struct question *q;

	if (find(v, address) || v->count >= QUESTIONS_MAX)
		return;
	q = xcalloc(1, sizeof(*q));
	*q = (struct question){ .reverse = v, .address = address };
	v->questions = grow_array(v->questions, v->count, &v->cap, sizeof(struct question *));
	v->questions[v->count++] = q;
	v->open++;
	ares_gethostbyaddr(v->channel, q->address.bytes, (int)ip_size(address.family),
	    address.family == IP_V4 ? AF_INET : AF_INET6, on_answer, q);
	arm_timer(v);
}

bool
reverse_is_busy(const struct reverse *v)
{
	return v->open > 0;
}

const char *
reverse_find(const struct reverse *v, struct ip address)
{
	const struct question *q = find(v, address);

	return q ? q->name : NULL;
}
