/*
 * Graceful restart (RFC 4724, 8538), as the one that may restart: our routes lead to the kernel and
 * to a service that go on without us. As the one that stays there is nothing to do: nothing is
 * imported.
 *
 * What the peer keeps of a session that was lost can not be taken back while there is none. A
 * prefix that is not wanted any more is withdrawn first of all in the next session: that removes a
 * stale route as any other, and leaves alone those of the family that still stand. Where none of
 * the family is left, F=0 says it before (RFC 4724 section 4.2: such routes go at once); it is
 * withdrawn all the same, since GoBGP 3.10 waits for the End-of-RIB. Until then, or until the peer
 * must have given up, it is said that the peer may keep it.
 */
#include "proto/bgp/session_internal.h"

#define CEASE 6
#define CEASE_HARD_RESET 9

void
bgp_restart_start(struct turn *t)
{
	struct bgp_session *s = t->s;

	if (s->conf.restarted && s->restart_until.ns == 0)
		s->restart_until = instant_add(t->now, s->conf.restart_time);
}

/*
 * RFC 4724 section 3: R until the peer has been told everything once, or nobody waits for it any
 * more.
 */
void
bgp_restart_offer(const struct turn *t, struct bgp_open *open)
{
	const struct bgp_session *s = t->s;
	bool forwarding = s->conf.restarted || s->info.counters.established > 0;

	if (!open->graceful_restart)
		return;
	open->restarting =
	    s->conf.restarted && !s->told_everything && !instant_reached(s->restart_until, t->now);
	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++)
		open->forwarding[f] =
		    open->restart_families[f] && forwarding && !bgp_rib_out_is_over(&s->rib, f);
}

void
bgp_restart_sent(struct bgp_session *s)
{
	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++) {
		if (s->peering.families[f] && s->rib.end_of_rib_due[f])
			return;
	}
	s->told_everything = true;
}

void
bgp_restart_farewell(struct bgp_connection *c, const struct bgp_error *e)
{
	c->farewell = e->code == CEASE && e->subcode == CEASE_HARD_RESET
			  ? BGP_FAREWELL_HARD_RESET
			  : BGP_FAREWELL_NOTIFICATION;
}

/*
 * RFC 4724 section 4.2: the routes stay when TCP ends without a word. RFC 8538 section 4: where
 * both know it also behind a NOTIFICATION, unless that is a Hard Reset. A farewell that the peer
 * hardly got is none.
 */
static bool
may_keep(const struct bgp_connection *c, enum bgp_family family)
{
	bool agreed = c->negotiated.graceful_restart && c->negotiated.families[family] &&
		      c->ours.restart_families[family];

	if (!agreed || c->unreachable || c->farewell == BGP_FAREWELL_NONE)
		return agreed;
	return c->farewell == BGP_FAREWELL_NOTIFICATION && c->negotiated.hard_reset;
}

/*
 * The peer counts from when it notices, and that can be a hold time after the last that it heard of
 * us; without a hold time nobody knows when.
 */
static struct instant
kept_until(const struct bgp_connection *c, struct instant now)
{
	struct duration hold = { 0 };

	if (!c->peer_ended && c->negotiated.hold_time_s == 0)
		return INSTANT_NEVER;
	if (!c->peer_ended)
		hold = DURATION_S(c->negotiated.hold_time_s);
	return instant_add(instant_add(now, hold), DURATION_S(c->ours.restart_time_s));
}

void
bgp_restart_session_lost(struct turn *t, const struct bgp_connection *c)
{
	struct bgp_session *s = t->s;
	bool keeps[BGP_FAMILY_MAX];

	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++)
		keeps[f] = may_keep(c, f);
	bgp_rib_out_stop(&s->rib, keeps);
	s->info.keeps = bgp_rib_out_holds_any(&s->rib);
	s->info.kept_until = s->info.keeps ? kept_until(c, t->now) : INSTANT_NEVER;
}

static void
forget_kept(struct bgp_session *s, const bool still[static BGP_FAMILY_MAX])
{
	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX && s->info.keeps; f++) {
		if (!still[f])
			bgp_rib_out_forget(&s->rib, f);
	}
	s->info.keeps = false;
	s->info.kept_until = INSTANT_NEVER;
}

/* What can be withdrawn is, whether the peer has it or not; a family that is not spoken is over. */
void
bgp_restart_session_up(struct bgp_session *s, const struct bgp_connection *c)
{
	forget_kept(s, c->negotiated.families);
}

struct instant
bgp_restart_deadline(const struct bgp_session *s)
{
	return s->info.kept_until;
}

void
bgp_restart_timers(struct turn *t)
{
	const bool none[BGP_FAMILY_MAX] = { 0 };

	if (instant_reached(t->s->info.kept_until, t->now))
		forget_kept(t->s, none);
}

/* RFC 8538 section 3.1: what shall not be taken for the start of a graceful restart says so. */
void
bgp_error_hard_reset(struct bgp_error *e)
{
	struct bgp_error inner = *e;
	struct writer w = writer_init(e->data, sizeof(e->data));

	writer_u8(&w, inner.code);
	writer_u8(&w, inner.subcode);
	writer_bytes(&w, inner.data, MIN(inner.data_len, writer_left(&w)));
	e->data_len = writer_len(&w);
	e->code = CEASE;
	e->subcode = CEASE_HARD_RESET;
}
