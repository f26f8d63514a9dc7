#include "controller/standing.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "controller/presence.h"

/* $1 service, $2 site, $3 host, $4 now, $5 and $6 before and after it (presence.h). A row for each
 * host: what is known of it (read_evidence). */
#define SELECT                                                                                     \
	"SELECT DISTINCT s.id, h.site, h.id, s.name, s.min_sites, s.max_change_percent,"           \
	" sites.name,"                                                                             \
	" CASE WHEN EXISTS (SELECT 1 FROM operator_orders o WHERE o.kind = 'drain'"                \
	" AND (o.service IS NULL OR o.service = s.id) AND (o.site IS NULL OR o.site = h.site)"     \
	" AND (o.host IS NULL OR o.host = h.id)"                                                   \
	" AND (o.expires_at IS NULL OR o.expires_at > $4)) THEN 1 ELSE 0 END,"                     \
	" h.seen_at, h.left_at, " PRESENCE_LISTENING("$4", "$5",                                   \
	    "$6") ","                                                                              \
		  " (SELECT min(r.seen_at) FROM reports r WHERE r.host = h.id"                     \
		  " AND r.service = s.id), CASE WHEN EXISTS (SELECT 1 FROM reports r WHERE "       \
		  "r.host = h.id"                                                                  \
		  " AND r.service = s.id AND (r.stage = 'withdrawn' OR r.verdict = 'failing'))"    \
		  " THEN 1 ELSE 0 END, CASE WHEN EXISTS (SELECT 1 FROM reports r WHERE "           \
		  "r.host = h.id AND r.service = s.id AND r.stage <> 'withdrawn')"                 \
		  " THEN 1 ELSE 0 END, CASE WHEN EXISTS (SELECT 1 FROM leases l WHERE "            \
		  "l.host = h.id AND l.service = s.id AND l.expires_at > $4) THEN 1 ELSE 0 END,"   \
		  " CASE WHEN h.credential_hash IS NULL AND h.joined_at IS NOT NULL THEN 1"        \
		  " ELSE 0 END"                                                                    \
		  " FROM services s JOIN placements p ON p.service = s.id"                         \
		  " JOIN hosts h ON (h.id = p.host OR h.site = p.site)"                            \
		  " AND (h.project IS NULL OR h.project = s.project) JOIN sites ON sites.id = "    \
		  "h.site"                                                                         \
		  " WHERE ($1 = '' OR s.id = $1)"                                                  \
		  " AND (($2 = '' AND $3 = '') OR EXISTS (SELECT 1 FROM placements q JOIN hosts k" \
		  " ON k.id = q.host OR k.site = q.site WHERE q.service = s.id"                    \
		  " AND ($2 = '' OR k.site = $2) AND ($3 = '' OR k.id = $3)))"                     \
		  " ORDER BY s.id, sites.name, h.site, h.id"

enum {
	AT_SERVICE,
	AT_SITE,
	AT_HOST,
	AT_NAME,
	AT_MIN_SITES,
	AT_PERCENT,
	AT_SITE_NAME,
	AT_DRAINED,
	AT_SEEN,
	AT_LEFT,
	AT_LISTENING,
	AT_REPORTED,
	AT_WITHDRAWN,
	AT_ANNOUNCED,
	AT_LEASED,
	AT_GONE,
};

void
standings_done(struct standings *s)
{
	free(s->items);
	*s = (struct standings){ 0 };
}

static struct host_evidence
read_evidence(const struct store_rows *rows)
{
	return (struct host_evidence){ .was_seen = !store_is_null(rows, AT_SEEN),
		.seen_at = store_int_or(rows, AT_SEEN, 0),
		.left_at = store_int_or(rows, AT_LEFT, INT64_MIN),
		.listening_since = store_int(rows, AT_LISTENING),
		.reported = !store_is_null(rows, AT_REPORTED),
		.reported_at = store_int_or(rows, AT_REPORTED, 0),
		.withdrawn = store_bool(rows, AT_WITHDRAWN),
		.leased = store_bool(rows, AT_LEASED),
		.gone = store_bool(rows, AT_GONE) };
}

static void
copy(char to[static STORE_ID_MAX], const struct store_rows *rows, size_t column)
{
	(void)snprintf(to, STORE_ID_MAX, "%s", store_text(rows, column));
}

/* The row of a host's site, which is the last one, or a new one. */
static struct standing *
site_of(struct standings *s, const struct store_rows *rows)
{
	struct standing *last = s->count > 0 ? &s->items[s->count - 1] : NULL;

	if (last != NULL && strcmp(last->service, store_text(rows, AT_SERVICE)) == 0 &&
	    strcmp(last->site, store_text(rows, AT_SITE)) == 0)
		return last;
	s->items = grow_array(s->items, s->count, &s->cap, sizeof(*s->items));
	last = &s->items[s->count++];
	*last = (struct standing){ .min_sites = (uint32_t)store_int(rows, AT_MIN_SITES),
		.max_change_percent = (uint32_t)store_int(rows, AT_PERCENT) };
	copy(last->service, rows, AT_SERVICE);
	copy(last->site, rows, AT_SITE);
	utf8_format(
	    last->service_name, sizeof(last->service_name), "%s", store_text(rows, AT_NAME));
	utf8_format(last->site_name, sizeof(last->site_name), "%s", store_text(rows, AT_SITE_NAME));
	return last;
}

static void
add_announced(struct standing *site, const struct host_evidence *e, int64_t now)
{
	site->announced = true;
	site->heard = site->heard || presence_is(e->seen_at, e->left_at, now);
	site->heard_at = MAX(site->heard_at, e->seen_at);
}

static void
add(struct standings *s, const struct store_rows *rows, int64_t now)
{
	struct standing *site = site_of(s, rows);
	const struct host_evidence evidence = read_evidence(rows);

	if (evidence.was_seen && store_bool(rows, AT_ANNOUNCED))
		add_announced(site, &evidence, now);
	if (store_bool(rows, AT_DRAINED))
		return;
	site->wanted = true;
	site->best = MAX(site->best, host_standing(&evidence, now));
}

int
standings_read(struct call *c, const struct scope *scope, struct standings *ret)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int64_t now = c->request->now;
	int r = store_query(c->store, &rows, c->e, SELECT,
	    SQL_TEXT(scope->service != NULL ? scope->service : ""),
	    SQL_TEXT(scope->site != NULL ? scope->site : ""),
	    SQL_TEXT(scope->host != NULL ? scope->host : ""), SQL_INT(now),
	    SQL_INT(now - PRESENT_NS), SQL_INT(now + PRESENT_NS));

	while (r >= 0 && store_next(&rows))
		add(ret, &rows, now);
	return r < 0 ? r : 0;
}

/* ---- before and after ---- */

static const struct standing *
find(const struct standings *s, const char *site)
{
	for (size_t i = 0; i < s->count; i++) {
		if (strcmp(s->items[i].site, site) == 0)
			return &s->items[i];
	}
	return NULL;
}

/* Where it answered, and does not any more, what may still be announced there is no consolation. */
static bool
is_lost(const struct standing *was, const struct standing *is, enum host_standing to_lose)
{
	return is == NULL || is->best < to_lose ||
	       (was->best == HOST_ANSWERS && is->best != HOST_ANSWERS);
}

/*
 * Of one service: the rows [from, to) of before, and all of after. Where a site may announce it,
 * those that are not heard of do not stand in for it; where none does, they are all that there is.
 */
static struct intent
compare(const struct standings *before, size_t from, size_t to, const struct standings *after)
{
	struct intent intent = { .min_sites = before->items[from].min_sites,
		.max_change_percent = before->items[from].max_change_percent };
	enum host_standing to_lose = HOST_EXPECTED, to_stay = HOST_EXPECTED;

	for (size_t i = from; i < to; i++) {
		if (before->items[i].best >= HOST_UNSURE) {
			to_lose = HOST_UNSURE;
			to_stay = HOST_ANSWERS;
		}
	}
	for (size_t i = from; i < to; i++) {
		const struct standing *was = &before->items[i], *is = find(after, was->site);
		bool counted = was->best >= to_lose;

		intent.wanted_before += was->wanted;
		intent.before += counted;
		intent.down += !counted;
		intent.lost += counted && is_lost(was, is, to_lose);
	}
	for (size_t i = 0; i < after->count; i++) {
		/* raised with the change: it is held to what it says itself */
		intent.min_sites = MAX(intent.min_sites, after->items[i].min_sites);
		intent.wanted_after += after->items[i].wanted;
		intent.after += after->items[i].best >= to_stay;
	}
	return intent;
}

static int
check_service(struct call *c, const struct standings *before, size_t from, size_t to)
{
	const struct standing *was = &before->items[from];
	_cleanup_(standings_done) struct standings after = { 0 };
	_cleanup_(freep) char *silent = standings_silent(before, was->service);
	struct intent intent;
	char why[INTENT_WHY_MAX];
	int r = standings_read(c, &(struct scope){ .service = was->service }, &after);

	if (r < 0)
		return r;
	intent = compare(before, from, to, &after);
	if (intent_is_safe(&intent, why))
		return 0;
	return call_problem(c, PROBLEM_LAST_SITE,
	    "service %s: %s%s%s; override_reason says that it is meant, and why", was->service_name,
	    why, silent != NULL ? "; silent: " : "", silent != NULL ? silent : "");
}

int
standings_check(struct call *c, const struct standings *before, const char *override_reason)
{
	size_t from = 0;
	int r = 0;

	if (override_reason != NULL)
		return 0;
	for (size_t to = 1; r >= 0 && to <= before->count; to++) {
		if (to < before->count &&
		    strcmp(before->items[to].service, before->items[from].service) == 0)
			continue;
		r = check_service(c, before, from, to);
		from = to;
	}
	return r < 0 ? r : 0;
}
