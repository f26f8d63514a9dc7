/*
 * The configuration of nearcastd: what nearcastd.yaml says, as structs, complete and checked.
 *
 * agent_conf_schema (agent_conf.c) is the one table of keys, types, limits and defaults; the checks
 * that no table can express (agent_conf_check.c) run while the file is loaded, so that a struct
 * agent_conf that exists is one that can be run. What the checks work out on the way (a port from
 * "tcp/80", the addresses of a block) stands in the fields marked "derived".
 *
 * A Global IP of 2 or 4 addresses (/31, /30; /127, /126) is put on the interface and announced as
 * so many host routes: each address is served, checked and withdrawn by itself.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "base/time.h"
#include "config/config.h"

#define AGENT_CONF_PATH "/etc/nearcast/nearcastd.yaml"
#define AGENT_CONTROL_PATH "/run/nearcast/nearcastd.sock"

/* What becomes of the announcements when nearcastd ends. */
enum agent_on_exit {
	AGENT_EXIT_WITHDRAW,
	AGENT_EXIT_KEEP,
};

enum agent_check_type {
	AGENT_CHECK_HTTP,
	AGENT_CHECK_TCP,
};

enum agent_transport {
	AGENT_TCP,
	AGENT_UDP,
};

/* A socket that has to listen. */
struct agent_listen {
	const char *text; /* "tcp/80" */
	enum agent_transport transport;
	uint16_t port;
};

struct agent_check {
	const char *name;
	int type;        /* enum agent_check_type */
	const char *url; /* http; "{address}" stands for each Global IP */
	uint32_t port;   /* tcp */
	uint32_t expect_status;
	struct duration interval, fast_interval, timeout;
	uint32_t rise, fall;

	/* derived */
	bool each_address; /* one run for each Global IP, else one for the whole service */
	bool own_host;     /* who refuses the connection is this host itself */
	struct ip target;  /* the address that the url spells out, if it does */
};

struct agent_service {
	const char *name;
	struct conf_list global_ips; /* struct prefix */
	struct conf_list listen;     /* const char * */
	uint32_t med;                /* 0: none is sent */
	uint32_t prepend;
	struct conf_list communities; /* const char * */
	struct conf_list checks;      /* struct agent_check */

	/* derived */
	struct ip *addresses; /* each one of the Global IPs */
	size_t address_count;
	struct agent_listen *listens; /* as many as listen has */
	uint32_t *community_values;   /* as many as communities has; RFC 1997 */
};

struct agent_neighbor {
	const char *name;
	struct ip address;
	uint32_t port;
	uint32_t peer_as, local_as;
	struct ip local_address;
	struct conf_list families; /* int: index into agent_family_names */
	const char *password;      /* NULL: none */
	struct duration hold_time, connect_retry, idle_hold;
	bool passive;
	struct ip next_hop_ipv4, next_hop_ipv6;
	uint32_t prefix_limit;

	/* derived */
	bool ipv4, ipv6;
};

struct agent_conf {
	const char *site, *host;
	struct ip router_id;
	int log_level; /* enum log_level */
	const char *control;
	const char *interface;
	int on_exit; /* enum agent_on_exit */
	struct duration settle_time;
	struct duration listen_poll; /* 0: none */
	struct conf_list neighbors; /* struct agent_neighbor */
	struct conf_list services;  /* struct agent_service */
};

extern const struct conf_schema agent_conf_schema;

/* The longest URL that agent_check_url() writes. */
#define AGENT_URL_MAX 512

/* The check's URL for one Global IP: "{address}" replaced, IPv6 in brackets. Returns buf. */
char *agent_check_url(
    const struct agent_check *check, struct ip address, char buf[static AGENT_URL_MAX]);

/* For the schema (agent_conf_check.c): each looks at one finished object. */
void agent_conf_check_check(struct conf *c, void *object);
void agent_conf_check_service(struct conf *c, void *object);
void agent_conf_check_neighbor(struct conf *c, void *object);
void agent_conf_check_all(struct conf *c, void *object);
