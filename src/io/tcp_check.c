/*
 * TCP: a connection is a pass. Where something is to be sent or expected, that is part of it: a
 * banner, or the answer to a first line.
 */
#include <stdlib.h>
#include <sys/socket.h>

#include "io/check_kind.h"
#include "io/exchange.h"
#include "proto/check/match.h"

#define ANSWER_MAX 4096u /* bytes that are looked at */

struct tcp_check {
	struct check_run run;
	struct exchange x;
	struct match match;
};

static struct tcp_check *
tcp_of(struct exchange *x)
{
	return container_of(x, struct tcp_check, x);
}

static void
on_sent(struct exchange *x)
{
	struct tcp_check *c = tcp_of(x);

	if (match_is_wanted(&c->match))
		c->run.awaits = "expected answer";
	else
		check_run_end(&c->run, CHECK_RUN_PASSED, "connected");
}

static void
on_received(struct exchange *x)
{
	struct tcp_check *c = tcp_of(x);
	char text[EXCERPT_MAX];

	if (match_test(&c->match, x->in, x->in_len))
		check_run_end(
		    &c->run, CHECK_RUN_PASSED, "answered %s", excerpt(x->in, x->in_len, text));
}

static void
on_ended(struct exchange *x, int error)
{
	struct tcp_check *c = tcp_of(x);
	char why[CHECK_RUN_WHY_MAX];

	if (error != 0 && error != EXCHANGE_FULL) {
		check_run_end_errno(&c->run, error);
		return;
	}
	match_explain(&c->match, "the answer", x->in, x->in_len, why, sizeof(why));
	check_run_end(
	    &c->run, CHECK_RUN_FAILED, "%s%s", why, error == 0 ? "; then it was closed" : "");
}

static void
tcp_open(struct check_run *run)
{
	struct tcp_check *c = check_run_as(struct tcp_check, run);

	c->x.fd = -1;
	/* the configuration was refused if it is no expression */
	if (match_init(&c->match, run->spec->expect_text, run->spec->expect_regex, NULL) < 0)
		abort();
}

static void
tcp_start(struct check_run *run)
{
	static const struct exchange_events events = {
		.sent = on_sent, .received = on_received, .ended = on_ended
	};
	struct tcp_check *c = check_run_as(struct tcp_check, run);
	const struct check_spec *spec = run->spec;
	const struct exchange_plan plan = { spec->send_bytes, spec->send_len, ANSWER_MAX, &events,
		check_run_asks_itself(run) };
	struct endpoint to = { .addr = run->address, .port = (uint16_t)spec->port };
	int r;

	run->awaits = "connection";
	r = exchange_open(&c->x, check_hub_loop(run->hub), SOCK_STREAM, to, &plan);
	if (r < 0)
		check_run_end_errno(run, -r);
}

static void
tcp_stop(struct check_run *run)
{
	exchange_close(&check_run_as(struct tcp_check, run)->x);
}

static void
tcp_close(struct check_run *run)
{
	match_done(&check_run_as(struct tcp_check, run)->match);
}

const struct check_kind tcp_check_kind = {
	.size = sizeof(struct tcp_check),
	.open = tcp_open,
	.start = tcp_start,
	.stop = tcp_stop,
	.close = tcp_close,
};
