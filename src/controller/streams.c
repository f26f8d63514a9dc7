#include "controller/streams.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/list.h"
#include "io/http_stream.h"
#include "io/loop.h"
#include "proto/http/event_stream.h"

#define BYTES_MAX (16u << 20)   /* that may wait for a client: more than one look can give */
#define BYTES_HIGH (128u << 10) /* of them, until it is asked for more */
#define SILENCE DURATION_S(4)   /* then a comment says that the controller is there */
#define LOOK_AGAIN DURATION_S(15) /* whether who asked still may */
#define PATIENCE DURATION_MS(200) /* after the pool had no room */
#define STATUS_GAP DURATION_MS(250) /* hosts report in crowds: one message for all of them */

struct streams {
	struct streams_conf conf;
	struct bell_waiter waiter, status_waiter;
	struct timer look, patience, status;
	struct instant status_told;
	struct list all;   /* struct stream, owned */
	struct list queue; /* those that are to be looked at */
	struct list full;  /* likewise, when their clients have taken more */
	unsigned count, running;
};

struct stream {
	struct list node, queued;
	struct streams *streams;
	struct arena *arena; /* owned; the request's */
	struct http_request request;
	struct source source;
	struct http_exchange *exchange; /* until it begins */
	struct http_stream *http;       /* from then on */
	int64_t upto;
	struct pool_job job;
	struct api_response response;
	struct instant stuck; /* since when its client has too much; never: it has not */
	bool is_running, is_gone;
	bool again; /* something came while it was looked at */
	bool tell_status;
};

/* ---- a request that is kept ---- */

static const char *
keep_text(struct arena *arena, const char *text)
{
	return text != NULL ? arena_strdup(arena, text) : NULL;
}

static void
keep_target(struct arena *arena, const struct http_target *from, struct http_target *to)
{
	const char **segments = arena_alloc(arena, (from->segment_count + 1) * sizeof(*segments));
	struct http_param *params = arena_alloc(arena, (from->param_count + 1) * sizeof(*params));

	for (size_t i = 0; i < from->segment_count; i++)
		segments[i] = keep_text(arena, from->segments[i]);
	for (size_t i = 0; i < from->param_count; i++)
		params[i] = (struct http_param){ keep_text(arena, from->params[i].name),
			keep_text(arena, from->params[i].value) };
	*to = (struct http_target){ .path = keep_text(arena, from->path),
		.segments = segments,
		.segment_count = from->segment_count,
		.params = params,
		.param_count = from->param_count };
}

static void
keep_request(struct stream *st, const struct http_request *from)
{
	struct http_field *fields =
	    arena_alloc(st->arena, (from->fields.count + 1) * sizeof(*fields));

	for (size_t i = 0; i < from->fields.count; i++)
		fields[i] = (struct http_field){ keep_text(st->arena, from->fields.items[i].name),
			keep_text(st->arena, from->fields.items[i].value) };
	st->request = (struct http_request){ .method = keep_text(st->arena, from->method),
		.fields = { fields, from->fields.count },
		.body = "",
		.peer = from->peer,
		.is_tls = from->is_tls };
	keep_target(st->arena, &from->target, &st->request.target);
}

/* ---- one stream ---- */

static void
stream_free(struct stream *st)
{
	list_remove(&st->node);
	list_remove(&st->queued);
	st->streams->count--;
	api_response_done(&st->response);
	arena_free(st->arena);
	free(st);
}

/* The client is gone; a job that is under way frees it. */
static void
forget(struct stream *st)
{
	st->http = NULL;
	st->exchange = NULL;
	st->is_gone = true;
	if (!st->is_running)
		stream_free(st);
}

static void
on_client_gone(void *userdata)
{
	forget(userdata);
}

static void
on_exchange_gone(struct http_exchange *x, void *userdata)
{
	http_exchange_drop(x);
	forget(userdata);
}

static void
begin(struct stream *st)
{
	struct http_answer answer = { .status = 200, .content_type = EVENT_STREAM_CONTENT_TYPE };
	struct http_exchange *x = TAKE(st->exchange);

	http_answer_add(&answer, "X-Accel-Buffering", "no"); /* of a proxy */
	http_answer_add(&answer, "X-Content-Type-Options", "nosniff");
	st->http = http_stream_begin(x, &answer,
	    &(struct http_stream_conf){ .bytes_max = BYTES_MAX,
		.silence_text = EVENT_STREAM_COMMENT,
		.silence = SILENCE,
		.gone = on_client_gone,
		.userdata = st });
}

static void enqueue(struct stream *st);

/* The store may come back; then nothing is lost. */
static bool
is_passing(const struct api_response *r)
{
	return r->status == 503;
}

/* That hosts have reported something else: no event, so it has no number. */
static void
push_status(struct stream *st)
{
	static const char text[] = "event: change\ndata: {\"kind\":\"status\"}\n\n";

	st->tell_status = false;
	(void)http_stream_push(st->http, text, sizeof(text) - 1);
}

/* What the worker has answered is the client's. False: the stream is over. */
static bool
deliver(struct stream *st)
{
	struct api_response *r = &st->response;

	if (!r->is_stream && st->exchange != NULL) {
		st->streams->conf.refuse(st->streams->conf.userdata, TAKE(st->exchange), r);
		return false;
	}
	if (!r->is_stream && !is_passing(r)) {
		http_stream_end(TAKE(st->http));
		return false;
	}
	if (!r->is_stream)
		return true;
	if (st->exchange != NULL)
		begin(st);
	if (st->http == NULL)
		return false;
	st->upto = r->stream_upto;
	if (r->stream_text.len > 0)
		(void)http_stream_push(st->http, r->stream_text.text, r->stream_text.len);
	if (st->tell_status)
		push_status(st);
	st->again |= r->stream_has_more;
	return true;
}

static void pump(struct streams *s);

static void
run(struct pool_job *job, void *state)
{
	struct stream *st = container_of(job, struct stream, job);
	const struct streams_conf *conf = &st->streams->conf;

	conf->ask(conf->userdata, state, &st->request, &st->source, st->upto, &st->response);
}

static void
on_done(struct pool_job *job)
{
	struct stream *st = container_of(job, struct stream, job);
	struct streams *s = st->streams;

	s->running--;
	st->is_running = false;
	if (st->is_gone || !deliver(st)) {
		stream_free(st);
	} else {
		api_response_done(&st->response);
		if (st->again)
			enqueue(st);
	}
	pump(s);
}

/* ---- all of them ---- */

/* False: its client has enough for now, or for good. */
static bool
can_take(struct stream *st)
{
	struct instant now = clock_now();

	if (st->http == NULL || http_stream_waiting(st->http) < BYTES_HIGH) {
		st->stuck = INSTANT_NEVER;
		return true;
	}
	if (instant_is_never(st->stuck))
		st->stuck = now;
	if (instant_reached(instant_add(st->stuck, st->streams->conf.stuck), now)) {
		http_stream_end(TAKE(st->http));
		stream_free(st);
	} else {
		list_append(&st->streams->full, &st->queued);
		timer_set(&st->streams->patience, instant_add(now, PATIENCE));
	}
	return false;
}

static void
pump(struct streams *s)
{
	while (s->running < s->conf.at_once && !list_is_empty(&s->queue)) {
		struct stream *st = list_entry(s->queue.next, struct stream, queued);

		list_remove(&st->queued);
		if (!can_take(st))
			continue;
		if (!worker_pool_do(s->conf.pool, &st->job)) {
			list_append(&s->queue, &st->queued);
			timer_set(&s->patience, instant_add(clock_now(), PATIENCE));
			return;
		}
		st->is_running = true;
		st->again = false;
		s->running++;
	}
}

/* It is looked at once more. */
static void
enqueue(struct stream *st)
{
	st->again = true;
	if (!st->is_running && list_is_empty(&st->queued))
		list_append(&st->streams->queue, &st->queued);
}

static void
look_at_all(struct streams *s)
{
	list_for_each (st, &s->all, struct stream, node)
		enqueue(st);
	pump(s);
}

static void
on_rung(struct bell_waiter *w, const char *topic)
{
	(void)topic;
	look_at_all(container_of(w, struct streams, waiter));
}

static void
on_status_rung(struct bell_waiter *w, const char *topic)
{
	struct streams *s = container_of(w, struct streams, status_waiter);

	(void)topic;
	timer_set(&s->status, instant_add(s->status_told, STATUS_GAP));
}

static void
on_status(struct timer *t, struct instant now)
{
	struct streams *s = container_of(t, struct streams, status);

	s->status_told = now;
	list_for_each (st, &s->all, struct stream, node)
		st->tell_status = true;
	look_at_all(s);
}

static void
on_look(struct timer *t, struct instant now)
{
	struct streams *s = container_of(t, struct streams, look);

	timer_set(t, instant_add(now, LOOK_AGAIN));
	look_at_all(s);
}

static void
on_patience(struct timer *t, struct instant now)
{
	struct streams *s = container_of(t, struct streams, patience);

	(void)now;
	list_for_each_safe (st, &s->full, struct stream, queued) {
		list_remove(&st->queued);
		list_append(&s->queue, &st->queued);
	}
	pump(s);
}

int
streams_new(sd_event *loop, const struct streams_conf *conf, struct streams **ret, struct err *e)
{
	struct streams *s = xcalloc(1, sizeof(*s));
	int r;

	s->conf = *conf;
	list_init(&s->all);
	list_init(&s->queue);
	list_init(&s->full);
	list_init(&s->waiter.node);
	list_init(&s->status_waiter.node);
	r = timer_init(&s->look, loop, on_look);
	if (r >= 0)
		r = timer_init(&s->patience, loop, on_patience);
	if (r >= 0)
		r = timer_init(&s->status, loop, on_status);
	if (r < 0) {
		streams_free(s);
		return err_errno(e, r, "event loop");
	}
	timer_set(&s->look, instant_add(clock_now(), LOOK_AGAIN));
	s->waiter.rung = on_rung;
	bell_wait(conf->bell, &s->waiter, "events");
	s->status_waiter.rung = on_status_rung;
	bell_wait(conf->bell, &s->status_waiter, "objects:status");
	*ret = s;
	return 0;
}

void
streams_free(struct streams *s)
{
	if (s == NULL)
		return;
	bell_forget(&s->waiter);
	bell_forget(&s->status_waiter);
	timer_done(&s->look);
	timer_done(&s->patience);
	timer_done(&s->status);
	free(s);
}

bool
streams_wants(const struct http_request *request)
{
	const char *accept = http_fields_get(&request->fields, "Accept");
	const char *const *segments = request->target.segments;
	size_t n = request->target.segment_count;

	return accept != NULL && strstr(accept, EVENT_STREAM_CONTENT_TYPE) != NULL &&
	       strcmp(request->method, "GET") == 0 && !request->is_head && (n == 3 || n == 5) &&
	       strcmp(segments[0], "api") == 0 && strcmp(segments[n - 1], "events") == 0;
}

bool
streams_begin(struct streams *s, struct http_exchange *x, const struct source *source)
{
	struct stream *st;

	if (s->count >= s->conf.max)
		return false;
	st = xcalloc(1, sizeof(*st));
	st->streams = s;
	st->arena = arena_new();
	st->exchange = x;
	st->source = *source;
	st->upto = STREAM_BEGINS;
	st->stuck = INSTANT_NEVER;
	st->job.run = run;
	st->job.done = on_done;
	keep_request(st, http_exchange_request(x));
	list_append(&s->all, &st->node);
	list_init(&st->queued);
	s->count++;
	http_exchange_on_gone(x, on_exchange_gone, st);
	enqueue(st);
	pump(s);
	return true;
}

unsigned
streams_open(const struct streams *s)
{
	return s->count;
}
