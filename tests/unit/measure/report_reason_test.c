/* Each rule for why a client lands badly, on the smallest internet that shows it. */
#include "measure/report_reason.h"

#include <math.h>

#include "base/attr.h"
#include "tap.h"

/* The cities of these tests; RIO is where the client is. */
enum city { RIO, SAO, BOG, MIA, IAD, NOWHERE };

static const struct report_place cities[] = {
	[RIO] = { "Rio de Janeiro", "BR", true, { -22.91, -43.17 } },
	[SAO] = { "S\xc3\xa3o Paulo", "BR", true, { -23.55, -46.63 } },
	[BOG] = { "Bogota", "CO", true, { 4.71, -74.07 } },
	[MIA] = { "Miami", "US", true, { 25.76, -80.19 } },
	[IAD] = { "Washington", "US", true, { 38.91, -77.04 } },
	[NOWHERE] = { 0 },
};

enum {
	ISP = 64567,
	ATLAS = 64496,
	MERIDIAN = 64497,
	ANDES = 64498,
	SAO1 = 64503,
	IAD1 = 64502,
	LEAKER = 64570
};

/* A hop; 0 ends a list. */
struct step {
	uint32_t asn;
	enum city city;
	double rtt;
};

static const char *
name_of(uint32_t asn)
{
	switch (asn) {
	case ISP:
		return "isp-rio";
	case ATLAS:
		return "atlas";
	case MERIDIAN:
		return "meridian";
	case ANDES:
		return "andes";
	case LEAKER:
		return "isp-san";
	default:
		return asn == SAO1 ? "sao1-net" : "iad1-net";
	}
}

/* Of the network NOBODY, none is known. */
#define NOBODY 1

static void
add_trace(struct report *r, const struct step *steps, uint32_t client, uint32_t target_site,
    uint32_t site)
{
	struct report_trace *t = report_add_trace(r, client);

	t->target = target_site == REPORT_NONE ? "203.0.113.80" : "192.0.2.9";
	t->target_site = target_site;
	t->reached = site != REPORT_NONE;
	t->site = site;
	for (uint32_t i = 0; steps[i].asn != 0; i++) {
		struct report_hop *h = report_add_hop(t, i + 1);

		h->address = "192.0.2.1";
		h->asn = steps[i].asn == NOBODY ? 0 : steps[i].asn;
		h->network = h->asn ? name_of(h->asn) : NULL;
		h->place = cities[steps[i].city];
		h->rtt = steps[i].rtt;
		if (h->asn)
			report_add_as(t, h->asn, h->network);
	}
	if (target_site == REPORT_NONE)
		r->clients[client].trace = (uint32_t)(r->trace_count - 1);
}

enum { SITE_SAO1, SITE_IAD1 };

/* A client that lands at iad1, and should at sao1. */
static struct report_client *
add_client(struct report *r, const char *name, enum city city, uint32_t site)
{
	struct report_client *c = report_add_client(r, name);

	c->label = name;
	c->place = cities[city];
	c->after.heard = true;
	c->after.site = site;
	c->after.rtt = site == SITE_IAD1 ? 120 : 10;
	c->after.best_site = SITE_SAO1;
	c->after.best_rtt = 10;
	return c;
}

static void
begin(struct report *r)
{
	report_init(r);
	r->global_ip = "203.0.113.80";
	report_add_site(r, "sao1")->place = cities[SAO];
	report_add_site(r, "iad1")->place = cities[IAD];
	(void)add_client(r, "rio", RIO, SITE_IAD1);
	/* somebody who lands well over Atlas, and so shows who announces there */
	(void)add_client(r, "sao-paulo", SAO, SITE_SAO1);
	add_trace(r, (const struct step[]){ { ATLAS, SAO, 1 }, { SAO1, SAO, 10 }, { 0 } }, 1,
	    REPORT_NONE, SITE_SAO1);
}

static void
explain(struct report *r, const char *relations)
{
	struct relations *loaded = NULL;
	struct strbuf bad = { 0 };

	if (relations && relations_load_text("relations", relations, &loaded, &bad, NULL) < 0)
		tap_fail(__FILE__, __LINE__, "%s", strbuf_get(&bad));
	report_compute(r);
	report_explain(r, loaded);
	relations_free(loaded);
	strbuf_done(&bad);
}

/* The first finding, its first try, and that the sentence says this. */
static void
check(struct report *r, enum report_reason reason, uint32_t decider, const char *said,
    enum report_act act, uint32_t neighbor, uint32_t toward)
{
	const struct report_finding *f = &r->findings[0];

	REQUIRE(r->finding_count == 1 && f->said != NULL && f->try_count > 0);
	CHECK_STR(report_reason_key(f->reason), report_reason_key(reason));
	CHECK_INT(f->decider.asn, decider);
	CHECK_STR(report_act_key(f->actions[0].act), report_act_key(act));
	CHECK_INT(f->actions[0].neighbor.asn, neighbor);
	CHECK_INT(f->actions[0].toward.asn, toward);
	CHECK_STR(f->said, said);
	report_done(r);
}

/* The site buys of Atlas and Meridian, everywhere. */
#define SITES "64496|64502|-1\n64497|64502|-1\n64496|64503|-1\n64497|64503|-1\n64496|64497|0\n"

static const struct step over_miami[] = {
	{ ISP, RIO, 2 },
	{ MERIDIAN, MIA, 100 },
	{ MERIDIAN, IAD, 119 },
	{ IAD1, IAD, 120 },
	{ 0 },
};

TEST(a_peer_is_preferred_to_a_nearer_provider)
{
	struct report r;

	begin(&r);
	add_trace(&r, over_miami, 0, REPORT_NONE, SITE_IAD1);
	explain(&r, SITES "64496|64567|-1\n64497|64567|0\n");
	CHECK_INT(r.traces[1].astray, 1);
	CHECK_STR(r.findings[0].tries[0],
	    "At iad1, ask meridian (AS64497) not to announce the Global IP to isp-rio (AS64567): "
	    "many networks have a "
	    "community for that (RFC 8195, 4.1.1, has a common form).");
	check(&r, REPORT_REASON_PREFERENCE, ISP,
	    "isp-rio (AS64567) takes its peer meridian (AS64497), met in Miami, before its "
	    "provider atlas (AS64496), over which "
	    "sao1 would be 2 networks away. Networks prefer customers to peers, and peers to "
	    "providers, however far away they "
	    "meet them.",
	    REPORT_ACT_WITHHOLD, MERIDIAN, ISP);
}

TEST(a_network_hands_over_at_one_city_only)
{
	static const struct step way[] = {
		{ ISP, RIO, 2 },
		{ ANDES, RIO, 4 },
		{ ANDES, MIA, 100 },
		{ ATLAS, MIA, 101 },
		{ ATLAS, IAD, 119 },
		{ IAD1, IAD, 120 },
		{ 0 },
	};
	struct report r;

	begin(&r);
	add_trace(&r, way, 0, REPORT_NONE, SITE_IAD1);
	explain(&r, SITES "64498|64567|-1\n64496|64498|0\n64497|64498|-1\n");
	check(&r, REPORT_REASON_ONE_CITY, ANDES,
	    "andes (AS64498) carries the traffic as far as its peer atlas (AS64496) in Miami. Its "
	    "provider AS64497, "
	    "over which sao1 would be 2 networks away, is preferred less.",
	    REPORT_ACT_WITHHOLD, ATLAS, ANDES);
}

/* Far from the first city behind the client on, and yet handed over only at the last one. */
TEST(the_city_of_a_handover_is_the_last_one_inside_the_network)
{
	static const struct step way[] = {
		{ ISP, RIO, 2 },
		{ ANDES, RIO, 4 },
		{ ANDES, BOG, 60 },
		{ ANDES, MIA, 100 },
		{ ATLAS, MIA, 101 },
		{ ATLAS, IAD, 119 },
		{ IAD1, IAD, 120 },
		{ 0 },
	};
	struct report r;

	begin(&r);
	add_trace(&r, way, 0, REPORT_NONE, SITE_IAD1);
	explain(&r, SITES "64498|64567|-1\n64496|64498|0\n64497|64498|-1\n");
	CHECK_INT(r.traces[1].astray, 3);
	check(&r, REPORT_REASON_ONE_CITY, ANDES,
	    "andes (AS64498) carries the traffic as far as its peer atlas (AS64496) in Miami. Its "
	    "provider AS64497, "
	    "over which sao1 would be 2 networks away, is preferred less.",
	    REPORT_ACT_WITHHOLD, ATLAS, ANDES);
}

/* Then nobody knows who announces to whom: to withhold might cut off all behind a carrier. */
TEST(an_end_that_is_of_no_known_network_gives_no_reason)
{
	static const struct step way[] = {
		{ ISP, RIO, 2 },
		{ MERIDIAN, MIA, 100 },
		{ MERIDIAN, IAD, 119 },
		{ NOBODY, IAD, 120 },
		{ 0 },
	};
	struct report r;

	begin(&r);
	add_trace(&r, way, 0, REPORT_NONE, SITE_IAD1);
	explain(&r, SITES "64496|64567|-1\n64497|64567|0\n");
	for (size_t i = 0; i < r.findings[0].try_count; i++)
		CHECK_INT(r.findings[0].actions[i].act, REPORT_ACT_MEASURE);
	CHECK_STR(r.findings[0].tries[0],
	    "Whose network answers is not known: run `nearcast trace --json --identify "
	    "203.0.113.80` at rio again, and give the networks of addresses with --names or "
	    "--asn.");
	check(&r, REPORT_REASON_UNKNOWN, ISP,
	    "The way goes astray in Miami, where isp-rio (AS64567) sends it; why is not known.",
	    REPORT_ACT_MEASURE, 0, 0);
}

TEST(without_another_neighbor_the_handover_is_what_there_is)
{
	static const struct step way[] = { { ISP, RIO, 2 }, { MERIDIAN, RIO, 3 },
		{ MERIDIAN, MIA, 100 }, { IAD1, IAD, 120 }, { 0 } };
	struct report r;

	begin(&r);
	add_trace(&r, way, 0, REPORT_NONE, SITE_IAD1);
	explain(&r, "64497|64567|-1\n64497|64502|-1\n");
	check(&r, REPORT_REASON_ONE_CITY, MERIDIAN,
	    "meridian (AS64497) hands over to iad1-net (AS64502) in Miami, where that is nearest "
	    "or cheapest to itself, and "
	    "nothing shows that it could elsewhere: sao1 lies behind that handover, too.",
	    REPORT_ACT_WITHHOLD, MERIDIAN, ISP);
}

TEST(the_path_with_fewer_networks_is_the_longer_way)
{
	static const struct step way[] = {
		{ ISP, RIO, 2 },
		{ ISP, MIA, 100 },
		{ MERIDIAN, MIA, 101 },
		{ IAD1, IAD, 120 },
		{ 0 },
	};
	struct report r;

	begin(&r);
	add_trace(&r, way, 0, REPORT_NONE, SITE_IAD1);
	explain(&r, "64496|64502|-1\n64497|64502|-1\n64496|64503|-1\n64496|64498|-1\n64498|64567|-"
		    "1\n64497|64567|-1\n");
	CHECK_STR(r.findings[0].tries[0], "At iad1, ask meridian (AS64497) to prepend where it "
					  "announces the Global IP to isp-rio (AS64567) (RFC 8195, "
					  "4.2.1): 1 time makes the paths equally long, one more "
					  "makes that to sao1 the shorter one.");
	check(&r, REPORT_REASON_LENGTH, ISP,
	    "isp-rio (AS64567) likes meridian (AS64497) and AS64498 equally, and takes the path "
	    "with fewer networks: 2 over "
	    "meridian (AS64497) in Miami, 3 over AS64498. The path with fewer networks is the "
	    "longer way.",
	    REPORT_ACT_PREPEND, MERIDIAN, ISP);
}

TEST(a_leak_is_a_valley)
{
	static const struct step way[] = {
		{ ISP, RIO, 2 },
		{ ANDES, RIO, 4 },
		{ LEAKER, MIA, 100 },
		{ MERIDIAN, MIA, 101 },
		{ IAD1, IAD, 120 },
		{ 0 },
	};
	struct report r;

	begin(&r);
	add_trace(&r, way, 0, REPORT_NONE, SITE_IAD1);
	explain(&r, SITES "64498|64567|-1\n64498|64570|-1\n64497|64570|-1\n64496|64498|0\n");
	CHECK_INT(r.traces[1].astray, 2); /* where the leaker hands it over */
	CHECK_INT(r.findings[0].actions[1].act, REPORT_ACT_CONTACT);
	CHECK_INT(r.findings[0].actions[1].neighbor.asn, LEAKER);
	check(&r, REPORT_REASON_LEAK, LEAKER,
	    "isp-san (AS64570) announces to its provider andes (AS64498) what it has from its "
	    "provider meridian (AS64497): a "
	    "route leak (RFC 7908, type 1). To andes (AS64498) that is the route of a customer, "
	    "which it prefers to all others.",
	    REPORT_ACT_WITHHOLD, MERIDIAN, LEAKER);
}

TEST(a_site_that_is_not_reached_is_said)
{
	static const struct step cut[] = { { ISP, RIO, 2 }, { ATLAS, SAO, 9 }, { 0 } };
	struct report r;

	begin(&r);
	add_trace(&r, over_miami, 0, REPORT_NONE, SITE_IAD1);
	add_trace(&r, cut, 0, SITE_SAO1, REPORT_NONE);
	explain(&r, SITES "64496|64567|-1\n64497|64567|0\n");
	check(&r, REPORT_REASON_NO_PATH, ATLAS,
	    "sao1 itself was not reached from rio: the last that answered on the way was "
	    "192.0.2.1, of AS64496.",
	    REPORT_ACT_MEASURE, 0, 0);
}

/* ---- without relations: two traces ---- */

static void
check_two(
    const struct step *way, const struct step *best, enum report_reason reason, uint32_t decider)
{
	struct report r;

	begin(&r);
	add_trace(&r, way, 0, REPORT_NONE, SITE_IAD1);
	add_trace(&r, best, 0, SITE_SAO1, SITE_SAO1);
	explain(&r, NULL);
	CHECK_STR(report_reason_key(r.findings[0].reason), report_reason_key(reason));
	CHECK_INT(r.findings[0].decider.asn, decider);
	CHECK(r.findings[0].said != NULL && r.findings[0].try_count > 0);
	report_done(&r);
}

TEST(two_traces_show_a_preference_by_a_longer_path_and_length_by_a_shorter_one)
{
	static const struct step shorter[] = { { ISP, RIO, 2 }, { ATLAS, SAO, 9 },
		{ SAO1, SAO, 10 }, { 0 } };
	static const struct step longer[] = { { ISP, RIO, 2 }, { ANDES, SAO, 9 }, { ATLAS, SAO, 9 },
		{ SAO1, SAO, 10 }, { 0 } };
	static const struct step far[] = { { ISP, RIO, 2 }, { ANDES, MIA, 90 },
		{ MERIDIAN, MIA, 100 }, { IAD1, IAD, 120 }, { 0 } };

	check_two(far, shorter, REPORT_REASON_PREFERENCE, ISP);
	check_two(over_miami, longer, REPORT_REASON_LENGTH, ISP);
}

TEST(two_traces_that_part_inside_a_network_show_its_handover)
{
	static const struct step best[] = { { ISP, RIO, 2 }, { MERIDIAN, SAO, 8 },
		{ SAO1, SAO, 10 }, { 0 } };
	static const struct step way[] = { { ISP, RIO, 2 }, { MERIDIAN, SAO, 8 },
		{ MERIDIAN, MIA, 100 }, { IAD1, IAD, 120 }, { 0 } };

	check_two(way, best, REPORT_REASON_ONE_CITY, MERIDIAN);
}

TEST(what_would_tell_is_said_where_nothing_does)
{
	struct report r;

	begin(&r);
	explain(&r, NULL);
	check(&r, REPORT_REASON_UNKNOWN, 0, "There is no trace to the Global IP.",
	    REPORT_ACT_MEASURE, 0, 0);
	begin(&r);
	add_trace(&r, over_miami, 0, REPORT_NONE, SITE_IAD1);
	explain(&r, NULL);
	check(&r, REPORT_REASON_UNKNOWN, ISP,
	    "The way goes astray in Miami, where isp-rio (AS64567) sends it; why is not known.",
	    REPORT_ACT_MEASURE, 0, 0);
}

/* Without places, by the time: the first hop that takes longer than the better site would. */
TEST(times_do_where_places_are_not_known)
{
	static const struct step way[] = { { ISP, NOWHERE, 2 }, { MERIDIAN, NOWHERE, 100 },
		{ IAD1, NOWHERE, 120 }, { 0 } };
	struct report r;

	begin(&r);
	r.sites[0].place = r.sites[1].place = cities[NOWHERE];
	add_trace(&r, way, 0, REPORT_NONE, SITE_IAD1);
	explain(&r, SITES "64496|64567|-1\n64497|64567|0\n");
	CHECK_INT(r.traces[1].astray, 1);
	CHECK_INT(r.findings[0].decider.asn, ISP);
	CHECK_STR(report_reason_key(r.findings[0].reason), "preference");
	report_done(&r);
}

TEST(a_straight_way_that_takes_long_takes_it_on_the_way_back)
{
	static const struct step way[] = { { ISP, RIO, 2 }, { ATLAS, SAO, 8 }, { SAO1, SAO, 150 },
		{ 0 } };
	struct report r;

	begin(&r);
	r.clients[0].after.site = SITE_SAO1;
	r.clients[0].after.best_site = SITE_IAD1;
	r.clients[0].after.rtt = 150;
	r.clients[0].after.best_rtt = 120;
	add_trace(&r, way, 0, REPORT_NONE, SITE_SAO1);
	explain(&r, NULL);
	check(&r, REPORT_REASON_UNKNOWN, 0,
	    "The way there is straight, and sao1 is the nearest site: the way back is the suspect, "
	    "which sao1 chooses.",
	    REPORT_ACT_MEASURE, 0, 0);
}
