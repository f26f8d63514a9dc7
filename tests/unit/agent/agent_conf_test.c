/* What is derived while the configuration loads; what is refused stands in tests/golden/agent. */
#include "agent/agent_conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "proto/bgp/community.h"
#include "tap.h"

static const char head[] =
    "site: ams\nrouter-id: 192.0.2.1\nneighbors:\n"
    "  r: {address: 192.0.2.2, local-address: 192.0.2.1, peer-as: 64501, local-as: 65001,\n"
    "      families: [ipv4, ipv6], next-hop-ipv6: \"2001:db8::1\"}\nservices:\n  web:\n";

static struct conf *
load(const char *service)
{
	struct strbuf text = { 0 }, errors = { 0 };
	struct conf *c = NULL;

	strbuf_addf(&text, "%s%s", head, service);
	if (conf_load_text("test", text.text, text.len, &agent_conf_schema, &c, &errors) < 0)
		tap_fail(__FILE__, __LINE__, "%s", strbuf_get(&errors));
	strbuf_done(&text);
	strbuf_done(&errors);
	return c;
}

static const struct agent_service *
service_of(const struct conf *c)
{
	return ((const struct agent_conf *)conf_root(c))->services.items;
}

TEST(blocks_become_addresses)
{
	static const char *const want[] = { "203.0.113.8", "203.0.113.9", "203.0.113.10",
		"203.0.113.11", "2001:db8::4", "2001:db8::5", "198.51.100.7" };
	_cleanup_(conf_freep) struct conf *c =
	    load("    global-ips: [203.0.113.8/30, \"2001:db8::4/127\", 198.51.100.7/32]\n    "
		 "listen: [udp/53]\n");
	char text[IP_STR_MAX];

	REQUIRE(c != NULL);
	CHECK_INT(service_of(c)->address_count, ARRAY_SIZE(want));
	for (size_t i = 0; i < service_of(c)->address_count; i++)
		CHECK_STR(ip_format(service_of(c)->addresses[i], text), want[i]);
	CHECK_INT(service_of(c)->listens[0].transport, AGENT_UDP);
	CHECK_INT(service_of(c)->listens[0].port, 53);
}

TEST(attributes_and_host)
{
	_cleanup_(conf_freep) struct conf *c =
	    load("    global-ips: [203.0.113.8/32]\n    listen: [tcp/80]\n"
		 "    communities: [graceful-shutdown, \"1:2\"]\n"
		 "    extended-communities: [\"rt:65001:100\"]\n"
		 "    large-communities: [\"64496:1:2\"]\n"
		 "    origin: egp\n    med: 0\n    local-pref: 200\n    prepend: 16\n"
		 "    next-hop-ipv4: 192.0.2.3\n");
	const struct ip v4 = ip_from_v4(0xcb007108), v6 = { .family = IP_V6 };
	struct bgp_attributes a;
	char text[IP_STR_MAX];

	REQUIRE(c != NULL);
	a = agent_attributes(service_of(c), NULL, v4, STAGE_PREFERRED);
	CHECK_STR(ip_format(a.next_hop, text), "192.0.2.3");
	CHECK_INT(
	    agent_attributes(service_of(c), NULL, v6, STAGE_PREFERRED).next_hop.family, IP_NONE);
	CHECK_INT(a.origin, BGP_ORIGIN_EGP);
	CHECK(a.has_med && a.med == 0);
	CHECK(a.has_local_pref && a.local_pref == 200);
	CHECK_INT(a.prepend, 16);
	REQUIRE(
	    a.community_count == 2 && a.ext_community_count == 1 && a.large_community_count == 1);
	CHECK_INT(a.communities[0], 0xffff0000);
	CHECK_INT(a.communities[1], 0x00010002);
	CHECK(a.ext_communities[0] == UINT64_C(0x0002fde900000064));
	CHECK_INT(a.large_communities[0].global, 64496);
	CHECK_INT(a.large_communities[0].local2, 2);
	CHECK(((const struct agent_conf *)conf_root(c))->host[0] != '\0');
}

/* A number that was not given is not sent. */
TEST(no_attributes)
{
	_cleanup_(conf_freep) struct conf *c =
	    load("    global-ips: [203.0.113.8/32]\n    listen: [tcp/80]\n");
	struct bgp_attributes a;

	REQUIRE(c != NULL);
	a = agent_attributes(service_of(c), NULL, service_of(c)->addresses[0], STAGE_PREFERRED);
	CHECK_INT(a.origin, BGP_ORIGIN_IGP);
	CHECK(!a.has_med && !a.has_local_pref);
	CHECK_INT(a.prepend, 0);
	CHECK_INT(a.community_count + a.ext_community_count + a.large_community_count, 0);
}

/* "med 5 pref 0 prepend 2: graceful-shutdown 1:2" */
static void
check_look(const struct agent_service *s, const struct agent_override *override, enum stage stage,
    const char *want)
{
	struct bgp_attributes a = agent_attributes(s, override, s->addresses[0], stage);
	_cleanup_(strbuf_done) struct strbuf got = { 0 };
	char text[BGP_COMMUNITY_STR_MAX];

	strbuf_addf(&got, "med %d pref %d prepend %d:", a.has_med ? (int)a.med : -1,
	    a.has_local_pref ? (int)a.local_pref : -1, a.prepend);
	for (size_t i = 0; i < a.community_count; i++)
		strbuf_addf(&got, " %s", bgp_community_format(a.communities[i], text));
	for (size_t i = 0; i < a.large_community_count; i++)
		strbuf_addf(&got, " %u:%u:%u", a.large_communities[i].global,
		    a.large_communities[i].local1, a.large_communities[i].local2);
	CHECK_STR(strbuf_get(&got), want);
}

/* Numbers replace each other, communities at backup come in addition. */
TEST(looks_by_stage_and_neighbor)
{
	_cleanup_(conf_freep) struct conf *c =
	    load("    global-ips: [203.0.113.8/32]\n    listen: [tcp/80]\n"
		 "    communities: [\"1:1\", \"1:2\"]\n    med: 5\n    prepend: 1\n"
		 "    backup: {med: 50, communities: [graceful-shutdown, \"1:2\"], "
		 "large-communities: [\"64496:1:2\"]}\n"
		 "    neighbors:\n      r:\n        prepend: 2\n        communities: [\"2:1\"]\n"
		 "        backup: {prepend: 4, local-pref: 10, communities: [\"2:2\"]}\n");
	const struct agent_service *s;
	const struct agent_override *r;

	REQUIRE(c != NULL);
	s = service_of(c);
	r = s->neighbors.items;
	check_look(s, NULL, STAGE_PREFERRED, "med 5 pref -1 prepend 1: 1:1 1:2");
	check_look(
	    s, NULL, STAGE_BACKUP, "med 50 pref 0 prepend 1: 1:1 1:2 graceful-shutdown 64496:1:2");
	check_look(s, r, STAGE_PREFERRED, "med 5 pref -1 prepend 2: 2:1");
	check_look(s, r, STAGE_BACKUP, "med 50 pref 10 prepend 4: 2:1 2:2 64496:1:2");
}

/* Without a word about it, backup is GSHUT; and may be without. */
TEST(backup_is_gshut)
{
	_cleanup_(conf_freep) struct conf *c =
	    load("    global-ips: [203.0.113.8/32]\n    listen: [tcp/80]\n");
	_cleanup_(conf_freep) struct conf *without =
	    load("    global-ips: [203.0.113.8/32]\n    listen: [tcp/80]\n"
		 "    backup: {prepend: 3, communities: []}\n");

	REQUIRE(c != NULL && without != NULL);
	check_look(service_of(c), NULL, STAGE_BACKUP, "med -1 pref 0 prepend 0: graceful-shutdown");
	check_look(service_of(without), NULL, STAGE_BACKUP, "med -1 pref 0 prepend 3:");
}

TEST(how_many_checks_have_to_pass)
{
	static const struct {
		const char *text;
		size_t want;
	} cases[] = { { "all", SIZE_MAX }, { "any", 1 }, { "2", 2 } };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_(strbuf_done) struct strbuf text = { 0 };
		struct conf *c;

		strbuf_addf(&text,
		    "    global-ips: [203.0.113.8/32]\n    checks-pass: %s\n    checks:\n"
		    "      a: {type: http}\n      b: {type: tcp, port: 1}\n"
		    "      c: {type: tcp, port: 2, scope: dependency}\n",
		    cases[i].text);
		c = load(strbuf_get(&text));
		REQUIRE(c != NULL);
		CHECK_INT(service_of(c)->checks_needed, cases[i].want);
		conf_free(c);
	}
}

/* Whose refusal is definitive, and which runs there are. */
TEST(what_a_url_asks)
{
	static const struct {
		const char *url;
		bool each, own;
		const char *v4, *v6;
	} cases[] = {
		{ NULL, true, true, "http://203.0.113.10/", "http://[2001:db8::10]/" },
		{ "http://{address}:8080/a", true, true, "http://203.0.113.10:8080/a",
		    "http://[2001:db8::10]:8080/a" },
		{ "http://203.0.113.10/", false, true, "http://203.0.113.10/", NULL },
		{ "http://[2001:db8::10]:80/x", false, true, "http://[2001:db8::10]:80/x", NULL },
		{ "http://127.0.0.1:9000/", false, true, "http://127.0.0.1:9000/", NULL },
		{ "http://[::1]/", false, true, "http://[::1]/", NULL },
		{ "http://203.0.113.100/", false, false, "http://203.0.113.100/", NULL },
		{ "http://backend.example/", false, false, "http://backend.example/", NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_(strbuf_done) struct strbuf text = { 0 };
		_cleanup_(conf_freep) struct conf *c = NULL;
		const struct agent_check *check;
		char url[CHECK_URL_MAX];

		strbuf_add(&text, "    global-ips: [203.0.113.10/32, \"2001:db8::10/128\"]\n    "
				  "checks:\n      c:\n"
				  "        type: http\n");
		if (cases[i].url != NULL)
			strbuf_addf(&text, "        url: \"%s\"\n", cases[i].url);
		c = load(strbuf_get(&text));
		REQUIRE(c != NULL);
		check = service_of(c)->checks.items;
		CHECK_INT(check->each_address, cases[i].each);
		CHECK_INT(check->own_host, cases[i].own);
		CHECK_STR(check_url(&check->spec, service_of(c)->addresses[0], url), cases[i].v4);
		if (cases[i].v6 != NULL)
			CHECK_STR(
			    check_url(&check->spec, service_of(c)->addresses[1], url), cases[i].v6);
	}
}

/* The headers of the check's request, each in brackets; or the errors (free() it). */
static char *
headers_of(const char *path)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	_cleanup_(conf_freep) struct conf *c = NULL;
	const struct check_spec *spec;
	struct strbuf ret = { 0 };

	strbuf_addf(&text,
	    "%s    global-ips: [192.0.2.9/32]\n"
	    "    checks: {a: {type: http, headers: 'Host: a', headers-file: %s}}\n",
	    head, path);
	if (conf_load_text("test", text.text, text.len, &agent_conf_schema, &c, &ret) < 0)
		return strbuf_take(&ret);
	spec = &((const struct agent_check *)service_of(c)->checks.items)->spec;
	for (size_t i = 0; i < spec->request_header_count; i++)
		strbuf_addf(&ret, "[%s]", spec->request_headers[i]);
	return strbuf_take(&ret);
}

/* Those of the list come first; an empty line is none, and what the file says is in no error. */
TEST(headers_from_a_file)
{
	static const struct {
		const char *content, *want, *error;
	} rows[] = {
		{ "X: 1", "[Host: a][X: 1]", NULL },
		{ "\nX: 1\r\n\nY:2 \n", "[Host: a][X: 1][Y:2 ]", NULL },
		{ "", NULL, "expected a header in it, each on a line" },
		{ "\n\n", NULL, "expected a header in it, each on a line" },
		{ "X: 1\n\ns3cret\n", NULL, "line 3 is not a header; expected Name: value" },
		{ "X: 1\n s3cret: 2\n", NULL, "line 2 is not a header; expected Name: value" },
		{ "s3cret : 1\n", NULL, "line 1 is not a header; expected Name: value" },
		{ ": s3cret\n", NULL, "line 1 is not a header; expected Name: value" },
		{ "X: s3cret\rY: 1\n", NULL, "line 1 is not a header; expected Name: value" },
		{ "X: s3cret\x01\n", NULL, "line 1 is not a header; expected Name: value" },
	};
	char path[] = "/tmp/nearcast-test-XXXXXX";
	int fd = mkstemp(path);

	REQUIRE(fd >= 0);
	(void)close(fd);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		FILE *f = fopen(path, "w");
		_cleanup_(freep) char *got = NULL;

		REQUIRE(f != NULL && fputs(rows[i].content, f) >= 0 && fclose(f) == 0);
		got = headers_of(path);
		if (rows[i].want)
			CHECK_STR(got, rows[i].want);
		else if (strstr(got, rows[i].error) == NULL || strstr(got, "s3cret") != NULL)
			tap_fail(__FILE__, __LINE__, "%s", got);
	}
	(void)unlink(path);
}

TEST(how_long_a_file_of_headers_may_be)
{
	static const struct {
		size_t lines, bytes; /* of each line */
		const char *want;
	} rows[] = {
		{ 31, 500, "[Host: a][X: " },
		{ 32, 500, "expected at most 32 headers, with those of headers" },
		{ 4, 4095, "[Host: a][X: " },
		{ 4, 4096, "expected at most 16384 bytes" },
	};
	char path[] = "/tmp/nearcast-test-XXXXXX";
	int fd = mkstemp(path);

	REQUIRE(fd >= 0);
	(void)close(fd);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_(freep) char *got = NULL;
		FILE *f = fopen(path, "w");

		REQUIRE(f != NULL);
		for (size_t line = 0; line < rows[i].lines; line++)
			(void)fprintf(f, "X: %0*d\n", (int)rows[i].bytes - 3, 0);
		REQUIRE(fclose(f) == 0);
		got = headers_of(path);
		if (strstr(got, rows[i].want) == NULL)
			tap_fail(__FILE__, __LINE__, "%.200s", got);
	}
	(void)unlink(path);
}
