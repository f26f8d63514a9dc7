/* Where the clients of a catchment are: what it is told of them, and the report that comes of it.
 */
#include <string.h>

#include "controller/api_catchments.h"
#include "controller/catchment_report.h"
#include "controller/handlers.h"

/* ---- told ---- */

struct request {
	uint64_t given;
	struct catchment_places_sent sent;
};

static const struct field fields[] = {
	CATCHMENT_PLACES_FIELD(places, struct request, sent),
	CATCHMENT_PLACES_FIELD(asns, struct request, sent),
	CATCHMENT_PLACES_FIELD(weights, struct request, sent),
};
static const struct field_table table =
    FIELD_TABLE("the places of a catchment", struct request, fields);

static int
locate(struct call *c, const struct request *q)
{
	int r;

	if (!catchment_places_is_any(&q->sent))
		return call_problem_field(
		    c, "", "says nothing: places, asns or weights have lines of their files");
	r = catchment_places_add(c, c->params[1], &q->sent);
	if (r >= 0)
		r = store_do(c->store, c->e,
		    "UPDATE catchments SET revision = revision + 1 WHERE id = $1",
		    SQL_TEXT(c->params[1]));
	return r < 0 ? r : 0;
}

int
api_catchment_locate(struct call *c)
{
	json_auto_t *before = NULL, *after = NULL;
	struct request q = { 0 };
	json_t *whole = NULL;
	int r = catchments_find_brief(c, c->params[1], &before);

	if (r >= 0)
		r = call_fields(c, &table, &q);
	if (r >= 0)
		r = locate(c, &q);
	if (r >= 0)
		r = catchments_find_brief(c, c->params[1], &after);
	if (r >= 0)
		r = call_audit(c, "change", "catchment", c->project, before, after);
	if (r >= 0)
		r = catchments_find(c, c->params[1], &whole);
	return r < 0 ? r : call_answer(c, 200, whole, 0);
}

/* ---- the report ---- */

/* The one of the project that it is compared with. */
static int
read_before(struct call *c, const char *id, const json_t *brief, struct catchment_case *k)
{
	json_auto_t *before = NULL;
	int r = catchments_find_brief(c, id, &before);

	if (r == CALL_REFUSED)
		return call_problem_parameter(c, "before", "there is no catchment \"%.80s\"", id);
	if (r >= 0 && strcmp(call_text(before, "address"), call_text(brief, "address")) != 0)
		return call_problem_parameter(c, "before",
		    "is of %s, and this one of %s: what landed there says nothing of here",
		    call_text(before, "address"), call_text(brief, "address"));
	return r < 0 ? r : catchment_case_read(c, id, k);
}

int
api_catchment_report(struct call *c)
{
	_cleanup_(catchment_case_done) struct catchment_case k = { 0 }, before = { 0 };
	_cleanup_(catchment_report_done) struct catchment_report report = { 0 };
	const char *with = call_query(c, "before");
	json_auto_t *brief = NULL;
	int r = catchments_find_brief(c, c->params[1], &brief);

	if (r >= 0)
		r = catchment_case_read(c, c->params[1], &k);
	if (r >= 0 && with != NULL)
		r = read_before(c, with, brief, &before);
	if (r >= 0)
		r = catchment_report_make(c, &k, with != NULL ? &before : NULL, brief, &report);
	return r < 0 ? r : call_answer(c, 200, catchment_report_to_json(&report.r), 0);
}
