/*
 * What must never be announced, whoever said so. nearcast.yaml cannot say most of it (its own
 * checks came before); metadata and the command line can.
 */
#include <errno.h>

#include "render/internal.h"

/* The service that has the address, or NULL. */
static const struct agent_service *
find_global_ip(const struct render_host *host, struct ip ip)
{
	for (size_t i = 0; i < host->service_count; i++) {
		const struct agent_service *s = &host->services[i];

		for (size_t a = 0; a < s->address_count; a++) {
			if (ip_equal(s->addresses[a], ip))
				return s;
		}
	}
	return NULL;
}

static int
refuse_global_ip(const struct render_host *host, struct ip ip, const char *what, struct err *e)
{
	char text[IP_STR_MAX];

	if (ip.family == IP_NONE || find_global_ip(host, ip) == NULL)
		return 0;
	return err_set(e, -EINVAL,
	    "%s %s is a Global IP; expected an address that no other host has", what,
	    ip_format(ip, text));
}

static size_t
count_addresses(const struct render_host *host, enum ip_family family)
{
	size_t count = 0;

	for (size_t i = 0; i < host->service_count; i++) {
		for (size_t a = 0; a < host->services[i].address_count; a++)
			count += host->services[i].addresses[a].family == family;
	}
	return count;
}

static int
check_neighbor(const struct render_host *host, const struct render_neighbor *n, struct err *e)
{
	size_t most = MAX(n->conf.ipv4 ? count_addresses(host, IP_V4) : 0,
	    n->conf.ipv6 ? count_addresses(host, IP_V6) : 0);

	if (refuse_global_ip(host, n->conf.address, "neighbor", e) < 0 ||
	    refuse_global_ip(host, n->conf.local_address, "source address", e) < 0 ||
	    refuse_global_ip(host, n->gateway, "gateway", e) < 0)
		return -EINVAL;
	if (most > n->conf.prefix_limit)
		return err_set(e, -EINVAL,
		    "neighbor %s: %zu prefixes of one family are to be announced, more than its "
		    "limit of %u: it would end the session",
		    n->conf.name, most, n->conf.prefix_limit);
	return 0;
}

/* Each Global IP needs somebody to tell it to. */
static int
check_reach(const struct render_host *host, enum ip_family family, struct err *e)
{
	if (count_addresses(host, family) == 0)
		return 0;
	for (size_t i = 0; i < host->neighbor_count; i++) {
		if (render_has_family(host, &host->neighbors[i], family))
			return 0;
	}
	return err_set(e, -EINVAL, "there are Global IPs of family %s, and no neighbor takes it",
	    render_family_name(family));
}

int
render_check_host(const struct render_host *host, struct err *e)
{
	int r = refuse_global_ip(host, host->router_id, "router ID", e);

	for (size_t i = 0; r == 0 && i < host->neighbor_count; i++)
		r = check_neighbor(host, &host->neighbors[i], e);
	if (r == 0)
		r = check_reach(host, IP_V4, e);
	return r == 0 ? check_reach(host, IP_V6, e) : r;
}
