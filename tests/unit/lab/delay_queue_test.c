#include "lab/delay_queue.h"

#include "base/rng.h"
#include "tap.h"

static struct instant
at_ms(int64_t ms)
{
	return (struct instant){ ms * NS_PER_MS };
}

/* The packets due as text, "a b c", and drops them. */
static const char *
take_due(struct delay_queue *q, struct instant now)
{
	static char text[256];
	struct iovec due[8];
	size_t n = delay_queue_due(q, now, due, ARRAY_SIZE(due)), at = 0;

	for (size_t i = 0; i < n; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%.*s", i > 0 ? " " : "",
		    (int)due[i].iov_len, (const char *)due[i].iov_base);
	text[at] = '\0';
	delay_queue_drop(q, n);
	return text;
}

TEST(packets_come_out_after_the_delay_and_in_order)
{
	struct delay_queue q;

	delay_queue_init(&q, DURATION_MS(10), 4096);
	CHECK(instant_is_never(delay_queue_deadline(&q)));
	CHECK(delay_queue_put(&q, at_ms(100), "a", 1));
	CHECK(delay_queue_put(&q, at_ms(103), "bb", 2));
	CHECK(delay_queue_put(&q, at_ms(103), "c", 1));
	CHECK_INT(delay_queue_deadline(&q).ns, at_ms(110).ns);
	CHECK_STR(take_due(&q, (struct instant){ at_ms(110).ns - 1 }), "");
	CHECK_STR(take_due(&q, at_ms(110)), "a");
	CHECK_INT(delay_queue_deadline(&q).ns, at_ms(113).ns);
	CHECK_STR(take_due(&q, at_ms(120)), "bb c");
	CHECK(instant_is_never(delay_queue_deadline(&q)));
	delay_queue_done(&q);
}

TEST(an_earlier_arrival_time_does_not_overtake)
{
	struct delay_queue q;

	delay_queue_init(&q, DURATION_MS(10), 4096);
	CHECK(delay_queue_put(&q, at_ms(100), "first", 5));
	CHECK(delay_queue_put(&q, at_ms(50), "second", 6));
	CHECK_STR(take_due(&q, at_ms(109)), "");
	CHECK_STR(take_due(&q, at_ms(110)), "first second");
	delay_queue_done(&q);
}

TEST(due_gives_no_more_than_asked_for)
{
	struct delay_queue q;
	struct iovec due[2];

	delay_queue_init(&q, DURATION_MS(0), 4096);
	for (int i = 0; i < 3; i++)
		CHECK(delay_queue_put(&q, at_ms(0), &"xyz"[i], 1));
	CHECK_INT(delay_queue_due(&q, at_ms(0), due, 2), 2);
	CHECK_MEM(due[1].iov_base, due[1].iov_len, "y", 1);
	delay_queue_drop(&q, 2);
	CHECK_STR(take_due(&q, at_ms(0)), "z");
	delay_queue_done(&q);
}

TEST(a_full_ring_refuses_and_keeps_what_it_has)
{
	struct delay_queue q;
	static const char big[64] = "big";

	delay_queue_init(&q, DURATION_MS(1), 3 * (16 + 64));
	CHECK(!delay_queue_put(&q, at_ms(0), NULL, SIZE_MAX));
	for (int i = 0; i < 3; i++)
		CHECK(delay_queue_put(&q, at_ms(i), big, sizeof(big)));
	CHECK(!delay_queue_put(&q, at_ms(3), "", 0));
	delay_queue_drop(&q, 1);
	CHECK(delay_queue_put(&q, at_ms(4), big, sizeof(big))); /* fits exactly into the freed room */
	CHECK(!delay_queue_put(&q, at_ms(5), "", 0));
	CHECK_INT(delay_queue_deadline(&q).ns, at_ms(2).ns);
	delay_queue_drop(&q, 3);
	CHECK(instant_is_never(delay_queue_deadline(&q)));
	delay_queue_done(&q);
}

/* Against a model: sizes that wrap the ring in every way, each byte checked on the way out. */
TEST(random_traffic_comes_out_whole_and_in_order)
{
	struct delay_queue q;
	struct rng rng;
	static uint8_t packet[300];
	uint32_t in = 0, out = 0, refused = 0;

	rng.state = 42;
	delay_queue_init(&q, DURATION_NS(60), 2000);
	for (int64_t now = 0; now < 200000; now++) {
		size_t len = 4 + rng_below(&rng, sizeof(packet) - 4);

		memset(packet, (int)(in & 0xff), len);
		memcpy(packet, &in, sizeof(in));
		if (rng_below(&rng, 8) == 0) {
			if (delay_queue_put(&q, (struct instant){ now }, packet, len))
				in++;
			else
				refused++;
		}
		struct iovec due[4];
		size_t n = delay_queue_due(&q, (struct instant){ now }, due, 1 + rng_below(&rng, 4));
		for (size_t i = 0; i < n; i++, out++) {
			const uint8_t *got = due[i].iov_base;

			REQUIRE(memcmp(got, &out, sizeof(out)) == 0);
			for (size_t k = sizeof(out); k < due[i].iov_len; k++)
				REQUIRE(got[k] == (out & 0xff));
		}
		delay_queue_drop(&q, n);
		REQUIRE(in - out == q.count);
	}
	CHECK(out > 5000);
	CHECK(refused > 100);
	delay_queue_done(&q);
}
