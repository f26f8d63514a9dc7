/* Reports of agents, as structs, or as errors that name what is wrong. */
#include "controller/report.h"

#include "base/attr.h"
#include "base/strbuf.h"
#include "controller/columns.h"
#include "tap.h"

/* ' for " */
static bool
read(const char *text, struct arena *arena, struct report *ret, json_t **body, json_t *errors)
{
	char *copy = arena_strdup(arena, text);

	for (char *s = copy; *s != '\0'; s++)
		*s = *s == '\'' ? '"' : *s;
	*body = json_loads(copy, 0, NULL);
	return report_read(*body, arena, ret, errors);
}

TEST(everything_is_read)
{
	struct arena *arena = arena_new();
	json_t *errors = json_array(), *body = NULL;
	struct report p;

	CHECK(read(
	    "{'run': 'r1', 'agent_version': '2', 'applied_revision': 7, 'applied_error': null,"
	    " 'services': [{'name': 'b', 'from': 'file', 'addresses': []},"
	    " {'name': 'a.web', 'from': 'controller', 'detail': {'z': 1, 'a': 2}, 'addresses': ["
	    "{'prefix': '192.0.2.9/32', 'stage': 'backup', 'verdict': 'failing', 'reason': 'x',"
	    " 'since': '2026-11-29T16:42:57.5Z'},"
	    "{'prefix': '192.0.2.8/32', 'stage': 'preferred', 'verdict': 'passing',"
	    " 'since': '2026-11-29T17:42:57.5+01:00'}]}],"
	    " 'neighbors': [{'name': 'r', 'address': '2001:db8::1', 'peer_as': 64500,"
	    " 'state': 'Established', 'since': '2026-11-29T16:42:57Z'}],"
	    " 'events': [{'seq': 3, 'at': '2026-11-29T16:42:57Z', 'kind': 'verdict', 'severity':"
	    " 'info', 'message': 'm', 'service': null},"
	    "{'seq': 2, 'at': '2026-11-29T16:42:57Z', 'kind': 'verdict', 'severity': 'error',"
	    " 'message': 'm', 'service': 'a.web'}]}",
	    arena, &p, &body, errors));
	REQUIRE(p.address_count == 2 && p.neighbor_count == 1 && p.event_count == 2);
	CHECK_INT(p.applied, 7);
	CHECK(p.applied_error == NULL);
	CHECK_STR(p.addresses[0].prefix, "192.0.2.8/32");
	CHECK_STR(p.addresses[0].detail, "{\"a\":2,\"z\":1}");
	CHECK(p.addresses[0].is_ours);
	CHECK_INT(p.addresses[0].since, p.addresses[1].since);
	CHECK_STR(p.addresses[1].stage, "backup");
	CHECK_STR(p.addresses[1].detail, "{}"); /* it stands at the first */
	CHECK_STR(p.neighbors[0].address, "2001:db8::1");
	CHECK_INT(p.neighbors[0].peer_as, 64500);
	CHECK_INT(p.events[0].seq, 2);
	CHECK_STR(p.events[0].service, "a.web");
	CHECK(p.events[1].service == NULL);
	json_decref(body);
	json_decref(errors);
	arena_free(arena);
}

TEST(what_is_wrong_is_named)
{
	static const struct {
		const char *body, *field;
	} rows[] = {
		{ "{'services': []}", "/run" },
		{ "{'run': 'a b', 'services': []}", "/run" },
		{ "{'run': 'r', 'services': [{'name': 'x', 'from': 'me', 'addresses': []}]}",
		    "/services/0/from" },
		{ "{'run': 'r', 'services': [{'name': 'x', 'from': 'file', 'addresses': [{'prefix':"
		  " '192.0.2.1/32', 'stage': 'up', 'verdict': 'passing', 'since': "
		  "'2026-01-01T00:00:00Z'}]}]}",
		    "/services/0/addresses/0/stage" },
		{ "{'run': 'r', 'services': [{'name': 'x', 'from': 'file', 'addresses': [{'prefix':"
		  " '192.0.2.1/32', 'stage': 'backup', 'verdict': 'passing', 'since': 'now'}]}]}",
		    "/services/0/addresses/0/since" },
		{ "{'run': 'r', 'services': [{'name': 'x', 'from': 'file', 'addresses': ["
		  "{'prefix': '192.0.2.1/32', 'stage': 'backup', 'verdict': 'passing', 'since': "
		  "'2026-01-01T00:00:00Z'},"
		  "{'prefix': '192.0.2.1/32', 'stage': 'backup', 'verdict': 'passing', 'since': "
		  "'2026-01-01T00:00:00Z'}"
		  "]}]}",
		    "/services" },
		{ "{'run': 'r', 'services': [], 'events': [{'seq': -1, 'at': "
		  "'2026-01-01T00:00:00Z', 'kind': 'k',"
		  " 'severity': 'info', 'message': ''}]}",
		    "/events/0/seq" },
		{ "{'run': 'r', 'services': [], 'neighbors': [{'name': 'n', 'address': 'x', "
		  "'state': 's',"
		  " 'since': '2026-01-01T00:00:00Z'}]}",
		    "/neighbors/0/address" },
		{ "{'run': 'r', 'services': [], 'other': 1}", "/other" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct arena *arena = arena_new();
		json_t *errors = json_array(), *body = NULL;
		struct report p;

		CHECK(!read(rows[i].body, arena, &p, &body, errors));
		CHECK_STR(json_string_value(json_object_get(json_array_get(errors, 0), "field")),
		    rows[i].field);
		json_decref(body);
		json_decref(errors);
		arena_free(arena);
	}
}

TEST(no_more_than_may_be)
{
	struct arena *arena = arena_new();
	json_t *errors = json_array(), *body = NULL;
	struct strbuf text = { 0 };
	struct report p;

	strbuf_add(&text, "{'run': 'r', 'services': [");
	for (unsigned s = 0; s < 3; s++) {
		strbuf_addf(
		    &text, "%s{'name': 's%u', 'from': 'file', 'addresses': [", s > 0 ? "," : "", s);
		for (unsigned i = 0; i < 400; i++)
			strbuf_addf(&text,
			    "%s{'prefix': '10.%u.%u.%u/32', 'stage': 'backup', 'verdict': "
			    "'passing',"
			    " 'since': '2026-01-01T00:00:00Z'}",
			    i > 0 ? "," : "", s, i / 256, i % 256);
		strbuf_add(&text, "]}");
	}
	strbuf_add(&text, "]}");
	CHECK(!read(strbuf_get(&text), arena, &p, &body, errors));
	CHECK_STR(json_string_value(json_object_get(json_array_get(errors, 0), "field")),
	    "/services/2/addresses/200");
	strbuf_done(&text);
	json_decref(body);
	json_decref(errors);
	arena_free(arena);
}

TEST(times)
{
	static const char *const bad[] = { "", "2026", "2026-01-01", "2026-01-01T00:00:00",
		"2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z", "1969-12-31T23:59:59Z",
		"1970-01-01T00:00:00+01:00", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00Zx",
		"2026-01-01 00:00:00Z", "9999-01-01T00:00:00Z", "2026-01-01T00:00:00+1:00" };
	int64_t ns = 7;

	CHECK(time_parse("1970-01-01T00:00:01.25Z", &ns));
	CHECK_INT(ns, 1250000000);
	CHECK(time_parse("1970-01-01t01:00:00.1234567891-00:30", &ns));
	CHECK_INT(ns, INT64_C(5400123456789));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		if (time_parse(bad[i], &ns))
			tap_fail(__FILE__, __LINE__, "taken: %s", bad[i]);
	}
	CHECK_INT(ns, INT64_C(5400123456789));
}
