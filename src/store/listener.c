#include "store/listener.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/alloc.h"
#include "io/fd.h"
#include "io/thread.h"
#include "store/postgresql.h"

#define WAITING_MAX 4096
#define AGAIN_MS 1000
#define STACK_BYTES (1u << 20) /* libpq, TLS and the resolver are not ours to measure */

struct store_listener {
	struct store *store; /* owned; the thread's */
	pthread_t thread;
	int stop_fd; /* readable: the thread shall end */
	int fd;      /* an eventfd: its count is not 0 while something waits */
	pthread_mutex_t lock; /* of all below */
	char **waiting;       /* owned */
	size_t count, cap;
	bool anything; /* may have changed; comes first */
	struct err problem; /* code 0: connected */
};

/* payload NULL: anything. */
static void
add(struct store_listener *l, const char *payload)
{
	(void)pthread_mutex_lock(&l->lock);
	if (payload == NULL || l->count == WAITING_MAX) {
		for (size_t i = 0; i < l->count; i++)
			free(l->waiting[i]);
		l->count = 0;
		l->anything = true;
	} else {
		l->waiting = grow_array(l->waiting, l->count, &l->cap, sizeof(*l->waiting));
		l->waiting[l->count++] = xstrdup(payload);
	}
	(void)eventfd_write(l->fd, 1);
	(void)pthread_mutex_unlock(&l->lock);
}

static void
set_problem(struct store_listener *l, const struct err *e)
{
	(void)pthread_mutex_lock(&l->lock);
	l->problem = *e;
	(void)pthread_mutex_unlock(&l->lock);
}

/* False: to be ended. */
static bool
wait_for(const struct store_listener *l, int fd, int ms)
{
	struct pollfd fds[] = { { l->stop_fd, POLLIN, 0 }, { fd, POLLIN, 0 } };

	(void)poll(fds, fd < 0 ? 1 : 2, ms);
	return fds[0].revents == 0;
}

static int
begin_to_hear(struct store_listener *l, struct err *e)
{
	int r = l->store->driver->connect(l->store, e);

	if (r >= 0)
		r = l->store->driver->script(l->store, "LISTEN " POSTGRESQL_CHANNEL, e);
	if (r < 0)
		l->store->driver->disconnect(l->store);
	return r;
}

/* What came; AWAY when the connection is lost. */
static int
hear(struct store_listener *l, struct err *e)
{
	struct postgresql_store *p = postgresql_of(l->store);
	PGnotify *n;

	if (!PQconsumeInput(p->conn))
		return postgresql_lost(p, PQerrorMessage(p->conn), e);
	while ((n = PQnotifies(p->conn)) != NULL) {
		add(l, n->extra);
		PQfreemem(n);
	}
	return 0;
}

static void *
run(void *arg)
{
	struct store_listener *l = arg;
	struct err e = { 0 };
	bool go_on = true;

	while (go_on) {
		if (!l->store->connected) {
			if (begin_to_hear(l, &e) < 0) {
				set_problem(l, &e);
				go_on = wait_for(l, -1, AGAIN_MS);
				continue;
			}
			set_problem(l, &(struct err){ 0 });
			add(l, NULL);
		}
		go_on = wait_for(l, PQsocket(postgresql_of(l->store)->conn), -1);
		if (go_on && hear(l, &e) < 0)
			set_problem(l, &e);
	}
	return NULL;
}

int
store_listener_new(const char *where, struct store_listener **ret, struct err *e)
{
	struct store *s = NULL;
	struct store_listener *l;
	int r = store_open(where, &s, e);

	if (r < 0)
		return r;
	if (!store_is_shared(s)) {
		store_close(s);
		*ret = NULL;
		return 0;
	}
	l = xcalloc(1, sizeof(*l));
	l->store = s;
	(void)pthread_mutex_init(&l->lock, NULL);
	(void)err_set(&l->problem, STORE_AWAY, "%s: not connected yet", store_name(s));
	l->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	l->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (l->fd < 0 || l->stop_fd < 0)
		r = err_errno(e, -errno, "listen to %s", store_name(s));
	if (r >= 0 && (r = thread_start(&l->thread, STACK_BYTES, run, l)) < 0)
		(void)err_errno(e, r, "listen to %s", store_name(s));
	if (r < 0) {
		closep(&l->fd);
		closep(&l->stop_fd);
		store_close(s);
		free(l);
		return r;
	}
	*ret = l;
	return 0;
}

void
store_listener_free(struct store_listener *l)
{
	if (l == NULL)
		return;
	(void)eventfd_write(l->stop_fd, 1);
	(void)pthread_join(l->thread, NULL);
	for (size_t i = 0; i < l->count; i++)
		free(l->waiting[i]);
	free(l->waiting);
	closep(&l->fd);
	closep(&l->stop_fd);
	(void)pthread_mutex_destroy(&l->lock);
	store_close(l->store);
	free(l);
}

int
store_listener_fd(const struct store_listener *l)
{
	return l ? l->fd : -1;
}

bool
store_listener_take(struct store_listener *l, char **payload)
{
	bool some;
	eventfd_t count;

	if (l == NULL)
		return false;
	(void)pthread_mutex_lock(&l->lock);
	some = l->anything || l->count > 0;
	if (l->anything) {
		*payload = NULL;
		l->anything = false;
	} else if (some) {
		*payload = l->waiting[0];
		memmove(l->waiting, l->waiting + 1, --l->count * sizeof(*l->waiting));
	}
	if (!l->anything && l->count == 0)
		(void)eventfd_read(l->fd, &count);
	(void)pthread_mutex_unlock(&l->lock);
	return some;
}

bool
store_listener_is_connected(struct store_listener *l, struct err *e)
{
	int r;

	if (l == NULL)
		return true;
	(void)pthread_mutex_lock(&l->lock);
	r = l->problem.code;
	if (r != 0)
		(void)err_set(e, r, "%s", l->problem.message);
	(void)pthread_mutex_unlock(&l->lock);
	return r == 0;
}
