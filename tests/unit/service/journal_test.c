#include "service/journal.h"

#include "tap.h"

TEST(keeps_the_latest)
{
	static struct journal j;
	char what[32];

	j.last_seq = 1000; /* of the agent before */
	CHECK_INT(journal_count(&j), 0);
	for (int i = 0; i < JOURNAL_MAX + 30; i++) {
		(void)snprintf(what, sizeof(what), "event %d", i);
		const struct journal_entry *e =
		    journal_add(&j, &(struct event){ .kind = EVENT_VERDICT,
					.at = { i },
					.at_wall_ns = i * 10,
					.service = "web",
					.what = what,
					.why = "why" });

		CHECK_INT(e->seq, 1001 + i);
		CHECK_INT(journal_count(&j), i < JOURNAL_MAX ? i + 1 : JOURNAL_MAX);
		CHECK_STR(journal_get(&j, journal_count(&j) - 1)->what, what);
	}
	CHECK_STR(journal_get(&j, 0)->what, "event 30");
	CHECK_INT(journal_get(&j, 0)->at.ns, 30);
	CHECK_INT(journal_get(&j, 0)->at_wall_ns, 300);
	CHECK_STR(journal_get(&j, 0)->why, "why");
	CHECK_INT(journal_get(&j, 0)->kind, EVENT_VERDICT);
	CHECK_STR(journal_get(&j, 0)->service, "web");
	CHECK_STR(journal_get(&j, 0)->neighbor, "");
	CHECK_INT(j.total, JOURNAL_MAX + 30);
}

TEST(every_kind_has_a_name)
{
	for (int i = 0; i < EVENT_KIND_MAX; i++)
		CHECK(event_kind_names[i] != NULL && event_kind_names[i][0] != '\0');
	CHECK(event_kind_names[EVENT_KIND_MAX] == NULL);
}
