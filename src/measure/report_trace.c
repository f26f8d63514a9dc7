/* A trace in a report: hops with their networks, and who answered. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "measure/report_build_internal.h"

static const char *
text_of(struct report_builder *b, const json_t *object, const char *key)
{
	return report_text(b->report, json_string_value(json_object_get(object, key)));
}

static uint32_t
asn_of(const json_t *reply)
{
	const json_t *asn = json_object_get(reply, "asn");

	if (!json_is_integer(asn))
		asn = json_array_get(json_object_get(reply, "asns"), 0);
	if (!json_is_integer(asn) || json_integer_value(asn) <= 0 ||
	    json_integer_value(asn) > UINT32_MAX)
		return 0;
	return (uint32_t)json_integer_value(asn);
}

/* The reply that came first: of several routers, the nearest. */
static const json_t *
quickest(const json_t *replies)
{
	const json_t *best = NULL, *reply;
	size_t i;

	json_array_foreach (replies, i, reply) {
		if (!json_is_string(json_object_get(reply, "address")))
			continue;
		if (best == NULL || json_number_value(json_object_get(reply, "rtt_ms")) <
					json_number_value(json_object_get(best, "rtt_ms")))
			best = reply;
	}
	return best;
}

/* What the trace says counts more than what files say of the address. */
static void
fill_hop(struct report_builder *b, struct report_hop *h, const json_t *reply)
{
	const json_t *rtt = json_object_get(reply, "rtt_ms");
	const char *text, *name, *network;
	const struct name_entry *entry;
	struct ip address;
	uint32_t asn = asn_of(reply);

	h->address = text_of(b, reply, "address");
	if (ip_parse(h->address, &address) == 0)
		report_builder_know(b, address, &h->asn, &h->network, &h->name, &h->place);
	name = text_of(b, reply, "name");
	network = text_of(b, reply, "network");
	text = text_of(b, reply, "city_name");
	if (name)
		h->name = name;
	if (asn)
		h->asn = asn;
	if (network)
		h->network = network;
	if (text)
		h->place.city = text;
	/* of an address that several hosts answer: the one that said its name */
	entry = !h->place.has_point && name ? names_find_name(b->names, name) : NULL;
	if (entry && entry->has_place) {
		h->place.has_point = true;
		h->place.point = entry->place;
	}
	if (json_is_number(rtt))
		h->rtt = json_number_value(rtt);
}

/* The site that an own address belongs to, by the names. */
static const char *
site_of_address(const struct report_builder *b, const char *text)
{
	const struct name_entry *entry;
	struct ip address;

	if (text == NULL || ip_parse(text, &address) < 0)
		return NULL;
	entry = names_find(b->names, address);
	return entry ? entry->site : NULL;
}

static void
find_end(struct report_builder *b, struct report_trace *t, const json_t *doc)
{
	const char *site = json_string_value(json_object_get(doc, "answered_site"));
	const char *own = site_of_address(b, json_string_value(json_object_get(doc, "address")));
	const struct name_entry *entry;

	t->reached = json_is_true(json_object_get(doc, "reached"));
	t->answered_by = text_of(b, doc, "answered_by");
	entry = t->answered_by ? names_find_name(b->names, t->answered_by) : NULL;
	if (own)
		t->target_site = report_builder_site(b, own);
	if (site == NULL && entry)
		site = entry->site;
	if (site == NULL && t->reached)
		site = own;
	if (site)
		t->site = report_builder_site(b, site);
}

static void
add_hops(struct report_builder *b, struct report_trace *t, const json_t *hops)
{
	const json_t *hop;
	size_t i;

	json_array_foreach (hops, i, hop) {
		const json_t *reply = quickest(json_object_get(hop, "replies"));
		struct report_hop *h =
		    report_add_hop(t, (uint32_t)json_integer_value(json_object_get(hop, "ttl")));

		if (reply)
			fill_hop(b, h, reply);
		if (h->asn)
			report_add_as(t, h->asn, h->network);
	}
}

/* To the Global IP itself; one from the site's own address may take another way, and counts less.
 */
static void
take_landing(struct report_landing *l, uint32_t site, double rtt)
{
	if (!l->heard) {
		l->heard = true;
		l->site = site;
	}
	if (l->site != site || isnan(rtt))
		return;
	l->rtt = l->asked_global ? fmin(l->rtt, rtt) : rtt;
	l->asked_global = true;
}

/* To a site's own address: the least counts here too. One site alone tells of no best one. */
static void
take_best(struct report_landing *l, uint32_t site, double rtt)
{
	if (rtt < l->best_rtt) { /* NAN: none was measured, or this one was not */
		l->best_rtt = rtt;
		l->best_site = site;
	}
}

static void
take_end(struct report *r, const struct report_trace *t)
{
	struct report_landing *l = &r->clients[t->client].after;
	double rtt;

	if (!t->reached)
		return;
	rtt = t->hops[t->hop_count - 1].rtt;
	if (t->target_site != REPORT_NONE)
		take_best(l, t->target_site, rtt);
	else if (t->site != REPORT_NONE)
		take_landing(l, t->site, rtt);
}

int
report_build_trace(struct report_builder *b, const char *client, const json_t *doc,
    const char *name, struct err *e)
{
	const json_t *hops = json_object_get(doc, "hops");
	struct report *r = b->report;
	struct report_trace *t;
	uint32_t index;

	if (!json_is_array(hops) || !json_is_string(json_object_get(doc, "target")))
		return err_set(e, -EINVAL,
		    "%s: is no document of nearcast trace --json: it has no \"hops\"", name);
	index = report_builder_client(b, client);
	t = report_add_trace(r, index);
	t->target = text_of(b, doc, "target");
	add_hops(b, t, hops);
	find_end(b, t, doc);
	t->reached &= t->hop_count > 0;
	if (t->target_site == REPORT_NONE) {
		r->clients[index].trace = (uint32_t)(r->trace_count - 1);
		if (r->global_ip == NULL)
			r->global_ip = t->target;
	}
	take_end(r, t);
	return 0;
}
