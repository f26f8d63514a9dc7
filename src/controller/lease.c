#include "controller/lease.h"

#include <string.h>

#include "base/utf8.h"

static bool
is_fresh(const struct lease_question *q, const struct lease_report *r, struct instant now)
{
	/* from the future: a clock was stepped back, and the report may be of any age */
	return instant_cmp(r->reported, now) <= 0 &&
	       duration_cmp(instant_diff(now, r->reported), q->fresh) <= 0;
}

static bool
holds_up(const struct lease_question *q, const struct lease_report *r, struct instant now)
{
	return r->announced && is_fresh(q, r, now) && instant_cmp(r->leased_until, now) <= 0 &&
	       strcmp(r->host, q->host) != 0;
}

/* Whether an earlier report has made its site count already. */
static bool
site_was_counted(const struct lease_question *q, const struct lease_report *reports, size_t i,
    struct instant now)
{
	for (size_t j = 0; j < i; j++) {
		if (strcmp(reports[j].site, reports[i].site) == 0 && holds_up(q, &reports[j], now))
			return true;
	}
	return false;
}

static size_t
count_standing(const struct lease_question *q, const struct lease_report *reports, size_t count,
    struct instant now)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		n += holds_up(q, &reports[i], now) && !site_was_counted(q, reports, i, now);
	return n;
}

/* Hosts that would count if they had reported lately, or held no lease: what the sentence names. */
static size_t
count_leased(const struct lease_question *q, const struct lease_report *reports, size_t count,
    struct instant now)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		n += strcmp(reports[i].host, q->host) != 0 &&
		     instant_cmp(reports[i].leased_until, now) > 0;
	return n;
}

static size_t
count_silent(const struct lease_question *q, const struct lease_report *reports, size_t count,
    struct instant now)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		n += strcmp(reports[i].host, q->host) != 0 && !is_fresh(q, &reports[i], now);
	return n;
}

static bool
asks_from_among(const struct lease_question *q, const struct lease_report *reports, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(reports[i].host, q->host) == 0)
			return true;
	}
	return false;
}

struct lease_answer
lease_decide(const struct lease_question *q, const struct lease_report *reports, size_t count,
    struct instant now)
{
	struct lease_answer a = { .standing = count_standing(q, reports, count, now) };

	a.granted = asks_from_among(q, reports, count) && a.standing >= q->min_sites;
	a.until = instant_add(now, a.granted ? q->ttl : q->retry);
	if (!asks_from_among(q, reports, count))
		utf8_format(a.why, sizeof(a.why), "host %s does not serve this address", q->host);
	else
		utf8_format(a.why, sizeof(a.why),
		    "%zu %s without %s, %u needed; %zu may withdraw already, %zu not heard of "
		    "lately",
		    a.standing, a.standing == 1 ? "site stands" : "sites stand", q->host,
		    q->min_sites, count_leased(q, reports, count, now),
		    count_silent(q, reports, count, now));
	return a;
}
