/* What people are told of an answer that is none. */
#include "agent/complaint.h"

#include <errno.h>

#include "base/attr.h"
#include "tap.h"

#define NO_WORD ", and no word from a controller"

static void
check_answer(long status, const char *body, const char *want)
{
	struct http_reply reply = { .status = status };
	struct err none = { 0 };
	char buf[256];

	strbuf_add(&reply.body, body);
	CHECK_STR(complaint_of(0, &reply, &none, buf, sizeof(buf)), want);
	strbuf_done(&reply.body);
}

static void
check_failure(const char *said, const char *want)
{
	struct http_reply reply = { 0 };
	struct err e = { 0 };
	char buf[256];

	(void)err_set(&e, -EIO, "%s", said);
	CHECK_STR(complaint_of(-EIO, &reply, &e, buf, sizeof(buf)), want);
}

TEST(none_of_an_answer)
{
	check_answer(200, "{}", NULL);
	check_answer(204, "", NULL);
	check_answer(304, "", NULL);
}

TEST(a_problem_says_what_it_is)
{
	check_answer(422, "{\"title\":\"it does not fit\"}", "status 422: it does not fit");
}

TEST(from_somebody_else)
{
	check_answer(502, "<html>", "status 502" NO_WORD);
	check_answer(404, "", "status 404" NO_WORD);
	check_answer(500, "{\"title\":7}", "status 500" NO_WORD);
	check_answer(0, "", "status 0" NO_WORD);
}

TEST(a_credential_that_is_not_known_is_mended_by_joining)
{
	check_answer(401, "{\"title\":\"who are you\"}",
	    "the controller does not know this host's credential (status 401): nearcast join "
	    "makes it known again");
}

TEST(the_same_failure_is_the_same_sentence)
{
	check_failure("https://c: Failed to connect to c port 8179 after 12 ms: refused",
	    "https://c: Failed to connect to c port 8179: refused");
	check_failure("https://c: nothing after 5 bytes", "https://c: nothing after 5 bytes");
	check_failure("https://c: timed out", "https://c: timed out");
}

TEST(what_is_long_is_cut)
{
	struct http_reply reply = { .status = 500 };
	struct err e = { 0 };
	char buf[12];

	CHECK_STR(complaint_of(0, &reply, &e, buf, sizeof(buf)), "status 500,");
}
