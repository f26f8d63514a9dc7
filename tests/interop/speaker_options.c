#include "speaker_options.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "proto/bgp/community.h"

#define LIST_MAX 16

void
die(const char *what, const char *detail)
{
	fprintf(stderr, "interop-speaker: %s: %s\n", what, detail);
	exit(EXIT_FAILURE);
}

/* What a value is, and so the type behind `offset`. */
enum kind { TEXT, ADDRESS, U8, U16, U32, SWITCH, PERIOD, MODE, ROLE, BFD_AUTH };

static const struct option {
	const char *key;
	enum kind kind;
	size_t offset;
} options[] = {
#define OPTION(key, kind, field) { key, kind, offsetof(struct neighbor_conf, field) }
	OPTION("name", TEXT, name),
	OPTION("address", ADDRESS, address),
	OPTION("port", U16, port),
	OPTION("local-as", U32, local_as),
	OPTION("peer-as", U32, peer_as),
	OPTION("local-address", ADDRESS, local_address),
	OPTION("router-id", ADDRESS, router_id),
	OPTION("password", TEXT, password),
	OPTION("hold-time", PERIOD, hold_time),
	OPTION("connect-retry", PERIOD, connect_retry),
	OPTION("idle-hold", PERIOD, idle_hold),
	OPTION("idle-hold-max", PERIOD, idle_hold_max),
	OPTION("keepalive", PERIOD, keepalive),
	OPTION("user-timeout", PERIOD, user_timeout),
	OPTION("mode", MODE, mode),
	OPTION("interface", TEXT, interface),
	OPTION("multihop", U8, multihop),
	OPTION("ttl-security", U8, ttl_security),
	OPTION("role", ROLE, role),
	OPTION("role-strict", SWITCH, role_strict),
	OPTION("restart-time", PERIOD, restart_time),
	OPTION("restarted", SWITCH, restarted),
	OPTION("as4", SWITCH, offer.as4),
	OPTION("route-refresh", SWITCH, offer.route_refresh),
	OPTION("enhanced-refresh", SWITCH, offer.enhanced_refresh),
	OPTION("extended-message", SWITCH, offer.extended_message),
	OPTION("extended-next-hop", SWITCH, offer.extended_next_hop),
	OPTION("graceful-restart", SWITCH, offer.graceful_restart),
	OPTION("hard-reset", SWITCH, offer.hard_reset),
	OPTION("ipv4", SWITCH, ipv4),
	OPTION("ipv6", SWITCH, ipv6),
	OPTION("next-hop-ipv4", ADDRESS, next_hop4),
	OPTION("next-hop-ipv6", ADDRESS, next_hop6),
	OPTION("prefix-limit", U32, prefix_limit),
	OPTION("bfd", SWITCH, bfd.enabled),
	OPTION("bfd-multihop", SWITCH, bfd.multihop),
	OPTION("bfd-strict", SWITCH, bfd.strict),
	OPTION("bfd-min-tx", PERIOD, bfd.min_tx),
	OPTION("bfd-min-rx", PERIOD, bfd.min_rx),
	OPTION("bfd-multiplier", U8, bfd.multiplier),
	OPTION("bfd-auth", BFD_AUTH, bfd.auth),
	OPTION("bfd-key", TEXT, bfd.key),
	OPTION("bfd-key-id", U8, bfd.key_id),
#undef OPTION
};

static uint32_t
number(const char *text, uint32_t most)
{
	uint32_t n;

	if (parse_u32(text, most, &n) < 0)
		die("not a number, or too large", text);
	return n;
}

static struct ip
address(const char *text)
{
	struct ip ip;

	if (ip_parse(text, &ip) < 0)
		die("not an address", text);
	return ip;
}

static struct duration
period(const char *text)
{
	struct duration d;

	if (duration_parse(text, &d) < 0)
		die("not a duration", text);
	return d;
}

/* The index of the word. */
static unsigned
word_of(const char *text, const char *const words[], unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (strcmp(text, words[i]) == 0)
			return i;
	}
	die("unknown word", text);
}

static void
set_option(struct neighbor_conf *n, const struct option *o, const char *value)
{
	static const char *const modes[] = { "active", "both", "passive" };
	static const char *const roles[] = { "none", "customer", "peer", "rs-client", "provider",
		"rs" };
	static const char *const auths[] = { "none", "sha1", "meticulous-sha1" };
	void *at = (char *)n + o->offset;

	switch (o->kind) {
	case TEXT:
		*(const char **)at = value;
		break;
	case ADDRESS:
		*(struct ip *)at = address(value);
		break;
	case U8:
		*(uint8_t *)at = (uint8_t)number(value, UINT8_MAX);
		break;
	case U16:
		*(uint16_t *)at = (uint16_t)number(value, UINT16_MAX);
		break;
	case U32:
		*(uint32_t *)at = number(value, UINT32_MAX);
		break;
	case SWITCH:
		*(bool *)at = number(value, 1);
		break;
	case PERIOD:
		*(struct duration *)at = period(value);
		break;
	case MODE:
		*(enum neighbor_mode *)at =
		    (enum neighbor_mode)word_of(value, modes, ARRAY_SIZE(modes));
		break;
	case ROLE:
		*(enum bgp_role *)at = (enum bgp_role)word_of(value, roles, ARRAY_SIZE(roles));
		break;
	case BFD_AUTH:
		*(enum neighbor_bfd_auth *)at =
		    (enum neighbor_bfd_auth)word_of(value, auths, ARRAY_SIZE(auths));
		break;
	}
}

static const struct option *
find_option(const char *key)
{
	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		if (strcmp(options[i].key, key) == 0)
			return &options[i];
	}
	die("unknown option", key);
}

void
read_neighbor(char *text, struct neighbor_conf *n)
{
	*n = (struct neighbor_conf){
		.port = BGP_PORT,
		.mode = NEIGHBOR_BOTH,
		.offer = BGP_OFFER_DEFAULT,
		.router_id = ip_from_v4(0xc0000201),
		.hold_time = DURATION_S(9),
		.connect_retry = DURATION_S(1),
		.idle_hold = DURATION_MS(200),
		.restart_time = DURATION_S(120),
		.bfd = { .min_tx = DURATION_MS(300), .min_rx = DURATION_MS(300), .multiplier = 3 },
		.prefix_limit = 10,
	};
	for (char *save, *pair = strtok_r(text, ",", &save); pair;
	     pair = strtok_r(NULL, ",", &save)) {
		char *value = strchr(pair, '=');

		if (value == NULL)
			die("not key=value", pair);
		*value++ = '\0';
		set_option(n, find_option(pair), value);
	}
}

static void
read_community(const char *key, const char *value, struct bgp_attributes *a)
{
	static uint32_t communities[LIST_MAX];
	static uint64_t ext[LIST_MAX];
	static struct bgp_large_community large[LIST_MAX];
	struct err e = { 0 };
	int r = -EINVAL;

	a->communities = communities;
	a->ext_communities = ext;
	a->large_communities = large;
	if (strcmp(key, "community") == 0 && a->community_count < LIST_MAX)
		r = bgp_community_parse(value, &communities[a->community_count++], &e);
	else if (strcmp(key, "ext") == 0 && a->ext_community_count < LIST_MAX)
		r = bgp_ext_community_parse(value, &ext[a->ext_community_count++], &e);
	else if (strcmp(key, "large") == 0 && a->large_community_count < LIST_MAX)
		r = bgp_large_community_parse(value, &large[a->large_community_count++], &e);
	if (r < 0)
		die("unknown word, or too many, or no community", value);
}

static void
read_attribute(const char *key, const char *value, struct bgp_attributes *a)
{
	static const char *const origins[] = { "igp", "egp", "incomplete" };

	if (strcmp(key, "origin") == 0) {
		a->origin = (enum bgp_origin)word_of(value, origins, ARRAY_SIZE(origins));
	} else if (strcmp(key, "med") == 0) {
		a->has_med = true;
		a->med = number(value, UINT32_MAX);
	} else if (strcmp(key, "local-pref") == 0) {
		a->has_local_pref = true;
		a->local_pref = number(value, UINT32_MAX);
	} else if (strcmp(key, "prepend") == 0) {
		a->prepend = (uint8_t)number(value, BGP_PREPEND_MAX);
	} else if (strcmp(key, "next-hop") == 0) {
		a->next_hop = address(value);
	} else {
		read_community(key, value, a);
	}
}

void
read_announcement(char *text, struct announcement *a)
{
	char *save, *word = strtok_r(text, " ", &save);

	*a = (struct announcement){ 0 };
	if (word == NULL || prefix_parse(word, &a->prefix) < 0)
		die("not a prefix", word ? word : "");
	while ((word = strtok_r(NULL, " ", &save))) {
		char *value = strchr(word, '=');

		if (value == NULL)
			die("not key=value", word);
		*value++ = '\0';
		read_attribute(word, value, &a->attributes);
	}
}
