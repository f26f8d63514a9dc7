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
	struct duration idle, request, answer;
};

struct controller_conf {
	struct endpoint listen;
	const char *store; /* may hold a password */
	uint32_t workers;
	int log_level; /* enum log_level */
	struct controller_limits limits;
};

extern const struct conf_schema controller_conf_schema;
