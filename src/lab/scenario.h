/*
 * A lab scenario: the small internet that a person describes in YAML, and the steps to play in it.
 *
 * These structs are what config/ fills from the schema in scenario.c, and nothing else: no
 * addresses, no files, no processes. lab/plan.c makes a plan of them. The checks here see to it
 * that a plan can be made: every name that is used exists, every city is known, every network is in
 * one piece and every client can reach every site. nearcast-lab(5) is the format for people.
 *
 * Names (networks, sites, hosts, clients, services) become host names and interface names, so they
 * are letters, digits, "-" and "." only.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "base/strbuf.h"
#include "base/time.h"
#include "config/config.h"

#define SCENARIO_NETWORKS_MAX 128
#define SCENARIO_CITIES_MAX 32 /* routers of one network */
#define SCENARIO_NAME_MAX 63   /* one host name */

/* A link inside a network, written "lon-ams" or { between: lon-ams, delay: 5ms, cost: 10 }. */
struct scenario_link {
	const char *between;
	struct duration delay; /* one way; as light in fibre needs when not set */
	uint32_t cost;         /* of OSPF; 0: from the delay, one for each 10 us */
	uint32_t mtu;
	const char *cities[2]; /* from `between`, by the check */
	bool delay_given;
};

struct scenario_network {
	const char *name;
	uint32_t asn;
	struct conf_list cities; /* const char *: a router in each */
	struct conf_list links;  /* struct scenario_link; empty: the mesh of lab/mesh */
	bool leaks;              /* announces everything to everyone: RFC 7908 types 1 to 4 */
};

/* Where two networks meet, written "fra" or { city: fra, delay: 2ms }. */
struct scenario_meeting {
	const char *city;
	struct duration delay;
	uint32_t mtu;
	bool delay_given;
};

/* Customer and provider, or two peers. */
struct scenario_relationship {
	const char *customer, *provider; /* both NULL for peers */
	struct conf_list peers;          /* const char *, two; empty for customer and provider */
	struct conf_list at;             /* struct scenario_meeting */
};

struct scenario_global_ip {
	const char *name;
	struct prefix ipv4, ipv6; /* family IP_NONE when not set */
};

/* What answers: nginx on `port`, watched by nearcastd with one HTTP check. */
struct scenario_service {
	const char *name;
	struct conf_list global_ips; /* const char * */
	uint32_t port;
	struct duration interval, timeout;
	uint32_t rise, fall;
};

struct scenario_host {
	const char *name;
	struct conf_list services; /* const char * */
	struct duration delay;     /* of its cable to the site's router, one way */
	uint32_t mtu;              /* of that, too */
};

struct scenario_site {
	const char *name, *city, *network;
	struct conf_list hosts; /* struct scenario_host */
};

struct scenario_client {
	const char *name, *city, *network;
	struct duration delay; /* of its access line, one way */
	uint32_t mtu;          /* of that, too */
};

struct scenario_addressing {
	struct conf_list ipv4; /* struct prefix */
	struct prefix ipv6;
};

enum scenario_step_kind {
	STEP_UNICAST,
	STEP_ANNOUNCE,
	STEP_ROUTES,
	STEP_ANYCAST,
	STEP_TRACE,
	STEP_FAIL,
	STEP_WAIT,
};

/* Which of the lab's families a step uses; see scenario_family_used(). */
enum scenario_family {
	SCENARIO_FAMILY_BOTH, /* all that the lab has */
	SCENARIO_FAMILY_IPV4,
	SCENARIO_FAMILY_IPV6,
};

/* `expect: { edinburgh: am6 }`: the client lands at the site. */
struct scenario_landing {
	const char *client, *site;
};

/* Each client requests every host's own address, `count` times. */
struct scenario_unicast {
	/* by the check; a struct's first field must not be one of the schema (conf_is_set) */
	bool present;
	uint32_t count;
	struct conf_list clients; /* const char *; empty: all */
	int family;               /* enum scenario_family */
};

/*
 * Starts nearcastd on the hosts and waits until every client's router has a route to what they
 * announce.
 */
struct scenario_announce {
	bool present;
	struct conf_list hosts; /* const char *; empty: all */
	struct duration within;
};

/* Shows the routes to the Global IPs as these routers see them. */
struct scenario_routes {
	bool present;
	/* const char *: routers, "fra.northwind"; empty: those the clients hang on */
	struct conf_list from;
	int family;
};

/* Each client requests every service's Global IPs, `count` times. */
struct scenario_anycast {
	bool present;
	uint32_t count;
	struct conf_list clients;  /* empty: all */
	struct conf_list expect;   /* struct scenario_landing */
	int family;
};

/* A traceroute from each client (of `expect`; all without) to every service's Global IPs. */
struct scenario_trace {
	bool present;
	struct conf_list clients;
	struct conf_list expect;
	int family;
};

struct scenario_fail_expect {
	bool present;
	const char *lands, *returns; /* sites */
	struct duration withdraw_within; /* from the kill to the wire; 0: any time */
};

/* Kills `process` on `host` while `client` requests continuously, then starts it again. */
struct scenario_fail {
	bool present;
	const char *host, *process, *client;
	struct duration interval; /* between the starts of two requests */
	struct duration timeout;  /* of one request */
	struct duration within;   /* for landing elsewhere; again for coming back */
	struct scenario_fail_expect expect;
	int family; /* BOTH: the first that the lab has */
};

struct scenario_step {
	enum scenario_step_kind kind; /* by the check */
	const char *name;             /* for people: "Anycast" */
	struct scenario_unicast unicast;
	struct scenario_announce announce;
	struct scenario_routes routes;
	struct scenario_anycast anycast;
	struct scenario_trace trace;
	struct scenario_fail fail;
	struct duration wait;
};

struct scenario {
	const char *lab; /* the lab's name */
	const char *title;
	double path_factor;        /* fibre's length over the great circle's */
	struct conf_list families; /* int: 0 = ipv4, 1 = ipv6; see scenario_has_family() */
	uint32_t host_asn;         /* that hosts announce from */
	struct duration bfd;       /* between hosts and their routers: the interval; 0: none */
	struct scenario_addressing addressing;
	struct conf_list networks;      /* struct scenario_network */
	struct conf_list relationships; /* struct scenario_relationship */
	struct conf_list global_ips;    /* struct scenario_global_ip */
	struct conf_list services;      /* struct scenario_service */
	struct conf_list sites;         /* struct scenario_site */
	struct conf_list clients;       /* struct scenario_client */
	struct conf_list steps;         /* struct scenario_step */
	bool wrong;                     /* a check has found something: the rest may be left out */
};

extern const struct conf_schema scenario_schema;

/*
 * Reads and checks a scenario. On success *ret's conf_root() is a struct scenario; the caller frees
 * it with conf_free(). On failure gives a negative errno and fills errors, as conf_load_file()
 * does.
 */
int scenario_load_file(const char *path, struct conf **ret, struct strbuf *errors) _must_use_;
int scenario_load_text(const char *name, const char *text, struct conf **ret, struct strbuf *errors)
    _must_use_;

bool scenario_has_family(const struct scenario *s, enum ip_family family);
/* Whether a step with this `family` uses that family in this lab. */
bool scenario_family_used(const struct scenario *s, int step_family, enum ip_family family);

/* Item i of a list of strings. */
static inline const char *
scenario_str(const struct conf_list *list, size_t i)
{
	return ((const char *const *)list->items)[i];
}

/* Item i of a list of structs: scenario_at(&s->sites, struct scenario_site, i). */
#define scenario_at(list, type, i) (&((const type *)(list)->items)[i])

/* For each item of a list of structs. */
#define scenario_each(it, list, type)                                                              \
	for (const type *it = (list)->items, *it##_end = it ? it + (list)->count : it;             \
	     it != it##_end; it++)

/* By name, or NULL. */
const struct scenario_network *scenario_network(const struct scenario *s, const char *name);
const struct scenario_service *scenario_service(const struct scenario *s, const char *name);
const struct scenario_global_ip *scenario_global_ip(const struct scenario *s, const char *name);
const struct scenario_site *scenario_site(const struct scenario *s, const char *name);
const struct scenario_client *scenario_client(const struct scenario *s, const char *name);
/* The host of this name, and its site when asked for. */
const struct scenario_host *scenario_host(
    const struct scenario *s, const char *name, const struct scenario_site **ret_site);
