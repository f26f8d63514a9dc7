#include "agent/events.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "io/control_line.h"
#include "io/loop.h"
#include "io/worker_pool.h"
#include "service/state.h"

#define LINES_MAX (1u << 20)      /* bytes that wait for the disk */
#define FOLLOW_TIME DURATION_S(4) /* less than CONTROL_TIMEOUT */

/* What the thread writes; is_busy: all of it is the thread's. */
struct batch {
	struct pool_job job;
	bool is_busy;
	struct strbuf lines;
	uint64_t first_seq, last_seq, count;
	int result;
	struct err failure;
};

/* Of a state, behind those of the journal. */
enum {
	TAG_LOST = 20,
	TAG_COUNT = 21, /* of events of a kind */
	TAG_KIND = 22,
};

struct events {
	sd_event *loop;            /* borrowed */
	struct state_dir *state;   /* borrowed */
	struct event_files *files; /* owned, the thread's while there are jobs; NULL: no journal */
	struct journal journal;
	uint64_t by_kind[EVENT_KIND_MAX];
	struct journal_entry *waiting; /* owned; had no turn yet */
	size_t waiting_count, waiting_cap;
	sd_event_source *turn;                    /* owned */
	struct batch batch;                       /* is written */
	struct strbuf lines;                      /* to be written next */
	uint64_t first_seq, last_seq, line_count; /* of lines */
	uint64_t lost;
	char *problem;       /* owned; NULL: none */
	size_t jobs;         /* that the thread has */
	struct list readers; /* requests that wait for an event; owned */
	event_fn listener;
	void *userdata;
};

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

static void start_batch(struct events *v);

static void
run_batch(struct pool_job *job, void *state)
{
	struct events *v = container_of(job, struct events, batch.job);
	struct batch *b = &v->batch;

	(void)state;
	b->result = event_files_append(
	    v->files, b->lines.text, b->lines.len, b->first_seq, b->last_seq, &b->failure);
}

static void
on_batch_done(struct pool_job *job)
{
	struct events *v = container_of(job, struct events, batch.job);
	struct batch *b = &v->batch;

	v->jobs--;
	b->is_busy = false;
	strbuf_done(&b->lines);
	if (b->result < 0) {
		if (v->problem == NULL)
			log_error("events: %s; goes on without", b->failure.message);
		free(v->problem);
		v->problem = xstrdup(b->failure.message);
		v->lost += b->count;
	} else if (v->problem != NULL) {
		log_notice("events: are written again lost=%" PRIu64, v->lost);
		free(TAKE(v->problem));
	}
	start_batch(v);
}

static void
start_batch(struct events *v)
{
	struct batch *b = &v->batch;

	if (b->is_busy || v->lines.len == 0)
		return;
	*b = (struct batch){ .job = { .run = run_batch, .done = on_batch_done },
		.is_busy = true,
		.lines = v->lines,
		.first_seq = v->first_seq,
		.last_seq = v->last_seq,
		.count = v->line_count };
	v->lines = (struct strbuf){ 0 };
	v->line_count = 0;
	v->jobs++;
	(void)worker_pool_do(state_dir_thread(v->state), &b->job);
}

static void
add_line(struct events *v, const struct journal_entry *e, const json_t *json)
{
	char *text;

	if (v->files == NULL)
		return;
	if (v->lines.len > LINES_MAX) { /* the disk is slower than what happens */
		v->lost++;
		return;
	}
	text = json_dumps(json, JSON_COMPACT);
	if (v->line_count++ == 0)
		v->first_seq = e->seq;
	v->last_seq = e->seq;
	strbuf_add(&v->lines, text);
	strbuf_add_char(&v->lines, '\n');
	free(text);
}

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

	start_batch(v); /* as far as it may be: what the disk does not have yet, the memory has */
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

static int
on_turn(sd_event_source *source, void *userdata)
{
	struct events *v = userdata;
	size_t count = v->waiting_count;

	(void)source;
	for (size_t i = 0; i < count; i++) {
		json_auto_t *json = event_json(&v->waiting[i]);

		add_line(v, &v->waiting[i], json);
		if (v->listener)
			v->listener(v->userdata, &v->waiting[i], json);
	}
	v->waiting_count = v->waiting_cap = 0;
	free(TAKE(v->waiting));
	start_batch(v);
	list_for_each_safe (r, &v->readers, struct event_reader, node)
		take_new(r);
	return 0;
}

static void
wait_for_turn(struct events *v, const struct journal_entry *e)
{
	if (v->waiting_count >= EVENTS_WAITING_MAX) {
		v->lost++;
		return;
	}
	v->waiting = grow_array(v->waiting, v->waiting_count, &v->waiting_cap, sizeof(*v->waiting));
	v->waiting[v->waiting_count++] = *e;
	(void)sd_event_source_set_enabled(v->turn, SD_EVENT_ONESHOT);
}

void
events_add(struct events *v, const struct event *event)
{
	v->by_kind[event->kind]++;
	wait_for_turn(v, journal_add(&v->journal, event));
}

void
events_save(const struct events *v, struct state_writer *w, struct instant now)
{
	journal_save(&v->journal, w, now);
	state_number(w, TAG_LOST, v->lost);
	for (enum event_kind kind = 0; kind < EVENT_KIND_MAX; kind++) {
		size_t mark = state_begin(w, TAG_COUNT);

		state_text(w, TAG_KIND, event_kind_names[kind]);
		state_number(w, TAG_COUNT, v->by_kind[kind]);
		state_end(w, mark);
	}
}

static void
load_count(struct events *v, struct reader record)
{
	char name[64];

	(void)state_find_text(record, TAG_KIND, name, sizeof(name));
	for (enum event_kind kind = 0; kind < EVENT_KIND_MAX; kind++) {
		if (strcmp(event_kind_names[kind], name) == 0)
			v->by_kind[kind] = state_find_number(record, TAG_COUNT, 0);
	}
}

int
events_load(struct events *v, struct reader records, struct instant base, struct err *e)
{
	uint64_t on_disk = v->journal.last_seq;
	struct reader record, r = records;
	uint16_t tag;

	if (!journal_load(&v->journal, records, base))
		return err_set(e, -EBADMSG, "the state of the events cannot be read");
	v->lost = state_find_number(records, TAG_LOST, 0);
	while (state_next(&r, &tag, &record)) {
		if (tag == TAG_COUNT)
			load_count(v, record);
	}
	v->journal.last_seq = MAX(v->journal.last_seq, on_disk);
	for (size_t i = 0; i < journal_count(&v->journal); i++) {
		const struct journal_entry *entry = journal_get(&v->journal, i);

		if (entry->seq > on_disk)
			wait_for_turn(v, entry);
	}
	return 0;
}

const struct journal *
events_journal(const struct events *v)
{
	return &v->journal;
}

struct events_info
events_info(const struct events *v)
{
	struct events_info info = { .seq = v->journal.last_seq,
		.count = v->journal.total,
		.lost = v->lost,
		.problem = v->problem };

	memcpy(info.by_kind, v->by_kind, sizeof(info.by_kind));
	return info;
}

void
events_set_listener(struct events *v, event_fn fn, void *userdata)
{
	v->listener = fn;
	v->userdata = userdata;
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

int
events_new(
    sd_event *loop, struct state_dir *state, uint64_t max_bytes, struct events **ret, struct err *e)
{
	struct events *v = xcalloc(1, sizeof(*v));
	struct err problem = { 0 };
	int r;

	v->loop = loop;
	v->state = state;
	list_init(&v->readers);
	r = sd_event_add_defer(loop, &v->turn, on_turn, v);
	if (r >= 0)
		r = sd_event_source_set_enabled(v->turn, SD_EVENT_OFF);
	if (r >= 0)
		r = sd_event_source_set_priority(v->turn, SD_EVENT_PRIORITY_IDLE);
	if (r < 0) {
		events_free(v);
		return err_errno(e, r, "event loop");
	}
	if (state_dir_is_ours(state) &&
	    event_files_open(state_dir_path(state), max_bytes, &v->files, &problem) < 0) {
		v->problem = xstrdup(problem.message);
		log_error("events: %s; goes on without", v->problem);
	}
	if (v->files != NULL)
		v->journal.last_seq = event_files_last_seq(v->files);
	*ret = v;
	return 0;
}

void
events_close(struct events *v)
{
	if (v == NULL)
		return;
	v->turn = sd_event_source_disable_unref(v->turn);
	(void)on_turn(NULL, v);
	list_for_each_safe (r, &v->readers, struct event_reader, node)
		reader_free(r);
}

void
events_free(struct events *v)
{
	if (v == NULL || v->jobs > 0) /* of a disk that hangs: all of it is still the thread's */
		return;
	(void)sd_event_source_disable_unref(v->turn);
	event_files_free(v->files);
	strbuf_done(&v->batch.lines);
	strbuf_done(&v->lines);
	free(v->waiting);
	free(v->problem);
	free(v);
}
