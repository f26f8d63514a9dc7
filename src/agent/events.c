#include "agent/events_internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/strbuf.h"
#include "service/state.h"

#define LINES_MAX (1u << 20) /* bytes that wait for the disk */

/* Of a state, behind those of the journal. */
enum {
	TAG_LOST = 20,
	TAG_COUNT = 21, /* of events of a kind */
	TAG_KIND = 22,
};

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
	events_write(v);
}

void
events_write(struct events *v)
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
	events_write(v);
	events_wake_readers(v);
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
	size_t kind;

	(void)state_find_text(record, TAG_KIND, name, sizeof(name));
	kind = str_index(name, event_kind_names);
	if (kind < EVENT_KIND_MAX)
		v->by_kind[kind] = state_find_number(record, TAG_COUNT, 0);
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
	events_free_readers(v);
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
