/*
 * What the table of keys cannot say about nearcast.yaml: the rules between fields and between
 * objects. Each function reports every error that it finds, at its place in the file.
 */
#include <string.h>
#include <unistd.h>

#include "agent/agent_conf.h"

/* The addresses of the blocks, one by one, with their size checked. */
static void
expand_global_ips(struct conf *c, struct agent_service *s)
{
	struct prefix *blocks = s->global_ips.items;

	s->addresses = arena_alloc(conf_arena(c), s->global_ips.count * 4 * sizeof(*s->addresses));
	for (size_t i = 0; i < s->global_ips.count; i++) {
		unsigned spare = ip_bits(blocks[i].addr.family) - blocks[i].len;

		if (spare > 2) {
			conf_error_at(c, &blocks[i],
			    "a Global IP has 1, 2 or 4 addresses: expected %s",
			    blocks[i].addr.family == IP_V4 ? "/32, /31 or /30"
							   : "/128, /127 or /126");
			continue;
		}
		if (ip_is_unspecified(blocks[i].addr) || ip_is_loopback(blocks[i].addr) ||
		    ip_is_link_local(blocks[i].addr) || ip_is_multicast(blocks[i].addr)) {
			conf_error_at(
			    c, &blocks[i], "expected a unicast address that others can route to");
			continue;
		}
		for (uint64_t n = 0; n < UINT64_C(1) << spare; n++)
			s->addresses[s->address_count++] = ip_add(blocks[i].addr, n);
	}
}

static int
parse_listen(const char *text, struct agent_listen *ret)
{
	uint32_t port;

	if (str_starts_with(text, "tcp/"))
		ret->transport = AGENT_TCP;
	else if (str_starts_with(text, "udp/"))
		ret->transport = AGENT_UDP;
	else
		return -1;
	if (parse_u32(text + strlen("tcp/"), 65535, &port) < 0 || port == 0)
		return -1;
	ret->port = (uint16_t)port;
	ret->text = text;
	return 0;
}

static void
parse_listens(struct conf *c, struct agent_service *s)
{
	const char **texts = s->listen.items;

	s->listens = arena_alloc(conf_arena(c), (s->listen.count + 1) * sizeof(*s->listens));
	for (size_t i = 0; i < s->listen.count; i++) {
		if (parse_listen(texts[i], &s->listens[i]) < 0) {
			conf_error_at(c, &texts[i], "not a socket; expected tcp/PORT or udp/PORT");
			continue;
		}
		for (size_t j = 0; j < i; j++) {
			if (s->listens[j].port == s->listens[i].port &&
			    s->listens[j].transport == s->listens[i].transport)
				conf_error_at(c, &texts[i], "%s stands there twice", texts[i]);
		}
	}
}

void
agent_conf_check_service(struct conf *c, void *object)
{
	struct agent_service *s = object;

	s->is_foreign = conf_is_added(c, s);
	expand_global_ips(c, s);
	agent_conf_mark_own_checks(s);
	parse_listens(c, s);
	agent_conf_check_attributes(c, s);
	agent_conf_check_policy(c, s);
	/* what nobody looks at must not be announced as if somebody did */
	if (s->checks.count == 0 && s->listen.count == 0)
		conf_error_at(c, s,
		    "service %s has neither checks nor listen: nothing says when to announce it",
		    s->name);
}

/* The block of a Global IP that holds the address, or NULL. */
static const struct prefix *
find_global_ip(
    const struct agent_conf *conf, struct ip ip, const struct agent_service **ret_service)
{
	const struct agent_service *services = conf->services.items;

	for (size_t i = 0; i < conf->services.count; i++) {
		const struct prefix *blocks = services[i].global_ips.items;

		for (size_t j = 0; j < services[i].global_ips.count; j++) {
			if (prefix_contains(blocks[j], ip)) {
				*ret_service = &services[i];
				return &blocks[j];
			}
		}
	}
	return NULL;
}

static void
refuse_global_ip(struct conf *c, const struct agent_conf *conf, const struct ip *ip)
{
	const struct agent_service *service;
	const struct prefix *block;
	char text[PREFIX_STR_MAX];

	if (ip->family == IP_NONE)
		return;
	block = find_global_ip(conf, *ip, &service);
	if (block != NULL)
		conf_error_at(c, ip,
		    "inside Global IP %s of service %s; expected an address that only this host "
		    "has",
		    prefix_format(*block, text), service->name);
}

/* Whether each address can be announced at all, and to whom. */
static void
check_reach(struct conf *c, const struct agent_conf *conf)
{
	const struct agent_service *services = conf->services.items;
	const struct agent_neighbor *neighbors = conf->neighbors.items;
	size_t count4 = 0, count6 = 0;
	bool ipv4 = false, ipv6 = false;

	for (size_t n = 0; n < conf->neighbors.count; n++) {
		ipv4 = ipv4 || neighbors[n].ipv4;
		ipv6 = ipv6 || neighbors[n].ipv6;
	}
	for (size_t i = 0; i < conf->services.count; i++) {
		const struct prefix *blocks = services[i].global_ips.items;

		for (size_t j = 0; j < services[i].global_ips.count; j++) {
			if (!(blocks[j].addr.family == IP_V4 ? ipv4 : ipv6))
				conf_error_at(c, &blocks[j], "no neighbor takes family %s",
				    blocks[j].addr.family == IP_V4 ? "ipv4" : "ipv6");
		}
		for (size_t j = 0; j < services[i].address_count; j++) {
			count4 += services[i].addresses[j].family == IP_V4;
			count6 += services[i].addresses[j].family == IP_V6;
		}
	}
	for (size_t n = 0; n < conf->neighbors.count; n++) {
		size_t most = MAX(neighbors[n].ipv4 ? count4 : 0, neighbors[n].ipv6 ? count6 : 0);

		if (most > neighbors[n].prefix_limit)
			conf_error_at(c, &neighbors[n].prefix_limit,
			    "%zu prefixes of one family are to be announced, more than "
			    "prefix-limit %u",
			    most, neighbors[n].prefix_limit);
	}
}

/* A name that no neighbor has would change nothing for anybody. */
static void
check_overrides(struct conf *c, const struct agent_conf *conf)
{
	const struct agent_service *services = conf->services.items;
	const struct agent_neighbor *neighbors = conf->neighbors.items;

	for (size_t i = 0; i < conf->services.count; i++) {
		const struct agent_override *overrides = services[i].neighbors.items;

		for (size_t k = 0; k < services[i].neighbors.count; k++) {
			size_t n = 0;

			while (n < conf->neighbors.count &&
			       strcmp(neighbors[n].name, overrides[k].name) != 0)
				n++;
			if (n == conf->neighbors.count)
				conf_error_at(c, &overrides[k], "no neighbor is called %s",
				    overrides[k].name);
		}
	}
}

/* One link-local address may stand for a router on each link. */
static bool
same_interface(const struct agent_neighbor *a, const struct agent_neighbor *b)
{
	return a->interface == NULL || b->interface == NULL ||
	       strcmp(a->interface, b->interface) == 0;
}

void
agent_conf_check_all(struct conf *c, void *object)
{
	struct agent_conf *conf = object;
	struct agent_neighbor *neighbors = conf->neighbors.items;

	if (conf->host == NULL) {
		char name[256] = "";

		(void)gethostname(name, sizeof(name) - 1);
		conf->host = arena_strdup(conf_arena(c), name);
	}
	if (conf->router_id.family == IP_V6)
		conf_error_at(c, &conf->router_id, "expected an IPv4 address");
	else if (conf->router_id.family == IP_V4 &&
		 (ip_is_unspecified(conf->router_id) || ip_is_multicast(conf->router_id)))
		conf_error_at(c, &conf->router_id, "expected an address of this host");
	refuse_global_ip(c, conf, &conf->router_id);
	if (conf->control[0] != '/')
		conf_error_at(c, &conf->control, "expected an absolute path");
	if (conf->state_directory[0] != '/')
		conf_error_at(c, &conf->state_directory, "expected an absolute path");
	agent_conf_check_overlaps(c, conf);
	agent_conf_check_identity(c, conf);
	for (size_t i = 0; i < conf->services.count; i++) {
		const struct agent_service *s = conf->services.items;

		refuse_global_ip(c, conf, &s[i].next_hop_ipv4);
		refuse_global_ip(c, conf, &s[i].next_hop_ipv6);
	}
	for (size_t i = 0; i < conf->neighbors.count; i++) {
		refuse_global_ip(c, conf, &neighbors[i].address);
		refuse_global_ip(c, conf, &neighbors[i].local_address);
		refuse_global_ip(c, conf, &neighbors[i].next_hop_ipv4);
		refuse_global_ip(c, conf, &neighbors[i].next_hop_ipv6);
		for (size_t j = 0; j < i; j++) {
			if (ip_equal(neighbors[i].address, neighbors[j].address) &&
			    same_interface(&neighbors[i], &neighbors[j]))
				conf_error_at(c, &neighbors[i].address,
				    "neighbor %s has this address too", neighbors[j].name);
		}
	}
	agent_conf_check_announcer(c, conf);
	if (conf->announcer == AGENT_ANNOUNCER_SPEAKER && conf->neighbors.count > 0) {
		check_reach(c, conf);
		check_overrides(c, conf);
	}
}
