/* A neighbor's configuration: whether it can work, and the session's part of it. */
#include <errno.h>
#include <string.h>

#include "announce/neighbor_internal.h"
#include "io/tcp.h"

#define IDLE_HOLD_MAX DURATION_S(60)

/* Our own address of a session is the next hop of its family, unless another is given. */
static struct ip
next_hop(const struct neighbor_conf *conf, struct ip given, enum ip_family family)
{
	struct ip none = { 0 };

	if (given.family != IP_NONE)
		return given;
	return conf->local_address.family == family ? conf->local_address : none;
}

static int
check_transport(const struct neighbor_conf *conf, struct err *e)
{
	if (conf->local_address.family != conf->address.family)
		return err_set(e, -EINVAL, "local-address and address are of two families");
	if (conf->password && strlen(conf->password) > TCP_PASSWORD_MAX)
		return err_set(e, -EINVAL, "the password is longer than %d bytes", TCP_PASSWORD_MAX);
	return 0;
}

int
neighbor_conf_session(const struct neighbor_conf *conf, struct bgp_conf *ret, struct err *e)
{
	struct bgp_conf bgp = {
		.local_as = conf->local_as,
		.peer_as = conf->peer_as,
		.router_id = conf->router_id,
		.hold_time = conf->hold_time,
		.connect_retry = conf->connect_retry,
		.idle_hold = conf->idle_hold,
		.idle_hold_max = conf->idle_hold_max.ns ? conf->idle_hold_max : IDLE_HOLD_MAX,
		.passive = conf->mode == NEIGHBOR_PASSIVE,
		.active_only = conf->mode == NEIGHBOR_ACTIVE,
		.keepalive = conf->keepalive,
		.offer = conf->offer,
		.role = conf->role,
		.role_strict = conf->role_strict,
		.restart_time = conf->restart_time,
		.restarted = conf->restarted,
		.bfd_strict = conf->bfd.enabled && conf->bfd.strict,
		.transport = conf->address.family,
		.families = { [BGP_IPV4] = conf->ipv4, [BGP_IPV6] = conf->ipv6 },
		.next_hop = { [BGP_IPV4] = next_hop(conf, conf->next_hop4, IP_V4),
		    [BGP_IPV6] = next_hop(conf, conf->next_hop6, IP_V6) },
		.prefix_limit = conf->prefix_limit,
	};
	int r = bgp_conf_check(&bgp, e);

	if (r >= 0)
		r = check_transport(conf, e);
	if (r < 0)
		return err_prefix(e, "neighbor %s", conf->name), r;
	*ret = bgp;
	return 0;
}
