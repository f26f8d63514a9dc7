#include "agent/catch_ledger.h"

#include <string.h>

enum { SENT, NOT_SENT, EXCLUDED, DROPPED, FIRST_VERDICT };

void
catch_ledger_done(struct catch_ledger *l)
{
	strbuf_done(&l->replies);
	strbuf_done(&l->rtt);
	*l = (struct catch_ledger){ 0 };
}

static void
take_rows(struct catch_ledger *l, enum catch_work work, const struct strbuf *rows)
{
	struct strbuf *to = work == CATCH_MEASURES ? &l->rtt : &l->replies;

	if (to->len + rows->len <= CATCH_LEDGER_MAX) {
		strbuf_add_mem(to, strbuf_get(rows), rows->len);
		return;
	}
	for (size_t i = 0; i < rows->len; i++)
		l->lost += rows->text[i] == '\n';
}

/* What only the measuring is about is not counted among the replies to the Global IP; but what was
 * dropped of it is missing, too. */
void
catch_ledger_take(struct catch_ledger *l, enum catch_work work, struct catch_news *news)
{
	take_rows(l, work, &news->rows);
	strbuf_done(&news->rows);
	l->now[DROPPED] = news->dropped;
	if (work == CATCH_MEASURES)
		return;
	l->now[SENT] = news->sent;
	l->now[NOT_SENT] = news->not_sent;
	l->now[EXCLUDED] = news->excluded;
	memcpy(l->now + FIRST_VERDICT, news->verdicts, sizeof(news->verdicts));
}

void
catch_ledger_turn(struct catch_ledger *l)
{
	for (size_t i = 0; i < CATCH_COUNTED; i++)
		l->before[i] += l->now[i];
	memset(l->now, 0, sizeof(l->now));
}

bool
catch_ledger_has_rows(const struct catch_ledger *l)
{
	return l->replies.len > 0 || l->rtt.len > 0;
}

static json_t *
some_rows(struct catch_ledger *l, const char **kind)
{
	struct strbuf *rows = l->replies.len > 0 ? &l->replies : &l->rtt;
	json_t *list = json_array();
	size_t at = 0;

	*kind = rows == &l->rtt ? "rtt" : "replies";
	while (at < rows->len && json_array_size(list) < CATCH_LEDGER_AT_ONCE) {
		const char *line = rows->text + at;
		size_t n = strcspn(line, "\n");

		(void)json_array_append_new(list, json_stringn(line, n));
		at = MIN(at + n + 1, rows->len);
	}
	if (at > 0)
		memmove(rows->text, rows->text + at, rows->len - at + 1);
	rows->len -= at;
	return list;
}

/* {"sent": 4, "own": 2, ...} */
static json_t *
counts_json(const struct catch_ledger *l)
{
	static const char *const names[] = { "sent", "not_sent", "excluded", "dropped" };
	json_t *o = json_object();

	for (size_t i = 0; i < CATCH_COUNTED; i++) {
		uint64_t n = l->before[i] + l->now[i] + (i == DROPPED ? l->lost : 0);
		const char *name =
		    i < FIRST_VERDICT ? names[i]
				      : catch_verdict_name((enum catch_verdict)(i - FIRST_VERDICT));

		(void)json_object_set_new(o, name, json_integer((json_int_t)n));
	}
	return o;
}

char *
catch_ledger_message(struct catch_ledger *l, struct catch_part *p, const char *session)
{
	const char *kind, *why;
	json_t *rows = some_rows(l, &kind);
	enum catch_standing standing = catch_part_say(p, catch_ledger_has_rows(l), &why);
	json_auto_t *o = json_pack("{s:s, s:I, s:s, s:s, s:s, s:o, s:o}", "session", session,
	    "sequence", (json_int_t)p->sequence, "state", catch_standing_names[standing], "why",
	    why, "kind", kind, "rows", rows, "counts", counts_json(l));

	return json_dumps(o, JSON_COMPACT);
}
