/* nearcast trace --report and --live: round after round of one flow. */
#include <stdio.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/trace.h"
#include "io/terminal.h"
#include "measure/trace_live.h"

static void
show_round(struct tracing *t)
{
	_cleanup_(strbuf_done) struct strbuf line = { 0 };
	struct trace_report report = tracing_report(t);

	if (t->screen) {
		trace_screen_paint(t->screen);
	} else if (t->options->live) {
		trace_live_to_line(&report, t->rounds, &line);
		(void)cli_print(strbuf_get(&line));
	}
}

static void
plan_next(struct tracing *t)
{
	struct instant at = instant_add(t->round_at, t->options->interval);

	timer_set(&t->next, t->is_paused ? INSTANT_NEVER : instant_max(at, clock_now()));
}

static void
on_round(void *userdata, int r, const struct err *e)
{
	struct tracing *t = userdata;
	const struct trace *round = trace_run_get(t->runs[0]);
	uint32_t wanted = t->options->count;

	if (e)
		t->e = *e;
	if (r == 0) {
		trace_rounds_add(t->rounds, round);
		r = tracing_ask_names(t, round);
	}
	if (r == 0 && !t->who_asked && trace_has_reached(round))
		r = tracing_ask_who(t, round);
	if (r < 0) {
		tracing_fail(t, r);
		return;
	}
	show_round(t);
	if (wanted > 0 && trace_rounds_count(t->rounds) >= wanted)
		tracing_end_rounds(t);
	else
		plan_next(t);
}

static void
on_next(struct timer *timer, struct instant now)
{
	struct tracing *t = container_of(timer, struct tracing, next);
	struct trace_conf conf = trace_rounds_next(t->rounds, &t->conf.trace);

	t->round_at = now;
	trace_run_again(t->runs[0], &conf, on_round);
}

int
tracing_start_rounds(struct tracing *t)
{
	struct trace_run_conf conf = t->conf;
	int r;

	t->rounds = trace_rounds_new();
	conf.trace = trace_rounds_next(t->rounds, &t->conf.trace);
	t->round_at = clock_now();
	r = timer_init(&t->next, t->loop, on_next);
	if (r < 0)
		return err_errno(&t->e, r, "event loop");
	r = trace_run_new(t->loop, &conf, on_round, t, &t->runs[0], &t->e);
	t->run_count = r == 0;
	if (r == 0 && t->options->live && terminal_can_paint(STDIN_FILENO, STDOUT_FILENO))
		r = trace_screen_new(t, &t->screen);
	return r;
}

void
tracing_reset_rounds(struct tracing *t)
{
	trace_rounds_reset(t->rounds);
}

void
tracing_pause_rounds(struct tracing *t, bool pause)
{
	t->is_paused = pause;
	/* a round that is under way ends first, and then plans the next one or not */
	if (!trace_run_is_busy(t->runs[0]))
		plan_next(t);
}

void
tracing_end_rounds(struct tracing *t)
{
	t->is_over = true;
	timer_set(&t->next, INSTANT_NEVER);
	tracing_end_when_settled(t);
}

void
tracing_rounds_done(struct tracing *t)
{
	trace_screen_free(t->screen);
	t->screen = NULL;
	timer_done(&t->next);
	trace_rounds_free(t->rounds);
}
