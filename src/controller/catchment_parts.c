#include "controller/catchment_parts.h"

#include <string.h>

#include "base/alloc.h"
#include "controller/catchment.h"
#include "controller/catchment_counts.h"
#include "controller/presence.h"

/* By site; of each the hosts first that are there and announce. $1 service, $2 and $3 PRESENT_NS
 * before and after now. */
/* clang-format off */
#define HOSTS                                                                                      \
	"SELECT h.id, h.name, h.site, sites.name,"                                                 \
	" CASE WHEN " PRESENCE_IS("h", "$2", "$3") " THEN 1 ELSE 0 END,"                           \
	" CASE WHEN EXISTS (SELECT 1 FROM reports r WHERE r.host = h.id AND r.service = s.id"      \
	" AND r.stage <> 'withdrawn') THEN 1 ELSE 0 END"                                           \
	" FROM services s JOIN hosts h ON (h.project IS NULL OR h.project = s.project)"            \
	" AND EXISTS (SELECT 1 FROM placements p WHERE p.service = s.id"                           \
	" AND (p.host = h.id OR p.site = h.site)) JOIN sites ON sites.id = h.site"                 \
	" WHERE s.id = $1 AND h.credential_hash IS NOT NULL ORDER BY sites.name, 5 DESC, 6 DESC,"  \
	" h.name"
/* clang-format on */

static int
add_part(struct call *c, const struct catchment_whose *w, const struct store_rows *row,
    bool is_first, bool *sends)
{
	bool is_there = store_bool(row, 4);
	_cleanup_(freep) char *counts = NULL;
	json_auto_t *none = catchment_counts_new();
	int r;

	counts = json_dumps(none, JSON_COMPACT);
	*sends = is_first && is_there && strcmp(store_text(row, 2), w->site) == 0;
	r = store_do(c->store, c->e,
	    "INSERT INTO catchment_parts (catchment, host, host_name, site_name, sends, measures,"
	    " state, why, counts, seen_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
	    SQL_TEXT(w->catchment), SQL_TEXT(store_text(row, 0)), SQL_TEXT(store_text(row, 1)),
	    SQL_TEXT(store_text(row, 3)), SQL_BOOL(*sends),
	    SQL_BOOL(w->best && is_first && is_there),
	    SQL_TEXT(catchment_part_name(is_there ? PART_ASKED : PART_GONE)),
	    SQL_TEXT(is_there ? "" : "it was not there when the catchment began"), SQL_TEXT(counts),
	    SQL_INT(c->request->now));
	return r < 0 ? r : 0;
}

int
catchment_parts_add(struct call *c, const struct catchment_whose *w)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	char site[STORE_ID_MAX] = "";
	bool has_site = false, has_sender = false;
	int r = store_query(c->store, &rows, c->e, HOSTS, SQL_TEXT(w->service),
	    SQL_INT(c->request->now - PRESENT_NS), SQL_INT(c->request->now + PRESENT_NS));

	while (r >= 0 && store_next(&rows)) {
		bool is_first = strcmp(site, store_text(&rows, 2)) != 0, sends;

		(void)snprintf(site, sizeof(site), "%s", store_text(&rows, 2));
		has_site = has_site || strcmp(site, w->site) == 0;
		r = add_part(c, w, &rows, is_first, &sends);
		has_sender = has_sender || sends;
	}
	if (r < 0 || has_sender)
		return r;
	if (!has_site)
		return call_problem_field(c, "/site",
		    "no host of %s that has joined has service %s", w->site_name, w->service_name);
	return call_problem(c, PROBLEM_CONFLICT,
	    "no host of %s that has service %s was heard of lately: it cannot send", w->site_name,
	    w->service_name);
}
