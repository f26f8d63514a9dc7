/*
 * The sentences of a finding: why, and what could be tried.
 *
 * The remedies are those that an announcement has: to ask a neighbor, by a community, not to
 * announce to somebody or to prepend towards it (RFC 8195 has a common form); to announce at more
 * places or to more neighbors; and to talk to those who decide.
 */
#include <inttypes.h>
#include <math.h>

#include "base/strbuf.h"
#include "measure/report_reason_internal.h"

#define NOBODY ((struct report_as){ 0 })

/* "isp-rio (AS64567)" */
static const char *
who(struct report_why *w, struct report_as as)
{
	if (as.name == NULL)
		as.name = report_as_name(w->r, as.asn);
	return as.name ? report_printf(w->r, "%s (AS%" PRIu32 ")", as.name, as.asn)
		       : report_printf(w->r, "AS%" PRIu32, as.asn);
}

static const char *
site_name(const struct report_why *w, uint32_t site)
{
	return site == REPORT_NONE ? "another site" : w->r->sites[site].name;
}

static const char *
client_name(const struct report_why *w)
{
	return w->client->label ? w->client->label : w->client->name;
}

/* " in Miami", where the network that decides hands over; "" when that is not known. */
static const char *
in_city(struct report_why *w)
{
	uint32_t hop = report_why_handover(w);

	if (hop == REPORT_NONE || w->way->hops[hop].place.city == NULL)
		return "";
	return report_printf(w->r, " in %s", w->way->hops[hop].place.city);
}

static const char *
networks(struct report_why *w, size_t count)
{
	return report_printf(w->r, "%zu network%s", count, count == 1 ? "" : "s");
}

static void
decide(struct report_why *w, enum report_reason reason, const char *said)
{
	w->f->reason = reason;
	w->f->decider = report_why_as(w, w->decider);
	w->f->said = said;
}

static void
try(struct report_why *w, enum report_act act, uint32_t site, struct report_as neighbor,
    struct report_as toward, const char *text)
{
	report_add_try(w->r, w->f, (struct report_action){ act, site, neighbor, toward }, text);
}

/* ---- remedies ---- */

/*
 * The neighbor of the site that is reached, and to whom that announces; false: not known. What
 * comes before an end that is not known may be a carrier far away from the site.
 */
static bool
entrance(struct report_why *w, struct report_as *neighbor, struct report_as *toward)
{
	size_t last = w->way && w->has_origin ? w->way->path_count - 1 : 0;

	*neighbor = last > 0 ? w->way->path[last - 1] : NOBODY;
	*toward = last > 1 ? w->way->path[last - 2] : NOBODY;
	return toward->asn != 0;
}

static void
try_withhold(struct report_why *w)
{
	struct report_as neighbor, toward;

	if (!entrance(w, &neighbor, &toward))
		return;
	try(w, REPORT_ACT_WITHHOLD, w->f->site, neighbor, toward,
	    report_printf(w->r,
		"At %s, ask %s not to announce the Global IP to %s: many networks have a community "
		"for that (RFC 8195, 4.1.1, has a common form).",
		site_name(w, w->f->site), who(w, neighbor), who(w, toward)));
}

/* So often that the better site's path is the shorter one. */
static void
try_prepend(struct report_why *w)
{
	struct report_as neighbor, toward;
	size_t equal = w->other_len > w->taken_len ? w->other_len - w->taken_len : 0;

	if (!entrance(w, &neighbor, &toward))
		return;
	try(w, REPORT_ACT_PREPEND, w->f->site, neighbor, toward,
	    report_printf(w->r,
		"At %s, ask %s to prepend where it announces the Global IP to %s (RFC 8195, "
		"4.2.1): "
		"%zu time%s make%s the paths equally long, one more makes that to %s the shorter "
		"one.",
		site_name(w, w->f->site), who(w, neighbor), who(w, toward), equal,
		equal == 1 ? "" : "s", equal == 1 ? "s" : "", site_name(w, w->f->better_site)));
}

static void
try_announce(struct report_why *w, struct report_as neighbor, const char *because)
{
	try(w, REPORT_ACT_ANNOUNCE, w->f->better_site, neighbor, NOBODY,
	    report_printf(w->r, "At %s, announce to %s too: %s.", site_name(w, w->f->better_site),
		who(w, neighbor), because));
}

/* ---- reasons ---- */

/* RFC 7908, section 3, by whom the leaker has it from and whom it tells. */
static int
leak_type(const struct report_why *w)
{
	if (w->from_is == RELATION_PROVIDER)
		return w->to_is == RELATION_PROVIDER ? 1 : 3;
	return w->to_is == RELATION_PEER ? 2 : 4;
}

void
report_say_leak(struct report_why *w)
{
	struct report_as leaker = report_why_as(w, w->decider);
	struct report_as to = report_why_as(w, w->decider - 1);
	struct report_as from = report_why_as(w, w->decider + 1);

	decide(w, REPORT_REASON_LEAK,
	    report_printf(w->r,
		"%s announces to its %s %s what it has from its %s %s: a route leak (RFC 7908, "
		"type "
		"%d).%s",
		who(w, leaker), relation_name(w->to_is), who(w, to), relation_name(w->from_is),
		who(w, from), leak_type(w),
		w->to_is == RELATION_PROVIDER
		    ? report_printf(w->r,
			  " To %s that is the route of a customer, which it prefers to all others.",
			  who(w, to))
		    : ""));
	try_withhold(w);
	try(w, REPORT_ACT_CONTACT, REPORT_NONE, leaker, to,
	    report_printf(w->r,
		"Tell %s: its filters toward %s let pass what is not its own or its customers'. "
		"BGP roles (RFC 9234) would stop it by themselves.",
		who(w, leaker), who(w, to)));
	try(w, REPORT_ACT_CONTACT, REPORT_NONE, to, leaker,
	    report_printf(w->r,
		"Tell %s: it should take from %s only the prefixes of that network and its "
		"customers.",
		who(w, to), who(w, leaker)));
}

void
report_say_preference(struct report_why *w)
{
	struct report_as decider = report_why_as(w, w->decider);
	struct report_as taken = report_why_as(w, w->decider + 1);
	const char *better = site_name(w, w->f->better_site);

	decide(w, REPORT_REASON_PREFERENCE,
	    w->taken_is != RELATION_NONE
		? report_printf(w->r,
		      "%s takes its %s %s%s%s, before its %s %s, over which %s would be %s away. "
		      "Networks prefer customers to peers, and peers to providers, however far "
		      "away "
		      "they meet them.",
		      who(w, decider), relation_name(w->taken_is), who(w, taken),
		      *in_city(w) ? ", met" : "", in_city(w), relation_name(w->other_is),
		      who(w, w->other), better, networks(w, w->other_len))
		: report_printf(w->r,
		      "%s takes the longer path over %s (%s) before that over %s (%s), which it "
		      "uses "
		      "to reach %s: it prefers that neighbor, as a peer or a customer is preferred "
		      "to a provider.",
		      who(w, decider), who(w, taken), networks(w, w->taken_len), who(w, w->other),
		      networks(w, w->other_len), better));
	try_withhold(w);
	try_announce(w, decider,
	    "a route that it has from the site itself is preferred at least as much, and is "
	    "shorter");
	try(w, REPORT_ACT_CONTACT, REPORT_NONE, decider, NOBODY,
	    report_printf(w->r,
		"Ask %s to prefer %s for the Global IP. Prepending does not help: preference comes "
		"before the length of the path.",
		who(w, decider), who(w, w->other)));
}

void
report_say_one_city(struct report_why *w)
{
	struct report_as decider = report_why_as(w, w->decider);
	struct report_as taken = report_why_as(w, w->decider + 1);
	const char *better = site_name(w, w->f->better_site);

	if (w->other.asn)
		decide(w, REPORT_REASON_ONE_CITY,
		    report_printf(w->r,
			"%s %s its %s %s%s. Its %s %s, over which %s would be %s away, is %s.",
			who(w, decider),
			w->inside ? "carries the traffic as far as" : "hands over to",
			relation_name(w->taken_is), who(w, taken), in_city(w),
			relation_name(w->other_is), who(w, w->other), better,
			networks(w, w->other_len),
			w->other_is < w->taken_is ? "preferred less"
						  : "as good to it, and not nearer"));
	else
		decide(w, REPORT_REASON_ONE_CITY,
		    report_printf(w->r,
			"%s hands over to %s%s, where that is nearest or cheapest to itself, and "
			"nothing shows that it could elsewhere: %s lies behind that handover, too.",
			who(w, decider), taken.asn ? who(w, taken) : "the site", in_city(w),
			better));
	try_withhold(w);
	if (!w->has_both)
		try_announce(
		    w, decider, "it then has a handover of its own that is near its clients there");
	try(w, REPORT_ACT_CONTACT, REPORT_NONE, decider, taken,
	    w->has_both
		? report_printf(w->r,
		      "Ask %s to carry what is for the Global IP to the nearer site (cold "
		      "potato), by the MED that both sites announce, if it takes MED.",
		      who(w, decider))
		: report_printf(w->r, "Ask %s and %s to meet nearer to %s as well.",
		      who(w, decider), taken.asn ? who(w, taken) : "its neighbor", client_name(w)));
}

void
report_say_length(struct report_why *w)
{
	struct report_as decider = report_why_as(w, w->decider);
	struct report_as taken = report_why_as(w, w->decider + 1);

	decide(w, REPORT_REASON_LENGTH,
	    report_printf(w->r,
		"%s likes %s and %s equally, and takes the path with fewer networks: %zu over "
		"%s%s, "
		"%zu over %s. The path with fewer networks is the longer way.",
		who(w, decider), who(w, taken), who(w, w->other), w->taken_len, who(w, taken),
		in_city(w), w->other_len, who(w, w->other)));
	try_prepend(w);
	try_announce(w, decider, "that path is shorter than any other");
	try_withhold(w);
}

void
report_say_no_path(struct report_why *w)
{
	const struct report_hop *last = NULL;
	const char *better = site_name(w, w->f->better_site);

	for (size_t i = 0; i < w->best->hop_count; i++) {
		if (w->best->hops[i].address)
			last = &w->best->hops[i];
	}
	w->decider = UINT32_MAX;
	decide(w, REPORT_REASON_NO_PATH,
	    report_printf(w->r, "%s itself was not reached from %s: %s%s%s.", better,
		client_name(w),
		last ? "the last that answered on the way was " : "nobody answered on the way",
		last ? (last->name ? last->name : last->address) : "",
		last && last->asn ? report_printf(w->r, ", of AS%" PRIu32, last->asn) : ""));
	if (last)
		w->f->decider = (struct report_as){ last->asn, last->network };
	try(w, REPORT_ACT_MEASURE, w->f->better_site, NOBODY, NOBODY,
	    report_printf(w->r,
		"Look whether the own addresses of %s are announced, and whether its firewall lets "
		"the probes pass (nearcast trace --tcp with a port that is open).",
		better));
	if (last && last->asn)
		try(w, REPORT_ACT_CONTACT, REPORT_NONE, w->f->decider, NOBODY,
		    report_printf(w->r, "Ask %s what becomes of packets to %s.",
			who(w, w->f->decider), better));
}

/* A straight way there that takes long takes it on the way back. */
static void
say_way_back(struct report_why *w)
{
	const char *site = site_name(w, w->f->site);

	decide(w, REPORT_REASON_UNKNOWN,
	    report_printf(w->r,
		"The way there is straight, and %s is the nearest site: the way back is the "
		"suspect, "
		"which %s chooses.",
		site, site));
	try(w, REPORT_ACT_MEASURE, w->f->site, NOBODY, NOBODY,
	    report_printf(w->r, "At %s, run `nearcast trace %s`, and see which neighbor it takes.",
		site, w->client->name));
}

static void
say_what_is_missing(struct report_why *w)
{
	const char *better = site_name(w, w->f->better_site), *client = client_name(w);

	if (w->way == NULL)
		try(w, REPORT_ACT_MEASURE, REPORT_NONE, NOBODY, NOBODY,
		    report_printf(w->r,
			"Run `nearcast trace --json --identify %s` at %s, and give what it writes "
			"with --trace.",
			w->r->global_ip ? w->r->global_ip : "GLOBAL-IP", client));
	else if (!w->has_origin)
		try(w, REPORT_ACT_MEASURE, REPORT_NONE, NOBODY, NOBODY,
		    report_printf(w->r,
			"%s: run `nearcast trace --json --identify %s` at %s again, and give the "
			"networks of addresses with --names or --asn.",
			w->way->reached ? "Whose network answers is not known"
					: "The trace did not reach the Global IP",
			w->r->global_ip ? w->r->global_ip : "GLOBAL-IP", client));
	if (w->best == NULL)
		try(w, REPORT_ACT_MEASURE, w->f->better_site, NOBODY, NOBODY,
		    report_printf(w->r,
			"Trace the own address of %s from %s, too: where the two ways part shows "
			"who "
			"decides.",
			better, client));
	if (w->relations == NULL)
		try(w, REPORT_ACT_MEASURE, REPORT_NONE, NOBODY, NOBODY,
		    "Give the AS relationships with --relations: they tell preferences and leaks.");
}

void
report_say_unknown(struct report_why *w)
{
	if (w->decider == UINT32_MAX && w->way && w->way->reached &&
	    w->client->after.site == w->client->after.nearest_site && w->f->site != REPORT_NONE) {
		say_way_back(w);
		return;
	}
	if (w->decider != UINT32_MAX)
		decide(w, REPORT_REASON_UNKNOWN,
		    report_printf(w->r,
			"The way goes astray%s, where %s sends it; why is not known.", in_city(w),
			who(w, report_why_as(w, w->decider))));
	else
		decide(w, REPORT_REASON_UNKNOWN,
		    w->way ? "The trace does not show where the way goes astray."
			   : "There is no trace to the Global IP.");
	say_what_is_missing(w);
	if (w->decider != UINT32_MAX)
		try_withhold(w);
}
