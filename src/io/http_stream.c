#include "io/http_stream.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "io/http_internal.h"

#define PIECE_BYTES (4u << 10)

struct http_stream {
	struct http_stream_conf conf;
	struct http_connection *connection; /* NULL: the answer has not begun */
	struct strbuf waiting;
	size_t taken; /* of waiting */
	struct timer silence;
	bool has_ended;  /* by its owner */
	bool is_dropped; /* by us */
};

void
http_stream_free(struct http_stream *st)
{
	timer_done(&st->silence);
	strbuf_done(&st->waiting);
	if (!st->has_ended)
		st->conf.gone(st->conf.userdata);
	free(st);
}

static void
on_free(void *userdata)
{
	http_stream_free(userdata);
}

static ssize_t
on_more(void *userdata, uint64_t at, char *buf, size_t max)
{
	struct http_stream *st = userdata;
	size_t n = MIN(max, st->waiting.len - st->taken);

	(void)at;
	if (st->is_dropped || st->connection->is_gone)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (n > 0) {
		memcpy(buf, st->waiting.text + st->taken, n);
		st->taken += n;
		return (ssize_t)n;
	}
	strbuf_done(&st->waiting);
	st->taken = 0;
	if (st->has_ended)
		return MHD_CONTENT_READER_END_OF_STREAM;
	http_connection_suspend(st->connection);
	return 0;
}

static void
rest(struct http_stream *st)
{
	timer_set(&st->silence, instant_add(clock_now(), st->conf.silence));
}

static void
on_silence(struct timer *t, struct instant now)
{
	struct http_stream *st = container_of(t, struct http_stream, silence);

	(void)now;
	(void)http_stream_push(st, st->conf.silence_text, strlen(st->conf.silence_text));
}

struct http_stream *
http_stream_begin(
    struct http_exchange *x, struct http_answer *answer, const struct http_stream_conf *conf)
{
	sd_event *loop = http_exchange_loop(x);
	struct http_stream *st;

	if (loop == NULL) {
		http_exchange_answer(x, answer);
		return NULL;
	}
	st = xcalloc(1, sizeof(*st));
	st->conf = *conf;
	if (timer_init(&st->silence, loop, on_silence) < 0) {
		free(st);
		http_answer_done(answer);
		http_exchange_drop(x);
		return NULL;
	}
	rest(st);
	http_exchange_stream(x, answer, st);
	return st;
}

int
http_stream_respond(
    struct http_stream *st, struct http_connection *c, const struct http_answer *answer)
{
	st->connection = c;
	http_connection_enter(c, HTTP_PHASE_STREAMS);
	return http_respond_from(c, answer, PIECE_BYTES, on_more, st, on_free);
}

static void
drop(struct http_stream *st)
{
	st->is_dropped = true;
	timer_set(&st->silence, INSTANT_NEVER);
	if (st->connection == NULL)
		return; /* on_more() says so when it is asked */
	http_connection_shut(st->connection);
	http_connection_resume(st->connection);
}

/* Now and then, so that what was taken is never most of what is kept. */
static void
forget_taken(struct http_stream *st)
{
	if (st->taken < st->waiting.len - st->taken)
		return;
	st->waiting.len -= st->taken;
	if (st->waiting.len > 0)
		memmove(st->waiting.text, st->waiting.text + st->taken, st->waiting.len);
	st->taken = 0;
}

bool
http_stream_push(struct http_stream *st, const char *text, size_t len)
{
	if (st->is_dropped)
		return false;
	if (st->waiting.len - st->taken + len > st->conf.bytes_max) {
		drop(st);
		return false;
	}
	forget_taken(st);
	strbuf_add_mem(&st->waiting, text, len);
	rest(st);
	if (st->connection != NULL)
		http_connection_resume(st->connection);
	return true;
}

size_t
http_stream_waiting(const struct http_stream *st)
{
	return st->waiting.len - st->taken;
}

void
http_stream_end(struct http_stream *st)
{
	st->has_ended = true;
	timer_set(&st->silence, INSTANT_NEVER);
	if (st->connection != NULL) {
		http_connection_enter(st->connection, HTTP_PHASE_SENDS);
		http_connection_resume(st->connection);
	}
}
