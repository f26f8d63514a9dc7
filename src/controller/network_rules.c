#include "controller/network_rules.h"

#include <stddef.h>

#include "controller/block.h"

const char *
network_address_refusal(struct ip ip)
{
	if (ip_is_loopback(ip))
		return "is an address of the loopback, which every machine has; expected one on a "
		       "network";
	if (ip_is_unspecified(ip))
		return "is nobody's address; expected one on a network";
	if (ip_is_multicast(ip))
		return "is a multicast address; expected a unicast one";
	if (ip_is_link_local(ip))
		return NULL;
	return block_pool_refusal(prefix_host(ip));
}

bool
network_address_tells(struct ip ip)
{
	return ip.family != IP_NONE && !ip_is_link_local(ip) && network_address_refusal(ip) == NULL;
}
