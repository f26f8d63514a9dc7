#include "report/page.h"

#include <stdlib.h>

#include "report_example.h"
#include "tap.h"

#define DEPTH_MAX 32

static bool
is_one_of(const char *const *names, const char *name, size_t len)
{
	for (; *names; names++) {
		if (strlen(*names) == len && strncmp(name, *names, len) == 0)
			return true;
	}
	return false;
}

static bool
is_void(const char *name, size_t len)
{
	return is_one_of((const char *const[]){ "meta", "input", "br", NULL }, name, len);
}

static bool
is_raw(const char *name, size_t len)
{
	return is_one_of((const char *const[]){ "style", "script", NULL }, name, len);
}

/* The end of a tag; attributes stand between double quotes. */
static const char *
tag_end(const char *p)
{
	bool quoted = false;

	for (; *p && (quoted || *p != '>'); p++)
		quoted ^= *p == '"';
	return p;
}

/* Each element that begins ends, in order. Style and script end where they first could. */
static void
check_nesting(const char *page)
{
	const char *open[DEPTH_MAX];
	size_t lens[DEPTH_MAX], depth = 0;

	for (const char *p = strstr(page, "<html"); (p = strchr(p, '<')); p = tag_end(p)) {
		bool closes = p[1] == '/';
		const char *name = p + 1 + closes, *end = tag_end(p);
		size_t len = strcspn(name, " />");

		REQUIRE(*end == '>' && len > 0);
		if (closes) {
			REQUIRE(depth > 0);
			depth--;
			if (lens[depth] != len || strncmp(open[depth], name, len) != 0) {
				tap_fail(__FILE__, __LINE__, "%.*s ends as %.40s", (int)lens[depth],
				    open[depth], name);
				return;
			}
		} else if (is_raw(name, len)) {
			p = strstr(end, "</");
			REQUIRE(p && strncmp(p + 2, name, len) == 0);
		} else if (end[-1] != '/' && !is_void(name, len)) {
			REQUIRE(depth < DEPTH_MAX);
			open[depth] = name;
			lens[depth++] = len;
		}
	}
	CHECK_INT(depth, 0);
}

static char *
page_of(const struct report *r)
{
	struct strbuf out = { 0 };

	report_html_write(r, &out);
	return strbuf_take(&out);
}

TEST(the_page_is_whole)
{
	struct report r;
	char *page, *again;

	report_example(&r);
	page = page_of(&r);
	again = page_of(&r);
	check_nesting(page);
	CHECK_STR(again, page); /* pure */
	CHECK(strstr(page, "<!DOCTYPE html>") == page);
	CHECK(strstr(page, "</html>\n") != NULL);
	free(page);
	free(again);
	report_done(&r);
}

TEST(what_it_says)
{
	static const char *const words[] = { "<h1>Three sites</h1>", "203.0.113.80",
		"2026-11-18 11:06 UTC", "targets.txt: 7 targets", "sg1.txt: has no last line",
		"Singapore only", "AS64501 Lusitania", "Why: prefers a neighbor that leads farther",
		"which it meets in New York", "At ny5, ask Atlas not to announce",
		"here it goes astray", "AS64496</span> Atlas", "To the own address of am6",
		"no answer", "Not on the map: 2 clients", "Bay &amp; &quot;Sound&quot;",
		"SIGCOMM 2021", "7 asked, 6 heard, of which 1 lands at several sites; 1 unheard" };
	struct report r;
	char *page;

	report_example(&r);
	page = page_of(&r);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!strstr(page, words[i]))
			tap_fail(__FILE__, __LINE__, "does not say: %s", words[i]);
	}
	free(page);
	report_done(&r);
}

/* A network of the example is called like an attack. */
TEST(what_strangers_wrote_is_escaped)
{
	struct report r;
	char *page;

	report_example(&r);
	page = page_of(&r);
	CHECK(strstr(page, "<img") == NULL);
	CHECK(strstr(page, "&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;") != NULL);
	free(page);
	report_done(&r);
}

TEST(it_names_nothing_to_fetch)
{
	static const char *const words[] = { "src=", "url(", "@import", "http://", "https://",
		"<link", "xlink" };
	struct report r;
	char *page;

	report_init(&r);
	report_compute(&r);
	page = page_of(&r);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strstr(page, words[i]))
			tap_fail(__FILE__, __LINE__, "says: %s", words[i]);
	}
	CHECK(strstr(page, "default-src 'none'; style-src 'sha256-") != NULL);
	CHECK(strstr(page, "unsafe") == NULL);
	free(page);
	report_done(&r);
}

/* Best of what was measured is not best of all. */
TEST(it_says_for_how_many_the_best_is_known)
{
	struct report r;
	char *page;

	report_init(&r);
	(void)report_add_site(&r, "am6");
	for (int i = 0; i < 3; i++) {
		struct report_client *c = report_add_client(&r, "192.0.2.0/24");

		c->after.heard = true;
		c->after.site = c->after.best_site = 0;
		c->after.rtt = 10;
		if (i == 0)
			c->after.best_rtt = 10;
	}
	report_compute(&r);
	page = page_of(&r);
	CHECK(strstr(page, "was measured for 1 of 3 clients") != NULL);
	free(page);
	report_done(&r);
}

TEST(nothing_was_measured)
{
	struct report r;
	char *page;

	report_init(&r);
	report_compute(&r);
	page = page_of(&r);
	check_nesting(page);
	CHECK(strstr(page, "id=\"map\"") == NULL);
	CHECK(strstr(page, "href=\"#map\"") == NULL);
	CHECK(strstr(page, "nan") == NULL && strstr(page, "inf\"") == NULL);
	free(page);
	report_done(&r);
}

TEST(who_lands_badly_is_not_known)
{
	struct report r;
	char *page;

	report_init(&r);
	(void)report_add_site(&r, "am6");
	report_add_client(&r, "192.0.2.0/24")->after.heard = true;
	r.clients[0].after.site = 0;
	report_compute(&r);
	page = page_of(&r);
	CHECK(strstr(page, "better is not known: there are no RTTs to compare") != NULL);
	CHECK(strstr(page, "<p>That is not known: ") != NULL);
	CHECK(strstr(page, "There is none.") == NULL && strstr(page, "No client was") == NULL);
	free(page);
	report_done(&r);
}

TEST(without_a_before_nothing_is_compared)
{
	struct report r;
	char *page;

	report_init(&r);
	report_add_site(&r, "am6")->place =
	    (struct report_place){ "Amsterdam", "NL", true, { 52.37, 4.90 } };
	(void)report_add_client(&r, "192.0.2.0/24");
	report_compute(&r);
	page = page_of(&r);
	check_nesting(page);
	CHECK(strstr(page, "type=\"radio\"") == NULL);
	CHECK(strstr(page, "class=\"is-before\"") == NULL);
	CHECK(strstr(page, "unchanged") == NULL);
	free(page);
	report_done(&r);
}

/* Of a report whose only client lands badly; `placed` sites of two have a place. */
static void
check_places(size_t placed, const char *want)
{
	struct report_client *c;
	struct report r;
	char *page;

	report_init(&r);
	for (size_t i = 0; i < 2; i++) {
		struct report_site *site = report_add_site(&r, i == 0 ? "am6" : "sg1");

		if (i < placed)
			site->place =
			    (struct report_place){ "Amsterdam", "NL", true, { 52.37, 4.90 } };
	}
	c = report_add_client(&r, "192.0.2.1");
	c->place = (struct report_place){ "Tokyo", "JP", true, { 35.68, 139.69 } };
	c->after.heard = true;
	c->after.site = 0;
	c->after.rtt = 250;
	c->after.best_site = 1;
	c->after.best_rtt = 70;
	report_compute(&r);
	page = page_of(&r);
	check_nesting(page);
	CHECK(strstr(page, want) != NULL);
	CHECK((strstr(page, "Sites are ringed.") != NULL) == (placed > 0));
	CHECK((strstr(page, "with a line to its site") != NULL) == (placed > 0));
	CHECK((strstr(page, "--names") != NULL) == (placed < 2));
	free(page);
	report_done(&r);
}

TEST(without_places_of_sites_the_map_says_so)
{
	check_places(0, "where they land. Where the sites are is not known: <code>--names</code>");
	check_places(1, "Sites are ringed. Not on the map: 1 site whose place is not known: ");
	check_places(2, "Sites are ringed.</figcaption>");
}

static void
add_tokyo(struct report *r, double best_rtt, uint32_t best_site)
{
	struct report_client *c = report_add_client(r, "192.0.2.1");

	c->place = (struct report_place){ "Tokyo", "JP", true, { 35.68, 139.69 } };
	c->after.heard = true;
	c->after.rtt = 250;
	c->after.site = 0;
	c->after.best_site = best_site;
	c->after.best_rtt = best_rtt;
}

static void
says(bool quicker, bool nearer, const char *want)
{
	struct strbuf page = { 0 };
	struct report r;

	report_init(&r);
	report_add_site(&r, "am6")->place =
	    (struct report_place){ "Amsterdam", "NL", true, { 52.37, 4.90 } };
	report_add_site(&r, "sg1")->place =
	    (struct report_place){ "Singapore", "SG", true, { 1.29, 103.85 } };
	if (quicker)
		add_tokyo(&r, 70, 1);
	if (nearer)
		add_tokyo(&r, 250, 0);
	report_compute(&r);
	report_html_write(&r, &page);
	CHECK(strstr(strbuf_get(&page), want) != NULL);
	CHECK((strstr(strbuf_get(&page), "loses ") != NULL) == quicker);
	CHECK((strstr(strbuf_get(&page), "better site") != NULL) == quicker);
	strbuf_done(&page);
	report_done(&r);
}

TEST(who_is_only_far_away_is_not_called_served_badly)
{
	says(true, false,
	    ". A better site could serve <a href=\"#better\">1 client</a>; the worst of them loses "
	    "180 ms.</p>");
	says(false, true,
	    ". <a href=\"#better\">1 client</a> lands far from the nearest site, which is not "
	    "known to be quicker.</p>");
	says(true, true,
	    "180 ms. <a href=\"#better\">1 client</a> more lands far from the nearest site, which "
	    "is not known to be quicker.</p>");
}
