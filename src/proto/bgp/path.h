/*
 * All path attributes of an UPDATE as one struct, and back to bytes.
 *
 * For those who look at what a peer said: dumps, tables in MRT files (proto/mrt), tests. A session
 * needs none of it: update_decode.c judges UPDATEs without taking them apart. Here is no judgement
 * either: a value whose form is wrong, a second copy of an attribute and a type that is not known
 * stay as bytes. So every list of attributes whose lengths are right can be read, and written again
 * to the same bytes, unless the host bits of a prefix were set.
 *
 * All is allocated from the caller's arena; raw bytes are borrowed from the message.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/alloc.h"
#include "base/ip.h"
#include "proto/bgp/bgp.h"
#include "wire/reader.h"
#include "wire/writer.h"

enum bgp_segment_type {
	BGP_SEGMENT_SET = 1,
	BGP_SEGMENT_SEQUENCE = 2,
	BGP_SEGMENT_CONFED_SEQUENCE = 3, /* RFC 5065 */
	BGP_SEGMENT_CONFED_SET = 4,
};

struct bgp_segment {
	enum bgp_segment_type type;
	uint8_t count;
	const uint32_t *ases;
};

struct bgp_as_path {
	const struct bgp_segment *segments;
	size_t count;
};

struct bgp_aggregator {
	uint32_t as;
	struct ip address;
};

struct bgp_numbers {
	const uint32_t *numbers; /* host order */
	size_t count;
};

struct bgp_prefixes {
	enum bgp_family family;
	const struct prefix *prefixes;
	size_t count;
};

/* MP_REACH_NLRI (RFC 4760 section 3, RFC 2545, RFC 8950). */
struct bgp_reach {
	bool next_hop_only;             /* see bgp_path_style */
	struct ip next_hop, link_local; /* IP_NONE: it has no second one */
	uint8_t reserved;
	struct bgp_prefixes prefixes;
};

enum bgp_attribute_form {
	BGP_FORM_DECODED,
	BGP_FORM_UNKNOWN, /* a type, or the address family of MP_REACH or MP_UNREACH */
	BGP_FORM_MALFORMED,
	BGP_FORM_REPEATED, /* the first copy is the one that was decoded */
};

/* One attribute, in its place. */
struct bgp_path_attribute {
	uint8_t type; /* enum bgp_attribute_type of codec.h, or another */
	uint8_t flags;
	enum bgp_attribute_form form;
	const uint8_t *raw; /* its value, when not decoded; borrowed */
	size_t raw_len;
};

/* A field counts only when bgp_path_has() its attribute. */
struct bgp_path {
	const struct bgp_path_attribute *attributes; /* in the order of the message */
	size_t count;
	enum bgp_origin origin;
	struct bgp_as_path as_path, as4_path;
	struct ip next_hop;
	uint32_t med, local_pref;
	struct bgp_aggregator aggregator, as4_aggregator;
	struct bgp_numbers communities;
	struct ip originator_id;
	struct bgp_numbers cluster_list;
	const uint64_t *ext_communities; /* host order */
	size_t ext_community_count;
	const struct bgp_large_community *large_communities;
	size_t large_community_count;
	uint32_t otc;
	struct bgp_reach reach;
	struct bgp_prefixes unreach;
};

/* How it stands in bytes. */
struct bgp_path_style {
	bool as4;   /* AS numbers of AS_PATH and AGGREGATOR take four bytes (RFC 6793) */
	bool table; /* of MRT: MP_REACH is its next hop alone (RFC 6396 section 4.3.4), or whole */
};

/* Of a whole list; false when an attribute runs past it: what came before stands in *ret then. */
bool bgp_path_decode(
    struct reader r, struct bgp_path_style style, struct arena *arena, struct bgp_path *ret);
void bgp_path_encode(struct writer *w, const struct bgp_path *path, struct bgp_path_style style);

/* It is there, and its field filled. */
bool bgp_path_has(const struct bgp_path *path, uint8_t type);
const char *bgp_attribute_name(uint8_t type); /* "AS_PATH"; NULL: not known */

/* An UPDATE as a whole. */
struct bgp_routes {
	struct bgp_prefixes withdrawn, announced; /* IPv4 (RFC 4271); others are in the path */
	struct bgp_path path;
};

/* Of an UPDATE's body; false when lengths or prefixes run over: what came before stands in *ret. */
bool bgp_routes_decode(
    struct reader r, struct bgp_path_style style, struct arena *arena, struct bgp_routes *ret);
void bgp_routes_encode(
    struct writer *w, const struct bgp_routes *routes, struct bgp_path_style style);
