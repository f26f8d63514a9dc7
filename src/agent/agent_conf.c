#include "agent/agent_conf.h"

#include "base/log.h"

/* as enum agent_announcer */
static const char *const announcer_names[] = { "speaker", "bird", "frr", NULL };
static const char *const on_exit_names[] = { "withdraw", "keep", NULL };
/* as enum log_level */
static const char *const log_level_names[] = { "error", "warning", "notice", "info", "debug",
	NULL };

/* clang-format off */
#define AT(field) .offset = offsetof(struct agent_events, field)
static const struct conf_field events_fields[] = {
	{ .key = "megabytes", .type = CONF_U32, AT(megabytes), .def = "8", .min = 1, .max = 256,
	  .doc = "how much of the latest events is kept in the state directory" },
};
#undef AT
static const struct conf_schema events_schema =
    CONF_SCHEMA("events", struct agent_events, events_fields);

#define AT(field) .offset = offsetof(struct agent_metrics, field)
static const struct conf_field metrics_fields[] = {
	{ .key = "listen", .type = CONF_ENDPOINT, AT(listen), .flags = CONF_LIVE,
	  .doc = "where Prometheus scrapes, such as 127.0.0.1:9179; default: nowhere" },
};
#undef AT
static const struct conf_schema metrics_schema =
    CONF_SCHEMA("metrics", struct agent_metrics, metrics_fields);

#define AT(field) .offset = offsetof(struct agent_daemon, field)
static const struct conf_field bird_fields[] = {
	{ .key = "socket", .type = CONF_STRING, AT(socket), .def = "/run/bird/bird.ctl", .min = 2,
	  .max = 107, .doc = "its control socket" },
	{ .key = "include", .type = CONF_STRING, AT(include), .def = AGENT_BIRD_INCLUDE, .min = 2,
	  .max = 200, .doc = "the file that we write and its configuration includes" },
	{ .key = "local-as", .type = CONF_U32, AT(local_as), .flags = CONF_OR_ZERO, .def = "0",
	  .min = 1, .max = UINT32_MAX - 1, .doc = "what is prepended" },
};
static const struct conf_field frr_fields[] = {
	{ .key = "socket", .type = CONF_STRING, AT(socket), .def = "/run/frr/bgpd.vty", .min = 2,
	  .max = 107, .doc = "the vty socket of its bgpd" },
	{ .key = "local-as", .type = CONF_U32, AT(local_as), .flags = CONF_OR_ZERO, .def = "0",
	  .min = 1, .max = UINT32_MAX - 1, .doc = "what is prepended" },
};
#undef AT
static const struct conf_schema bird_schema = CONF_SCHEMA("bird", struct agent_daemon, bird_fields);
static const struct conf_schema frr_schema = CONF_SCHEMA("frr", struct agent_daemon, frr_fields);

#define AT(field) .offset = offsetof(struct agent_reload, field)
static const struct conf_field reload_fields[] = {
	{ .key = "max-withdraw", .type = CONF_U32, AT(max_withdraw), .flags = CONF_LIVE,
	  .def = "50", .max = 100,
	  .doc = "percent of the Global IPs now announced that a reload may withdraw by itself" },
};
#undef AT
static const struct conf_schema reload_schema =
    CONF_SCHEMA("reload", struct agent_reload, reload_fields);

#define AT(field) .offset = offsetof(struct agent_controller, field)
static const struct conf_field controller_fields[] = {
	{ .key = "accept", .type = CONF_LIST, AT(accept), .flags = CONF_OR_ONE | CONF_LIVE,
	  .item = CONF_PREFIX, .max = 64,
	  .doc = "prefixes in which its Global IPs have to lie; default: anywhere" },
};
#undef AT
static const struct conf_schema controller_schema =
    CONF_SCHEMA("controller", struct agent_controller, controller_fields);

#define AT(field) .offset = offsetof(struct agent_conf, field)
static const struct conf_field agent_fields[] = {
	{ .key = "site", .type = CONF_NAME, AT(site), .flags = CONF_REQUIRED | CONF_LIVE, .min = 1, .max = 63,
	  .doc = "the place this host stands in" },
	{ .key = "host", .type = CONF_NAME, AT(host), .flags = CONF_LIVE, .min = 1, .max = 253,
	  .doc = "this host's name; default: what the machine calls itself" },
	{ .key = "router-id", .type = CONF_IP, AT(router_id), .flags = CONF_LIVE,
	  .doc = "BGP identifier, an IPv4 address of this host alone; never a Global IP" },
	{ .key = "log-level", .type = CONF_ENUM, AT(log_level), .flags = CONF_LIVE, .def = "info",
	  .names = log_level_names,
	  .doc = "the least important lines that are logged" },
	{ .key = "control", .type = CONF_STRING, AT(control), .def = AGENT_CONTROL_PATH,
	  .min = 2, .max = 107,
	  .doc = "Unix socket for nearcast status" },
	{ .key = "state-directory", .type = CONF_STRING, AT(state_directory),
	  .def = AGENT_STATE_PATH, .min = 2, .max = 200,
	  .doc = "where is kept what outlives the agent" },
	{ .key = "interface", .type = CONF_NAME, AT(interface), .def = "lo", .min = 1, .max = 15,
	  .doc = "where Global IPs are put" },
	{ .key = "announcer", .type = CONF_ENUM, AT(announcer), .def = "speaker",
	  .names = announcer_names,
	  .doc = "speaker: our own BGP; bird, frr: the one that runs on this host" },
	{ .key = "bird", .type = CONF_STRUCT, AT(bird), .schema = &bird_schema,
	  .doc = "where BIRD is found" },
	{ .key = "frr", .type = CONF_STRUCT, AT(frr), .schema = &frr_schema,
	  .doc = "where FRR is found" },
	{ .key = "if-agent-dies", .type = CONF_STRING, AT(if_agent_dies), .min = 1, .max = 60,
	  .doc = "with bird and frr: keep; or withdraw-after and a duration" },
	{ .key = "on-exit", .type = CONF_ENUM, AT(on_exit), .flags = CONF_LIVE, .def = "withdraw",
	  .names = on_exit_names,
	  .doc = "withdraw: withdraw, then remove what was added; keep: leave all, tell neighbors nothing" },
	{ .key = "settle-time", .type = CONF_DURATION, AT(settle_time), .flags = CONF_LIVE, .def = "1s",
	  .min = 0, .max = 300 * NS_PER_S,
	  .doc = "on exit, time between the withdraw and the removal of the address" },
	{ .key = "dead-man", .type = CONF_DURATION, AT(dead_man), .flags = CONF_OR_ZERO,
	  .def = "5s", .min = 1 * NS_PER_S, .max = 60 * NS_PER_S,
	  .doc = "how long the event loop may stall before neighbors are told to forget; 0: any time" },
	{ .key = "listen-poll", .type = CONF_DURATION, AT(listen_poll), .flags = CONF_OR_ZERO | CONF_LIVE,
	  .def = "2ms", .min = 1 * NS_PER_MS, .max = 1 * NS_PER_S,
	  .doc = "time between two lookups of each listening socket; 0: none" },
	{ .key = "events", .type = CONF_STRUCT, AT(events), .schema = &events_schema,
	  .doc = "what is kept of events" },
	{ .key = "hooks", .type = CONF_MAP, AT(hooks), .schema = &agent_hook_schema, .max = 32,
	  .doc = "by name: who is told of events" },
	{ .key = "metrics", .type = CONF_STRUCT, AT(metrics), .schema = &metrics_schema,
	  .doc = "what Prometheus scrapes" },
	{ .key = "identity", .type = CONF_STRUCT, AT(identity), .schema = &agent_identity_schema,
	  .doc = "says at each Global IP which host answers there" },
	{ .key = "reload", .type = CONF_STRUCT, AT(reload), .schema = &reload_schema,
	  .doc = "what nearcast reload refuses without --force" },
	{ .key = "controller", .type = CONF_STRUCT, AT(controller), .schema = &controller_schema,
	  .doc = "what a controller may have this host do" },
	{ .key = "neighbors", .type = CONF_MAP, AT(neighbors),
	  .schema = &agent_neighbor_schema,
	  .max = 64, .doc = "by name: the routers to announce to" },
	{ .key = "services", .type = CONF_MAP, AT(services), .flags = CONF_REQUIRED,
	  .schema = &agent_service_schema,
	  .min = 0, .max = 4096, .doc = "by name: what answers on which Global IPs; {}: nothing of the file" },
};
#undef AT
/* clang-format on */

const struct conf_schema agent_conf_schema =
    CONF_SCHEMA("nearcastd", struct agent_conf, agent_fields, .check = agent_conf_check_all);
