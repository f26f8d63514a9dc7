/*
 * Catchments that the controller measures with this host (catch_worker.h does it).
 *
 * The document says which there are; what is to be done in one is asked for once, and then this
 * host says every second how it stands and what has landed, and the answer says what to do next. A
 * message that got no answer is said again with its number, so nothing counts twice. Who sends or
 * measures and is not answered for ALONE stops: a stop could not reach it.
 *
 * Nothing is kept: another start of this program, also after an upgrade, begins anew as one that
 * only listens, and the controller says in its result that something is missing.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "agent/catch_worker.h"
#include "agent/follower_internal.h"
#include "base/alloc.h"
#include "base/utf8.h"

#define SPEAK_EVERY DURATION_S(1)
#define ALONE DURATION_S(10)
#define TASK_MAX (2u << 20)
#define ANSWER_MAX 16384
#define TIMEOUT DURATION_S(5)
#define ROWS_AT_ONCE 3000
/* Rows that wait to be told, in bytes: then they are counted only. */
#define ROWS_MAX (8u << 20)

enum { REPLIES, RTT, KINDS };

struct caught {
	struct list node;
	struct follower *follower; /* borrowed */
	char id[64];
	char session[20];
	uint32_t sequence; /* of the message that is told, or told next */
	bool has_task;
	struct catch_task task;
	struct catch_worker *worker; /* owned; NULL: none is at work */
	enum catch_work work;
	bool has_sent, has_measured, is_to_end;
	bool
	    is_done; /* nothing is to be said any more; it stays until the document is without it */
	char state[16], why[200];
	uint64_t before[CATCH_VERDICTS + 4]; /* counted by workers that ended */
	uint64_t now[CATCH_VERDICTS + 4];
	struct strbuf rows[KINDS];
	uint64_t dropped; /* of them, for want of room */
	char *message;    /* owned; was told, and not answered */
	bool message_is_last;
	struct instant answered; /* when the controller answered last */
	struct http_ask *ask;    /* its own; NULL: none */
	struct timer timer;
};

static void turn(struct caught *k);

static void
free_caught(struct caught *k)
{
	http_ask_forget(k->ask);
	catch_worker_free(k->worker);
	catch_task_done(&k->task);
	timer_done(&k->timer);
	for (int i = 0; i < KINDS; i++)
		strbuf_done(&k->rows[i]);
	free(k->message);
	list_remove(&k->node);
	free(k);
}

void
follower_forget_catchments(struct follower *f)
{
	list_for_each_safe (k, &f->catchments, struct caught, node)
		free_caught(k);
}

/* ---- the work ---- */

static void
set_state(struct caught *k, const char *state, const char *why)
{
	utf8_format(k->state, sizeof(k->state), "%s", state);
	utf8_format(k->why, sizeof(k->why), "%s", why);
}

static void
keep_rows(struct caught *k, const struct strbuf *rows)
{
	struct strbuf *to = &k->rows[k->work == CATCH_MEASURES ? RTT : REPLIES];

	if (to->len + rows->len <= ROWS_MAX) {
		strbuf_add_mem(to, strbuf_get(rows), rows->len);
		return;
	}
	for (size_t i = 0; i < rows->len; i++)
		k->dropped += rows->text[i] == '\n';
}

enum { SENT, NOT_SENT, EXCLUDED, DROPPED, VERDICTS };

/* What only the measuring is about is not counted among the replies to the Global IP. */
static void
keep_counts(struct caught *k, const struct catch_news *news)
{
	if (k->work == CATCH_MEASURES)
		return;
	k->now[SENT] = news->sent;
	k->now[NOT_SENT] = news->not_sent;
	k->now[EXCLUDED] = news->excluded;
	k->now[DROPPED] = news->dropped;
	for (int v = 0; v < CATCH_VERDICTS; v++)
		k->now[VERDICTS + v] = news->verdicts[v];
}

static void
end_work(struct caught *k)
{
	catch_worker_free(TAKE(k->worker));
	for (size_t i = 0; i < ARRAY_SIZE(k->now); i++)
		k->before[i] += k->now[i];
	memset(k->now, 0, sizeof(k->now));
}

/* What is new of it; false: it is over. */
static bool
take_news(struct caught *k)
{
	struct catch_news news = { 0 };

	if (k->worker == NULL)
		return false;
	catch_worker_take(k->worker, &news);
	keep_rows(k, &news.rows);
	keep_counts(k, &news);
	strbuf_done(&news.rows);
	if (!news.is_over)
		return true;
	end_work(k);
	if (news.r < 0) {
		set_state(k, "failed", news.why.message);
		k->is_to_end = true;
	} else if (k->work == CATCH_SENDS) {
		k->has_sent = true;
		set_state(k, "sent", "");
	} else if (k->work == CATCH_MEASURES) {
		k->has_measured = true;
		set_state(k, "measured", "");
	}
	return false;
}

static void
on_news(void *userdata)
{
	struct caught *k = userdata;

	(void)take_news(k);
	turn(k);
}

static void
begin_work(struct caught *k, enum catch_work work)
{
	static const char *const states[] = { "listening", "sending", "measuring" };
	struct err e = { 0 };

	(void)take_news(k);
	end_work(k);
	k->work = work;
	if (catch_worker_new(k->follower->agent->loop, &k->task, work, on_news, k, &k->worker, &e) <
	    0) {
		set_state(k, "failed", e.message);
		k->is_to_end = true;
		return;
	}
	set_state(k, states[work], "");
	if (work != CATCH_LISTENS)
		log_notice("catchment %s: %s", k->id,
		    work == CATCH_SENDS ? "asks its targets from the Global IP"
					: "measures how far its targets are");
}

static void
stop_work(struct caught *k, const char *state, const char *why)
{
	(void)take_news(k);
	end_work(k);
	if (strcmp(k->state, "failed") != 0)
		set_state(k, state, why);
	k->is_to_end = true;
}

static void
obey(struct caught *k, const char *order)
{
	if (k->is_to_end)
		return;
	if (strcmp(order, "end") == 0)
		stop_work(k, "ended", "");
	else if (strcmp(order, "send") == 0 && !k->has_sent && k->work != CATCH_SENDS)
		begin_work(k, CATCH_SENDS);
	else if (strcmp(order, "measure") == 0 && !k->has_measured && k->work != CATCH_MEASURES)
		begin_work(k, CATCH_MEASURES);
}

/* ---- what is told ---- */

/* Up to so many lines are moved to a new array. */
static json_t *
take_rows(struct strbuf *rows)
{
	json_t *list = json_array();
	size_t at = 0;

	while (at < rows->len && json_array_size(list) < ROWS_AT_ONCE) {
		const char *line = rows->text + at;
		size_t n = strcspn(line, "\n");

		(void)json_array_append_new(list, json_stringn(line, n));
		at += n + 1;
	}
	at = MIN(at, rows->len);
	if (at > 0)
		memmove(rows->text, rows->text + at, rows->len - at + 1);
	rows->len -= at;
	return list;
}

static json_t *
counts_json(const struct caught *k)
{
	static const char *const names[] = { "sent", "not_sent", "excluded", "dropped" };
	json_t *o = json_object();

	for (size_t i = 0; i < ARRAY_SIZE(k->now); i++) {
		uint64_t n = k->before[i] + k->now[i] + (i == DROPPED ? k->dropped : 0);
		const char *name = i < VERDICTS
				       ? names[i]
				       : catch_verdict_name((enum catch_verdict)(i - VERDICTS));

		(void)json_object_set_new(o, name, json_integer((json_int_t)n));
	}
	return o;
}

/* That it has ended is said behind all rows. */
static char *
make_message(struct caught *k)
{
	int kind = k->rows[REPLIES].len > 0 ? REPLIES : RTT;
	json_auto_t *o = NULL, *rows = take_rows(&k->rows[kind]);
	bool has_more = k->rows[REPLIES].len > 0 || k->rows[RTT].len > 0;
	bool is_early = has_more && k->is_to_end;

	k->message_is_last = k->is_to_end && !has_more;
	o = json_pack("{s:s, s:I, s:s, s:s, s:s, s:O, s:o}", "session", k->session, "sequence",
	    (json_int_t)k->sequence, "state", is_early ? "listening" : k->state, "why",
	    is_early ? "" : k->why, "kind", kind == RTT ? "rtt" : "replies", "rows", rows, "counts",
	    counts_json(k));
	return json_dumps(o, JSON_COMPACT);
}

static void
later(struct caught *k)
{
	timer_set(&k->timer, instant_add(clock_now(), SPEAK_EVERY));
}

/* Nobody wants to know any more. */
static void
be_done(struct caught *k)
{
	catch_worker_free(TAKE(k->worker));
	k->is_to_end = k->is_done = true;
	timer_set(&k->timer, INSTANT_NEVER);
}

static void
on_unanswered(struct caught *k)
{
	bool works = k->worker != NULL && k->work != CATCH_LISTENS;

	if (works && instant_reached(instant_add(k->answered, ALONE), clock_now()))
		stop_work(
		    k, "failed", "the controller did not answer: it could not have stopped it");
	later(k);
}

static void
on_told(void *userdata, int r, const struct http_reply *reply, const struct err *e)
{
	struct caught *k = userdata;
	json_auto_t *o = NULL;
	const char *order;

	(void)e;
	k->ask = NULL;
	if (r >= 0 && reply->status == 404) { /* it was forgotten */
		be_done(k);
		return;
	}
	if (r < 0 || reply->status >= 500 || reply->status == 401 || reply->status == 429) {
		on_unanswered(k);
		return;
	}
	k->answered = clock_now();
	if (reply->status != 200)
		log_warning(
		    "catchment %s: the controller refuses what has landed here (status %ld)", k->id,
		    reply->status);
	o = json_loadb(strbuf_get(&reply->body), reply->body.len, 0, NULL);
	order = json_string_value(json_object_get(o, "order"));
	free(TAKE(k->message));
	k->sequence++;
	if (k->message_is_last) {
		be_done(k);
		return;
	}
	if (order != NULL)
		obey(k, order);
	if (k->is_to_end || k->rows[REPLIES].len > 0 || k->rows[RTT].len > 0)
		turn(k);
	else
		later(k);
}

static void
tell(struct caught *k)
{
	_cleanup_(freep) char *path = xasprintf("/agent/v1/catchments/%s", k->id);
	struct http_call call = { .timeout = TIMEOUT, .max = ANSWER_MAX };
	struct err e = { 0 };

	(void)take_news(k);
	if (k->message == NULL)
		k->message = make_message(k);
	call.body = k->message;
	k->ask = follower_ask(k->follower, &call, path, NULL, on_told, k, &e);
	if (k->ask == NULL)
		on_unanswered(k);
}

/* ---- what is asked ---- */

static void
on_task(void *userdata, int r, const struct http_reply *reply, const struct err *e)
{
	struct caught *k = userdata;
	json_auto_t *o = NULL;
	struct err bad = { 0 };

	(void)e;
	k->ask = NULL;
	if (r >= 0 && reply->status == 404) {
		be_done(k);
		return;
	}
	if (r < 0 || reply->status != 200) {
		later(k);
		return;
	}
	k->answered = clock_now();
	o = json_loadb(strbuf_get(&reply->body), reply->body.len, JSON_REJECT_DUPLICATES, NULL);
	explicit_bzero(reply->body.text, reply->body.len);
	if (catch_task_read(o, &k->task, &bad) < 0) {
		set_state(k, "failed", bad.message);
		k->is_to_end = true;
	} else {
		begin_work(k, CATCH_LISTENS);
	}
	k->has_task = true;
	turn(k);
}

static void
ask_task(struct caught *k)
{
	_cleanup_(freep) char *path = xasprintf("/agent/v1/catchments/%s", k->id);
	struct http_call call = { .timeout = TIMEOUT, .max = TASK_MAX };
	struct err e = { 0 };

	k->ask = follower_ask(k->follower, &call, path, NULL, on_task, k, &e);
	if (k->ask == NULL)
		later(k);
}

/* Says or asks what is next, unless an answer is waited for. */
static void
turn(struct caught *k)
{
	if (k->ask != NULL || k->is_done || k->follower->asker == NULL)
		return;
	if (k->has_task)
		tell(k);
	else
		ask_task(k);
}

static void
on_timer(struct timer *t, struct instant now)
{
	(void)now;
	turn(container_of(t, struct caught, timer));
}

/* ---- which there are ---- */

static struct caught *
find(struct follower *f, const char *id)
{
	list_for_each (k, &f->catchments, struct caught, node) {
		if (strcmp(k->id, id) == 0)
			return k;
	}
	return NULL;
}

static void
add(struct follower *f, const char *id)
{
	struct caught *k = xcalloc(1, sizeof(*k));
	uint64_t session;

	list_append(&f->catchments, &k->node);
	k->follower = f;
	k->sequence = 1;
	(void)getrandom(&session, sizeof(session), 0);
	(void)snprintf(k->session, sizeof(k->session), "%016" PRIx64, session);
	(void)snprintf(k->id, sizeof(k->id), "%s", id);
	if (timer_init(&k->timer, f->agent->loop, on_timer) < 0) {
		free_caught(k);
		return;
	}
	turn(k);
}

/* An id that may stand in a path. */
static bool
is_id(const char *id)
{
	return id != NULL && *id != '\0' && strlen(id) < sizeof(((struct caught *)NULL)->id) &&
	       strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(id);
}

static const char *
state_in(const json_t *list, const char *id)
{
	const json_t *one;
	size_t i;

	json_array_foreach (list, i, one) {
		const char *its = json_string_value(json_object_get(one, "id"));

		if (its != NULL && strcmp(its, id) == 0)
			return json_string_value(json_object_get(one, "state"));
	}
	return NULL;
}

void
follower_take_catchments(struct follower *f, const json_t *list)
{
	const json_t *one;
	size_t i;

	list_for_each_safe (k, &f->catchments, struct caught, node) {
		const char *state = state_in(list, k->id);

		if (state == NULL && k->is_done) {
			free_caught(k);
			continue;
		}
		/* gone from the list is over: what it has is offered all the same */
		if (state == NULL || strcmp(state, "collecting") == 0)
			obey(k, "end");
		turn(k);
	}
	json_array_foreach (list, i, one) {
		const char *id = json_string_value(json_object_get(one, "id"));
		const char *state = json_string_value(json_object_get(one, "state"));

		if (is_id(id) && state != NULL && strcmp(state, "collecting") != 0 &&
		    find(f, id) == NULL)
			add(f, id);
	}
}
