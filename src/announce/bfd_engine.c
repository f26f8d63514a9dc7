#include "announce/bfd_engine_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/alloc.h"
#include "io/udp.h"

/* ---- sending ---- */

static void
close_sockets(struct bfd_path *p)
{
	bfd_receiver_put(TAKE(p->receiver));
	if (p->sender >= 0)
		(void)close(p->sender);
	p->sender = -1;
}

static int
open_sockets(struct bfd_path *p, struct err *e)
{
	struct udp_conf conf = { .local = p->target.local, .interface = p->target.interface };
	uint64_t random = 0;
	int r = 0;

	if (p->receiver == NULL)
		r = bfd_receiver_get(p->engine, &p->target, -1, &p->receiver, e);
	if (r < 0 || p->sender >= 0)
		return r;
	(void)getrandom(&random, sizeof(random), GRND_NONBLOCK);
	return udp_open_sender(&conf, BFD_SOURCE_PORT_MIN, random, &p->sender, e);
}

static void
set_error(struct bfd_path *p, const char *text)
{
	if (strncmp(p->news.error, text, BFD_ERROR_MAX - 1) == 0)
		return;
	(void)snprintf(p->news.error, sizeof(p->news.error), "%.*s", BFD_ERROR_MAX - 1, text);
	p->news.has_error = true;
	p->engine->on_news(p->engine->userdata);
}

static void
send_packet(struct bfd_path *p, const uint8_t *bytes, size_t len)
{
	struct endpoint to = { .addr = p->target.peer, .port = p->target.port };
	struct err e = { 0 };
	char local[IP_STR_MAX], peer[IP_STR_MAX];
	int r = open_sockets(p, &e);

	if (r == 0) {
		r = udp_send(p->sender, to, bytes, len);
		if (r < 0)
			(void)err_errno(&e, r, "send from %s to %s",
			    ip_format(p->target.local, local), ip_format(p->target.peer, peer));
		/* the interface has gone; another one of its name may come */
		p->is_stale = r == -ENODEV || r == -ENXIO;
	}
	p->send_errors += r < 0;
	/* a queue that is full at times is no news */
	if (r != -EAGAIN && r != -ENOBUFS)
		set_error(p, r < 0 ? e.message : "");
}

static void
keep_news(struct bfd_path *p, const struct bfd_actions *a)
{
	struct bfd_news *news = &p->news;

	switch (a->change) {
	case BFD_CHANGE_NONE:
		return;
	case BFD_CHANGE_UP:
		news->is_up = news->came_up = true;
		break;
	case BFD_CHANGE_DOWN:
		news->is_up = news->came_up = false;
		news->went_down = true;
		news->down_why = a->why;
		break;
	case BFD_CHANGE_ADMIN_DOWN:
		news->is_up = news->came_up = false;
		news->went_admin_down = true;
		break;
	}
	p->engine->on_news(p->engine->userdata);
}

void
bfd_path_carry_out(struct bfd_path *p, const struct bfd_actions *a)
{
	if (a->len > 0)
		send_packet(p, a->packet, a->len);
	timer_set(&p->timer, bfd_session_deadline(p->session));
	keep_news(p, a);
}

/* ---- paths ---- */

struct bfd_path *
bfd_engine_find(const struct bfd_engine *e, uint32_t discriminator)
{
	struct bfd_info info;

	list_for_each (p, &e->paths, struct bfd_path, list) {
		bfd_session_info(p->session, &info);
		if (info.local_discriminator == discriminator)
			return p;
	}
	return NULL;
}

/* Hard to guess, since who knows it can take a session down. */
static uint32_t
new_discriminator(const struct bfd_engine *e)
{
	uint32_t n = 0;

	while (n == 0 || bfd_engine_find(e, n))
		(void)getrandom(&n, sizeof(n), 0);
	return n;
}

static void
on_timer(struct timer *t, struct instant now)
{
	struct bfd_path *p = container_of(t, struct bfd_path, timer);
	struct bfd_actions a;

	if (p->is_stale)
		close_sockets(p);
	p->is_stale = false;
	/* we may be late, and nobody is dead for that whose packets wait */
	if (p->receiver && instant_reached(bfd_session_expires(p->session), now))
		bfd_receiver_drain(p->receiver);
	now = clock_now();
	/* its neighbor is about to be forgotten: nothing that was recorded shall bring it up again */
	if (instant_reached(bfd_session_expires(p->session), now))
		bfd_session_set_discriminator(p->session, new_discriminator(p->engine));
	bfd_session_tick(p->session, now, &a);
	bfd_path_carry_out(p, &a);
}

int
bfd_path_make(struct bfd_engine *e, const struct bfd_target *target, struct bfd_path **ret)
{
	struct bfd_path *p = xcalloc(1, sizeof(*p));
	uint64_t seed = 0;
	int r;

	p->engine = e;
	p->target = *target;
	p->interface = target->interface ? xstrdup(target->interface) : NULL;
	p->target.interface = p->interface;
	p->sender = -1;
	(void)getrandom(&seed, sizeof(seed), 0);
	p->session = bfd_session_new(&target->conf, new_discriminator(e), seed, clock_now());
	list_append(&e->paths, &p->list);
	r = timer_init(&p->timer, e->loop, on_timer);
	if (r < 0) {
		bfd_path_free(p);
		return r;
	}
	*ret = p;
	return 0;
}

int
bfd_path_new(struct bfd_engine *e, const struct bfd_target *target, struct bfd_path **ret)
{
	int r = bfd_path_make(e, target, ret);

	if (r == 0)
		timer_set(&(*ret)->timer, bfd_session_deadline((*ret)->session));
	return r;
}

void
bfd_path_free(struct bfd_path *p)
{
	if (p == NULL)
		return;
	list_remove(&p->list);
	timer_done(&p->timer);
	close_sockets(p);
	bfd_session_free(p->session);
	free(p->interface);
	explicit_bzero(&p->target.conf.key, sizeof(p->target.conf.key));
	free(p);
}

void
bfd_path_set_admin_down(struct bfd_path *p)
{
	struct bfd_actions a;

	bfd_session_set_admin_down(p->session, true, clock_now(), &a);
	a.change = BFD_CHANGE_NONE; /* no news for him who wanted it */
	bfd_path_carry_out(p, &a);
}

void
bfd_path_take_news(struct bfd_path *p, struct bfd_news *ret)
{
	*ret = p->news;
	p->news.went_down = p->news.went_admin_down = p->news.came_up = p->news.has_error = false;
}

void
bfd_path_info(const struct bfd_path *p, struct bfd_path_info *ret)
{
	bfd_session_info(p->session, &ret->session);
	ret->send_errors = p->send_errors;
	ret->strangers = p->receiver ? p->receiver->strangers : 0;
	(void)snprintf(ret->error, sizeof(ret->error), "%s", p->news.error);
}

/* ---- strangers ---- */

void
bfd_engine_meet_stranger(struct bfd_engine *e, struct bfd_receiver *r, struct ip from)
{
	struct instant now = clock_now();

	r->strangers++;
	if (e->stranger.count++ == 0) {
		e->stranger.from = from;
		e->stranger.to = r->local;
	}
	if (!instant_reached(e->stranger_next, now))
		return;
	e->stranger_next = instant_add(now, BFD_STRANGER_PERIOD);
	e->stranger_is_news = true;
	e->on_news(e->userdata);
}

void
bfd_engine_take_stranger(struct bfd_engine *e, struct bfd_stranger *ret)
{
	*ret = (struct bfd_stranger){ 0 };
	if (!e->stranger_is_news)
		return;
	*ret = e->stranger;
	e->stranger = (struct bfd_stranger){ 0 };
	e->stranger_is_news = false;
}

/* ---- the engine ---- */

struct bfd_engine *
bfd_engine_new(sd_event *loop, void (*on_news)(void *userdata), void *userdata)
{
	struct bfd_engine *e = xcalloc(1, sizeof(*e));

	e->loop = loop;
	e->on_news = on_news;
	e->userdata = userdata;
	list_init(&e->paths);
	list_init(&e->receivers);
	return e;
}

void
bfd_engine_free(struct bfd_engine *e)
{
	if (e == NULL)
		return;
	list_for_each_safe (p, &e->paths, struct bfd_path, list)
		bfd_path_free(p);
	free(e);
}
