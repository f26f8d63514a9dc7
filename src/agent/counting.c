/*
 * Counts a service's established connections while it drains, again and again, in a thread: the
 * kernel may take long over it, and a withdraw must not wait.
 */
#include <stdlib.h>
#include <string.h>

#include "agent/agent_internal.h"
#include "base/alloc.h"
#include "base/log.h"
#include "io/connections.h"

#define COUNT_INTERVAL DURATION_MS(250)

/* Outlives the service that it counts for, if that goes while the thread is busy. */
struct count_job {
	struct pool_job job;
	struct hosted *hosted; /* NULL: nobody waits for it any more */
	struct ip *addresses;  /* owned */
	size_t address_count;
	uint64_t connections;
	int result;
	struct err failure;
};

static void
run(struct pool_job *job, void *state)
{
	struct count_job *c = container_of(job, struct count_job, job);

	(void)state;
	c->result = connections_count(c->addresses, c->address_count, &c->connections, &c->failure);
}

static void
done(struct pool_job *job)
{
	struct count_job *c = container_of(job, struct count_job, job);
	struct hosted *h = c->hosted;
	struct service_event ev = { .type = SERVICE_EVENT_CONNECTIONS };

	if (h != NULL) {
		h->counting = NULL;
		timer_set(&h->count_timer, instant_add(clock_now(), COUNT_INTERVAL));
		if (c->result < 0 && !h->count_failed)
			log_warning("service %s: connections can not be counted: %s", h->conf->name,
			    c->failure.message);
		h->count_failed = c->result < 0;
		ev.index = (size_t)c->connections;
		if (c->result >= 0)
			hosted_take(h, &ev, clock_now());
	}
	free(c->addresses);
	free(c);
}

static void
start(struct hosted *h)
{
	struct count_job *c = xcalloc(1, sizeof(*c));

	c->job.run = run;
	c->job.done = done;
	c->hosted = h;
	c->address_count = h->conf->address_count;
	c->addresses = xcalloc(c->address_count, sizeof(*c->addresses));
	memcpy(c->addresses, h->conf->addresses, c->address_count * sizeof(*c->addresses));
	h->counting = c;
	(void)worker_pool_do(h->agent->counter, &c->job);
}

void
counting_on_time(struct timer *t, struct instant now)
{
	struct hosted *h = container_of(t, struct hosted, count_timer);

	(void)now;
	if (service_counts_connections(h->engine) && h->counting == NULL)
		start(h);
}

void
counting_look(struct hosted *h)
{
	bool counts = service_counts_connections(h->engine);

	if (counts && !h->counts)
		timer_set(&h->count_timer, clock_now());
	h->counts = counts;
}

void
counting_forget(struct hosted *h)
{
	if (h->counting != NULL)
		h->counting->hosted = NULL;
	h->counting = NULL;
	timer_done(&h->count_timer);
}
