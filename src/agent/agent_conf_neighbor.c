/* The keys of a neighbor. The order of the words is that of the enums named beside them. */
#include "agent/agent_conf.h"

static const char *const family_names[] = { "ipv4", "ipv6", NULL };
/* enum neighbor_mode */
static const char *const connect_names[] = { "active", "both", "passive", NULL };
/* enum bgp_role, up to BGP_ROLE_RS_CLIENT: a host is no provider */
static const char *const role_names[] = { "none", "customer", "peer", "rs-client", NULL };
/* enum neighbor_bfd_auth */
static const char *const bfd_auth_names[] = { "none", "sha1", "meticulous-sha1", NULL };

/* clang-format off */
#define AT(field) .offset = offsetof(struct agent_capabilities, field)
static const struct conf_field capability_fields[] = {
	{ .key = "four-octet-as", .type = CONF_BOOL, AT(four_octet_as), .def = "true",
	  .doc = "AS numbers of four octets (RFC 6793)" },
	{ .key = "route-refresh", .type = CONF_BOOL, AT(route_refresh), .def = "true",
	  .doc = "send all again when the router asks (RFC 2918)" },
	{ .key = "enhanced-refresh", .type = CONF_BOOL, AT(enhanced_refresh), .def = "true",
	  .doc = "mark where that begins and ends (RFC 7313); false without route-refresh" },
	{ .key = "extended-message", .type = CONF_BOOL, AT(extended_message), .def = "true",
	  .doc = "messages of up to 65535 bytes (RFC 8654)" },
	{ .key = "extended-next-hop", .type = CONF_BOOL, AT(extended_next_hop), .def = "false",
	  .doc = "IPv4 announcements with an IPv6 next hop (RFC 8950)" },
};
#undef AT
static const struct conf_schema capability_schema =
    CONF_SCHEMA("the capabilities", struct agent_capabilities, capability_fields,
	.check = agent_conf_check_capabilities);

#define AT(field) .offset = offsetof(struct agent_graceful_restart, field)
static const struct conf_field graceful_restart_fields[] = {
	{ .key = "enabled", .type = CONF_BOOL, AT(enabled), .def = "false",
	  .doc = "ask the router to keep our routes for a while when the session is lost" },
	{ .key = "restart-time", .type = CONF_DURATION, AT(restart_time), .def = "2m",
	  .max = 4095 * NS_PER_S, .doc = "for how long; whole seconds" },
	{ .key = "hard-reset", .type = CONF_BOOL, AT(hard_reset), .def = "true",
	  .doc = "also when it ends with a NOTIFICATION, unless that is a hard reset (RFC 8538)" },
};
#undef AT
static const struct conf_schema graceful_restart_schema =
    CONF_SCHEMA("graceful-restart", struct agent_graceful_restart, graceful_restart_fields,
	.check = agent_conf_check_graceful_restart, .short_key = "enabled");

#define AT(field) .offset = offsetof(struct agent_bfd_authentication, field)
static const struct conf_field bfd_auth_fields[] = {
	{ .key = "type", .type = CONF_ENUM, AT(type), .def = "none", .names = bfd_auth_names,
	  .doc = "how packets are signed (RFC 5880)" },
	{ .key = "key-id", .type = CONF_U32, AT(key_id), .def = "1", .max = 255,
	  .doc = "the key's number, the same on both sides" },
	{ .key = "key", .type = CONF_SECRET, AT(key), .min = 1, .max = 20,
	  .doc = "the key" },
	{ .key = "key-file", .type = CONF_STRING, AT(key_file), .min = 1, .max = 400,
	  .doc = "the file, or credential:NAME, whose first line is the key" },
};
#undef AT
static const struct conf_schema bfd_auth_schema =
    CONF_SCHEMA("the authentication of bfd", struct agent_bfd_authentication, bfd_auth_fields,
	.check = agent_conf_check_bfd_authentication);

#define BFD_INTERVAL_MIN (10 * NS_PER_MS)
#define BFD_INTERVAL_MAX (60 * NS_PER_S)
#define AT(field) .offset = offsetof(struct agent_bfd, field)
static const struct conf_field bfd_fields[] = {
	{ .key = "enabled", .type = CONF_BOOL, AT(enabled), .def = "false",
	  .doc = "watch the path to the router with BFD" },
	{ .key = "multihop", .type = CONF_BOOL, AT(multihop),
	  .doc = "multihop BFD (RFC 5883); default: whether the neighbor is further than a hop" },
	{ .key = "strict", .type = CONF_BOOL, AT(strict), .def = "false",
	  .doc = "no session before BFD is up" },
	{ .key = "min-tx", .type = CONF_DURATION, AT(min_tx), .def = "300ms",
	  .min = BFD_INTERVAL_MIN, .max = BFD_INTERVAL_MAX,
	  .doc = "the least time between two packets that we send" },
	{ .key = "min-rx", .type = CONF_DURATION, AT(min_rx), .def = "300ms",
	  .min = BFD_INTERVAL_MIN, .max = BFD_INTERVAL_MAX,
	  .doc = "the least time between two packets that we want to receive" },
	{ .key = "multiplier", .type = CONF_U32, AT(multiplier), .def = "3", .min = 1, .max = 255,
	  .doc = "packets in a row that have to be missing" },
	{ .key = "authentication", .type = CONF_STRUCT, AT(authentication),
	  .schema = &bfd_auth_schema,
	  .doc = "sign packets, and take signed ones only" },
};
#undef AT
static const struct conf_schema bfd_schema =
    CONF_SCHEMA("bfd", struct agent_bfd, bfd_fields, .check = agent_conf_check_bfd,
	.short_key = "enabled");

#define AT(field) .offset = offsetof(struct agent_neighbor, field)
static const struct conf_field neighbor_fields[] = {
	{ .key = "name", .type = CONF_NAME, AT(name), .flags = CONF_KEY,
	  .doc = "the neighbor's name" },
	{ .key = "address", .type = CONF_IP, AT(address), .flags = CONF_REQUIRED,
	  .doc = "the router's address" },
	{ .key = "port", .type = CONF_U32, AT(port), .def = "179", .min = 1, .max = 65535,
	  .doc = "the router's TCP port" },
	{ .key = "peer-as", .type = CONF_U32, AT(peer_as), .flags = CONF_REQUIRED, .min = 1,
	  .max = UINT32_MAX - 1,
	  .doc = "the router's AS number" },
	{ .key = "local-as", .type = CONF_U32, AT(local_as), .flags = CONF_REQUIRED,
	  .min = 1, .max = UINT32_MAX - 1,
	  .doc = "our AS number" },
	{ .key = "local-address", .type = CONF_IP, AT(local_address),
	  .doc = "our end of the session, never a Global IP; required unless link-local" },
	{ .key = "interface", .type = CONF_NAME, AT(interface), .min = 1, .max = 15,
	  .doc = "the device of the session; required when address is link-local" },
	{ .key = "connect", .type = CONF_ENUM, AT(connect), .def = "active", .names = connect_names,
	  .doc = "active: we connect; passive: the router does; both: either" },
	{ .key = "multihop", .type = CONF_U32, AT(multihop), .flags = CONF_OR_ZERO, .def = "0",
	  .min = 2, .max = 255,
	  .doc = "the most hops to a router that is not on our link: the TTL of what we send" },
	{ .key = "ttl-security", .type = CONF_U32, AT(ttl_security), .def = "0", .max = 254,
	  .doc = "GTSM (RFC 5082): refuse packets from further away than so many hops; 0: off" },
	{ .key = "password", .type = CONF_SECRET, AT(password), .min = 1, .max = AGENT_PASSWORD_MAX,
	  .doc = "TCP MD5 password (RFC 2385)" },
	{ .key = "password-file", .type = CONF_STRING, AT(password_file), .min = 1, .max = 400,
	  .doc = "the file, or credential:NAME, whose first line is the password" },
	{ .key = "user-timeout", .type = CONF_DURATION, AT(user_timeout), .flags = CONF_OR_ZERO | CONF_LIVE,
	  .def = "0", .min = NS_PER_S, .max = 3600 * NS_PER_S,
	  .doc = "TCP user timeout (RFC 5482); 0: follows the hold time" },
	{ .key = "hold-time", .type = CONF_DURATION, AT(hold_time), .def = "90s", .min = 0,
	  .max = 65535 * NS_PER_S,
	  .doc = "offered hold time: 0 (no keepalives), or whole seconds from 3s" },
	{ .key = "keepalive", .type = CONF_DURATION, AT(keepalive), .flags = CONF_OR_ZERO,
	  .def = "0", .min = NS_PER_S, .max = 21845 * NS_PER_S,
	  .doc = "time between two keepalives; 0: a third of the hold time" },
	{ .key = "connect-retry", .type = CONF_DURATION, AT(connect_retry), .flags = CONF_LIVE, .def = "5s",
	  .min = 100 * NS_PER_MS, .max = 3600 * NS_PER_S,
	  .doc = "time between attempts to connect" },
	{ .key = "idle-hold", .type = CONF_DURATION, AT(idle_hold), .flags = CONF_LIVE, .def = "1s",
	  .min = 0, .max = 3600 * NS_PER_S, .doc = "pause after a session ended" },
	{ .key = "idle-hold-max", .type = CONF_DURATION, AT(idle_hold_max), .flags = CONF_LIVE, .def = "1m",
	  .min = 100 * NS_PER_MS, .max = 3600 * NS_PER_S,
	  .doc = "what that pause grows to while sessions keep ending" },
	{ .key = "families", .type = CONF_LIST, AT(families), .item = CONF_ENUM,
	  .names = family_names,
	  .min = 0, .max = 2, .doc = "ipv4, ipv6; default: the family of address" },
	{ .key = "next-hop-ipv4", .type = CONF_IP, AT(next_hop_ipv4),
	  .doc = "next hop of IPv4 announcements; default: our end of the session" },
	{ .key = "next-hop-ipv6", .type = CONF_IP, AT(next_hop_ipv6),
	  .doc = "next hop of IPv6 announcements; default: our end of the session" },
	{ .key = "prefix-limit", .type = CONF_U32, AT(prefix_limit), .flags = CONF_LIVE, .def = "10", .min = 1,
	  .max = 200000,
	  .doc = "the most prefixes of one family that we ever announce to it" },
	{ .key = "capabilities", .type = CONF_STRUCT, AT(capabilities),
	  .schema = &capability_schema,
	  .doc = "what we offer when the session opens" },
	{ .key = "graceful-restart", .type = CONF_STRUCT, AT(graceful_restart),
	  .schema = &graceful_restart_schema,
	  .doc = "keep routes over a crash of nearcastd (RFC 4724)" },
	{ .key = "role", .type = CONF_ENUM, AT(role), .def = "none", .names = role_names,
	  .doc = "what we are to the router (RFC 9234)" },
	{ .key = "role-strict", .type = CONF_BOOL, AT(role_strict), .def = "false",
	  .doc = "no session with a router that names no role" },
	{ .key = "bfd", .type = CONF_STRUCT, AT(bfd), .schema = &bfd_schema,
	  .doc = "notice within milliseconds that the path is dead (RFC 5880)" },
};
#undef AT
/* clang-format on */

static const struct conf_gone gone[] = {
	{ "passive", "write connect: active, both or passive" },
	{ 0 },
};

const struct conf_schema agent_neighbor_schema = CONF_SCHEMA("a neighbor", struct agent_neighbor,
    neighbor_fields, .check = agent_conf_check_neighbor, .gone = gone);
