/* From two files to a plan, and whether the second can be meant. */
#include "agent/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/intent.h"
#include "tap.h"

#define R1(more)                                                                                   \
	"  r1: {address: 192.0.2.2, local-address: 192.0.2.1, peer-as: 64501, local-as: "          \
	"65001" more "}\n"
#define R2(more)                                                                                   \
	"  r2: {address: 192.0.2.3, local-address: 192.0.2.1, peer-as: 64501, local-as: "          \
	"65001" more "}\n"
#define WEB(ips, more) "  web: {global-ips: [" ips "]" more "}\n"
#define DNS(ips, more) "  dns: {global-ips: [" ips "], listen: [udp/53]" more "}\n"
#define FRONT ", checks: {front: {type: http}}"

#define CONF(top, neighbors, services)                                                             \
	"site: ams\nhost: h\nrouter-id: 192.0.2.1\n" top "neighbors:\n" neighbors                  \
	"services:\n" services

#define DAEMON(services)                                                                           \
	"site: ams\nhost: h\nannouncer: bird\nif-agent-dies: keep\nservices:\n" services

#define A "203.0.113.10/32"
#define B "203.0.113.11/32"
#define C "203.0.113.12/32"
#define BASE CONF("", R1(""), WEB(A ", " B, FRONT))

static struct conf *
load(const char *text)
{
	struct strbuf errors = { 0 };
	struct conf *c = NULL;

	if (conf_load_text("test", text, strlen(text), &agent_conf_schema, &c, &errors) < 0)
		tap_fail(__FILE__, __LINE__, "%s", strbuf_get(&errors));
	strbuf_done(&errors);
	return c;
}

static void
show(struct strbuf *out, const char *mark, const struct plan_texts *texts)
{
	for (size_t i = 0; i < texts->count; i++)
		strbuf_addf(out, "%s %s\n", mark, texts->items[i]);
}

/* Everything of the plan as lines (free() it): "." what differs, "$" what it costs, "!" what can
 * not be; then the fates of neighbors and services that are not the same. */
static char *
plan_text(const struct conf *a, const struct conf *b)
{
	static const char *const fates[] = { "same", "changed", "anew", "added", "removed" };
	struct strbuf out = { 0 };
	struct plan p;

	plan_make(conf_root(a), conf_root(b), &p);
	show(&out, ".", &p.differences);
	show(&out, "$", &p.costs);
	show(&out, "!", &p.impossible);
	for (size_t i = 0; i < p.neighbor_count; i++) {
		const struct plan_neighbor *n = &p.neighbors[i];

		if (n->fate != PLAN_SAME)
			strbuf_addf(
			    &out, "%s %s\n", (n->is ? n->is : n->was)->name, fates[n->fate]);
	}
	for (size_t i = 0; i < p.service_count; i++) {
		const struct plan_service *s = &p.services[i];

		if (s->fate != PLAN_SAME)
			strbuf_addf(
			    &out, "%s %s\n", (s->is ? s->is : s->was)->name, fates[s->fate]);
	}
	plan_done(&p);
	return strbuf_take(&out);
}

static void
fail_with(void *userdata, size_t line, const char *sentence)
{
	(void)userdata;
	tap_fail(__FILE__, __LINE__, "line %zu: %s", line, sentence);
}

/* With services of a controller beside the file's. */
static struct conf *
load_added(const char *text, const char *services)
{
	struct conf_addition added = { "controller", services, strlen(services) };
	struct conf *c = NULL;

	CHECK_INT(conf_load_text_added(
		      "test", text, strlen(text), &added, &agent_conf_schema, &c, fail_with, NULL),
	    0);
	return c;
}

TEST(whose_services_they_are)
{
	_cleanup_(conf_freep) struct conf *file = load(BASE);
	_cleanup_(conf_freep) struct conf *both =
	    load_added(BASE, "services:\n" DNS("203.0.113.9/32", ""));
	_cleanup_(conf_freep) struct conf *own =
	    load(CONF("", R1(""), WEB(A ", " B, FRONT) DNS("203.0.113.9/32", "")));
	_cleanup_(freep) char *come = plan_text(file, both), *gone = plan_text(both, file);
	_cleanup_(freep) char *taken = plan_text(both, own), *given = plan_text(own, both);

	CHECK_STR(come, ". service dns (of the controller): added\n"
			"$ 203.0.113.9/32 is announced once it is healthy\ndns added\n");
	CHECK_STR(gone, ". service dns (of the controller): removed\n"
			"$ 203.0.113.9/32 is withdrawn\ndns removed\n");
	CHECK_STR(taken, ". service dns: from: controller → file\ndns changed\n");
	CHECK_STR(given, ". service dns: from: file → controller\ndns changed\n");
}

TEST(what_differs_and_what_it_costs)
{
	static const struct {
		const char *was, *is, *want;
	} rows[] = {
		{ BASE, BASE, "" },
		/* a check's times are taken while it goes on; what it looks at is not */
		{ BASE,
		    CONF(
			"", R1(""), WEB(A ", " B, ", checks: {front: {type: http, interval: 2s}}")),
		    ". service web: check front: interval: 1s → 2s\nweb changed\n" },
		{ BASE,
		    CONF("", R1(""),
			WEB(A ", " B, ", checks: {front: {type: http, expect-status: 204}}")),
		    ". service web: check front: expect-status: \"200\" removed\n"
		    ". service web: check front: expect-status: \"204\" added\n"
		    "$ service web: check front starts anew; what is announced stays so until its "
		    "first verdict\nweb changed\n" },
		{ BASE, CONF("", R1(""), WEB(A ", " B, FRONT ", listen: [tcp/80], med: 7")),
		    ". service web: listen: tcp/80 added\n. service web: med: none → 7\n"
		    "$ service web is announced again, with other attributes\nweb changed\n" },
		/* addresses */
		{ BASE, CONF("", R1(""), WEB(A ", " C, FRONT)),
		    ". service web: global-ips: " B " removed\n"
		    ". service web: global-ips: " C " added\n"
		    "$ " B " is withdrawn\n$ " C
		    " is announced once it is healthy\nweb changed\n" },
		{ BASE, CONF("", R1(""), WEB(A, FRONT) DNS(B, "")),
		    ". service web: global-ips: " B " removed\n. service dns: added\n"
		    "$ " B " goes from service web to service dns\nweb changed\ndns added\n" },
		{ CONF("", R1(""), WEB(A, FRONT) DNS(B, "")), CONF("", R1(""), WEB(A, FRONT)),
		    ". service dns: removed\n$ " B " is withdrawn\ndns removed\n" },
		/* neighbors */
		{ BASE, CONF("", R1(", prefix-limit: 20, idle-hold: 2s"), WEB(A ", " B, FRONT)),
		    ". neighbor r1: idle-hold: 1s → 2s\n. neighbor r1: prefix-limit: 10 → 20\n"
		    "r1 changed\n" },
		{ BASE, CONF("", R1(", hold-time: 30s"), WEB(A ", " B, FRONT)),
		    ". neighbor r1: hold-time: 1m30s → 30s\n$ the session with r1 restarts\nr1 "
		    "anew\n" },
		{ BASE, CONF("", R1(", bfd: true"), WEB(A ", " B, FRONT)),
		    ". neighbor r1: bfd: enabled: false → true\n$ the session with r1 restarts\n"
		    "r1 anew\n" },
		{ BASE, CONF("", R2(""), WEB(A ", " B, FRONT)),
		    ". neighbor r1: removed\n. neighbor r2: added\n$ a session with r2 is opened\n"
		    "$ the session with r1 ends\nr2 added\nr1 removed\n" },
		{ BASE, CONF("", R1(", password: s3cret"), WEB(A ", " B, FRONT)),
		    ". neighbor r1: password: none → (secret)\n$ the session with r1 restarts\n"
		    "r1 anew\n" },
		/* the agent itself */
		{ BASE, CONF("log-level: debug\nsettle-time: 2s\n", R1(""), WEB(A ", " B, FRONT)),
		    ". log-level: info → debug\n. settle-time: 1s → 2s\n" },
		{ BASE, CONF("control: /run/c.sock\n", R1(""), WEB(A ", " B, FRONT)),
		    ". control: /run/nearcast/nearcastd.sock → /run/c.sock\n"
		    "! control: /run/nearcast/nearcastd.sock → /run/c.sock\n" },
		{ BASE,
		    CONF("metrics: {listen: \"127.0.0.1:9179\"}\n", R1(""), WEB(A ", " B, FRONT)),
		    ". metrics: listen: none → \"127.0.0.1:9179\"\n" },
		{ BASE, CONF("hooks: {pager: {exec: [/bin/true]}}\n", R1(""), WEB(A ", " B, FRONT)),
		    ". hook pager: added\n" },
		{ BASE, CONF("interface: dummy0\n", R1(""), WEB(A ", " B, FRONT)),
		    ". interface: lo → dummy0\n! interface: lo → dummy0\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_(conf_freep) struct conf *a = load(rows[i].was), *b = load(rows[i].is);
		_cleanup_(freep) char *got = NULL;

		REQUIRE(a != NULL && b != NULL);
		got = plan_text(a, b);
		CHECK_STR(got, rows[i].want);
	}
}

TEST(a_router_id_is_said_in_every_session)
{
	_cleanup_(conf_freep) struct conf *a = load(BASE);
	_cleanup_(conf_freep) struct conf *b =
	    load("site: ams\nhost: h\nrouter-id: 192.0.2.9\nneighbors:\n" R1("") "services:\n" WEB(
		A ", " B, FRONT));
	_cleanup_(freep) char *got = NULL;

	REQUIRE(a != NULL && b != NULL);
	got = plan_text(a, b);
	CHECK_STR(
	    got, ". router-id: 192.0.2.1 → 192.0.2.9\n$ the session with r1 restarts\nr1 anew\n");
}

static void
write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	REQUIRE(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0);
}

/* The same words (with a %s for a file), and another secret in the file that they name. */
static void
check_another_secret(
    const char *before, const char *after, const char *format, const char *want_before_path,
    const char *want_after_path)
{
	char path[] = "/tmp/nearcast-plan-test-XXXXXX";
	int fd = mkstemp(path);
	const char *at = strstr(format, "%s");
	_cleanup_(freep) char *text =
	    xasprintf("%.*s%s%s", (int)(at - format), format, path, at + 2);
	_cleanup_(freep) char *want = NULL, *got = NULL, *same = NULL;
	_cleanup_(conf_freep) struct conf *a = NULL, *b = NULL, *again = NULL;

	REQUIRE(fd >= 0);
	(void)close(fd);
	write_file(path, before);
	a = load(text);
	again = load(text);
	write_file(path, after);
	b = load(text);
	(void)unlink(path);
	REQUIRE(a != NULL && b != NULL && again != NULL);
	same = plan_text(a, again);
	CHECK_STR(same, "");
	got = plan_text(a, b);
	want = xasprintf("%s%s%s", want_before_path, path, want_after_path);
	CHECK_STR(got, want);
}

TEST(a_password_file_with_another_password)
{
	check_another_secret("first\n", "second\n",
	    CONF("", R1(", password-file: %s"), WEB(A ", " B, FRONT)),
	    ". neighbor r1: password-file: another password in ",
	    "\n$ the session with r1 restarts\nr1 anew\n");
}

TEST(a_key_file_with_another_key)
{
	check_another_secret("first\n", "second\n",
	    CONF("",
		R1(", bfd: {enabled: true, authentication: {type: sha1, key-file: %s}}"),
		WEB(A ", " B, FRONT)),
	    ". neighbor r1: bfd: authentication: key-file: another key in ",
	    "\n$ the session with r1 restarts\nr1 anew\n");
}

TEST(a_headers_file_with_other_headers)
{
	check_another_secret("A: first\n", "A: second\n",
	    CONF("", R1(""), WEB(A, ", checks: {front: {type: http, headers-file: %s}}")),
	    ". service web: check front: headers-file: other headers in ",
	    "\n$ service web: check front starts anew; what is announced stays so until its "
	    "first verdict\nweb changed\n");
}

/* ---- intent ---- */

TEST(what_withdraws_too_much_is_not_meant)
{
	static const char three[] = CONF("", R1("") R2(""), WEB(A ", " B ", " C, FRONT));
	static const struct {
		const char *was, *is, *announced, *refused;
	} rows[] = {
		{ BASE, BASE, A " " B, "" },
		/* half of it is what the default lets through */
		{ BASE, CONF("", R1(""), WEB(A, FRONT)), A " " B, "" },
		{ three, CONF("", R1(""), WEB(A, FRONT)), A " " B " " C,
		    "2 of the 3 Global IPs that are announced now would be withdrawn, more than "
		    "max-withdraw lets a reload do (50 %): " B ", " C },
		/* what is down already is not lost */
		{ three, CONF("", R1(""), WEB(A, FRONT)), A " " B, "" },
		{ three, CONF("", R1(""), WEB(A, FRONT)), B,
		    "nothing of what is announced now would stay: " B },
		{ three, CONF("", R1(""), WEB(A, FRONT)), "", "" },
		/* the running configuration says how much, not the one that is judged */
		{ three, CONF("reload: {max-withdraw: 100}\n", R1(""), WEB(A, FRONT)),
		    A " " B " " C,
		    "2 of the 3 Global IPs that are announced now would be withdrawn, more than "
		    "max-withdraw lets a reload do (50 %): " B ", " C },
		{ CONF("reload: {max-withdraw: 100}\n", R1(""), WEB(A ", " B, FRONT)),
		    CONF("", R1(""), WEB(C, FRONT)), A " " B,
		    "nothing of what is announced now would stay: " A ", " B },
		{ CONF("reload: {max-withdraw: 0}\n", R1(""), WEB(A ", " B, FRONT)),
		    CONF("", R1(""), WEB(A, FRONT)), A " " B,
		    "1 of the 2 Global IPs that are announced now would be withdrawn, more than "
		    "max-withdraw lets a reload do (0 %): " B },
		/* the neighbors who know it go */
		{ three, CONF("", R2(""), WEB(A ", " B ", " C, FRONT)), A " " B " " C, "" },
		{ BASE, CONF("", R2(""), WEB(A ", " B, FRONT)), A " " B,
		    "nothing of what is announced now would stay: " A ", " B },
		/* a routing daemon has neighbors of its own */
		{ DAEMON(WEB(A ", " B, FRONT)), DAEMON(WEB(A, FRONT)), A " " B, "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_(conf_freep) struct conf *a = load(rows[i].was), *b = load(rows[i].is);
		_cleanup_(freep) char *list = xstrdup(rows[i].announced);
		_cleanup_(strbuf_done) struct strbuf why = { 0 };
		struct ip announced[4];
		size_t count = 0;

		REQUIRE(a != NULL && b != NULL);
		for (char *rest, *p = strtok_r(list, " ", &rest); p;
		     p = strtok_r(NULL, " ", &rest)) {
			struct prefix prefix;

			REQUIRE(prefix_parse(p, &prefix) == 0);
			announced[count++] = prefix.addr;
		}
		CHECK_INT(intent_allows(conf_root(a), conf_root(b), announced, count, &why),
		    *rows[i].refused == '\0');
		CHECK_STR(strbuf_get(&why), rows[i].refused);
	}
}
