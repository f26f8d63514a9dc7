/* What a run has measured, as a report: a document of labs/article.yaml, made by hand. */
#include "lab/run_report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "lab/address_files.h"
#include "lab/cities.h"
#include "measure/origins.h"
#include "measure/places.h"
#include "tap.h"

struct loaded {
	struct conf *conf;
	struct lab_plan *plan;
};

static void
loaded_done(struct loaded *l)
{
	lab_plan_free(l->plan);
	conf_free(l->conf);
}

static bool
load(struct loaded *ret)
{
	_cleanup_(strbuf_done) struct strbuf errors = { 0 };
	_cleanup_(freep) char *path = xasprintf("%s/article.yaml", getenv("LABS"));

	*ret = (struct loaded){ 0 };
	if (scenario_load_file(path, &ret->conf, &errors) < 0 ||
	    lab_plan_new(conf_root(ret->conf), &ret->plan, NULL) < 0) {
		tap_fail(__FILE__, __LINE__, "%s", strbuf_get(&errors));
		return false;
	}
	return true;
}

/* of requests, some of which were held up by other work of the machine */
#define TIMINGS(ms)                                                                                \
	"{\"namelookup_ms\":{\"min\":0,\"median\":0},"                                             \
	"\"connect_ms\":{\"min\":" #ms ",\"median\":499.5}}"
#define UNICAST(client, site, ms)                                                                  \
	"{\"client\":\"" client "\",\"site\":\"" site                                              \
	"\",\"family\":\"ipv4\",\"ok\":5,\"timings\":" TIMINGS(ms) "}"
#define ANYCAST(client, family, site, ms)                                                          \
	"{\"client\":\"" client "\",\"service\":\"web\",\"family\":\"" family                      \
	"\",\"ok\":5,\"sites\":{\"" site "\":5},"                                                  \
	"\"timings\":" TIMINGS(ms) "}"
#define HOP(ttl, address)                                                                          \
	"{\"ttl\":" #ttl ",\"replies\":[{\"address\":\"" address "\",\"rtt_ms\":" #ttl "}]}"

#define TRACE(client, address, site, hop)                                                          \
	"{\"client\":\"" client "\",\"target\":\"" address "\",\"address\":\"" address             \
	"\",\"reached\":true,\"answered_site\":\"" site "\",\"hops\":[" hop "]}"

static const char document[] =
    "{\"lab\":\"article\",\"started_at\":\"2026-11-30T09:00:00Z\",\"held\":true,\"steps\":["
    "{\"step\":\"unicast\",\"commands\":[\"nearcast probe\"],\"rows\":[" UNICAST(
	"edinburgh", "am6", 19) "," UNICAST("edinburgh", "sg1", 210) "," UNICAST("hong-kong", "am6",
	203) "," UNICAST("hong-kong", "sg1",
	44) "]},"
	    "{\"step\":\"anycast\",\"rows\":[" ANYCAST("edinburgh", "ipv4", "am6",
		19.5) "," ANYCAST("edinburgh", "ipv6", "sg1", 211) "," ANYCAST("hong-kong", "ipv4",
		"sg1",
		44) "]},"
		    "{\"step\":\"trace\",\"rows\":["
		    "{\"client\":\"edinburgh\",\"target\":\"203.0.113.10\",\"address\":\"203.0.113."
		    "10\",\"reached\":true,"
		    "\"answered_by\":\"am6-c3.medium.x86-01\",\"hops\":[" HOP(
			1, "192.0.2.82") "," HOP(20,
			"203.0.113.10") "]},"
					"{\"client\":\"edinburgh\",\"target\":\"2001:db8:f00d::"
					"10\",\"address\":\"2001:db8:f00d::10\",\"hops\":[]},"
					"{\"client\":\"hong-kong\",\"held\":false}]}]}";

static const char *
condition(const struct report *r, const char *name)
{
	for (size_t i = 0; i < r->condition_count; i++) {
		if (strcmp(r->conditions[i].name, name) == 0)
			return r->conditions[i].value;
	}
	return "";
}

TEST(one_site_alone_is_before_and_the_global_ip_after)
{
	json_t *doc = json_loads(document, 0, NULL);
	struct loaded l;
	struct report r;
	struct err e = { 0 };

	REQUIRE(doc != NULL && load(&l));
	report_init(&r);
	CHECK_INT(lab_report_fill(doc, conf_root(l.conf), l.plan, &r, &e), 0);
	CHECK_STR(e.message, "");
	REQUIRE(r.client_count == 2 && r.site_count == 2 && r.has_before);
	CHECK_STR(r.title, "One address, two machines, and who answers");
	CHECK_STR(r.before.label, "am6 alone");
	CHECK_STR(r.clients[0].label, "edinburgh");
	CHECK_STR(r.clients[0].place.country, "GB");
	CHECK_STR(r.clients[0].network, "scotnet");
	CHECK(r.clients[0].after.site == 0 && r.clients[0].after.rtt == 19.5); /* its trace: 20 */
	CHECK(r.clients[1].before.site == 0 && r.clients[1].before.rtt == 203);
	CHECK(r.clients[1].before.inflation == 159 && r.clients[1].after.inflation == 0);
	CHECK(r.change.mended.clients == 1 && r.finding_count == 0);
	CHECK_INT(r.trace_count, 1);
	CHECK_INT(r.traces[0].site, 0);
	CHECK_STR(r.sites[1].place.country, "SG");
	CHECK_INT(r.note_count, 0);
	CHECK(strstr(condition(&r, "round trips"), "at 2 of 2 clients") != NULL);
	report_done(&r);
	loaded_done(&l);
	json_decref(doc);
}

TEST(without_anycast_there_is_nothing_to_report)
{
	json_t *doc = json_loads("{\"steps\":[{\"step\":\"unicast\",\"rows\":[{}]}]}", 0, NULL);
	struct loaded l;
	struct report r;
	struct err e = { 0 };

	REQUIRE(load(&l));
	report_init(&r);
	CHECK(lab_report_fill(doc, conf_root(l.conf), l.plan, &r, &e) < 0);
	CHECK_STR(e.message, "no step `anycast` was played: there is nothing to report");
	report_done(&r);
	loaded_done(&l);
	json_decref(doc);
}

/* Edinburgh lands at sg1. Of probe and trace, now the one is quicker and now the other. */
static void
check_rtts(const char *text, double rtt, double better)
{
	json_t *doc = json_loads(text, 0, NULL);
	struct loaded l;
	struct report r;

	REQUIRE(doc != NULL && load(&l));
	report_init(&r);
	CHECK_INT(lab_report_fill(doc, conf_root(l.conf), l.plan, &r, NULL), 0);
	REQUIRE(r.client_count == 1 && r.finding_count == 1);
	CHECK(r.clients[0].after.rtt == rtt && r.clients[0].after.best_rtt == better);
	CHECK(r.findings[0].better_rtt == better && r.findings[0].ms == rtt - better);
	CHECK(!r.findings[0].only_nearer);
	CHECK_INT(r.after.at_best.clients, 0);
	report_done(&r);
	loaded_done(&l);
	json_decref(doc);
}

TEST(the_least_rtt_counts_of_the_better_site_as_of_the_one_it_lands_at)
{
	check_rtts("{\"steps\":[{\"step\":\"unicast\",\"rows\":[" UNICAST(
		       "edinburgh", "am6", 163) "," UNICAST("edinburgh", "sg1",
		       170) "]},{\"step\":\"anycast\",\"rows\":[" ANYCAST("edinburgh", "ipv4",
		       "sg1", 166) "]},{\"step\":\"trace\",\"rows\":[" TRACE("edinburgh",
		       "203.0.113.10", "sg1", HOP(126, "203.0.113.10")) "," TRACE("edinburgh",
		       "192.0.2.91", "am6", HOP(104, "192.0.2.91")) "]}]}",
	    126, 104);
	check_rtts("{\"steps\":[{\"step\":\"unicast\",\"rows\":[" UNICAST(
		       "edinburgh", "am6", 100) "," UNICAST("edinburgh", "sg1",
		       170) "]},{\"step\":\"anycast\",\"rows\":[" ANYCAST("edinburgh", "ipv4",
		       "sg1", 120) "]},{\"step\":\"trace\",\"rows\":[" TRACE("edinburgh",
		       "203.0.113.10", "sg1", HOP(211, "203.0.113.10")) "," TRACE("edinburgh",
		       "192.0.2.91", "am6", HOP(104, "192.0.2.91")) "]}]}",
	    120, 100);
}

static const char *
file_of(const struct lab_node *node, const char *path)
{
	for (size_t i = 0; i < node->file_count; i++)
		if (strcmp(node->files[i].path, path) == 0)
			return node->files[i].content;
	return "";
}

TEST(reports_of_catchments_read_where_nodes_are)
{
	_cleanup_(strbuf_done) struct strbuf bad = { 0 };
	struct places *places = NULL;
	struct origins *origins = NULL;
	struct loaded l;
	struct err e = { 0 };

	REQUIRE(load(&l));
	REQUIRE(places_load_text(
		    "places", file_of(&l.plan->nodes[0], PLACES_PATH), &places, &bad, &e) == 0);
	REQUIRE(origins_load_text(
		    "origins", file_of(&l.plan->nodes[0], ORIGINS_PATH), &origins, &bad, &e) == 0);
	for (size_t i = 0; i < l.plan->node_count; i++) {
		const struct lab_node *node = &l.plan->nodes[i];
		const struct city *city = city_find(node->city);
		const struct ip at[] = { node->loopback4, node->loopback6 };

		for (size_t k = 0; k < ARRAY_SIZE(at); k++) {
			const struct place *p = places_find(places, at[k]);
			const struct origin *o = origins_find(origins, at[k]);

			REQUIRE(p != NULL && o != NULL);
			CHECK_STR(p->city, city->name);
			CHECK_STR(p->country, city->country);
			CHECK(p->has_point && fabs(p->point.latitude - city->at.latitude) < 0.001);
			CHECK_INT(o->asns[0], node->asn);
			CHECK_STR(o->name, node->network);
		}
	}
	places_free(places);
	origins_free(origins);
	loaded_done(&l);
}

TEST(a_way_of_a_later_step_counts_unless_there_was_one)
{
	static const char text[] =
	    "{\"steps\":["
	    "{\"step\":\"anycast\",\"rows\":[" ANYCAST("edinburgh", "ipv4", "sg1",
		210) "]},"
		     "{\"step\":\"trace\",\"rows\":[" TRACE("edinburgh", "203.0.113.10", "sg1",
			 HOP(211,
			     "203.0.113.10")) "]},"
					      "{\"step\":\"trace\",\"rows\":[" TRACE("edinburgh",
						  "203.0.113.10", "am6",
						  HOP(19, "203.0.113.10")) "," TRACE("edinburgh",
						  "192.0.2.91", "am6",
						  HOP(18, "192.0.2.91")) "]}]}";
	json_t *doc = json_loads(text, 0, NULL);
	struct lab_report_of of;
	struct loaded l;
	struct report r;

	REQUIRE(doc != NULL && load(&l));
	report_init(&r);
	CHECK_INT(lab_report_of(doc, &of, NULL), 0);
	CHECK_STR(of.service, "web");
	CHECK(of.family == IP_V4);
	CHECK_INT(lab_report_fill(doc, conf_root(l.conf), l.plan, &r, NULL), 0);
	REQUIRE(r.trace_count == 2 && r.client_count == 1 && r.finding_count == 1);
	CHECK(r.clients[0].trace == 0 && r.clients[0].best_trace == 1);
	CHECK_STR(r.sites[r.traces[0].site].name, "sg1");
	CHECK_STR(r.sites[r.findings[0].better_site].name, "am6");
	CHECK(r.findings[0].better_rtt == 18);
	report_done(&r);
	loaded_done(&l);
	json_decref(doc);
}
