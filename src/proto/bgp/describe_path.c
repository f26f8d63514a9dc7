#include "proto/bgp/codec.h"
#include "proto/bgp/community.h"
#include "proto/bgp/describe.h"
#include "proto/bgp/path.h"

#define BYTES_SHOWN 64

void
bgp_describe_bytes(struct strbuf *out, const uint8_t *bytes, size_t len)
{
	if (len == 0)
		strbuf_add(out, "empty");
	for (size_t i = 0; i < MIN(len, (size_t)BYTES_SHOWN); i++)
		strbuf_addf(out, "%02x", bytes[i]);
	if (len > BYTES_SHOWN)
		strbuf_addf(out, "... (%zu bytes)", len);
}

/* As operators write it: {a b} is a set, (a b) a sequence of the confederation, [a b] its set. */
static void
add_as_path(struct strbuf *out, const struct bgp_as_path *path)
{
	static const char marks[][2] = {
		[BGP_SEGMENT_SET] = { '{', '}' },
		[BGP_SEGMENT_SEQUENCE] = { 0, 0 },
		[BGP_SEGMENT_CONFED_SEQUENCE] = { '(', ')' },
		[BGP_SEGMENT_CONFED_SET] = { '[', ']' },
	};

	if (path->count == 0)
		strbuf_add(out, " empty");
	for (size_t i = 0; i < path->count; i++) {
		const struct bgp_segment *s = &path->segments[i];
		const char *mark = marks[s->type];

		if (mark[0])
			strbuf_addf(out, " %c", mark[0]);
		for (size_t j = 0; j < s->count; j++)
			strbuf_addf(out, "%s%u", j == 0 && mark[0] ? "" : " ", s->ases[j]);
		if (mark[1])
			strbuf_add_char(out, mark[1]);
	}
}

static void
add_ip(struct strbuf *out, struct ip ip)
{
	char text[IP_STR_MAX];

	if (ip.family != IP_NONE)
		strbuf_addf(out, " %s", ip_format(ip, text));
}

static void
add_ids(struct strbuf *out, const struct bgp_numbers *ids)
{
	for (size_t i = 0; i < ids->count; i++)
		add_ip(out, ip_from_v4(ids->numbers[i]));
}

static void
add_aggregator(struct strbuf *out, const struct bgp_aggregator *a)
{
	strbuf_addf(out, " %u", a->as);
	add_ip(out, a->address);
}

static void
add_communities(struct strbuf *out, const struct bgp_path *path, uint8_t type)
{
	char text[BGP_COMMUNITY_STR_MAX];

	for (size_t i = 0; type == BGP_ATTR_COMMUNITIES && i < path->communities.count; i++)
		strbuf_addf(out, " %s", bgp_community_format(path->communities.numbers[i], text));
	for (size_t i = 0; type == BGP_ATTR_EXT_COMMUNITIES && i < path->ext_community_count; i++)
		strbuf_addf(out, " %s", bgp_ext_community_format(path->ext_communities[i], text));
	for (size_t i = 0; type == BGP_ATTR_LARGE_COMMUNITIES && i < path->large_community_count;
	     i++)
		strbuf_addf(
		    out, " %s", bgp_large_community_format(path->large_communities[i], text));
}

static void
add_value(struct strbuf *out, const struct bgp_path *path, enum bgp_attribute_type type)
{
	static const char *const origins[] = { "igp", "egp", "incomplete" };

	switch (type) {
	case BGP_ATTR_ORIGIN:
		strbuf_addf(out, " %s", origins[path->origin]);
		break;
	case BGP_ATTR_AS_PATH:
		add_as_path(out, &path->as_path);
		break;
	case BGP_ATTR_AS4_PATH:
		add_as_path(out, &path->as4_path);
		break;
	case BGP_ATTR_NEXT_HOP:
		add_ip(out, path->next_hop);
		break;
	case BGP_ATTR_MED:
		strbuf_addf(out, " %u", path->med);
		break;
	case BGP_ATTR_LOCAL_PREF:
		strbuf_addf(out, " %u", path->local_pref);
		break;
	case BGP_ATTR_AGGREGATOR:
		add_aggregator(out, &path->aggregator);
		break;
	case BGP_ATTR_AS4_AGGREGATOR:
		add_aggregator(out, &path->as4_aggregator);
		break;
	case BGP_ATTR_COMMUNITIES:
	case BGP_ATTR_EXT_COMMUNITIES:
	case BGP_ATTR_LARGE_COMMUNITIES:
		add_communities(out, path, type);
		break;
	case BGP_ATTR_ORIGINATOR_ID:
		add_ip(out, path->originator_id);
		break;
	case BGP_ATTR_CLUSTER_LIST:
		add_ids(out, &path->cluster_list);
		break;
	case BGP_ATTR_MP_REACH:
		strbuf_addf(out, " %s, next hop", bgp_family_name(path->reach.prefixes.family));
		add_ip(out, path->reach.next_hop);
		add_ip(out, path->reach.link_local);
		break;
	case BGP_ATTR_MP_UNREACH:
		strbuf_addf(out, " %s", bgp_family_name(path->unreach.family));
		break;
	case BGP_ATTR_OTC:
		strbuf_addf(out, " %u", path->otc);
		break;
	case BGP_ATTR_ATOMIC_AGGREGATE:
		break;
	}
}

static void
add_raw(struct strbuf *out, const struct bgp_path_attribute *a)
{
	static const char *const forms[] = {
		[BGP_FORM_DECODED] = "",
		[BGP_FORM_UNKNOWN] = "not known",
		[BGP_FORM_MALFORMED] = "malformed",
		[BGP_FORM_REPEATED] = "again",
	};

	strbuf_addf(out, " %s, flags 0x%02x: ", forms[a->form], a->flags);
	bgp_describe_bytes(out, a->raw, a->raw_len);
}

void
bgp_describe_path(struct strbuf *out, const struct bgp_path *path)
{
	for (size_t i = 0; i < path->count; i++) {
		const struct bgp_path_attribute *a = &path->attributes[i];
		const char *name = bgp_attribute_name(a->type);

		if (name)
			strbuf_addf(out, "    %s", name);
		else
			strbuf_addf(out, "    attribute %u", a->type);
		if (a->form == BGP_FORM_DECODED)
			add_value(out, path, a->type);
		else
			add_raw(out, a);
		if (a->form == BGP_FORM_DECODED && a->flags & BGP_FLAG_PARTIAL)
			strbuf_add(out, " (partial)");
		strbuf_add_char(out, '\n');
	}
}
