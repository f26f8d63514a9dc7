#include "lab/timeline.h"

#include "tap.h"

/* Times in ms since an arbitrary wall-clock second. */
#define AT(ms) (INT64_C(1700000000000000000) + (ms) * NS_PER_MS)
#define REQ(start, lasted, by)                                                                     \
	{ .start_ns = AT(start), .total = { (lasted) * NS_PER_MS }, .ok = (by) != NULL, .site = (by) }

static const struct timeline_question question = {
	.from = "sg1", .to = "am6", .kill_ns = AT(1000), .restart_ns = AT(2000),
};

TEST(nothing_was_requested)
{
	struct timeline t = timeline_compute(NULL, 0, &question);

	CHECK_INT(t.requests, 0);
	CHECK_INT(t.failed, 0);
	CHECK(!t.moved);
	CHECK(!t.returned);
}

TEST(dies_moves_and_returns)
{
	static const struct timeline_request requests[] = {
		REQ(900, 70, "sg1"),  /* over before the kill: not counted */
		REQ(960, 70, "sg1"),  /* under way, was lucky */
		REQ(980, 30, NULL),   /* under way, reset */
		REQ(1000, 35, NULL),
		REQ(1020, 400, "am6"), /* a slow first answer */
		REQ(1040, 380, "am6"),
		REQ(1060, 300, "am6"), /* the first to end, at 1360 */
		REQ(1990, 300, "am6"), /* under way at the new start: belongs to the failure */
		REQ(2000, 300, "am6"),
		REQ(2020, 75, "sg1"),
		REQ(2040, 70, "sg1"),
		REQ(2060, 20, NULL),
		REQ(2095, 20, NULL),
		REQ(2096, 20, NULL), /* after the return, at 2095 */
	};
	struct timeline t = timeline_compute(requests, sizeof(requests) / sizeof(*requests), &question);

	CHECK_INT(t.requests, 7);
	CHECK_INT(t.failed, 2);
	CHECK_INT(t.failed_later, 0);
	CHECK_INT(t.first_failure.ns, -20 * NS_PER_MS);
	CHECK_INT(t.last_failure.ns, 35 * NS_PER_MS);
	REQUIRE(t.moved);
	CHECK_INT(t.moved_after.ns, 360 * NS_PER_MS);
	CHECK(t.steady && t.steady_after.ns == t.moved_after.ns);
	CHECK_STR(t.moved_to, "am6");
	REQUIRE(t.returned);
	CHECK_INT(t.returned_after.ns, 95 * NS_PER_MS);
	CHECK_INT(t.failed_returning, 3);
	CHECK_INT(t.failed_returned, 1);
}

TEST(order_does_not_matter)
{
	static const struct timeline_request requests[] = {
		REQ(1300, 10, "am6"),
		REQ(1200, 50, NULL),
		REQ(1100, 100, "am6"), /* ends at 1200 */
		REQ(1250, 5, NULL),    /* fails after somebody had answered */
	};
	struct timeline t = timeline_compute(requests, 4, &question);

	REQUIRE(t.moved);
	CHECK_INT(t.moved_after.ns, 200 * NS_PER_MS);
	CHECK(t.steady && t.steady_after.ns == 310 * NS_PER_MS); /* behind what failed at 1255 */
	CHECK_INT(t.failed, 2);
	CHECK_INT(t.failed_later, 1);
	CHECK_INT(t.first_failure.ns, 200 * NS_PER_MS);
	CHECK_INT(t.last_failure.ns, 255 * NS_PER_MS);
	CHECK(!t.returned);
}

TEST(the_last_one_failed)
{
	static const struct timeline_request requests[] = { REQ(1100, 100, "am6"),
		REQ(1210, 50, NULL), REQ(2010, 50, "am6") };
	struct timeline t = timeline_compute(requests, 3, &question);

	CHECK(t.moved && t.failed_later == 1);
	CHECK(!t.steady); /* that answer is of a request begun after the new start */
}

TEST(never_moves)
{
	static const struct timeline_request requests[] = {
		REQ(1010, 10, NULL), REQ(1030, 10, "sg1"), REQ(1050, 10, "ny5") };
	struct timeline t = timeline_compute(requests, 3, &question);

	CHECK(!t.moved);
	CHECK_INT(t.requests, 3);
	CHECK_INT(t.failed, 1);
	CHECK_INT(t.failed_later, 0);

	struct timeline_question any = question;

	any.to = NULL;
	any.restart_ns = 0;
	t = timeline_compute(requests, 3, &any);
	REQUIRE(t.moved);
	CHECK_STR(t.moved_to, "ny5");
	CHECK_INT(t.moved_after.ns, 60 * NS_PER_MS);
	CHECK(!t.returned);
}

TEST(an_ok_answer_of_nobody_is_no_move)
{
	static const struct timeline_request requests[] = {
		{ .start_ns = AT(1010), .total = { 5 * NS_PER_MS }, .ok = true, .site = NULL } };
	struct timeline_question any = { .from = "sg1", .kill_ns = AT(1000) };

	CHECK(!timeline_compute(requests, 1, &any).moved);
}
