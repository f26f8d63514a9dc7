/*
 * Who asks for events, at once or as they happen: the control socket's `events`.
 *
 * What is asked for is read from the files, by the thread, where the memory does not have all of
 * it; then the memory adds what it has behind that. A reader that follows, and for whom there is
 * nothing, waits for the next turn, FOLLOW_TIME at most.
 */
#include <stdlib.h>

#include "agent/events_internal.h"
#include "base/alloc.h"
#include "io/control_line.h"
#include "io/loop.h"

#define FOLLOW_TIME DURATION_S(4) /* less than CONTROL_TIMEOUT */

/* A request for events. */
struct event_reader {
	struct list node;
	struct events *events; /* borrowed */
	struct control_later later;
	json_t *request; /* a reference; the query's texts are its */
	struct event_query query;
	bool waits; /* for an event when there is none yet */
	struct timer timer;
	struct pool_job job;
	struct event_result result;
};

static void
reader_free(struct event_reader *r)
{
	control_forget(&r->later);
	list_remove(&r->node);
	timer_done(&r->timer);
	json_decref(r->request);
	json_decref(r->result.events);
	free(r);
}

/* Whether nothing is missing between the result and what the memory has. */
static bool
memory_joins(const struct event_reader *r)
{
	const struct journal *j = &r->events->journal;

	return journal_count(j) > 0 && journal_get(j, 0)->seq <= r->result.upto + 1;
}

/* What the memory has behind the result. */
static void
add_from_memory(struct event_reader *r)
{
	const struct journal *j = &r->events->journal;

	for (size_t i = 0; i < journal_count(j); i++) {
		const struct journal_entry *e = journal_get(j, i);
		json_auto_t *event = e->seq > r->result.upto ? event_json(e) : NULL;

		if (event == NULL)
			continue;
		if (event_filter_takes(&r->query.filter, event))
			(void)json_array_append(r->result.events, event);
	}
	r->result.upto = j->last_seq;
	while (r->query.last > 0 && json_array_size(r->result.events) > r->query.last)
		(void)json_array_remove(r->result.events, 0);
}

/* The answer, and the end of the reader. */
static void
answer(struct event_reader *r)
{
	struct events_info info = events_info(r->events);
	_cleanup_(strbuf_done) struct strbuf line = { 0 };

	(void)control_line(
	    json_pack("{s:O, s:I, s:b, s:I, s:o}", "events", r->result.events, "upto",
		(json_int_t)r->result.upto, "more", r->result.more, "lost", (json_int_t)info.lost,
		"problem", info.problem != NULL ? json_string(info.problem) : json_null()),
	    &line);
	control_reply(&r->later, line.text, line.len);
	reader_free(r);
}

static void
answer_or_wait(struct event_reader *r)
{
	bool closes = r->events->turn == NULL;

	if (json_array_size(r->result.events) > 0 || r->result.more || !r->waits || closes) {
		answer(r);
		return;
	}
	if (list_is_empty(&r->node)) {
		list_append(&r->events->readers, &r->node);
		timer_set(&r->timer, instant_add(clock_now(), FOLLOW_TIME));
	}
}

static void
on_reader_time(struct timer *t, struct instant now)
{
	(void)now;
	answer(container_of(t, struct event_reader, timer));
}

static void
run_query(struct pool_job *job, void *state)
{
	struct event_reader *r = container_of(job, struct event_reader, job);

	(void)state;
	event_files_query(r->events->files, &r->query, &r->result);
}

static void
on_query_done(struct pool_job *job)
{
	struct event_reader *r = container_of(job, struct event_reader, job);

	r->events->jobs--;
	/* what waits for the disk and is not in memory any more comes with the next answer */
	if (!memory_joins(r) && (r->events->batch.is_busy || r->events->lines.len > 0))
		r->result.more = true;
	if (!r->result.more)
		add_from_memory(r);
	answer_or_wait(r);
}

static void
read_files(struct event_reader *r)
{
	struct events *v = r->events;

	events_write(v); /* as far as it may be: what the disk does not have yet, the memory has */
	list_remove(&r->node);
	json_decref(TAKE(r->result.events));
	r->job = (struct pool_job){ .run = run_query, .done = on_query_done };
	v->jobs++;
	(void)worker_pool_do(state_dir_thread(v->state), &r->job);
}

/* Something happened while it waited. */
static void
take_new(struct event_reader *r)
{
	if (r->events->files != NULL && !memory_joins(r)) {
		r->query.filter.after = r->result.upto;
		read_files(r);
		return;
	}
	add_from_memory(r);
	answer_or_wait(r);
}

void
events_wake_readers(struct events *v)
{
	list_for_each_safe (r, &v->readers, struct event_reader, node)
		take_new(r);
}

void
events_free_readers(struct events *v)
{
	list_for_each_safe (r, &v->readers, struct event_reader, node)
		reader_free(r);
}

void
events_answer(struct events *v, const json_t *request, struct control_client *client, struct err *e)
{
	struct event_reader *r = xcalloc(1, sizeof(*r));
	struct event_filter *f = &r->query.filter;
	int code;

	r->events = v;
	r->request = json_deep_copy(request);
	list_init(&r->node);
	code = timer_init(&r->timer, v->loop, on_reader_time);
	if (code < 0) {
		reader_free(r);
		(void)err_errno(e, code, "set a timer");
		return;
	}
	*f = (struct event_filter){
		.after = (uint64_t)json_integer_value(json_object_get(r->request, "after")),
		.since_ns = json_integer_value(json_object_get(r->request, "since_wall_ns")),
		.service = json_string_value(json_object_get(r->request, "service")),
		.neighbor = json_string_value(json_object_get(r->request, "neighbor")),
		.kind = json_string_value(json_object_get(r->request, "kind")),
	};
	r->query.last = (size_t)json_integer_value(json_object_get(r->request, "last"));
	r->waits = json_is_true(json_object_get(r->request, "wait"));
	if (f->after > v->journal.last_seq)
		f->after = 0; /* of an agent that kept nothing: all here is new */
	r->result = (struct event_result){ .events = json_array(), .upto = f->after };
	control_defer(client, &r->later);
	if (v->files == NULL || f->after >= v->journal.last_seq || memory_joins(r)) {
		add_from_memory(r);
		answer_or_wait(r);
	} else {
		read_files(r);
	}
}
