/*
 * The keys of a check. A key's `only` says with which types it goes; with another it is refused, so
 * nothing more has to be said of that anywhere else.
 */
#include "agent/agent_conf.h"
#include "proto/check/grpc_health.h"

/* as enum check_scope */
static const char *const scope_names[] = { "service", "dependency", NULL };

/* clang-format off */
#define BIT(kind) (UINT32_C(1) << CHECK_##kind)
#define WITH_TARGET (~(BIT(EXEC) | BIT(FILE)))
#define WITH_PORT (BIT(TCP) | BIT(TLS) | BIT(DNS) | BIT(UDP) | BIT(GRPC))
#define WITH_MATCH (BIT(HTTP) | BIT(TCP) | BIT(UDP))
#define WITH_SEND (BIT(TCP) | BIT(UDP))
#define WITH_TLS (BIT(HTTP) | BIT(TLS) | BIT(DNS) | BIT(GRPC))

#define AT(field) .offset = offsetof(struct agent_check, field)
static const struct conf_field fields[] = {
	{ .key = "name", .type = CONF_NAME, AT(name), .flags = CONF_KEY,
	  .doc = "the check's name" },
	{ .key = "type", .type = CONF_ENUM, AT(spec.kind), .flags = CONF_REQUIRED,
	  .names = check_kind_names,
	  .doc = "what is asked" },
	{ .key = "target", .type = CONF_IP, AT(spec.target), .only = WITH_TARGET,
	  .doc = "the address that is asked; default: each Global IP" },
	{ .key = "port", .type = CONF_U32, AT(spec.port), .only = WITH_PORT,
	  .min = 1, .max = 65535,
	  .doc = "the port that is asked; default of tls: 443, of dns: 53, over TLS 853" },
	{ .key = "url", .type = CONF_STRING, AT(spec.url), .only = BIT(HTTP), .min = 1, .max = 400,
	  .doc = "what is asked for; {address} stands for the Global IP or target" },
	{ .key = "method", .type = CONF_ENUM, AT(spec.method), .only = BIT(HTTP), .def = "GET",
	  .names = check_method_names,
	  .doc = "the method of the request" },
	{ .key = "http-version", .type = CONF_ENUM, AT(spec.http_version), .only = BIT(HTTP),
	  .def = "1.1", .names = check_http_version_names,
	  .doc = "the version that is spoken, and has to be answered" },
	{ .key = "headers", .type = CONF_LIST, AT(spec.headers), .only = BIT(HTTP),
	  .item = CONF_STRING, .flags = CONF_OR_ONE, .max = 32,
	  .doc = "headers of the request, each \"Name: value\"" },
	{ .key = "body", .type = CONF_STRING, AT(spec.body), .only = BIT(HTTP), .min = 1,
	  .max = 4096,
	  .doc = "the body of the request" },
	{ .key = "expect-status", .type = CONF_LIST, AT(spec.expect_status), .only = BIT(HTTP),
	  .item = CONF_STRING, .flags = CONF_OR_ONE, .def = "[200]", .min = 1, .max = 32,
	  .doc = "the HTTP statuses that pass: 204, 200-299" },
	{ .key = "send", .type = CONF_STRING, AT(spec.send), .only = WITH_SEND, .min = 1,
	  .max = 1024,
	  .doc = "what is sent" },
	{ .key = "send-hex", .type = CONF_STRING, AT(spec.send_hex), .only = WITH_SEND, .min = 2,
	  .max = 2048,
	  .doc = "what is sent, as hexadecimal digits" },
	{ .key = "expect-text", .type = CONF_STRING, AT(spec.expect_text), .only = WITH_MATCH,
	  .min = 1, .max = 400,
	  .doc = "a text that has to be in what is answered" },
	{ .key = "expect-regex", .type = CONF_STRING, AT(spec.expect_regex), .only = WITH_MATCH,
	  .min = 1, .max = 400,
	  .doc = "a POSIX extended regular expression that has to match it" },
	{ .key = "transport", .type = CONF_ENUM, AT(spec.transport), .only = BIT(DNS), .def = "udp",
	  .names = check_transport_names,
	  .doc = "what DNS is spoken over" },
	{ .key = "query-name", .type = CONF_STRING, AT(spec.question.name), .only = BIT(DNS),
	  .flags = CONF_REQUIRED, .min = 1, .max = DNS_NAME_MAX,
	  .doc = "the name that is asked for" },
	{ .key = "query-type", .type = CONF_ENUM, AT(spec.question.type), .only = BIT(DNS),
	  .def = "A", .names = dns_type_names,
	  .doc = "the type of the records that are asked for" },
	{ .key = "expect-rcode", .type = CONF_ENUM, AT(spec.question.rcode), .only = BIT(DNS),
	  .def = "NOERROR", .names = dns_rcode_names,
	  .doc = "the RCODE that passes" },
	{ .key = "expect-answer", .type = CONF_LIST, AT(spec.expect_answer), .only = BIT(DNS),
	  .item = CONF_STRING, .flags = CONF_OR_ONE, .max = 16,
	  .doc = "records that have to be in the answer: 192.0.2.1, 10 mail.example.com" },
	{ .key = "grpc-service", .type = CONF_STRING, AT(spec.grpc_service), .only = BIT(GRPC),
	  .max = GRPC_SERVICE_MAX,
	  .doc = "the service whose health is asked for; default: the server's" },
	{ .key = "grpc-tls", .type = CONF_BOOL, AT(spec.grpc_tls), .only = BIT(GRPC),
	  .def = "false",
	  .doc = "over TLS" },
	{ .key = "command", .type = CONF_LIST, AT(spec.command), .only = BIT(EXEC),
	  .flags = CONF_REQUIRED | CONF_OR_ONE, .item = CONF_STRING, .min = 1, .max = 64,
	  .doc = "the program and its arguments; {address} stands for the Global IP" },
	{ .key = "user", .type = CONF_NAME, AT(spec.user), .only = BIT(EXEC), .min = 1, .max = 32,
	  .doc = "who runs it; default: nearcastd's own user, or nobody when that is root" },
	{ .key = "memory-limit", .type = CONF_U32, AT(spec.memory_mib), .only = BIT(EXEC),
	  .flags = CONF_OR_ZERO, .def = "512", .min = 8, .max = 1 << 20,
	  .doc = "its address space in MiB; 0: no limit" },
	{ .key = "path", .type = CONF_STRING, AT(spec.path), .only = BIT(FILE),
	  .flags = CONF_REQUIRED, .min = 1, .max = 400,
	  .doc = "the absolute path that is looked at" },
	{ .key = "expect-file", .type = CONF_ENUM, AT(spec.expect_file), .only = BIT(FILE),
	  .def = "present", .names = check_file_names,
	  .doc = "whether something has to be there" },
	{ .key = "tls-name", .type = CONF_STRING, AT(spec.tls_name), .only = WITH_TLS, .min = 1,
	  .max = 253,
	  .doc = "the name that is asked for, and that the certificate has to have" },
	{ .key = "tls-ca-file", .type = CONF_STRING, AT(spec.tls_ca_file), .only = WITH_TLS,
	  .min = 1, .max = 400,
	  .doc = "the authorities that are trusted, as PEM; default: the system's" },
	{ .key = "tls-insecure", .type = CONF_BOOL, AT(spec.tls_insecure), .only = WITH_TLS,
	  .def = "false",
	  .doc = "take any certificate" },
	{ .key = "tls-days-left", .type = CONF_U32, AT(spec.tls_days_left), .only = WITH_TLS,
	  .def = "0", .max = 3650,
	  .doc = "the days for which the certificate still has to be good" },
	{ .key = "interval", .type = CONF_DURATION, AT(interval), .flags = CONF_LIVE, .def = "1s",
	  .min = 50 * NS_PER_MS, .max = 3600 * NS_PER_S, .doc = "time from one run to the next" },
	{ .key = "fast-interval", .type = CONF_DURATION, AT(fast_interval), .flags = CONF_LIVE, .def = "200ms",
	  .min = 50 * NS_PER_MS, .max = 3600 * NS_PER_S,
	  .doc = "the interval while the verdict is unknown or changing" },
	{ .key = "timeout", .type = CONF_DURATION, AT(timeout), .flags = CONF_LIVE, .def = "1s",
	  .min = 1 * NS_PER_MS, .max = 60 * NS_PER_S, .doc = "a run that takes longer fails" },
	{ .key = "start-splay", .type = CONF_DURATION, AT(start_splay), .flags = CONF_LIVE, .def = "100ms",
	  .max = 3600 * NS_PER_S,
	  .doc = "the first run comes at most so late, each check at its own moment" },
	{ .key = "jitter", .type = CONF_U32, AT(jitter), .flags = CONF_LIVE, .def = "5", .max = 50,
	  .doc = "each interval is shorter by a part of it, at most so many percent" },
	{ .key = "rise", .type = CONF_U32, AT(rise), .flags = CONF_LIVE, .def = "2", .min = 1, .max = 1000,
	  .doc = "passes in a row that make the verdict passing" },
	{ .key = "fall", .type = CONF_U32, AT(fall), .flags = CONF_LIVE, .def = "3", .min = 1, .max = 1000,
	  .doc = "soft failures in a row that make the verdict failing" },
	{ .key = "scope", .type = CONF_ENUM, AT(scope), .flags = CONF_LIVE, .def = "service", .names = scope_names,
	  .doc = "service: may withdraw; dependency: what sites share, leads to backup at most" },
};
#undef AT
/* clang-format on */

const struct conf_schema agent_check_schema = CONF_SCHEMA(
    "a check", struct agent_check, fields, .check = agent_conf_check_check, .selector = "type");
