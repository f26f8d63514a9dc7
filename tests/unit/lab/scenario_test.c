/* What a scenario file may say, and how each thing that it must not say is refused. */
#include "lab/scenario.h"

#include <errno.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "tap.h"

static const char SMALL[] =
    "lab: small\n"
    "networks:\n"
    "  north: { asn: 64496, cities: [lon, ams, fra], links: [lon-ams, ams-fra] }\n"
    "  east: { asn: 64497, cities: [fra, sin] }\n"
    "  home: { asn: 64500, cities: [edi] }\n"
    "  west-net: { asn: 64510, cities: [ams] }\n"
    "  east-net: { asn: 64511, cities: [sin] }\n"
    "relationships:\n"
    "  - { peers: [north, east], at: [fra] }\n"
    "  - { customer: home, provider: north, at: [lon] }\n"
    "  - { customer: west-net, provider: north, at: [ams] }\n"
    "  - { customer: east-net, provider: east, at: [sin] }\n"
    "global-ips:\n"
    "  web: { ipv4: 203.0.113.10/32, ipv6: \"2001:db8:f00d::10/128\" }\n"
    "services:\n"
    "  web: { global-ips: [web] }\n"
    "sites:\n"
    "  west: { city: ams, network: west-net, hosts: { west1: { services: [web] } } }\n"
    "  east: { city: sin, network: east-net, hosts: { east1: { services: [web] } } }\n"
    "clients:\n"
    "  alice: { city: edi, network: home, delay: 3ms }\n"
    "steps:\n"
    "  - name: Anycast\n"
    "    anycast: { expect: { alice: west } }\n"
    "  - name: Fail\n"
    "    fail: { host: west1, client: alice, expect: { lands: east, returns: west } }\n";

static void
load_shipped(const char *name)
{
	_cleanup_(conf_freep) struct conf *c = NULL;
	_cleanup_(strbuf_done) struct strbuf errors = { 0 };
	_cleanup_(freep) char *path = xasprintf("%s/%s.yaml", getenv("LABS"), name);

	CHECK_INT(scenario_load_file(path, &c, &errors), 0);
	CHECK_STR(strbuf_get(&errors), "");
}

TEST(shipped_scenarios_load)
{
	static const char *const NAMES[] = { "article", "four-continents", "six-continents",
		"hot-potato", "ipv6-only" };

	for (size_t i = 0; i < ARRAY_SIZE(NAMES); i++)
		load_shipped(NAMES[i]);
}

/* The manual page's example: what stands between ".Bd" and ".Ed" and begins with "lab:". */
TEST(the_example_of_the_manual_page_loads)
{
	_cleanup_(conf_freep) struct conf *c = NULL;
	_cleanup_(strbuf_done) struct strbuf errors = { 0 }, example = { 0 };
	_cleanup_(freep) char *path = xasprintf("%s/../man/nearcast-lab.5", getenv("LABS"));
	FILE *page = fopen(path, "re");
	char line[256];

	REQUIRE(page);
	while (fgets(line, sizeof(line), page) && (example.len == 0 || *line != '.')) {
		if (example.len > 0 || str_starts_with(line, "lab:"))
			strbuf_add(&example, line);
	}
	(void)fclose(page);
	CHECK_INT(scenario_load_text("example", strbuf_get(&example), &c, &errors), 0);
	CHECK_STR(strbuf_get(&errors), "");
}

TEST(a_small_one_in_full)
{
	_cleanup_(conf_freep) struct conf *c = NULL;
	_cleanup_(strbuf_done) struct strbuf errors = { 0 };

	REQUIRE(scenario_load_text("small", SMALL, &c, &errors) == 0);
	const struct scenario *s = conf_root(c);

	CHECK_STR(s->lab, "small");
	CHECK(s->path_factor == 1.5);
	CHECK_INT(s->host_asn, 65000);
	CHECK(scenario_has_family(s, IP_V4) && scenario_has_family(s, IP_V6));
	CHECK_INT(s->addressing.ipv4.count, 2);
	REQUIRE(scenario_network(s, "north"));
	CHECK_INT(scenario_network(s, "north")->asn, 64496);
	const struct scenario_link *link =
	    scenario_at(&scenario_network(s, "north")->links, struct scenario_link, 1);
	CHECK_STR(link->cities[0], "ams");
	CHECK_STR(link->cities[1], "fra");
	CHECK(!link->delay_given);
	CHECK_INT(scenario_client(s, "alice")->delay.ns, 3 * NS_PER_MS);
	const struct scenario_site *site = NULL;
	REQUIRE(scenario_host(s, "east1", &site) && site);
	CHECK_STR(site->name, "east");
	CHECK(scenario_host(s, "alice", NULL) == NULL);
	CHECK(scenario_site(s, "north") == NULL);
	CHECK_INT(scenario_service(s, "web")->port, 80);
	REQUIRE(s->steps.count == 2);
	const struct scenario_step *steps = s->steps.items;
	CHECK_INT(steps[0].kind, STEP_ANYCAST);
	CHECK_INT(steps[0].anycast.count, 5);
	CHECK_INT(steps[0].anycast.expect.count, 1);
	CHECK_INT(steps[1].kind, STEP_FAIL);
	CHECK_STR(steps[1].fail.process, "nginx");
	CHECK_STR(steps[1].fail.expect.returns, "west");
	CHECK_INT(steps[1].fail.interval.ns, 10 * NS_PER_MS);
}

TEST(families_of_a_step)
{
	int only6[] = { 1 };
	struct scenario s = { .families = { only6, 1 } };

	CHECK(!scenario_family_used(&s, SCENARIO_FAMILY_BOTH, IP_V4));
	CHECK(scenario_family_used(&s, SCENARIO_FAMILY_BOTH, IP_V6));
	CHECK(scenario_family_used(&s, SCENARIO_FAMILY_IPV6, IP_V6));
	CHECK(!scenario_family_used(&s, SCENARIO_FAMILY_IPV4, IP_V6));
	CHECK(!scenario_family_used(&s, SCENARIO_FAMILY_IPV4, IP_V4));
}

// clang-format off
/* In SMALL, the first `from` becomes `to`; then the errors are these, by line, column and sentence. */
static const struct {
	const char *from, *to, *errors;
} CASES[] = {
	{ "cities: [edi]",
	  "cities: [edin]",
	  "5:32: no city has the code \"edin\"; expected an IATA code such as ams (nearcast lab cities lists them)\n"
	  "21:18: home has no router in edi; expected one of its cities\n" },
	{ "cities: [edi]",
	  "cities: [Edinburgh]",
	  "5:32: no city has the code \"Edinburgh\"; did you mean edi (Edinburgh, GB)?\n"
	  "21:18: home has no router in edi; expected one of its cities\n" },
	{ "cities: [edi]",
	  "cities: [EDI]",
	  "5:32: no city has the code \"EDI\"; did you mean edi (Edinburgh, GB)?\n"
	  "21:18: home has no router in edi; expected one of its cities\n" },
	{ "cities: [edi]",
	  "cities: [edi, edi]",
	  "5:37: edi stands here twice; a network has one router in a city\n" },
	{ "lab: small",
	  "lab: small_lab",
	  "1:6: \"small_lab\" cannot be a host name; expected letters, digits, and \"-\" and \".\" between them\n" },
	{ "lab: small",
	  "lab: small-",
	  "1:6: \"small-\" cannot be a host name; expected letters, digits, and \"-\" and \".\" between them\n" },
	{ "  home: {",
	  "  ho_me: {",
	  "5:3: \"ho_me\" cannot be a host name; expected letters, digits, and \"-\" and \".\" between them\n"
	  "10:17: no network is called \"home\"; did you mean ho_me?\n"
	  "21:32: no network is called \"home\"; did you mean ho_me?\n" },
	{ "west1: { services",
	  "west1.: { services",
	  "18:50: \"west1.\" cannot be a host name; expected letters, digits, and \"-\" and \".\" between them\n"
	  "26:19: no host is called \"west1\"; did you mean west1.?\n" },
	{ "alice: { city",
	  "localhost: { city",
	  "21:3: another router, host, client or Global IP is called \"localhost\" already\n"
	  "24:26: no client is called \"alice\"; expected localhost\n"
	  "26:34: no client is called \"alice\"; expected localhost\n" },
	{ "alice: { city",
	  "west1: { city",
	  "21:3: another router, host, client or Global IP is called \"west1\" already\n"
	  "24:26: no client is called \"alice\"; expected west1\n"
	  "26:34: no client is called \"alice\"; expected west1\n" },
	{ "alice: { city",
	  "web: { city",
	  "21:3: another router, host, client or Global IP is called \"web\" already\n"
	  "24:26: no client is called \"alice\"; expected web\n"
	  "26:34: no client is called \"alice\"; expected web\n" },
	{ "alice: { city",
	  "edi.home: { city",
	  "21:3: another router, host, client or Global IP is called \"edi.home\" already\n"
	  "24:26: no client is called \"alice\"; expected edi.home\n"
	  "26:34: no client is called \"alice\"; expected edi.home\n" },
	{ "  west: { city",
	  "  a-name-with-more-than-sixty-three-characters-cannot-be-a-host-name-s: { city",
	  "18:3: the name has 68 characters; expected at most 63\n"
	  "24:33: no site is called \"west\"; did you mean east?\n"
	  "26:73: no site is called \"west\"; did you mean east?\n" },
	{ "asn: 64500",
	  "asn: 0",
	  "5:16: asn: 0 is not allowed; expected a number from 1 to 4294967294\n" },
	{ "asn: 64500",
	  "asn: 23456",
	  "5:16: AS 23456 is reserved; expected one that a network can have\n" },
	{ "asn: 64500",
	  "asn: 65535",
	  "5:16: AS 65535 is reserved; expected one that a network can have\n" },
	{ "asn: 64500",
	  "asn: 4294967295",
	  "5:16: asn: 4294967295 is not allowed; expected a number from 1 to 4294967294\n" },
	{ "asn: 64500",
	  "asn: 64496",
	  "5:16: AS 64496 is north's already\n" },
	{ "asn: 64500",
	  "asn: 65000",
	  "5:16: AS 65000 is that of the hosts (host-asn); expected another\n" },
	{ "links: [lon-ams, ams-fra]",
	  "links: [lon-ams]",
	  "3:43: no link of north leads from lon to fra; expected a network in one piece\n" },
	{ "links: [lon-ams, ams-fra]",
	  "links: [lon-ams, ams-fra, fra-ams]",
	  "3:75: fra and ams are joined already\n" },
	{ "links: [lon-ams, ams-fra]",
	  "links: [lon-ams, ams-sin]",
	  "3:66: north has no router in \"sin\"; expected two of its cities\n" },
	{ "links: [lon-ams, ams-fra]",
	  "links: [lon-ams, ams-ams, ams-fra]",
	  "3:66: a link joins two cities, not ams to itself\n" },
	{ "links: [lon-ams, ams-fra]",
	  "links: [lon-ams, amsfra]",
	  "3:66: expected two cities with a hyphen between them, as lon-ams\n" },
	{ "links: [lon-ams, ams-fra]",
	  "links: [lon-ams-fra]",
	  "3:57: expected two cities with a hyphen between them, as lon-ams\n" },
	{ "links: [lon-ams, ams-fra]",
	  "links: [lon-ams, { between: ams-fra, delay: 601ms }]",
	  "3:93: delay: 601ms is not allowed; expected 0 to 600ms\n" },
	{ "links: [lon-ams, ams-fra]",
	  "links: [lon-ams, { between: ams-fra, cost: 65536 }]",
	  "3:92: cost: 65536 is not allowed; expected a number from 0 to 65535\n" },
	{ "links: [lon-ams, ams-fra]",
	  "links: [lon-ams, { between: ams-fra, latency: 1ms }]",
	  "3:86: unknown key \"latency\" of a link; expected between, delay, cost or mtu\n" },
	{ "links: [lon-ams, ams-fra]",
	  "links: []",
	  "3:49: links: expected 1 to 256 items, found 0\n" },
	{ "peers: [north, east]",
	  "peers: [north, est]",
	  "9:22: no network is called \"est\"; did you mean east?\n" },
	{ "peers: [north, east]",
	  "peers: [north, north]",
	  "9:22: north has no relationship with itself; expected two networks\n" },
	{ "peers: [north, east]",
	  "peers: [north]",
	  "9:7: peers: expected 2 items, found 1\n" },
	{ "customer: home, provider: north",
	  "customer: home, provider: nowhere",
	  "10:33: no network is called \"nowhere\"; expected north, east, home, west-net or east-net\n" },
	{ "customer: home, provider: north",
	  "customer: home",
	  "10:17: expected a customer and a provider, or peers: [one, other]\n" },
	{ "customer: home, provider: north",
	  "provider: north",
	  "10:17: expected a customer and a provider, or peers: [one, other]\n" },
	{ "customer: home, provider: north",
	  "customer: home, provider: north, peers: [home, north]",
	  "10:40: expected either peers, or a customer and a provider, not both\n" },
	{ "at: [lon]",
	  "at: [nyc]",
	  "10:45: neither home nor north has a router in nyc; expected a city of at least one of them\n" },
	{ "at: [lon]",
	  "at: [xyz]",
	  "10:45: no city has the code \"xyz\"; expected an IATA code such as ams (nearcast lab cities lists them)\n" },
	{ "at: [lon]",
	  "at: [lon, lon]",
	  "10:50: they meet in lon already\n" },
	{ "at: [lon]",
	  "at: []",
	  "10:40: at: expected 1 to 32 items, found 0\n" },
	{ "customer: home, provider: north, at: [lon]",
	  "customer: home, provider: north, at: [lon] }\n  - { peers: [north, home], at: [lon]",
	  "11:22: north and home have a relationship already; expected one, with all cities in its `at`\n" },
	{ "customer: home, provider: north, at: [lon]",
	  "customer: home, provider: north, at: [lon] }\n  - { customer: north, provider: west-net, at: [fra]",
	  "12:37: west-net and north have a relationship already; expected one, with all cities in its `at`\n" },
	{ "customer: home, provider: north, at: [lon]",
	  "customer: home, provider: north, at: [lon] }\n  - { customer: north, provider: east-net, at: [fra] }\n  - { customer: east-net, provider: home, at: [sin]",
	  "10:33: north is a customer of home itself, over others; expected no circle of customers\n" },
	{ "  - { customer: home, provider: north, at: [lon] }\n",
	  "",
	  "20:32: no path leads from home to the site west (west-net): the relationships must allow one that goes up to providers, at most once to a peer, then down to customers\n"
	  "20:32: no path leads from home to the site east (east-net): the relationships must allow one that goes up to providers, at most once to a peer, then down to customers\n" },
	{ "at: [lon]",
	  "at: [{ city: lon, delay: 2s }]",
	  "10:65: delay: 2s is not allowed; expected 0 to 600ms\n" },
	{ "at: [lon]",
	  "at: [{ city: lon, mtu: 1279 }]",
	  "10:63: mtu: 1279 is not allowed; expected a number from 1280 to 9216\n" },
	{ "links: [lon-ams, ams-fra]",
	  "links: [{ between: lon-ams, mtu: 9217 }, ams-fra]",
	  "3:82: mtu: 9217 is not allowed; expected a number from 1280 to 9216\n" },
	{ "203.0.113.10/32",
	  "203.0.113.9/31",
	  "14:16: ipv4: 203.0.113.9/31 has bits set beyond its length; expected 203.0.113.8/31\n" },
	{ "203.0.113.10/32",
	  "203.0.113.8/29",
	  "14:16: a Global IP is 1, 2 or 4 addresses; expected /32, /31 or /30\n" },
	{ "203.0.113.10/32",
	  "192.0.2.10/32",
	  "14:16: lies in 192.0.2.0/24, from which the networks get their own addresses (see addressing)\n" },
	{ "203.0.113.10/32",
	  "224.0.0.1/32",
	  "14:16: no host can have these addresses; expected unicast ones\n" },
	{ "203.0.113.10/32",
	  "\"2001:db8:f00d::11/128\"",
	  "14:16: expected an IPv4 prefix\n" },
	{ "2001:db8:f00d::10/128",
	  "2001:db8:f00d::10/125",
	  "14:39: a Global IP is 1, 2 or 4 addresses; expected /128, /127 or /126\n" },
	{ "2001:db8:f00d::10/128",
	  "2001:db8:3::10/128",
	  "14:39: lies in 2001:db8:3::/48, which is network home's own\n" },
	{ "2001:db8:f00d::10/128",
	  "fe80::1/128",
	  "14:39: no host can have these addresses; expected unicast ones\n" },
	{ "{ ipv4: 203.0.113.10/32, ipv6: \"2001:db8:f00d::10/128\" }",
	  "{}",
	  "14:3: a Global IP without addresses; expected ipv4, ipv6 or both\n" },
	{ "  web: { ipv4",
	  "  other: { ipv4: 203.0.113.8/30 }\n  web: { ipv4",
	  "15:16: overlaps with the Global IP other\n" },
	{ "lab: small",
	  "lab: small\nfamilies: [ipv6]\naddressing: { ipv6: 2001:db8::/41 }",
	  "3:21: expected an IPv6 prefix between /16 and /40: each network gets a /48\n" },
	{ "{ ipv4: 203.0.113.10/32, ipv6: \"2001:db8:f00d::10/128\" }\n",
	  "{ ipv4: 203.0.113.10/32 }\nfamilies: [ipv6]\n",
	  "14:3: has no address of a family that the lab has (see families)\n" },
	{ "lab: small",
	  "lab: small\nfamilies: [ipv4, ipv4]",
	  "2:18: ipv4 stands here twice\n" },
	{ "lab: small",
	  "lab: small\nfamilies: [ipv5]",
	  "2:12: families: ipv5 is not allowed; expected ipv4 or ipv6; did you mean ipv4?\n" },
	{ "lab: small",
	  "lab: small\naddressing: { ipv4: [192.0.2.0/28] }",
	  "2:15: the lab needs 20 IPv4 addresses more than the 16 of addressing.ipv4\n" },
	{ "lab: small",
	  "lab: small\naddressing: { ipv4: [192.0.2.0/24, 192.0.2.128/25] }",
	  "2:36: overlaps with another pool above\n" },
	{ "lab: small",
	  "lab: small\naddressing: { ipv4: [192.0.2.1/24] }",
	  "2:22: ipv4: 192.0.2.1/24 has bits set beyond its length; expected 192.0.2.0/24\n" },
	{ "lab: small",
	  "lab: small\naddressing: { ipv4: [192.0.2.0/29] }",
	  "2:22: expected an IPv4 prefix between /8 and /28\n" },
	{ "lab: small",
	  "lab: small\naddressing: { ipv4: [127.0.0.0/24] }",
	  "2:22: no host can have these addresses; expected unicast ones\n" },
	{ "lab: small",
	  "lab: small\npath-factor: 0.5",
	  "2:14: path-factor: 0.5 is not allowed; expected a number from 1 to 10\n" },
	{ "global-ips: [web]",
	  "global-ips: [wed]",
	  "16:23: no Global IP is called \"wed\"; did you mean web?\n" },
	{ "global-ips: [web]",
	  "global-ips: [web], port: 0",
	  "16:35: port: 0 is not allowed; expected a number from 1 to 65535\n" },
	{ "west1: { services: [web] }",
	  "west1: { services: [mail] }",
	  "18:70: no service is called \"mail\"; expected web\n" },
	{ "west1: { services: [web] }",
	  "west1: { services: [web] }, west1: { services: [web] }",
	  "18:78: \"west1\" was already given at line 18\n" },
	{ "east1: { services: [web] }",
	  "west1: { services: [web] }",
	  "19:50: another router, host, client or Global IP is called \"west1\" already\n" },
	{ "city: ams, network: west-net",
	  "city: lon, network: west-net",
	  "18:17: west-net has no router in lon; expected one of its cities\n" },
	{ "city: ams, network: west-net",
	  "city: ams, network: west",
	  "18:31: no network is called \"west\"; did you mean east?\n" },
	{ "network: home, delay: 3ms",
	  "delay: 3ms",
	  "21:3: missing key \"network\" of a client; expected a name of letters, digits, \"-\", \"_\" and \".\"\n" },
	{ "expect: { alice: west }",
	  "expect: { bob: west }",
	  "24:26: no client is called \"bob\"; expected alice\n" },
	{ "expect: { alice: west }",
	  "expect: { alice: north }",
	  "24:33: no site is called \"north\"; expected west or east\n" },
	{ "expect: { alice: west }",
	  "clients: [bob]",
	  "24:26: no client is called \"bob\"; expected alice\n" },
	{ "    anycast: { expect: { alice: west } }\n",
	  "",
	  "23:11: a step does one thing, this one has 0; expected one of unicast, announce, routes, anycast, trace, fail and wait\n" },
	{ "    anycast: { expect: { alice: west } }\n",
	  "    anycast: {}\n    wait: 1s\n",
	  "23:11: a step does one thing, this one has 2; expected one of unicast, announce, routes, anycast, trace, fail and wait\n" },
	{ "    anycast: { expect: { alice: west } }\n",
	  "    announce: { hosts: [west2] }\n",
	  "24:25: no host is called \"west2\"; did you mean west1?\n" },
	{ "    anycast: { expect: { alice: west } }\n",
	  "    routes: { from: [fra] }\n",
	  "24:22: no router is called \"fra\"; expected CITY.NETWORK, as lon.north\n" },
	{ "    anycast: { expect: { alice: west } }\n",
	  "    routes: { from: [fra.north, fra.home] }\n",
	  "24:33: no router is called \"fra.home\"; expected CITY.NETWORK, as lon.north\n" },
	{ "    anycast: { expect: { alice: west } }\n",
	  "    wait: 0\n",
	  "24:11: wait: 0 is not allowed; expected 1ms to 10m\n" },
	{ "host: west1, client: alice",
	  "host: west1, client: alice, process: bird",
	  "26:50: no process of a host is called \"bird\"; expected nginx or nearcastd\n" },
	{ "host: west1, client: alice",
	  "host: west, client: alice",
	  "26:19: no host is called \"west\"; did you mean west1?\n" },
	{ "host: west1, client: alice",
	  "client: alice",
	  "26:5: missing key \"host\" of a fail step; expected a name of letters, digits, \"-\", \"_\" and \".\"\n" },
	{ "lands: east, returns: west",
	  "lands: east",
	  "26:41: missing key \"returns\" of the expectation of a fail step; expected a name of letters, digits, \"-\", \"_\" and \".\"\n" },
	{ "lands: east, returns: west",
	  "lands: esat, returns: west",
	  "26:58: no site is called \"esat\"; did you mean west?\n" },
	{ "  alice: { city: edi, network: home, delay: 3ms }\n",
	  "",
	  "20:1: clients: a value is missing; expected a map (each value: a client)\n" },
	{ "expect: { alice: west }",
	  "family: ipv6, count: 0",
	  "24:37: count: 0 is not allowed; expected a number from 1 to 1000\n" },
	{ "\"2001:db8:f00d::10/128\"",
	  "\"2001:db8:f00d::10/128\", ipv5: x",
	  "14:64: unknown key \"ipv5\" of a Global IP; did you mean \"ipv4\"?\n" },
	{ "expect: { alice: west }",
	  "clients: [alice], expect: { bob: west }",
	  "24:44: no client is called \"bob\"; expected alice\n" },
	{ "alice: { city: edi, network: home, delay: 3ms }\nsteps:\n  - name: Anycast\n    anycast: { expect: { alice: west } }",
	  "alice: { city: edi, network: home }\n  bob: { city: edi, network: home }\nsteps:\n  - name: Anycast\n    anycast: { clients: [bob], expect: { alice: west } }",
	  "25:42: alice is not among the clients of this step\n" },
	{ "services: [web] } } }\nclients",
	  "services: [web, web] } } }\nclients",
	  "19:75: web stands here twice\n" },
	{ "global-ips: [web]",
	  "global-ips: [web, web]",
	  "16:28: web stands here twice\n" },
	{ "  web: { global-ips: [web] }",
	  "  web: { global-ips: [web] }\n  mail: { global-ips: [web], port: 25 }",
	  "17:24: web is a Global IP of the service web already\n" },
	{ "lab: small",
	  "lab: small\nhost-asn: 23456",
	  "2:11: AS 23456 is reserved; expected one that a network can have\n" },
	{ "  alice: {",
	  "  'null': {",
	  "21:3: \"null\" cannot be a host name; expected letters, digits, and \"-\" and \".\" between them\n"
	  "24:26: no client is called \"alice\"; expected null\n"
	  "26:34: no client is called \"alice\"; expected null\n" },
	{ "steps:\n  - name: Anycast\n    anycast: { expect: { alice: west } }\n",
	  "families: [ipv6]\nsteps:\n  - name: Anycast\n    anycast: { family: ipv4 }\n",
	  "25:24: the lab does without this family (see families)\n" },
};
// clang-format on

static char *
replace(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);

	return at ? xasprintf("%.*s%s%s", (int)(at - text), text, to, at + strlen(from)) : NULL;
}

/* Of the errors, the lines that say where and what; those with the file's own line and caret are config's. */
static void
keep_sentences(const char *errors, struct strbuf *out)
{
	static const char name[] = "small:";

	for (const char *line = errors; *line; line += strcspn(line, "\n") + 1) {
		if (str_starts_with(line, name))
			strbuf_add_mem(out, line + strlen(name), strcspn(line, "\n") + 1 - strlen(name));
	}
}

static void
check_case(const char *from, const char *to, const char *want)
{
	_cleanup_(conf_freep) struct conf *c = NULL;
	_cleanup_(strbuf_done) struct strbuf errors = { 0 }, got = { 0 };
	_cleanup_(freep) char *text = replace(SMALL, from, to);

	REQUIRE(text);
	int r = scenario_load_text("small", text, &c, &errors);
	if (r != -EINVAL)
		tap_fail(__FILE__, __LINE__, "\"%s\": %d, expected an error", to, r);
	keep_sentences(strbuf_get(&errors), &got);
	CHECK_STR(strbuf_get(&got), want);
}

TEST(what_is_refused_and_how)
{
	for (size_t i = 0; i < ARRAY_SIZE(CASES); i++)
		check_case(CASES[i].from, CASES[i].to, CASES[i].errors);
}

TEST(peers_may_replace_providers)
{
	_cleanup_(conf_freep) struct conf *c = NULL;
	_cleanup_(strbuf_done) struct strbuf errors = { 0 };
	_cleanup_(freep) char *text = replace(SMALL, "peers: [north, east]", "peers: [home, east]");

	CHECK_INT(scenario_load_text("small", text, &c, &errors), 0);
	CHECK_STR(strbuf_get(&errors), "");
}

/* A chain of customers as long as there can be, and every network a customer of all before it. */
TEST(large_scenarios_are_checked_in_no_time)
{
	_cleanup_(conf_freep) struct conf *c = NULL;
	_cleanup_(strbuf_done) struct strbuf text = { 0 }, errors = { 0 };

	strbuf_add(&text, "lab: large\naddressing: { ipv4: [10.0.0.0/8] }\nnetworks:\n");
	for (unsigned i = 0; i < SCENARIO_NETWORKS_MAX; i++)
		strbuf_addf(&text, "  n%u: { asn: %u, cities: [lon] }\n", i, 65536 + i);
	strbuf_add(&text, "relationships:\n");
	for (unsigned i = 0; i < 32; i++) {
		for (unsigned k = 0; k < i && k < 16; k++)
			strbuf_addf(&text, "  - { customer: n%u, provider: n%u, at: [lon] }\n", i, k);
	}
	CHECK_INT(scenario_load_text("large", strbuf_get(&text), &c, &errors), 0);
	CHECK_STR(strbuf_get(&errors), "");
}
