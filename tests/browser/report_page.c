/*
 * Reports as pages, for a browser to look at: report_page KIND, which is
 *
 *   world    six sites and the sixty clients of labs/six-continents.yaml, twelve of which land
 * badly; before that, two sites region   two sites and a few clients in Europe: no weights, no
 * before, no traces many     twenty thousand clients, 40 sites; before that, other ones hostile all
 * texts are written to break the page empty    nothing was measured
 *
 * Measurements are made up, always the same: what light in fibre needs for a detour, and something
 * on top.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "lab/cities.h"
#include "report/page.h"

#define ASN_FIRST 64512

static const char *const six[] = { "fra", "iad", "sao", "jnb", "sin", "syd" };

/* In the order of their networks. */
static const char clients[][4] = { "lon", "edi", "dub", "ams", "ber", "cph", "sto", "par", "mad",
	"mil", "vie", "ath", "ist", "cai", "nyc", "yto", "chi", "dfw", "sea", "lax", "mia", "atl",
	"bos", "mex", "sao", "bsb", "for", "jnb", "cpt", "dur", "lun", "hre", "sin", "jkt", "sgn",
	"mnl", "hkg", "del", "bkk", "dxb", "ruh", "khi", "syd", "mel", "per", "akl", "bue", "mvd",
	"scl", "lim", "bog", "tyo", "osa", "sel", "tpe", "rio", "lis", "nbo", "san", "bom" };

/* Who lands where only because of how networks are connected. */
#define WAY_MAX 5

static const struct {
	const char *city, *site;
	enum report_reason reason;
	const char *said;
	const char *tries[2];
	const char *way[WAY_MAX]; /* routers, by city and network; "*" does not answer */
	uint32_t astray;          /* of them; from 1 */
} stray[] = {
	{ "bue", "iad1", REPORT_REASON_ONE_CITY,
	    "Andes (AS64498) meets Atlas (AS64496) in Miami only, and prefers that to the transit "
	    "it buys.",
	    { "At iad1, ask Atlas not to announce the Global IP to AS64498 (community "
	      "64496:4:64498).",
		"At sao1, announce to Andes itself, if it can be met there." },
	    { "bue.andes", "lim.andes", "*", "mia.andes", "iad.atlas" }, 4 },
	{ "tyo", "iad1", REPORT_REASON_LEAK,
	    "Pacifica (AS64499) hears the Global IP from its customer isp-san (AS64570), which has "
	    "it from "
	    "its provider Meridian (AS64497): a route leak, of type 1 in RFC 7908.",
	    { "Tell isp-san (AS64570), whose filter is missing, and Pacifica, which believes it.",
		"At iad1, ask Meridian not to announce to AS64570 until then (community "
		"64497:4:64570)." },
	    { "tyo.pacifica", "lax.pacifica", "san.isp-san", "lax.meridian", "iad.meridian" }, 2 },
	{ "rio", "iad1", REPORT_REASON_PREFERENCE,
	    "isp-rio (AS64567) buys transit next to sao1, but peers with Meridian (AS64497) in "
	    "Miami, and "
	    "prefers a peer to a provider.",
	    { "At iad1, ask Meridian not to announce to AS64567 (community 64497:4:64567). "
	      "Prepending "
	      "will not help: the length of a path is looked at only after preference.",
		"At sao1, announce to Meridian too." },
	    { "mia.meridian", "*", "iad.meridian" }, 1 },
	{ "bom", "fra1", REPORT_REASON_LENGTH,
	    "isp-bom (AS64571) hears fra1 over two networks and sin1 over three, and takes the "
	    "shorter path.",
	    { "At fra1, ask Meridian to prepend twice toward AS64571 (community 64497:6:64571).",
		NULL },
	    { "dxb.meridian", "fra.meridian" }, 2 },
	{ "lis", "iad1", REPORT_REASON_PREFERENCE,
	    "isp-lis (AS64568) has fra1 from the transit that it buys in Madrid, but peers with "
	    "Atlas "
	    "(AS64496) in New York, and prefers a peer to a provider.",
	    { "At iad1, ask Atlas not to announce to AS64568 (community 64496:4:64568).",
		"At fra1, announce to Atlas too: then it stays in Europe." },
	    { "nyc.atlas", "*", "iad.atlas" }, 1 },
	{ "nbo", "fra1", REPORT_REASON_PREFERENCE,
	    "isp-nbo (AS64569) peers with Atlas (AS64496) in London.",
	    { "At fra1, ask Atlas not to announce to AS64569 (community 64496:4:64569).", NULL },
	    { "lon.atlas", "fra.atlas" }, 1 },
	{ .city = "scl", .site = "iad1" },
	{ .city = "lim", .site = "iad1" },
	{ .city = "mvd", .site = "iad1" },
	{ .city = "osa", .site = "iad1" },
	{ .city = "sel", .site = "iad1" },
	{ .city = "tpe", .site = "iad1" },
};

static const struct report_as carriers[] = { { 64496, "atlas" }, { 64497, "meridian" },
	{ 64498, "andes" }, { 64499, "pacifica" }, { 64570, "isp-san" } };

static struct report_place
place_of(const struct city *c)
{
	return (struct report_place){ c->name, c->country, true, c->at };
}

/* A round trip: light in fibre, 204 km in a millisecond, on a way longer than the great circle. */
static double
rtt_between(struct geo_point a, struct geo_point b, struct rng *rng)
{
	double km = geo_distance_km(a, b), detour = 1.5 + (double)rng_below(rng, 600) / 1000;

	return 4 + (double)rng_below(rng, 40) / 10 + 2 * km * detour / 204.2;
}

static void
add_site(struct report *r, const struct city *c, unsigned number)
{
	report_add_site(r, report_printf(r, "%s%u", c->code, number))->place = place_of(c);
}

/* Lands at a site, with what was measured from all of them. */
static void
land(const struct report *r, struct report_landing *l, const double *rtts, uint32_t site,
    uint64_t usable)
{
	l->heard = true;
	l->site = site;
	l->rtt = rtts[site];
	for (uint32_t i = 0; i < r->site_count; i++) {
		if (usable >> i & 1 && (l->best_site == REPORT_NONE || rtts[i] < l->best_rtt)) {
			l->best_site = i;
			l->best_rtt = rtts[i];
		}
	}
}

static uint32_t
quickest(const double *rtts, uint32_t count, uint64_t usable)
{
	uint32_t best = REPORT_NONE;

	for (uint32_t i = 0; i < count; i++) {
		if (usable >> i & 1 && (best == REPORT_NONE || rtts[i] < rtts[best]))
			best = i;
	}
	return best;
}

#define ALL UINT64_MAX
#define BEFORE (UINT64_C(1) << 0 | UINT64_C(1) << 4) /* fra1 and sin1 */

static struct report_client *
add_client(struct report *r, const struct city *c, uint32_t number, double weight)
{
	struct report_client *client = report_add_client(
	    r, report_printf(r, "198.51.%u.%u/29", 100 + number / 32, number % 32 * 8));

	client->label = c->name;
	client->asn = ASN_FIRST + number;
	client->network = report_printf(r, "isp-%s", c->code);
	client->place = place_of(c);
	client->weight = weight;
	return client;
}

/* ---- the world ---- */

/* "lim.andes"; its RTT is the way to it, in km, until that of all of the way is known. */
static void
add_router(struct report *r, struct report_trace *t, const char *name, struct report_hop *last)
{
	struct report_hop *h = report_add_hop(t, (uint32_t)t->hop_count + 1);
	const char *network = strchr(name, '.') + 1;
	const struct city *city =
	    city_find(report_printf(r, "%.*s", (int)(network - 1 - name), name));

	h->name = name;
	h->address = report_printf(r, "192.0.2.%u", 65 + (unsigned)t->hop_count * 4);
	h->place = place_of(city);
	h->rtt = last->rtt + geo_distance_km(last->place.point, city->at) + 60;
	h->network = network;
	for (size_t i = 0; i < ARRAY_SIZE(carriers); i++) {
		if (strcmp(carriers[i].name, network) == 0)
			h->asn = carriers[i].asn;
	}
	report_add_as(t, h->asn, h->network);
	*last = *h;
}

/* From the client over the routers, which end with NULL, to a site. */
static void
add_trace(struct report *r, uint32_t client, const char *const *way, uint32_t site, bool own)
{
	struct report_trace *t = report_add_trace(r, client);
	const struct report_client *c = &r->clients[client];
	struct report_hop *h = report_add_hop(t, 1), last;
	double rtt = own ? c->after.best_rtt : c->after.rtt;

	t->target = own ? "192.0.2.34" : "203.0.113.80";
	t->target_site = own ? site : REPORT_NONE;
	t->reached = true;
	t->site = site;
	*h = (struct report_hop){ 1, "192.0.2.65", report_printf(r, "gw.%s", c->network),
		c->network, c->asn, c->place, 60 };
	last = *h;
	report_add_as(t, c->asn, c->network);
	for (size_t i = 0; i < WAY_MAX && way[i]; i++) {
		if (strcmp(way[i], "*") == 0)
			(void)report_add_hop(t, (uint32_t)t->hop_count + 1);
		else
			add_router(r, t, way[i], &last);
	}
	for (size_t i = 0; i < t->hop_count; i++)
		t->hops[i].rtt *= rtt / (last.rtt + 60);
	h = report_add_hop(t, (uint32_t)t->hop_count + 1);
	*h = (struct report_hop){ (uint32_t)t->hop_count, t->target,
		report_printf(r, "%s-edge01", r->sites[site].name), r->sites[site].name,
		64505 + site, r->sites[site].place, rtt };
	report_add_as(t, h->asn, h->network);
}

/* Both ways of the client of a finding. */
static void
trace(struct report *r, const struct report_finding *f, const char *const *way, uint32_t astray)
{
	struct report_client *c = &r->clients[f->client];
	const char *direct[WAY_MAX] = { report_printf(
	    r, "%.3s.meridian", r->sites[f->better_site].name) };

	add_trace(r, f->client, way, f->site, false);
	r->traces[r->trace_count - 1].astray = astray;
	add_trace(r, f->client, direct, f->better_site, true);
	c->trace = (uint32_t)r->trace_count - 2;
	c->best_trace = (uint32_t)r->trace_count - 1;
}

static void
explain(struct report *r)
{
	for (size_t i = 0; i < r->finding_count; i++) {
		struct report_finding *f = &r->findings[i];

		for (size_t k = 0; k < sizeof(stray) / sizeof(stray[0]); k++) {
			if (strcmp(r->clients[f->client].place.city,
				city_find(stray[k].city)->name) != 0)
				continue;
			f->reason = stray[k].reason;
			f->said = stray[k].said;
			for (size_t n = 0; n < 2 && stray[k].tries[n]; n++)
				report_add_try(r, f,
				    (struct report_action){
					REPORT_ACT_MEASURE, REPORT_NONE, { 0 }, { 0 } },
				    stray[k].tries[n]);
			if (!f->said)
				continue;
			trace(r, f, stray[k].way, stray[k].astray);
		}
	}
}

static const char *
goes_to(const char *city)
{
	for (size_t i = 0; i < sizeof(stray) / sizeof(stray[0]); i++) {
		if (strcmp(stray[i].city, city) == 0)
			return stray[i].site;
	}
	return NULL;
}

static void
world(struct report *r)
{
	struct rng rng = { 6 };

	r->title = "Sixty networks, six sites";
	r->global_ip = "203.0.113.80";
	r->has_before = r->has_weights = true;
	r->before.label = "fra1 and sin1 only";
	r->after.label = "six sites";
	report_add_condition(r, "hitlist", "targets.txt, 60 targets");
	report_add_condition(r, "requests", "ICMP echo from fra1, 100 a second");
	report_add_condition(r, "weights", "users.txt");
	report_add_condition(r, "traces, at each client",
	    "nearcast lab exec london -- nearcast trace --identify --json 203.0.113.80");
	report_add_note(
	    r, "syd1.txt: has no last line: the site went away, or the file was cut off");
	for (size_t i = 0; i < sizeof(six) / sizeof(six[0]); i++)
		add_site(r, city_find(six[i]), 1);
	for (uint32_t i = 0; i < sizeof(clients) / sizeof(clients[0]); i++) {
		const struct city *city = city_find(clients[i]);
		struct report_client *c = add_client(
		    r, city, i, 50 + (double)(rng_below(&rng, 40) * rng_below(&rng, 40)));
		double rtts[6];
		const char *site = goes_to(clients[i]);

		for (uint32_t k = 0; k < r->site_count; k++)
			rtts[k] = rtt_between(city->at, r->sites[k].place.point, &rng);
		land(r, &c->before, rtts, quickest(rtts, 6, BEFORE), ALL);
		land(r, &c->after, rtts, site ? report_find_site(r, site) : quickest(rtts, 6, ALL),
		    ALL);
	}
	(void)report_add_client(r, "203.0.113.0/29");
	r->clients[r->client_count - 1].weight = 200;
	report_compute(r);
	explain(r);
}

/* ---- others ---- */

static void
region(struct report *r)
{
	static const char *const cities[] = { "edi", "lon", "ams", "ber", "par", "mad", "rom",
		"waw", "sto" };
	struct rng rng = { 2 };

	r->title = "Two sites in Europe";
	add_site(r, city_find("ams"), 6);
	add_site(r, city_find("par"), 2);
	for (uint32_t i = 0; i < sizeof(cities) / sizeof(cities[0]); i++) {
		const struct city *city = city_find(cities[i]);
		struct report_client *c = add_client(r, city, i, 1);
		double rtts[2];

		for (uint32_t k = 0; k < 2; k++)
			rtts[k] = rtt_between(city->at, r->sites[k].place.point, &rng);
		land(r, &c->after, rtts, i == 4 ? 0 : quickest(rtts, 2, ALL), ALL);
	}
	report_compute(r);
}

#define MANY 20000
#define MANY_SITES 40

static void
many(struct report *r)
{
	struct rng rng = { 9 };
	size_t cities = city_count();

	r->title = "Twenty thousand networks";
	r->has_before = r->has_weights = true;
	for (uint32_t i = 0; i < MANY_SITES; i++)
		add_site(r, city_get(i * (cities / MANY_SITES)), 1);
	for (uint32_t i = 0; i < MANY; i++) {
		const struct city *city = city_get(rng_below(&rng, cities));
		struct report_client *c = add_client(r, city, i, 1 + (double)rng_below(&rng, 1000));
		double rtts[MANY_SITES];

		for (uint32_t k = 0; k < MANY_SITES; k++)
			rtts[k] = rtt_between(city->at, r->sites[k].place.point, &rng);
		land(r, &c->before, rtts, (uint32_t)rng_below(&rng, 10), ALL);
		land(r, &c->after, rtts,
		    rng_below(&rng, 5) ? quickest(rtts, MANY_SITES, ALL)
				       : (uint32_t)rng_below(&rng, MANY_SITES),
		    ALL);
	}
	report_compute(r);
}

#define EVIL                                                                                       \
	"</script></style></title><img src=x "                                                     \
	"onerror=\"document.title='broken'\">&'\xe2\x80\xae\xff<!--"

static void
hostile(struct report *r)
{
	struct report_client *c;
	struct report_place place = { EVIL, EVIL, true, { 48.85, 2.35 } };
	const double rtts[] = { 10, 90 };

	r->title = r->global_ip = r->before.label = r->after.label = EVIL;
	r->has_before = r->has_weights = true;
	report_add_condition(r, EVIL, EVIL);
	report_add_note(r, EVIL);
	report_add_site(r, EVIL)->place = place;
	report_add_site(r, EVIL EVIL)->place =
	    (struct report_place){ EVIL, EVIL, true, { 40.7, -74 } };
	c = report_add_client(r, EVIL);
	*c = (struct report_client){ .name = EVIL,
		.label = EVIL,
		.network = EVIL,
		.asn = 64512,
		.place = place,
		.weight = 1,
		.before = c->before,
		.after = c->after,
		.trace = REPORT_NONE,
		.best_trace = REPORT_NONE,
		.finding = REPORT_NONE };
	land(r, &c->before, rtts, 0, ALL);
	land(r, &c->after, rtts, 1, ALL);
	report_compute(r);
	r->findings[0].said = EVIL;
	report_add_try(r, &r->findings[0],
	    (struct report_action){ REPORT_ACT_MEASURE, REPORT_NONE, { 0 }, { 0 } }, EVIL);
	add_trace(r, 0, (const char *const[WAY_MAX]){ NULL }, 1, false);
	r->clients[0].trace = 0;
	r->traces[0].target = EVIL;
	r->traces[0].hops[0] = (struct report_hop){ 1, EVIL, EVIL, EVIL, 64512, place, 1 };
	r->traces[0].path[0].name = EVIL;
}

int
main(int argc, char **argv)
{
	const char *kind = argc == 2 ? argv[1] : "";
	struct report r;
	_cleanup_(strbuf_done) struct strbuf out = { 0 };

	report_init(&r);
	r.made_wall_ns = INT64_C(1795000000) * 1000000000;
	if (strcmp(kind, "world") == 0)
		world(&r);
	else if (strcmp(kind, "region") == 0)
		region(&r);
	else if (strcmp(kind, "many") == 0)
		many(&r);
	else if (strcmp(kind, "hostile") == 0)
		hostile(&r);
	else if (strcmp(kind, "empty") == 0)
		report_compute(&r);
	else
		return 2;
	report_html_write(&r, &out);
	report_done(&r);
	return fputs(strbuf_get(&out), stdout) == EOF || fflush(stdout) != 0;
}
