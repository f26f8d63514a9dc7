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

const char *
network_gateway_refusal(struct ip address, unsigned len, struct ip gateway)
{
	const char *refusal = network_address_refusal(gateway);
	struct prefix link = prefix_mask((struct prefix){ address, (uint8_t)len });

	if (gateway.family != address.family)
		return "is of another family than the address";
	if (refusal != NULL)
		return refusal;
	if (ip_equal(gateway, address))
		return "is the address itself; expected another machine's, or null";
	if (prefix_contains(link, gateway) || ip_is_link_local(gateway) ||
	    len == ip_bits(address.family))
		return NULL;
	return "is outside of the address's prefix, so that it cannot be reached";
}

const char *
network_as_refusal(uint32_t as)
{
	if (as == 0 || as == UINT16_MAX || as == UINT32_MAX)
		return "is reserved, and nobody's (RFC 7607, RFC 7300)";
	if (as == 23456)
		return "stands for any AS number of four octets, and is nobody's (RFC 6793)";
	return NULL;
}
