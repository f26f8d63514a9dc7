/* Each key of a neighbor at its place in what the announcer takes. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "agent/agent_conf.h"
#include "announce/announce.h"

#include "tap.h"

static struct conf *
load(const char *neighbor)
{
	struct strbuf text = { 0 }, errors = { 0 };
	struct conf *c = NULL;

	strbuf_addf(&text,
	    "site: ams\nrouter-id: 192.0.2.1\nneighbors:\n  r:\n    peer-as: 64501\n%s"
	    "services:\n  web:\n    global-ips: [\"2001:db8:f::1/128\"]\n    listen: [tcp/80]\n",
	    neighbor);
	if (conf_load_text("test", text.text, text.len, &agent_conf_schema, &c, &errors) < 0)
		tap_fail(__FILE__, __LINE__, "%s", strbuf_get(&errors));
	strbuf_done(&text);
	strbuf_done(&errors);
	return c;
}

static struct neighbor_conf
neighbor_of(const struct conf *c)
{
	const struct agent_conf *conf = conf_root(c);

	return agent_neighbor_conf(conf, conf->neighbors.items);
}

static const char least[] = "    address: \"2001:db8::1\"\n"
			    "    local-address: \"2001:db8::2\"\n"
			    "    local-as: 65001\n";

TEST(what_is_left_out)
{
	_cleanup_(conf_freep) struct conf *c = load(least);
	const struct bgp_offer offer = BGP_OFFER_DEFAULT;
	struct neighbor_conf n;
	char text[IP_STR_MAX];

	REQUIRE(c != NULL);
	n = neighbor_of(c);
	CHECK_STR(n.name, "r");
	CHECK_STR(ip_format(n.address, text), "2001:db8::1");
	CHECK_STR(ip_format(n.local_address, text), "2001:db8::2");
	CHECK_STR(ip_format(n.router_id, text), "192.0.2.1");
	CHECK_INT(n.port, 179);
	CHECK_INT(n.peer_as, 64501);
	CHECK_INT(n.local_as, 65001);
	CHECK(n.password == NULL && n.interface == NULL);
	CHECK_INT(n.hold_time.ns, 90 * NS_PER_S);
	CHECK_INT(n.keepalive.ns, 0);
	CHECK_INT(n.user_timeout.ns, 0);
	CHECK_INT(n.connect_retry.ns, 5 * NS_PER_S);
	CHECK_INT(n.idle_hold.ns, 1 * NS_PER_S);
	CHECK_INT(n.idle_hold_max.ns, 60 * NS_PER_S);
	CHECK_INT(n.mode, NEIGHBOR_ACTIVE);
	CHECK_INT(n.multihop, 0);
	CHECK_INT(n.ttl_security, 0);
	CHECK_MEM(&n.offer, sizeof(n.offer), &offer, sizeof(offer));
	CHECK_INT(n.role, BGP_ROLE_NONE);
	CHECK(!n.role_strict && !n.restarted);
	CHECK(!n.bfd.enabled && !n.bfd.multihop && !n.bfd.strict);
	CHECK_INT(n.bfd.auth, NEIGHBOR_BFD_AUTH_NONE);
	CHECK(!n.ipv4 && n.ipv6);
	CHECK_INT(n.next_hop4.family, IP_NONE);
	CHECK_INT(n.prefix_limit, 10);
}

TEST(sessions)
{
	_cleanup_(conf_freep) struct conf *c = load(
	    "    address: fe80::1\n    interface: eth0\n    local-as: 65001\n    port: 1179\n"
	    "    connect: passive\n    ttl-security: 1\n    password: s3cret\n    hold-time: 30s\n"
	    "    keepalive: 5s\n    user-timeout: 20s\n    connect-retry: 3s\n    idle-hold: 2s\n"
	    "    idle-hold-max: 4s\n    families: [ipv4, ipv6]\n    next-hop-ipv4: 192.0.2.5\n"
	    "    next-hop-ipv6: 2001:db8::5\n    prefix-limit: 200000\n"
	    "    role: rs-client\n    role-strict: true\n");
	struct neighbor_conf n;
	char text[IP_STR_MAX];

	REQUIRE(c != NULL);
	n = neighbor_of(c);
	CHECK_INT(n.local_address.family, IP_NONE);
	CHECK_STR(n.interface, "eth0");
	CHECK_INT(n.port, 1179);
	CHECK_INT(n.mode, NEIGHBOR_PASSIVE);
	CHECK_INT(n.ttl_security, 1);
	CHECK_STR(n.password, "s3cret");
	CHECK_INT(n.hold_time.ns, 30 * NS_PER_S);
	CHECK_INT(n.keepalive.ns, 5 * NS_PER_S);
	CHECK_INT(n.user_timeout.ns, 20 * NS_PER_S);
	CHECK_INT(n.connect_retry.ns, 3 * NS_PER_S);
	CHECK_INT(n.idle_hold.ns, 2 * NS_PER_S);
	CHECK_INT(n.idle_hold_max.ns, 4 * NS_PER_S);
	CHECK(n.ipv4 && n.ipv6);
	CHECK_STR(ip_format(n.next_hop4, text), "192.0.2.5");
	CHECK_STR(ip_format(n.next_hop6, text), "2001:db8::5");
	CHECK_INT(n.prefix_limit, 200000);
	CHECK_INT(n.role, BGP_ROLE_RS_CLIENT);
	CHECK(n.role_strict);
}

/* Each switch by itself is the opposite of its default. */
TEST(capabilities)
{
	static const struct {
		const char *text;
		struct bgp_offer offer;
	} cases[] = {
		{ "capabilities: {four-octet-as: false}",
		    { false, true, true, true, false, false, true } },
		{ "capabilities: {route-refresh: false}",
		    { true, false, false, true, false, false, true } },
		{ "capabilities: {enhanced-refresh: false}",
		    { true, true, false, true, false, false, true } },
		{ "capabilities: {extended-message: false}",
		    { true, true, true, false, false, false, true } },
		{ "families: [ipv4, ipv6]\n    capabilities: {extended-next-hop: true}",
		    { true, true, true, true, true, false, true } },
		{ "graceful-restart: true", { true, true, true, true, false, true, true } },
		{ "graceful-restart: {enabled: true, hard-reset: false}",
		    { true, true, true, true, false, true, false } },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_(strbuf_done) struct strbuf text = { 0 };
		_cleanup_(conf_freep) struct conf *c = NULL;
		struct bgp_offer got;

		strbuf_addf(&text, "%s    %s\n", least, cases[i].text);
		c = load(strbuf_get(&text));
		REQUIRE(c != NULL);
		got = neighbor_of(c).offer;
		CHECK_MEM(&got, sizeof(got), &cases[i].offer, sizeof(cases[i].offer));
	}
}

TEST(restart_and_bfd)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	_cleanup_(conf_freep) struct conf *c = NULL;
	struct neighbor_conf n;

	strbuf_addf(&text,
	    "%s    multihop: 3\n    connect: both\n    role: peer\n"
	    "    graceful-restart: {enabled: true, restart-time: 4095s}\n"
	    "    bfd:\n      enabled: true\n      strict: true\n      min-tx: 10ms\n      min-rx: 20ms\n"
	    "      multiplier: 255\n      authentication: {type: meticulous-sha1, key-id: 255, key: k}\n",
	    least);
	c = load(strbuf_get(&text));
	REQUIRE(c != NULL);
	n = neighbor_of(c);
	CHECK_INT(n.mode, NEIGHBOR_BOTH);
	CHECK_INT(n.role, BGP_ROLE_PEER);
	CHECK_INT(n.multihop, 3);
	CHECK_INT(n.restart_time.ns, 4095 * NS_PER_S);
	CHECK(n.bfd.enabled && n.bfd.multihop && n.bfd.strict);
	CHECK_INT(n.bfd.min_tx.ns, 10 * NS_PER_MS);
	CHECK_INT(n.bfd.min_rx.ns, 20 * NS_PER_MS);
	CHECK_INT(n.bfd.multiplier, 255);
	CHECK_INT(n.bfd.auth, NEIGHBOR_BFD_AUTH_METICULOUS_SHA1);
	CHECK_INT(n.bfd.key_id, 255);
	CHECK_STR(n.bfd.key, "k");
}

/* The first line of the file, with or without its end; "" where the file is refused. */
TEST(password_file)
{
	static const struct {
		const char *content, *password;
	} cases[] = {
		{ "s3cret", "s3cret" },
		{ "s3 cret\n", "s3 cret" },
		{ "s3cret\r\nsecond line\n", "s3cret" },
		{ "12345678901234567890123456789012345678901234567890123456789012345678901234567890\n",
		    "12345678901234567890123456789012345678901234567890123456789012345678901234567890" },
		{ "12345678901234567890123456789012345678901234567890123456789012345678901234567890x",
		    "" },
		{ "", "" },
		{ "\nx", "" },
	};
	char path[] = "/tmp/nearcast-test-XXXXXX";
	int fd = mkstemp(path);

	REQUIRE(fd >= 0);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_(strbuf_done) struct strbuf text = { 0 }, errors = { 0 };
		_cleanup_(conf_freep) struct conf *c = NULL;
		FILE *f = fopen(path, "w");

		REQUIRE(f != NULL);
		(void)fputs(cases[i].content, f);
		(void)fclose(f);
		strbuf_addf(&text,
		    "site: ams\nrouter-id: 192.0.2.1\nneighbors:\n  r:\n    peer-as: 64501\n%s"
		    "    password-file: %s\n"
		    "services:\n  web:\n    global-ips: [\"2001:db8:f::1/128\"]\n    listen: [tcp/80]\n",
		    least, path);
		if (conf_load_text(
			"test", text.text, text.len, &agent_conf_schema, &c, &errors) < 0)
			CHECK_STR(cases[i].password, "");
		else
			CHECK_STR(neighbor_of(c).password, cases[i].password);
	}
	(void)close(fd);
	(void)unlink(path);
}
