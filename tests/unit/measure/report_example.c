#include "report_example.h"

#include <math.h>

#include "base/attr.h"

static const struct {
	const char *name, *city, *country;
	struct geo_point point;
} sites[] = {
	{ "am6", "Amsterdam", "NL", { 52.37, 4.90 } },
	{ "ny5", "New York", "US", { 40.71, -74.01 } },
	{ "sg1", "Singapore", "SG", { 1.29, 103.85 } },
};

/* Sites are numbers of those above; before and after: where it lands, and ms from there. */
static const struct {
	const char *name, *label, *network;
	uint32_t asn;
	const char *city, *country;
	struct geo_point point;
	double weight;
	uint32_t before, after;
	double before_ms, after_ms;
	uint32_t best;
	double best_ms;
} clients[] = {
	{ "192.0.2.0/26", "edinburgh", "Caledonia", 64500, "Edinburgh", "GB", { 55.95, -3.19 }, 400,
	    2, 0, 168.2, 18.4, 0, 18.4 },
	{ "192.0.2.64/26", "lisbon", "Lusitania", 64501, "Lisbon", "PT", { 38.72, -9.14 }, 250, 2,
	    1, 181.0, 86.5, 0, 31.7 },
	{ "192.0.2.128/26", "tokyo", "</script><img src=x onerror=alert(1)>", 64502, "Tokyo", "JP",
	    { 35.68, 139.69 }, 900, 2, 1, 69.3, 158.9, 2, 69.0 },
	{ "198.51.100.0/25", "boston", "Bay & \"Sound\"", 64503, "Boston", "US", { 42.36, -71.06 },
	    310, 2, 1, 233.9, 6.1, 1, 6.1 },
	{ "198.51.100.128/25", "dubai", "Gulf", 64504, "Dubai", "AE", { 25.20, 55.27 }, 120, 2,
	    REPORT_NONE, 75.2, NAN, 2, 75.0 },
	{ "203.0.113.0/26", NULL, NULL, 0, NULL, NULL, { 0, 0 }, 20, 2, 0, 210.4, 44.8, 0, 44.8 },
};

static void
add_trace(struct report *r, uint32_t client, uint32_t target_site)
{
	struct report_trace *t = report_add_trace(r, client);
	bool stray = target_site == REPORT_NONE;
	struct report_hop *h;

	t->target = stray ? "203.0.113.80" : "198.51.100.9";
	t->target_site = target_site;
	t->reached = true;
	t->answered_by = stray ? "ny5-edge01" : "am6-edge01";
	t->site = stray ? 1 : 0;
	h = report_add_hop(t, 1);
	*h = (struct report_hop){ .ttl = 1,
		.address = "192.0.2.65",
		.name = "lis.lusitania",
		.network = "Lusitania",
		.asn = 64501,
		.rtt = 0.8,
		.place = { "Lisbon", "PT", true, { 38.72, -9.14 } } };
	(void)report_add_hop(t, 2);
	h = report_add_hop(t, 3);
	*h = (struct report_hop){ .ttl = 3,
		.address = "198.51.100.65",
		.name = stray ? "nyc.atlas" : "mad.meridian",
		.network = stray ? "Atlas" : "Meridian",
		.asn = stray ? 64496 : 64497,
		.rtt = stray ? 84.9 : 9.8,
		.place = { stray ? "New York" : "Madrid", stray ? "US" : "ES", true,
		    { stray ? 40.71 : 40.42, stray ? -74.01 : -3.70 } } };
	h = report_add_hop(t, 4);
	*h = (struct report_hop){ .ttl = 4,
		.address = t->target,
		.name = t->answered_by,
		.network = stray ? "ny5" : "am6",
		.asn = stray ? 64506 : 64505,
		.rtt = stray ? 86.5 : 31.7 };
	for (size_t i = 0; i < t->hop_count; i++) {
		if (t->hops[i].asn != 0)
			report_add_as(t, t->hops[i].asn, t->hops[i].network);
	}
	t->astray = stray ? 2 : REPORT_NONE;
}

static void
add_clients(struct report *r)
{
	for (size_t i = 0; i < ARRAY_SIZE(clients); i++) {
		struct report_client *c = report_add_client(r, clients[i].name);

		c->label = clients[i].label;
		c->network = clients[i].network;
		c->asn = clients[i].asn;
		c->weight = clients[i].weight;
		c->place = (struct report_place){ clients[i].city, clients[i].country,
			clients[i].city != NULL, clients[i].point };
		c->before.heard = c->after.heard = true;
		c->before.site = clients[i].before;
		c->before.rtt = clients[i].before_ms;
		c->after.site = clients[i].after;
		c->after.rtt = clients[i].after_ms;
		c->before.best_site = c->after.best_site = clients[i].best;
		c->before.best_rtt = c->after.best_rtt = clients[i].best_ms;
		if (clients[i].after == REPORT_NONE)
			c->after.sites = "am6,sg1";
	}
	(void)report_add_client(r, "203.0.113.64/26");
}

void
report_example(struct report *r)
{
	report_init(r);
	r->title = "Three sites";
	r->global_ip = "203.0.113.80";
	r->made_wall_ns = INT64_C(1795000000) * 1000000000;
	r->has_before = r->has_weights = true;
	r->before.label = "Singapore only";
	r->after.label = "three sites";
	report_add_condition(r, "hitlist", "targets.txt: 7 targets");
	report_add_condition(r, "requests", "1,000 a second, ICMP echo");
	report_add_note(
	    r, "sg1.txt: has no last line: the site went away, or the file was cut off");
	for (size_t i = 0; i < ARRAY_SIZE(sites); i++)
		report_add_site(r, sites[i].name)->place =
		    (struct report_place){ sites[i].city, sites[i].country, true, sites[i].point };
	add_clients(r);
	add_trace(r, 1, REPORT_NONE);
	add_trace(r, 1, 0);
	r->clients[1].trace = 0;
	r->clients[1].best_trace = 1;
	report_compute(r);
	for (size_t i = 0; i < r->finding_count; i++) {
		struct report_finding *f = &r->findings[i];

		if (f->client != 1)
			continue;
		f->reason = REPORT_REASON_PREFERENCE;
		f->decider = (struct report_as){ 64501, "Lusitania" };
		f->said = "Lusitania (AS64501) has a path to am6 through Meridian (AS64497), but "
			  "prefers its peer Atlas "
			  "(AS64496), which it meets in New York.";
		report_add_try(r, f,
		    (struct report_action){
			REPORT_ACT_WITHHOLD, 1, { 64496, "Atlas" }, { 64501, "Lusitania" } },
		    "At ny5, ask Atlas not to announce the Global IP to AS64501.");
		report_add_try(r, f,
		    (struct report_action){ REPORT_ACT_ANNOUNCE, 0, { 64496, "Atlas" }, { 0 } },
		    "At am6, announce to Atlas too, if it can be met in Europe.");
	}
}
