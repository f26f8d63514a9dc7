/* What is known of the sites of a rollout: by their hosts, and what these last said. */
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "controller/presence.h"
#include "controller/rollout_case.h"

/*
 * $1 service, $2 now. A row for each host and address; one without addresses when it has reported
 * nothing of the service.
 */
#define HOSTS                                                                                      \
	"SELECT h.site, sites.name, h.id, h.name, h.seen_at, h.left_at, h.desired_revision,"       \
	" h.applied_revision, h.applied_error, r.stage, r.verdict, r.reason, r.detail,"            \
	" CASE WHEN EXISTS (SELECT 1 FROM operator_orders o WHERE o.kind = 'drain'"                \
	" AND (o.service IS NULL OR o.service = s.id) AND (o.site IS NULL OR o.site = h.site)"     \
	" AND (o.host IS NULL OR o.host = h.id)"                                                   \
	" AND (o.expires_at IS NULL OR o.expires_at > $2)) THEN 1 ELSE 0 END,"                     \
	" CASE WHEN EXISTS (SELECT 1 FROM leases l WHERE l.host = h.id AND l.service = s.id"       \
	" AND l.expires_at > $2) THEN 1 ELSE 0 END"                                                \
	" FROM services s JOIN hosts h ON (h.project IS NULL OR h.project = s.project)"            \
	" AND EXISTS (SELECT 1 FROM placements p WHERE p.service = s.id"                           \
	" AND (p.host = h.id OR p.site = h.site)) JOIN sites ON sites.id = h.site"                 \
	" LEFT JOIN reports r ON r.host = h.id AND r.service = s.id"                               \
	" WHERE s.id = $1 ORDER BY sites.name, h.id, r.prefix"

enum {
	AT_SITE,
	AT_SITE_NAME,
	AT_HOST,
	AT_HOST_NAME,
	AT_SEEN,
	AT_LEFT,
	AT_DESIRED,
	AT_APPLIED,
	AT_ERROR,
	AT_STAGE,
	AT_VERDICT,
	AT_REASON,
	AT_DETAIL,
	AT_ORDERED,
	AT_LEASED,
};

/* One host, of its rows. */
struct host {
	char id[STORE_ID_MAX], name[NAME_MAX_BYTES + 1];
	bool present, applied, refused, stands, failing, drained;
	bool is_ordered, is_leased, is_unreported;
};

static void
say_why(struct case_site *p, const struct host *h, const char *what, const char *more)
{
	if (p->why[0] == '\0')
		utf8_format(p->why, sizeof(p->why), "%s %s%s%s", h->name, what,
		    more != NULL && *more != '\0' ? ": " : "", more != NULL ? more : "");
}

static bool
is_drained(const struct store_rows *rows)
{
	json_auto_t *detail = json_loads(store_text(rows, AT_DETAIL), 0, NULL);
	const char *phase =
	    json_string_value(json_object_get(json_object_get(detail, "drain"), "phase"));

	return strcmp(store_text(rows, AT_STAGE), "withdrawn") == 0 ||
	       (phase != NULL && strcmp(phase, "done") == 0);
}

static void
begin_host(struct host *h, struct case_site *p, const struct store_rows *rows, int64_t now)
{
	*h = (struct host){ .present = presence_is(store_int_or(rows, AT_SEEN, INT64_MIN),
				store_int_or(rows, AT_LEFT, INT64_MIN), now),
		.applied = store_int_or(rows, AT_APPLIED, -1) >= store_int(rows, AT_DESIRED) &&
			   store_is_null(rows, AT_ERROR),
		.refused = !store_is_null(rows, AT_ERROR) };
	(void)snprintf(h->id, sizeof(h->id), "%s", store_text(rows, AT_HOST));
	utf8_format(h->name, sizeof(h->name), "%s", store_text(rows, AT_HOST_NAME));
	h->is_ordered = store_bool(rows, AT_ORDERED);
	h->is_leased = store_bool(rows, AT_LEASED);
	h->is_unreported = store_is_null(rows, AT_STAGE);
	h->drained = !h->is_unreported;
	h->stands = !h->is_unreported && !h->is_ordered && !h->is_leased;
	if (h->refused)
		say_why(p, h, "says", store_text(rows, AT_ERROR));
}

static void
add_report(struct host *h, struct case_site *p, const struct store_rows *rows)
{
	if (h->is_unreported)
		return;
	h->drained = h->drained && is_drained(rows);
	if (strcmp(store_text(rows, AT_VERDICT), "failing") == 0) {
		h->failing = true;
		h->stands = false;
		say_why(p, h, "fails", store_text(rows, AT_REASON));
	}
	if (strcmp(store_text(rows, AT_STAGE), "withdrawn") == 0) {
		h->stands = false;
		say_why(p, h, "has withdrawn it", store_text(rows, AT_REASON));
	}
}

/* Behind all that it has said itself: what else is known says less of why. */
static void
add_host(struct rollout_site *s, struct case_site *p, const struct host *h)
{
	if (h->is_ordered)
		say_why(p, h, "is drained by an order", NULL);
	if (h->is_leased)
		say_why(p, h, "has a lease to withdraw", NULL);
	if (h->is_unreported)
		say_why(p, h, "has not reported the service", NULL);
	s->present = s->present && h->present;
	s->applied = s->applied && h->applied;
	s->drained = s->drained && h->drained;
	s->refused = s->refused || h->refused;
	s->failing = s->failing || h->failing;
	s->stands = s->stands || h->stands;
}

size_t
case_site_of(struct rollout_case *k, const char *id, const char *name)
{
	size_t i = 0;

	while (i < k->r.site_count && strcmp(k->places[i].id, id) != 0)
		i++;
	if (i < k->r.site_count)
		return i;
	k->places = grow_array(k->places, i, &k->places_cap, sizeof(*k->places));
	k->sites = grow_array(k->sites, i, &k->sites_cap, sizeof(*k->sites));
	k->places[i] = (struct case_site){ 0 };
	(void)snprintf(k->places[i].id, sizeof(k->places[i].id), "%s", id);
	(void)snprintf(k->places[i].name, sizeof(k->places[i].name), "%s", name);
	k->sites[i] = (struct rollout_site){ .present = true, .applied = true, .drained = true };
	k->r.site_count++;
	return i;
}

void
case_settle_texts(struct rollout_case *k)
{
	for (size_t i = 0; i < k->r.site_count; i++) {
		k->sites[i].name = k->places[i].name;
		k->sites[i].why = k->places[i].why;
	}
	k->r.sites = k->sites;
}

int
case_read_sites(struct call *c, struct rollout_case *k)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	struct host h = { 0 };
	size_t at = 0;
	int r = store_query(
	    c->store, &rows, c->e, HOSTS, SQL_TEXT(k->service), SQL_INT(c->request->now));

	while (r >= 0 && store_next(&rows)) {
		if (strcmp(h.id, store_text(&rows, AT_HOST)) != 0) {
			if (h.id[0] != '\0')
				add_host(&k->sites[at], &k->places[at], &h);
			at = case_site_of(
			    k, store_text(&rows, AT_SITE), store_text(&rows, AT_SITE_NAME));
			k->sites[at].has_hosts = true;
			begin_host(&h, &k->places[at], &rows, c->request->now);
		}
		add_report(&h, &k->places[at], &rows);
	}
	if (h.id[0] != '\0')
		add_host(&k->sites[at], &k->places[at], &h);
	case_settle_texts(k);
	return r < 0 ? r : 0;
}

char *
case_standing(const struct rollout_case *k)
{
	json_auto_t *stood = json_array();

	for (size_t i = 0; i < k->r.site_count; i++) {
		if (k->sites[i].present && k->sites[i].stands)
			(void)json_array_append_new(stood, json_string(k->places[i].id));
	}
	return json_dumps(stood, JSON_COMPACT);
}
