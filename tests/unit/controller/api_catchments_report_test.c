/* The report of a catchment through the API: places and AS numbers that it is told, and what comes
 * of them. */
#include <stdlib.h>
#include <string.h>

#include "catching.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "controller/catchment_report.h"
#include "tap.h"

/* Of the four targets of catching.h: two in Amsterdam, one in New York, one not known. */
#define PLACES                                                                                     \
	"'places': ['9.9.9.0/24 NL 52.37 4.90 Amsterdam', '# of whom', "                           \
	"'9.9.10.0/24\\tUS\\t40.71 -74.00\\tNew York', '9.9.11.0/24 NL 52.37 4.90 Amsterdam']"
#define ASNS "'asns': ['9.9.8.0\\t22\\t64500', '9.9.12.0/24 64501_64502 Northwind']"

static const char *
at(const char *more)
{
	static char text[200];

	(void)snprintf(text, sizeof(text), "%s%s", path, more);
	return text;
}

static void
place_sites(struct agents *g)
{
	static const struct {
		const char *site, *body;
	} sites[] = {
		{ "am6",
		    "{'city': 'Amsterdam', 'country': 'NL', 'latitude': 52.37, 'longitude': 4.9}" },
		{ "ny5",
		    "{'city': 'New York', 'country': 'US', 'latitude': 40.71, 'longitude': -74}" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(sites); i++) {
		char where[60];

		(void)snprintf(where, sizeof(where), "/api/v1/sites/%s", sites[i].site);
		g->a.if_match = "*";
		ASK(&g->a, 200, ADMIN, "PATCH", where, sites[i].body);
	}
}

/* 9.9.9.1 lands well at am6, 9.9.10.7 badly there, 9.9.11.7 at ny5, far off; 9.9.12.7 at two. */
static void
measure(struct agents *g)
{
	all_listen(g);
	CHECK_STR(
	    say(g, 0, 2, "sending", ", 'rows': ['9.9.9.1 9000', '9.9.10.7 90000', '9.9.12.7 1']"),
	    "send");
	(void)say(g, 1, 2, "listening", ", 'rows': ['9.9.11.7 85000', '9.9.12.7 2']");
	CHECK_STR(say(g, 0, 3, "sent", ""), "measure");
	(void)say(g, 0, 4, "measured",
	    ", 'kind': 'rtt', 'rows': ['9.9.9.1 8000', '9.9.10.7 88000', '9.9.11.7 7000']");
	(void)say(g, 1, 3, "measured",
	    ", 'kind': 'rtt', 'rows': ['9.9.9.1 90000', '9.9.10.7 5000', '9.9.11.7 86000']");
	(void)say(g, 2, 2, "measured", "");
}

/* The item of a list whose key has that text. */
static const json_t *
item(struct agents *g, const char *list, const char *key, const char *text)
{
	json_t *one;
	size_t i;

	json_array_foreach (json_object_get(g->a.response.body, list), i, one) {
		const char *its = json_string_value(json_object_get(one, key));

		if (its != NULL && strcmp(its, text) == 0)
			return one;
	}
	tap_fail(__FILE__, __LINE__, "%s: none whose %s is %s", list, key, text);
	return NULL;
}

static const char *
text_of(const json_t *j, const char *key)
{
	const char *text = json_string_value(json_object_get(j, key));

	return text != NULL ? text : "";
}

static double
number_of(const json_t *j, const char *key)
{
	return json_number_value(json_object_get(j, key));
}

TEST(with_places_from_the_request_to_the_report)
{
	const json_t *one;
	struct agents g;

	REQUIRE(agents_init(&g));
	place_sites(&g);
	begin(&g, ", 'best': true, " PLACES ", " ASNS);
	CHECK_INT(said_int(&g.a, "place_count"), 3);
	CHECK_INT(said_int(&g.a, "asn_count"), 2);
	measure(&g);
	all_end(&g, 6);
	CHECK_STR(state(&g), "done");
	ASK(&g.a, 200, VIEWER, "GET", at("/report"), NULL);
	CHECK(json_is_true(json_object_get(g.a.response.body, "complete")));
	CHECK_INT(said_int(&g.a, "asked"), 4);
	CHECK_INT(said_int(&g.a, "after.heard.clients"), 4);
	CHECK_INT(said_int(&g.a, "after.at_several_sites.clients"), 1);
	CHECK_INT(said_int(&g.a, "after.compared.clients"), 3);
	CHECK_INT(said_int(&g.a, "after.at_best_site.clients"), 1);
	CHECK_INT(said_int(&g.a, "after.placed.clients"), 3);
	CHECK_INT(said_int(&g.a, "after.latency_cdf"), 3);
	CHECK_INT(said_int(&g.a, "after.inflation_cdf"), 3);
	CHECK_INT(said_int(&g.a, "sites"), 3); /* sg1, too, where nobody lands */
	CHECK_STR(said(&g.a, "sites.0.city"), "Amsterdam");
	CHECK_INT(said_int(&g.a, "sites.0.after.clients"), 2);
	CHECK_INT(said_int(&g.a, "clients"), 4);
	one = item(&g, "clients", "client", "9.9.11.7");
	CHECK_STR(text_of(one, "site"), "ny5");
	CHECK_STR(text_of(one, "better_site"), "am6");
	CHECK_STR(text_of(one, "city"), "Amsterdam");
	CHECK_INT(json_integer_value(json_object_get(one, "asn")), 64500);
	CHECK_INT((int64_t)number_of(one, "rtt_ms"), 86);
	CHECK_INT((int64_t)number_of(one, "inflation_ms"), 79);
	CHECK_INT((int64_t)number_of(one, "inflation_km") / 100, 58);
	one = item(&g, "clients", "client", "9.9.12.7");
	CHECK_STR(text_of(one, "sites"), "am6,ny5");
	CHECK_STR(text_of(one, "network"), "Northwind");
	CHECK_STR(text_of(one, "better_site"), "");
	CHECK_INT(said_int(&g.a, "clients_told.unplaced"), 1);
	CHECK_INT(said_int(&g.a, "better"), 2);
	one = item(&g, "better", "country", "US");
	CHECK_STR(text_of(one, "site"), "am6");
	CHECK_STR(text_of(one, "better_site"), "ny5");
	CHECK_INT((int64_t)number_of(one, "share"), 25);
	agents_done(&g);
}

/* A catchment that was begun without is told afterwards; what is told again weighs once. */
TEST(shares_are_of_the_weight)
{
	const json_t *one, *after;
	struct agents g;

	REQUIRE(agents_init(&g));
	place_sites(&g);
	begin(
	    &g, ", 'best': true, 'weights': ['9.9.9.0/24 600', '9.9.10.7 300'], " PLACES ", " ASNS);
	CHECK_INT(said_int(&g.a, "weight_count"), 2);
	measure(&g);
	all_end(&g, 6);
	ASK(&g.a, 200, OPERATOR, "POST", at("/places"),
	    "{'weights': ['9.9.10.7 300', '9.9.12.0/23 100', '198.51.100.0/24 5000']}");
	CHECK_INT(said_int(&g.a, "weight_count"), 4);
	ASK(&g.a, 200, VIEWER, "GET", at("/report"), NULL);
	CHECK(json_is_true(json_object_get(g.a.response.body, "weighted")));
	after = json_object_get(g.a.response.body, "after");
	CHECK_INT((int64_t)number_of(json_object_get(after, "heard"), "weight"), 1000);
	/* one of three clients that were compared, with 600 of 900 */
	CHECK_INT(said_int(&g.a, "after.at_best_site.clients"), 1);
	CHECK_INT((int64_t)number_of(json_object_get(after, "at_best_site"), "share"), 66);
	one = item(&g, "sites", "name", "am6");
	CHECK_INT((int64_t)number_of(json_object_get(one, "after"), "share"), 90);
	one = item(&g, "clients", "client", "9.9.10.7");
	CHECK_INT((int64_t)number_of(one, "weight"), 300);
	CHECK_INT((int64_t)number_of(one, "share"), 30);
	one = item(&g, "better", "country", "US");
	CHECK_INT((int64_t)number_of(one, "share"), 30);
	/* one that nothing was told of weighs nothing */
	one = item(&g, "clients", "client", "9.9.11.7");
	CHECK_INT((int64_t)number_of(one, "weight"), 0);
	agents_done(&g);
}

TEST(names_that_would_turn_what_follows)
{
	const json_t *one;
	struct agents g;

	REQUIRE(agents_init(&g));
	begin(&g, ", 'places': ['9.9.10.0/24 NL 52.37 4.90 Ams\\u202eterdam'],"
		  " 'asns': ['9.9.10.0/24 64501 North\\u202ewind']");
	all_listen(&g);
	(void)say(&g, 1, 2, "listening", ", 'rows': ['9.9.10.7 20000']");
	ASK(&g.a, 200, VIEWER, "GET", at("/report"), NULL);
	one = item(&g, "clients", "client", "9.9.10.7");
	CHECK_STR(text_of(one, "network"), "North?wind");
	CHECK_STR(text_of(one, "city"), "Ams?terdam");
	agents_done(&g);
}

/* One that lands where nobody measured: another site may be far worse than that. */
TEST(no_best_site_without_where_it_lands)
{
	const json_t *one;
	struct agents g;

	REQUIRE(agents_init(&g));
	begin(&g, ", 'best': true");
	all_listen(&g);
	(void)say(&g, 0, 2, "sending", ", 'rows': ['9.9.9.1 9000']");
	(void)say(&g, 1, 2, "listening", ", 'rows': ['9.9.11.7 85000']");
	(void)say(&g, 0, 3, "sent", "");
	(void)say(
	    &g, 0, 4, "measured", ", 'kind': 'rtt', 'rows': ['9.9.9.1 8000', '9.9.11.7 7000']");
	(void)say(&g, 1, 3, "failed", ", 'why': 'no raw socket'");
	(void)say(&g, 2, 2, "measured", "");
	all_end(&g, 6);
	ASK(&g.a, 200, VIEWER, "GET", at("/report"), NULL);
	CHECK(json_is_false(json_object_get(g.a.response.body, "complete")));
	CHECK_INT(said_int(&g.a, "after.compared.clients"), 1);
	one = item(&g, "clients", "client", "9.9.9.1");
	CHECK_STR(text_of(one, "best_site"), "am6");
	one = item(&g, "clients", "client", "9.9.11.7");
	CHECK_STR(text_of(one, "site"), "ny5");
	CHECK(json_is_null(json_object_get(one, "rtt_ms")));
	CHECK(json_is_null(json_object_get(one, "best_site")));
	CHECK(json_is_null(json_object_get(one, "best_rtt_ms")));
	agents_done(&g);
}

TEST(while_it_goes_on)
{
	struct agents g;

	REQUIRE(agents_init(&g));
	begin(&g, ", " PLACES);
	ASK(&g.a, 200, VIEWER, "GET", at("/report"), NULL);
	CHECK_INT(said_int(&g.a, "clients"), 0);
	CHECK_STR(said(&g.a, "notes.0"), "it goes on: more may land");
	all_listen(&g);
	(void)say(&g, 1, 2, "listening", ", 'rows': ['9.9.10.7 20000']");
	ASK(&g.a, 200, VIEWER, "GET", at("/report"), NULL);
	CHECK(json_is_false(json_object_get(g.a.response.body, "complete")));
	CHECK_INT(said_int(&g.a, "after.heard.clients"), 1);
	CHECK_STR(said(&g.a, "clients.0.site"), "ny5");
	CHECK_STR(said(&g.a, "clients.0.city"), "New York");
	/* the sites are the same, in the same order, whoever comes first */
	CHECK_STR(said(&g.a, "sites.0.name"), "am6");
	CHECK_STR(said(&g.a, "sites.1.name"), "ny5");
	(void)say(&g, 0, 2, "failed", ", 'why': 'no raw socket'");
	all_end(&g, 7);
	CHECK_STR(state(&g), "failed");
	ASK(&g.a, 200, VIEWER, "GET", at("/report"), NULL);
	CHECK_STR(said(&g.a, "notes.0"), "failed: the host that sends: no raw socket");
	CHECK_STR(said(&g.a, "notes.1"), "am6-1: no raw socket");
	CHECK_INT(said_int(&g.a, "after.heard.clients"), 1);
	agents_done(&g);
}

TEST(replies_that_were_dropped_are_missing)
{
	struct agents g;

	REQUIRE(agents_init(&g));
	begin(&g, "");
	all_listen(&g);
	(void)say(&g, 1, 2, "listening", ", 'rows': ['9.9.10.7 20000'], 'counts': {'dropped': 2}");
	(void)say(&g, 0, 2, "sent", "");
	all_end(&g, 3);
	ASK(&g.a, 200, VIEWER, "GET", at("/report"), NULL);
	CHECK_STR(
	    said(&g.a, "notes.0"), "ny5-1: up to 2 replies came faster than they could be taken");
	agents_done(&g);
}

TEST(told_where_they_are_when_it_is_over)
{
	struct agents g;

	REQUIRE(agents_init(&g));
	place_sites(&g);
	begin(&g, ", 'best': true");
	measure(&g);
	all_end(&g, 6);
	ASK(&g.a, 200, VIEWER, "GET", at("/report"), NULL);
	CHECK_INT(said_int(&g.a, "clients_told.unplaced"), 4);
	ASK(&g.a, 403, VIEWER, "POST", at("/places"), "{" PLACES "}");
	ASK(&g.a, 404, STRANGER, "POST", at("/places"), "{" PLACES "}");
	ASK(&g.a, 200, OPERATOR, "POST", at("/places"), "{" PLACES "}");
	CHECK_INT(said_int(&g.a, "place_count"), 3);
	CHECK_INT(said_int(&g.a, "asn_count"), 0);
	/* in pieces */
	ASK(&g.a, 200, OPERATOR, "POST", at("/places"),
	    "{" ASNS ", 'places': ['9.9.12.0/24 - - -']}");
	CHECK_INT(said_int(&g.a, "place_count"), 4);
	CHECK_INT(said_int(&g.a, "asn_count"), 2);
	/* who does not know whether it was taken sends it again */
	ASK(&g.a, 200, OPERATOR, "POST", at("/places"), "{" PLACES ", " ASNS "}");
	CHECK_INT(said_int(&g.a, "place_count"), 4);
	ASK(&g.a, 422, OPERATOR, "POST", at("/places"),
	    "{'places': ['9.9.12.0/24 - - -', '9.9.13.0/24 x']}");
	CHECK_STR(said_error(&g.a),
	    "/places/1: expected a prefix, a country, and degrees north and east");
	ASK(&g.a, 200, VIEWER, "GET", at("/report"), NULL);
	CHECK_INT(said_int(&g.a, "clients_told.unplaced"), 1);
	CHECK_STR(text_of(item(&g, "clients", "client", "9.9.10.7"), "city"), "New York");
	ASK(&g.a, 200, OPERATOR, "GET", ALPHA "/audit?kind=catchment", NULL);
	CHECK_STR(said(&g.a, "items.0.action"), "change");
	ASK(&g.a, 204, OPERATOR, "DELETE", path, NULL);
	agents_done(&g);
}

TEST(beside_an_earlier_one)
{
	char first[200];
	struct agents g;

	REQUIRE(agents_init(&g));
	begin(&g, ", 'best': true");
	measure(&g);
	all_end(&g, 6);
	(void)snprintf(first, sizeof(first), "/report?before=%s", strrchr(path, '/') + 1);
	begin(&g, "");
	all_listen(&g);
	(void)say(&g, 1, 2, "listening", ", 'rows': ['9.9.9.1 1', '9.9.11.7 1']");
	ASK(&g.a, 200, VIEWER, "GET", at(first), NULL);
	CHECK_INT(said_int(&g.a, "before.heard.clients"), 4);
	CHECK_INT(said_int(&g.a, "after.heard.clients"), 2);
	CHECK_INT(said_int(&g.a, "change.moved.clients"), 1);
	CHECK_INT(said_int(&g.a, "sites.0.before.clients"), 2);
	ASK(&g.a, 400, VIEWER, "GET", at("/report?before=x"), NULL);
	CHECK(strstr(said(&g.a, "detail"), "there is no catchment \"x\"") != NULL);
	agents_done(&g);
}

/* What is wrong with lines, and what is said of it. */
TEST(lines_that_are_refused)
{
	static const struct {
		const char *body, *error;
	} rows[] = {
		{ "{}", ": says nothing: places, asns or weights have lines of their files" },
		{ "{'places': []}",
		    ": says nothing: places, asns or weights have lines of their files" },
		{ "{'places': 'x'}", "/places: expected an array of strings, found a string" },
		{ "{'places': ['9.9.8.0/24 NL 1 1', '']}",
		    "/places/1: expected 1 to 1024 bytes of text without control characters" },
		{ "{'places': ['9.9.8.0/24 NL 1 1', '9.9.9.1/24 NL 1 1']}",
		    "/places/1: bits are set behind the length of the prefix" },
		{ "{'places': ['9.9.8.0/24 NL 91 1']}",
		    "/places/0: there is no such place on the earth" },
		{ "{'places': ['# nothing', '9.9.8.0/24 NL']}",
		    "/places/1: expected a prefix, a country, and degrees north and east" },
		{ "{'places': ['9.9.8.0/24 NL 1 1', '9.9.7.0/24 NL 1 1', '9.9.8.0/24 NL 1 1']}",
		    "/places/2: this prefix is there twice" },
		/* of what is there already, the first line of the second piece */
		{ "{'places': ['9.9.9.0/24 NL 1 1']}", "/places/0: this prefix is there twice" },
		{ "{'asns': ['9.9.8.0/24 x']}", "/asns/0: expected an AS number, 1 to 4294967295" },
		{ "{'weights': ['9.9.8.0/24 7', '9.9.8.0/24 many']}",
		    "/weights/1: expected a whole number" },
		{ "{'weights': ['9.9.8.0/24 7', '9.9.8.0/24 8']}",
		    "/weights/1: has its weight already" },
	};
	struct agents g;

	REQUIRE(agents_init(&g));
	begin(&g, ", " PLACES);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		ASK(&g.a, 422, OPERATOR, "POST", at("/places"), rows[i].body);
		CHECK_STR(said_error(&g.a), rows[i].error);
	}
	CHECK_STR(state(&g), "requested");
	CHECK_INT(said_int(&g.a, "place_count"), 3);
	agents_done(&g);
}

TEST(a_request_with_bad_lines_begins_nothing)
{
	struct agents g;

	REQUIRE(agents_init(&g));
	all_there(&g);
	ASK(&g.a, 422, OPERATOR, "POST", CATCHMENTS, wanted(", 'asns': ['9.9.9.0/24 0']"));
	CHECK_STR(said_error(&g.a), "/asns/0: expected an AS number, 1 to 4294967295");
	ASK(&g.a, 200, OPERATOR, "GET", CATCHMENTS, NULL);
	CHECK_INT(said_int(&g.a, "items"), 0);
	agents_done(&g);
}

/* So many lines of prefixes of their own. */
static char *
many(unsigned from, unsigned count)
{
	struct strbuf text = { 0 };

	strbuf_add(&text, "{'places': [");
	for (unsigned i = from; i < from + count; i++)
		strbuf_addf(&text, "%s'10.%u.%u.%u/32 - - -'", i > from ? "," : "", i >> 16,
		    i >> 8 & 255, i & 255);
	strbuf_add(&text, "]}");
	return strbuf_take(&text);
}

TEST(no_more_than_so_many)
{
	const unsigned piece = 10000;
	struct agents g;

	REQUIRE(agents_init(&g));
	begin(&g, "");
	for (unsigned i = 0; i < CATCHMENT_PLACES_MAX; i += piece) {
		_cleanup_(freep) char *lines = many(i, piece);

		ASK(&g.a, 200, OPERATOR, "POST", at("/places"), lines);
	}
	CHECK_INT(said_int(&g.a, "place_count"), CATCHMENT_PLACES_MAX);
	ASK(&g.a, 422, OPERATOR, "POST", at("/places"), "{'places': ['9.9.9.0/24 - - -']}");
	CHECK_STR(said_error(&g.a),
	    "/places: are 100001 prefixes with what is there; at most 100000 for one catchment");
	agents_done(&g);
}
