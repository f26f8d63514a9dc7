/* What our OPEN offers, and what the OPENs of both ends, taken together, allow. */
#include <string.h>

#include "proto/bgp/session_internal.h"

struct bgp_open
bgp_open_offer(const struct bgp_conf *conf)
{
	struct bgp_open open = {
		.as = conf->local_as,
		.id = ip_to_v4(conf->router_id),
		.hold_time_s = (uint16_t)(conf->hold_time.ns / NS_PER_S),
		.as4 = conf->offer.as4,
		.multiprotocol = true,
		.route_refresh = conf->offer.route_refresh,
		.enhanced_refresh = conf->offer.route_refresh && conf->offer.enhanced_refresh,
		.extended_message = conf->offer.extended_message,
		.extended_next_hop = conf->offer.extended_next_hop && conf->families[BGP_IPV4],
		.role = conf->role,
		.graceful_restart = conf->offer.graceful_restart,
		.hard_reset = conf->offer.graceful_restart && conf->offer.hard_reset,
		.restart_time_s = (uint16_t)(conf->restart_time.ns / NS_PER_S),
	};

	memcpy(open.families, conf->families, sizeof(open.families));
	if (open.graceful_restart)
		memcpy(open.restart_families, conf->families, sizeof(open.restart_families));
	return open;
}

struct bgp_offer
bgp_offer_of(const struct bgp_open *open)
{
	return (struct bgp_offer){
		.as4 = open->as4,
		.route_refresh = open->route_refresh,
		.enhanced_refresh = open->enhanced_refresh,
		.extended_message = open->extended_message,
		.extended_next_hop = open->extended_next_hop,
		.graceful_restart = open->graceful_restart,
		.hard_reset = open->hard_reset,
	};
}

struct bgp_negotiated
bgp_negotiate(const struct bgp_open *ours, const struct bgp_open *theirs)
{
	struct bgp_negotiated n = {
		.as4 = ours->as4 && theirs->as4,
		.route_refresh = ours->route_refresh && theirs->route_refresh,
		.extended_message = ours->extended_message && theirs->extended_message,
		.extended_next_hop = ours->extended_next_hop && theirs->extended_next_hop,
		.graceful_restart = ours->graceful_restart && theirs->graceful_restart,
		.hard_reset = ours->hard_reset && theirs->graceful_restart && theirs->hard_reset,
		.peer_role = theirs->role,
		.hold_time_s = MIN(ours->hold_time_s, theirs->hold_time_s),
		.peer_restart_time_s = theirs->restart_time_s,
	};

	n.enhanced_refresh = n.route_refresh && ours->enhanced_refresh && theirs->enhanced_refresh;
	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++) {
		n.families[f] = ours->families[f] && theirs->families[f];
		/* without a family it only keeps the routes of those who restart (RFC 4724 section 3) */
		n.peer_restarts |= n.graceful_restart && n.families[f] && theirs->restart_families[f];
	}
	return n;
}

/*
 * The next hop of routes that name none: that of the configuration, or our end of the connection.
 */
static struct ip
default_next_hop(
    const struct bgp_conf *conf, enum bgp_family family, struct ip local, bool extended)
{
	const struct ip none = { 0 };
	struct ip hop = conf->next_hop[family].family != IP_NONE ? conf->next_hop[family] : local;

	if (bgp_family_of(hop.family) == family)
		return hop;
	return family == BGP_IPV4 && hop.family == IP_V6 && extended ? hop : none;
}

struct bgp_peering
bgp_peering_of(const struct bgp_conf *conf, const struct bgp_negotiated *n, struct ip local)
{
	struct bgp_peering p = {
		.local_as = conf->local_as,
		.ibgp = conf->local_as == conf->peer_as,
		.as4 = n->as4,
		.extended_next_hop = n->extended_next_hop,
		.message_max = n->extended_message ? BGP_EXTENDED_MESSAGE_MAX : BGP_MESSAGE_MAX,
		.role = conf->role,
	};

	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++) {
		p.families[f] = n->families[f];
		p.next_hop[f] = default_next_hop(conf, f, local, n->extended_next_hop);
	}
	/* the peer shares a link with us, and may want to send there (RFC 2545 section 3) */
	if (local.family == IP_V6 && ip_is_link_local(local) &&
	    !ip_equal(local, p.next_hop[BGP_IPV6]))
		p.next_hop_link_local = local;
	return p;
}
