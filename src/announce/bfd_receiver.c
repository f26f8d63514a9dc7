/* Which packet is whose. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "announce/bfd_engine_internal.h"
#include "base/alloc.h"
#include "io/udp.h"

#define RECEIVE_BATCH 64 /* datagrams a wake-up; the loop comes by for more */
#define DRAIN_MAX 1024   /* datagrams that are looked at before somebody is called dead */
#define TTL_SINGLE_HOP 255
#define DATAGRAM_MAX 256 /* a length field can not say more */

/* Before timers: what has come is read before silence is judged. */
#define PRIORITY_RECEIVE (SD_EVENT_PRIORITY_NORMAL - 1)

static struct bfd_path *
find_by_addresses(const struct bfd_receiver *r, struct ip peer)
{
	list_for_each (p, &r->engine->paths, struct bfd_path, list) {
		if (p->receiver == r && ip_equal(p->target.peer, peer))
			return p;
	}
	return NULL;
}

/*
 * RFC 5880 section 6.8.6: by the discriminator once the peer knows it, by addresses before. The
 * source must be the peer's in both cases: a discriminator is no secret to those on the path.
 */
static void
take_datagram(struct bfd_receiver *r, const struct udp_datagram *d, const uint8_t *bytes)
{
	struct bfd_path *sender = find_by_addresses(r, d->from.addr), *p = sender;
	struct bfd_actions a;
	struct bfd_packet packet;
	enum bfd_verdict verdict = bfd_packet_decode(bytes, d->len, &packet);

	if (sender == NULL)
		bfd_engine_meet_stranger(r->engine, r, d->from.addr);
	if (verdict == BFD_ACCEPTED && packet.your_discriminator != 0)
		p = bfd_engine_find(r->engine, packet.your_discriminator);
	if (verdict == BFD_ACCEPTED && (!p || p->receiver != r))
		verdict = BFD_NO_SESSION;
	else if (verdict == BFD_ACCEPTED && !ip_equal(p->target.peer, d->from.addr))
		verdict = BFD_BAD_SOURCE;
	else if (verdict == BFD_ACCEPTED && !p->target.multihop && d->ttl != TTL_SINGLE_HOP)
		verdict = BFD_BAD_TTL;
	if (verdict != BFD_ACCEPTED) {
		/* on the account of the one it is for, else of the one it seems to come from */
		struct bfd_path *account = verdict == BFD_BAD_SOURCE ? p : sender;

		if (account)
			bfd_session_count(account->session, verdict);
		return;
	}
	(void)bfd_session_receive(p->session, &packet, clock_now(), &a);
	bfd_path_carry_out(p, &a);
}

static void
receive(struct bfd_receiver *r, int max)
{
	uint8_t bytes[DATAGRAM_MAX];
	struct udp_datagram d;

	for (int i = 0; i < max; i++) {
		int result = udp_receive(r->fd, bytes, sizeof(bytes), &d);

		if (result == -EAGAIN)
			return;
		if (result == 0)
			take_datagram(r, &d, bytes);
	}
}

void
bfd_receiver_drain(struct bfd_receiver *r)
{
	receive(r, DRAIN_MAX);
}

static int
on_readable(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	(void)source;
	(void)fd;
	(void)revents;
	receive(userdata, RECEIVE_BATCH);
	return 0;
}

static void
free_receiver(struct bfd_receiver *r)
{
	list_remove(&r->list);
	(void)sd_event_source_disable_unref(r->source);
	if (r->fd >= 0)
		(void)close(r->fd);
	free(r->interface);
	free(r);
}

static int
new_receiver(struct bfd_engine *engine, const struct bfd_target *t, int fd,
    struct bfd_receiver **ret, struct err *e)
{
	struct udp_conf conf = { .local = t->local, .interface = t->interface };
	struct bfd_receiver *r = xcalloc(1, sizeof(*r));
	int result = 0;

	list_init(&r->list);
	r->engine = engine;
	r->local = t->local;
	r->port = t->port;
	r->interface = t->interface ? xstrdup(t->interface) : NULL;
	r->fd = fd;
	if (fd < 0)
		result = udp_listen(&conf, t->port, &r->fd, e);
	if (result == 0) {
		result = sd_event_add_io(engine->loop, &r->source, r->fd, EPOLLIN, on_readable, r);
		if (result < 0)
			(void)err_errno(e, result, "event loop");
	}
	if (result < 0) {
		free_receiver(r);
		return result;
	}
	(void)sd_event_source_set_priority(r->source, PRIORITY_RECEIVE);
	list_append(&engine->receivers, &r->list);
	*ret = r;
	return 0;
}

static bool
same_interface(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

int
bfd_receiver_get(struct bfd_engine *engine, const struct bfd_target *t, int fd,
    struct bfd_receiver **ret, struct err *e)
{
	int result = 0;

	list_for_each (r, &engine->receivers, struct bfd_receiver, list) {
		if (r->port == t->port && ip_equal(r->local, t->local) &&
		    same_interface(r->interface, t->interface)) {
			if (fd >= 0)
				(void)close(fd);
			r->users++;
			*ret = r;
			return 0;
		}
	}
	result = new_receiver(engine, t, fd, ret, e);
	if (result == 0)
		(*ret)->users = 1;
	return result;
}

void
bfd_receiver_put(struct bfd_receiver *r)
{
	if (r && --r->users == 0)
		free_receiver(r);
}
