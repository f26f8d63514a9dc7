/* A neighbor's configuration: whether it can work, and the session's part of it. */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "announce/neighbor_internal.h"
#include "base/alloc.h"
#include "base/without_const.h"
#include "io/tcp.h"

#define IDLE_HOLD_MAX DURATION_S(60)

static const char *
copy_text(const char *text)
{
	return text ? xstrdup(text) : NULL;
}

struct neighbor_conf
neighbor_conf_copy(const struct neighbor_conf *conf)
{
	struct neighbor_conf copy = *conf;

	copy.name = copy_text(conf->name);
	copy.interface = copy_text(conf->interface);
	copy.password = copy_text(conf->password);
	copy.bfd.key = copy_text(conf->bfd.key);
	return copy;
}

static void
forget_text(const char *text)
{
	char *own = without_const(text);

	if (own)
		explicit_bzero(own, strlen(own)); /* it may be a password */
	free(own);
}

void
neighbor_conf_done(struct neighbor_conf *conf)
{
	forget_text(conf->name);
	forget_text(conf->interface);
	forget_text(conf->password);
	forget_text(conf->bfd.key);
	*conf = (struct neighbor_conf){ 0 };
}

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
check_addresses(const struct neighbor_conf *conf, struct err *e)
{
	bool link_local = conf->address.family == IP_V6 && ip_is_link_local(conf->address);

	if (conf->interface && strlen(conf->interface) >= IF_NAMESIZE)
		return err_set(e, -EINVAL, "\"%s\" is no name of an interface", conf->interface);
	if (link_local && conf->interface == NULL)
		return err_set(e, -EINVAL, "a link-local address needs an interface");
	if (conf->local_address.family == IP_NONE && !link_local)
		return err_set(e, -EINVAL, "local-address is missing");
	if (conf->local_address.family != IP_NONE &&
	    conf->local_address.family != conf->address.family)
		return err_set(e, -EINVAL, "local-address and address are of two families");
	if (conf->local_address.family == IP_V6 &&
	    ip_is_link_local(conf->local_address) != link_local)
		return err_set(e, -EINVAL, "local-address and address are not both link-local");
	return 0;
}

static int
check_transport(const struct neighbor_conf *conf, struct err *e)
{
	if (conf->password && strlen(conf->password) > TCP_PASSWORD_MAX)
		return err_set(
		    e, -EINVAL, "the password is longer than %d bytes", TCP_PASSWORD_MAX);
	if (conf->multihop > 0 && conf->ttl_security > 0)
		return err_set(e, -EINVAL, "multihop and ttl-security exclude each other");
	return check_addresses(conf, e);
}

struct tcp_conf
neighbor_conf_tcp(const struct neighbor_conf *conf)
{
	struct tcp_conf tcp = { .local = conf->local_address, .interface = conf->interface,
		.password = conf->password };

	if (conf->ttl_security > 0) {
		/* RFC 5082 section 3: who starts at 255 has 256 - N left behind N - 1 routers */
		tcp.ttl = UINT8_MAX;
		tcp.min_ttl = (uint8_t)(UINT8_MAX + 1 - conf->ttl_security);
	} else if (conf->multihop > 0) {
		tcp.ttl = conf->multihop;
	} else if (conf->local_as != conf->peer_as) {
		tcp.ttl = 1;
	}
	return tcp;
}

/*
 * Without a hold time BGP does not notice that a router is gone, so TCP has to; with one TCP is the
 * net below it, and must not tear sooner than BGP would.
 */
struct duration
neighbor_conf_patience(const struct neighbor_conf *conf)
{
	struct duration twice = duration_scale(conf->hold_time, 2, 1);

	if (conf->user_timeout.ns > 0)
		return conf->user_timeout;
	if (conf->hold_time.ns == 0)
		return DURATION_S(90);
	return duration_cmp(twice, DURATION_S(480)) > 0 ? twice : DURATION_S(480);
}

char *
neighbor_conf_address(const struct neighbor_conf *conf, char buf[static NEIGHBOR_ADDRESS_MAX])
{
	char ip[IP_STR_MAX];
	bool scoped =
	    conf->address.family == IP_V6 && ip_is_link_local(conf->address) && conf->interface;

	(void)snprintf(buf, NEIGHBOR_ADDRESS_MAX, "%s%s%s", ip_format(conf->address, ip),
	    scoped ? "%" : "", scoped ? conf->interface : "");
	return buf;
}

char *
neighbor_endpoint_format(struct endpoint e, char buf[static NEIGHBOR_ENDPOINT_MAX])
{
	char ip[IP_STR_MAX], interface[IF_NAMESIZE];

	if (e.addr.family == IP_V6 && e.scope > 0 && if_indextoname(e.scope, interface))
		(void)snprintf(buf, NEIGHBOR_ENDPOINT_MAX, "[%s%%%s]:%u", ip_format(e.addr, ip),
		    interface, e.port);
	else
		(void)endpoint_format(e, buf);
	return buf;
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
