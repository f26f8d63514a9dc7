#include "lab/scenario.h"

#include <string.h>

#include "lab/plan.h"
#include "lab/scenario_check.h"

#define MS(n) ((n) * NS_PER_MS)
#define DELAY_MAX MS(600) /* one way; as far as there is on earth, and OSPF's cost fits */

static const char *const FAMILIES[] = { "ipv4", "ipv6", NULL };
static const char *const STEP_FAMILIES[] = { "both", "ipv4", "ipv6", NULL };

// clang-format off
#define AT(type, field) offsetof(struct type, field)
#define MTU(type) { "mtu", CONF_U32, AT(type, mtu), .def = "1500", .min = LAB_MTU_MIN, .max = LAB_MTU_MAX, \
	.doc = "bytes of the largest packet that it carries" }

static const struct conf_field LINK_FIELDS[] = {
	{ "between", CONF_NAME, AT(scenario_link, between), CONF_REQUIRED,
	  .doc = "the two cities, with a hyphen: lon-ams" },
	{ "delay", CONF_DURATION, AT(scenario_link, delay), .min = 0, .max = DELAY_MAX,
	  .doc = "one way; as light in fibre needs when absent" },
	{ "cost", CONF_U32, AT(scenario_link, cost), .min = 0, .max = 65535,
	  .doc = "OSPF cost; 0: from the delay, one for each 10us" },
	MTU(scenario_link),
};
static const struct conf_schema LINK = CONF_SCHEMA("a link", struct scenario_link, LINK_FIELDS,
    .short_key = "between", .check = scenario_check_link);

static const struct conf_field NETWORK_FIELDS[] = {
	{ "name", CONF_NAME, AT(scenario_network, name), CONF_KEY, .doc = "the network's name" },
	{ "asn", CONF_U32, AT(scenario_network, asn), CONF_REQUIRED, .min = 1, .max = 4294967294,
	  .doc = "autonomous system number" },
	{ "cities", CONF_LIST, AT(scenario_network, cities), CONF_REQUIRED, .item = CONF_NAME,
	  .min = 1, .max = SCENARIO_CITIES_MAX, .doc = "IATA codes; a router in each" },
	{ "links", CONF_LIST, AT(scenario_network, links), .item = CONF_STRUCT, .schema = &LINK,
	  .min = 1, .max = 256, .doc = "between the cities; a mesh of near neighbours when absent" },
	{ "leaks", CONF_BOOL, AT(scenario_network, leaks), .def = "false",
	  .doc = "announces what providers and peers told it to providers and peers" },
};
static const struct conf_schema NETWORK = CONF_SCHEMA("a network", struct scenario_network,
    NETWORK_FIELDS, .check = scenario_check_network);

static const struct conf_field MEETING_FIELDS[] = {
	{ "city", CONF_NAME, AT(scenario_meeting, city), CONF_REQUIRED,
	  .doc = "where; who has no router there comes from its nearest one" },
	{ "delay", CONF_DURATION, AT(scenario_meeting, delay), .min = 0, .max = DELAY_MAX,
	  .doc = "one way; as light in fibre needs when absent" },
	MTU(scenario_meeting),
};
static const struct conf_schema MEETING = CONF_SCHEMA("a place to meet", struct scenario_meeting,
    MEETING_FIELDS, .short_key = "city", .check = scenario_check_meeting);

static const struct conf_field RELATIONSHIP_FIELDS[] = {
	{ "customer", CONF_NAME, AT(scenario_relationship, customer), .doc = "the network that pays" },
	{ "provider", CONF_NAME, AT(scenario_relationship, provider), .doc = "the network that is paid" },
	{ "peers", CONF_LIST, AT(scenario_relationship, peers), .item = CONF_NAME, .min = 2, .max = 2,
	  .doc = "two networks that exchange their customers' traffic; instead of customer and provider" },
	{ "at", CONF_LIST, AT(scenario_relationship, at), CONF_REQUIRED, .item = CONF_STRUCT,
	  .schema = &MEETING, .min = 1, .max = 32, .doc = "the cities where they meet" },
};
static const struct conf_schema RELATIONSHIP = CONF_SCHEMA("a relationship",
    struct scenario_relationship, RELATIONSHIP_FIELDS, .check = scenario_check_relationship);

static const struct conf_field GLOBAL_IP_FIELDS[] = {
	{ "name", CONF_NAME, AT(scenario_global_ip, name), CONF_KEY, .doc = "the Global IP's name" },
	{ "ipv4", CONF_PREFIX, AT(scenario_global_ip, ipv4), .doc = "a /32, /31 or /30" },
	{ "ipv6", CONF_PREFIX, AT(scenario_global_ip, ipv6), .doc = "a /128, /127 or /126" },
};
static const struct conf_schema GLOBAL_IP = CONF_SCHEMA("a Global IP", struct scenario_global_ip,
    GLOBAL_IP_FIELDS, .check = scenario_check_global_ip);

static const struct conf_field SERVICE_FIELDS[] = {
	{ "name", CONF_NAME, AT(scenario_service, name), CONF_KEY, .doc = "the service's name" },
	{ "global-ips", CONF_LIST, AT(scenario_service, global_ips), CONF_REQUIRED, .item = CONF_NAME,
	  .min = 1, .max = 16, .doc = "names of Global IPs" },
	{ "port", CONF_U32, AT(scenario_service, port), .def = "80", .min = 1, .max = 65535,
	  .doc = "where nginx listens" },
	{ "interval", CONF_DURATION, AT(scenario_service, interval), .def = "1s", .min = MS(10),
	  .max = MS(3600000), .doc = "between two checks of nearcastd" },
	{ "timeout", CONF_DURATION, AT(scenario_service, timeout), .def = "1s", .min = MS(10),
	  .max = MS(60000), .doc = "of one check" },
	{ "rise", CONF_U32, AT(scenario_service, rise), .def = "2", .min = 1, .max = 100,
	  .doc = "checks in a row that pass until the service counts as passing" },
	{ "fall", CONF_U32, AT(scenario_service, fall), .def = "3", .min = 1, .max = 100,
	  .doc = "checks in a row that fail until it counts as failing" },
};
static const struct conf_schema SERVICE = CONF_SCHEMA("a service", struct scenario_service, SERVICE_FIELDS);

static const struct conf_field HOST_FIELDS[] = {
	{ "name", CONF_NAME, AT(scenario_host, name), CONF_KEY, .doc = "the host's name" },
	{ "services", CONF_LIST, AT(scenario_host, services), CONF_REQUIRED, .item = CONF_NAME,
	  .min = 1, .max = 16, .doc = "names of services" },
	{ "delay", CONF_DURATION, AT(scenario_host, delay), .def = "0", .min = 0, .max = DELAY_MAX,
	  .doc = "one way, of its cable to the site's router" },
	MTU(scenario_host),
};
static const struct conf_schema HOST = CONF_SCHEMA("a host", struct scenario_host, HOST_FIELDS);

static const struct conf_field SITE_FIELDS[] = {
	{ "name", CONF_NAME, AT(scenario_site, name), CONF_KEY, .doc = "the site's name" },
	{ "city", CONF_NAME, AT(scenario_site, city), CONF_REQUIRED, .doc = "a city of the network" },
	{ "network", CONF_NAME, AT(scenario_site, network), CONF_REQUIRED,
	  .doc = "the network that its hosts announce to" },
	{ "hosts", CONF_MAP, AT(scenario_site, hosts), CONF_REQUIRED, .schema = &HOST, .min = 1, .max = 64,
	  .doc = "the machines" },
};
static const struct conf_schema SITE = CONF_SCHEMA("a site", struct scenario_site, SITE_FIELDS);

static const struct conf_field CLIENT_FIELDS[] = {
	{ "name", CONF_NAME, AT(scenario_client, name), CONF_KEY, .doc = "the client's name" },
	{ "city", CONF_NAME, AT(scenario_client, city), CONF_REQUIRED, .doc = "a city of the network" },
	{ "network", CONF_NAME, AT(scenario_client, network), CONF_REQUIRED, .doc = "where it is a customer" },
	{ "delay", CONF_DURATION, AT(scenario_client, delay), .def = "0", .min = 0, .max = DELAY_MAX,
	  .doc = "one way, of its access line" },
	MTU(scenario_client),
};
static const struct conf_schema CLIENT = CONF_SCHEMA("a client", struct scenario_client, CLIENT_FIELDS);

static const struct conf_field ADDRESSING_FIELDS[] = {
	{ "ipv4", CONF_LIST, AT(scenario_addressing, ipv4), .item = CONF_PREFIX, .min = 1, .max = 16,
	  .def = "[192.0.2.0/24, 198.51.100.0/24]", .doc = "pools that the networks' blocks are cut from" },
	{ "ipv6", CONF_PREFIX, AT(scenario_addressing, ipv6), .def = "2001:db8::/32",
	  .doc = "network n gets its n-th /48" },
};
static const struct conf_schema ADDRESSING = CONF_SCHEMA("the addressing", struct scenario_addressing,
    ADDRESSING_FIELDS, .check = scenario_check_addressing);

static const struct conf_field LANDING_FIELDS[] = {
	{ "client", CONF_NAME, AT(scenario_landing, client), CONF_KEY, .doc = "a client" },
	{ "site", CONF_NAME, AT(scenario_landing, site), CONF_REQUIRED, .doc = "the site it should land at" },
};
static const struct conf_schema LANDING = CONF_SCHEMA("an expectation", struct scenario_landing,
    LANDING_FIELDS, .short_key = "site");

#define STEP_CLIENTS(type) { "clients", CONF_LIST, AT(type, clients), .item = CONF_NAME, .min = 1, \
	.max = 256, .doc = "which clients; all when absent" }
#define STEP_FAMILY(type) { "family", CONF_ENUM, AT(type, family), .def = "both", \
	.names = STEP_FAMILIES, .doc = "both means: those that the lab has" }
#define STEP_EXPECT(type) { "expect", CONF_MAP, AT(type, expect), .schema = &LANDING, .max = 256, \
	.doc = "client: site, where it should land" }
#define STEP_COUNT(type) { "count", CONF_U32, AT(type, count), .def = "5", .min = 1, .max = 1000, \
	.doc = "requests of each client to each address" }
#define STEP_WITHIN(type) { "within", CONF_DURATION, AT(type, within), .def = "15s", .min = MS(1), \
	.max = MS(600000), .doc = "the time that it may take" }

static const struct conf_field UNICAST_FIELDS[] = {
	STEP_COUNT(scenario_unicast), STEP_CLIENTS(scenario_unicast), STEP_FAMILY(scenario_unicast),
};
static const struct conf_schema UNICAST = CONF_SCHEMA("a unicast step", struct scenario_unicast,
    UNICAST_FIELDS, .check = scenario_check_present);

static const struct conf_field ANNOUNCE_FIELDS[] = {
	{ "hosts", CONF_LIST, AT(scenario_announce, hosts), .item = CONF_NAME, .min = 1, .max = 256,
	  .doc = "which hosts; all when absent" },
	STEP_WITHIN(scenario_announce),
};
static const struct conf_schema ANNOUNCE = CONF_SCHEMA("an announce step", struct scenario_announce,
    ANNOUNCE_FIELDS, .check = scenario_check_present);

static const struct conf_field ROUTES_FIELDS[] = {
	{ "from", CONF_LIST, AT(scenario_routes, from), .item = CONF_NAME, .min = 1, .max = 256,
	  .doc = "routers, as fra.northwind; those that clients hang on when absent" },
	STEP_FAMILY(scenario_routes),
};
static const struct conf_schema ROUTES = CONF_SCHEMA("a routes step", struct scenario_routes,
    ROUTES_FIELDS, .check = scenario_check_present);

static const struct conf_field ANYCAST_FIELDS[] = {
	STEP_COUNT(scenario_anycast), STEP_CLIENTS(scenario_anycast), STEP_EXPECT(scenario_anycast),
	STEP_FAMILY(scenario_anycast),
};
static const struct conf_schema ANYCAST = CONF_SCHEMA("an anycast step", struct scenario_anycast,
    ANYCAST_FIELDS, .check = scenario_check_present);

static const struct conf_field TRACE_FIELDS[] = {
	STEP_CLIENTS(scenario_trace), STEP_EXPECT(scenario_trace), STEP_FAMILY(scenario_trace),
};
static const struct conf_schema TRACE = CONF_SCHEMA("a trace step", struct scenario_trace, TRACE_FIELDS,
    .check = scenario_check_present);

static const struct conf_field FAIL_EXPECT_FIELDS[] = {
	{ "lands", CONF_NAME, AT(scenario_fail_expect, lands), CONF_REQUIRED,
	  .doc = "the site that answers while the process is dead" },
	{ "returns", CONF_NAME, AT(scenario_fail_expect, returns), CONF_REQUIRED,
	  .doc = "the site that answers when it is back" },
	{ "withdraw-within", CONF_DURATION, AT(scenario_fail_expect, withdraw_within), CONF_OR_ZERO,
	  .def = "0", .min = MS(1), .max = MS(600000),
	  .doc = "from the kill until the withdraw is on the wire; 0: as long as it takes" },
};
static const struct conf_schema FAIL_EXPECT = CONF_SCHEMA("the expectation of a fail step",
    struct scenario_fail_expect, FAIL_EXPECT_FIELDS, .check = scenario_check_present);

static const struct conf_field FAIL_FIELDS[] = {
	{ "host", CONF_NAME, AT(scenario_fail, host), CONF_REQUIRED, .doc = "where" },
	{ "process", CONF_NAME, AT(scenario_fail, process), .def = "nginx", .doc = "nginx or nearcastd" },
	{ "client", CONF_NAME, AT(scenario_fail, client), CONF_REQUIRED, .doc = "who requests all the while" },
	{ "interval", CONF_DURATION, AT(scenario_fail, interval), .def = "10ms", .min = MS(1),
	  .max = MS(10000), .doc = "between the starts of two requests" },
	{ "timeout", CONF_DURATION, AT(scenario_fail, timeout), .def = "1s", .min = MS(10),
	  .max = MS(60000), .doc = "of one request" },
	STEP_WITHIN(scenario_fail),
	{ "expect", CONF_STRUCT, AT(scenario_fail, expect), .schema = &FAIL_EXPECT,
	  .doc = "where the client should land" },
	STEP_FAMILY(scenario_fail),
};
static const struct conf_schema FAIL = CONF_SCHEMA("a fail step", struct scenario_fail, FAIL_FIELDS,
    .check = scenario_check_present);

static const struct conf_field STEP_FIELDS[] = {
	{ "name", CONF_STRING, AT(scenario_step, name), CONF_REQUIRED, .min = 1, .max = 80,
	  .doc = "what the step shows" },
	{ "unicast", CONF_STRUCT, AT(scenario_step, unicast), .schema = &UNICAST,
	  .doc = "each client requests every host's own address" },
	{ "announce", CONF_STRUCT, AT(scenario_step, announce), .schema = &ANNOUNCE,
	  .doc = "starts nearcastd and waits for the routes" },
	{ "routes", CONF_STRUCT, AT(scenario_step, routes), .schema = &ROUTES,
	  .doc = "shows the routes to the Global IPs" },
	{ "anycast", CONF_STRUCT, AT(scenario_step, anycast), .schema = &ANYCAST,
	  .doc = "each client requests the Global IPs" },
	{ "trace", CONF_STRUCT, AT(scenario_step, trace), .schema = &TRACE,
	  .doc = "a traceroute from each client to the Global IPs" },
	{ "fail", CONF_STRUCT, AT(scenario_step, fail), .schema = &FAIL,
	  .doc = "kills a process while a client requests, and starts it again" },
	{ "wait", CONF_DURATION, AT(scenario_step, wait), .min = MS(1), .max = MS(600000),
	  .doc = "does nothing for a while" },
};
static const struct conf_schema STEP = CONF_SCHEMA("a step", struct scenario_step, STEP_FIELDS,
    .check = scenario_check_step);

static const struct conf_field SCENARIO_FIELDS[] = {
	{ "lab", CONF_NAME, AT(scenario, lab), CONF_REQUIRED, .doc = "the lab's name" },
	{ "title", CONF_STRING, AT(scenario, title), .def = "", .max = 200, .doc = "one line for people" },
	{ "path-factor", CONF_DOUBLE, AT(scenario, path_factor), .def = "1.5", .min = 1, .max = 10,
	  .doc = "how much longer than the great circle a cable is" },
	{ "families", CONF_LIST, AT(scenario, families), .item = CONF_ENUM, .names = FAMILIES,
	  .min = 1, .max = 2, .def = "[ipv4, ipv6]", .doc = "address families of the lab" },
	{ "host-asn", CONF_U32, AT(scenario, host_asn), .def = "65000", .min = 1, .max = 4294967294,
	  .doc = "that every host announces from" },
	{ "bfd", CONF_DURATION, AT(scenario, bfd), CONF_OR_ZERO, .def = "0", .min = MS(10),
	  .max = MS(10000), .doc = "interval of BFD between hosts and their routers; 0: none" },
	{ "addressing", CONF_STRUCT, AT(scenario, addressing), .schema = &ADDRESSING,
	  .doc = "pools for the networks' own addresses" },
	{ "networks", CONF_MAP, AT(scenario, networks), CONF_REQUIRED, .schema = &NETWORK, .min = 1,
	  .max = SCENARIO_NETWORKS_MAX, .doc = "the autonomous systems" },
	{ "relationships", CONF_LIST, AT(scenario, relationships), .item = CONF_STRUCT,
	  .schema = &RELATIONSHIP, .max = 512, .doc = "between the networks" },
	{ "global-ips", CONF_MAP, AT(scenario, global_ips), .schema = &GLOBAL_IP, .max = 64,
	  .doc = "addresses that several hosts share" },
	{ "services", CONF_MAP, AT(scenario, services), .schema = &SERVICE, .max = 64,
	  .doc = "what answers on the Global IPs" },
	{ "sites", CONF_MAP, AT(scenario, sites), .schema = &SITE, .max = 64, .doc = "places with hosts" },
	{ "clients", CONF_MAP, AT(scenario, clients), .schema = &CLIENT, .max = 256,
	  .doc = "machines that request" },
	{ "steps", CONF_LIST, AT(scenario, steps), .item = CONF_STRUCT, .schema = &STEP, .max = 100,
	  .doc = "what nearcast lab run plays, in this order" },
};
// clang-format on

static void
check_families(struct conf *c, const struct scenario *s)
{
	const int *families = s->families.items;

	if (s->families.count == 2 && families[0] == families[1])
		scenario_wrong(c, &families[1], "%s stands here twice", FAMILIES[families[1]]);
}

static void
check_scenario(struct conf *c, void *object)
{
	const struct scenario *s = object;

	scenario_check_name(c, &s->lab, SCENARIO_NAME_MAX);
	scenario_check_asn(c, &s->host_asn);
	check_families(c, s);
	scenario_check_names(c, s);
	scenario_check_relationships(c, s);
	scenario_check_global_ips(c, s);
	scenario_check_steps(c, s);
	if (s->wrong)
		return;
	scenario_check_paths(c, s);
	scenario_check_pools(c, s);
}

const struct conf_schema scenario_schema =
    CONF_SCHEMA("a scenario", struct scenario, SCENARIO_FIELDS, .check = check_scenario);

int
scenario_load_file(const char *path, struct conf **ret, struct strbuf *errors)
{
	return conf_load_file(path, &scenario_schema, ret, errors);
}

int
scenario_load_text(const char *name, const char *text, struct conf **ret, struct strbuf *errors)
{
	return conf_load_text(name, text, strlen(text), &scenario_schema, ret, errors);
}
