/*
 * The addresses of a host, and what is chosen among them: Global IPs, router ID, the source of each
 * session, the gateway behind which its router is.
 *
 * The source is what the provider's filters decide by: BGP from another address than customer_ip
 * is dropped without a word. So are packets that leave through the gateway of another network than
 * the one their source is in, and therefore the gateway is that of the source's network.
 */
#include "render/metadata.h"

#include <errno.h>
#include <string.h>

#define ADDRESSES_MAX 1024

static int
read_address(const struct json_place *at, struct metadata_address *ret, struct err *e)
{
	enum ip_family family;
	uint32_t len;

	ret->place = *at;
	if (!json_is_object(at->object))
		return json_complain(at, NULL, e, "expected an object");
	if (json_get_ip(at, "address", &ret->address, e) < 0 ||
	    json_get_family(at, "address_family", &family, e) < 0 ||
	    json_get_bool(at, "public", &ret->is_public, e) < 0 ||
	    json_get_bool(at, "management", &ret->management, e) < 0)
		return -EINVAL;
	if (ret->address.family != family)
		return json_complain(at, "address", e, "is not of address_family");
	len = ip_bits(family);
	if (json_value(at, "cidr") != NULL && json_get_u32(at, "cidr", 1, len, &len, e) < 0)
		return -EINVAL;
	ret->len = (uint8_t)len;
	/* null in what is no assignment of the provider's */
	return json_value(at, "global_ip") == NULL
		   ? 0
		   : json_get_bool(at, "global_ip", &ret->global, e);
}

int
metadata_read_addresses(struct metadata *m, struct err *e)
{
	const json_t *array;

	if (json_get_array(&m->addresses, m->addresses_key, ADDRESSES_MAX, &array, e) < 0)
		return -EINVAL;
	m->all_count = json_array_size(array);
	m->all = arena_alloc(m->arena, (m->all_count + 1) * sizeof(*m->all));
	for (size_t i = 0; i < m->all_count; i++) {
		struct json_place at = json_element(&m->addresses, m->addresses_key, i);

		if (read_address(&at, &m->all[i], e) < 0)
			return -EINVAL;
	}
	return 0;
}

/* Each address of the block that is not there yet. */
static void
add_block(struct agent_service *s, struct prefix block)
{
	unsigned spare = ip_bits(block.addr.family) - block.len;

	for (uint64_t n = 0; n < UINT64_C(1) << spare; n++) {
		struct ip ip = ip_add(block.addr, n);
		bool twice = false;

		for (size_t i = 0; i < s->address_count; i++)
			twice = twice || ip_equal(s->addresses[i], ip);
		if (!twice)
			s->addresses[s->address_count++] = ip;
	}
}

static bool
is_global_ip(struct prefix block)
{
	return ip_bits(block.addr.family) - block.len <= 2 && !ip_is_unspecified(block.addr) &&
	       !ip_is_loopback(block.addr) && !ip_is_link_local(block.addr) &&
	       !ip_is_multicast(block.addr);
}

int
metadata_add_service(struct metadata *m, struct render_host *ret, struct err *e)
{
	const struct render_choices *c = m->choices;
	struct agent_service *s = arena_alloc(m->arena, sizeof(*s));
	char text[PREFIX_STR_MAX];

	s->name = "global-ips";
	s->looks.preferred = c->attributes;
	s->addresses = arena_alloc(
	    m->arena, (m->all_count + c->global_ip_count + 1) * 4 * sizeof(*s->addresses));
	for (size_t i = 0; i < m->all_count; i++) {
		struct metadata_address *a = &m->all[i];
		struct prefix block = prefix_mask((struct prefix){ a->address, a->len });

		if (a->global && !is_global_ip(block))
			return json_complain(&a->place, "cidr", e,
			    "a Global IP has 1, 2 or 4 addresses, of unicast");
		if (a->global)
			add_block(s, block);
	}
	for (size_t i = 0; i < c->global_ip_count; i++) {
		if (!is_global_ip(c->global_ips[i]))
			return err_set(e, -EINVAL,
			    "--global-ip %s: a Global IP has 1, 2 or 4 addresses, of unicast",
			    prefix_format(c->global_ips[i], text));
		add_block(s, c->global_ips[i]);
	}
	if (s->address_count == 0)
		return json_complain(&m->addresses, m->addresses_key, e,
		    "none has \"global_ip\": true; expected one, or --global-ip");
	ret->services = s;
	ret->service_count = 1;
	return 0;
}

static bool
is_announced(const struct metadata *m, struct ip ip)
{
	for (size_t i = 0; i < m->choices->global_ip_count; i++) {
		if (prefix_contains(m->choices->global_ips[i], ip))
			return true;
	}
	return false;
}

/* The first management address of the family, as public as asked, or NULL. */
static const struct metadata_address *
find_management(const struct metadata *m, enum ip_family family, bool is_public)
{
	for (size_t i = 0; i < m->all_count; i++) {
		const struct metadata_address *a = &m->all[i];

		if (a->address.family == family && a->management && !a->global &&
		    a->is_public == is_public && !is_announced(m, a->address))
			return a;
	}
	return NULL;
}

static const struct metadata_address *
find_address(const struct metadata *m, struct ip ip)
{
	for (size_t i = 0; i < m->all_count; i++) {
		if (ip_equal(m->all[i].address, ip))
			return &m->all[i];
	}
	return NULL;
}

int
metadata_find_router_id(struct metadata *m, struct render_host *ret, struct err *e)
{
	const struct metadata_address *a = find_management(m, IP_V4, false);

	if (m->choices->router_id.family != IP_NONE) {
		ret->router_id = m->choices->router_id;
		ret->router_id_why = "Router ID: as the command line said";
		return 0;
	}
	if (a == NULL)
		return json_complain(&m->addresses, m->addresses_key, e,
		    "no private IPv4 address for management, to be the router ID; expected one, or "
		    "--router-id");
	ret->router_id = a->address;
	ret->router_id_why = "Router ID: the first private IPv4 address for management";
	return 0;
}

int
metadata_find_source(struct metadata *m, enum ip_family family, struct ip customer_ip,
    struct render_neighbor *n, struct err *e)
{
	const struct metadata_address *a = find_management(m, family, family == IP_V6);
	char text[IP_STR_MAX];

	if (customer_ip.family != IP_NONE && find_address(m, customer_ip) != NULL) {
		n->conf.local_address = customer_ip;
		n->local_why = "the customer_ip of the metadata";
		return 0;
	}
	if (a == NULL)
		return json_complain(&m->addresses, m->addresses_key, e,
		    "neither customer_ip nor a %s address for management; expected the source of "
		    "BGP",
		    family == IP_V4 ? "private IPv4" : "public IPv6");
	n->conf.local_address = a->address;
	n->local_why =
	    customer_ip.family == IP_NONE
		? "the first address for management, since there is no customer_ip"
		: arena_printf(m->arena,
		      "the first address for management, since customer_ip %s is not this host's",
		      ip_format(customer_ip, text));
	return 0;
}

int
metadata_find_gateway(struct metadata *m, struct render_neighbor *n, struct err *e)
{
	enum ip_family family = n->conf.address.family;
	const struct metadata_address *a = m->choices->gateway == RENDER_GATEWAY_PUBLIC
					       ? find_management(m, family, true)
					       : find_address(m, n->conf.local_address);

	if (a == NULL)
		return json_complain(&m->addresses, m->addresses_key, e,
		    "no public address for management, and so no gateway to neighbor %s",
		    n->conf.name);
	if (json_get_ip(&a->place, "gateway", &n->gateway, e) < 0)
		return -EINVAL;
	if (n->gateway.family != family || ip_equal(n->gateway, a->address))
		return json_complain(
		    &a->place, "gateway", e, "expected another address of the same family");
	return 0;
}
