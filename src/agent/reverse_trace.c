#include "agent/reverse_trace.h"

#include <stdlib.h>
#include <sys/random.h>

#include "agent/agent_internal.h"
#include "base/alloc.h"
#include "base/log.h"
#include "base/utf8.h"
#include "io/trace_run.h"
#include "proto/identity/reverse_gate.h"

struct reverse_traces {
	struct agent *agent; /* borrowed */
	struct reverse_gate gate;
	struct trace_run *run; /* owned; NULL: none yet */
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
	trace_run_free(r->run);
	free(r);
}

static void
on_traced(void *userdata, int result, const struct err *e)
{
	struct reverse_traces *r = userdata;

	if (result < 0)
		log_warning("reverse trace: %s", e->message);
	reverse_gate_end(&r->gate, result == 0);
}

/* Two probes for each hop, few at a time: it is a favour, not work. */
static void
start(struct reverse_traces *r, struct ip to)
{
	const struct trace_run_conf conf = {
		.trace = { .target = to,
		    .max_hops = 30,
		    .queries = 2,
		    .parallel = 4,
		    .gap_limit = 5,
		    .wait = DURATION_S(1) },
		.method = TRACE_UDP,
		.port = 33434,
	};
	char text[IP_STR_MAX];
	struct err e = { 0 };

	trace_run_free(TAKE(r->run));
	log_info("reverse trace to %s, which asked for it", ip_format(to, text));
	if (trace_run_new(r->agent->loop, &conf, on_traced, r, &r->run, &e) >= 0)
		return;
	log_warning("reverse trace to %s: %s", text, e.message);
	reverse_gate_end(&r->gate, false);
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
		start(r, from.addr);
	return reverse_answer_encode(q->nonce, &a, r->run ? trace_run_get(r->run) : NULL, ret);
}
