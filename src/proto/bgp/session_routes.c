/* The routes of a session: limits in front of rib_out, and its UPDATEs. */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "proto/bgp/session_internal.h"

int
bgp_session_check(
    const struct bgp_session *s, struct prefix prefix, const struct bgp_attributes *attributes)
{
	enum bgp_family family = bgp_family_of(prefix.addr.family);

	if (family == BGP_FAMILY_MAX || !s->conf.families[family])
		return -EAFNOSUPPORT;
	if (!bgp_attributes_valid(attributes, family))
		return -EINVAL;
	/* RFC 8950: an IPv6 next hop that the peer can not be told */
	if (family == BGP_IPV4 && attributes->next_hop.family == IP_V6 &&
	    !s->conf.offer.extended_next_hop)
		return -EINVAL;
	if (s->rib.wanted[family] >= s->conf.prefix_limit && !bgp_rib_out_wants(&s->rib, prefix))
		return -E2BIG;
	return 0;
}

int
bgp_session_announce(
    struct bgp_session *s, struct prefix prefix, const struct bgp_attributes *attributes)
{
	int r = bgp_session_check(s, prefix, attributes);
	struct bgp_attributes as_sent;

	if (r < 0)
		return r;
	as_sent = bgp_attributes_for(attributes, s->conf.local_as == s->conf.peer_as);
	bgp_rib_out_announce(&s->rib, prefix, &as_sent);
	return 0;
}

void
bgp_session_withdraw(struct bgp_session *s, struct prefix prefix)
{
	bgp_rib_out_withdraw(&s->rib, prefix);
}

void
bgp_session_withdraw_all(struct bgp_session *s)
{
	bgp_rib_out_withdraw_all(&s->rib);
}

bool
bgp_session_announces(const struct bgp_session *s, struct prefix prefix)
{
	return bgp_rib_out_wants(&s->rib, prefix);
}

bool
bgp_session_told(const struct bgp_session *s, struct prefix prefix)
{
	return s->info.state == BGP_ESTABLISHED && bgp_rib_out_told(&s->rib, prefix);
}

bool
bgp_session_withdrawing(const struct bgp_session *s, struct prefix prefix)
{
	return bgp_rib_out_withdrawing(&s->rib, prefix);
}

bool
bgp_session_kept(const struct bgp_session *s, struct prefix prefix)
{
	return s->info.keeps && bgp_rib_out_holds(&s->rib, prefix);
}

void
bgp_session_release_end_of_rib(struct bgp_session *s)
{
	s->rib.end_of_rib_released = true;
}

size_t
bgp_session_next_update(struct bgp_session *s, uint8_t *buf, size_t size)
{
	bool withdrawal = bgp_rib_out_withdrawals_wait(&s->rib, &s->peering);
	size_t len = 0;

	assert(size >= BGP_MESSAGE_MAX);
	if (!s->up)
		return 0;
	if (!withdrawal) /* which wait for nothing */
		len = bgp_refresh_begin(s, buf, size);
	if (len == 0)
		len = bgp_rib_out_next(&s->rib, &s->peering, buf, size);
	if (len == 0)
		len = bgp_refresh_end(s, buf, size);
	if (len > 0) {
		s->send_hold.withdrawal_sent |= withdrawal;
		bgp_session_count(s, true, s->up_way, buf, len);
		bgp_restart_sent(s);
	}
	return len;
}

enum bgp_way
bgp_session_way(const struct bgp_session *s)
{
	return s->up ? s->up_way : BGP_DIALLED;
}

size_t
bgp_session_announced(const struct bgp_session *s, enum bgp_family family)
{
	return s->rib.told[family];
}

void
bgp_session_each_route(const struct bgp_session *s, bgp_route_fn fn, void *userdata)
{
	bgp_rib_out_each(&s->rib, fn, userdata);
}

void
bgp_session_each_kept(const struct bgp_session *s, bgp_held_fn fn, void *userdata)
{
	if (s->info.keeps)
		bgp_rib_out_each_held(&s->rib, fn, userdata);
}

size_t
bgp_session_path_copies(const struct bgp_session *s, const struct bgp_attributes *attributes)
{
	const struct bgp_peering peering = { .ibgp = s->conf.local_as == s->conf.peer_as };

	return bgp_path_copies(&peering, attributes);
}

struct ip
bgp_session_next_hop(const struct bgp_session *s, enum bgp_family family,
    const struct bgp_attributes *attributes)
{
	struct bgp_peering peering = s->peering;

	if (s->info.state != BGP_ESTABLISHED) {
		/* as far as the configuration says it */
		memcpy(peering.next_hop, s->conf.next_hop, sizeof(peering.next_hop));
		peering.extended_next_hop = s->conf.offer.extended_next_hop;
	}
	return bgp_next_hop(&peering, family, attributes);
}
