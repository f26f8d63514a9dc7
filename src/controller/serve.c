#include "controller/serve.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/log.h"
#include "controller/body.h"
#include "controller/certificate.h"
#include "controller/clock_watch.h"
#include "controller/console.h"
#include "controller/http_api.h"
#include "controller/job.h"
#include "controller/metrics.h"
#include "controller/problem.h"
#include "controller/rounds.h"
#include "controller/sockets.h"
#include "controller/store_health.h"
#include "controller/store_watch.h"
#include "controller/streams.h"
#include "io/http_server.h"
#include "io/loop.h"
#include "store/store.h"

/* SQLite, TLS and JSON of some depth need more than the small stack of a thread */
#define STACK_BYTES (1u << 20)
#define FINISH DURATION_S(5)

struct server {
	const struct controller_conf *conf;
	struct bell *bell;               /* owned */
	struct worker_pool *pool;        /* owned */
	struct rounds *rounds;           /* owned */
	struct polls *polls;             /* owned */
	struct presence *presence;       /* owned */
	struct http_server *http;        /* owned */
	struct health *health;           /* owned */
	struct desired_cache *desired;   /* owned */
	struct certificate *certificate; /* owned; NULL: without TLS */
	struct uses *uses;               /* owned */
	struct streams *streams;         /* owned */
	struct throttle throttle;        /* of signing in */
	struct jobs jobs;
	struct sign_ins *sign_ins;       /* owned */
	struct clock_watch *clock;       /* owned */
	struct store_watch *store_watch; /* owned */
	struct store_mark mark;          /* of the store that all workers open */
	struct store_counts *counts;     /* owned */
	struct traffic traffic;
	struct metrics *metrics; /* owned; NULL: nobody scrapes */
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
	else
		store_expect(store, &s->mark);
	if (store != NULL)
		store_count(store, s->counts);
	return store;
}

static void
end_worker(void *userdata, void *state)
{
	(void)userdata;
	store_close(state);
}

static void
ask_stream(void *userdata, void *state, const struct http_request *h, const struct source *source,
    int64_t from, struct api_response *response)
{
	const struct server *s = userdata;
	struct api_pair query[HTTP_API_QUERY_MAX];
	struct api_request request = http_api_request(h, source, query);

	request.health = s->health;
	request.desired = s->desired;
	request.streams = true;
	request.stream_from = from;
	api_answer(state, &request, response);
}

/* ---- requests ---- */

static void
refuse_stream(void *userdata, struct http_exchange *x, const struct api_response *response)
{
	struct http_answer answer = { 0 };
	struct server *s = userdata;

	traffic_count(&s->traffic, TRAFFIC_EVENTS, response->status);
	http_api_answer(&answer, response);
	http_exchange_answer(x, &answer);
}

static void
refuse_busy(struct server *s, enum traffic_kind kind, struct http_exchange *x, const char *why)
{
	struct http_answer answer = { 0 };

	traffic_count(&s->traffic, kind, 503);
	http_problem(&answer, 503, NULL, why);
	http_answer_add(&answer, "Retry-After", "1");
	http_exchange_answer(x, &answer);
}

static struct source
source_of(const struct server *s, const struct http_request *h)
{
	const struct source_trust trust = { .proxies = s->conf->trusted_proxies.items,
		.count = s->conf->trusted_proxies.count,
		.header = (enum source_header)s->conf->proxy_header };

	return source_find(&trust, h->peer.addr, h->is_tls, &h->fields);
}

static void
refuse_try(struct http_exchange *x, struct duration wait)
{
	json_auto_t *body = problem_document(PROBLEM_TOO_MANY,
	    "too many tries to sign in from this address; wait until Retry-After is over", NULL);
	struct http_answer answer = { .status = problem_status(PROBLEM_TOO_MANY),
		.content_type = "application/problem+json" };
	_cleanup_(freep) char *text = json_dumps(body, API_JSON);
	char seconds[16];

	(void)snprintf(seconds, sizeof(seconds), "%d", (int)(wait.ns / NS_PER_S) + 1);
	http_answer_add(&answer, "Retry-After", seconds);
	strbuf_add(&answer.text, text);
	http_exchange_answer(x, &answer);
}

static void
on_request(void *userdata, struct http_exchange *x)
{
	struct server *s = userdata;
	const struct http_request *h = http_exchange_request(x);
	struct source source = source_of(s, h);
	struct http_answer answer = { 0 };
	enum traffic_kind kind =
	    traffic_kind_of(h->method, h->target.segments, h->target.segment_count);
	struct duration wait;

	if (console_answer(h, &answer)) {
		traffic_count(&s->traffic, TRAFFIC_CONSOLE, answer.status);
		http_exchange_answer(x, &answer);
		return;
	}
	if (streams_wants(h)) {
		if (!streams_begin(s->streams, x, &source))
			refuse_busy(s, kind, x, "too many streams are open already; try again");
		return;
	}
	if (http_api_is_sign_in(h) &&
	    !throttle_take(&s->throttle, source.addr, clock_now(), &wait)) {
		sign_ins_refused(s->sign_ins, source.addr, true);
		traffic_count(&s->traffic, kind, problem_status(PROBLEM_TOO_MANY));
		refuse_try(x, wait);
		return;
	}
	if (!job_begin(&s->jobs, x, &source))
		refuse_busy(s, kind, x, "too many requests wait already; try again");
}

/* ---- its life ---- */

static int
start_polls(struct server *s, sd_event *loop, struct err *e)
{
	int r;

	s->polls = polls_new(&(struct polls_conf){ .loop = loop,
	    .bell = s->bell,
	    .at_once = s->conf->workers,
	    .look = job_look,
	    .over = job_over });
	r = presence_new(loop, s->pool, &s->presence);
	return r < 0 ? err_errno(e, r, "event loop") : 0;
}

static void
on_certificate(void *userdata, struct http_tls *tls)
{
	struct server *s = userdata;

	http_server_set_tls(s->http, tls);
}

static int
start_pool(struct server *s, sd_event *loop, struct err *e)
{
	struct worker_pool_conf pool = { .threads = s->conf->workers,
		.waiting = s->conf->limits.waiting,
		.stack_bytes = STACK_BYTES,
		.begin = begin_worker,
		.end = end_worker,
		.userdata = s };
	int r = worker_pool_new(loop, &pool, &s->pool, e);

	if (r >= 0)
		r = uses_new(loop, s->pool, &s->uses, e);
	return r < 0 ? r
		     : streams_new(loop,
			   &(struct streams_conf){ .bell = s->bell,
			       .pool = s->pool,
			       .at_once = MAX(s->conf->workers / 2, 1u),
			       .max = s->conf->limits.streams,
			       .stuck = s->conf->limits.answer,
			       .ask = ask_stream,
			       .refuse = refuse_stream,
			       .userdata = s },
			   &s->streams, e);
}

static struct http_limits
limits_of(const struct controller_limits *l)
{
	struct http_limits limits = http_limits_usual;

	limits.clients = l->clients;
	limits.clients_per_address = l->clients_per_address;
	limits.body_bytes = BODY_BYTES_MAX;
	limits.bodies_bytes = limits.body_bytes * 64;
	limits.idle = l->idle;
	limits.request = l->request;
	limits.answer = l->answer;
	limits.life = DURATION_FOREVER;
	return limits;
}

/* At the addresses of the configuration, or at the sockets that were passed on instead. */
static int
start_http(struct server *s, sd_event *loop, struct err *e)
{
	const struct endpoint *listen = s->conf->listen.items;
	const struct http_limits limits = limits_of(&s->conf->limits);
	struct http_server_conf http = { .listen = listen[0], .limits = &limits };
	size_t count = s->conf->listen.count;
	_cleanup_(freep) int *sockets = NULL;
	int r = sockets_take(s->certificate != NULL, &sockets, e);

	if (r < 0)
		return r;
	if (r > 0) {
		count = (size_t)r;
		http.socket = sockets[0];
	}
	if (s->certificate != NULL)
		http.tls = certificate_tls(s->certificate);
	r = http_server_new(loop, &http, on_request, s, &s->http, e);
	for (size_t i = 1; r >= 0 && i < count; i++)
		r = http.socket > 0 ? http_server_listen(s->http, NULL, sockets[i], e)
				    : http_server_listen(s->http, &listen[i], 0, e);
	return r;
}

static int
start_metrics(struct server *s, sd_event *loop, struct err *e)
{
	const struct controller_metrics *how = &s->conf->metrics;
	const struct metrics_of of = { .traffic = &s->traffic,
		.polls = s->polls,
		.streams = s->streams,
		.pool = s->pool,
		.health = s->health,
		.certificate = s->certificate,
		.counts = s->counts,
		.http = s->http };

	return how->listen.addr.family == IP_NONE ? 0 : metrics_new(loop, how, &of, &s->metrics, e);
}

/* What looks on. */
static int
start_watches(struct server *s, sd_event *loop, struct err *e)
{
	int r = sign_ins_new(loop, s->pool, s->bell, &s->sign_ins, e);

	if (r >= 0)
		r = clock_watch_new(loop, s->pool, s->bell, s->health, &s->clock, e);
	if (r >= 0)
		r = store_watch_new(loop, s->pool, s->health, &s->store_watch, e);
	return r;
}

static int
start(struct server *s, sd_event *loop, struct err *e)
{
	int r = bell_new(loop, s->conf->store, &s->bell, e);

	s->health = health_new();
	s->desired = desired_cache_new();
	s->counts = store_counts_new();
	if (r >= 0 && s->conf->tls.certificate != NULL)
		r = certificate_new(
		    loop, &s->conf->tls, s->health, on_certificate, s, &s->certificate, e);
	if (r >= 0)
		r = start_pool(s, loop, e);
	if (r >= 0)
		r = start_polls(s, loop, e);
	if (r >= 0)
		r = rounds_new(loop, s->pool, s->bell, s->conf->events.keep, &s->rounds, e);
	if (r >= 0)
		r = start_watches(s, loop, e);
	s->jobs = (struct jobs){ .bell = s->bell,
		.pool = s->pool,
		.polls = s->polls,
		.presence = s->presence,
		.health = s->health,
		.traffic = &s->traffic,
		.desired = s->desired,
		/* set for whatever a lab runs: nearcast-lab(1) */
		.is_lab = getenv("NEARCAST_LAB") != NULL,
		.uses = s->uses,
		.sign_ins = s->sign_ins,
		.throttle = &s->throttle };
	if (r >= 0)
		r = start_http(s, loop, e);
	return r < 0 ? r : start_metrics(s, loop, e);
}

int
server_new(sd_event *loop, const struct controller_conf *conf, const struct store *store,
    struct server **ret, struct err *e)
{
	struct server *s = xcalloc(1, sizeof(*s));
	int r;

	s->conf = conf;
	store_mark(store, &s->mark);
	r = start(s, loop, e);
	if (r < 0) {
		server_free(s);
		return r;
	}
	*ret = s;
	return 0;
}

void
server_urls(const struct server *s, struct strbuf *out)
{
	struct endpoint at;
	char text[ENDPOINT_STR_MAX];

	for (size_t i = 0; http_server_endpoint_at(s->http, i, &at); i++)
		strbuf_addf(out, "%shttp%s://%s", i > 0 ? " " : "",
		    s->certificate != NULL ? "s" : "", endpoint_format(at, text));
}

void
server_note_store(struct server *s, int error, const char *why)
{
	(void)store_health_note(s->health,
	    &(struct store_outcome){
		.was_used = true, .has_written = error == 0, .error = error, .why = why },
	    clock_wall_ns());
}

void
server_reload(struct server *s)
{
	if (s->certificate != NULL)
		certificate_look(s->certificate);
	else
		log_notice("there is no certificate to be looked at again");
}

void
server_free(struct server *s)
{
	if (s == NULL)
		return;
	/* connections first: exchanges under way are ended by their jobs, whoever is still there */
	metrics_stop(s->metrics);
	http_server_free(s->http);
	rounds_stop(s->rounds);
	if (s->uses != NULL)
		uses_flush(s->uses);
	if (!worker_pool_free(s->pool, FINISH)) {
		log_warning("the store does not answer: requests under way are left alone");
		return; /* with all that they have */
	}
	rounds_free(s->rounds);
	presence_free(s->presence);
	polls_free(s->polls);
	streams_free(s->streams);
	bell_free(s->bell);
	uses_free(s->uses);
	sign_ins_free(s->sign_ins);
	clock_watch_free(s->clock);
	store_watch_free(s->store_watch);
	metrics_free(s->metrics);
	store_counts_free(s->counts);
	certificate_free(s->certificate);
	desired_cache_free(s->desired);
	health_free(s->health);
	free(s);
}
