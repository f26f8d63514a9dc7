/* What happened, in pages and as a stream goes on. */
#include "places.h"

#include <stdlib.h>

#include "base/attr.h"
#include "base/strbuf.h"
#include "controller/event.h"
#include "tap.h"

#define FIRST 7 /* events of asker_init() */

static struct asker a;

/* What an agent has sent. */
static int
add_agents(struct store *store, void *arg, struct err *e)
{
	const struct event *v = arg;

	return event_add(store, v, e);
}

static int
add(const struct event *v)
{
	struct event copy = *v;
	struct err e = { 0 };

	return store_transaction(a.store, add_agents, &copy, &e);
}

/* Goes on with a stream; gives the status. */
static unsigned
stream(enum who who, const char *path, int64_t from)
{
	a.streams = true;
	a.stream_from = from;
	return ask(&a, who, "GET", path, NULL);
}

#define TEXT strbuf_get(&a.response.stream_text)

static size_t
count(const char *text, const char *part)
{
	size_t n = 0;

	while ((text = strstr(text, part)) != NULL) {
		text += strlen(part);
		n++;
	}
	return n;
}

TEST(each_change_is_one)
{
	REQUIRE(asker_init(&a));
	ASK(&a, 201, ADMIN, "POST", "/api/v1/sites", "{'name': 'am6'}");
	CHECK_INT(said_topic(&a, "events"), 1);
	ASK(&a, 200, ADMIN, "GET", "/api/v1/events?limit=1", NULL);
	CHECK_STR(said(&a, "items.0.kind"), "site-created");
	CHECK_STR(said(&a, "items.0.message"), "site am6 created by root");
	CHECK_STR(said(&a, "items.0.site"), "am6");
	CHECK_STR(said(&a, "items.0.severity"), "info");
	CHECK_STR(said(&a, "items.0.detail.object_kind"), "site");
	/* what is refused has not happened */
	ASK(&a, 422, ADMIN, "POST", "/api/v1/sites", "{'name': 'am6'}");
	ASK(&a, 200, ADMIN, "GET", "/api/v1/events?kind=site-created", NULL);
	CHECK_INT(said_int(&a, "items"), 1);
	asker_done(&a);
}

TEST(pages_and_filters)
{
	char path[200];

	REQUIRE(asker_init(&a));
	for (int i = 0; i < 5; i++) {
		(void)snprintf(path, sizeof(path), "{'name': 's%d'}", i);
		ASK(&a, 201, ADMIN, "POST", "/api/v1/sites", path);
	}
	ASK(&a, 200, ADMIN, "GET", "/api/v1/events?kind=site-created&limit=3", NULL);
	CHECK_STR(said(&a, "items.0.site"), "s4");
	(void)snprintf(path, sizeof(path), "/api/v1/events?kind=site-created&limit=3&cursor=%s",
	    said(&a, "next"));
	ASK(&a, 200, ADMIN, "GET", path, NULL);
	CHECK_INT(said_int(&a, "items"), 2);
	CHECK_STR(said(&a, "items.0.site"), "s1");
	ASK(&a, 200, ADMIN, "GET", "/api/v1/events?site=s2", NULL);
	CHECK_INT(said_int(&a, "items"), 1);
	ASK(&a, 200, ADMIN, "GET", "/api/v1/events?severity=error", NULL);
	CHECK_INT(said_int(&a, "items"), 0);
	ASK(&a, 400, ADMIN, "GET", "/api/v1/events?severity=bad", NULL);
	/* a cursor of another list */
	ASK(&a, 200, ADMIN, "GET", "/api/v1/sites?limit=1", NULL);
	(void)snprintf(path, sizeof(path), "/api/v1/events?cursor=%s", said(&a, "next"));
	ASK(&a, 400, ADMIN, "GET", path, NULL);
	asker_done(&a);
}

TEST(an_agents_event_is_there_once)
{
	const struct event v = { .at = 1,
		.received_at = 2,
		.origin = "hst_1:run:1",
		.kind = "service-withdrawn",
		.severity = "notice",
		.message = "x" };

	REQUIRE(asker_init(&a));
	CHECK_INT(add(&v), 1);
	CHECK_INT(add(&v), 0);
	ASK(&a, 200, ADMIN, "GET", "/api/v1/events?severity=notice", NULL);
	CHECK_INT(said_int(&a, "items"), 1);
	CHECK_STR(said(&a, "items.0.kind"), "service-withdrawn");
	asker_done(&a);
}

TEST(who_sees_which)
{
	REQUIRE(asker_init(&a));
	ASK(&a, 401, NOBODY, "GET", "/api/v1/events", NULL);
	ASK(&a, 403, OPERATOR, "GET", "/api/v1/events", NULL);
	ASK(&a, 200, AUDITOR, "GET", "/api/v1/events", NULL);
	ASK(&a, 200, VIEWER, "GET", "/api/v1/projects/alpha/events", NULL);
	CHECK_INT(said_int(&a, "items"), 1); /* that it was created */
	ASK(&a, 404, STRANGER, "GET", "/api/v1/projects/alpha/events", NULL);
	asker_done(&a);
}

TEST(a_stream_goes_on_from_a_number)
{
	int64_t at;

	REQUIRE(asker_init(&a));
	CHECK_INT(stream(ADMIN, "/api/v1/events", STREAM_BEGINS), 200);
	CHECK_STR(TEXT, "retry: 2000\n\n");
	at = a.response.stream_upto;
	CHECK_INT(at, FIRST);
	ASK(&a, 201, ADMIN, "POST", "/api/v1/sites", "{'name': 'am6'}");
	CHECK_INT(stream(ADMIN, "/api/v1/events", at), 200);
	CHECK(str_starts_with(TEXT, "id: 8\ndata: {"));
	CHECK(strstr(TEXT, "\n\nevent: change\ndata: {\"kind\":\"site\",\"id\":\"ste_") != NULL);
	CHECK_INT(a.response.stream_upto, FIRST + 1);
	CHECK_INT(stream(ADMIN, "/api/v1/events", FIRST + 1), 200);
	CHECK_STR(TEXT, "");
	CHECK_INT(a.response.stream_upto, FIRST + 1);
	a.last_event_id = "2";
	CHECK_INT(stream(ADMIN, "/api/v1/events", STREAM_BEGINS), 200);
	CHECK_INT(count(TEXT, "id: "), FIRST - 1);
	a.last_event_id = "x";
	CHECK_INT(stream(ADMIN, "/api/v1/events", STREAM_BEGINS), 400);
	asker_done(&a);
}

TEST(a_filter_hides_no_change)
{
	REQUIRE(asker_init(&a));
	ASK(&a, 201, ADMIN, "POST", "/api/v1/sites", "{'name': 'am6'}");
	CHECK_INT(stream(ADMIN, "/api/v1/events?severity=error", 0), 200);
	CHECK_INT(count(TEXT, "id: "), 0);
	CHECK_INT(count(TEXT, "event: change"), FIRST + 1);
	asker_done(&a);
}

TEST(a_projects_stream_tells_of_places_too)
{
	REQUIRE(asker_init(&a));
	ASK(&a, 201, ADMIN, "POST", "/api/v1/sites", "{'name': 'am6'}");
	ASK(&a, 201, ADMIN, "POST", "/api/v1/pools", "{'name': 'p', 'prefix': '192.0.2.0/24'}");
	ASK(&a, 201, OPERATOR, "POST", "/api/v1/projects/alpha/global-ips", "{}");
	CHECK_INT(stream(VIEWER, "/api/v1/projects/alpha/events", 0), 200);
	CHECK_INT(count(TEXT, "id: "), 2);
	CHECK_INT(count(TEXT, "event: change"), 3);
	CHECK(strstr(TEXT, "\"kind\":\"token\"") == NULL);
	CHECK(strstr(TEXT, "beta") == NULL);
	asker_done(&a);
}

/* It drains their services as well as an order of theirs. */
TEST(an_order_of_a_whole_site_concerns_whose_services_are_there)
{
	REQUIRE(places_init(&a));
	ASK(&a, 201, ADMIN, "POST", "/api/v1/orders", "{'kind': 'drain', 'site': 'am6'}");
	ASK(&a, 201, ADMIN, "POST", "/api/v1/orders", "{'kind': 'hold', 'host': 'sg1-1'}");
	ASK(&a, 200, OPERATOR, "GET", ALPHA "/events?kind=order-created", NULL);
	CHECK_INT(said_int(&a, "items"), 2);
	CHECK_STR(said(&a, "items.0.host"), "sg1-1");
	CHECK_STR(said(&a, "items.1.site"), "am6");
	CHECK(json_is_null(json_object_get(
	    json_array_get(json_object_get(a.response.body, "items"), 1), "project")));
	ASK(&a, 200, STRANGER, "GET", "/api/v1/projects/beta/events", NULL);
	CHECK_INT(said_int(&a, "items"), 1); /* that it was created */
	CHECK_INT(stream(OPERATOR, ALPHA "/events", 0), 200);
	CHECK_INT(count(TEXT, "\"kind\":\"order-created\""), 2);
	asker_done(&a);
}

TEST(a_stream_has_its_pieces)
{
	REQUIRE(asker_init(&a));
	for (int i = 0; i < 250; i++) {
		const struct event v = { .kind = "k", .severity = "info", .message = "x" };

		CHECK_INT(add(&v), 1);
	}
	CHECK_INT(stream(ADMIN, "/api/v1/events", FIRST), 200);
	CHECK(a.response.stream_has_more);
	CHECK_INT(a.response.stream_upto, FIRST + 200);
	CHECK_INT(stream(ADMIN, "/api/v1/events", FIRST + 200), 200);
	CHECK(!a.response.stream_has_more);
	CHECK_INT(a.response.stream_upto, FIRST + 250);
	asker_done(&a);
}

/* 52.37, and not the nearest binary fraction in 17 digits. */
TEST(a_number_in_a_stream_is_as_it_was_sent)
{
	json_auto_t *detail = json_pack("{s:f}", "latitude", 52.37);
	const struct event v = {
		.kind = "k", .severity = "info", .message = "x", .detail = detail
	};

	REQUIRE(asker_init(&a));
	CHECK_INT(add(&v), 1);
	CHECK_INT(stream(ADMIN, "/api/v1/events", FIRST), 200);
	CHECK(strstr(TEXT, "{\"latitude\":52.37}") != NULL);
	asker_done(&a);
}

static int
forget_old(struct store *store, void *arg, struct err *e)
{
	(void)arg;
	return event_forget(store, a.now, 4, e);
}

TEST(what_is_not_kept_is_told_as_a_gap)
{
	struct err e = { 0 };

	REQUIRE(asker_init(&a));
	CHECK_INT(store_transaction(a.store, forget_old, NULL, &e), 0);
	a.last_event_id = "2";
	CHECK_INT(stream(ADMIN, "/api/v1/events", STREAM_BEGINS), 200);
	CHECK(strstr(TEXT,
		  "retry: 2000\n\nid: 4\nevent: gap\ndata: {\"why\":\"forgotten\",\"after\":2,"
		  "\"upto\":4,") != NULL);
	CHECK_INT(count(TEXT, "id: "), 1 + FIRST - 4);
	a.last_event_id = "4";
	CHECK_INT(stream(ADMIN, "/api/v1/events", STREAM_BEGINS), 200);
	CHECK_INT(count(TEXT, "event: gap"), 0);
	CHECK_INT(count(TEXT, "id: "), FIRST - 4);
	/* of a store that was put back to before that */
	a.last_event_id = "1000";
	CHECK_INT(stream(ADMIN, "/api/v1/events", STREAM_BEGINS), 200);
	CHECK(strstr(TEXT, "\"why\":\"restored\",\"after\":1000,\"upto\":7,") != NULL);
	CHECK_INT(a.response.stream_upto, FIRST);
	asker_done(&a);
}
