/* When to send, how long to wait, and how both are changed: RFC 5880 sections 6.5 and 6.8.2
 * to 6.8.7. */
#include "proto/bfd/session_internal.h"

#define SLOW_US UINT32_C(1000000)

static uint32_t
to_us(struct duration d)
{
	return (uint32_t)(MIN(d.ns, BFD_INTERVAL_MAX.ns) / NS_PER_US);
}

/* Section 6.8.3: no flood at those who do not answer. */
static uint32_t
wanted_min_tx(const struct bfd_session *s)
{
	uint32_t us = to_us(s->conf.min_tx);

	return s->state == BFD_UP ? us : MAX(us, SLOW_US);
}

/* 0: nothing is sent by the clock. */
static uint32_t
tx_interval(const struct bfd_session *s)
{
	bool demand = s->remote_demand && s->state == BFD_UP && s->remote_state == BFD_UP;

	if (s->remote_min_rx == 0 || (demand && !s->polling))
		return 0;
	return MAX(s->used_min_tx, s->remote_min_rx);
}

/* 75 to 100 %, or to 90 % where one loss is too many already (section 6.8.7). */
static struct instant
after_jitter(struct bfd_session *s, struct instant from, uint32_t us)
{
	uint64_t ns = us * UINT64_C(750), span = us * UINT64_C(250);

	if (s->conf.multiplier == 1)
		span = us * UINT64_C(150);
	return instant_add(from, DURATION_NS(ns + rng_below(&s->rng, span + 1)));
}

/* A shorter interval counts from the last packet on, at once (section 6.8.3). */
static void
pace(struct bfd_session *s)
{
	uint32_t us = tx_interval(s);

	if (us == s->paced)
		return;
	s->paced = us;
	s->next_tx = us ? after_jitter(s, s->last_tx, us) : INSTANT_NEVER;
}

/* No change is under way: there may be another one. */
static bool
is_settled(const struct bfd_session *s)
{
	return !s->polling && instant_is_never(s->settles);
}

bool
bfd_session_is_changing(const struct bfd_session *s)
{
	return !is_settled(s) || s->timing_waits;
}

struct duration
bfd_timing_detection(const struct bfd_session *s)
{
	return DURATION_US((int64_t)MAX(s->used_min_rx, s->remote_min_tx) * s->remote_multiplier);
}

/* Says other intervals from now on. What only helps counts at once, the rest when the neighbor
 * knows. */
static void
announce_timing(struct bfd_session *s, uint32_t min_tx, uint32_t min_rx)
{
	/* also when it was said before, while we were Up, and did not count yet */
	if (s->state != BFD_UP || min_tx < s->used_min_tx)
		s->used_min_tx = min_tx;
	if (s->state != BFD_UP || min_rx > s->used_min_rx)
		s->used_min_rx = min_rx;
	if (min_tx == s->desired_min_tx && min_rx == s->required_min_rx)
		return;
	s->desired_min_tx = min_tx;
	s->required_min_rx = min_rx;
	s->polling = true;
	s->settles = INSTANT_NEVER;
	/* a longer one counts for the packet that is awaited now */
	if (!instant_is_never(s->expires))
		s->expires =
		    instant_max(s->expires, instant_add(s->heard, bfd_timing_detection(s)));
}

void
bfd_timing_init(struct bfd_session *s, struct instant now)
{
	s->desired_min_tx = s->used_min_tx = wanted_min_tx(s);
	s->required_min_rx = s->used_min_rx = to_us(s->conf.min_rx);
	s->remote_min_rx = 1; /* section 6.8.1 */
	s->heard = s->expires = INSTANT_NEVER;
	s->last_tx = s->next_tx = now;
	s->settles = INSTANT_NEVER;
	s->paced = tx_interval(s);
}

void
bfd_timing_state_changed(struct bfd_session *s)
{
	if (s->state != BFD_UP)
		s->timing_waits = false; /* all of conf counts at once */
	announce_timing(
	    s, wanted_min_tx(s), s->state == BFD_UP ? s->required_min_rx : to_us(s->conf.min_rx));
	pace(s);
}

/*
 * The neighbor knows. Packets from before our Poll may still overtake it, so it is told for a
 * detection time more at the old pace; a Final that comes twice must not end the next sequence
 * either.
 */
void
bfd_timing_final_received(struct bfd_session *s, struct instant now)
{
	uint32_t pace = MAX(s->used_min_tx, s->remote_min_rx);

	if (!s->polling)
		return;
	s->polling = false;
	s->settles = instant_add(now, DURATION_US((int64_t)pace * s->conf.multiplier));
}

void
bfd_timing_heard(struct bfd_session *s, struct instant now)
{
	s->heard = now;
	s->expires = instant_add(now, bfd_timing_detection(s));
	pace(s);
}

void
bfd_timing_change(struct bfd_session *s, struct instant now)
{
	if (instant_reached(s->settles, now)) {
		s->settles = INSTANT_NEVER;
		s->used_min_tx = s->desired_min_tx;
		s->used_min_rx = s->required_min_rx;
	}
	if (s->timing_waits && is_settled(s)) {
		s->timing_waits = false;
		announce_timing(s, wanted_min_tx(s), to_us(s->conf.min_rx));
	}
	pace(s);
}

void
bfd_session_set_timing(struct bfd_session *s, struct duration min_tx, struct duration min_rx,
    uint8_t multiplier, struct instant now, struct bfd_actions *ret)
{
	s->conf.min_tx = min_tx;
	s->conf.min_rx = min_rx;
	s->conf.multiplier = multiplier;
	s->timing_waits = true;
	if (s->state != BFD_UP)
		bfd_timing_state_changed(s);
	bfd_session_tick(s, now, ret);
}

struct instant
bfd_session_expires(const struct bfd_session *s)
{
	return s->expires;
}

struct instant
bfd_session_deadline(const struct bfd_session *s)
{
	return instant_min(instant_min(s->next_tx, s->expires), s->settles);
}

/* But for P and F: another content is told at once (section 6.8.7). */
static bool
says_the_same(const struct bfd_packet *a, const struct bfd_packet *b)
{
	return a->state == b->state && a->diag == b->diag && a->multiplier == b->multiplier &&
	       a->my_discriminator == b->my_discriminator &&
	       a->your_discriminator == b->your_discriminator &&
	       a->desired_min_tx_us == b->desired_min_tx_us &&
	       a->required_min_rx_us == b->required_min_rx_us;
}

/*
 * Section 6.7.4: the meticulous one counts every packet, the other only those that
 * differ, so that a run of losses does not carry the neighbor out of its window.
 */
static size_t
encode(struct bfd_session *s, const struct bfd_packet *p, bool news,
    uint8_t buf[static BFD_PACKET_MAX])
{
	bool differs = news || p->poll != s->last_sent.poll || p->final != s->last_sent.final;

	if (s->conf.key.type == BFD_AUTH_METICULOUS_SHA1 || differs)
		s->sequence_out++;
	return bfd_packet_encode(p, &s->conf.key, s->sequence_out, buf);
}

void
bfd_timing_send(struct bfd_session *s, bool answer, struct instant now, struct bfd_actions *ret)
{
	struct bfd_packet p = {
		.diag = s->diag,
		.state = s->state,
		.multiplier = s->conf.multiplier,
		.my_discriminator = s->local_discriminator,
		.your_discriminator = s->remote_discriminator,
		.desired_min_tx_us = s->desired_min_tx,
		.required_min_rx_us = s->required_min_rx,
	};
	bool news = !says_the_same(&p, &s->last_sent);

	if (!answer && !news && !instant_reached(s->next_tx, now))
		return;
	p.final = answer;
	p.poll = s->polling && !answer; /* never both */
	ret->len = encode(s, &p, news, ret->packet);
	s->last_sent = p;
	s->packets_out++;
	if (answer)
		return; /* beside the clock, or a neighbor that polls fast would never see our own
			   Poll */
	s->last_tx = now;
	s->paced = tx_interval(s);
	s->next_tx = s->paced ? after_jitter(s, now, s->paced) : INSTANT_NEVER;
}
