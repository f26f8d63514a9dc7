#include "controller/metrics.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "controller/metrics_families.h"
#include "io/http_scrape.h"
#include "io/loop.h"

#define EVERY DURATION_S(10)

struct metrics {
	struct metrics_of of;
	struct http_server *server; /* owned */
	char *authorization;        /* owned; a secret; NULL: for everybody */
	int64_t started;
	struct timer timer;
	struct census shown;
	/* a census that is taken; a worker's meanwhile */
	struct pool_job job;
	struct census next;
	struct err e;
	bool is_under_way, is_taken, has_failed;
};

static const struct metrics_table *const tables[] = { &metrics_of_server, &metrics_of_store,
	&metrics_of_census };

/* ---- the census ---- */

static void
run(struct pool_job *job, void *state)
{
	struct metrics *m = container_of(job, struct metrics, job);

	m->is_taken = census_read(state, clock_wall_ns(), &m->next, &m->e) >= 0;
}

static void
done(struct pool_job *job)
{
	struct metrics *m = container_of(job, struct metrics, job);

	m->is_under_way = false;
	if (m->is_taken) {
		census_done(&m->shown);
		m->shown = m->next;
		m->next = (struct census){ 0 };
	} else if (!m->has_failed) {
		log_warning("metrics: %s; they go on with what was read last", m->e.message);
	}
	m->has_failed = !m->is_taken;
}

static void
on_time(struct timer *t, struct instant now)
{
	struct metrics *m = container_of(t, struct metrics, timer);

	timer_set(t, instant_add(now, EVERY));
	if (!m->is_under_way)
		m->is_under_way = worker_pool_do(m->of.pool, &m->job);
}

/* ---- scrapes ---- */

static void
answer_scrape(const struct metrics *m, struct http_answer *answer)
{
	struct metrics_view v = { .of = &m->of, .census = &m->shown, .started = m->started };

	store_counts_read(m->of.counts, &v.store);
	for (size_t t = 0; t < ARRAY_SIZE(tables); t++) {
		for (size_t i = 0; i < tables[t]->count; i++) {
			const struct metrics_family *f = &tables[t]->families[i];

			prom_family(&answer->text, f->name, f->type, f->help);
			f->add(f, &v, &answer->text);
		}
	}
	answer->status = 200;
	answer->content_type = PROM_CONTENT_TYPE;
}

static void
on_request(void *userdata, struct http_exchange *x)
{
	const struct metrics *m = userdata;
	struct http_answer answer = { 0 };

	if (http_scrape_is_asked(http_exchange_request(x), m->authorization, &answer))
		answer_scrape(m, &answer);
	http_exchange_answer(x, &answer);
}

int
metrics_new(sd_event *loop, const struct controller_metrics *how, const struct metrics_of *of,
    struct metrics **ret, struct err *e)
{
	struct http_server_conf conf = { .listen = how->listen, .limits = &http_limits_usual };
	struct metrics *m = xcalloc(1, sizeof(*m));
	char text[ENDPOINT_STR_MAX];
	int r = timer_init(&m->timer, loop, on_time);

	m->of = *of;
	m->started = clock_wall_ns();
	m->job = (struct pool_job){ .run = run, .done = done };
	if (r < 0)
		(void)err_errno(e, r, "event loop");
	else if (how->token_file != NULL)
		r = http_scrape_authorization(how->token_file, &m->authorization, e);
	if (r >= 0)
		r = http_server_new(loop, &conf, on_request, m, &m->server, e);
	if (r < 0) {
		metrics_stop(m);
		metrics_free(m);
		return r;
	}
	log_info("metrics: Prometheus may scrape http://%s/metrics",
	    endpoint_format(http_server_endpoint(m->server), text));
	timer_set(&m->timer, clock_now());
	*ret = m;
	return 0;
}

void
metrics_stop(struct metrics *m)
{
	if (m == NULL)
		return;
	http_server_free(TAKE(m->server));
	timer_done(&m->timer);
}

void
metrics_free(struct metrics *m)
{
	if (m == NULL)
		return;
	census_done(&m->shown);
	census_done(&m->next);
	if (m->authorization != NULL)
		explicit_bzero(m->authorization, strlen(m->authorization));
	free(m->authorization);
	free(m);
}
