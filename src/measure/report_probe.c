/* A probe in a report: where its client landed, and how far the sites' own addresses are. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "measure/report_build.h"

/* The least of a phase: what a busy machine adds to a time is never below zero. */
static double
least(const json_t *target, const char *phase)
{
	const json_t *stats = json_object_get(json_object_get(target, "timings"), phase),
		     *value = json_object_get(stats, "min");

	/* a document made by hand may have one figure of each */
	if (!json_is_number(value))
		value = json_object_get(stats, "median");
	return json_is_number(value) ? json_number_value(value) : NAN;
}

/*
 * The time to connect, without that of looking up the name: a round trip of TCP. What has no
 * connection takes one round trip in all.
 */
static double
round_trip(const json_t *target)
{
	double connect = least(target, "connect_ms"), lookup = least(target, "namelookup_ms");

	if (connect > 0)
		return connect - (isnan(lookup) ? 0 : lookup);
	return least(target, "total_ms");
}

/* "am6,sg1": the sites that answered; *ret_count of them. NULL: none did. */
static const char *
answered(struct report *r, json_t *target, size_t *ret_count)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	json_t *sites = json_object_get(target, "sites"), *value;
	const char *name;

	*ret_count = 0;
	json_object_foreach (sites, name, value)
		strbuf_addf(&text, "%s%s", (*ret_count)++ ? "," : "", name);
	return *ret_count ? report_text(r, strbuf_get(&text)) : NULL;
}

static void
keep_own_rtt(struct report_builder *b, uint32_t client, uint32_t site, double ms)
{
	b->own = grow_array(b->own, b->own_count, &b->own_cap, sizeof(*b->own));
	b->own[b->own_count++] = (struct report_own_rtt){ client, site, ms };
}

void
report_builder_know_rtts(const struct report_builder *b)
{
	for (size_t i = 0; i < b->own_count; i++)
		report_know_rtt(b->report, b->own[i].client, b->own[i].site, b->own[i].ms);
}

/* client: whose it is, of `after`; REPORT_NONE: of before. */
static void
take_reference(struct report_builder *b, uint32_t client, struct report_landing *l, json_t *target)
{
	double rtt = round_trip(target);
	size_t count;
	const char *site = answered(b->report, target, &count);
	uint32_t index;

	if (count != 1)
		site = json_string_value(json_object_get(target, "name"));
	if (isnan(rtt) || site == NULL)
		return;
	/* a slower one is a site, too, and may be the nearest */
	index = report_builder_site(b, site);
	if (client != REPORT_NONE)
		keep_own_rtt(b, client, index, rtt);
	if (!isnan(l->best_rtt) && l->best_rtt <= rtt)
		return;
	l->best_rtt = rtt;
	l->best_site = index;
}

static void
take_landing(struct report_builder *b, struct report_landing *l, json_t *target)
{
	size_t count;
	const char *sites = answered(b->report, target, &count);

	if (sites == NULL)
		return;
	l->heard = true;
	l->site = count == 1 ? report_builder_site(b, sites) : REPORT_NONE;
	l->sites = count > 1 ? sites : NULL;
	l->rtt = count == 1 ? round_trip(target) : NAN;
	l->asked_global = !isnan(l->rtt);
}

/* "203.0.113.80" of a URL that has it, else whom the first request reached; NULL: not known. */
static const char *
address_of(struct report *r, json_t *target)
{
	const char *url = json_string_value(json_object_get(target, "url"));
	const char *host = url ? strstr(url, "://") : NULL, *text;
	struct ip ip;

	if (host != NULL) {
		host += host[3] == '[' ? 4 : 3;
		text = report_printf(
		    r, "%.*s", (int)strcspn(host, host[-1] == '[' ? "]" : ":/"), host);
		if (ip_parse(text, &ip) == 0)
			return text;
	}
	return json_string_value(json_object_get(
	    json_array_get(json_object_get(target, "requests"), 0), "remote_address"));
}

int
report_build_probe(struct report_builder *b, const char *client, enum report_when when,
    const json_t *doc, const char *name, struct err *e)
{
	const json_t *targets = json_object_get(doc, "targets");
	uint32_t index;
	struct report_landing landing;
	json_t *target, *global = NULL;
	size_t i;

	if (!json_is_array(targets))
		return err_set(e, -EINVAL,
		    "%s: is no document of nearcast probe --json: it has no \"targets\"", name);
	index = report_builder_client(b, client);
	landing = when == REPORT_BEFORE ? b->report->clients[index].before
					: b->report->clients[index].after;
	json_array_foreach (targets, i, target) {
		bool reference = json_is_true(json_object_get(target, "reference"));

		if (reference)
			take_reference(
			    b, when == REPORT_AFTER ? index : REPORT_NONE, &landing, target);
		else if (global == NULL)
			global = target;
	}
	report_builder_of(b, name, address_of(b->report, global));
	take_landing(b, &landing, global);
	*(when == REPORT_BEFORE ? &b->report->clients[index].before
				: &b->report->clients[index].after) = landing;
	b->report->has_before |= when == REPORT_BEFORE;
	return 0;
}
