/* What the OPENs of both ends, taken together, allow. */
#include "proto/bgp/session_internal.h"

/* The next hop of routes that name none: that of the configuration, or our end of the connection. */
static struct ip
default_next_hop(const struct bgp_conf *conf, enum bgp_family family, struct ip local, bool extended)
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
	if (local.family == IP_V6 && ip_is_link_local(local) && !ip_equal(local, p.next_hop[BGP_IPV6]))
		p.next_hop_link_local = local;
	return p;
}
