#include "cli/signals.h"

static const int signals[] = { SIGINT, SIGTERM };

sigset_t
cli_hold_interrupts(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		(void)sigaddset(&set, signals[i]);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	return set;
}

int
cli_loop_new(sd_event **ret, struct err *e)
{
	sd_event *loop = NULL;
	int r = sd_event_new(&loop);

	if (r < 0)
		return err_errno(e, r, "event loop");
	/* sd-event wants them blocked; without a handler it ends the loop */
	(void)cli_hold_interrupts();
	for (size_t i = 0; i < ARRAY_SIZE(signals) && r >= 0; i++)
		r = sd_event_add_signal(loop, NULL, signals[i], NULL, NULL);
	if (r < 0) {
		(void)sd_event_unref(loop);
		return err_errno(e, r, "signals");
	}
	*ret = loop;
	return 0;
}
