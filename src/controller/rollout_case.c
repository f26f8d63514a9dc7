#include "controller/rollout_case.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "base/utf8.h"

/* How long a drain may take when nothing is said: more than any agent's drain-at-most is usual. */
#define DRAIN_LIMIT DURATION_S(3600)
#define DRAIN_MARGIN DURATION_S(60)
#define CHANGE_LIMIT DURATION_S(600)

static const char *const kind_names[] = { "change", "drain", NULL };
const char *const rollout_state_names[] = { "running", "paused", "stopped", "done", "taken-back",
	NULL };
static const char *const step_names[] = { "waiting", "running", "settling", "returning", "done",
	"failed", "stopped", "taken-back", NULL };

const char *
rollout_kind_name(enum rollout_kind kind)
{
	return kind_names[kind];
}

const char *
rollout_state_name(enum rollout_state state)
{
	return rollout_state_names[state];
}

const char *
rollout_step_name(enum step_state state)
{
	return step_names[state];
}

void
case_done(struct rollout_case *k)
{
	json_decref(k->parameters);
	json_decref(k->document);
	free(k->purpose);
	free(k->sites);
	free(k->places);
	free(k->steps);
	free(k->were);
	*k = (struct rollout_case){ 0 };
}

/* ---- reading ---- */

static struct duration
limit_of(const struct rollout_case *k)
{
	json_int_t ms = json_integer_value(json_object_get(k->parameters, "at_most_ms"));

	if (k->r.kind == ROLLOUT_CHANGE)
		return CHANGE_LIMIT;
	return ms > 0 ? DURATION_NS(ms * NS_PER_MS + DRAIN_MARGIN.ns) : DRAIN_LIMIT;
}

static void
take(struct rollout_case *k, const struct store_rows *rows)
{
	struct rollout *r = &k->r;

	(void)snprintf(k->id, sizeof(k->id), "%s", store_text(rows, 0));
	(void)snprintf(k->service, sizeof(k->service), "%s", store_text(rows, 1));
	(void)snprintf(k->project, sizeof(k->project), "%s", store_text(rows, 2));
	(void)snprintf(k->service_name, sizeof(k->service_name), "%s", store_text(rows, 3));
	(void)snprintf(k->by, sizeof(k->by), "%s", store_text(rows, 16));
	k->parameters = json_loads(store_text(rows, 5), 0, NULL);
	k->document = store_is_null(rows, 6) ? NULL : json_loads(store_text(rows, 6), 0, NULL);
	k->purpose = xstrdup(store_text(rows, 7));
	k->was = (enum rollout_state)str_index(store_text(rows, 10), rollout_state_names);
	utf8_format(k->was_why, sizeof(k->was_why), "%s", store_text(rows, 11));
	*r =
	    (struct rollout){ .kind = (enum rollout_kind)str_index(store_text(rows, 4), kind_names),
		    .state = k->was,
		    .at_once = (size_t)store_int(rows, 8),
		    .settle = DURATION_NS(store_int(rows, 9)),
		    .looked = { store_int_or(rows, 12, INT64_MAX) },
		    .absent = DURATION_NS(store_int(rows, 13)),
		    .min_sites = (size_t)store_int(rows, 15),
		    .max_change_percent = (uint32_t)store_int(rows, 17),
		    .is_meant = !store_is_null(rows, 18) };
	utf8_format(r->why, sizeof(r->why), "%s", k->was_why);
	r->limit = limit_of(k);
}

static void
take_stood(struct rollout_case *k, const char *text)
{
	json_auto_t *stood = json_loads(text, 0, NULL);
	json_t *id;
	size_t i;

	json_array_foreach (stood, i, id) {
		for (size_t s = 0; s < k->r.site_count; s++) {
			if (strcmp(k->places[s].id, json_string_value(id)) == 0)
				k->sites[s].stood = true;
		}
	}
}

static void
add_step(struct rollout_case *k, struct rollout_step step, struct case_step was)
{
	size_t i = k->r.step_count++;

	k->steps = grow_array(k->steps, i, &k->steps_cap, sizeof(*k->steps));
	k->were = grow_array(k->were, i, &k->were_cap, sizeof(*k->were));
	k->steps[i] = step;
	k->were[i] = was;
}

/* Sites that have come since: the end of a change would give them its document unwatched. */
static void
add_new_sites(struct rollout_case *k)
{
	int64_t next = k->r.step_count > 0 ? k->were[k->r.step_count - 1].position + 1 : 0;
	bool is_over = k->was == ROLLOUT_DONE || k->was == ROLLOUT_TAKEN_BACK;

	for (size_t i = 0; i < k->r.site_count && k->r.kind == ROLLOUT_CHANGE && !is_over; i++) {
		size_t s = 0;

		while (s < k->r.step_count && k->steps[s].site != i)
			s++;
		if (s == k->r.step_count)
			add_step(k, (struct rollout_step){ .site = i },
			    (struct case_step){ .position = next++, .is_new = true });
	}
}

static int
read_steps(struct call *c, struct rollout_case *k)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query(c->store, &rows, c->e,
	    "SELECT t.position, t.site, sites.name, t.state, t.reason, t.watched FROM "
	    "rollout_steps t"
	    " JOIN sites ON sites.id = t.site WHERE t.rollout = $1 ORDER BY t.position",
	    SQL_TEXT(k->id));

	while (r >= 0 && store_next(&rows)) {
		struct rollout_step s = { .site = case_site_of(
					      k, store_text(&rows, 1), store_text(&rows, 2)),
			.state = (enum step_state)str_index(store_text(&rows, 3), step_names),
			.watched = DURATION_NS(store_int(&rows, 5)) };

		utf8_format(s.why, sizeof(s.why), "%s", store_text(&rows, 4));
		add_step(k, s, (struct case_step){ store_int(&rows, 0), s.state, false });
	}
	add_new_sites(k);
	case_settle_texts(k);
	k->r.steps = k->steps;
	return r < 0 ? r : 0;
}

int
case_read(struct call *c, const char *id, struct rollout_case *k)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query(c->store, &rows, c->e,
	    "SELECT o.id, o.service, s.project, s.name, o.kind, o.parameters, o.document, "
	    "o.purpose,"
	    " o.at_once, o.settle, o.state, o.reason, o.looked_at, o.absent, o.stood, s.min_sites,"
	    " COALESCE(o.created_by, ''), s.max_change_percent, o.override_reason"
	    " FROM rollouts o JOIN services s ON s.id = o.service WHERE o.id = $1",
	    SQL_TEXT(id));

	if (r < 0)
		return r;
	if (!store_next(&rows))
		return call_not_found(c, "rollout", id);
	take(k, &rows);
	r = case_read_sites(c, k);
	if (r >= 0)
		r = read_steps(c, k);
	if (r >= 0)
		take_stood(k, store_text(&rows, 14));
	return r;
}

/* ---- keeping ---- */

static int
insert_step(struct call *c, const struct rollout_case *k, size_t i)
{
	int r = store_do(c->store, c->e,
	    "INSERT INTO rollout_steps (rollout, position, site, state) VALUES ($1, $2, $3, "
	    "'waiting')",
	    SQL_TEXT(k->id), SQL_INT(k->were[i].position),
	    SQL_TEXT(k->places[k->steps[i].site].id));

	return r < 0 ? r : 0;
}

static int
keep_step(struct call *c, const struct rollout_case *k, size_t i)
{
	const struct rollout_step *s = &k->steps[i];
	bool begins = s->state != STEP_WAITING && k->were[i].state == STEP_WAITING;
	bool ends = s->state >= STEP_DONE;
	int r = store_do(c->store, c->e,
	    "UPDATE rollout_steps SET state = $3, reason = $4, watched = $5,"
	    " started_at = CASE WHEN $6 = 1 THEN $7 ELSE started_at END,"
	    " ended_at = CASE WHEN $8 = 0 THEN NULL WHEN ended_at IS NULL THEN $7 ELSE ended_at END"
	    " WHERE rollout = $1 AND position = $2",
	    SQL_TEXT(k->id), SQL_INT(k->were[i].position), SQL_TEXT(step_names[s->state]),
	    SQL_TEXT(s->why), SQL_INT(s->watched.ns), SQL_BOOL(begins), SQL_INT(c->request->now),
	    SQL_BOOL(ends));

	return r < 0 ? r : 0;
}

bool
case_is_visible(const struct rollout_case *k)
{
	for (size_t i = 0; i < k->r.step_count; i++) {
		if (k->were[i].is_new || k->steps[i].state != k->were[i].state)
			return true;
	}
	return k->r.state != k->was || strcmp(k->r.why, k->was_why) != 0;
}

int
case_keep(struct call *c, const struct rollout_case *k, bool baseline)
{
	_cleanup_(freep) char *stood = baseline ? case_standing(k) : NULL;
	bool is_over = k->r.state == ROLLOUT_DONE || k->r.state == ROLLOUT_TAKEN_BACK;
	int r = 0;

	for (size_t i = 0; i < k->r.step_count && r >= 0; i++) {
		if (k->were[i].is_new)
			r = insert_step(c, k, i);
		if (r >= 0)
			r = keep_step(c, k, i);
	}
	if (r >= 0)
		r = store_do(c->store, c->e,
		    "UPDATE rollouts SET state = $2, reason = $3, looked_at = $4, absent = $5,"
		    " stood = COALESCE($6, stood), revision = revision + $7,"
		    " ended_at = CASE WHEN $8 = 1 THEN $9 ELSE ended_at END WHERE id = $1",
		    SQL_TEXT(k->id), SQL_TEXT(rollout_state_names[k->r.state]), SQL_TEXT(k->r.why),
		    instant_is_never(k->r.looked) ? SQL_INT_NULL : SQL_INT(k->r.looked.ns),
		    SQL_INT(k->r.absent.ns), SQL_TEXT(stood), SQL_BOOL(case_is_visible(k)),
		    SQL_BOOL(is_over), SQL_INT(c->request->now));
	return r < 0 ? r : 0;
}
