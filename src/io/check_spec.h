/*
 * What a check asks, and what it expects of the answer: the part of a check's configuration that
 * its kind reads. Which keys go with which kind stands in the schema (agent/agent_conf_checks.c).
 *
 * Strings, lists and what "derived" says are the configuration's, and outlive every run.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "config/config.h"
#include "proto/check/dns_answer.h"
#include "proto/check/http_status.h"

/* Every kind of check, once: a new one is a row here and a file that defines NAME_check_kind. */
#define CHECK_KINDS(X)                                                                             \
	X(HTTP, http)                                                                              \
	X(TCP, tcp)                                                                                \
	X(TLS, tls)                                                                                \
	X(DNS, dns)                                                                                \
	X(ICMP, icmp)                                                                              \
	X(UDP, udp)                                                                                \
	X(GRPC, grpc)                                                                              \
	X(EXEC, exec)                                                                              \
	X(FILE, file)

enum check_kind_id {
#define CHECK_KIND_ID(upper, lower) CHECK_##upper,
	CHECK_KINDS(CHECK_KIND_ID)
#undef CHECK_KIND_ID
};

enum check_method {
	CHECK_METHOD_GET,
	CHECK_METHOD_HEAD,
	CHECK_METHOD_POST,
	CHECK_METHOD_PUT,
	CHECK_METHOD_OPTIONS,
};

enum check_http_version {
	CHECK_HTTP_1_1,
	CHECK_HTTP_2,
};

enum check_transport {
	CHECK_DNS_UDP,
	CHECK_DNS_TCP,
	CHECK_DNS_TLS,
};

enum check_file {
	CHECK_FILE_PRESENT,
	CHECK_FILE_ABSENT,
};

/* The names in the configuration, by the enumerations above; each ends with NULL. */
extern const char *const check_kind_names[];
extern const char *const check_method_names[];
extern const char *const check_http_version_names[];
extern const char *const check_transport_names[];
extern const char *const check_file_names[];

struct check_spec {
	int kind;         /* enum check_kind_id */
	struct ip target; /* IP_NONE: the Global IP */
	uint32_t port;

	/* http */
	const char *url; /* "{address}" stands for what is asked */
	int method;      /* enum check_method */
	int http_version;
	struct conf_list headers; /* const char *: "Name: value" */
	const char *headers_file; /* NULL: none */
	const char *body;
	struct conf_list expect_status; /* const char * */

	/* of what comes: the body, the banner, the answer */
	const char *expect_text, *expect_regex;

	/* what goes out; one of them */
	const char *send, *send_hex;

	/* dns */
	int transport; /* enum check_transport */
	struct dns_question question;
	struct conf_list expect_answer; /* const char * */

	/* grpc */
	bool grpc_tls;
	const char *grpc_service; /* "": the server as a whole */

	/* exec */
	struct conf_list command; /* const char *: "{address}" in them stands for what is asked */
	const char *user;         /* NULL: our own, or nobody when that is root */
	uint32_t memory_mib;      /* 0: no limit */

	/* file */
	const char *path;
	int expect_file; /* enum check_file */

	/* wherever TLS is spoken */
	const char *tls_name;    /* NULL: the URL's host, or the address */
	const char *tls_ca_file; /* NULL: what the system trusts */
	bool tls_insecure;
	uint32_t tls_days_left;

	/* derived */
	const char **request_headers; /* those of headers, then those of headers_file */
	size_t request_header_count;
	struct http_status_range *statuses; /* as many as expect_status has */
	const uint8_t *send_bytes;          /* of send or send_hex */
	size_t send_len;
};

/* The longest URL that these write. */
#define CHECK_URL_MAX 512

/* A URL with a host (an IPv6 address in brackets) in place of "{address}". Returns buf. */
char *check_url_of(const char *url, const char *host, char buf[static CHECK_URL_MAX]);
/* The spec's URL for an address. Returns buf. */
char *check_url(const struct check_spec *spec, struct ip address, char buf[static CHECK_URL_MAX]);
