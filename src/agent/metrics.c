#include "agent/metrics.h"

#include <stdlib.h>
#include <string.h>

#include "agent/metrics_families.h"
#include "base/alloc.h"
#include "io/http_scrape.h"
#include "io/http_server.h"

#define PIECE_BYTES (16u << 10)
#define LAG_PERIOD DURATION_S(1)

/* From one program to the next. */
enum {
	TAG_SOCKET = 1,
};

struct metrics {
	struct agent *agent;        /* borrowed */
	struct http_server *server; /* owned */
	struct timer lag;           /* to see how late it is */
	struct instant lag_due;
};

/* A scrape under way: the next thing to be written. */
struct scrape {
	struct agent *agent; /* borrowed */
	json_t *neighbors;   /* owned */
	size_t table, family;
	bool begun; /* the family's head is written */
	size_t service, index;
};

static const struct metric_table *const tables[] = { &metrics_of_agent, &metrics_of_controller,
	&metrics_of_services, &metrics_of_neighbors };

/* How many items of a service a family has samples of. */
static size_t
count_of(const struct hosted *h, enum metric_of of)
{
	switch (of) {
	case METRIC_OF_ADDRESS:
		return h->conf->address_count;
	case METRIC_OF_RUN:
		return h->engine->run_count;
	case METRIC_OF_LISTENER:
		return h->engine->listener_count;
	case METRIC_OF_SERVICE:
	case METRIC_OF_AGENT:
	case METRIC_OF_NEIGHBOR:
		break;
	}
	return 1;
}

/* Finds the item that is next, services may have come or gone since; false: that was the last. */
static bool
next_item(struct scrape *s, enum metric_of of, struct metric_item *ret)
{
	const struct agent *a = s->agent;

	*ret = (struct metric_item){ .agent = s->agent, .now = clock_now() };
	if (of == METRIC_OF_AGENT)
		return s->index++ == 0;
	if (of == METRIC_OF_NEIGHBOR) {
		ret->neighbor = json_array_get(s->neighbors, s->index++);
		return ret->neighbor != NULL;
	}
	while (s->service < a->service_count && s->index >= count_of(a->services[s->service], of)) {
		s->service++;
		s->index = 0;
	}
	if (s->service >= a->service_count)
		return false;
	ret->hosted = a->services[s->service];
	ret->index = s->index++;
	return true;
}

static const struct metric_family *
current_family(struct scrape *s)
{
	while (s->table < ARRAY_SIZE(tables) && s->family >= tables[s->table]->count) {
		s->table++;
		s->family = 0;
	}
	return s->table < ARRAY_SIZE(tables) ? &tables[s->table]->families[s->family] : NULL;
}

static bool
more(void *userdata, struct strbuf *piece)
{
	struct scrape *s = userdata;
	const struct metric_family *f;
	struct metric_item item;

	while ((f = current_family(s)) != NULL) {
		if (!s->begun)
			prom_family(piece, f->name, f->type, f->help);
		s->begun = true;
		while (next_item(s, f->of, &item)) {
			f->add(f, &item, piece);
			if (piece->len >= PIECE_BYTES)
				return true;
		}
		s->family++;
		s->service = s->index = 0;
		s->begun = false;
	}
	return false;
}

static void
on_done(void *userdata)
{
	struct scrape *s = userdata;

	json_decref(s->neighbors);
	free(s);
}

static void
answer_scrape(const struct metrics *m, struct http_answer *answer)
{
	struct scrape *s;

	s = xcalloc(1, sizeof(*s));
	s->agent = m->agent;
	s->neighbors = announcer_status(m->agent->announcer, clock_now());
	answer->status = 200;
	answer->content_type = PROM_CONTENT_TYPE;
	answer->source = (struct http_source){ more, on_done, s };
}

static void
on_request(void *userdata, struct http_exchange *x)
{
	struct http_answer answer = { 0 };

	if (http_scrape_is_asked(http_exchange_request(x), NULL, &answer))
		answer_scrape(userdata, &answer);
	http_exchange_answer(x, &answer);
}

static void
on_lag(struct timer *t, struct instant now)
{
	struct metrics *m = container_of(t, struct metrics, lag);

	histogram_add(&m->agent->counters.lag, instant_diff(now, m->lag_due));
	m->lag_due = instant_add(now, LAG_PERIOD);
	timer_set(t, m->lag_due);
}

int
metrics_new(struct agent *a, struct metrics **ret, struct err *e)
{
	struct http_server_conf conf = { .listen = a->conf->metrics.listen,
		.limits = &http_limits_usual };
	char text[ENDPOINT_STR_MAX];
	struct metrics *m;
	int r;

	*ret = NULL;
	if (a->conf->metrics.listen.addr.family == IP_NONE)
		return 0;
	m = xcalloc(1, sizeof(*m));
	m->agent = a;
	r = timer_init(&m->lag, a->loop, on_lag);
	if (r < 0)
		(void)err_errno(e, r, "set a timer");
	if (a->past != NULL)
		conf.socket = inheritance_take(&a->past->in,
		    state_find(a->past->records, PAST_METRICS), TAG_SOCKET, FD_TCP_LISTENER);
	if (r >= 0)
		r = http_server_new(a->loop, &conf, on_request, m, &m->server, e);
	if (r < 0) {
		metrics_free(m);
		return r;
	}
	log_info("metrics: Prometheus may scrape http://%s/metrics",
	    endpoint_format(http_server_endpoint(m->server), text));
	m->lag_due = instant_add(clock_now(), LAG_PERIOD);
	timer_set(&m->lag, m->lag_due);
	*ret = m;
	return 0;
}

void
metrics_save(const struct metrics *m, struct handover *h)
{
	if (m != NULL)
		handover_give(h, TAG_SOCKET, http_server_socket(m->server));
}

void
metrics_free(struct metrics *m)
{
	if (m == NULL)
		return;
	http_server_free(m->server);
	timer_done(&m->lag);
	free(m);
}
