/* Catchments through the API: what may be asked for, what hosts are told, and what comes of their
 * rows. */
#include <string.h>

#include "catching.h"

#include "base/attr.h"
#include "tap.h"

TEST(from_the_request_to_the_file)
{
	struct agents g;

	REQUIRE(agents_init(&g));
	begin(&g, "");
	CHECK(agent_was_rung(&g, 0) && agent_was_rung(&g, 2));
	CHECK_INT(said_int(&g.a, "target_count"), 4);
	AGENT(&g, 200, 1, "GET", "desired", NULL);
	CHECK_STR(said(&g.a, "catchments.0.state"), "requested");
	/* who sends gets the list, the others do not */
	AGENT(&g, 200, 0, "GET", agents_path, NULL);
	CHECK_STR(said(&g.a, "targets"), "9.9.9.0/24\n9.9.10.7\n9.9.11.7\n9.9.12.7\n");
	CHECK_STR(said(&g.a, "site"), "am6");
	CHECK_INT(strlen(said(&g.a, "secret")), 64);
	AGENT(&g, 200, 1, "GET", agents_path, NULL);
	CHECK(json_is_null(json_object_get(g.a.response.body, "targets")));
	CHECK_STR(say(&g, 0, 1, "listening", ""), "listen");
	CHECK_STR(say(&g, 1, 1, "listening", ""), "listen");
	CHECK_STR(say(&g, 2, 1, "listening", ""), "listen");
	CHECK(agent_was_rung(&g, 0)); /* it may begin */
	CHECK_STR(say(&g, 0, 2, "listening", ""), "send");
	CHECK_STR(say(&g, 0, 3, "sending",
		      ", 'rows': ['9.9.9.1 9000'], 'counts': {'sent': 4, 'own': 1, 'forged': 2}"),
	    "send");
	/* 9.9.12.7 flips; what comes a second time counts once */
	CHECK_STR(
	    say(&g, 1, 2, "listening", ", 'rows': ['9.9.10.7 20000', '9.9.12.7 30000']"), "listen");
	CHECK_STR(
	    say(&g, 1, 2, "listening", ", 'rows': ['9.9.10.7 20000', '9.9.12.7 30000']"), "listen");
	CHECK_STR(
	    say(&g, 2, 2, "listening", ", 'rows': ['9.9.12.7 31000'], 'counts': {'duplicate': 3}"),
	    "listen");
	CHECK_STR(state(&g), "running");
	CHECK_INT(said_int(&g.a, "progress.landed"), 4);
	CHECK_INT(said_int(&g.a, "progress.sent"), 4);
	ASK(&g.a, 409, VIEWER, "GET", strcat(path, "/file"), NULL);
	path[strlen(path) - 5] = '\0';
	CHECK_STR(say(&g, 0, 4, "sent", ""), "end");
	all_end(&g, 5);
	CHECK_STR(state(&g), "done");
	CHECK_INT(said_int(&g.a, "result.targets"), 3);
	CHECK_INT(said_int(&g.a, "result.flipping.targets"), 1);
	CHECK_INT(said_int(&g.a, "result.counts.duplicate"), 3);
	CHECK_INT(said_int(&g.a, "result.counts.forged"), 2);
	CHECK(json_is_true(
	    json_object_get(json_object_get(g.a.response.body, "result"), "complete")));
	ASK(&g.a, 200, VIEWER, "GET", strcat(path, "/file"), NULL);
	CHECK_STR(strchr(g.a.response.made_text, '\n') + 1,
	    "9.9.9.1 9.9.9.0/24 am6 9000 - - -\n"
	    "9.9.10.7 9.9.10.0/24 ny5 20000 - - -\n"
	    "9.9.12.7 9.9.12.0/24 ny5,sg1 30000 - - -\n"
	    "{\"end\":\"done\",\"complete\":true}\n");
	/* it is told no more of it, and the secret is gone */
	AGENT(&g, 404, 0, "GET", agents_path, NULL);
	AGENT(&g, 200, 0, "GET", "desired", NULL);
	CHECK_INT(said_int(&g.a, "catchments"), 0);
	CHECK_STR(say(&g, 0, 6, "listening", ", 'rows': ['9.9.11.7 1']"), "end");
	agents_done(&g);
}

TEST(with_the_best_site_of_each)
{
	struct agents g;

	REQUIRE(agents_init(&g));
	begin(&g, ", 'best': true");
	all_listen(&g);
	CHECK_STR(say(&g, 0, 2, "sending", ", 'rows': ['9.9.9.1 9000', '9.9.10.7 40000']"), "send");
	CHECK_STR(say(&g, 0, 3, "sent", ""), "measure");
	AGENT(&g, 200, 1, "GET", agents_path, NULL);
	CHECK(said(&g.a, "targets")[0] != '\0');
	CHECK_STR(say(&g, 0, 4, "measuring",
		      ", 'kind': 'rtt', 'rows': ['9.9.9.1 8000', '9.9.10.7 41000']"),
	    "measure");
	CHECK_STR(say(&g, 1, 2, "measured",
		      ", 'kind': 'rtt', 'rows': ['9.9.9.1 90000', '9.9.10.7 5000']"),
	    "measure");
	CHECK_STR(say(&g, 2, 2, "measured", ""), "measure");
	CHECK_STR(say(&g, 0, 5, "measured", ""), "end");
	all_end(&g, 6);
	CHECK_STR(state(&g), "done");
	CHECK_INT(said_int(&g.a, "result.inflation.compared.targets"), 2);
	CHECK_INT(said_int(&g.a, "result.inflation.at_best_site.targets"), 1);
	ASK(&g.a, 200, VIEWER, "GET", strcat(path, "/file"), NULL);
	CHECK(strstr(g.a.response.made_text, "9.9.10.7 9.9.10.0/24 am6 40000 41000 ny5 5000\n") !=
	      NULL);
	agents_done(&g);
}

TEST(a_host_that_goes_away_is_said)
{
	struct agents g;

	REQUIRE(agents_init(&g));
	begin(&g, "");
	all_listen(&g);
	for (int i = 2; i < 20; i++) {
		look(&g, 1);
		(void)say(&g, 0, i, "sending", "");
		(void)say(&g, 1, i, "listening", i == 2 ? ", 'rows': ['9.9.10.7 20000']" : "");
	}
	CHECK_STR(state(&g), "running");
	CHECK_STR(said(&g.a, "parts.2.state"), "gone");
	(void)say(&g, 0, 30, "sent", "");
	(void)say(&g, 0, 31, "ended", "");
	(void)say(&g, 1, 31, "ended", "");
	CHECK_STR(state(&g), "done");
	CHECK(json_is_false(
	    json_object_get(json_object_get(g.a.response.body, "result"), "complete")));
	agents_done(&g);
}

/* Who knows what they would have said: the result is not whole. */
TEST(replies_that_were_not_read)
{
	struct agents g;

	REQUIRE(agents_init(&g));
	begin(&g, "");
	all_listen(&g);
	(void)say(&g, 1, 2, "listening", ", 'rows': ['9.9.10.7 20000'], 'counts': {'dropped': 2}");
	(void)say(&g, 0, 2, "sent", "");
	all_end(&g, 3);
	CHECK_STR(state(&g), "done");
	CHECK_INT(said_int(&g.a, "result.targets"), 1);
	CHECK(json_is_false(
	    json_object_get(json_object_get(g.a.response.body, "result"), "complete")));
	agents_done(&g);
}

TEST(who_has_left_does_not_send)
{
	struct agents g;

	REQUIRE(agents_init(&g));
	all_there(&g);
	places_sql(&g.a, "UPDATE hosts SET left_at = seen_at WHERE name IN ('am6-1', 'sg1-1')");
	ASK(&g.a, 409, OPERATOR, "POST", CATCHMENTS, wanted(""));
	CHECK(strstr(said(&g.a, "detail"), "was heard of lately: it cannot send") != NULL);
	g.a.now += S;
	AGENT(&g, 200, 0, "POST", "report", "{'run': 'r', 'services': []}");
	ASK(&g.a, 201, OPERATOR, "POST", CATCHMENTS, wanted(""));
	CHECK_STR(said(&g.a, "parts.2.host"), "sg1-1");
	CHECK_STR(said(&g.a, "parts.2.state"), "gone");
	agents_done(&g);
}

TEST(without_its_sender_it_fails_and_keeps_what_it_has)
{
	struct agents g;

	REQUIRE(agents_init(&g));
	begin(&g, "");
	all_listen(&g);
	(void)say(&g, 1, 2, "listening", ", 'rows': ['9.9.10.7 20000']");
	look(&g, 30); /* nobody says anything any more */
	CHECK_STR(state(&g), "failed");
	CHECK_INT(said_int(&g.a, "result.targets"), 1);
	CHECK(strstr(said(&g.a, "why"), "went away") != NULL);
	ASK(&g.a, 200, OPERATOR, "GET", ALPHA "/audit?kind=catchment", NULL);
	CHECK_STR(said(&g.a, "items.0.action"), "fail");
	agents_done(&g);
}

TEST(stopped_and_forgotten)
{
	struct agents g;

	REQUIRE(agents_init(&g));
	begin(&g, "");
	all_listen(&g);
	ASK(&g.a, 409, OPERATOR, "DELETE", path, NULL);
	CHECK_STR(said(&g.a, "detail"), "it is running: stop it first");
	ASK(&g.a, 409, OPERATOR, "POST", CATCHMENTS, wanted(""));
	CHECK(strstr(said(&g.a, "detail"), "is under way; let it end, or stop it") != NULL);
	ASK(&g.a, 403, VIEWER, "POST", strcat(path, "/stop"), NULL);
	ASK(&g.a, 200, OPERATOR, "POST", path, NULL);
	CHECK_STR(said(&g.a, "state"), "collecting");
	CHECK(agent_was_rung(&g, 0));
	ASK(&g.a, 409, OPERATOR, "POST", path, NULL);
	path[strlen(path) - 5] = '\0';
	CHECK_STR(say(&g, 0, 2, "ended", ""), "end");
	look(&g, 6);
	CHECK_STR(state(&g), "stopped");
	CHECK_STR(said(&g.a, "why"), "stopped by op");
	ASK(&g.a, 204, OPERATOR, "DELETE", path, NULL);
	ASK(&g.a, 404, VIEWER, "GET", path, NULL);
	AGENT(&g, 404, 1, "POST", agents_path, "{'session': 's', 'sequence': 9, 'state': 'ended'}");
	agents_done(&g);
}

TEST(a_program_that_began_anew)
{
	struct agents g;

	REQUIRE(agents_init(&g));
	begin(&g, "");
	all_listen(&g);
	(void)say(&g, 1, 5, "listening",
	    ", 'rows': ['9.9.10.7 20000'], 'counts': {'own': 1, 'forged': 4}");
	AGENT(&g, 200, 1, "POST", agents_path,
	    "{'session': 'other', 'sequence': 1, 'state': 'listening', 'rows': ['9.9.11.7 1']}");
	AGENT(&g, 200, 1, "POST", agents_path,
	    "{'session': 'other', 'sequence': 2, 'state': 'listening', 'counts': {'own': 1}}");
	AGENT(&g, 200, 1, "POST", agents_path,
	    "{'session': 'third', 'sequence': 1, 'state': 'listening', 'counts': {'own': 2}}");
	AGENT(&g, 200, 1, "POST", agents_path,
	    "{'session': 'third', 'sequence': 2, 'state': 'listening', 'counts': {'own': 5}}");
	CHECK_STR(state(&g), "running");
	/* what the earlier ones had counted is counted */
	CHECK_INT(said_int(&g.a, "parts.1.counts.own"), 7);
	CHECK_INT(said_int(&g.a, "parts.1.counts.forged"), 4);
	CHECK_INT(said_int(&g.a, "progress.own"), 7);
	CHECK(json_is_true(json_object_get(
	    json_array_get(json_object_get(g.a.response.body, "parts"), 1), "restarted")));
	CHECK_INT(said_int(&g.a, "parts.1.landed"), 2);
	/* the one that sends asks nobody twice */
	AGENT(&g, 200, 0, "POST", agents_path,
	    "{'session': 'other', 'sequence': 1, 'state': 'listening'}");
	CHECK_STR(said(&g.a, "order"), "end");
	CHECK_STR(state(&g), "collecting");
	look(&g, 6);
	CHECK_STR(state(&g), "failed");
	CHECK_INT(said_int(&g.a, "result.counts.own"), 7);
	agents_done(&g);
}

TEST(kept_for_so_long)
{
	struct agents g;

	REQUIRE(agents_init(&g));
	begin(&g, "");
	look(&g, 30);
	CHECK_STR(state(&g), "failed");
	g.a.now += 89 * INT64_C(86400) * S;
	look(&g, 1);
	CHECK_STR(state(&g), "failed");
	g.a.now += INT64_C(86400) * S;
	look(&g, 1);
	ASK(&g.a, 404, VIEWER, "GET", path, NULL);
	agents_done(&g);
}

/* What is wrong, and what is said of it. */
TEST(refused)
{
	static const struct {
		const char *body;
		unsigned status;
		const char *error;
	} rows[] = {
		{ "{'site': 'am6', 'targets': ['9.9.9.9'], 'contact': 'c'}", 422,
		    "/global_ip: is missing" },
		{ "{'global_ip': '192.0.2.9', 'site': 'am6', 'targets': ['9.9.9.9'], 'contact': "
		  "'c'}",
		    422, "/global_ip: the project has no Global IP \"192.0.2.9\"" },
		{ "{'global_ip': '192.0.2.2', 'site': 'nowhere', 'targets': ['9.9.9.9'], "
		  "'contact': 'c'}",
		    422, "/site: there is no site \"nowhere\"" },
		{ "{'global_ip': '192.0.2.2', 'site': 'am6', 'targets': ['9.9.9.9']}", 422,
		    "/contact: is missing: a URL or a mail address, for those who are asked and "
		    "wonder why" },
		{ "{'global_ip': '192.0.2.2', 'site': 'am6', 'targets': [], 'contact': 'c'}", 422,
		    "/targets: expected 1 to 20000 of them, found 0" },
		{ "{'global_ip': '192.0.2.2', 'site': 'am6', 'targets': ['9.9.9.9', 'x'], "
		  "'contact': 'c'}",
		    422,
		    "/targets/1: expected an address or a prefix such as 192.0.2.1 or "
		    "192.0.2.0/24" },
		{ "{'global_ip': '192.0.2.2', 'site': 'am6', 'targets': ['2620:fe::fe'], "
		  "'contact': 'c'}",
		    422, "/targets/0: is of the other family than the Global IP" },
		{ "{'global_ip': '192.0.2.2', 'site': 'am6', 'targets': ['198.51.100.0/24'], "
		  "'contact': 'c'}",
		    422,
		    "/targets/0: documentation (RFC 5737): nobody's clients are there; only a lab "
		    "may ask" },
		{ "{'global_ip': '192.0.2.2', 'site': 'am6', 'targets': ['9.0.0.0/8', "
		  "'8.0.0.0/8'], 'contact': 'c'}",
		    422,
		    "/targets: are 131072 addresses; at most 100000 through a controller, and any "
		    "number with files: "
		    "nearcast-catchment(1)" },
		{ "{'global_ip': '192.0.2.2', 'site': 'am6', 'targets': ['9.9.9.9'], 'exclude': "
		  "['9.9.9.0/24'], 'contact': 'c'}",
		    422, "/targets: there is no target to ask" },
		{ "{'global_ip': '192.0.2.2', 'site': 'am6', 'targets': ['9.9.9.9'], 'contact': "
		  "'c', 'pps': 0}",
		    422, "/pps: expected 1 to 10000000" },
		{ "{'global_ip': '192.0.2.2', 'site': 'am6', 'targets': ['9.9.9.9'], 'lab': true}",
		    422, "/lab: this controller is of no lab" },
		{ "{'global_ip': '192.0.2.2', 'site': 'am6', 'targets': ['9.9.9.9'], 'method': "
		  "'dns'}",
		    422,
		    "/dns_suffix: expected a name of yours, of at most 100 characters, below which "
		    "is asked" },
		{ "{'global_ip': '192.0.2.2', 'site': 'am6', 'targets': ['9.9.9.9'], 'contact': "
		  "'c', 'block_length': 32}",
		    422, "/block_length: expected 1 to 31 for this Global IP" },
		/* nobody was heard of lately */
		{ "{'global_ip': '192.0.2.2', 'site': 'am6', 'targets': ['9.9.9.9'], 'contact': "
		  "'c'}",
		    409,
		    "no host of am6 that has service web was heard of lately: it cannot send" },
	};
	struct agents g;

	REQUIRE(agents_init(&g));
	g.a.now += 60 * S;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		ASK(&g.a, rows[i].status, OPERATOR, "POST", CATCHMENTS, rows[i].body);
		CHECK_STR(said_error(&g.a), rows[i].error);
	}
	ASK(&g.a, 200, OPERATOR, "GET", CATCHMENTS, NULL);
	CHECK_INT(said_int(&g.a, "items"), 0);
	agents_done(&g);
}

TEST(what_a_host_may_not_say)
{
	static const struct {
		const char *body, *error;
	} rows[] = {
		{ "{'session': 's', 'sequence': 2, 'state': 'gone'}",
		    "/state: expected one of listening, sending, sent, measuring, measured, ended, "
		    "failed" },
		{ "{'session': 's', 'sequence': 2, 'state': 'listening', 'rows': ['x']}",
		    "/rows: expected lines of an address of the Global IP's family, and the "
		    "microseconds until its reply" },
		{ "{'session': 's', 'sequence': 2, 'state': 'listening', 'rows': ['2620:fe::fe "
		  "1']}",
		    "/rows: expected lines of an address of the Global IP's family, and the "
		    "microseconds until its reply" },
		{ "{'session': 's', 'sequence': 2, 'state': 'listening', 'rows': ['9.9.9.1 1', "
		  "'9.9.9.2 1', '9.9.9.3 1',"
		  " '9.9.9.4 1', '9.9.9.5 1']}",
		    "/rows: are more than were asked" },
	};
	struct agents g;

	REQUIRE(agents_init(&g));
	begin(&g, "");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		AGENT(&g, 422, 1, "POST", agents_path, rows[i].body);
		CHECK_STR(said_error(&g.a), rows[i].error);
	}
	CHECK_STR(state(&g), "requested");
	CHECK_STR(said(&g.a, "parts.1.state"), "asked");
	agents_done(&g);
}
