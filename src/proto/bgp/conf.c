/* What of a configuration can not work. */
#include <errno.h>

#include "base/err.h"
#include "proto/bgp/codec.h"

/*
 * The next hop of a family, or without one our end of the connection, must be of use for its
 * routes.
 */
static int
check_next_hop(const struct bgp_conf *conf, enum bgp_family f, struct err *e)
{
	bool given = conf->next_hop[f].family != IP_NONE;
	enum ip_family hop = given ? conf->next_hop[f].family : conf->transport;

	if (hop == IP_NONE || bgp_family_of(hop) == f)
		return 0;
	if (f == BGP_IPV4 && conf->offer.extended_next_hop)
		return 0;
	if (!given)
		return err_set(e, -EINVAL, "family %s is offered and has no %s next hop",
		    bgp_family_name(f), bgp_family_name(f));
	if (f == BGP_IPV6)
		return err_set(e, -EINVAL, "the next hop of family ipv6 is an IPv4 address");
	return err_set(e, -EINVAL,
	    "the next hop of family ipv4 is an IPv6 address, and extended next hops "
	    "(RFC 8950) are not offered");
}

static int
check_times(const struct bgp_conf *conf, struct err *e)
{
	int64_t hold = conf->hold_time.ns / NS_PER_S;
	int64_t restart = conf->restart_time.ns / NS_PER_S;

	if (conf->hold_time.ns != 0 && (hold < 3 || hold > UINT16_MAX))
		return err_set(e, -EINVAL, "the hold time must be 0, or 3s to 65535s");
	/* RFC 4271 section 4.4: not more than one a second */
	if (conf->keepalive.ns != 0 && duration_cmp(conf->keepalive, DURATION_S(1)) < 0)
		return err_set(e, -EINVAL, "the keepalive time must be 0, or at least 1s");
	if (restart < 0 || restart > BGP_RESTART_TIME_MAX)
		return err_set(
		    e, -EINVAL, "the restart time must be 0 to %ds", BGP_RESTART_TIME_MAX);
	return 0;
}

int
bgp_conf_check(const struct bgp_conf *conf, struct err *e)
{
	bool any = false;
	int r;

	if (conf->local_as == 0 || conf->peer_as == 0)
		return err_set(e, -EINVAL, "AS 0 is not an AS (RFC 7607)");
	if (conf->local_as > UINT16_MAX && !conf->offer.as4)
		return err_set(e, -EINVAL, "AS %u can not be said without 4-octet AS numbers",
		    conf->local_as);
	if (conf->router_id.family != IP_V4 || ip_is_unspecified(conf->router_id))
		return err_set(
		    e, -EINVAL, "the router ID must be an IPv4 address other than 0.0.0.0");
	r = check_times(conf, e);
	if (r < 0)
		return r;
	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++) {
		any |= conf->families[f];
		r = conf->families[f] ? check_next_hop(conf, f, e) : 0;
		if (r < 0)
			return r;
	}
	if (!any)
		return err_set(e, -EINVAL, "no address family is offered");
	if (conf->role != BGP_ROLE_NONE && conf->local_as == conf->peer_as)
		return err_set(e, -EINVAL, "a role is for neighbors of another AS (RFC 9234)");
	if (conf->passive && conf->active_only)
		return err_set(e, -EINVAL, "passive and active only: nobody would connect");
	return 0;
}
