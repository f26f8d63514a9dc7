#include "controller/controller_conf.h"

/* as enum log_level */
static const char *const log_level_names[] = { "error", "warning", "notice", "info", "debug",
	NULL };

/* clang-format off */
#define AT(field) .offset = offsetof(struct controller_limits, field)
static const struct conf_field limits_fields[] = {
	{ .key = "clients", .type = CONF_U32, AT(clients), .def = "1024", .min = 1, .max = 100000,
	  .doc = "connections at a time; more are closed at once" },
	{ .key = "clients-per-address", .type = CONF_U32, AT(clients_per_address), .def = "256", .min = 1,
	  .max = 100000, .doc = "likewise, of one address, or one /64 of IPv6" },
	{ .key = "waiting", .type = CONF_U32, AT(waiting), .def = "256", .min = 1, .max = 100000,
	  .doc = "requests that wait for a worker; more are answered with 503" },
	{ .key = "idle", .type = CONF_DURATION, AT(idle), .def = "60s", .min = 1 * NS_PER_S,
	  .max = 3600 * NS_PER_S, .doc = "time without a byte after which a connection is closed" },
	{ .key = "request", .type = CONF_DURATION, AT(request), .def = "10s", .min = 1 * NS_PER_S,
	  .max = 600 * NS_PER_S, .doc = "time for a client to send a request" },
	{ .key = "answer", .type = CONF_DURATION, AT(answer), .def = "60s", .min = 1 * NS_PER_S,
	  .max = 3600 * NS_PER_S, .doc = "time for a client to take its answer" },
};
#undef AT
static const struct conf_schema limits_schema =
    CONF_SCHEMA("limits", struct controller_limits, limits_fields);

#define AT(field) .offset = offsetof(struct controller_conf, field)
static const struct conf_field fields[] = {
	{ .key = "listen", .type = CONF_ENDPOINT, AT(listen), .def = "127.0.0.1:8179",
	  .doc = "where the API is; an address of this host's loopback" },
	{ .key = "store", .type = CONF_SECRET, AT(store), .def = CONTROLLER_STORE_PATH, .min = 2, .max = 1000,
	  .doc = "a path: SQLite; postgresql://...: a PostgreSQL server" },
	{ .key = "workers", .type = CONF_U32, AT(workers), .def = "4", .min = 1, .max = 64,
	  .doc = "threads, each with a connection to the store" },
	{ .key = "log-level", .type = CONF_ENUM, AT(log_level), .def = "info", .names = log_level_names,
	  .doc = "the least important lines that are logged" },
	{ .key = "limits", .type = CONF_STRUCT, AT(limits), .schema = &limits_schema,
	  .doc = "what clients can do to the controller" },
};
#undef AT
/* clang-format on */

/* Tokens go in clear here: not over a network. */
static void
check(struct conf *c, void *object)
{
	const struct controller_conf *conf = object;

	if (!ip_is_loopback(conf->listen.addr))
		conf_error_at(c, &conf->listen,
		    "not an address of the loopback; expected 127.0.0.1 or [::1], and a web server "
		    "with "
		    "TLS in front of it");
}

const struct conf_schema controller_conf_schema =
    CONF_SCHEMA("nearcast-controller", struct controller_conf, fields, .check = check);
