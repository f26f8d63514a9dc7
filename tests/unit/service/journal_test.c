#include "service/journal.h"

#include "tap.h"

TEST(keeps_the_latest)
{
	static struct journal j;
	char what[32];

	CHECK_INT(journal_count(&j), 0);
	for (int i = 0; i < JOURNAL_MAX + 30; i++) {
		(void)snprintf(what, sizeof(what), "event %d", i);
		journal_add(&j, (struct instant){ i }, i * 10, what, "why");
		CHECK_INT(journal_count(&j), i < JOURNAL_MAX ? i + 1 : JOURNAL_MAX);
		CHECK_STR(journal_get(&j, journal_count(&j) - 1)->what, what);
	}
	CHECK_STR(journal_get(&j, 0)->what, "event 30");
	CHECK_INT(journal_get(&j, 0)->at.ns, 30);
	CHECK_INT(journal_get(&j, 0)->at_wall_ns, 300);
	CHECK_STR(journal_get(&j, 0)->why, "why");
	CHECK_INT(j.total, JOURNAL_MAX + 30);
}
