#include "controller/controller_conf.h"

#include <string.h>

#include "base/alloc.h"
#include "store/store.h"

/* as enum log_level */
static const char *const log_level_names[] = { "error", "warning", "notice", "info", "debug",
	NULL };

/* as enum source_header */
static const char *const proxy_header_names[] = { "x-forwarded-for", "forwarded", NULL };

/* ---- what is shown of the store ---- */

/* Where the name and password of a URL end, at their "@"; NULL: it has none. A password may have
 * signs in it that should have been written as %XX. */
static const char *
user_end(const char *user)
{
	const char *end = memrchr(user, '@', strcspn(user, "?"));
	const char *first = strchr(user, '@');

	return end != NULL || first == NULL || memchr(user, '/', (size_t)(first - user)) != NULL
		   ? end
		   : first;
}

/* "sslmode=require&password=(secret)": a name that is written with %XX may be that, too. */
static void
show_options(const char *options, struct strbuf *out)
{
	while (*options != '\0') {
		size_t len = strcspn(options, "&"), name = strcspn(options, "=&");
		bool is_secret = memmem(options, name, "password", 8) != NULL ||
				 memchr(options, '%', name) != NULL;

		strbuf_add_mem(out, options, is_secret ? name : len);
		if (is_secret)
			strbuf_add(out, "=(secret)");
		options += len;
		if (*options == '&')
			strbuf_add_char(out, *options++);
	}
}

/* A path as it is, a URL without its passwords. */
static void
show_store(const char *store, struct strbuf *out)
{
	const char *rest = strstr(store, "://"), *end, *password, *options;

	if (rest == NULL) {
		strbuf_add(out, store);
		return;
	}
	rest += strlen("://");
	end = user_end(rest);
	password = end != NULL ? memchr(rest, ':', (size_t)(end - rest)) : NULL;
	if (password != NULL) {
		strbuf_add_mem(out, store, (size_t)(password + 1 - store));
		strbuf_add(out, "(secret)");
		store = end;
	}
	options = strchr(end != NULL ? end : rest, '?');
	if (options == NULL) {
		strbuf_add(out, store);
		return;
	}
	strbuf_add_mem(out, store, (size_t)(options + 1 - store));
	show_options(options + 1, out);
}

/* clang-format off */
#define AT(field) .offset = offsetof(struct controller_limits, field)
static const struct conf_field limits_fields[] = {
	{ .key = "clients", .type = CONF_U32, AT(clients), .def = "1024", .min = 1, .max = 100000,
	  .doc = "connections at a time; more are closed at once" },
	{ .key = "clients-per-address", .type = CONF_U32, AT(clients_per_address), .def = "256", .min = 1,
	  .max = 100000, .doc = "likewise, of one address, or one /64 of IPv6" },
	{ .key = "waiting", .type = CONF_U32, AT(waiting), .def = "256", .min = 1, .max = 100000,
	  .doc = "requests that wait for a worker; more are answered with 503" },
	{ .key = "streams", .type = CONF_U32, AT(streams), .def = "256", .min = 1, .max = 100000,
	  .doc = "streams of events; more are answered with 503" },
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

#define AT(field) .offset = offsetof(struct controller_events, field)
static const struct conf_field events_fields[] = {
	{ .key = "keep", .type = CONF_DURATION, AT(keep), .def = "30d", .min = 3600 * NS_PER_S,
	  .max = INT64_C(3660) * 86400 * NS_PER_S, .doc = "for how long an event is kept" },
};
#undef AT
static const struct conf_schema events_schema =
    CONF_SCHEMA("events", struct controller_events, events_fields);

#define AT(field) .offset = offsetof(struct controller_metrics, field)
static const struct conf_field metrics_fields[] = {
	{ .key = "listen", .type = CONF_ENDPOINT, AT(listen),
	  .doc = "where Prometheus scrapes, such as 127.0.0.1:9180; default: nowhere" },
	{ .key = "token-file", .type = CONF_STRING, AT(token_file), .min = 1, .max = 4096,
	  .doc = "the token that it has to send; default: none" },
};
#undef AT
static const struct conf_schema metrics_schema =
    CONF_SCHEMA("metrics", struct controller_metrics, metrics_fields);

#define AT(field) .offset = offsetof(struct controller_tls, field)
static const struct conf_field tls_fields[] = {
	{ .key = "certificate", .type = CONF_STRING, AT(certificate), .min = 1, .max = 4096,
	  .doc = "a file in PEM: the certificate, and those that it was signed with" },
	{ .key = "key", .type = CONF_STRING, AT(key), .min = 1, .max = 4096,
	  .doc = "a file in PEM: the certificate's private key" },
};
#undef AT
static const struct conf_schema tls_schema = CONF_SCHEMA("tls", struct controller_tls, tls_fields);

#define AT(field) .offset = offsetof(struct controller_conf, field)
static const struct conf_field fields[] = {
	{ .key = "listen", .type = CONF_LIST, .item = CONF_ENDPOINT, AT(listen), .flags = CONF_OR_ONE,
	  .def = "[127.0.0.1:8179]", .min = 1, .max = 64,
	  .doc = "where the API is; without tls, addresses of this host's loopback" },
	{ .key = "tls", .type = CONF_STRUCT, AT(tls), .schema = &tls_schema,
	  .doc = "to speak TLS, and nothing else" },
	{ .key = "trusted-proxies", .type = CONF_LIST, .item = CONF_PREFIX, AT(trusted_proxies), .flags = CONF_OR_ONE,
	  .max = 64, .doc = "whose word on where a request comes from counts" },
	{ .key = "proxy-header", .type = CONF_ENUM, AT(proxy_header), .def = "x-forwarded-for",
	  .names = proxy_header_names, .doc = "where trusted proxies write it" },
	{ .key = "store", .type = CONF_SECRET, AT(store), .show = show_store, .def = CONTROLLER_STORE_PATH, .min = 2, .max = 1000,
	  .doc = "a path: SQLite; postgresql://...: a PostgreSQL server" },
	{ .key = "store-wait", .type = CONF_DURATION, AT(store_wait), .def = "60s", .max = 3600 * NS_PER_S,
	  .doc = "time to wait at the start for a PostgreSQL that is away" },
	{ .key = "workers", .type = CONF_U32, AT(workers), .def = "4", .min = 1, .max = 64,
	  .doc = "threads, each with a connection to the store" },
	{ .key = "log-level", .type = CONF_ENUM, AT(log_level), .def = "info", .names = log_level_names,
	  .doc = "the least important lines that are logged" },
	{ .key = "limits", .type = CONF_STRUCT, AT(limits), .schema = &limits_schema,
	  .doc = "what clients can do to the controller" },
	{ .key = "events", .type = CONF_STRUCT, AT(events), .schema = &events_schema,
	  .doc = "what happened, as it is kept" },
	{ .key = "metrics", .type = CONF_STRUCT, AT(metrics), .schema = &metrics_schema,
	  .doc = "what Prometheus scrapes" },
};
#undef AT
/* clang-format on */

/* One that the start would refuse. */
static void
check_store(struct conf *c, const struct controller_conf *conf)
{
	_cleanup_(store_closep) struct store *store = NULL;
	struct err e = { 0 };

	if (store_open(conf->store, &store, &e) < 0)
		conf_error_at(c, &conf->store, "%s", e.message);
}

/* Two listeners cannot have one address; port 0 is any. */
static void
check_metrics(struct conf *c, const struct controller_conf *conf)
{
	const struct endpoint *listen = conf->listen.items, *metrics = &conf->metrics.listen;

	if (conf->metrics.token_file != NULL && metrics->addr.family == IP_NONE)
		conf_error_at(c, &conf->metrics.token_file, "a token for nothing; expected \"listen\"");
	for (size_t i = 0; i < conf->listen.count && metrics->port != 0; i++) {
		if (endpoint_equal(listen[i], *metrics))
			conf_error_at(
			    c, metrics, "the API is there (\"listen\"); expected another port");
	}
}

/* Without TLS, tokens go in clear: not over a network. */
static void
check(struct conf *c, void *object)
{
	const struct controller_conf *conf = object;
	const struct controller_tls *tls = &conf->tls;
	const struct endpoint *listen = conf->listen.items;

	check_store(c, conf);
	check_metrics(c, conf);
	if (tls->certificate != NULL && tls->key == NULL)
		conf_error_at(c, &tls->certificate, "a certificate without its key; expected both");
	if (tls->key != NULL && tls->certificate == NULL)
		conf_error_at(c, &tls->key, "a key without its certificate; expected both");
	for (size_t i = 0; i < conf->listen.count && tls->certificate == NULL; i++) {
		if (!ip_is_loopback(listen[i].addr))
			conf_error_at(c, &listen[i],
			    "not an address of the loopback, and tokens would go over a network in "
			    "clear; expected \"tls\" with a certificate and a key, or 127.0.0.1 or "
			    "[::1]");
	}
}

const struct conf_schema controller_conf_schema =
    CONF_SCHEMA("nearcast-controller", struct controller_conf, fields, .check = check);
