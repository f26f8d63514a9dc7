/*
 * What a service is announced with: the keys of nearcast.yaml as attributes of a route.
 *
 * Four layers: the service, what is different for a neighbor, what is different at stage backup,
 * and what is different there for that neighbor. A number that a layer gives replaces that of those
 * before it. So do communities for a neighbor; at stage backup they come in addition, as what a
 * community asked of the network before is still wanted.
 */
#include <string.h>

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

/* What the layer gives, in numbers alone. */
static void
lay_numbers(const struct agent_otherwise *o, struct bgp_attributes *a)
{
	if (o->med.given) {
		a->has_med = true;
		a->med = o->med.value;
	}
	if (o->local_pref.given) {
		a->has_local_pref = true;
		a->local_pref = o->local_pref.value;
	}
	if (o->prepend.given)
		a->prepend = (uint8_t)o->prepend.value;
}

/* An empty list is none, or a file that --check wrote would say something else. */
static void
lay_communities(struct conf *c, const struct agent_otherwise *o, struct bgp_attributes *a)
{
	if (o->communities.count > 0)
		parse_communities(c, &o->communities, a);
	if (o->ext_communities.count > 0)
		parse_ext_communities(c, &o->ext_communities, a);
	if (o->large_communities.count > 0)
		parse_large_communities(c, &o->large_communities, a);
}

/* One list and what another has in addition. */
static const void *
join(struct conf *c, const struct conf_list *place, const void *list, size_t *count,
    const void *more, size_t more_count, size_t size)
{
	char *all = arena_alloc(conf_arena(c), (*count + more_count + 1) * size);

	if (*count > 0)
		memcpy(all, list, *count * size);
	for (size_t i = 0; i < more_count; i++) {
		const char *one = (const char *)more + i * size;
		size_t k = 0;

		while (k < *count && memcmp(all + k * size, one, size) != 0)
			k++;
		if (k == *count)
			memcpy(all + (*count)++ * size, one, size);
	}
	if (*count > BGP_COMMUNITIES_MAX)
		conf_error_at(c, place, "together with those that it has otherwise, more than %d",
		    BGP_COMMUNITIES_MAX);
	return all;
}

/* Stage backup: the announcement with what is different there, and more communities. */
static struct bgp_attributes
back_up(struct conf *c, const struct agent_otherwise *o, const struct bgp_attributes *preferred,
    const struct bgp_attributes *more)
{
	struct bgp_attributes a = *preferred;

	/* the least, as RFC 8326 has it; external neighbors get none */
	a.has_local_pref = true;
	a.local_pref = 0;
	lay_numbers(o, &a);
	a.communities = join(c, &o->communities, a.communities, &a.community_count,
	    more->communities, more->community_count, sizeof(*a.communities));
	a.ext_communities = join(c, &o->ext_communities, a.ext_communities, &a.ext_community_count,
	    more->ext_communities, more->ext_community_count, sizeof(*a.ext_communities));
	a.large_communities =
	    join(c, &o->large_communities, a.large_communities, &a.large_community_count,
		more->large_communities, more->large_community_count, sizeof(*a.large_communities));
	return a;
}

static void
derive_override(struct conf *c, const struct agent_service *s, struct agent_override *o,
    const struct bgp_attributes *service_more)
{
	struct bgp_attributes more = *service_more;
	struct agent_otherwise backup = o->backup;

	o->looks.preferred = s->looks.preferred;
	lay_numbers(&o->preferred, &o->looks.preferred);
	lay_communities(c, &o->preferred, &o->looks.preferred);
	lay_communities(c, &o->backup, &more);
	backup.med = backup.med.given ? backup.med : s->backup.med;
	backup.local_pref = backup.local_pref.given ? backup.local_pref : s->backup.local_pref;
	backup.prepend = backup.prepend.given ? backup.prepend : s->backup.prepend;
	o->looks.backup = back_up(c, &backup, &o->looks.preferred, &more);
}

void
agent_conf_check_attributes(struct conf *c, struct agent_service *s)
{
	struct bgp_attributes *a = &s->looks.preferred, more = { 0 };
	struct agent_override *overrides = s->neighbors.items;

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
	parse_communities(c, &s->backup.communities, &more);
	parse_ext_communities(c, &s->backup.ext_communities, &more);
	parse_large_communities(c, &s->backup.large_communities, &more);
	s->looks.backup = back_up(c, &s->backup, a, &more);
	for (size_t i = 0; i < s->neighbors.count; i++)
		derive_override(c, s, &overrides[i], &more);
}

struct bgp_attributes
agent_attributes(const struct agent_service *service, const struct agent_override *override,
    struct ip address, enum stage stage)
{
	const struct agent_looks *looks = override != NULL ? &override->looks : &service->looks;
	struct bgp_attributes a = stage == STAGE_BACKUP ? looks->backup : looks->preferred;

	a.next_hop = address.family == IP_V4 ? service->next_hop_ipv4 : service->next_hop_ipv6;
	return a;
}
