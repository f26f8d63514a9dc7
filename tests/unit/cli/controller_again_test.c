/* When a request whose outcome is not known is sent again. */
#include "cli/controller_again.h"

#include "tap.h"

TEST(at_once_then_less_and_less_often_until_the_time_is_over)
{
	static const int64_t wanted_ms[] = { 0, 250, 500, 1000, 2000, 2000 };
	struct instant now = { NS_PER_S }, began = now;
	struct controller_again a = { 0 };
	struct duration wait;
	int n = 0;

	while (controller_again(&a, now, &wait) && n < 100) {
		if (n < 6)
			CHECK_INT(wait.ns / NS_PER_MS, wanted_ms[n]);
		now = instant_add(now, wait);
		n++;
	}
	CHECK(now.ns < instant_add(began, CONTROLLER_AGAIN_FOR).ns);
	CHECK(now.ns > began.ns + CONTROLLER_AGAIN_FOR.ns - 3 * NS_PER_S);
	CHECK(!controller_again(&a, now, &wait));
}

TEST(tries_that_take_long_count)
{
	struct instant now = { NS_PER_S };
	struct controller_again a = { 0 };
	struct duration wait;

	CHECK(controller_again(&a, now, &wait));
	now = instant_add(now, CONTROLLER_AGAIN_FOR);
	CHECK(!controller_again(&a, now, &wait));
}
