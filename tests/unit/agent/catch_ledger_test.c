/* What a host has heard of a catchment, and how it is told. */
#include "agent/catch_ledger.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#include "tap.h"

/* A message as JSON, until the next one. */
static const json_t *
message(struct catch_ledger *l, struct catch_part *p)
{
	static json_t *last;
	_cleanup_(freep) char *text = NULL;

	if (l != NULL)
		text = catch_ledger_message(l, p, "s");
	json_decref(last);
	last = text != NULL ? json_loads(text, 0, NULL) : NULL;
	return last;
}

static const char *
text_of(const json_t *m, const char *key)
{
	return json_string_value(json_object_get(m, key));
}

static json_int_t
count_of(const json_t *m, const char *key)
{
	return json_integer_value(json_object_get(json_object_get(m, "counts"), key));
}

static size_t
rows_of(const json_t *m)
{
	return json_array_size(json_object_get(m, "rows"));
}

static void
take(struct catch_ledger *l, enum catch_work work, struct catch_news news, const char *rows)
{
	strbuf_add(&news.rows, rows);
	catch_ledger_take(l, work, &news);
}

TEST(rows_and_counts)
{
	struct catch_ledger l = { 0 };
	struct catch_part p;
	const json_t *m;

	catch_part_init(&p, (struct instant){ 0 });
	take(&l, CATCH_LISTENS, (struct catch_news){ .verdicts = { [CATCH_FORGED] = 2 } }, "");
	catch_ledger_turn(&l);
	take(&l, CATCH_SENDS, (struct catch_news){ .sent = 3, .verdicts = { [CATCH_FORGED] = 1 } },
	    "9.9.9.1 100\n9.9.9.2 200\n");
	CHECK(catch_ledger_has_rows(&l));
	m = message(&l, &p);
	CHECK_INT(rows_of(m), 2);
	CHECK_STR(json_string_value(json_array_get(json_object_get(m, "rows"), 1)), "9.9.9.2 200");
	CHECK_STR(text_of(m, "kind"), "replies");
	CHECK_STR(text_of(m, "state"), "listening");
	CHECK_INT(json_integer_value(json_object_get(m, "sequence")), 1);
	CHECK_INT(count_of(m, "sent"), 3);
	CHECK_INT(count_of(m, "forged"), 3);
	CHECK(!catch_ledger_has_rows(&l));
	/* measuring has rows of its own, and nothing of it counts as landed */
	catch_ledger_turn(&l);
	take(&l, CATCH_MEASURES,
	    (struct catch_news){ .sent = 9, .dropped = 4, .verdicts = { [CATCH_OWN] = 9 } },
	    "9.9.9.1 50\n");
	m = message(&l, &p);
	CHECK_STR(text_of(m, "kind"), "rtt");
	CHECK_INT(rows_of(m), 1);
	CHECK_INT(count_of(m, "sent"), 3);
	CHECK_INT(count_of(m, "own"), 0);
	CHECK_INT(count_of(m, "dropped"), 4);
	(void)message(NULL, NULL);
	catch_ledger_done(&l);
}

TEST(more_than_a_message_takes)
{
	struct catch_ledger l = { 0 };
	struct catch_part p;
	struct strbuf rows = { 0 };
	const struct catch_part_event over = { .type = CATCH_PART_OVER };

	catch_part_init(&p, (struct instant){ 0 });
	p.has_task = true;
	(void)catch_part_input(&p, &over, (struct instant){ 0 });
	for (int i = 0; i <= CATCH_LEDGER_AT_ONCE; i++)
		strbuf_addf(&rows, "9.9.%d.%d 100\n", i / 250, i % 250);
	take(&l, CATCH_LISTENS, (struct catch_news){ 0 }, strbuf_get(&rows));
	take(&l, CATCH_MEASURES, (struct catch_news){ 0 }, "9.9.9.1 50\n");
	CHECK_INT(rows_of(message(&l, &p)), CATCH_LEDGER_AT_ONCE);
	/* that it has ended comes last */
	CHECK_STR(text_of(message(&l, &p), "state"), "listening");
	CHECK_STR(text_of(message(&l, &p), "state"), "ended");
	CHECK(p.message_is_last);
	(void)message(NULL, NULL);
	strbuf_done(&rows);
	catch_ledger_done(&l);
}

TEST(more_than_there_is_room_for)
{
	struct catch_ledger l = { 0 };
	struct catch_part p;
	char *much = xcalloc(1, CATCH_LEDGER_MAX);

	catch_part_init(&p, (struct instant){ 0 });
	memset(much, 'x', CATCH_LEDGER_MAX - 1);
	much[CATCH_LEDGER_MAX - 2] = '\n';
	take(&l, CATCH_LISTENS, (struct catch_news){ 0 }, much);
	take(&l, CATCH_LISTENS, (struct catch_news){ .dropped = 4 }, "9.9.9.1 1\n9.9.9.2 1\n");
	CHECK_INT(count_of(message(&l, &p), "dropped"), 6);
	(void)message(NULL, NULL);
	free(much);
	catch_ledger_done(&l);
}
