/*
 * Route refresh (RFC 2918, 7313): a peer asks for a family again, and gets it, between a Begin and
 * an End of refresh where both ends know them.
 *
 * A request that comes while another waits is the same one. One that comes while a family is on its
 * way leads to one more round behind it, since what was sent already may be what the peer asks for.
 * A family goes out once a second at most, however often a peer asks.
 */
#include "proto/bgp/session_internal.h"

#define ROUND_EVERY DURATION_S(1)

static void
start_round(struct turn *t, struct bgp_refresh_out *r)
{
	if (!r->wanted || r->begin_due || r->sending || !instant_reached(r->not_before, t->now))
		return;
	r->wanted = false;
	r->begin_due = true;
	r->not_before = instant_add(t->now, ROUND_EVERY);
}

void
bgp_refresh_request(struct turn *t, enum bgp_family family)
{
	t->s->refresh[family].wanted = true;
	start_round(t, &t->s->refresh[family]);
}

void
bgp_refresh_timers(struct turn *t)
{
	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++)
		start_round(t, &t->s->refresh[f]);
}

struct instant
bgp_refresh_deadline(const struct bgp_session *s)
{
	struct instant at = INSTANT_NEVER;

	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++) {
		const struct bgp_refresh_out *r = &s->refresh[f];

		if (r->wanted && !r->begin_due && !r->sending)
			at = instant_min(at, r->not_before);
	}
	return at;
}

static size_t
frame(const struct bgp_session *s, uint8_t *buf, size_t size, enum bgp_family family,
    enum bgp_refresh_subtype subtype)
{
	struct writer w = writer_init(buf, size);

	if (!s->info.negotiated.enhanced_refresh)
		return 0;
	bgp_refresh_encode(&w, family, subtype);
	return writer_len(&w);
}

/* RFC 7313 section 4: who offered graceful restart, taken up or not, sends no Begin before End-of-RIB. */
static bool
waits_for_end_of_rib(const struct bgp_session *s, enum bgp_family family)
{
	return s->connections[s->up_way].ours.graceful_restart && s->info.negotiated.enhanced_refresh &&
	    s->rib.end_of_rib_due[family];
}

size_t
bgp_refresh_begin(struct bgp_session *s, uint8_t *buf, size_t size)
{
	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++) {
		struct bgp_refresh_out *r = &s->refresh[f];
		size_t len;

		if (!r->begin_due || waits_for_end_of_rib(s, f))
			continue;
		r->begin_due = false;
		r->sending = true;
		bgp_rib_out_refresh(&s->rib, f);
		len = frame(s, buf, size, f, BGP_REFRESH_BEGIN);
		if (len > 0)
			return len;
	}
	return 0;
}

size_t
bgp_refresh_end(struct bgp_session *s, uint8_t *buf, size_t size)
{
	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++) {
		struct bgp_refresh_out *r = &s->refresh[f];
		size_t len;

		if (!r->sending)
			continue;
		r->sending = false;
		len = frame(s, buf, size, f, BGP_REFRESH_END);
		if (len > 0)
			return len;
	}
	return 0;
}
