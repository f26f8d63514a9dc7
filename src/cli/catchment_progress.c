#include "cli/catchment_progress.h"

#include <stdio.h>
#include <unistd.h>

#include "io/terminal.h"
#include "measure/catch_report.h"

#define PACE DURATION_S(1)

static void
on_time(struct timer *timer, struct instant now)
{
	const struct catchment_progress *p = container_of(timer, struct catchment_progress, timer);
	_cleanup_(strbuf_done) struct strbuf line = { 0 };
	struct catch_run_counts counts;

	catch_run_count(p->run, &counts);
	catch_progress_to_text(&counts, p->total, p->pps, &line);
	(void)fprintf(stderr, "\r%s\033[K", strbuf_get(&line));
	timer_set(timer, instant_add(now, PACE));
}

void
catchment_progress_start(struct catchment_progress *p, sd_event *loop, const struct catch_run *run,
    const struct catch_run_conf *conf)
{
	if (!terminal_can_paint(STDERR_FILENO, STDERR_FILENO) ||
	    timer_init(&p->timer, loop, on_time) < 0)
		return;
	p->run = run;
	p->total = conf->hitlist != NULL ? conf->targets * conf->rounds : 0;
	p->pps = p->total > 0 ? conf->pps : 0;
	timer_set(&p->timer, instant_add(clock_now(), PACE));
}

void
catchment_progress_done(struct catchment_progress *p)
{
	if (p->run != NULL)
		(void)fputs("\r\033[K", stderr);
	timer_done(&p->timer);
}
