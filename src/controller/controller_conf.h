/* The configuration of nearcast-controller: what controller.yaml says, complete and checked. */
#pragma once

#include "base/ip.h"
#include "base/time.h"
#include "config/config.h"

#define CONTROLLER_CONF_PATH "/etc/nearcast/controller.yaml"
#define CONTROLLER_STORE_PATH "/var/lib/nearcast-controller/store.db"

struct controller_limits {
	uint32_t clients, clients_per_address;
	uint32_t waiting; /* requests that no worker has begun */
	uint32_t streams; /* of events */
	struct duration idle, request, answer;
};

/* Files in PEM; both or none. */
struct controller_tls {
	const char *certificate, *key; /* NULL: without TLS */
};

struct controller_metrics {
	struct endpoint listen; /* family IP_NONE: nowhere */
	const char *token_file; /* what scrapers have to send; NULL: nothing */
};

struct controller_events {
	struct duration keep;
};

struct controller_conf {
	struct conf_list listen; /* of struct endpoint */
	struct controller_tls tls;
	struct conf_list trusted_proxies; /* of struct prefix */
	int proxy_header;                 /* enum source_header */
	const char *store; /* may hold a password */
	struct duration store_wait; /* for one that is away at the start */
	uint32_t workers;
	int log_level; /* enum log_level */
	struct controller_limits limits;
	struct controller_events events;
	struct controller_metrics metrics;
};

extern const struct conf_schema controller_conf_schema;
