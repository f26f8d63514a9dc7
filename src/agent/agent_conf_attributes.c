/* What a service is announced with: the keys of nearcastd.yaml as attributes of a route. */
#include "agent/agent_conf.h"
#include "proto/bgp/community.h"

static void
refuse_twice(struct conf *c, const struct conf_list *texts, size_t i, bool twice)
{
	const char *const *text = texts->items;

	if (twice)
		conf_error_at(c, &text[i], "%s stands there twice", text[i]);
}

static void
parse_communities(struct conf *c, const struct conf_list *texts, struct bgp_attributes *ret)
{
	uint32_t *values = arena_alloc(conf_arena(c), (texts->count + 1) * sizeof(*values));
	const char *const *text = texts->items;
	struct err e = { 0 };

	for (size_t i = 0; i < texts->count; i++) {
		bool twice = false;

		if (bgp_community_parse(text[i], &values[i], &e) < 0) {
			conf_error_at(c, &text[i], "%s", e.message);
			continue;
		}
		for (size_t k = 0; k < i; k++)
			twice = twice || values[k] == values[i];
		refuse_twice(c, texts, i, twice);
	}
	ret->communities = values;
	ret->community_count = texts->count;
}

static void
parse_ext_communities(struct conf *c, const struct conf_list *texts, struct bgp_attributes *ret)
{
	uint64_t *values = arena_alloc(conf_arena(c), (texts->count + 1) * sizeof(*values));
	const char *const *text = texts->items;
	struct err e = { 0 };

	for (size_t i = 0; i < texts->count; i++) {
		bool twice = false;

		if (bgp_ext_community_parse(text[i], &values[i], &e) < 0) {
			conf_error_at(c, &text[i], "%s", e.message);
			continue;
		}
		for (size_t k = 0; k < i; k++)
			twice = twice || values[k] == values[i];
		refuse_twice(c, texts, i, twice);
	}
	ret->ext_communities = values;
	ret->ext_community_count = texts->count;
}

static void
parse_large_communities(struct conf *c, const struct conf_list *texts, struct bgp_attributes *ret)
{
	struct bgp_large_community *values =
	    arena_alloc(conf_arena(c), (texts->count + 1) * sizeof(*values));
	const char *const *text = texts->items;
	struct err e = { 0 };

	for (size_t i = 0; i < texts->count; i++) {
		bool twice = false;

		if (bgp_large_community_parse(text[i], &values[i], &e) < 0) {
			conf_error_at(c, &text[i], "%s", e.message);
			continue;
		}
		for (size_t k = 0; k < i; k++)
			twice = twice || (values[k].global == values[i].global &&
					     values[k].local1 == values[i].local1 &&
					     values[k].local2 == values[i].local2);
		refuse_twice(c, texts, i, twice);
	}
	ret->large_communities = values;
	ret->large_community_count = texts->count;
}

static void
check_next_hop(struct conf *c, const struct ip *next_hop, enum ip_family family)
{
	if (next_hop->family == IP_NONE)
		return;
	if (next_hop->family != family)
		conf_error_at(
		    c, next_hop, "expected an %s address", family == IP_V4 ? "IPv4" : "IPv6");
	else if (ip_is_unspecified(*next_hop) || ip_is_multicast(*next_hop) ||
		 ip_is_loopback(*next_hop))
		conf_error_at(c, next_hop, "expected an address that the neighbors can send to");
}

void
agent_conf_check_attributes(struct conf *c, struct agent_service *s)
{
	struct bgp_attributes *a = &s->attributes;

	a->origin = (enum bgp_origin)s->origin;
	a->has_med = s->med.given;
	a->med = s->med.value;
	a->has_local_pref = s->local_pref.given;
	a->local_pref = s->local_pref.value;
	a->prepend = (uint8_t)s->prepend;
	parse_communities(c, &s->communities, a);
	parse_ext_communities(c, &s->ext_communities, a);
	parse_large_communities(c, &s->large_communities, a);
	check_next_hop(c, &s->next_hop_ipv4, IP_V4);
	check_next_hop(c, &s->next_hop_ipv6, IP_V6);
}

struct bgp_attributes
agent_attributes(const struct agent_service *service, struct ip address)
{
	struct bgp_attributes a = service->attributes;

	a.next_hop = address.family == IP_V4 ? service->next_hop_ipv4 : service->next_hop_ipv6;
	return a;
}
