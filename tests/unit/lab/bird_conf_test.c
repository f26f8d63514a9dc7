/* The configuration of routers: what it says, and that BIRD itself takes it. */
#include "lab/bird_conf.h"
#include "lab/host_conf.h"

#include <stdlib.h>
#include <unistd.h>

#include "lab/plan.h"
#include "lab/scenario.h"
#include "tap.h"

#define BIRD "/usr/sbin/bird"

/*
 * A scenario with all that a configuration has to express, and names that are hard to tell apart.
 */
static const char EVERYTHING[] =
    "lab: everything\n"
    "bfd: 50ms\n"
    "networks:\n"
    "  up: { asn: 4200000000, cities: [fra] }\n"
    "  mid: { asn: 64496, cities: [fra, ams], links: [{ between: fra-ams, delay: 12ms }] }\n"
    "  side: { asn: 64497, cities: [ams] }\n"
    "  si-de: { asn: 64498, cities: [ber], leaks: true }\n"
    "  si.de: { asn: 64499, cities: [ber] }\n"
    "relationships:\n"
    "  - { customer: mid, provider: up, at: [fra, ams] }\n"
    "  - { peers: [mid, side], at: [ams] }\n"
    "  - { customer: si-de, provider: mid, at: [fra] }\n"
    "  - { customer: si.de, provider: mid, at: [fra] }\n"
    "global-ips:\n"
    "  one: { ipv4: 203.0.113.8/30 }\n"
    "  two: { ipv6: \"2001:db8:f00d::/127\" }\n"
    "  three: { ipv6: \"2001:db8:f00d::4/126\" }\n"
    "services:\n"
    "  one: { global-ips: [one, two], port: 8080 }\n"
    "  two: { global-ips: [three] }\n"
    "sites:\n"
    "  s: { city: fra, network: mid, hosts: { a: { services: [one, two] }, b: { services: [two] } "
    "} }\n"
    "clients:\n"
    "  c: { city: ber, network: si.de }\n";

static struct conf *
load(const char *text, struct lab_plan **ret)
{
	_cleanup_(strbuf_done) struct strbuf errors = { 0 };
	struct conf *c = NULL;
	struct err err;

	if (scenario_load_text("test", text, &c, &errors) < 0)
		tap_fail(__FILE__, __LINE__, "%s", strbuf_get(&errors));
	else if (lab_plan_new(conf_root(c), ret, &err) < 0)
		tap_fail(__FILE__, __LINE__, "%s", err.message);
	return c;
}

static const char *
file_of(const struct lab_plan *p, const char *node, const char *path)
{
	for (size_t i = 0; i < p->node_count; i++) {
		for (size_t k = 0; k < p->nodes[i].file_count; k++) {
			if (strcmp(p->nodes[i].name, node) == 0 &&
			    strcmp(p->nodes[i].files[k].path, path) == 0)
				return p->nodes[i].files[k].content;
		}
	}
	return "";
}

static void
check_says(const char *conf, const char *what)
{
	if (strstr(conf, what) == NULL)
		tap_fail(__FILE__, __LINE__, "does not say: %s", what);
}

TEST(sessions_and_their_policy)
{
	_cleanup_(lab_plan_freep) struct lab_plan *p = NULL;
	_cleanup_(conf_freep) struct conf *c _unused_ = load(EVERYTHING, &p);

	REQUIRE(p);
	const char *fra = file_of(p, "fra.mid", BIRD_CONF_PATH),
		   *ams = file_of(p, "ams.mid", BIRD_CONF_PATH);

	check_says(fra, "protocol bgp ebgp4_fra_up from session {\n"
			"\tlocal 192.0.2.19 as 64496;\n\tneighbor 192.0.2.18 as 4200000000;\n"
			"\tipv4 { import filter from_provider; export where for_others() && "
			"as_asked(4200000000); };\n}\n");
	check_says(ams,
	    "\tipv4 { import filter from_peer; export where for_others() && as_asked(64497); };\n");
	check_says(fra, "protocol bgp ebgp6_ber_si_de from session {\n");
	check_says(fra, "protocol bgp ebgp6_ber_si_de__2 from session {\n");
	check_says(fra, "\tipv6 { import filter from_customer; export where for_customers() && "
			"as_asked(64498); };\n");
	check_says(fra, "protocol bgp ibgp4_ams from session {\n"
			"\tlocal 192.0.2.1 as 64496;\n\tneighbor 192.0.2.2 as 64496;\n"
			"\tipv4 { next hop self; import all; export where source = RTS_BGP; };\n}\n");
	check_says(
	    fra, "interface \"ams\" { type ptp; cost 1200; hello 1; dead 10; retransmit 2; };\n");
	check_says(fra, "interface \"fra.up\" { stub; cost 1; };\n");
}

TEST(customers_are_obeyed_and_leaks_leak)
{
	_cleanup_(lab_plan_freep) struct lab_plan *p = NULL;
	_cleanup_(conf_freep) struct conf *c _unused_ = load(EVERYTHING, &p);

	REQUIRE(p);
	const char *fra = file_of(p, "fra.mid", BIRD_CONF_PATH),
		   *ber = file_of(p, "ber.si-de", BIRD_CONF_PATH);

	check_says(fra,
	    "\tif (64496, 1, 1) !~ bgp_large_community then return true;\n"
	    "\tif (64496, 6, neighbor_as) ~ bgp_large_community then bgp_path.prepend(64496);\n"
	    "\treturn (64496, 4, neighbor_as) !~ bgp_large_community;\n");
	check_says(fra, "function for_others() { return source = RTS_STATIC || "
			"(64496, 1, 1) ~ bgp_large_community; }\n");
	check_says(ber, "function for_others() { return for_customers(); }\n");
}

TEST(hosts_may_announce_their_services_only)
{
	_cleanup_(lab_plan_freep) struct lab_plan *p = NULL;
	_cleanup_(conf_freep) struct conf *c _unused_ = load(EVERYTHING, &p);

	REQUIRE(p);
	const char *fra = file_of(p, "fra.mid", BIRD_CONF_PATH);

	check_says(fra, "protocol bgp host4_a from session {\n");
	check_says(fra, "if ! (net ~ [ 203.0.113.8/30+ ]) then reject;\n");
	check_says(
	    fra, "if ! (net ~ [ 2001:db8:f00d::/127+, 2001:db8:f00d::4/126+ ]) then reject;\n");
	check_says(fra, "if ! (net ~ [ 2001:db8:f00d::4/126+ ]) then reject;\n");
	check_says(fra, "if ! (false) then reject;\n"); /* host b, over IPv4 */
}

TEST(bfd_on_both_sides_of_a_host)
{
	_cleanup_(lab_plan_freep) struct lab_plan *p = NULL;
	_cleanup_(conf_freep) struct conf *c _unused_ = load(EVERYTHING, &p);

	REQUIRE(p);
	check_says(file_of(p, "fra.mid", BIRD_CONF_PATH),
	    "protocol bfd {\n\tinterface \"*\" { interval 50000 us; multiplier 3; };\n}\n");
	check_says(file_of(p, "fra.mid", BIRD_CONF_PATH), "\tbfd on;\n\tpassive on;\n");
	check_says(file_of(p, "a", AGENT_CONF_PATH),
	    "    bfd: {enabled: true, min-tx: 50ms, min-rx: 50ms, multiplier: 3}\n");
}

TEST(a_network_of_one_router_needs_no_igp)
{
	_cleanup_(lab_plan_freep) struct lab_plan *p = NULL;
	_cleanup_(conf_freep) struct conf *c _unused_ = load(EVERYTHING, &p);

	REQUIRE(p);
	const char *up = file_of(p, "fra.up", BIRD_CONF_PATH);

	CHECK(strstr(up, "ospf") == NULL && strstr(up, "ibgp") == NULL);
	check_says(up, "protocol bgp ebgp4_ams_mid from session {\n");
}

/* 0, or what BIRD says of the file. */
static int
bird_accepts(const char *conf, struct strbuf *said)
{
	char path[] = "/tmp/bird-conf-test-XXXXXX", buf[4096];
	int fd = mkstemp(path), status;

	if (fd < 0 || write(fd, conf, strlen(conf)) != (ssize_t)strlen(conf) || close(fd) < 0)
		return -1;
	_cleanup_(freep) char *command = xasprintf(BIRD " -p -c %s 2>&1", path);
	FILE *out = popen(command, "re");
	if (out == NULL)
		return -1;
	strbuf_add_mem(said, buf, fread(buf, 1, sizeof(buf), out));
	status = pclose(out);
	(void)unlink(path);
	return status;
}

static void
check_all_accepted(const struct lab_plan *p)
{
	for (size_t i = 0; i < p->node_count; i++) {
		_cleanup_(strbuf_done) struct strbuf said = { 0 };

		if (p->nodes[i].kind == LAB_ROUTER &&
		    bird_accepts(file_of(p, p->nodes[i].name, BIRD_CONF_PATH), &said) != 0)
			tap_fail(__FILE__, __LINE__, "%s: %s", p->nodes[i].name, strbuf_get(&said));
	}
}

TEST(with_a_controller_all_that_it_gives_out)
{
	_cleanup_(lab_plan_freep) struct lab_plan *p = NULL;
	_cleanup_(strbuf_done) struct strbuf said = { 0 };
	_cleanup_(conf_freep) struct conf *c = NULL;
	struct err err;

	REQUIRE(scenario_load_text("test", EVERYTHING, &c, &said) == 0);
	REQUIRE(lab_plan_new_with_controller(conf_root(c), &p, &err) == 0);

	const char *bird = file_of(p, "fra.mid", BIRD_CONF_PATH);
	const struct lab_node *last = &p->nodes[p->node_count - 1];

	CHECK(strstr(bird, "net ~ [ 203.0.113.8/30{30,32}, 203.0.113.128/25{30,32} ]") != NULL);
	CHECK(strstr(file_of(p, "a", AGENT_CONF_PATH), "services: {}") != NULL);
	CHECK_STR(last->name, LAB_CONTROLLER_NODE);
	CHECK_INT(last->processes[0].socket_count, 3); /* two hosts, and its own */
	check_all_accepted(p);
}

TEST(bird_accepts_every_router)
{
	static const char *const SHIPPED[] = { "article", "hot-potato", "ipv6-only" };
	_cleanup_(lab_plan_freep) struct lab_plan *everything = NULL;
	_cleanup_(conf_freep) struct conf *c _unused_ = load(EVERYTHING, &everything);

	if (access(BIRD, X_OK) < 0) {
		tap_skip("no " BIRD " here");
		return;
	}
	REQUIRE(everything);
	check_all_accepted(everything);
	for (size_t i = 0; i < ARRAY_SIZE(SHIPPED); i++) {
		_cleanup_(freep) char *path = xasprintf("%s/%s.yaml", getenv("LABS"), SHIPPED[i]);
		_cleanup_(strbuf_done) struct strbuf errors = { 0 };
		_cleanup_(conf_freep) struct conf *shipped = NULL;
		_cleanup_(lab_plan_freep) struct lab_plan *p = NULL;
		struct err err;

		REQUIRE(scenario_load_file(path, &shipped, &errors) == 0);
		REQUIRE(lab_plan_new(conf_root(shipped), &p, &err) == 0);
		check_all_accepted(p);
	}
}
