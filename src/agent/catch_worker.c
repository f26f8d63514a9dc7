#include "agent/catch_worker.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "agent/catch_local.h"
#include "base/alloc.h"
#include "base/log.h"
#include "io/worker.h"
#include "measure/catch_run.h"

/* Longest time from a request to its reply. */
#define LATE DURATION_S(10)

struct catch_worker {
	const struct catch_task *task; /* borrowed */
	enum catch_work work;
	struct worker *worker; /* owned */
	atomic_bool is_begun;  /* before that the thread is reading its list: nobody waits for it */
	/* ---- the thread's; the owner is in it by worker_call() alone ---- */
	sd_event_source *begin;  /* owned */
	struct hitlist *hitlist; /* owned */
	struct catch_run *run;   /* owned */
	struct strbuf rows;
	uint64_t dropped;
	bool is_over;
	int r;
	struct err why;
};

/* ---- in the thread ---- */

static void
on_rows(void *userdata, const char *text, size_t len)
{
	struct catch_worker *w = userdata;

	if (w->rows.len + len <= CATCH_WORKER_ROWS_MAX) {
		strbuf_add_mem(&w->rows, text, len);
		return;
	}
	for (size_t i = 0; i < len; i++)
		w->dropped += text[i] == '\n';
}

static void
on_finished(void *userdata, int r, const struct err *e)
{
	struct catch_worker *w = userdata;

	w->is_over = true;
	w->r = r;
	if (e != NULL)
		w->why = *e;
	worker_ring(w->worker);
}

static int
run(struct catch_worker *w, sd_event *loop, struct err *e)
{
	const struct catch_task *t = w->task;
	struct catch_run_conf conf = { .kind = w->work == CATCH_MEASURES ? "rtt" : "replies",
		.site = t->site,
		.local = t->address,
		.method = t->method,
		.port = t->port,
		.key = t->key,
		.run_known = true,
		.run = t->run,
		.seed = t->seed,
		.rounds = w->work == CATCH_MEASURES ? 1 : t->rounds,
		.pps = t->pps,
		.text = t->text,
		.to_end = w->work == CATCH_LISTENS ? DURATION_FOREVER : t->wait,
		.late = LATE,
		.take = on_rows,
		.take_userdata = w };
	int r;

	if (w->work != CATCH_LISTENS) {
		w->hitlist = catch_task_list(t, &conf.targets, e);
		if (w->hitlist == NULL)
			return e->code;
		conf.hitlist = w->hitlist;
	}
	r = w->work == CATCH_MEASURES ? catch_local(w->hitlist, conf.targets, &conf.local, e) : 0;
	return r < 0 ? r : catch_run_new(loop, &conf, on_finished, w, &w->run, e);
}

static int
on_begin(sd_event_source *source, void *userdata)
{
	struct catch_worker *w = userdata;
	struct err e = { 0 };
	int r;

	r = run(w, sd_event_source_get_event(source), &e);
	w->begin = sd_event_source_disable_unref(w->begin);
	atomic_store(&w->is_begun, true);
	if (r < 0)
		on_finished(w, r, &e);
	return 0;
}

static void
start(sd_event *loop, void *arg)
{
	struct catch_worker *w = arg;
	int r = sd_event_add_defer(loop, &w->begin, on_begin, w);

	if (r < 0) {
		(void)err_errno(&w->why, r, "event loop");
		atomic_store(&w->is_begun, true);
		on_finished(w, r, NULL);
	}
}

struct taking {
	struct catch_worker *w;
	struct catch_news *news;
};

static void
take(sd_event *loop, void *arg)
{
	struct taking *t = arg;
	struct catch_worker *w = t->w;
	struct err e = { 0 };

	(void)loop;
	if (w->run != NULL) {
		struct catch_run_counts counts;

		if (catch_run_flush(w->run, &e) < 0)
			log_error("catchment: %s", e.message); /* on_rows() takes all */
		catch_run_count(w->run, &counts);
		t->news->sent = counts.sent;
		t->news->not_sent = counts.failed;
		t->news->excluded = counts.skipped;
		t->news->dropped = counts.dropped + w->dropped;
		for (int v = 0; v < CATCH_VERDICTS; v++)
			t->news->verdicts[v] = counts.verdicts[v];
	}
	t->news->rows = w->rows;
	w->rows = (struct strbuf){ 0 };
	t->news->is_over = w->is_over;
	t->news->r = w->r;
	t->news->why = w->why;
}

static void
end(sd_event *loop, void *arg)
{
	struct catch_worker *w = arg;

	(void)loop;
	w->begin = sd_event_source_disable_unref(w->begin);
	catch_run_free(w->run);
	w->run = NULL;
}

/* ---- the owner's ---- */

int
catch_worker_new(sd_event *owner, const struct catch_task *task, enum catch_work work,
    void (*on_news)(void *userdata), void *userdata, struct catch_worker **ret, struct err *e)
{
	struct catch_worker *w = xcalloc(1, sizeof(*w));
	int r = worker_new_patient(owner, on_news, userdata, &w->worker, e);

	if (r < 0) {
		free(w);
		return r;
	}
	w->task = task;
	w->work = work;
	worker_call(w->worker, start, w);
	*ret = w;
	return 0;
}

void
catch_worker_take(struct catch_worker *w, struct catch_news *ret)
{
	struct taking t = { w, ret };

	if (atomic_load(&w->is_begun))
		worker_call(w->worker, take, &t);
}

static void
take_last(sd_event *loop, void *arg)
{
	const struct taking *t = arg;

	if (t->w->run != NULL && !t->w->is_over)
		catch_run_drain(t->w->run);
	take(loop, arg);
	end(loop, t->w);
}

void
catch_worker_stop(struct catch_worker *w, struct catch_news *ret)
{
	struct taking t = { w, ret };

	worker_call(w->worker, take_last, &t);
}

void
catch_worker_free(struct catch_worker *w)
{
	if (w == NULL)
		return;
	worker_call(w->worker, end, w);
	worker_free(w->worker);
	hitlist_free(w->hitlist);
	strbuf_done(&w->rows);
	free(w);
}
