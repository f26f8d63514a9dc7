/* A configured neighbor as the announcer takes it. */
#include "agent/agent_conf.h"
#include "announce/announce.h"

static struct bgp_offer
offer_of(const struct agent_neighbor *n)
{
	const struct agent_capabilities *c = &n->capabilities;

	return (struct bgp_offer){ .as4 = c->four_octet_as,
		.route_refresh = c->route_refresh,
		.enhanced_refresh = c->enhanced_refresh,
		.extended_message = c->extended_message,
		.extended_next_hop = c->extended_next_hop,
		.graceful_restart = n->graceful_restart.enabled,
		.hard_reset = n->graceful_restart.hard_reset };
}

static struct neighbor_bfd
bfd_of(const struct agent_neighbor *n)
{
	const struct agent_bfd *b = &n->bfd;

	return (struct neighbor_bfd){ .enabled = b->enabled,
		.multihop = b->multihop,
		.strict = b->strict,
		.min_tx = b->min_tx,
		.min_rx = b->min_rx,
		.multiplier = (uint8_t)b->multiplier,
		.auth = (enum neighbor_bfd_auth)b->authentication.type,
		.key_id = (uint8_t)b->authentication.key_id,
		.key = b->authentication.bfd_key };
}

struct neighbor_conf
agent_neighbor_conf(const struct agent_conf *conf, const struct agent_neighbor *n)
{
	return (struct neighbor_conf){ .name = n->name,
		.address = n->address,
		.port = (uint16_t)n->port,
		.local_as = n->local_as,
		.peer_as = n->peer_as,
		.local_address = n->local_address,
		.router_id = conf->router_id,
		.password = n->md5_password,
		.hold_time = n->hold_time,
		.connect_retry = n->connect_retry,
		.idle_hold = n->idle_hold,
		.mode = (enum neighbor_mode)n->connect,
		.interface = n->interface,
		.multihop = (uint8_t)n->multihop,
		.ttl_security = (uint8_t)n->ttl_security,
		.user_timeout = n->user_timeout,
		.keepalive = n->keepalive,
		.idle_hold_max = n->idle_hold_max,
		.offer = offer_of(n),
		.role = (enum bgp_role)n->role,
		.role_strict = n->role_strict,
		.restart_time = n->graceful_restart.restart_time,
		.bfd = bfd_of(n),
		.ipv4 = n->ipv4,
		.ipv6 = n->ipv6,
		.next_hop4 = n->next_hop_ipv4,
		.next_hop6 = n->next_hop_ipv6,
		.prefix_limit = n->prefix_limit };
}
