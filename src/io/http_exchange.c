#include "io/http_exchange.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "io/http_internal.h"

/* A body that is refused is read to its end up to this, for its sender to come to the answer. */
#define SKIP_BYTES (1u << 20)

enum stage {
	STAGE_TARGET, /* known is its first line */
	STAGE_READS,  /* its body */
	STAGE_SKIPS,  /* likewise, without interest; the answer is there */
	STAGE_ASKED,  /* the owner */
};

struct http_exchange {
	struct http_connection *connection; /* NULL: the client is gone */
	struct arena *arena;                /* owned; of the request */
	struct http_request request;
	const char *target;    /* as sent */
	const char *target_at; /* where it lies, in the library's buffer */
	enum stage stage;
	struct strbuf body; /* so far */
	struct http_answer answer;
	struct http_stream *stream; /* instead of the answer's body; NULL: there is none */
	bool is_answered, is_dropped;
	bool is_owners; /* who will end it */
	bool in_call;   /* of the owner */
	void (*gone)(struct http_exchange *x, void *userdata);
	void *userdata;
};

static struct http_exchange *
exchange_new(struct http_connection *c, const char *target)
{
	struct http_exchange *x = xcalloc(1, sizeof(*x));

	x->connection = c;
	x->arena = arena_new();
	x->target_at = target;
	x->target = arena_strdup(x->arena, target);
	return x;
}

/* Its connection goes on without. */
static void
detach(struct http_exchange *x)
{
	if (x->connection == NULL)
		return;
	x->connection->exchange = NULL;
	x->connection->server->body_bytes -= x->body.len;
	x->connection = NULL;
}

static void
exchange_free(struct http_exchange *x)
{
	detach(x);
	if (x->stream != NULL)
		http_stream_free(x->stream);
	http_answer_done(&x->answer);
	strbuf_done(&x->body);
	arena_free(x->arena);
	free(x);
}

void
http_exchange_gone(struct http_exchange *x)
{
	detach(x);
	if (!x->is_owners)
		exchange_free(x);
	else if (x->gone != NULL)
		x->gone(x, x->userdata);
}

sd_event *
http_exchange_loop(const struct http_exchange *x)
{
	return x->connection != NULL ? x->connection->server->loop : NULL;
}

/* ---- what the owner does ---- */

const struct http_request *
http_exchange_request(const struct http_exchange *x)
{
	return &x->request;
}

void
http_exchange_on_gone(
    struct http_exchange *x, void (*gone)(struct http_exchange *x, void *userdata), void *userdata)
{
	x->gone = gone;
	x->userdata = userdata;
}

/* The owner has done with it. */
static void
settle(struct http_exchange *x)
{
	x->is_owners = false;
	if (x->connection == NULL)
		exchange_free(x);
	else if (!x->in_call)
		http_connection_resume(x->connection);
}

void
http_exchange_answer(struct http_exchange *x, struct http_answer *answer)
{
	x->answer = *answer;
	*answer = (struct http_answer){ 0 };
	x->is_answered = true;
	settle(x);
}

void
http_exchange_stream(
    struct http_exchange *x, struct http_answer *answer, struct http_stream *stream)
{
	x->stream = stream;
	http_exchange_answer(x, answer);
}

void
http_exchange_drop(struct http_exchange *x)
{
	x->is_dropped = true;
	settle(x);
}

/* ---- what the library asks for ---- */

/* Gives the answer, if there is one. */
static enum MHD_Result
reply(struct http_exchange *x)
{
	struct http_connection *c = x->connection;
	struct http_stream *stream = TAKE(x->stream);
	int r = 0;

	if (!x->is_answered && !x->is_dropped) {
		http_connection_enter(c, HTTP_PHASE_OWED);
		http_connection_suspend(c);
		return MHD_YES;
	}
	if (x->is_dropped)
		r = -ECANCELED;
	else if (stream != NULL)
		r = http_stream_respond(stream, c, &x->answer);
	else
		r = http_respond(c, &x->answer);
	exchange_free(x);
	return r < 0 ? MHD_NO : MHD_YES;
}

static enum MHD_Result
ask(struct http_exchange *x)
{
	const struct http_server *s = x->connection->server;

	x->stage = STAGE_ASKED;
	if (x->body.len > 0)
		x->request.body = x->body.text;
	x->request.body_len = x->body.len;
	x->is_owners = true;
	x->in_call = true;
	s->fn(s->userdata, x);
	x->in_call = false;
	return reply(x);
}

/* Refuses it, now, and with it whatever the client may send on this connection. */
static enum MHD_Result
refuse(struct http_exchange *x, unsigned status, const struct http_refusal *why)
{
	http_problem(&x->answer, status, why->field, why->e.message);
	x->answer.closes = true;
	x->is_answered = true;
	return reply(x);
}

/* Refuses it when its body has been read. */
static void
refuse_later(struct http_exchange *x, unsigned status, const char *field, const char *detail)
{
	http_problem(&x->answer, status, field, detail);
	x->is_answered = true;
	x->stage = STAGE_SKIPS;
}

static enum MHD_Result
begin(struct http_exchange *x, const char *method, const char *version)
{
	const struct http_limits *l = &x->connection->server->limits;
	const struct http_line line = { method, x->target_at, version, strlen(x->target) };
	struct http_refusal why = { 0 };
	uint64_t len = 0;
	unsigned status =
	    http_request_copy(x->connection, &line, x->arena, &x->request, &len, &why);

	if (status == 0 &&
	    http_target_parse(x->target, x->arena, &x->request.target, &why.e) < 0) {
		status = 400;
		why.field = x->request.target.wrong;
	}
	if (status == 0 && l->body_bytes > 0 && len > l->body_bytes) {
		status = 413;
		why.field = "";
		(void)err_set(&why.e, -EFBIG, "a request's body may have %zu bytes", l->body_bytes);
		if (len <= SKIP_BYTES && http_fields_get(&x->request.fields, "Expect") == NULL) {
			refuse_later(x, status, why.field, why.e.message);
			return MHD_YES;
		}
	}
	if (status != 0)
		return refuse(x, status, &why);
	x->stage = STAGE_READS;
	return l->body_bytes == 0 && len > 0 ? ask(x) : MHD_YES;
}

static void
read_body(struct http_exchange *x, const char *data, size_t len)
{
	struct http_server *s = x->connection->server;

	if (x->stage == STAGE_SKIPS)
		return;
	if (s->body_bytes + len > s->limits.bodies_bytes) {
		refuse_later(x, 503, NULL, "too many requests with a body are under way");
		http_answer_add(&x->answer, "Retry-After", "1");
		return;
	}
	s->body_bytes += len;
	strbuf_add_mem(&x->body, data, len);
}

void *
http_on_target(void *userdata, const char *target, struct MHD_Connection *mhd)
{
	struct http_connection *c = http_connection_of(mhd);

	(void)userdata;
	c->exchange = exchange_new(c, target != NULL ? target : "");
	http_connection_enter(c, HTTP_PHASE_RECEIVES);
	return NULL;
}

enum MHD_Result
http_on_request(void *userdata, struct MHD_Connection *mhd, const char *path, const char *method,
    const char *version, const char *data, size_t *data_len, void **context)
{
	struct http_exchange *x = http_connection_of(mhd)->exchange;
	size_t len = *data_len;

	(void)userdata;
	(void)path; /* the target has it, unchanged */
	(void)context;
	*data_len = 0;
	if (x == NULL)
		return MHD_NO; /* the client went */
	switch (x->stage) {
	case STAGE_TARGET:
		return begin(x, method, version);
	case STAGE_READS:
	case STAGE_SKIPS:
		if (len == 0)
			return x->is_answered ? reply(x) : ask(x);
		read_body(x, data, len);
		return MHD_YES;
	case STAGE_ASKED:
		break;
	}
	return reply(x);
}

void
http_on_completed(void *userdata, struct MHD_Connection *mhd, void **context,
    enum MHD_RequestTerminationCode code)
{
	struct http_connection *c = http_connection_of(mhd);

	(void)userdata;
	(void)context;
	(void)code;
	if (c->exchange != NULL)
		http_exchange_gone(c->exchange);
	http_connection_enter(c, HTTP_PHASE_WAITS);
}
