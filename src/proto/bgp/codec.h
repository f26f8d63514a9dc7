/*
 * The messages of BGP, both directions: bytes to structs and back.
 *
 * Decoding never trusts and never asserts: what is wrong becomes a struct bgp_error, which holds
 * the NOTIFICATION to send for it, or for an UPDATE a verdict after RFC 7606. Nothing is allocated;
 * decoded structs borrow from the message.
 */
#pragma once

#include "proto/bgp/bgp.h"
#include "wire/reader.h"
#include "wire/writer.h"

#define BGP_VERSION 4
#define BGP_HEADER_LEN 19
#define BGP_AS_TRANS 23456 /* RFC 6793 */
#define BGP_AFI_IPV4 1
#define BGP_AFI_IPV6 2
#define BGP_SAFI_UNICAST 1

/* ---- message.c: the header, and the messages that are hardly more ---- */

/* What is wrong, as the NOTIFICATION that says so. */
struct bgp_error {
	uint8_t code, subcode;
	uint8_t data[260]; /* cut there: an attribute of 4 kB need not travel back whole */
	size_t data_len;
	uint8_t attribute; /* of an UPDATE: the type of the one at fault; 0: none */
	const char *what;  /* static text, or NULL: the code's own text is enough */
	char own[96];      /* likewise, for a sentence with names and numbers of this case; "": none */
};

/* Fills *e; data may be NULL. Returns false, so that a decoder can `return bgp_error_set(...)`. */
bool bgp_error_set(struct bgp_error *e, uint8_t code, uint8_t subcode, const void *data, size_t len,
    const char *what);

struct bgp_header {
	uint16_t length; /* whole message */
	uint8_t type;
};

/*
 * Of at least BGP_HEADER_LEN bytes: marker, type, and length within the bounds of the type and up
 * to max: BGP_MESSAGE_MAX, or BGP_EXTENDED_MESSAGE_MAX where we offered extended messages (RFC
 * 8654).
 */
bool bgp_header_decode(const uint8_t bytes[static BGP_HEADER_LEN], size_t max,
    struct bgp_header *ret, struct bgp_error *e);
/* Writes marker, room for the length and the type; bgp_message_end() fills the length in. */
void bgp_message_begin(struct writer *w, enum bgp_type type);
size_t bgp_message_end(struct writer *w); /* the length, 0 when it did not fit */

void bgp_keepalive_encode(struct writer *w);

void bgp_family_encode(struct writer *w, enum bgp_family family); /* AFI, and SAFI in one byte */
/* BGP_FAMILY_MAX for a family that is not spoken. */
enum bgp_family bgp_family_from_wire(uint16_t afi, uint8_t safi);

enum bgp_refresh_subtype {
	BGP_REFRESH_REQUEST = 0,
	BGP_REFRESH_BEGIN = 1, /* RFC 7313 section 3.2 */
	BGP_REFRESH_END = 2,
};

void bgp_refresh_encode(struct writer *w, enum bgp_family family, enum bgp_refresh_subtype subtype);

/* RFC 2918: a request to send a family again. */
struct bgp_refresh {
	uint16_t afi;
	uint8_t subtype; /* enum bgp_refresh_subtype, or another: ignored (RFC 7313 section 5) */
	uint8_t safi;
};

bool bgp_refresh_decode(
    const uint8_t *body, size_t len, struct bgp_refresh *ret, struct bgp_error *e);

/* ---- capability.c ---- */

enum bgp_capability {
	BGP_CAPABILITY_MULTIPROTOCOL = 1,     /* RFC 4760 section 8 */
	BGP_CAPABILITY_ROUTE_REFRESH = 2,     /* RFC 2918 section 2 */
	BGP_CAPABILITY_EXTENDED_NEXT_HOP = 5, /* RFC 8950 section 4 */
	BGP_CAPABILITY_EXTENDED_MESSAGE = 6,  /* RFC 8654 section 3 */
	BGP_CAPABILITY_ROLE = 9,              /* RFC 9234 section 4.1 */
	BGP_CAPABILITY_GRACEFUL_RESTART = 64, /* RFC 4724 section 3 */
	BGP_CAPABILITY_AS4 = 65,              /* RFC 6793 section 3 */
	BGP_CAPABILITY_ENHANCED_REFRESH = 70, /* RFC 7313 section 3.1 */
};

#define BGP_RESTART_TIME_MAX 4095 /* seconds: 12 bits */

/* What an OPEN says; its capabilities among it. */
struct bgp_open {
	uint32_t as; /* of the 4-octet capability where there is one (RFC 6793) */
	uint32_t id; /* host order */
	uint16_t hold_time_s;
	bool as4;
	bool multiprotocol; /* any MP capability; without one, IPv4 unicast is meant (RFC 4760) */
	bool families[BGP_FAMILY_MAX];
	bool route_refresh, enhanced_refresh, extended_message;
	bool extended_next_hop; /* of IPv4 unicast, over IPv6 */
	/* BGP_ROLE_NONE: no capability; BGP_ROLE_MAX: one that nobody defined */
	enum bgp_role role;
	uint8_t unknown_role;   /* with BGP_ROLE_MAX: its value */
	bool graceful_restart;  /* and what it says: */
	bool restarting;        /* R */
	bool hard_reset;        /* N (RFC 8538) */
	uint16_t restart_time_s;
	bool restart_families[BGP_FAMILY_MAX], forwarding[BGP_FAMILY_MAX]; /* F */
	unsigned unknown; /* capabilities that were not understood, and ignored */
};

/* All of them, by rising code. */
void bgp_capabilities_encode(struct writer *w, const struct bgp_open *open);
/* The one of a family, alone: also what a NOTIFICATION (2,7) names. */
void bgp_multiprotocol_encode(struct writer *w, enum bgp_family family);
/* Adds what one says to *open. */
bool bgp_capability_decode(
    uint8_t code, struct reader value, struct bgp_open *open, struct bgp_error *e);

/* ---- open.c ---- */

void bgp_open_encode(struct writer *w, const struct bgp_open *open);
/* The optional parameters of an OPEN from their length on: one with the capabilities, or none. */
void bgp_parameters_encode(struct writer *w, const uint8_t *capabilities, size_t len);
/* The message's form only; whether we want this peer is bgp_open_check(). */
bool bgp_open_decode(const uint8_t *body, size_t len, struct bgp_open *ret, struct bgp_error *e);
/*
 * Peer AS, router ID, hold time, a family in common and the role: what conf asks of the peer's
 * OPEN.
 */
bool bgp_open_check(const struct bgp_open *open, const struct bgp_conf *conf, struct bgp_error *e);

/* ---- notification.c ---- */

void bgp_notification_encode(struct writer *w, const struct bgp_error *e);
/* The data of Cease/Administrative Shutdown with a text (RFC 9003), cut at 255 bytes. */
void bgp_error_shutdown(struct bgp_error *e, const char *text);
/* Likewise Cease/Administrative Reset. */
void bgp_error_reset(struct bgp_error *e, const char *text);
/* Wraps *e into Cease/Hard Reset (RFC 8538 section 3.1); restart.c. */
void bgp_error_hard_reset(struct bgp_error *e);
/* Code, subcode and data of the peer's; never refused: an error must not be answered by one. */
void bgp_notification_decode(const uint8_t *body, size_t len, struct bgp_error *ret);
/* "Cease/Administrative Shutdown (6/2): \"text of RFC 9003\"", safe to print. Returns buf. */
char *bgp_error_format(const struct bgp_error *e, char *buf, size_t size);

/* ---- what both ends have agreed on: how UPDATEs are written and read ---- */

struct bgp_peering {
	uint32_t local_as;
	bool ibgp;
	bool as4;
	bool extended_next_hop; /* RFC 8950: IPv4 routes may have an IPv6 next hop */
	bool families[BGP_FAMILY_MAX];
	/*
	 * Of routes that have none of their own; IP_NONE: not known, such routes can not be
	 * announced.
	 */
	struct ip next_hop[BGP_FAMILY_MAX];
	/* the second of IPv6 next hops (RFC 2545 section 3); IP_NONE: none */
	struct ip next_hop_link_local;
	size_t message_max;            /* of an UPDATE, whole; larger with RFC 8654 */
	enum bgp_role role;            /* ours (RFC 9234); BGP_ROLE_NONE: OTC does not concern us */
};

/* ---- attribute_check.c: one attribute of the peer ---- */

enum bgp_attribute_type {
	BGP_ATTR_ORIGIN = 1,
	BGP_ATTR_AS_PATH = 2,
	BGP_ATTR_NEXT_HOP = 3,
	BGP_ATTR_MED = 4,
	BGP_ATTR_LOCAL_PREF = 5,
	BGP_ATTR_ATOMIC_AGGREGATE = 6,
	BGP_ATTR_AGGREGATOR = 7,
	BGP_ATTR_COMMUNITIES = 8,      /* RFC 1997 */
	BGP_ATTR_ORIGINATOR_ID = 9,    /* RFC 4456 */
	BGP_ATTR_CLUSTER_LIST = 10,    /* RFC 4456 */
	BGP_ATTR_MP_REACH = 14,        /* RFC 4760 */
	BGP_ATTR_MP_UNREACH = 15,      /* RFC 4760 */
	BGP_ATTR_EXT_COMMUNITIES = 16, /* RFC 4360 */
	BGP_ATTR_AS4_PATH = 17,        /* RFC 6793 */
	BGP_ATTR_AS4_AGGREGATOR = 18,  /* RFC 6793 */
	BGP_ATTR_LARGE_COMMUNITIES = 32, /* RFC 8092 */
	BGP_ATTR_OTC = 35,             /* RFC 9234 */
};

enum bgp_attribute_flag {
	BGP_FLAG_OPTIONAL = 0x80,
	BGP_FLAG_TRANSITIVE = 0x40,
	BGP_FLAG_PARTIAL = 0x20,
	BGP_FLAG_EXTENDED = 0x10,
};

/* One attribute as it stands in a message. */
struct bgp_attribute {
	uint8_t flags;
	uint8_t type;
	const uint8_t *whole; /* from the flags on; borrowed */
	size_t whole_len;
	struct reader value;
};

/*
 * Checks flags, length and value of one attribute of the peer; MP_REACH and MP_UNREACH: flags only.
 * *e is filled unless the verdict is accept.
 */
enum bgp_verdict bgp_attribute_check(
    const struct bgp_attribute *a, const struct bgp_peering *peering, struct bgp_error *e);

/* ---- attribute_encode.c: what an announcement of ours carries ---- */

/*
 * Where packets shall go for routes with these attributes, or IP_NONE: not known, or an address
 * that the peer would not take. IPv6 for IPv4 routes: as in RFC 8950.
 */
struct ip bgp_next_hop(const struct bgp_peering *peering, enum bgp_family family,
    const struct bgp_attributes *attributes);
/* How often our AS stands in the path. */
size_t bgp_path_copies(const struct bgp_peering *peering, const struct bgp_attributes *attributes);
/*
 * All besides MP_REACH, by rising type, at most BGP_ATTRIBUTES_MAX bytes; arrays are written as
 * they are.
 */
void bgp_attributes_encode(struct writer *w, const struct bgp_peering *peering,
    enum bgp_family family, const struct bgp_attributes *attributes);

#define BGP_ATTRIBUTES_MAX \
	(2 * (6 + 4 * (1 + BGP_PREPEND_MAX)) + (4 + 8 + 12) * BGP_COMMUNITIES_MAX + 64)

/* ---- attributes.c: attributes as values ---- */

/* Whether they are within their limits, and the next hop can be one for the family. */
bool bgp_attributes_valid(const struct bgp_attributes *attributes, enum bgp_family family);
/*
 * What of them counts for a peer inside of our AS, or outside: nothing else makes a difference
 * then.
 */
struct bgp_attributes bgp_attributes_for(const struct bgp_attributes *attributes, bool ibgp);
/* Communities of each kind rise, each once. */
bool bgp_attributes_are_normal(const struct bgp_attributes *attributes);
/*
 * Makes them so; storage holds the arrays afterwards, and has bgp_attributes_size() bytes, aligned
 * to 8.
 */
void bgp_attributes_normalise(struct bgp_attributes *attributes, void *storage);
size_t bgp_attributes_size(const struct bgp_attributes *attributes);
/* For normal ones. */
uint64_t bgp_attributes_hash(const struct bgp_attributes *attributes);
bool bgp_attributes_equal(const struct bgp_attributes *a, const struct bgp_attributes *b);

/* ---- update_encode.c: one UPDATE, prefix by prefix ---- */

struct bgp_update_writer {
	struct writer w;
	struct writer_mark outer, inner; /* lengths still open */
	enum bgp_family family;
	/* the prefixes stand where RFC 4271 has them; else in an attribute of RFC 4760 */
	bool plain;
	bool announcing;
	size_t after;    /* bytes that must follow the prefixes */
	uint8_t tail[BGP_ATTRIBUTES_MAX]; /* attributes that follow MP_REACH */
	size_t tail_len;
};

/*
 * Each message is as long as `size` at most: BGP_MESSAGE_MAX, or more where the peer takes more.
 * What is announced must have a next hop.
 */
void bgp_update_begin_withdraw(
    struct bgp_update_writer *u, uint8_t *buf, size_t size, enum bgp_family family);
void bgp_update_begin_announce(struct bgp_update_writer *u, uint8_t *buf, size_t size,
    const struct bgp_peering *peering, enum bgp_family family,
    const struct bgp_attributes *attributes);
/* False: it does not fit any more, and nothing was written. */
bool bgp_update_add(struct bgp_update_writer *u, struct prefix prefix);
size_t bgp_update_end(struct bgp_update_writer *u); /* the message's length */
/* RFC 4724 section 2. */
size_t bgp_end_of_rib_encode(uint8_t buf[static BGP_MESSAGE_MAX], enum bgp_family family);

/* ---- update_decode.c ---- */

/* A run of prefixes in a message; every one of them has been checked. */
struct bgp_nlri {
	enum bgp_family family; /* BGP_FAMILY_MAX: a family that is not spoken; no prefixes */
	struct reader bytes;
	size_t count;
	uint64_t lengths; /* bit (length % 64) of each prefix */
};

struct bgp_update {
	struct bgp_nlri withdrawn, announced;       /* IPv4, as in RFC 4271 */
	struct bgp_nlri mp_withdrawn, mp_announced; /* RFC 4760 */
	enum bgp_verdict verdict;
	unsigned discarded; /* attributes */
	bool end_of_rib;
	/* checked; as4_path: empty where it does not count (RFC 6793) */
	struct reader as_path, as4_path;
	struct bgp_error error; /* of the verdict, when it is not accept */
};

/* Always fills *ret; its verdict says whether the prefixes may be used. */
void bgp_update_decode(
    const uint8_t *body, size_t len, const struct bgp_peering *peering, struct bgp_update *ret);
/* Takes one prefix off a run; false at its end. */
bool bgp_nlri_next(struct bgp_nlri *nlri, struct prefix *ret);
