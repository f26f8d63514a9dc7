#include "agent/agent_conf.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"

static const char *const check_type_names[] = { "http", "tcp", NULL };
static const char *const on_exit_names[] = { "withdraw", "keep", NULL };
/* as enum check_scope */
static const char *const scope_names[] = { "service", "dependency", NULL };
/* as enum log_level */
static const char *const log_level_names[] = { "error", "warning", "notice", "info", "debug",
	NULL };

/* clang-format off */
#define AT(field) .offset = offsetof(struct agent_check, field)
static const struct conf_field check_fields[] = {
	{ .key = "name", .type = CONF_NAME, AT(name), .flags = CONF_KEY,
	  .doc = "the check's name" },
	{ .key = "type", .type = CONF_ENUM, AT(type), .flags = CONF_REQUIRED,
	  .names = check_type_names,
	  .doc = "http: GET the url; tcp: connect to the port" },
	{ .key = "url", .type = CONF_STRING, AT(url), .min = 1, .max = 400,
	  .doc = "what an http check gets; {address} stands for each Global IP" },
	{ .key = "port", .type = CONF_U32, AT(port), .min = 1, .max = 65535,
	  .doc = "where a tcp check connects to, on each Global IP" },
	{ .key = "expect-status", .type = CONF_U32, AT(expect_status), .def = "200",
	  .min = 100, .max = 599,
	  .doc = "the HTTP status that passes" },
	{ .key = "interval", .type = CONF_DURATION, AT(interval), .def = "1s",
	  .min = 50 * NS_PER_MS, .max = 3600 * NS_PER_S, .doc = "time from one run to the next" },
	{ .key = "fast-interval", .type = CONF_DURATION, AT(fast_interval), .def = "200ms",
	  .min = 50 * NS_PER_MS, .max = 3600 * NS_PER_S,
	  .doc = "the interval while the verdict is unknown or changing" },
	{ .key = "timeout", .type = CONF_DURATION, AT(timeout), .def = "1s",
	  .min = 1 * NS_PER_MS, .max = 60 * NS_PER_S, .doc = "a run that takes longer fails" },
	{ .key = "rise", .type = CONF_U32, AT(rise), .def = "2", .min = 1, .max = 1000,
	  .doc = "passes in a row that make the verdict passing" },
	{ .key = "fall", .type = CONF_U32, AT(fall), .def = "3", .min = 1, .max = 1000,
	  .doc = "soft failures in a row that make the verdict failing" },
	{ .key = "scope", .type = CONF_ENUM, AT(scope), .def = "service", .names = scope_names,
	  .doc = "service: may withdraw; dependency: what sites share, leads to backup at most" },
};
#undef AT
const struct conf_schema agent_check_schema =
    CONF_SCHEMA("a check", struct agent_check, check_fields, .check = agent_conf_check_check);

#define AT(field) .offset = offsetof(struct agent_conf, field)
static const struct conf_field agent_fields[] = {
	{ .key = "site", .type = CONF_NAME, AT(site), .flags = CONF_REQUIRED, .min = 1, .max = 63,
	  .doc = "the place this host stands in" },
	{ .key = "host", .type = CONF_NAME, AT(host), .min = 1, .max = 253,
	  .doc = "this host's name; default: what the machine calls itself" },
	{ .key = "router-id", .type = CONF_IP, AT(router_id), .flags = CONF_REQUIRED,
	  .doc = "BGP identifier, an IPv4 address of this host alone; never a Global IP" },
	{ .key = "log-level", .type = CONF_ENUM, AT(log_level), .def = "info",
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
	{ .key = "on-exit", .type = CONF_ENUM, AT(on_exit), .def = "withdraw",
	  .names = on_exit_names,
	  .doc = "withdraw: withdraw, then remove what was added; keep: leave all, tell neighbors nothing" },
	{ .key = "settle-time", .type = CONF_DURATION, AT(settle_time), .def = "1s",
	  .min = 0, .max = 300 * NS_PER_S,
	  .doc = "on exit, time between the withdraw and the removal of the address" },
	{ .key = "listen-poll", .type = CONF_DURATION, AT(listen_poll), .flags = CONF_OR_ZERO,
	  .def = "2ms", .min = 1 * NS_PER_MS, .max = 1 * NS_PER_S,
	  .doc = "time between two lookups of each listening socket; 0: none" },
	{ .key = "neighbors", .type = CONF_MAP, AT(neighbors), .flags = CONF_REQUIRED,
	  .schema = &agent_neighbor_schema,
	  .min = 1, .max = 64, .doc = "by name: the routers to announce to" },
	{ .key = "services", .type = CONF_MAP, AT(services), .flags = CONF_REQUIRED,
	  .schema = &agent_service_schema,
	  .min = 1, .max = 256, .doc = "by name: what answers on which Global IPs" },
};
#undef AT
/* clang-format on */

const struct conf_schema agent_conf_schema =
    CONF_SCHEMA("nearcastd", struct agent_conf, agent_fields, .check = agent_conf_check_all);

char *
agent_check_url(const struct agent_check *check, struct ip address, char buf[static AGENT_URL_MAX])
{
	static const char mark[] = "{address}";
	const char *at = strstr(check->url, mark);
	char text[IP_STR_MAX];

	ip_format(address, text);
	if (at == NULL)
		(void)snprintf(buf, AGENT_URL_MAX, "%s", check->url);
	else
		(void)snprintf(buf, AGENT_URL_MAX,
		    address.family == IP_V6 ? "%.*s[%s]%s" : "%.*s%s%s", (int)(at - check->url),
		    check->url, text, at + strlen(mark));
	return buf;
}
