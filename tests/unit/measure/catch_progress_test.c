#include "measure/catch_report.h"

#include "tap.h"

static const char *
progress(struct catch_run_counts counts, uint64_t total, uint32_t pps)
{
	static char text[128];
	struct strbuf b = { 0 };

	catch_progress_to_text(&counts, total, pps, &b);
	(void)snprintf(text, sizeof(text), "%s", strbuf_get(&b));
	strbuf_done(&b);
	return text;
}

TEST(how_far_a_site_is)
{
	struct catch_run_counts c = { .sent = 1096, .verdicts = { [CATCH_OWN] = 12 } };

	CHECK_STR(progress(c, 4096, 60), "1096 of 4096 sent, 12 landed, 50 s left");
	CHECK_STR(progress(c, 10096, 10), "1096 of 10096 sent, 12 landed, 15 min left");
	CHECK_STR(progress(c, 4000000, 1), "1096 of 4000000 sent, 12 landed, 1110 h left");
	/* the last ones, and what was left out counts as done */
	c.skipped = 3000;
	CHECK_STR(progress(c, 4096, 60), "1096 of 4096 sent, 12 landed");
	c.failed = 10;
	CHECK_STR(progress(c, 4096, 60), "1096 of 4096 sent, 12 landed");
	/* who listens knows no end */
	CHECK_STR(progress(c, 0, 0), "12 landed");
}
