#include "controller/job.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "controller/http_api.h"
#include "controller/store_health.h"

/* A request on its way through a worker. */
struct job {
	struct pool_job pool_job;
	struct http_exchange *exchange;
	struct http_answer answer;
	char why[ERR_MESSAGE_MAX]; /* what the log gets; "": nothing */
	unsigned status;
	char from[TOPICS_FROM_SIZE];                      /* whose bell rings */
	struct topics topics;                             /* it shall ring */
	struct source source;                             /* where it comes from */
	bool is_try;                                      /* to sign in */
	char token[STORE_ID_MAX], session[API_HASH_SIZE]; /* of whom it was; "": none */
	const struct jobs *jobs;
	struct poll poll;
	char wait_topic[TOPIC_SIZE]; /* "": it is to be answered now */
	uint32_t wait;
	char host[STORE_ID_MAX]; /* that asked; "": none did */
	bool is_gone;            /* its client */
	struct store_outcome store;
	enum traffic_kind kind;
	enum traffic_result result;
	struct instant begun; /* to be looked at; and how long that took */
	struct duration took;
};

/* ---- in a worker ---- */

static void
run_job(struct pool_job *pool_job, void *state)
{
	struct job *job = container_of(pool_job, struct job, pool_job);
	struct api_pair query[HTTP_API_QUERY_MAX];
	struct api_request request =
	    http_api_request(http_exchange_request(job->exchange), &job->source, query);
	struct api_response response = { 0 };

	http_answer_done(&job->answer); /* of a look before */
	job->answer = (struct http_answer){ 0 };
	request.from = job->from;
	request.health = job->jobs->health;
	request.desired = job->jobs->desired;
	request.is_lab = job->jobs->is_lab;
	api_answer(state, &request, &response);
	http_api_answer(&job->answer, &response);
	job->status = response.status;
	if (response.failed)
		(void)snprintf(job->why, sizeof(job->why), "%s", response.why);
	job->store = (struct store_outcome){ .was_used = response.store_used,
		.has_written = response.store_written,
		.error = response.store_error };
	job->result = traffic_result_of(job->kind, response.status, response.body);
	memcpy(job->token, response.token, sizeof(job->token));
	memcpy(job->session, response.session, sizeof(job->session));
	job->topics = response.topics;
	response.topics = (struct topics){ 0 };
	job->wait = request.wait;
	memcpy(job->wait_topic, response.wait_topic, sizeof(job->wait_topic));
	memcpy(job->host, response.host, sizeof(job->host));
	api_response_done(&response);
}

/* ---- in the loop ---- */

static void
answer_job(struct job *job)
{
	poll_end(&job->poll);
	traffic_add(job->jobs->traffic, job->kind, job->status, job->result, job->took);
	http_exchange_answer(job->exchange, &job->answer);
	free(job);
}

bool
job_look(struct poll *poll)
{
	struct job *job = container_of(poll, struct job, poll);

	job->begun = clock_now();
	return worker_pool_do(job->jobs->pool, &job->pool_job);
}

void
job_over(struct poll *poll)
{
	answer_job(container_of(poll, struct job, poll));
}

/*
 * Nobody will hear the answer, so what no worker has begun is not done: who asks again because
 * nothing came has then asked once. While a worker has it, it is ended when that is done.
 */
static void
on_gone(struct http_exchange *x, void *userdata)
{
	struct job *job = userdata;
	const struct jobs *jobs = job->jobs;

	job->is_gone = true;
	if (!poll_is_resting(&job->poll) && !worker_pool_take_back(jobs->pool, &job->pool_job))
		return;
	if (job->is_try)
		throttle_give(jobs->throttle, job->source.addr);
	if (job->host[0] != '\0')
		presence_lost(jobs->presence, job->host);
	poll_end(&job->poll);
	http_exchange_drop(x);
	http_answer_done(&job->answer);
	free(job);
	polls_go_on(jobs->polls);
}

static void
finish_job(struct pool_job *pool_job)
{
	struct job *job = container_of(pool_job, struct job, pool_job);
	const struct jobs *jobs = job->jobs;
	const struct http_request *h = http_exchange_request(job->exchange);

	job->took = instant_diff(clock_now(), job->begun);
	job->store.why = job->why;
	if (!store_health_note(jobs->health, &job->store, clock_wall_ns()) && job->why[0] != '\0')
		log_error("%s %s: %u: %s", h->method, h->target.path, job->status, job->why);
	else
		log_debug("%s %s: %u", h->method, h->target.path, job->status);
	if (job->is_try && job->status != 401)
		throttle_give(jobs->throttle, job->source.addr);
	else if (job->is_try)
		sign_ins_refused(jobs->sign_ins, job->source.addr, false);
	uses_note(jobs->uses, job->token, job->session, clock_wall_ns());
	bell_ring(jobs->bell, &job->topics);
	topics_done(&job->topics);
	if (job->host[0] != '\0')
		presence_saw(jobs->presence, job->host, job->poll.begun);
	if (job->host[0] != '\0' && job->is_gone)
		presence_lost(jobs->presence, job->host);
	if (job->is_gone || job->wait_topic[0] == '\0' ||
	    !poll_park(&job->poll, job->wait_topic, job->wait))
		answer_job(job);
	polls_go_on(jobs->polls);
}

bool
job_begin(const struct jobs *jobs, struct http_exchange *x, const struct source *source)
{
	const struct http_request *h = http_exchange_request(x);
	struct job *job = xcalloc(1, sizeof(*job));

	job->pool_job.run = run_job;
	job->pool_job.done = finish_job;
	job->exchange = x;
	job->jobs = jobs;
	job->source = *source;
	job->is_try = http_api_is_sign_in(h);
	job->kind = traffic_kind_of(h->method, h->target.segments, h->target.segment_count);
	job->begun = clock_now();
	(void)snprintf(job->from, sizeof(job->from), "%s", bell_name(jobs->bell));
	poll_begin(jobs->polls, &job->poll);
	if (worker_pool_do(jobs->pool, &job->pool_job)) {
		http_exchange_on_gone(x, on_gone, job);
		return true;
	}
	if (job->is_try)
		throttle_give(jobs->throttle, source->addr);
	free(job);
	return false;
}
