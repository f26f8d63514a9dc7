/*
 * Graceful restart (RFC 4724, 8538), as the one that may restart: our routes lead to the kernel and
 * to a service that go on without us. As the one that stays there is nothing to do: nothing is
 * imported.
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
		open->forwarding[f] = open->restart_families[f] && forwarding;
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
