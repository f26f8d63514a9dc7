#include "measure/inflation.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "tap.h"

/* 2026-11-23 03:27:00.123456789 UTC */
#define AT_NS INT64_C(1795404420123456789)

static const struct probe_target targets[] = {
	{ .name = "anycast", .url = "http://203.0.113.10/" },
	{ .name = "am6", .url = "http://198.51.100.6/", .reference = true },
	{ .name = "sg1", .url = "http://198.51.100.9/", .reference = true },
};

static struct inflation inflations[3];

/* An answer whose phases are 1/4, 1/2, 0, 1/2, 0, 3/4 and 1 of the total. */
static struct probe_record
answer(size_t target, const char *host, const char *site, int64_t total_us)
{
	return (struct probe_record){
		.target = target,
		.at_wall_ns = AT_NS,
		.status = 200,
		.served_by = host ? xstrdup(host) : NULL,
		.site = site ? xstrdup(site) : NULL,
		.remote_address = xstrdup("203.0.113.10"),
		.phases = {
			[PROBE_NAMELOOKUP] = DURATION_US(total_us / 4),
			[PROBE_CONNECT] = DURATION_US(total_us / 2),
			[PROBE_PRETRANSFER] = DURATION_US(total_us / 2),
			[PROBE_STARTTRANSFER] = DURATION_US(total_us * 3 / 4),
			[PROBE_TOTAL] = DURATION_US(total_us),
		},
	};
}

static struct probe_record
failure(size_t target, const char *error, long status)
{
	return (struct probe_record){
		.target = target,
		.at_wall_ns = AT_NS,
		.status = status,
		.error = xstrdup(error),
		.phases = { [PROBE_TOTAL] = DURATION_MS(1000) },
	};
}

static void
add(struct probe_summary *summaries, struct probe_record r)
{
	probe_summary_add(&summaries[r.target], &r);
	probe_record_done(&r);
}

/* What the article measured, and then some. */
static void
fill(struct probe_summary *s)
{
	add(s, answer(0, "am6-c3.medium.x86-01", "am6", 70000));
	add(s, answer(0, "am6-c3.medium.x86-01", "am6", 72000));
	add(s, answer(0, "sg1-c3.medium.x86-01", "sg1", 533000));
	add(s, failure(0, "timed out after 1s, not connected", 0));
	add(s, failure(0, "timed out after 1s, not connected", 0));
	add(s, failure(0, "status 503", 503));
	add(s, answer(1, "am6-c3.medium.x86-01", "am6", 69000));
	add(s, answer(1, NULL, NULL, 71000));
	add(s, failure(2, "connect: Connection refused", 0));
	s[0].skipped = 3;
	for (int i = 0; i < 3; i++)
		probe_summary_finish(&s[i]);
}

static void
empty(struct probe_summary *s)
{
	for (int i = 0; i < 3; i++)
		probe_summary_done(&s[i]);
}

TEST(text_stands_side_by_side)
{
	struct probe_summary s[3] = { 0 };
	struct strbuf b = { 0 };

	fill(s);
	inflation_compute(targets, s, 3, NULL, NULL, inflations);
	probe_to_text(targets, s, inflations, 3, (struct probe_look){ .columns = 120 }, &b);
	CHECK_STR(strbuf_get(&b),
	    "                          anycast                           am6                       "
	    "  sg1\n"
	    "ms               min  median     p95     p99      min  median    p95    p99    min  "
	    "median  p95  p99\n"
	    "--------------------------------------------------------------------------------------"
	    "--------------\n"
	    "name lookup    17.50   18.00  121.72  130.94    17.25   17.50  17.73  17.75      -    "
	    "   -    -    -\n"
	    "connect        35.00   36.00  243.45  261.89    34.50   35.00  35.45  35.49      -    "
	    "   -    -    -\n"
	    "TLS             0.00    0.00    0.00    0.00     0.00    0.00   0.00   0.00      -    "
	    "   -    -    -\n"
	    "pretransfer    35.00   36.00  243.45  261.89    34.50   35.00  35.45  35.49      -    "
	    "   -    -    -\n"
	    "redirect        0.00    0.00    0.00    0.00     0.00    0.00   0.00   0.00      -    "
	    "   -    -    -\n"
	    "first byte     52.50   54.00  365.18  392.83    51.75   52.50  53.17  53.23      -    "
	    "   -    -    -\n"
	    "total          70.00   72.00  486.90  523.78    69.00   70.00  70.90  70.98      -    "
	    "   -    -    -\n"
	    "\n"
	    "anycast  nnnnnnnnnnccccccccccwwwwwwwwwwdddddddddd     72.00 ms\n"
	    "am6      nnnnnnnnnncccccccccwwwwwwwwwwdddddddddd      70.00 ms\n"
	    "         n name lookup  c connect  w wait  d data\n"
	    "\n"
	    "target   requests  failed  answered by                     from the best\n"
	    "anycast         6       3  2 × am6-c3.medium.x86-01 (am6)       +2.00 ms  1.03×\n"
	    "                           1 × sg1-c3.medium.x86-01 (sg1)\n"
	    "am6             2       0  1 × am6-c3.medium.x86-01 (am6)       the best\n"
	    "sg1             1       1  nobody\n"
	    "\n"
	    "Failed:\n"
	    "  anycast  2 ×  timed out after 1s, not connected\n"
	    "           1 ×  status 503\n"
	    "  sg1      1 ×  connect: Connection refused\n"
	    "\n"
	    "3 requests were due but not sent: too many were in flight.\n");
	strbuf_done(&b);
	empty(s);
}

TEST(a_narrow_page_breaks_between_targets)
{
	struct probe_summary s[3] = { 0 };
	struct strbuf b = { 0 };

	inflation_compute(targets, s, 3, NULL, NULL, inflations);
	probe_to_text(targets, s, inflations, 3, (struct probe_look){ .columns = 10 }, &b);
	CHECK(strstr(strbuf_get(&b), "anycast") < strstr(strbuf_get(&b), "am6"));
	CHECK(strstr(strbuf_get(&b), "anycast                 am6") == NULL);
	strbuf_done(&b);
	empty(s);
}

/* What no line of 40 columns has room for stands below each other; nothing is cut off. */
TEST(forty_columns)
{
	struct probe_summary s[3] = { 0 };
	_cleanup_(strbuf_done) struct strbuf b = { 0 };

	fill(s);
	inflation_compute(targets, s, 3, NULL, NULL, inflations);
	probe_to_text(targets, s, inflations, 3, (struct probe_look){ .columns = 40 }, &b);
	CHECK_STR(strbuf_get(&b), "anycast\n"
				  "ms             min  median    p95    p99\n"
				  "----------------------------------------\n"
				  "name lookup  17.50   18.00  121.7  130.9\n"
				  "connect      35.00   36.00  243.4  261.9\n"
				  "TLS           0.00    0.00   0.00   0.00\n"
				  "pretransfer  35.00   36.00  243.4  261.9\n"
				  "redirect      0.00    0.00   0.00   0.00\n"
				  "first byte   52.50   54.00  365.2  392.8\n"
				  "total        70.00   72.00  486.9  523.8\n"
				  "\n"
				  "am6\n"
				  "ms             min  median    p95    p99\n"
				  "----------------------------------------\n"
				  "name lookup  17.25   17.50  17.73  17.75\n"
				  "connect      34.50   35.00  35.45  35.49\n"
				  "TLS           0.00    0.00   0.00   0.00\n"
				  "pretransfer  34.50   35.00  35.45  35.49\n"
				  "redirect      0.00    0.00   0.00   0.00\n"
				  "first byte   51.75   52.50  53.17  53.23\n"
				  "total        69.00   70.00  70.90  70.98\n"
				  "\n"
				  "sg1\n"
				  "ms           min  median  p95  p99\n"
				  "----------------------------------\n"
				  "name lookup    -       -    -    -\n"
				  "connect        -       -    -    -\n"
				  "TLS            -       -    -    -\n"
				  "pretransfer    -       -    -    -\n"
				  "redirect       -       -    -    -\n"
				  "first byte     -       -    -    -\n"
				  "total          -       -    -    -\n"
				  "\n"
				  "anycast  nnnnnccccwwwwwdddd     72.00 ms\n"
				  "am6      nnnncccccwwwwddddd     70.00 ms\n"
				  "         n name lookup  c connect\n"
				  "         w wait  d data\n"
				  "\n"
				  "anycast\n"
				  "  requests       6\n"
				  "  failed         3\n"
				  "  answered by    2 × am6-c3.medium.x86-01 (am6)\n"
				  "  from the best  +2.00 ms\n"
				  "                 1.03×\n"
				  "  answered by    1 × sg1-c3.medium.x86-01 (sg1)\n"
				  "am6\n"
				  "  requests       2\n"
				  "  failed         0\n"
				  "  answered by    1 × am6-c3.medium.x86-01 (am6)\n"
				  "  from the best  the best\n"
				  "sg1\n"
				  "  requests       1\n"
				  "  failed         1\n"
				  "  answered by    nobody\n"
				  "\n"
				  "Failed:\n"
				  "  anycast  2 ×  timed out after 1s, not connected\n"
				  "           1 ×  status 503\n"
				  "  sg1      1 ×  connect: Connection refused\n"
				  "\n"
				  "3 requests were due but not sent: too many were in flight.\n");
	empty(s);
}

/* What a terminal of 40 x 24 has room for while it is watched. */
TEST(a_page_that_is_too_low)
{
	static const char figures[] = "ms        median      p95   failed\n"
				      "anycast    72.00   486.90      3/6\n";
	struct probe_summary s[3] = { 0 };
	_cleanup_(strbuf_done) struct strbuf all = { 0 }, some = { 0 }, few = { 0 };
	_cleanup_(strbuf_done) struct strbuf report = { 0 }, page = { 0 };

	fill(s);
	inflation_compute(targets, s, 3, NULL, NULL, inflations);
	probe_to_page(
	    targets, s, inflations, 3, (struct probe_look){ .columns = 40, .rows = 23 }, &all);
	CHECK_STR(strbuf_get(&all), "ms        median      p95   failed\n"
				    "anycast    72.00   486.90      3/6\n"
				    "  2 × am6-c3.medium.x86-01 (am6), 1 × s~\n"
				    "am6        70.00    70.90      0/2\n"
				    "  1 × am6-c3.medium.x86-01 (am6), the b~\n"
				    "sg1            -        -      1/1\n"
				    "  connect: Connection refused\n"
				    "\n"
				    "anycast  nnnnnccccwwwwwdddd     72.00 ms\n"
				    "am6      nnnncccccwwwwddddd     70.00 ms\n"
				    "         n name lookup  c connect\n"
				    "         w wait  d data\n"
				    "\n");
	/* no room for bars, nor for more than a line each, nor for all of them */
	probe_to_page(
	    targets, s, inflations, 3, (struct probe_look){ .columns = 40, .rows = 8 }, &some);
	CHECK(strstr(strbuf_get(&some), "Connection refused\n") != NULL);
	CHECK(strstr(strbuf_get(&some), "wait") == NULL);
	probe_to_page(
	    targets, s, inflations, 3, (struct probe_look){ .columns = 40, .rows = 3 }, &few);
	CHECK_INT(strncmp(strbuf_get(&few), figures, strlen(figures)), 0);
	CHECK_STR(strbuf_get(&few) + strlen(figures), "and 2 more\n");
	/* and where there is room, nothing is left out */
	probe_to_page(
	    targets, s, inflations, 3, (struct probe_look){ .columns = 120, .rows = 40 }, &page);
	probe_to_text(targets, s, inflations, 3, (struct probe_look){ .columns = 120 }, &report);
	CHECK_STR(strbuf_get(&page), strbuf_get(&report));
	empty(s);
}

TEST(the_best_is_a_reference)
{
	struct probe_summary s[3] = { 0 };

	CHECK_INT(probe_best(targets, s, 3), (int64_t)PROBE_NO_BEST);
	fill(s);
	CHECK_INT(probe_best(targets, s, 3), 1);
	/* without references: the fastest of several, and nothing to compare one with */
	static const struct probe_target plain[] = { { .name = "a" }, { .name = "b" } };
	struct probe_summary two[2] = { s[1], s[0] };

	CHECK_INT(probe_best(plain, two, 2), 0);
	CHECK_INT(probe_best(plain, two, 1), (int64_t)PROBE_NO_BEST);
	empty(s);
}

TEST(a_record_as_json)
{
	struct probe_record ok = answer(0, "am6\033", "am6", 70001),
			    bad = failure(2, "status 503", 503);
	json_t *j = probe_record_to_json(targets, &ok);
	char *text = json_dumps(j, JSON_COMPACT | JSON_REAL_PRECISION(12));

	CHECK_STR(text,
	    "{\"url\":\"http://203.0.113.10/\",\"name\":\"anycast\","
	    "\"at\":\"2026-11-23T03:27:00.123456Z\",\"at_wall_ns\":1795404420123456789,"
	    "\"ok\":true,\"error\":null,\"status\":200,\"http_version\":null,"
	    "\"served_by\":\"am6?\",\"site\":\"am6\","
	    "\"remote_address\":\"203.0.113.10\",\"namelookup_ms\":17.5,\"connect_ms\":35.0,"
	    "\"appconnect_ms\":0.0,\"pretransfer_ms\":35.0,\"redirect_ms\":0.0,"
	    "\"starttransfer_ms\":52.5,\"total_ms\":70.001}");
	free(text);
	json_decref(j);
	j = probe_record_to_json(targets, &bad);
	text = json_dumps(j, JSON_COMPACT | JSON_REAL_PRECISION(12));
	CHECK(strstr(text, "\"ok\":false,\"error\":\"status 503\",\"status\":503,"
			   "\"http_version\":null,\"served_by\":null") != NULL);
	free(text);
	json_decref(j);
	probe_record_done(&ok);
	probe_record_done(&bad);
}

TEST(the_document)
{
	struct probe_summary s[3] = { 0 };
	struct probe_record r = answer(1, "am6", "am6", 69000);
	json_t *j, *anycast, *am6;
	const char *host, *site;
	double median = 0, far = 0;
	json_int_t served = 0;

	fill(s);
	inflation_compute(targets, s, 3, NULL, NULL, inflations);
	j = probe_to_json(targets, s, inflations, 3, &r, 1);
	anycast = json_array_get(json_object_get(j, "targets"), 0);
	am6 = json_array_get(json_object_get(j, "targets"), 1);
	CHECK_INT(
	    json_unpack(anycast, "{s:{s:{s:F}}, s:F, s:{s:I}}", "timings", "total_ms", "median",
		&median, "from_best_ms", &far, "served_by", "am6-c3.medium.x86-01", &served),
	    0);
	CHECK_INT((int64_t)median, 72);
	CHECK_INT((int64_t)far, 2);
	CHECK_INT(served, 2);
	CHECK_INT(json_array_size(json_object_get(anycast, "requests")), 0);
	CHECK_INT(
	    json_unpack(am6, "{s:[{s:s,s:s}]}", "requests", "served_by", &host, "site", &site), 0);
	CHECK_INT(json_unpack(j, "{s:{s:s}}", "best", "name", &host), 0);
	CHECK_STR(host, "am6");
	json_decref(j);
	probe_record_done(&r);
	empty(s);
}

TEST(a_server_with_many_names_is_limited)
{
	struct probe_summary s[3] = { 0 };
	char name[16];

	for (int i = 0; i < 1000; i++) {
		(void)snprintf(name, sizeof(name), "host%d", i);
		add(s, answer(0, name, "am6", 1000));
	}
	CHECK_INT(s[0].hosts.count, 101);
	CHECK_STR(s[0].hosts.items[100].text, "(others)");
	CHECK_INT(s[0].hosts.items[100].count, 900);
	CHECK_INT(s[0].sites.items[0].count, 1000);
	empty(s);
}

/* Samples of Prometheus with the same labels would make it refuse the file. */
TEST(names_that_cannot_be_told_apart_are_one)
{
	struct probe_summary s[3] = { 0 };

	add(s, answer(0, "c-\x01", "am\xe9", 1000));
	add(s, answer(0, "c-\x02", "am\x1b", 1000));
	CHECK_INT(s[0].hosts.count, 1);
	CHECK_STR(s[0].hosts.items[0].text, "c-?");
	CHECK_STR(s[0].hosts.items[0].site, "am?");
	CHECK_INT(s[0].hosts.items[0].count, 2);
	empty(s);
}
