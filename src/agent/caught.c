#include "agent/caught.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/alloc.h"

#define TASK_MAX (2u << 20)
#define ANSWER_MAX 16384
#define TIMEOUT DURATION_S(5)

static void feed(struct caught *k, const struct catch_part_event *ev);
static void input(struct caught *k, enum catch_part_event_type type, const char *why);

void
caught_free(struct caught *k)
{
	http_ask_forget(k->ask);
	catch_worker_free(k->worker);
	catch_task_done(&k->task);
	timer_done(&k->timer);
	catch_ledger_done(&k->ledger);
	free(k->message);
	list_remove(&k->node);
	free(k);
}

/* ---- the work ---- */

static void
end_work(struct caught *k)
{
	catch_worker_free(TAKE(k->worker));
	catch_ledger_turn(&k->ledger);
}

/* What is new of it, and that it is over. */
static void
take_news(struct caught *k)
{
	struct catch_news news = { 0 };

	if (k->worker == NULL)
		return;
	catch_worker_take(k->worker, &news);
	catch_ledger_take(&k->ledger, k->work, &news);
	if (!news.is_over)
		return;
	end_work(k);
	input(k, news.r < 0 ? CATCH_PART_BROKEN : CATCH_PART_FINISHED, news.why.message);
}

static void
on_news(void *userdata)
{
	take_news(userdata);
}

static void
stop_work(struct caught *k)
{
	struct catch_news news = { 0 };

	if (k->worker == NULL)
		return;
	catch_worker_stop(k->worker, &news);
	catch_ledger_take(&k->ledger, k->work, &news);
	end_work(k);
}

static void
begin_work(struct caught *k)
{
	struct err e = { 0 };

	stop_work(k);
	k->work = k->part.work;
	if (catch_worker_new(
		k->follower->agent->loop, &k->task, k->work, on_news, k, &k->worker, &e) < 0) {
		input(k, CATCH_PART_BROKEN, e.message);
		return;
	}
	if (k->work != CATCH_LISTENS)
		log_notice("catchment %s: %s", k->id,
		    k->work == CATCH_SENDS ? "asks its targets from the Global IP"
					   : "measures how far its targets are");
}

/* ---- the line ---- */

/* False: there is none, or of a status that another try may not have. */
static bool
read_answer(struct caught *k, int r, const struct http_reply *reply, struct catch_part_event *ret)
{
	json_auto_t *o = NULL;
	const char *order;

	if (r < 0 || reply->status >= 500 || reply->status == 401 || reply->status == 429)
		return false;
	if (reply->status != 200)
		log_warning(
		    "catchment %s: the controller refuses what has landed here (status %ld)", k->id,
		    reply->status);
	o = json_loadb(strbuf_get(&reply->body), reply->body.len, 0, NULL);
	order = json_string_value(json_object_get(o, "order"));
	*ret = (struct catch_part_event){ .type = CATCH_PART_ANSWERED,
		.order = (enum catch_order)str_index(order != NULL ? order : "", catch_order_names),
		.has_rows = catch_ledger_has_rows(&k->ledger) };
	return true;
}

static void
on_said(void *userdata, int r, const struct http_reply *reply, const struct err *e)
{
	struct caught *k = userdata;
	struct catch_part_event answer;

	(void)e;
	k->ask = NULL;
	take_news(k);
	if (r >= 0 && reply->status == 404)
		input(k, CATCH_PART_FORGOTTEN, NULL);
	else if (read_answer(k, r, reply, &answer))
		feed(k, &answer);
	else
		input(k, CATCH_PART_UNANSWERED, NULL);
}

static void
on_task(void *userdata, int r, const struct http_reply *reply, const struct err *e)
{
	struct caught *k = userdata;
	json_auto_t *o = NULL;
	struct err bad = { 0 };

	(void)e;
	k->ask = NULL;
	if (r < 0 || reply->status != 200) {
		input(k,
		    r == 0 && reply->status == 404 ? CATCH_PART_FORGOTTEN : CATCH_PART_UNANSWERED,
		    NULL);
		return;
	}
	o = json_loadb(strbuf_get(&reply->body), reply->body.len, JSON_REJECT_DUPLICATES, NULL);
	explicit_bzero(reply->body.text, reply->body.len);
	if (catch_task_read(o, &k->task, &bad) < 0)
		input(k, CATCH_PART_BAD_TASK, bad.message);
	else
		input(k, CATCH_PART_TASK, NULL);
}

/* A GET when body is NULL. What could not be begun was not answered. */
static void
ask(struct caught *k, const char *body, size_t max, http_answered_fn fn)
{
	_cleanup_(freep) char *path = xasprintf("/agent/v1/catchments/%s", k->id);
	struct http_call call = { .timeout = TIMEOUT, .max = max, .body = body };
	struct err e = { 0 };

	if (k->follower->asker != NULL)
		k->ask = follower_ask(k->follower, &call, path, NULL, fn, k, &e);
	if (k->ask == NULL)
		input(k, CATCH_PART_UNANSWERED, NULL);
}

static void
say(struct caught *k, bool again)
{
	take_news(k);
	if (!again) {
		free(k->message);
		k->message = catch_ledger_message(&k->ledger, &k->part, k->session);
	}
	ask(k, k->message, ANSWER_MAX, on_said);
}

/* ---- the part ---- */

static void
feed(struct caught *k, const struct catch_part_event *ev)
{
	unsigned actions = catch_part_input(&k->part, ev, clock_now());

	timer_set(&k->timer, catch_part_deadline(&k->part));
	if (actions & CATCH_DO_STOP)
		stop_work(k);
	if (actions & CATCH_DO_BEGIN)
		begin_work(k);
	if (actions & CATCH_DO_ASK)
		ask(k, NULL, TASK_MAX, on_task);
	if (actions & (CATCH_DO_SAY | CATCH_DO_REPEAT))
		say(k, actions & CATCH_DO_REPEAT);
	if (actions & CATCH_DO_DROP) {
		catch_worker_free(TAKE(k->worker));
		catch_ledger_done(&k->ledger);
	}
}

static void
input(struct caught *k, enum catch_part_event_type type, const char *why)
{
	feed(k, &(struct catch_part_event){ .type = type, .why = why });
}

static void
on_timer(struct timer *t, struct instant now)
{
	(void)now;
	input(container_of(t, struct caught, timer), CATCH_PART_TIME, NULL);
}

/* ---- its beginning, and documents ---- */

struct caught *
caught_new(struct follower *f, const char *id)
{
	struct caught *k = xcalloc(1, sizeof(*k));
	uint64_t session;

	list_append(&f->catchments, &k->node);
	k->follower = f;
	catch_part_init(&k->part, clock_now());
	(void)getrandom(&session, sizeof(session), 0);
	(void)snprintf(k->session, sizeof(k->session), "%016" PRIx64, session);
	(void)snprintf(k->id, sizeof(k->id), "%s", id);
	if (timer_init(&k->timer, f->agent->loop, on_timer) < 0) {
		caught_free(k);
		return NULL;
	}
	timer_set(&k->timer, catch_part_deadline(&k->part));
	return k;
}

void
caught_look(struct caught *k, bool is_over)
{
	if (is_over)
		take_news(k);
	input(k, is_over ? CATCH_PART_OVER : CATCH_PART_DOCUMENT, NULL);
}
