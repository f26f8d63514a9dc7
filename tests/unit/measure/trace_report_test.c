#include "measure/trace_report.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "measure/json.h"
#include "tap.h"

#define ONE_FLOW(t) .flows = (const struct trace *const[]){ t }, .flow_count = 1

static const char names_text[] =
    "{\"names\":[{\"address\":\"198.51.100.4\",\"name\":\"ams.northwind\",\"city\":\"ams\","
    "\"city_name\":\"Amsterdam\",\"network\":\"northwind\",\"asn\":64496},"
    "{\"address\":\"198.51.100.9\",\"name\":\"lon.northwind\",\"city\":\"lon\",\"asn\":64496},"
    "{\"address\":\"192.0.2.17\",\"name\":\"am6-c3.medium.x86-01\",\"site\":\"am6\","
    "\"city_name\":\"Amsterdam\"},"
    "{\"address\":\"203.0.113.10\",\"name\":null}]}";

static struct ip
ip(const char *text)
{
	struct ip address = { 0 };

	CHECK_INT(ip_parse(text, &address), 0);
	return address;
}

struct step {
	uint16_t number;
	const char *from;
	int64_t us;
	uint8_t type, code; /* type 0: TCP, and which answer of it */
};

/* A trace to 203.0.113.10, two queries a hop, with these replies to probes that were sent at 0. */
static struct trace *
make(struct trace_run_conf *conf, const struct step *steps, size_t count)
{
	struct trace_probe probe;
	struct trace *t;

	*conf = (struct trace_run_conf){
		.trace = { .target = ip("203.0.113.10"),
		    .max_hops = 4,
		    .queries = 2,
		    .parallel = 16,
		    .wait = DURATION_S(1) },
		.port = 33434,
	};
	t = trace_new(&conf->trace);
	for (size_t i = 0; i < count; i++) {
		struct trace_reply reply = { .from = ip(steps[i].from),
			.icmp = steps[i].type != 0,
			.type = steps[i].type,
			.code = steps[i].code,
			.tcp = steps[i].type == 0 ? steps[i].code : TRACE_TCP_NONE,
			.numbered = true,
			.number = steps[i].number,
			.at = { steps[i].us * NS_PER_US } };

		reply.kind =
		    reply.icmp ? trace_kind_of_icmp(IP_V4, reply.type, reply.code) : TRACE_REACHED;
		while (trace_take_probe(t, (struct instant){ 0 }, &probe))
			;
		CHECK(trace_input(t, &reply));
	}
	while (trace_take_probe(t, (struct instant){ 0 }, &probe))
		;
	trace_expire(t, (struct instant){ 5 * NS_PER_S });
	return t;
}

/* Hop 1 loses a probe, hop 2 is two routers, hop 3 is the target. */
static const struct step steps[] = {
	{ 0, "198.51.100.4", 1234, 11, 0 },
	{ 2, "198.51.100.9", 20000, 11, 0 },
	{ 3, "198.51.100.77", 21500, 11, 0 },
	{ 4, "203.0.113.10", 35437, 3, 3 },
	{ 5, "203.0.113.10", 32807, 3, 3 },
};

static const char *
find_name(const void *userdata, struct ip address)
{
	return ip_equal(address, ip("198.51.100.77")) ? userdata : NULL;
}

TEST(text_for_people)
{
	struct trace_run_conf conf;
	struct trace *t = make(&conf, steps, ARRAY_SIZE(steps));
	struct names *names = NULL;
	struct strbuf b = { 0 };
	struct trace_report report = { .target = "any.example", .conf = &conf, ONE_FLOW(t) };

	CHECK_INT(names_load_text("f", names_text, sizeof(names_text) - 1, &names, NULL), 0);
	trace_to_text(&report, &b);
	CHECK_STR(strbuf_get(&b),
	    "trace to any.example (203.0.113.10) by udp, at most 4 hops\n"
	    "1  198.51.100.4    1.234 ms          *  no loss, limits its answers\n"
	    "2  198.51.100.9   20.000 ms\n"
	    "   198.51.100.77             21.500 ms\n"
	    "3  203.0.113.10   35.437 ms  32.807 ms\n");
	strbuf_done(&b);
	report.names = names;
	report.find_name = find_name;
	report.userdata = "core1.example\033[2J";
	report.answered_by = "am6-c3.medium.x86-01";
	report.answered_site = "am6";
	trace_to_text(&report, &b);
	CHECK_STR(strbuf_get(&b),
	    "trace to any.example (203.0.113.10) by udp, at most 4 hops\n"
	    "1  ams.northwind         Amsterdam  northwind AS64496  198.51.100.4    1.234 ms       "
	    "   *  no loss, limits its answers\n"
	    "2  lon.northwind         lon        AS64496            198.51.100.9   20.000 ms\n"
	    "   core1.example?[2J                                   198.51.100.77             "
	    "21.500 ms\n"
	    "3  am6-c3.medium.x86-01  Amsterdam                     203.0.113.10   35.437 ms  "
	    "32.807 ms\n"
	    "any.example is answered by am6-c3.medium.x86-01 (am6)\n");
	strbuf_done(&b);
	names_free(names);
	trace_free(t);
}

TEST(text_in_a_narrow_terminal)
{
	struct trace_run_conf conf;
	struct trace *t = make(&conf, steps, ARRAY_SIZE(steps));
	struct names *names = NULL;
	struct strbuf b = { 0 };
	struct trace_report report = {
		.target = "any.example", .conf = &conf, ONE_FLOW(t), .columns = 40
	};

	CHECK_INT(names_load_text("f", names_text, sizeof(names_text) - 1, &names, NULL), 0);
	report.names = names;
	trace_to_text(&report, &b);
	CHECK_STR(strbuf_get(&b), "trace to any.example (203.0.113.10) by udp, at most 4 hops\n"
				  "1  ams.northwind  Amsterdam\n"
				  "   northwind AS64496  198.51.100.4\n"
				  "   1.234 ms  *\n"
				  "   no loss, limits its answers\n"
				  "2  lon.northwind  lon  AS64496\n"
				  "   198.51.100.9  20.000 ms\n"
				  "   198.51.100.77  21.500 ms\n"
				  "3  203.0.113.10  35.437 ms  32.807 ms\n");
	strbuf_done(&b);
	names_free(names);
	trace_free(t);
}

/* One line for each hop, as long as that goes: hundredths, the number of the network alone, and
 * then no city. */
TEST(text_in_80_columns)
{
	struct trace_run_conf conf;
	struct trace *t = make(&conf, steps, ARRAY_SIZE(steps));
	struct names *names = NULL;
	struct trace_report report = { .target = "any.example",
		.conf = &conf,
		ONE_FLOW(t),
		.answered_by = "am6-c3.medium.x86-01" };
	static const struct {
		size_t columns;
		const char *want;
	} cases[] = {
		{ 100,
		    "1  ams.northwind         Amsterdam  AS64496  198.51.100.4   1.23        *  "
		    "limits "
		    "its answers\n"
		    "2  lon.northwind         lon        AS64496  198.51.100.9   20.0\n"
		    "                                             198.51.100.77        21.5 ms\n"
		    "3  am6-c3.medium.x86-01  Amsterdam           203.0.113.10   35.4  32.8 ms\n" },
		{ 86, "1  ams.northwind         AS64496  198.51.100.4   1.23        *  limits its "
		      "answers\n"
		      "2  lon.northwind         AS64496  198.51.100.9   20.0\n"
		      "                                  198.51.100.77        21.5 ms\n"
		      "3  am6-c3.medium.x86-01           203.0.113.10   35.4  32.8 ms\n" },
	};

	CHECK_INT(names_load_text("f", names_text, sizeof(names_text) - 1, &names, NULL), 0);
	report.names = names;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct strbuf b = { 0 }, want = { 0 };

		report.columns = cases[i].columns;
		trace_to_text(&report, &b);
		strbuf_addf(&want,
		    "trace to any.example (203.0.113.10) by udp, at most 4 hops\n%s"
		    "any.example is answered by am6-c3.medium.x86-01\n",
		    cases[i].want);
		CHECK_STR(strbuf_get(&b), strbuf_get(&want));
		strbuf_done(&b);
		strbuf_done(&want);
	}
	names_free(names);
	trace_free(t);
}

/* Beside each other where there is room, else a line for each way. */
TEST(both_ways)
{
	static const struct step home[] = {
		{ 0, "198.51.100.9", 30, 11, 0 },
		{ 1, "198.51.100.9", 40, 11, 0 },
		{ 2, "198.51.100.4", 19000, 11, 0 },
		{ 3, "198.51.100.4", 19500, 11, 0 },
		{ 4, "203.0.113.10", 20000, 3, 3 },
		{ 5, "203.0.113.10", 20000, 3, 3 },
	};
	struct trace_run_conf conf;
	struct trace *there = make(&conf, steps, ARRAY_SIZE(steps));
	struct trace *back = make(&conf, home, ARRAY_SIZE(home));
	static const struct identity who = { .host = "am6-1", .site = "am6" };
	struct names *names = NULL;
	struct trace_report report = { .target = "any.example",
		.conf = &conf,
		ONE_FLOW(there),
		.back = back,
		.back_who = &who,
		.back_to = ip("192.0.2.1") };
	static const struct {
		size_t columns;
		const char *want;
	} cases[] = {
		{ 80, "                there                                  back\n"
		      "  1  ams.northwind  AS64496  1.23 ms    2  ams.northwind  AS64496  19.0 ms\n"
		      "  2  lon.northwind  AS64496  20.0 ms    1  lon.northwind  AS64496  0.03 ms\n"
		      "  3  203.0.113.10            32.8 ms\n" },
		{ 60, "there  1  ams.northwind  northwind AS64496   1.234 ms\n"
		      "back   2  ams.northwind  northwind AS64496  19.000 ms\n"
		      "there  2  lon.northwind  AS64496            20.000 ms\n"
		      "back   1  lon.northwind  AS64496             0.030 ms\n"
		      "there  3  203.0.113.10                      32.807 ms\n" },
		{ 40, "there  1  ams.northwind\n"
		      "       northwind AS64496  1.234 ms\n"
		      "back   2  ams.northwind\n"
		      "       northwind AS64496  19.000 ms\n"
		      "there  2  lon.northwind  AS64496\n"
		      "       20.000 ms\n" },
	};

	CHECK_INT(names_load_text("f", names_text, sizeof(names_text) - 1, &names, NULL), 0);
	report.names = names;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct strbuf b = { 0 };

		report.columns = cases[i].columns;
		trace_to_text(&report, &b);
		if (strstr(strbuf_get(&b), cases[i].want) == NULL)
			CHECK_STR(strbuf_get(&b), cases[i].want);
		strbuf_done(&b);
	}
	names_free(names);
	trace_free(there);
	trace_free(back);
}

TEST(a_way_that_ends_before)
{
	static const struct step silent[] = {
		{ 0, "198.51.100.4", 1000, 11, 0 },
		{ 1, "198.51.100.4", 1000, 11, 0 },
	};
	struct trace_run_conf conf;
	struct trace *t = make(&conf, silent, ARRAY_SIZE(silent));
	struct strbuf b = { 0 };
	struct trace_report report = { .target = "203.0.113.10", .conf = &conf, ONE_FLOW(t) };
	struct trace_probe probe;
	struct trace_reply reply = { .from = ip("198.51.100.9"),
		.kind = TRACE_UNREACHABLE,
		.icmp = true,
		.type = 3,
		.code = 13,
		.numbered = true,
		.number = 4,
		.at = { NS_PER_S + 20 * NS_PER_MS } };

	/* the scout of hop 3 follows that of hop 2, which is silent */
	while (trace_take_probe(t, (struct instant){ NS_PER_S }, &probe))
		;
	CHECK(trace_input(t, &reply));
	trace_expire(t, (struct instant){ 50 * NS_PER_S });
	while (trace_take_probe(t, (struct instant){ 50 * NS_PER_S }, &probe))
		;
	trace_expire(t, (struct instant){ 100 * NS_PER_S });
	CHECK(trace_is_over(t));
	trace_to_text(&report, &b);
	CHECK_STR(strbuf_get(&b),
	    "trace to 203.0.113.10 (203.0.113.10) by udp, at most 4 hops\n"
	    "1  198.51.100.4      1.000 ms  1.000 ms\n"
	    "2                           *         *\n"
	    "3  198.51.100.9  20.000 ms !X         *\n"
	    "203.0.113.10 was not reached; the last answer came from hop 3\n");
	strbuf_done(&b);
	trace_free(t);
}

TEST(json_for_programs)
{
	struct trace_run_conf conf;
	struct trace *t = make(&conf, steps, ARRAY_SIZE(steps));
	struct names *names = NULL;
	struct trace_report report = { .target = "203.0.113.10",
		.conf = &conf,
		ONE_FLOW(t),
		.answered_by = "am6-c3.medium.x86-01",
		.answered_site = "am6",
		.answered_how = "agent" };
	json_t *j;
	char *text;

	CHECK_INT(names_load_text("f", names_text, sizeof(names_text) - 1, &names, NULL), 0);
	report.names = names;
	j = trace_to_json(&report);
	text = json_dumps(j, JSON_COMPACT | MEASURE_JSON_FLAGS);
	/* clang-format off */
	CHECK_STR(text,
	    "{\"target\":\"203.0.113.10\",\"address\":\"203.0.113.10\",\"method\":\"udp\",\"port\":33434,\"flows\":1,\"reached\":true,\"hops\":["
	    "{\"ttl\":1,\"replies\":["
	    "{\"address\":\"198.51.100.4\",\"name\":\"ams.northwind\",\"city\":\"ams\",\"city_name\":\"Amsterdam\","
	    "\"network\":\"northwind\",\"asn\":64496,\"asns\":[64496],\"prefix\":null,\"rtt_ms\":1.234,\"icmp\":\"time exceeded\",\"tcp\":null,\"guessed\":false,\"flow\":1}]"
	    ",\"routers\":[{\"address\":\"198.51.100.4\",\"flows\":[1]}],\"lost\":1,\"lost_on_way\":0},"
	    "{\"ttl\":2,\"replies\":["
	    "{\"address\":\"198.51.100.9\",\"name\":\"lon.northwind\",\"city\":\"lon\",\"city_name\":null,"
	    "\"network\":null,\"asn\":64496,\"asns\":[64496],\"prefix\":null,\"rtt_ms\":20.0,\"icmp\":\"time exceeded\",\"tcp\":null,\"guessed\":false,\"flow\":1},"
	    "{\"address\":\"198.51.100.77\",\"name\":null,\"city\":null,\"city_name\":null,"
	    "\"network\":null,\"asn\":null,\"asns\":[],\"prefix\":null,\"rtt_ms\":21.5,\"icmp\":\"time exceeded\",\"tcp\":null,\"guessed\":false,\"flow\":1}]"
	    ",\"routers\":[{\"address\":\"198.51.100.9\",\"flows\":[1]},{\"address\":\"198.51.100.77\",\"flows\":[1]}],\"lost\":0,\"lost_on_way\":0},"
	    "{\"ttl\":3,\"replies\":["
	    "{\"address\":\"203.0.113.10\",\"name\":\"am6-c3.medium.x86-01\",\"city\":null,\"city_name\":\"Amsterdam\","
	    "\"network\":null,\"asn\":null,\"asns\":[],\"prefix\":null,\"rtt_ms\":35.437,\"icmp\":\"port unreachable\",\"tcp\":null,\"guessed\":false,\"flow\":1},"
	    "{\"address\":\"203.0.113.10\",\"name\":\"am6-c3.medium.x86-01\",\"city\":null,\"city_name\":\"Amsterdam\","
	    "\"network\":null,\"asn\":null,\"asns\":[],\"prefix\":null,\"rtt_ms\":32.807,\"icmp\":\"port unreachable\",\"tcp\":null,\"guessed\":false,\"flow\":1}]"
	    ",\"routers\":[{\"address\":\"203.0.113.10\",\"flows\":[1]}],\"lost\":0,\"lost_on_way\":0}],"
	    "\"mtu\":null,\"reverse\":null,\"answered_by\":\"am6-c3.medium.x86-01\",\"answered_site\":\"am6\",\"answered_how\":\"agent\"}");
	/* clang-format on */
	free(text);
	json_decref(j);
	names_free(names);
	trace_free(t);
}

/* What the names have goes first. */
TEST(networks_of_prefixes)
{
	static const char text[] = "198.51.100.0/24 64499 Backbone\n198.51.100.64 26 64500_64501\n"
				   "203.0.113.0/24 64511 Any, of the world\n";
	struct trace_run_conf conf;
	struct trace *t = make(&conf, steps, ARRAY_SIZE(steps));
	struct strbuf b = { 0 };
	struct trace_report report = { .target = "any.example", .conf = &conf, ONE_FLOW(t) };
	struct names *names = NULL;
	struct origins *origins = NULL;
	json_t *j, *reply;

	CHECK_INT(names_load_text("f", names_text, sizeof(names_text) - 1, &names, NULL), 0);
	CHECK_INT(origins_load_text("f", text, &origins, &b, NULL), 0);
	report.origins = origins;
	trace_to_text(&report, &b);
	CHECK_STR(strbuf_get(&b),
	    "trace to any.example (203.0.113.10) by udp, at most 4 hops\n"
	    "1  Backbone AS64499           198.51.100.4    1.234 ms          *  no loss, limits "
	    "its "
	    "answers\n"
	    "2  Backbone AS64499           198.51.100.9   20.000 ms\n"
	    "   AS64500,64501              198.51.100.77             21.500 ms\n"
	    "3  Any, of the world AS64511  203.0.113.10   35.437 ms  32.807 ms\n");
	strbuf_done(&b);
	report.names = names;
	j = trace_to_json(&report);
	reply = json_array_get(
	    json_object_get(json_array_get(json_object_get(j, "hops"), 0), "replies"), 0);
	CHECK_INT(json_integer_value(json_object_get(reply, "asn")), 64496);
	CHECK(json_is_null(json_object_get(reply, "prefix")));
	reply = json_array_get(
	    json_object_get(json_array_get(json_object_get(j, "hops"), 1), "replies"), 1);
	CHECK(json_is_null(json_object_get(reply, "asn")));
	CHECK_INT(json_array_size(json_object_get(reply, "asns")), 2);
	CHECK_STR(json_string_value(json_object_get(reply, "prefix")), "198.51.100.64/26");
	json_decref(j);
	names_free(names);
	origins_free(origins);
	trace_free(t);
}

/* Of three flows one goes another way; the second does not get through, and the third has a silent
 * hop. */
TEST(flows_side_by_side)
{
	static const struct step stuck[] = {
		{ 0, "198.51.100.4", 1000, 11, 0 },
		{ 2, "198.51.100.9", 19000, 11, 0 },
	};
	struct trace_reply reply = { .from = ip("203.0.113.10"),
		.kind = TRACE_REACHED,
		.icmp = true,
		.type = 3,
		.code = 3,
		.numbered = true,
		.number = 4,
		.at = { NS_PER_S + 30 * NS_PER_MS } };
	struct trace_run_conf conf;
	struct trace *flows[] = {
		make(&conf, steps, ARRAY_SIZE(steps)),
		make(&conf, stuck, ARRAY_SIZE(stuck)),
		make(&conf, steps, 1),
	};
	struct trace_probe probe;
	struct trace_report report = { .target = "any.example",
		.conf = &conf,
		.flows = (const struct trace *const *)flows,
		.flow_count = ARRAY_SIZE(flows),
		.answered_by = "am6-c3.medium.x86-01" };
	struct strbuf b = { 0 };
	char *text;
	json_t *j;

	while (trace_take_probe(flows[2], (struct instant){ NS_PER_S }, &probe))
		;
	CHECK(trace_input(flows[2], &reply));
	trace_expire(flows[2], (struct instant){ 50 * NS_PER_S });
	trace_to_text(&report, &b);
	CHECK_STR(strbuf_get(&b),
	    "trace to any.example (203.0.113.10) by udp, 3 flows, at most 4 hops\n"
	    "1                        198.51.100.4   all flows   1.000 ms\n"
	    "2                        198.51.100.9   flows 1-2  19.000 ms\n"
	    "                         198.51.100.77  flow 1     21.500 ms\n"
	    "                         *              flow 3\n"
	    "3  am6-c3.medium.x86-01  203.0.113.10   flows 1,3  30.000 ms\n"
	    "any.example was reached by 2 of 3 flows\n"
	    "any.example is answered by am6-c3.medium.x86-01\n");
	strbuf_done(&b);
	j = trace_to_json(&report);
	text = json_dumps(json_object_get(json_array_get(json_object_get(j, "hops"), 1), "routers"),
	    JSON_COMPACT);
	CHECK_STR(text, "[{\"address\":\"198.51.100.9\",\"flows\":[1,2]},"
			"{\"address\":\"198.51.100.77\",\"flows\":[1]}]");
	free(text);
	CHECK(json_is_false(json_object_get(j, "reached")));
	json_decref(j);
	for (size_t i = 0; i < ARRAY_SIZE(flows); i++)
		trace_free(flows[i]);
}

/* Which answer TCP gave is said once, for the target. */
TEST(a_port_that_answers)
{
	static const struct step tcp[] = {
		{ 0, "198.51.100.4", 1234, 11, 0 },
		{ 2, "203.0.113.10", 20000, 0, TRACE_TCP_RST },
		{ 3, "203.0.113.10", 21000, 0, TRACE_TCP_SYN_ACK },
	};
	struct trace_run_conf conf;
	struct trace *t = make(&conf, tcp, ARRAY_SIZE(tcp));
	struct trace_report report = { .target = "any.example", .conf = &conf, ONE_FLOW(t) };
	struct strbuf b = { 0 };
	json_t *j, *said;

	conf.method = TRACE_TCP;
	conf.port = 443;
	trace_to_text(&report, &b);
	CHECK_STR(strbuf_get(&b),
	    "trace to any.example (203.0.113.10) by tcp to port 443, at most 4 hops\n"
	    "1  198.51.100.4   1.234 ms          *  no loss, limits its answers\n"
	    "2  203.0.113.10  20.000 ms  21.000 ms\n"
	    "any.example accepts connections to port 443\n");
	strbuf_done(&b);
	j = trace_to_json(&report);
	CHECK_INT(json_integer_value(json_object_get(j, "port")), 443);
	said = json_object_get(json_array_get(json_object_get(j, "hops"), 1), "replies");
	CHECK_STR(json_string_value(json_object_get(json_array_get(said, 0), "tcp")), "rst");
	CHECK_STR(json_string_value(json_object_get(json_array_get(said, 1), "tcp")), "syn-ack");
	CHECK(json_is_null(json_object_get(json_array_get(said, 1), "icmp")));
	json_decref(j);
	trace_free(t);
}

/* A host that answers from its own address says who it is; the Global IP itself does not. */
TEST(who_answered_by_address)
{
	static const struct step own[] = {
		{ 0, "198.51.100.4", 1000, 11, 0 },
		{ 2, "192.0.2.17", 2000, 3, 3 },
	};
	struct trace_run_conf conf;
	struct trace *anycast = make(&conf, steps, ARRAY_SIZE(steps));
	struct trace *t = make(&conf, own, ARRAY_SIZE(own));
	struct names *names = NULL;
	const struct name_entry *entry;

	CHECK_INT(names_load_text("f", names_text, sizeof(names_text) - 1, &names, NULL), 0);
	CHECK(trace_answered_by(anycast, conf.trace.target, names) == NULL);
	CHECK(trace_answered_by(anycast, conf.trace.target, NULL) == NULL);
	entry = trace_answered_by(t, conf.trace.target, names);
	CHECK_STR(entry ? entry->name : NULL, "am6-c3.medium.x86-01");
	CHECK_STR(entry ? entry->site : NULL, "am6");
	names_free(names);
	trace_free(anycast);
	trace_free(t);
}
