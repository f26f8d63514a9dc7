/*
 * The peer that takes nothing (RFC 9687): judged by what its socket takes, since its keepalives may
 * go on.
 *
 * The NOTIFICATION of that RFC is never sent: bytes wait in front of it by definition, and it would
 * wait behind them. TCP is reset instead, which a peer hears that reads nothing.
 */
#include <stdio.h>

#include "proto/bgp/session_internal.h"

#define SEND_HOLD_MIN                                                                              \
	DURATION_S(480) /* RFC 9687 section 6: the larger of 8 minutes and twice the hold time */
/*
 * A withdrawal is what we are here for: the end of the session tells it too, or it goes first in
 * the next one where the peer keeps routes (restart.c).
 */
#define WITHDRAW_PATIENCE DURATION_S(5)

static struct duration
send_hold(const struct bgp_session *s)
{
	struct duration twice = DURATION_S(2 * (int64_t)s->info.negotiated.hold_time_s);

	return duration_cmp(twice, SEND_HOLD_MIN) > 0 ? twice : SEND_HOLD_MIN;
}

void
bgp_session_sent(struct bgp_session *s, uint64_t taken, size_t waiting, struct instant now)
{
	struct bgp_send_hold *h = &s->send_hold;
	bool progress = taken != h->taken;

	if (s->info.state != BGP_ESTABLISHED)
		return;
	h->taken = taken;
	if (waiting == 0) {
		h->at = h->withdraw_at = INSTANT_NEVER;
		h->withdrawal_sent = false;
		bgp_rib_out_written(&s->rib);
		return;
	}
	/* RFC 9687 section 4.3: not without a hold time */
	if (s->info.negotiated.hold_time_s > 0 && (progress || instant_is_never(h->at)))
		h->at = instant_add(now, send_hold(s));
	/* no progress in between puts this off: it is the withdrawal that has to get out */
	if (!h->withdrawal_sent && !bgp_rib_out_withdrawals_wait(&s->rib, &s->peering))
		h->withdraw_at = INSTANT_NEVER;
	else if (instant_is_never(h->withdraw_at))
		h->withdraw_at = instant_add(now, WITHDRAW_PATIENCE);
}

void
bgp_send_hold_timers(struct turn *t)
{
	struct bgp_session *s = t->s;
	bool withdrawal = instant_reached(s->send_hold.withdraw_at, t->now);
	enum bgp_way way = bgp_session_way(s);
	char why[BGP_WHY_MAX];

	if (!withdrawal && !instant_reached(s->send_hold.at, t->now))
		return;
	if (withdrawal)
		(void)snprintf(why, sizeof(why), "the neighbor did not take a withdrawal for %ds",
		    (int)(WITHDRAW_PATIENCE.ns / NS_PER_S));
	else
		(void)snprintf(why, sizeof(why),
		    "Send Hold Timer Expired: the neighbor took nothing of what we send for %ds",
		    (int)(send_hold(s).ns / NS_PER_S));
	bgp_connection_reset(t, way, true);
	t->actions->reset[way] = true;
	bgp_session_connection_ended(t, way, BGP_PAUSE, why);
}
