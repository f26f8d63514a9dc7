/* How far a drain is, by what hosts say. */
#include "cli/drain_rows.h"

#include "base/attr.h"
#include "base/strbuf.h"
#include "cli/fields.h"
#include "tap.h"

/* Sites with one host of these fields (without braces, in single quotes). */
static void
check(const char *fields, const struct drain_scope *scope, const char *want, bool done)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 }, got = { 0 };
	json_auto_t *sites = NULL, *rows = NULL;
	json_t *row;
	size_t i;

	strbuf_addf(&text, "[{'name': 'am6', 'hosts': [{'name': 'h1', %s}]}]", fields);
	for (char *c = text.text; *c != '\0'; c++)
		*c = *c == '\'' ? '"' : *c;
	sites = json_loads(strbuf_get(&text), 0, NULL);
	REQUIRE(sites != NULL);
	rows = drain_rows(sites, scope);
	json_array_foreach (rows, i, row)
		strbuf_addf(&got, "%s%s: %s", i > 0 ? "; " : "", field_text(row, "what"),
		    field_text(row, "text"));
	CHECK_STR(strbuf_get(&got), want);
	CHECK(drain_rows_are_done(rows) == done);
}

#define HERE "'joined': true, 'present': true, 'desired_revision': 7, "
#define TAKEN HERE "'applied_revision': 7, "
#define SERVICE(drain)                                                                             \
	"'services': [{'name': 'x.web', 'from': 'controller', 'detail': {'drain': " drain "}}, "   \
	"{'name': 'own', 'from': 'file', 'detail': {'drain': null}}]"
#define GOES "{'phase': 'waiting', 'connections': 3, 'most_connections': 12, 'left_ms': 5000}"
#define DONE "{'phase': 'done', 'ended_why': '0 connections left after 2.1s'}"

static const struct drain_scope all = { 0 }, web = { .service = "web", .site = "am6" };

TEST(each_service_of_the_controller)
{
	check(TAKEN SERVICE(GOES), &all, "h1: x.web: 3 of 12 connections left, at most 5s more",
	    false);
	check(TAKEN SERVICE(DONE), &all, "h1: x.web: drained: 0 connections left after 2.1s", true);
	check(TAKEN SERVICE("null"), &all, "h1: x.web: is not drained there", false);
}

TEST(what_was_said_before_it_was_taken_does_not_count)
{
	check(
	    HERE "'applied_revision': 6, " SERVICE(DONE), &all, "h1: has not taken it yet", false);
	check(HERE "'applied_revision': null, " SERVICE(DONE), &all, "h1: has not taken it yet",
	    false);
	check(HERE "'applied_revision': 6, 'applied_error': 'no such thing', " SERVICE(DONE), &all,
	    "h1: no such thing", false);
	check(
	    "'joined': true, 'present': false, " SERVICE(DONE), &all, "h1: is not heard of", false);
}

TEST(who_has_nothing)
{
	check("'joined': false, 'services': []", &all, "", true);
	check(TAKEN "'services': []", &all, "", true);
	check(TAKEN "'services': []", &web, "h1: web: is not told of yet", false);
}

TEST(elsewhere)
{
	check(TAKEN SERVICE(GOES), &(struct drain_scope){ .site = "sg1" }, "", true);
	check(TAKEN SERVICE(GOES), &(struct drain_scope){ .host = "h2" }, "", true);
	check(TAKEN SERVICE(DONE), &(struct drain_scope){ .host = "h1" },
	    "h1: x.web: drained: 0 connections left after 2.1s", true);
}
