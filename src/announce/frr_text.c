#include "announce/frr_text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "proto/bgp/community.h"

#define MAP_START "NEARCAST-"
#define LINE_LEN_MAX 512

/* All of a kind in one line, since a second line would replace it; their kind is a word there. */
static void
add_ext_communities(
    const struct bgp_attributes *a, const char *kind, const char *indent, struct strbuf *out)
{
	char text[BGP_COMMUNITY_STR_MAX];
	size_t n = strlen(kind);
	bool any = false;

	for (size_t i = 0; i < a->ext_community_count; i++) {
		bgp_ext_community_format(a->ext_communities[i], text);
		if (strncmp(text, kind, n) != 0 || text[n] != ':')
			continue;
		if (!any)
			strbuf_addf(out, "%sset extcommunity %s", indent, kind);
		any = true;
		strbuf_addf(out, " %s", text + n + 1);
	}
	if (any)
		strbuf_add_char(out, '\n');
}

void
frr_text_communities(const struct bgp_attributes *a, const char *indent, struct strbuf *out)
{
	char text[BGP_COMMUNITY_STR_MAX];

	if (a->community_count > 0)
		strbuf_addf(out, "%sset community", indent);
	for (size_t i = 0; i < a->community_count; i++)
		strbuf_addf(out, " %u:%u%s", a->communities[i] >> 16, a->communities[i] & 0xffff,
		    i + 1 == a->community_count ? "\n" : "");
	add_ext_communities(a, "rt", indent, out);
	add_ext_communities(a, "soo", indent, out);
	if (a->large_community_count > 0)
		strbuf_addf(out, "%sset large-community", indent);
	for (size_t i = 0; i < a->large_community_count; i++)
		strbuf_addf(out, " %s%s", bgp_large_community_format(a->large_communities[i], text),
		    i + 1 == a->large_community_count ? "\n" : "");
}

int
frr_text_attributes(
    const struct bgp_attributes *a, uint32_t local_as, struct strbuf *out, struct err *e)
{
	static const char *const origins[] = { "igp", "egp", "incomplete" };
	char text[BGP_COMMUNITY_STR_MAX];

	if (a->prepend > 0 && local_as == 0)
		return err_set(e, -EINVAL, "prepends need a local-as");
	for (size_t i = 0; i < a->ext_community_count; i++) {
		bgp_ext_community_format(a->ext_communities[i], text);
		if (!str_starts_with(text, "rt:") && !str_starts_with(text, "soo:"))
			return err_set(
			    e, -EINVAL, "FRR cannot set the extended community %s", text);
	}
	strbuf_addf(out, "set origin %s\n", origins[a->origin]);
	if (a->has_med)
		strbuf_addf(out, "set metric %u\n", a->med);
	if (a->has_local_pref)
		strbuf_addf(out, "set local-preference %u\n", a->local_pref);
	if (a->prepend > 0)
		strbuf_add(out, "set as-path prepend");
	for (unsigned i = 0; i < a->prepend; i++)
		strbuf_addf(out, " %u%s", local_as, i + 1u == a->prepend ? "\n" : "");
	frr_text_communities(a, "", out);
	return 0;
}

char *
frr_text_map(const char *attributes, char buf[static FRR_MAP_MAX])
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

	for (const char *at = attributes; *at != '\0'; at++)
		hash = (hash ^ (unsigned char)*at) * UINT64_C(0x100000001b3);
	(void)snprintf(buf, FRR_MAP_MAX, MAP_START "%016llx", (unsigned long long)hash);
	return buf;
}

/* The next word of a line, cut to fit; false at its end. */
static bool
take_word(const char **at, char *buf, size_t size)
{
	size_t n, fits;

	*at += strspn(*at, " ");
	n = strcspn(*at, " \r\n");
	fits = MIN(n, size - 1);
	memcpy(buf, *at, fits);
	buf[fits] = '\0';
	*at += n;
	return n > 0;
}

/* "  network 203.0.113.10/32 route-map NEARCAST-...", "route-map NEARCAST-... permit 10" */
static bool
parse_own(const char *line, struct frr_own *ret)
{
	char word[64], map[FRR_MAP_MAX + 1];

	*ret = (struct frr_own){ 0 };
	(void)take_word(&line, word, sizeof(word));
	if (strcmp(word, "network") == 0) {
		(void)take_word(&line, word, sizeof(word));
		if (prefix_parse(word, &ret->prefix) < 0)
			return false;
		ret->is_network = true;
		while (take_word(&line, word, sizeof(word)) && strcmp(word, "route-map") != 0)
			;
	}
	if (strcmp(word, "route-map") != 0)
		return false;
	(void)take_word(&line, map, sizeof(map));
	if (!str_starts_with(map, MAP_START) || strlen(map) >= FRR_MAP_MAX)
		return false;
	memcpy(ret->map, map, strlen(map) + 1);
	return true;
}

void
frr_text_ours(
    const char *running, void (*fn)(void *userdata, const struct frr_own *own), void *userdata)
{
	char line[LINE_LEN_MAX];
	struct frr_own own;

	for (const char *at = running, *end; (end = strchr(at, '\n')) != NULL; at = end + 1) {
		size_t n = MIN((size_t)(end - at), sizeof(line) - 1);

		memcpy(line, at, n);
		line[n] = '\0';
		if (parse_own(line, &own))
			fn(userdata, &own);
	}
}

static uint32_t
as_of(const json_t *o, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(o, key));

	return n > 0 && n <= UINT32_MAX ? (uint32_t)n : 0;
}

int
frr_text_sessions(const char *reply,
    void (*fn)(void *userdata, const struct daemon_neighbor *session), void *userdata)
{
	static const char *const families[] = { "ipv4Unicast", "ipv6Unicast" };
	json_auto_t *root = json_loads(reply, 0, NULL);
	const char *name;
	json_t *peer;

	if (!json_is_object(root))
		return -EPROTO;
	for (size_t f = 0; f < ARRAY_SIZE(families); f++) {
		json_t *family = json_object_get(root, families[f]);

		json_object_foreach (json_object_get(family, "peers"), name, peer) {
			struct daemon_neighbor n = { .ipv4 = f == 0, .ipv6 = f == 1 };
			const char *state = json_string_value(json_object_get(peer, "state"));

			(void)snprintf(n.name, sizeof(n.name), "%s", name);
			(void)snprintf(n.address, sizeof(n.address), "%s", name);
			(void)snprintf(
			    n.state, sizeof(n.state), "%s", state && *state ? state : "unknown");
			n.peer_as = as_of(peer, "remoteAs");
			n.local_as = as_of(family, "as");
			n.established = strcmp(n.state, "Established") == 0;
			fn(userdata, &n);
		}
	}
	return 0;
}

void
frr_text_told(const char *reply, void (*fn)(void *userdata, const char *neighbor), void *userdata)
{
	json_auto_t *root = json_loads(reply, 0, NULL);
	const char *name;
	json_t *unused;

	json_object_foreach (json_object_get(root, "advertisedTo"), name, unused)
		fn(userdata, name);
}
