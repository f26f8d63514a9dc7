/* Topics: each once, in payloads that a store takes, and back. */
#include "controller/topics.h"

#include <stdlib.h>

#include "tap.h"

TEST(each_once)
{
	struct topics t = { 0 };

	topics_unite(&t);
	CHECK_INT(t.count, 0);
	topics_add(&t, "host:b");
	topics_add(&t, "events");
	topics_add(&t, "host:b");
	topics_add(&t, "host:a");
	topics_add(&t, "events");
	topics_unite(&t);
	REQUIRE(t.count == 3);
	CHECK_STR(t.texts[0], "events");
	CHECK_STR(t.texts[1], "host:a");
	CHECK_STR(t.texts[2], "host:b");
	topics_done(&t);
	CHECK_INT(t.count, 0);
}

TEST(payloads_are_small_and_lose_nothing)
{
	struct topics t = { 0 }, back = { 0 };
	char payload[TOPICS_PAYLOAD_SIZE], from[TOPICS_FROM_SIZE];
	size_t next = 0, payloads = 0;

	CHECK(!topics_payload(&t, "me", &next, payload));
	for (unsigned i = 0; i < 2000; i++) {
		char topic[TOPIC_SIZE];

		(void)snprintf(topic, sizeof(topic), "host:hst_%026u", i);
		topics_add(&t, topic);
	}
	while (topics_payload(&t, "me", &next, payload)) {
		CHECK(strlen(payload) < 8000);
		topics_read(&back, payload, from);
		CHECK_STR(from, "me");
		payloads++;
	}
	CHECK_INT(payloads, 10);
	REQUIRE(back.count == t.count);
	for (size_t i = 0; i < t.count; i++)
		CHECK_STR(back.texts[i], t.texts[i]);
	topics_done(&t);
	topics_done(&back);
}

TEST(what_others_may_send)
{
	static const char *const odd[] = { "", " ", "me", "me ", "me  ", " events" };
	struct topics t = { 0 };
	char from[TOPICS_FROM_SIZE], big[300];

	for (size_t i = 0; i < 5; i++)
		topics_read(&t, odd[i], from);
	CHECK_INT(t.count, 0);
	topics_read(&t, odd[5], from);
	CHECK_STR(from, "");
	CHECK_INT(t.count, 1);
	memset(big, 'x', sizeof(big));
	big[100] = ' ';
	big[sizeof(big) - 1] = '\0';
	topics_read(&t, big, from);
	CHECK_INT(t.count, 1);
	CHECK_INT(strlen(from), TOPICS_FROM_SIZE - 1);
	topics_done(&t);
}
