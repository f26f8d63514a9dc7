/*
 * The configuration of nearcastd: what nearcast.yaml says, as structs, complete and checked.
 *
 * agent_conf_schema (agent_conf.c, agent_conf_service.c, agent_conf_checks.c, agent_conf_neighbor.c)
 * is the one table of keys, types, limits and defaults; the checks that no table can express
 * (agent_conf_check*.c) run while the file is loaded, so that a struct agent_conf that exists is one
 * that can be run. What the checks work out on the way (a port from "tcp/80", the addresses of a
 * block) stands in the fields marked "derived".
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
#include "io/check_spec.h"
#include "proto/bgp/bgp.h"
#include "service/service.h"

struct daemon_conf;
struct neighbor_conf;

#define AGENT_CONF_PATH "/etc/nearcast/nearcast.yaml"
#define AGENT_CONTROL_PATH "/run/nearcast/nearcastd.sock"
#define AGENT_STATE_PATH "/var/lib/nearcast"
#define AGENT_DRAIN_AT_MOST_MAX DURATION_S(86400)
#define AGENT_BIRD_INCLUDE "/run/nearcast/bird.conf"
#define AGENT_PASSWORD_MAX 80 /* TCP_MD5SIG_MAXKEYLEN */

/* How announcements reach the network. */
enum agent_announcer {
	AGENT_ANNOUNCER_SPEAKER,
	AGENT_ANNOUNCER_BIRD,
	AGENT_ANNOUNCER_FRR,
};

/* What becomes of the announcements when nearcastd ends. */
enum agent_on_exit {
	AGENT_EXIT_WITHDRAW,
	AGENT_EXIT_KEEP,
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
	struct check_spec spec; /* what is asked, and expected */
	struct duration interval, fast_interval, timeout;
	struct duration start_splay; /* the first run is at most so late */
	uint32_t jitter;             /* in percent: an interval is at most so much shorter */
	uint32_t rise, fall;
	int scope; /* enum check_scope */

	/* derived */
	bool each_address; /* one run for each Global IP, else one for the whole service */
	bool own_host;     /* who refuses the connection is this host itself */
	struct ip asked;   /* the one address that is asked, if the file says which */
};

/* What is announced at each stage, but for next_hop; see agent_attributes(). */
struct agent_looks {
	struct bgp_attributes preferred, backup;
};

struct agent_damping {
	struct duration hold_down, hold_down_max, half_life;
};

struct agent_guard {
	uint32_t min_sites; /* 0: nobody is asked */
	int when_alone;     /* enum guard_alone */
	int when_refused;   /* 0: backup, 1: preferred */
};

/* What an announcement has instead of what it has mostly; of what is not given, that. */
struct agent_otherwise {
	struct conf_u32 med, local_pref, prepend;
	struct conf_list communities, ext_communities, large_communities; /* const char * */
};

/* A service's announcement as one neighbor should get it. */
struct agent_override {
	const char *name;
	struct agent_otherwise preferred, backup;
	struct agent_looks looks; /* derived */
};

struct agent_service {
	const char *name;
	struct conf_list global_ips; /* struct prefix */
	struct conf_list listen;     /* const char * */
	int origin;                  /* enum bgp_origin */
	struct conf_u32 med, local_pref;
	uint32_t prepend;
	struct ip next_hop_ipv4, next_hop_ipv6; /* IP_NONE: the neighbor's */
	struct conf_list communities, ext_communities, large_communities; /* const char * */
	struct conf_list checks;                                          /* struct agent_check */
	const char *checks_pass;
	int when_failing, when_draining; /* enum stage */
	struct duration listen_grace, backup_time, stage_time, drain_time, drain_at_most, exit_time;
	const char *drain_file; /* NULL: none */
	struct agent_damping damping;
	struct agent_guard guard;
	struct agent_otherwise backup;
	struct conf_list neighbors; /* struct agent_override */

	/* derived */
	struct ip *addresses; /* each one of the Global IPs */
	size_t address_count;
	struct agent_listen *listens; /* as many as listen has */
	size_t checks_needed;         /* SIZE_MAX: all */
	bool is_foreign;              /* not of the file: the controller has given it */
	struct agent_looks looks;     /* for neighbors that are not named in neighbors */
};

struct agent_capabilities {
	bool four_octet_as, route_refresh, enhanced_refresh, extended_message, extended_next_hop;
};

struct agent_graceful_restart {
	bool enabled;
	struct duration restart_time;
	bool hard_reset;
};

struct agent_bfd_authentication {
	int type; /* enum neighbor_bfd_auth */
	uint32_t key_id;
	const char *key, *key_file;

	/* derived */
	const char *bfd_key; /* from key or key_file; NULL: none */
};

struct agent_bfd {
	bool enabled, multihop, strict;
	struct duration min_tx, min_rx;
	uint32_t multiplier;
	struct agent_bfd_authentication authentication;
};

struct agent_neighbor {
	const char *name;
	struct ip address;
	uint32_t port;
	uint32_t peer_as, local_as;
	struct ip local_address; /* IP_NONE: the link-local one of interface */
	const char *interface;   /* NULL: any */
	int connect;             /* enum neighbor_mode */
	uint32_t multihop, ttl_security;
	const char *password, *password_file;
	struct duration user_timeout, hold_time, keepalive, connect_retry, idle_hold, idle_hold_max;
	struct conf_list families; /* int: 0 is ipv4, 1 is ipv6 */
	struct ip next_hop_ipv4, next_hop_ipv6;
	uint32_t prefix_limit;
	struct agent_capabilities capabilities;
	struct agent_graceful_restart graceful_restart;
	int role; /* enum bgp_role */
	bool role_strict;
	struct agent_bfd bfd;

	/* derived */
	bool ipv4, ipv6;
	const char *md5_password; /* from password or password_file; NULL: none */
};

/* The journal on the disk. */
struct agent_events {
	uint32_t megabytes; /* of all its files */
};

#define AGENT_HOOK_ARGUMENTS_MAX 32

/* Who is told of events. */
struct agent_hook {
	const char *name;
	struct conf_list exec;  /* const char *; none: url */
	const char *user;       /* NULL: the default */
	const char *url;        /* may be a secret */
	struct conf_list kinds; /* int: enum event_kind; none: all */
	struct duration timeout;
	uint32_t at_once, queue;
};

/* Who answers at a Global IP: proto/identity. */
struct agent_identity {
	bool enabled;
	uint32_t port; /* of UDP */
	bool reverse_trace;
};

struct agent_metrics {
	struct endpoint listen; /* family IP_NONE: nowhere */
};

/* BIRD or FRR on this host; include is BIRD's. */
struct agent_daemon {
	const char *socket, *include;
	uint32_t local_as;
};

/* What a controller may have this host do. */
struct agent_controller {
	struct conf_list accept; /* struct prefix: where its Global IPs may lie; none: anywhere */
};

struct agent_reload {
	uint32_t max_withdraw; /* percent */
};

struct agent_conf {
	const char *site, *host;
	struct ip router_id;
	int log_level; /* enum log_level */
	const char *control;
	const char *state_directory;
	const char *interface;
	int announcer; /* enum agent_announcer */
	struct agent_daemon bird, frr;
	int on_exit; /* enum agent_on_exit */
	const char *if_agent_dies;
	struct duration lifetime; /* derived, of announcements then; DURATION_FOREVER: keep */
	struct duration settle_time;
	struct duration dead_man;    /* 0: none */
	struct duration listen_poll; /* 0: none */
	struct agent_events events;
	struct conf_list hooks; /* struct agent_hook */
	struct agent_metrics metrics;
	struct agent_identity identity;
	struct agent_reload reload;
	struct agent_controller controller;
	struct conf_list neighbors; /* struct agent_neighbor */
	struct conf_list services;  /* struct agent_service */
};

extern const struct conf_schema agent_conf_schema;

/* The neighbor as the announcer takes it; its strings are borrowed from the configuration. */
struct neighbor_conf agent_neighbor_conf(
    const struct agent_conf *conf, const struct agent_neighbor *neighbor);
/*
 * What is announced of an address of the service at a stage that is announced; the arrays are the
 * configuration's. override: for this neighbor; NULL: for those that the service does not name.
 */
struct bgp_attributes agent_attributes(const struct agent_service *service,
    const struct agent_override *override, struct ip address, enum stage stage);

/* BIRD or FRR as the announcer takes it, likewise. */
struct daemon_conf agent_daemon_conf(const struct agent_conf *conf);

/* Between the files of the configuration. */
extern const struct conf_schema agent_hook_schema;     /* agent_conf_hooks.c */
extern const struct conf_schema agent_neighbor_schema; /* agent_conf_neighbor.c */
extern const struct conf_schema agent_service_schema;  /* agent_conf_service.c */
extern const struct conf_schema agent_check_schema;    /* agent_conf_checks.c */

/* agent_conf_secret.c */
struct agent_secret_kind {
	const char *name; /* "password": its key in the configuration */
	size_t max;       /* bytes, at most 253 */
};

/*
 * What is written there (text), or the first line of what *file names: a path, or
 * "credential:NAME". NULL: neither is given, or an error was reported at file.
 */
const char *agent_conf_secret(struct conf *c, const char *text, const char *const *file,
    const struct agent_secret_kind *kind);

/* The lines of a file that are not empty, and where they stand in it. */
struct agent_line {
	const char *text; /* without its end */
	size_t number;    /* from 1 */
};

struct agent_lines {
	struct agent_line *items; /* in the arena of their configuration */
	size_t count;
};

#define AGENT_LINES_BYTES_MAX 16384
/* Those of what *file names, likewise. False: an error was reported at file. */
bool agent_conf_secret_lines(
    struct conf *c, const char *const *file, struct agent_lines *ret) _must_use_;

/* Each looks at one finished object: agent_conf_check.c ... */
void agent_conf_check_service(struct conf *c, void *object);
void agent_conf_check_all(struct conf *c, void *object);
/* ... agent_conf_check_policy.c: which checks count, where they lead, and how long it takes. */
void agent_conf_check_policy(struct conf *c, struct agent_service *service);
void agent_conf_check_damping(struct conf *c, void *object);
/* ... agent_conf_check_announcer.c: what does not apply to the announcer that was chosen. */
void agent_conf_check_announcer(struct conf *c, struct agent_conf *conf);
/* ... agent_conf_overlaps.c: no address may be in two Global IPs. */
void agent_conf_check_overlaps(struct conf *c, const struct agent_conf *conf);
/* ... agent_conf_identity.c: no service listens where the agent itself answers. */
extern const struct conf_schema agent_identity_schema;
void agent_conf_check_identity(struct conf *c, const struct agent_conf *conf);
/* ... agent_conf_check_check.c */
void agent_conf_check_check(struct conf *c, void *object);
/* Where TLS is not spoken, its keys mean nothing: an error at each of them, with this reason. */
void agent_conf_refuse_tls_keys(struct conf *c, const struct check_spec *spec, const char *why);
/* Which checks ask this very host: its refusal is definitive. */
void agent_conf_mark_own_checks(struct agent_service *service);
/* ... agent_conf_check_http.c; what of a header and of a URL may be shown. */
#define AGENT_HEADERS_MAX 32
void agent_conf_show_header(const char *header, struct strbuf *out);
void agent_conf_show_url(const char *url, struct strbuf *out);
void agent_conf_check_http(struct conf *c, struct agent_check *check);
/* ... agent_conf_check_neighbor.c */
void agent_conf_check_neighbor(struct conf *c, void *object);
void agent_conf_check_capabilities(struct conf *c, void *object);
void agent_conf_check_graceful_restart(struct conf *c, void *object);
void agent_conf_check_bfd(struct conf *c, void *object);
void agent_conf_check_bfd_authentication(struct conf *c, void *object);
/* ... agent_conf_attributes.c: what a service is announced with. */
void agent_conf_check_attributes(struct conf *c, struct agent_service *service);
