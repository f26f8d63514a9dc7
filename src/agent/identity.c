#include "agent/identity.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "agent/agent_internal.h"
#include "agent/reverse_trace.h"
#include "base/alloc.h"
#include "base/log.h"
#include "io/fd.h"
#include "io/fd_limit.h"
#include "io/udp.h"
#include "proto/identity/identity.h"
#include "proto/identity/limit.h"

/* A turn of the loop answers no more at one address. */
#define BATCH 16
/* Descriptors for everything that is not of an address. */
#define RESERVE 512

struct identity_socket {
	struct identity_sockets *all; /* borrowed */
	size_t place;
	struct endpoint local;
	int fd;                  /* owned */
	sd_event_source *source; /* owned */
};

struct identity_sockets {
	struct agent *agent;            /* borrowed */
	struct identity_socket **items; /* owned, as the array is; by place, NULL: none */
	size_t count;
	struct identity_limit limit;
	struct reverse_traces *reverse; /* owned */
	bool said; /* there are too few descriptors */
};

/* ---- answers ---- */

static void
answer(const struct identity_socket *s, struct endpoint to, uint64_t nonce)
{
	const struct agent *a = s->all->agent;
	const struct hosted *h = a->address_places.items[s->place].hosted;
	uint8_t bytes[IDENTITY_SIZE];
	size_t len =
	    identity_answer_encode(nonce, a->conf->site, a->conf->host, h->conf->name, bytes);

	(void)udp_send(s->fd, to, bytes, len); /* who asked asks again */
}

static enum identity_result
take(const struct identity_socket *s, const struct udp_datagram *d, const uint8_t *bytes)
{
	struct reverse_question reverse;
	uint8_t reply[IDENTITY_SIZE];
	uint64_t nonce;
	bool is_reverse = reverse_question_decode(bytes, d->len, &reverse) == 0;

	if (d->from.port == 0 ||
	    (!is_reverse && identity_question_decode(bytes, d->len, &nonce) < 0))
		return IDENTITY_MALFORMED;
	if (!identity_limit_take(&s->all->limit, d->from.addr, clock_now()))
		return IDENTITY_REFUSED;
	if (is_reverse)
		(void)udp_send(s->fd, d->from, reply,
		    reverse_traces_answer(s->all->reverse, d->from, &reverse, reply));
	else
		answer(s, d->from, nonce);
	return IDENTITY_ANSWERED;
}

static int
on_readable(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	const struct identity_socket *s = userdata;
	uint8_t bytes[IDENTITY_SIZE + 1]; /* one that is longer is seen to be */
	struct udp_datagram d;

	(void)source;
	(void)revents;
	for (int i = 0; i < BATCH && udp_receive(fd, bytes, sizeof(bytes), &d) == 0; i++)
		s->all->agent->counters.identity[take(s, &d, bytes)]++;
	return 0;
}

/* ---- sockets ---- */

static void
free_socket(struct identity_socket *s)
{
	if (s == NULL)
		return;
	(void)sd_event_source_disable_unref(s->source);
	if (s->fd >= 0)
		(void)close(s->fd);
	free(s);
}

static int
open_socket(struct identity_socket *s, struct err *e)
{
	const struct udp_conf conf = { .local = s->local.addr };
	int r = 0;

	if (s->fd < 0)
		r = udp_listen(&conf, s->local.port, &s->fd, e);
	if (r < 0)
		return r;
	r = sd_event_add_io(s->all->agent->loop, &s->source, s->fd, EPOLLIN, on_readable, s);
	if (r >= 0)
		r = sd_event_source_set_priority(s->source, SD_EVENT_PRIORITY_IDLE);
	return r < 0 ? err_errno(e, r, "event loop") : 0;
}

void
identity_close(struct identity_sockets *s, size_t place)
{
	if (place < s->count)
		free_socket(TAKE(s->items[place]));
}

/* An address has two descriptors, of which the lock is needed more; so are sessions and checks. */
static bool
has_room(struct identity_sockets *s)
{
	struct err e = { 0 };

	if (fd_limit_raise(2 * s->agent->address_places.count + RESERVE, &e) >= 0)
		return true;
	if (!s->said)
		log_warning("identity: %s; goes on without", e.message);
	s->said = true;
	return false;
}

static void
open_place(struct identity_sockets *s, size_t place, struct endpoint local, int fd)
{
	struct identity_socket *one = xcalloc(1, sizeof(*one));
	struct err e = { 0 };

	*one = (struct identity_socket){ .all = s, .place = place, .local = local, .fd = fd };
	if (open_socket(one, &e) < 0) {
		log_warning("identity: %s; goes on without", e.message);
		free_socket(one);
		return;
	}
	if (place >= s->count) {
		s->items = xrealloc(s->items, (place + 1) * sizeof(struct identity_socket *));
		while (s->count <= place)
			s->items[s->count++] = NULL;
	}
	s->items[place] = one;
}

void
identity_look(struct identity_sockets *s, size_t place, int fd)
{
	const struct agent *a = s->agent;
	const struct place *owner = &a->address_places.items[place];
	_cleanup_(closep) int taken = fd;
	struct endpoint local = { .port = (uint16_t)a->conf->identity.port };

	if (owner->hosted == NULL || !a->conf->identity.enabled ||
	    !addresses_is_present(a->addresses, place)) {
		identity_close(s, place);
		return;
	}
	local.addr = owner->hosted->conf->addresses[owner->index];
	if (place < s->count && s->items[place] != NULL) {
		if (endpoint_equal(s->items[place]->local, local))
			return;
		identity_close(s, place);
	}
	if (has_room(s))
		open_place(s, place, local, TAKE_FD(taken));
}

void
identity_look_again(struct identity_sockets *s)
{
	for (size_t i = 0; i < s->agent->address_places.count; i++)
		identity_look(s, i, -1);
}

int
identity_fd(const struct identity_sockets *s, size_t place)
{
	return place < s->count && s->items[place] != NULL ? s->items[place]->fd : -1;
}

/* ---- begin and end ---- */

struct identity_sockets *
identity_sockets_new(struct agent *a)
{
	struct identity_sockets *s = xcalloc(1, sizeof(*s));
	uint64_t secret = 0;

	/* what is not there this early makes a secret that is only less of one */
	(void)getrandom(&secret, sizeof(secret), GRND_NONBLOCK);
	s->agent = a;
	s->reverse = reverse_traces_new(a);
	identity_limit_init(&s->limit, secret);
	return s;
}

void
identity_sockets_free(struct identity_sockets *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->count; i++)
		free_socket(s->items[i]);
	reverse_traces_free(s->reverse);
	free(s->items);
	free(s);
}
