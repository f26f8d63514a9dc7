/*
 * A catchment as its hosts see it: one asks what there is to do, and says every second how it
 * stands and what has landed. The answer to that tells it what to do next.
 *
 * A message may come twice (its answer was lost), so each has a number within its program's start,
 * a session: one that was taken is answered again and counted once.
 */
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "controller/api_agent.h"
#include "controller/api_catchments.h"
#include "controller/catchment_counts.h"
#include "controller/handlers.h"
#include "measure/catch_file.h"

#define NS INT64_C(1000000000)
#define ROWS_MAX 4000 /* in a message */

static const char *const kinds[] = { "replies", "rtt", NULL };

struct request {
	uint64_t given;
	const char *session, *why;
	uint32_t sequence;
	int state, kind;
	json_t *rows, *counts;
};

#define AT(field) .offset = offsetof(struct request, field)
static const struct field fields[] = {
	{ .key = "session", .type = FIELD_NAME, AT(session), .flags = FIELD_REQUIRED },
	{ .key = "sequence",
	    .type = FIELD_U32,
	    AT(sequence),
	    .flags = FIELD_REQUIRED,
	    .min = 1,
	    .max = UINT32_MAX },
	{ .key = "state",
	    .type = FIELD_ENUM,
	    AT(state),
	    .flags = FIELD_REQUIRED,
	    .names = catch_standing_names },
	{ .key = "why", .type = FIELD_TEXT, AT(why), .flags = FIELD_PASSED_ON, .max = CATCHMENT_WHY_MAX - 1 },
	{ .key = "kind", .type = FIELD_ENUM, AT(kind), .names = kinds },
	{ .key = "rows", .type = FIELD_LINES, AT(rows), .max = ROWS_MAX },
	{ .key = "counts", .type = FIELD_OBJECT, AT(counts) },
};
#undef AT
static const struct field_table table =
    FIELD_TABLE("a catchment's message", struct request, fields);

/* ---- what there is to do ---- */

static const struct column columns[] = {
	{ "id", COLUMN_TEXT },
	{ "address", COLUMN_TEXT },
	{ "method", COLUMN_TEXT },
	{ "dns_suffix", COLUMN_TEXT },
	{ "port", COLUMN_INT },
	{ "contact", COLUMN_TEXT },
	{ "rounds", COLUMN_INT },
	{ "pps", COLUMN_INT },
	{ "block_length", COLUMN_INT },
	{ "seed", COLUMN_INT },
	{ "wait_seconds", COLUMN_SECONDS },
	{ "lab", COLUMN_BOOL },
	{ "run", COLUMN_INT },
	{ "secret", COLUMN_TEXT },
	{ "site", COLUMN_TEXT },
	{ "sends", COLUMN_BOOL },
	{ "measures", COLUMN_BOOL },
	{ "targets", COLUMN_TEXT },
	{ "excluded", COLUMN_TEXT },
};

int
api_agent_catchment(struct call *c)
{
	json_t *one = NULL;
	int r = call_object(c, columns, ARRAY_SIZE(columns), &one,
	    "SELECT c.id, c.address, c.method, c.suffix, c.port, c.contact, c.rounds, c.pps,"
	    " c.block_length, c.seed, c.wait, c.lab, c.run, c.secret, p.site_name, p.sends,"
	    " p.measures, CASE WHEN p.sends + p.measures > 0 THEN l.targets END,"
	    " CASE WHEN p.sends + p.measures > 0 THEN l.excluded END"
	    " FROM catchments c JOIN catchment_parts p ON p.catchment = c.id"
	    " JOIN catchment_lists l ON l.catchment = c.id"
	    " WHERE c.id = $1 AND p.host = $2 AND c.ended_at IS NULL",
	    VALUES(SQL_TEXT(c->params[0]), SQL_TEXT(c->caller.id)), 2);

	if (r >= 0 && one == NULL)
		return call_not_found(c, "catchment", c->params[0]);
	return r < 0 ? r : call_answer(c, 200, one, 0);
}

/* ---- what has landed ---- */

/* As in a file of a site, which is how they are read when it is over. */
static int
check_rows(struct call *c, const struct catchment_case *k, const char *lines)
{
	static const char *const any[] = { "replies", NULL };
	_cleanup_(freep) char *text =
	    xasprintf("{\"nearcast_catchment\":%d,\"kind\":\"replies\",\"family\":\"%s\"}\n%s",
		CATCH_FILE_VERSION, k->family == IP_V6 ? "ipv6" : "ipv4", lines);
	struct line_word words[2];
	struct catch_reader reader;
	struct err e = { 0 };
	uint64_t bad = 1;
	int64_t us;

	if (catch_reader_open_text(&reader, "rows", text, any, &e) == 0) {
		while (catch_reader_next(&reader, words, ARRAY_SIZE(words), &e) > 0)
			(void)catch_reader_us(&reader, words[1], &us);
		bad = reader.lines.bad + (reader.end != NULL);
		catch_reader_close(&reader);
	}
	return bad == 0 ? 0
			: call_problem_field(c, "/rows",
			      "expected lines of an address of the Global IP's family, and the "
			      "microseconds until its reply");
}

/* A host says more than there can be: what is above that is not kept. */
static bool
has_room(const struct catchment_case *k, const struct catchment_host *h, bool is_rtt, size_t count)
{
	int64_t before = is_rtt ? h->measured : h->landed;

	return before + (int64_t)count <= k->targets * k->rounds;
}

static int
keep_rows(struct call *c, const struct catchment_case *k, struct catchment_host *h,
    const struct request *q)
{
	_cleanup_(strbuf_done) struct strbuf lines = { 0 };
	bool is_rtt = strcmp(kinds[q->kind], "rtt") == 0;
	size_t count = json_array_size(q->rows), i;
	json_t *one;
	int r;

	if (count == 0)
		return 0;
	json_array_foreach (q->rows, i, one)
		strbuf_addf(&lines, "%s\n", json_string_value(one));
	r = check_rows(c, k, strbuf_get(&lines));
	if (r < 0)
		return r;
	if (!has_room(k, h, is_rtt, count))
		return call_problem_field(c, "/rows", "are more than were asked");
	if (is_rtt)
		h->measured += (int64_t)count;
	else
		h->landed += (int64_t)count;
	h->batches++;
	r = store_do(c->store, c->e,
	    "INSERT INTO catchment_rows (catchment, host, number, kind, lines)"
	    " VALUES ($1, $2, $3, $4, $5)",
	    SQL_TEXT(k->id), SQL_TEXT(h->id), SQL_INT(h->batches), SQL_TEXT(kinds[q->kind]),
	    SQL_TEXT(strbuf_get(&lines)));
	return r < 0 ? r : 0;
}

/* The numbers of this start of its program, beside those of an earlier one. */
static void
take_counts(struct catchment_host *h, const json_t *said)
{
	char *counts;

	if (said == NULL)
		return;
	counts = catchment_counts_say(h->counts, said);
	free(h->counts);
	h->counts = counts;
}

static void
take_session(struct catchment_case *k, size_t i, const char *session)
{
	struct catchment_host *h = &k->hosts[i];

	if (strcmp(h->session, session) == 0)
		return;
	if (h->session[0] != '\0') {
		char *counts = catchment_counts_restart(h->counts);

		free(h->counts);
		h->counts = counts;
		h->restarted = true;
		catchment_restarted(&k->c, &k->parts[i]);
	}
	(void)snprintf(h->session, sizeof(h->session), "%s", session);
	h->sequence = 0;
}

static int
take(struct call *c, struct catchment_case *k, size_t i, const struct request *q)
{
	struct catchment_host *h = &k->hosts[i];
	int r;

	h->is_changed = true;
	take_session(k, i, q->session);
	if (q->sequence <= h->sequence)
		return 0; /* its answer was lost */
	h->sequence = q->sequence;
	r = keep_rows(c, k, h, q);
	if (r < 0)
		return r;
	take_counts(h, q->counts);
	(void)catchment_say(&k->parts[i], catchment_part_of(catch_standing_names[q->state]),
	    q->why != NULL ? q->why : "", (struct instant){ c->request->now });
	return 0;
}

static int
answer(struct call *c, const struct catchment_case *k, size_t i)
{
	return call_answer(c, 200,
	    json_pack("{s:s}", "order", catch_order_names[catchment_order(&k->c, &k->parts[i])]),
	    0);
}

int
api_agent_catchment_say(struct call *c)
{
	_cleanup_(catchment_case_done) struct catchment_case k = { 0 };
	struct request q = { 0 };
	size_t i;
	int r = catchment_case_read(c, c->params[0], &k);

	if (r < 0)
		return r;
	i = catchment_case_find(&k, c->caller.id);
	if (i == SIZE_MAX)
		return call_not_found(c, "catchment", c->params[0]);
	r = call_fields(c, &table, &q);
	if (r < 0 || catchment_is_over(&k.c))
		return r < 0 ? r : answer(c, &k, i);
	r = take(c, &k, i, &q);
	if (r >= 0)
		r = catchments_act(c, &k);
	return r < 0 ? r : answer(c, &k, i);
}
