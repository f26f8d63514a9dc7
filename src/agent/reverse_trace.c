#include "agent/reverse_trace.h"

#include <stdlib.h>
#include <sys/random.h>

#include "agent/agent_internal.h"
#include "base/alloc.h"
#include "base/log.h"
#include "base/utf8.h"
#include "io/trace_run.h"
#include "proto/identity/reverse_gate.h"
#include "proto/identity/reverse_rounds.h"

struct reverse_traces {
	struct agent *agent; /* borrowed */
	struct reverse_gate gate;
	struct trace_run *run;         /* owned; NULL: none yet */
	struct reverse_rounds *rounds; /* owned; likewise */
	struct timer timer;            /* of the next round */
};

struct reverse_traces *
reverse_traces_new(struct agent *a)
{
	struct reverse_traces *r = xcalloc(1, sizeof(*r));
	uint8_t secret[16] = { 0 };

	/* as in identity.c */
	(void)getrandom(secret, sizeof(secret), GRND_NONBLOCK);
	r->agent = a;
	reverse_gate_init(&r->gate, secret);
	return r;
}

void
reverse_traces_free(struct reverse_traces *r)
{
	if (r == NULL)
		return;
	timer_done(&r->timer);
	trace_run_free(r->run);
	reverse_rounds_free(r->rounds);
	free(r);
}

/* The rounds end here, with what there is. */
static void
end(struct reverse_traces *r)
{
	reverse_gate_end(&r->gate, reverse_rounds_result(r->rounds) != NULL);
}

static void
on_traced(void *userdata, int result, const struct err *e)
{
	struct reverse_traces *r = userdata;
	struct instant next;

	if (result < 0) {
		log_warning("reverse trace: %s", e->message);
		end(r);
		return;
	}
	next = reverse_rounds_add(r->rounds, trace_run_get(r->run), clock_now());
	if (instant_is_never(next))
		end(r);
	else
		timer_set(&r->timer, next);
}

static void
on_timer(struct timer *t, struct instant now)
{
	struct reverse_traces *r = container_of(t, struct reverse_traces, timer);
	struct trace_conf conf = reverse_rounds_conf(r->rounds);

	(void)now;
	trace_run_again(r->run, &conf, on_traced);
}

/* Few probes at a time: it is a favour, not work. */
static void
start(struct reverse_traces *r, struct ip to, uint8_t rounds)
{
	struct trace_run_conf conf = { .method = TRACE_UDP, .port = 33434 };
	char text[IP_STR_MAX];
	struct err e = { 0 };
	int result;

	timer_done(&r->timer);
	trace_run_free(TAKE(r->run));
	reverse_rounds_free(r->rounds);
	r->rounds = reverse_rounds_new(to, rounds, clock_now());
	conf.trace = reverse_rounds_conf(r->rounds);
	log_info("reverse trace to %s, which asked for it", ip_format(to, text));
	result = timer_init(&r->timer, r->agent->loop, on_timer);
	if (result < 0)
		(void)err_errno(&e, result, "event loop");
	else
		result = trace_run_new(r->agent->loop, &conf, on_traced, r, &r->run, &e);
	if (result >= 0)
		return;
	log_warning("reverse trace to %s: %s", text, e.message);
	end(r);
}

size_t
reverse_traces_answer(struct reverse_traces *r, struct endpoint from,
    const struct reverse_question *q, uint8_t ret[static IDENTITY_SIZE])
{
	const struct agent_conf *conf = r->agent->conf;
	struct reverse_answer a = { .asker = from.addr, .first = q->first };
	bool begins = false;

	utf8_format(a.who.site, sizeof(a.who.site), "%s", conf->site);
	utf8_format(a.who.host, sizeof(a.who.host), "%s", conf->host);
	if (conf->identity.reverse_trace)
		a.state =
		    reverse_gate_ask(&r->gate, from, q->cookie, clock_now(), &begins, &a.cookie);
	if (begins)
		start(r, from.addr, q->rounds);
	return reverse_answer_encode(
	    q->nonce, &a, r->rounds ? reverse_rounds_result(r->rounds) : NULL, ret);
}
