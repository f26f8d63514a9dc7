#include "controller/serve.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "controller/api.h"
#include "controller/body.h"
#include "io/http_server.h"
#include "io/loop.h"
#include "io/worker_pool.h"
#include "store/store.h"

/* SQLite, TLS and JSON of some depth need more than the small stack of a thread */
#define STACK_BYTES (1u << 20)
#define FINISH DURATION_S(5)
#define QUERY_MAX 32

struct server {
	const struct controller_conf *conf;
	struct worker_pool *pool; /* owned */
	struct http_server *http; /* owned */
};

/* A request on its way through a worker. */
struct job {
	struct pool_job pool_job;
	struct http_exchange *exchange;
	struct http_answer answer;
	char why[ERR_MESSAGE_MAX]; /* what the log gets; "": nothing */
	unsigned status;
};

/* ---- in a worker ---- */

static void *
begin_worker(void *userdata)
{
	const struct server *s = userdata;
	struct store *store = NULL;
	struct err e = { 0 };

	/* it was opened before, when the program began */
	if (store_open(s->conf->store, &store, &e) < 0)
		log_error("%s", e.message);
	return store;
}

static void
end_worker(void *userdata, void *state)
{
	(void)userdata;
	store_close(state);
}

static void
add_headers(struct http_answer *a, const struct api_response *r)
{
	char seconds[16];

	if (r->etag[0] != '\0')
		http_answer_add(a, "ETag", r->etag);
	if (r->location[0] != '\0')
		http_answer_add(a, "Location", r->location);
	if (r->allow[0] != '\0')
		http_answer_add(a, "Allow", r->allow);
	if (r->status == 401)
		http_answer_add(a, "WWW-Authenticate", "Bearer");
	if (r->retry_after > 0) {
		(void)snprintf(seconds, sizeof(seconds), "%u", r->retry_after);
		http_answer_add(a, "Retry-After", seconds);
	}
	/* JSON is data: nothing of it is to be shown as a page, or run */
	http_answer_add(a, "X-Content-Type-Options", "nosniff");
	http_answer_add(a, "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
}

static void
fill_answer(struct http_answer *a, const struct api_response *r)
{
	_cleanup_(freep) char *text = r->body != NULL ? json_dumps(r->body, JSON_COMPACT) : NULL;

	a->status = r->status;
	add_headers(a, r);
	if (text == NULL && r->text == NULL)
		return;
	a->content_type = r->is_problem ? "application/problem+json" : "application/json";
	strbuf_add(&a->text, text != NULL ? text : r->text);
	strbuf_add_char(&a->text, '\n');
}

static struct api_request
request_of(const struct http_request *h, struct api_pair query[static QUERY_MAX])
{
	struct api_request q = { .method = h->method,
		.path = h->target.path,
		.segments = h->target.segments,
		.segment_count = h->target.segment_count,
		.query = query,
		.authorization = http_fields_get(&h->fields, "Authorization"),
		.auth_token = http_fields_get(&h->fields, "X-Auth-Token"),
		.if_match = http_fields_get(&h->fields, "If-Match"),
		.if_none_match = http_fields_get(&h->fields, "If-None-Match"),
		.idempotency_key = http_fields_get(&h->fields, "Idempotency-Key"),
		.content_type = http_fields_get(&h->fields, "Content-Type"),
		.body = h->body,
		.body_len = h->body_len,
		.peer = h->peer.addr,
		.now = clock_wall_ns() };

	for (; q.query_count < h->target.param_count && q.query_count < QUERY_MAX; q.query_count++)
		query[q.query_count] = (struct api_pair){ h->target.params[q.query_count].name,
			h->target.params[q.query_count].value };
	return q;
}

static void
run_job(struct pool_job *pool_job, void *state)
{
	struct job *job = container_of(pool_job, struct job, pool_job);
	const struct http_request *h = http_exchange_request(job->exchange);
	struct api_pair query[QUERY_MAX];
	struct api_request request = request_of(h, query);
	struct api_response response = { 0 };

	api_answer(state, &request, &response);
	fill_answer(&job->answer, &response);
	job->status = response.status;
	if (response.failed)
		(void)snprintf(job->why, sizeof(job->why), "%s", response.why);
	api_response_done(&response);
}

/* ---- in the loop ---- */

static void
finish_job(struct pool_job *pool_job)
{
	struct job *job = container_of(pool_job, struct job, pool_job);
	const struct http_request *h = http_exchange_request(job->exchange);

	if (job->why[0] != '\0')
		log_error("%s %s: %u: %s", h->method, h->target.path, job->status, job->why);
	else
		log_debug("%s %s: %u", h->method, h->target.path, job->status);
	http_exchange_answer(job->exchange, &job->answer);
	free(job);
}

static void
refuse_busy(struct http_exchange *x)
{
	struct http_answer answer = { 0 };

	http_problem(&answer, 503, "too many requests wait already; try again");
	http_answer_add(&answer, "Retry-After", "1");
	http_exchange_answer(x, &answer);
}

static void
on_request(void *userdata, struct http_exchange *x)
{
	struct server *s = userdata;
	struct job *job = xcalloc(1, sizeof(*job));

	job->pool_job.run = run_job;
	job->pool_job.done = finish_job;
	job->exchange = x;
	if (worker_pool_do(s->pool, &job->pool_job))
		return;
	free(job);
	refuse_busy(x);
}

static int
start(struct server *s, sd_event *loop, struct err *e)
{
	const struct controller_limits *l = &s->conf->limits;
	struct worker_pool_conf pool = { .threads = s->conf->workers,
		.waiting = l->waiting,
		.stack_bytes = STACK_BYTES,
		.begin = begin_worker,
		.end = end_worker,
		.userdata = s };
	struct http_limits limits = http_limits_usual;
	struct http_server_conf http = { .listen = s->conf->listen, .limits = &limits };
	int r = worker_pool_new(loop, &pool, &s->pool, e);

	if (r < 0)
		return r;
	limits.clients = l->clients;
	limits.clients_per_address = l->clients_per_address;
	limits.body_bytes = BODY_BYTES_MAX;
	limits.bodies_bytes = 64 * BODY_BYTES_MAX;
	limits.idle = l->idle;
	limits.request = l->request;
	limits.answer = l->answer;
	limits.life = DURATION_FOREVER;
	return http_server_new(loop, &http, on_request, s, &s->http, e);
}

int
server_new(sd_event *loop, const struct controller_conf *conf, struct server **ret, struct err *e)
{
	struct server *s = xcalloc(1, sizeof(*s));
	int r;

	s->conf = conf;
	r = start(s, loop, e);
	if (r < 0) {
		server_free(s);
		return r;
	}
	*ret = s;
	return 0;
}

struct endpoint
server_endpoint(const struct server *s)
{
	return http_server_endpoint(s->http);
}

void
server_free(struct server *s)
{
	if (s == NULL)
		return;
	/* connections first: exchanges under way are ended by their jobs, whoever is still there */
	http_server_free(s->http);
	if (!worker_pool_free(s->pool, FINISH))
		log_warning("the store does not answer: requests under way are left alone");
	free(s);
}
