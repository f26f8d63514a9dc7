/* The table of keys of a service in nearcast.yaml; see agent_conf.h. */
#include "agent/agent_conf.h"

/* as enum bgp_origin */
static const char *const origin_names[] = { "igp", "egp", "incomplete", NULL };
/* as enum stage, without the best */
static const char *const lower_names[] = { "withdrawn", "backup", NULL };

/* as enum guard_alone */
static const char *const when_alone_names[] = { "hold", "withdraw", NULL };
static const char *const when_refused_names[] = { "backup", "preferred", NULL };

/* clang-format off */
#define AT(field) .offset = offsetof(struct agent_damping, field)
static const struct conf_field damping_fields[] = {
	{ .key = "hold-down", .type = CONF_DURATION, AT(hold_down), .def = "0", .max = 3600 * NS_PER_S,
	  .doc = "time to be well after one flap, and twice as long with each further one; 0: none" },
	{ .key = "hold-down-max", .type = CONF_DURATION, AT(hold_down_max), .def = "5m",
	  .max = 86400 * NS_PER_S, .doc = "what it grows to" },
	{ .key = "half-life", .type = CONF_DURATION, AT(half_life), .def = "10m",
	  .min = 1 * NS_PER_S, .max = 86400 * NS_PER_S,
	  .doc = "time in which flaps come to count for half as much" },
};
#undef AT
static const struct conf_schema damping_schema =
    CONF_SCHEMA("damping", struct agent_damping, damping_fields, .check = agent_conf_check_damping);

#define AT(field) .offset = offsetof(struct agent_guard, field)
static const struct conf_field guard_fields[] = {
	{ .key = "min-sites", .type = CONF_U32, AT(min_sites), .def = "0", .max = 10000,
	  .doc = "sites that have to stay announced before soft evidence withdraws one; 0: no guard" },
	{ .key = "when-alone", .type = CONF_ENUM, AT(when_alone), .def = "hold",
	  .names = when_alone_names,
	  .doc = "what an agent without a controller does: hold: stay announced; withdraw" },
	{ .key = "when-refused", .type = CONF_ENUM, AT(when_refused), .def = "backup",
	  .names = when_refused_names, .doc = "the stage of what had to stay: backup, preferred" },
};
#undef AT
static const struct conf_schema guard_schema =
    CONF_SCHEMA("guard", struct agent_guard, guard_fields);

/* What an announcement can have otherwise; communities_doc: what theirs do. */
#define OTHERWISE(communities_def, communities_doc)                                                \
	{ .key = "med", .type = CONF_OPT_U32, AT(med), .max = UINT32_MAX,                          \
	  .doc = "MULTI_EXIT_DISC instead of the service's" },                                     \
	{ .key = "local-pref", .type = CONF_OPT_U32, AT(local_pref), .max = UINT32_MAX,            \
	  .doc = "LOCAL_PREF, for internal neighbors only" },                                      \
	{ .key = "prepend", .type = CONF_OPT_U32, AT(prepend), .max = BGP_PREPEND_MAX,             \
	  .doc = "extra copies of local-as instead of the service's" },                            \
	{ .key = "communities", .type = CONF_LIST, AT(communities), .item = CONF_STRING,           \
	  .def = (communities_def), .max = BGP_COMMUNITIES_MAX, .doc = (communities_doc) },        \
	{ .key = "extended-communities", .type = CONF_LIST, AT(ext_communities),                   \
	  .item = CONF_STRING, .max = BGP_COMMUNITIES_MAX, .doc = "likewise" },                    \
	{ .key = "large-communities", .type = CONF_LIST, AT(large_communities),                    \
	  .item = CONF_STRING, .max = BGP_COMMUNITIES_MAX, .doc = "likewise" }

#define AT(field) .offset = offsetof(struct agent_otherwise, field)
static const struct conf_field backup_fields[] = {
	OTHERWISE("[graceful-shutdown]", "communities that it has in addition"),
};
static const struct conf_field override_backup_fields[] = {
	OTHERWISE(NULL, "communities in addition, instead of the service's at backup"),
};
#undef AT
static const struct conf_schema backup_schema =
    CONF_SCHEMA("backup", struct agent_otherwise, backup_fields);
static const struct conf_schema override_backup_schema =
    CONF_SCHEMA("backup for a neighbor", struct agent_otherwise, override_backup_fields);

#define AT(field) .offset = offsetof(struct agent_override, preferred.field)
static const struct conf_field override_fields[] = {
	{ .key = "name", .type = CONF_NAME, .offset = offsetof(struct agent_override, name),
	  .flags = CONF_KEY, .doc = "the neighbor's name" },
	OTHERWISE(NULL, "communities instead of the service's"),
	{ .key = "backup", .type = CONF_STRUCT, .offset = offsetof(struct agent_override, backup),
	  .schema = &override_backup_schema, .doc = "what is different at stage backup" },
};
#undef AT
static const struct conf_schema override_schema =
    CONF_SCHEMA("a neighbor of a service", struct agent_override, override_fields);

#define AT(field) .offset = offsetof(struct agent_service, field)
static const struct conf_field service_fields[] = {
	{ .key = "name", .type = CONF_NAME, AT(name), .flags = CONF_KEY,
	  .doc = "the service's name" },
	{ .key = "global-ips", .type = CONF_LIST, AT(global_ips), .flags = CONF_REQUIRED,
	  .item = CONF_PREFIX,
	  .min = 1, .max = 32768, .doc = "its Global IPs: /32, /31, /30; /128, /127, /126" },
	{ .key = "listen", .type = CONF_LIST, AT(listen), .item = CONF_STRING, .min = 0, .max = 16,
	  .doc = "sockets that have to listen on each Global IP: tcp/PORT, udp/PORT" },
	{ .key = "listen-grace", .type = CONF_DURATION, AT(listen_grace), .def = "0", .max = 5 * NS_PER_S,
	  .doc = "a socket that is back within it was never gone; 0: act at once" },
	{ .key = "origin", .type = CONF_ENUM, AT(origin), .def = "igp", .names = origin_names,
	  .doc = "ORIGIN of the announcement" },
	{ .key = "med", .type = CONF_OPT_U32, AT(med), .max = UINT32_MAX,
	  .doc = "MULTI_EXIT_DISC of the announcement; default: none is sent" },
	{ .key = "local-pref", .type = CONF_OPT_U32, AT(local_pref), .max = UINT32_MAX,
	  .doc = "LOCAL_PREF, sent to internal neighbors only; default: 100 is sent there" },
	{ .key = "prepend", .type = CONF_U32, AT(prepend), .def = "0", .max = BGP_PREPEND_MAX,
	  .doc = "extra copies of local-as in the path" },
	{ .key = "next-hop-ipv4", .type = CONF_IP, AT(next_hop_ipv4),
	  .doc = "next hop of its IPv4 announcements; default: as of the neighbor" },
	{ .key = "next-hop-ipv6", .type = CONF_IP, AT(next_hop_ipv6),
	  .doc = "next hop of its IPv6 announcements; default: as of the neighbor" },
	{ .key = "communities", .type = CONF_LIST, AT(communities), .item = CONF_STRING,
	  .max = BGP_COMMUNITIES_MAX,
	  .doc = "communities of the announcement: ASN:VALUE, or a well-known name" },
	{ .key = "extended-communities", .type = CONF_LIST, AT(ext_communities),
	  .item = CONF_STRING, .max = BGP_COMMUNITIES_MAX,
	  .doc = "extended communities: rt:ASN:VALUE, soo:ASN:VALUE, or 0x and 16 digits" },
	{ .key = "large-communities", .type = CONF_LIST, AT(large_communities),
	  .item = CONF_STRING, .max = BGP_COMMUNITIES_MAX,
	  .doc = "large communities: ASN:VALUE:VALUE" },
	{ .key = "checks", .type = CONF_MAP, AT(checks), .schema = &agent_check_schema, .min = 0,
	  .max = 64,
	  .doc = "by name: see checks-pass" },
	{ .key = "checks-pass", .type = CONF_STRING, AT(checks_pass), .def = "all", .min = 1, .max = 8,
	  .doc = "how many checks with scope service have to pass: all, any, or a number" },
	{ .key = "when-failing", .type = CONF_ENUM, AT(when_failing), .def = "withdrawn",
	  .names = lower_names,
	  .doc = "the stage that soft evidence leads to: withdrawn, backup" },
	{ .key = "backup-time", .type = CONF_DURATION, AT(backup_time), .def = "0", .max = 3600 * NS_PER_S,
	  .doc = "time at backup before soft evidence withdraws" },
	{ .key = "stage-time", .type = CONF_DURATION, AT(stage_time), .def = "0", .max = 3600 * NS_PER_S,
	  .doc = "the least time at a stage before soft evidence leads to another" },
	{ .key = "when-draining", .type = CONF_ENUM, AT(when_draining), .def = "withdrawn",
	  .names = lower_names,
	  .doc = "the stage at which a drain ends: withdrawn, backup" },
	{ .key = "drain-time", .type = CONF_DURATION, AT(drain_time), .def = "2s", .max = 3600 * NS_PER_S,
	  .doc = "the least time of a drain, for routers to learn of it" },
	{ .key = "drain-at-most", .type = CONF_DURATION, AT(drain_at_most), .def = "10m",
	  .max = 86400 * NS_PER_S,
	  .doc = "a drain that takes longer ends whatever connections are left" },
	{ .key = "drain-file", .type = CONF_STRING, AT(drain_file), .min = 2, .max = 400,
	  .doc = "the service is drained while this file is there; its first line is the reason" },
	{ .key = "exit-time", .type = CONF_DURATION, AT(exit_time), .def = "0", .max = 300 * NS_PER_S,
	  .doc = "time at backup before the withdraw when nearcastd ends" },
	{ .key = "damping", .type = CONF_STRUCT, AT(damping), .schema = &damping_schema,
	  .doc = "how long a service that comes and goes has to be well before it returns" },
	{ .key = "guard", .type = CONF_STRUCT, AT(guard), .schema = &guard_schema,
	  .doc = "what keeps soft evidence from withdrawing the last sites" },
	{ .key = "backup", .type = CONF_STRUCT, AT(backup), .schema = &backup_schema,
	  .doc = "what is different about the announcement at stage backup" },
	{ .key = "neighbors", .type = CONF_MAP, AT(neighbors), .schema = &override_schema, .max = 64,
	  .doc = "by name: what is different for one neighbor" },
};
#undef AT
const struct conf_schema agent_service_schema =
    CONF_SCHEMA("a service", struct agent_service, service_fields,
	.check = agent_conf_check_service);
/* clang-format on */
