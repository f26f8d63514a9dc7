/* UDP: one datagram out, and an answer that has to come, and to hold what is expected of it. */
#include <stdlib.h>
#include <sys/socket.h>

#include "io/check_kind.h"
#include "io/exchange.h"
#include "proto/check/match.h"

#define ANSWER_MAX 4096u

struct udp_check {
	struct check_run run;
	struct exchange x;
	struct match match;
};

static void
on_received(struct exchange *x)
{
	struct udp_check *c = container_of(x, struct udp_check, x);
	char why[CHECK_RUN_WHY_MAX], text[EXCERPT_MAX];

	if (match_test(&c->match, x->in, x->in_len)) {
		check_run_end(
		    &c->run, CHECK_RUN_PASSED, "answered %s", excerpt(x->in, x->in_len, text));
		return;
	}
	match_explain(&c->match, "the answer", x->in, x->in_len, why, sizeof(why));
	check_run_end(&c->run, CHECK_RUN_FAILED, "%s", why);
}

static void
on_ended(struct exchange *x, int error)
{
	check_run_end_errno(&container_of(x, struct udp_check, x)->run, error);
}

static void
udp_open(struct check_run *run)
{
	struct udp_check *c = check_run_as(struct udp_check, run);

	c->x.fd = -1;
	/* the configuration was refused if it is no expression */
	if (match_init(&c->match, run->spec->expect_text, run->spec->expect_regex, NULL) < 0)
		abort();
}

static void
udp_start(struct check_run *run)
{
	static const struct exchange_events events = { .received = on_received, .ended = on_ended };
	struct udp_check *c = check_run_as(struct udp_check, run);
	const struct check_spec *spec = run->spec;
	const struct exchange_plan plan = { spec->send_bytes, spec->send_len, ANSWER_MAX, &events,
		check_run_asks_itself(run) };
	struct endpoint to = { .addr = run->address, .port = (uint16_t)spec->port };
	int r = exchange_open(&c->x, check_hub_loop(run->hub), SOCK_DGRAM, to, &plan);

	if (r < 0)
		check_run_end_errno(run, -r);
}

static void
udp_stop(struct check_run *run)
{
	exchange_close(&check_run_as(struct udp_check, run)->x);
}

static void
udp_close(struct check_run *run)
{
	match_done(&check_run_as(struct udp_check, run)->match);
}

const struct check_kind udp_check_kind = {
	.size = sizeof(struct udp_check),
	.open = udp_open,
	.start = udp_start,
	.stop = udp_stop,
	.close = udp_close,
};
