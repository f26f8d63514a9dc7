/* What a packet, silence, and an operator do to a session: RFC 5880 sections 6.8.4, 6.8.6
 * and 6.8.16. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "proto/bfd/session_internal.h"

struct bfd_session *
bfd_session_new(
    const struct bfd_conf *conf, uint32_t discriminator, uint64_t seed, struct instant now)
{
	struct bfd_session *s = xcalloc(1, sizeof(*s));

	s->conf = *conf;
	s->rng.state = seed;
	s->state = s->remote_state = BFD_DOWN;
	s->since = now;
	s->local_discriminator = discriminator;
	s->sequence_out = (uint32_t)rng_next(&s->rng);
	bfd_timing_init(s, now);
	return s;
}

void
bfd_session_free(struct bfd_session *s)
{
	if (s == NULL)
		return;
	explicit_bzero(&s->conf.key, sizeof(s->conf.key));
	free(s);
}

static void
set_state(struct bfd_session *s, enum bfd_state state, uint8_t diag, const char *why,
    struct instant now, struct bfd_actions *ret)
{
	enum bfd_state was = s->state;

	if (state == was)
		return;
	s->state = state;
	s->since = now;
	s->diag = diag;
	if (state == BFD_UP) {
		ret->change = BFD_CHANGE_UP;
		ret->why = why;
	} else if (was == BFD_UP) {
		s->downs++;
		ret->change = state == BFD_ADMIN_DOWN || s->remote_state == BFD_ADMIN_DOWN
				  ? BFD_CHANGE_ADMIN_DOWN
				  : BFD_CHANGE_DOWN;
		ret->why = why;
	}
	bfd_timing_state_changed(s);
}

/* Section 6.8.4. Whoever was not heard for a detection time is forgotten (6.8.1), in any state. */
static void
expire(struct bfd_session *s, struct instant now, struct bfd_actions *ret)
{
	if (!instant_reached(s->expires, now))
		return;
	s->expires = INSTANT_NEVER;
	s->remote_discriminator = 0;
	s->remote_state = BFD_DOWN;
	s->remote_demand = false;
	s->remote_min_rx = 1; /* what it wanted must not keep us from telling its successor */
	if (s->state == BFD_INIT || s->state == BFD_UP)
		set_state(s, BFD_DOWN, BFD_DIAG_EXPIRED, "detection time expired", now, ret);
	else
		bfd_timing_state_changed(s);
}

/*
 * Section 6.7.4, except that nothing is learnt from a packet whose digest is wrong, and that a
 * number is not forgotten before its neighbor is, however late the driver.
 */
static enum bfd_verdict
authenticate(struct bfd_session *s, const struct bfd_packet *p, struct instant now)
{
	bool meticulous = s->conf.key.type == BFD_AUTH_METICULOUS_SHA1;
	struct duration silence = duration_scale(bfd_timing_detection(s), 2, 1);
	enum bfd_verdict verdict;
	uint32_t sequence;

	if (p->auth != (s->conf.key.type != BFD_AUTH_NONE))
		return BFD_AUTH_MISSING;
	if (!p->auth)
		return BFD_ACCEPTED;
	verdict = bfd_auth_verify(&s->conf.key, p, &sequence);
	if (verdict != BFD_ACCEPTED)
		return verdict;
	if (s->sequence_known && instant_is_never(s->expires) &&
	    duration_cmp(instant_diff(now, s->heard), silence) >= 0)
		s->sequence_known = false;
	/* a circle of 32 bits: what is behind is far ahead */
	uint32_t ahead = sequence - s->sequence_in;
	if (s->sequence_known && (ahead > 3u * p->multiplier || (meticulous && ahead == 0)))
		return BFD_AUTH_REPLAYED;
	s->sequence_known = true;
	s->sequence_in = sequence;
	return BFD_ACCEPTED;
}

static void
change_state(
    struct bfd_session *s, enum bfd_state said, struct instant now, struct bfd_actions *ret)
{
	/* clang-format off: section 6.8.6, by what we are (rows) and what the neighbor says to be */
	static const enum bfd_state next[BFD_STATE_MAX][BFD_STATE_MAX] = {
		/* said:          AdminDown   Down        Init        Up */
		[BFD_ADMIN_DOWN] = { 0 }, /* all stay there */
		[BFD_DOWN] =    { BFD_DOWN,   BFD_INIT,   BFD_UP,     BFD_DOWN },
		[BFD_INIT] =    { BFD_DOWN,   BFD_INIT,   BFD_UP,     BFD_UP },
		[BFD_UP] =      { BFD_DOWN,   BFD_DOWN,   BFD_UP,     BFD_UP },
	};
	/* clang-format on */
	enum bfd_state state = next[s->state][said];

	if (state == BFD_DOWN)
		set_state(s, state, BFD_DIAG_NEIGHBOR_DOWN,
		    said == BFD_ADMIN_DOWN ? "neighbor is administratively down"
					   : "neighbor signaled down",
		    now, ret);
	else if (state == BFD_INIT) /* the reason of the last failure is news until we are Up */
		set_state(s, state, s->diag, NULL, now, ret);
	else
		set_state(s, state, BFD_DIAG_NONE, "both directions work", now, ret);
}

enum bfd_verdict
bfd_session_receive(
    struct bfd_session *s, const struct bfd_packet *p, struct instant now, struct bfd_actions *ret)
{
	enum bfd_verdict verdict;

	*ret = (struct bfd_actions){ 0 };
	verdict = authenticate(s, p, now);
	if (verdict == BFD_ACCEPTED) {
		s->remote_discriminator = p->my_discriminator;
		s->remote_state = p->state;
		s->remote_diag = p->diag;
		s->remote_demand = p->demand;
		s->remote_multiplier = p->multiplier;
		s->remote_min_tx = p->desired_min_tx_us;
		s->remote_min_rx = p->required_min_rx_us;
		if (p->final)
			bfd_timing_final_received(s, now);
		if (s->state == BFD_ADMIN_DOWN)
			verdict = BFD_IGNORED;
		else
			change_state(s, p->state, now, ret);
		bfd_timing_heard(s, now);
	}
	bfd_session_count(s, verdict);
	bfd_timing_send(s, p->poll && verdict == BFD_ACCEPTED, now, ret);
	return verdict;
}

void
bfd_session_tick(struct bfd_session *s, struct instant now, struct bfd_actions *ret)
{
	*ret = (struct bfd_actions){ 0 };
	expire(s, now, ret);
	bfd_timing_change(s, now);
	bfd_timing_send(s, false, now, ret);
}

void
bfd_session_set_discriminator(struct bfd_session *s, uint32_t discriminator)
{
	s->local_discriminator = discriminator;
}

void
bfd_session_count(struct bfd_session *s, enum bfd_verdict verdict)
{
	s->verdicts[verdict]++;
	s->packets_in++;
}

void
bfd_session_set_admin_down(
    struct bfd_session *s, bool down, struct instant now, struct bfd_actions *ret)
{
	*ret = (struct bfd_actions){ 0 };
	if (down)
		set_state(
		    s, BFD_ADMIN_DOWN, BFD_DIAG_ADMIN_DOWN, "administratively down", now, ret);
	else if (s->state == BFD_ADMIN_DOWN)
		set_state(s, BFD_DOWN, BFD_DIAG_ADMIN_DOWN, NULL, now, ret);
	bfd_timing_send(s, false, now, ret);
}

void
bfd_session_info(const struct bfd_session *s, struct bfd_info *ret)
{
	*ret = (struct bfd_info){
		.state = s->state,
		.remote_state = s->remote_state,
		.since = s->since,
		.diag = s->diag,
		.remote_diag = s->remote_diag,
		.local_discriminator = s->local_discriminator,
		.remote_discriminator = s->remote_discriminator,
		.multiplier = s->conf.multiplier,
		.remote_multiplier = s->remote_multiplier,
		.tx_interval = DURATION_US(s->paced),
		.rx_interval = DURATION_US(MAX(s->used_min_rx, s->remote_min_tx)),
		.detection = bfd_timing_detection(s),
		.polling = s->polling,
		.remote_demand = s->remote_demand,
		.packets_in = s->packets_in,
		.packets_out = s->packets_out,
		.downs = s->downs,
	};
	memcpy(ret->verdicts, s->verdicts, sizeof(ret->verdicts));
}
