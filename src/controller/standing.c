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
		  " ELSE 0 END, " PRESENCE_STARTED                                                 \
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
	AT_STARTED,
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
		.started_at = store_int(rows, AT_STARTED),
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

	site->reported = site->reported || evidence.reported;
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

void
standings_leave_idle(struct standings *s)
{
	size_t kept = 0;

	for (size_t from = 0, to; from < s->count; from = to) {
		bool reported = false;

		for (to = from; to < s->count &&
		     strcmp(s->items[to].service, s->items[from].service) == 0; to++)
			reported = reported || s->items[to].reported;
		if (!reported)
			continue;
		memmove(&s->items[kept], &s->items[from], (to - from) * sizeof(*s->items));
		kept += to - from;
	}
	s->count = kept;
}
