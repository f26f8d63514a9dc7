/* Waiting for the end of a catchment: what is told, what an interrupt does, who is asked again. */
#include "cli/catchments_watch.h"

#include "base/attr.h"
#include "tap.h"

static const char *
saw(struct catchments_watch *w, const char *state, int sent)
{
	json_auto_t *catchment = json_pack("{s:s, s:i, s:i, s:{s:i, s:i}}", "state", state,
	    "target_count", 100, "rounds", 2, "progress", "sent", sent, "landed", sent / 2);

	return catchments_watch_saw(w, catchment);
}

TEST(a_line_for_each_state)
{
	struct catchments_watch w = { 0 };

	CHECK_STR(saw(&w, "requested", 0), "requested");
	CHECK_STR(saw(&w, "requested", 0), NULL);
	CHECK_STR(saw(&w, "running", 10), "running");
	CHECK_STR(saw(&w, "running", 20), NULL);
	CHECK_STR(saw(&w, "done", 200), "done");
}

TEST(on_a_terminal_with_its_numbers)
{
	struct catchments_watch w = { .is_tty = true };

	CHECK_STR(saw(&w, "running", 10), "running: 10 of 200 sent, 5 landed");
	CHECK_STR(saw(&w, "running", 10), NULL);
	CHECK_STR(saw(&w, "running", 20), "running: 20 of 200 sent, 10 landed");
}

TEST(the_first_interrupt_stops_it)
{
	struct catchments_watch w = { 0 };

	CHECK(catchments_watch_interrupted(&w));
	CHECK(!catchments_watch_interrupted(&w));
}

/* One that is being restarted is asked again for 20 s; the next time as long. */
TEST(a_controller_that_is_away_for_a_while)
{
	struct catchments_watch w = { 0 };
	struct instant now = { NS_PER_S }, began = now;
	struct duration wait;

	for (int n = 0; n < 2; n++) {
		int tries = 0;

		for (; catchments_watch_lost(&w, now, &wait); tries++)
			now = instant_add(now, wait);
		CHECK(tries > 5 && instant_diff(now, began).ns > 15 * NS_PER_S);
		CHECK(instant_diff(now, began).ns < 20 * NS_PER_S);
		(void)saw(&w, "running", 1);
		began = now;
	}
}
