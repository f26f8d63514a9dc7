/*
 * The rules between the keys of a neighbor. Each function reports every error that it finds, at the
 * place in the file of the key that is to be changed.
 */
#include "agent/agent_conf.h"
#include "announce/announce.h"
#include "proto/bfd/bfd.h"

#define AS_TRANS 23456u

/* What needs the interface beside it. */
static bool
is_scoped(struct ip ip)
{
	return ip.family == IP_V6 && ip_is_link_local(ip);
}

void
agent_conf_check_capabilities(struct conf *c, void *object)
{
	struct agent_capabilities *p = object;

	if (p->route_refresh || !p->enhanced_refresh)
		return;
	if (conf_is_set(c, &p->enhanced_refresh))
		conf_error_at(c, &p->enhanced_refresh, "needs route-refresh: true");
	p->enhanced_refresh = false;
}

/* Whoever writes down how a thing should be done thinks that it is done. */
static void
need_enabled(
    struct conf *c, const bool *enabled, const void *const *others, size_t count, const char *what)
{
	for (size_t i = 0; i < count && !conf_is_set(c, enabled); i++) {
		if (conf_is_set(c, others[i])) {
			conf_error_at(c, others[i],
			    "%s is off unless it says enabled: true; expected enabled beside this",
			    what);
			return;
		}
	}
}

void
agent_conf_check_graceful_restart(struct conf *c, void *object)
{
	struct agent_graceful_restart *g = object;
	const void *const others[] = { &g->restart_time, &g->hard_reset };

	need_enabled(c, &g->enabled, others, ARRAY_SIZE(others), "graceful-restart");
	if (g->restart_time.ns % NS_PER_S != 0)
		conf_error_at(c, &g->restart_time, "expected whole seconds");
}

void
agent_conf_check_bfd_authentication(struct conf *c, void *object)
{
	struct agent_bfd_authentication *a = object;
	bool is_given = a->key != NULL || a->key_file != NULL;

	a->bfd_key = agent_conf_secret(
	    c, a->key, &a->key_file, &(struct agent_secret_kind){ "key", BFD_KEY_MAX });
	if (a->type == NEIGHBOR_BFD_AUTH_NONE && is_given)
		conf_error_at(
		    c, &a->type, "a key is given; expected type: sha1 or meticulous-sha1");
	if (a->type != NEIGHBOR_BFD_AUTH_NONE && !is_given)
		conf_error_at(c, &a->type, "needs a key of 1 to 20 bytes");
}

void
agent_conf_check_bfd(struct conf *c, void *object)
{
	struct agent_bfd *b = object;
	const void *const others[] = { &b->strict, &b->multihop, &b->min_tx, &b->min_rx,
		&b->multiplier, &b->authentication.key_id, &b->authentication.key,
		&b->authentication.key_file };

	if (b->strict && !b->enabled && conf_is_set(c, &b->enabled))
		conf_error_at(c, &b->strict, "waits for bfd, which is not enabled");
	need_enabled(c, &b->enabled, others, ARRAY_SIZE(others), "bfd");
}

static void
check_addresses(struct conf *c, struct agent_neighbor *n)
{
	if (ip_is_unspecified(n->address) || ip_is_multicast(n->address))
		conf_error_at(c, &n->address, "expected the address of a router");
	if (is_scoped(n->address) && n->interface == NULL)
		conf_error_at(c, &n->address, "a link-local address needs interface: NAME");
	if (n->local_address.family == IP_NONE) {
		if (!is_scoped(n->address))
			conf_error_at(c, n,
			    "missing key \"local-address\" of a neighbor; expected an IP address "
			    "of "
			    "this host, such as 192.0.2.1 or 2001:db8::1");
		return;
	}
	if (n->address.family != n->local_address.family)
		conf_error_at(c, &n->local_address, "expected an %s address, as address is one",
		    n->address.family == IP_V4 ? "IPv4" : "IPv6");
	else if (is_scoped(n->address) != is_scoped(n->local_address))
		conf_error_at(c, &n->local_address,
		    is_scoped(n->address)
			? "expected a link-local address, as address is one; or none"
			: "a link-local address; expected one that %s can send to",
		    n->name);
	if (ip_is_unspecified(n->local_address) || ip_is_multicast(n->local_address))
		conf_error_at(c, &n->local_address, "expected an address of this host");
	if (ip_equal(n->address, n->local_address))
		conf_error_at(c, &n->local_address, "the neighbor's own address; expected ours");
}

static void
check_families(struct conf *c, struct agent_neighbor *n)
{
	int *families = n->families.items;

	for (size_t i = 0; i < n->families.count; i++) {
		bool *has = families[i] == 0 ? &n->ipv4 : &n->ipv6;

		if (*has)
			conf_error_at(c, &families[i], "the same family twice");
		*has = true;
	}
	if (n->families.count == 0) {
		families = arena_alloc(conf_arena(c), sizeof(*families));
		*families = n->address.family == IP_V4 ? 0 : 1;
		n->families = (struct conf_list){ families, 1 };
		n->ipv4 = n->address.family == IP_V4;
		n->ipv6 = n->address.family == IP_V6;
	}
}

static void
check_next_hops(struct conf *c, struct agent_neighbor *n)
{
	bool extended = n->capabilities.extended_next_hop;

	if (extended && n->address.family == IP_V4)
		conf_error_at(c, &n->capabilities.extended_next_hop,
		    "needs an IPv6 session, and address is an IPv4 one");
	else if (extended && !n->ipv4)
		conf_error_at(c, &n->capabilities.extended_next_hop,
		    "is for IPv4 announcements; expected ipv4 among families");
	if (n->next_hop_ipv4.family == IP_V6 && !extended)
		conf_error_at(c, &n->next_hop_ipv4,
		    "expected an IPv4 address, or capabilities: {extended-next-hop: true}");
	if (n->next_hop_ipv6.family == IP_V4)
		conf_error_at(c, &n->next_hop_ipv6, "expected an IPv6 address");
	if (n->ipv6 && n->address.family == IP_V4 && n->next_hop_ipv6.family == IP_NONE)
		conf_error_at(c, &n->families, "ipv6 over an IPv4 session needs next-hop-ipv6");
	if (n->ipv4 && n->address.family == IP_V6 && n->next_hop_ipv4.family == IP_NONE &&
	    !extended)
		conf_error_at(c, &n->families,
		    "ipv4 over an IPv6 session needs next-hop-ipv4, or capabilities: "
		    "{extended-next-hop: true}");
}

static void
check_hops(struct conf *c, struct agent_neighbor *n)
{
	bool far = n->multihop > 1 || n->ttl_security > 1;

	if (n->multihop > 0 && n->ttl_security > 0)
		conf_error_at(c, &n->ttl_security,
		    "excludes multihop: it sends with TTL 255, and says by itself how far away the "
		    "neighbor may be");
	if (far && is_scoped(n->address))
		conf_error_at(c, n->multihop > 1 ? &n->multihop : &n->ttl_security,
		    "a neighbor with a link-local address is one hop away");
	if (!conf_is_set(c, &n->bfd.multihop))
		n->bfd.multihop = far;
	else if (n->bfd.multihop && !far)
		conf_error_at(c, &n->bfd.multihop,
		    "the neighbor is on our link; expected multihop or ttl-security of the "
		    "neighbor "
		    "to be 2 or more");
}

static void
check_timers(struct conf *c, struct agent_neighbor *n)
{
	/* RFC 4271 section 4.2: the field counts seconds, and one or two of them are refused */
	if (n->hold_time.ns % NS_PER_S != 0 ||
	    (n->hold_time.ns > 0 && n->hold_time.ns < 3 * NS_PER_S))
		conf_error_at(c, &n->hold_time, "expected 0, or whole seconds from 3s to 65535s");
	if (n->keepalive.ns > 0 && n->hold_time.ns == 0)
		conf_error_at(c, &n->keepalive, "hold-time 0 means that there are no keepalives");
	else if (n->keepalive.ns > 0 && n->keepalive.ns >= n->hold_time.ns)
		conf_error_at(c, &n->keepalive, "expected less than hold-time");
	if (n->idle_hold_max.ns < n->idle_hold.ns) {
		if (conf_is_set(c, &n->idle_hold_max))
			conf_error_at(c, &n->idle_hold_max, "expected idle-hold or more");
		n->idle_hold_max = n->idle_hold;
	}
}

static void
check_as(struct conf *c, const struct agent_neighbor *n)
{
	const uint32_t *const numbers[] = { &n->peer_as, &n->local_as };

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		if (*numbers[i] == AS_TRANS)
			conf_error_at(
			    c, numbers[i], "%u is AS_TRANS, nobody's own number", AS_TRANS);
		else if (*numbers[i] > UINT16_MAX && !n->capabilities.four_octet_as)
			conf_error_at(c, &n->capabilities.four_octet_as,
			    "AS %u takes four octets; expected true", *numbers[i]);
	}
	if (n->role != BGP_ROLE_NONE && n->local_as == n->peer_as)
		conf_error_at(
		    c, &n->role, "peer-as is our own: an internal session has no role (RFC 9234)");
	if (n->role_strict && n->role == BGP_ROLE_NONE)
		conf_error_at(
		    c, &n->role_strict, "asks for the router's role; expected our own in role");
}

static void
check_password(struct conf *c, struct agent_neighbor *n)
{
	n->md5_password = agent_conf_secret(c, n->password, &n->password_file,
	    &(struct agent_secret_kind){ "password", AGENT_PASSWORD_MAX });
}

void
agent_conf_check_neighbor(struct conf *c, void *object)
{
	struct agent_neighbor *n = object;

	check_addresses(c, n);
	check_families(c, n);
	check_next_hops(c, n);
	check_hops(c, n);
	check_timers(c, n);
	check_as(c, n);
	check_password(c, n);
}
