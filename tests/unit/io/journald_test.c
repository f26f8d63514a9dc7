/* Whether standard error is the journal. What is sent there is tested with the agent, tests/lab. */
#include "io/journald.h"

#include <sys/stat.h>
#include <unistd.h>

#include "tap.h"

TEST(only_the_stream_itself)
{
	char stream[64];
	struct stat st;
	int fds[2];

	REQUIRE(pipe(fds) == 0);
	REQUIRE(fstat(fds[1], &st) == 0);
	(void)snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)st.st_dev,
	    (unsigned long long)st.st_ino);
	CHECK(journald_is(stream, fds[1]));
	CHECK(!journald_is(stream, STDOUT_FILENO));
	(void)snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)st.st_dev,
	    (unsigned long long)st.st_ino + 1);
	CHECK(!journald_is(stream, fds[1]));
	CHECK(!journald_is(NULL, fds[1]));
	CHECK(!journald_is("", fds[1]));
	CHECK(!journald_is("8", fds[1]));
	CHECK(!journald_is("8:1x", fds[1]));
	(void)close(fds[0]);
	(void)close(fds[1]);
	CHECK(!journald_is(stream, fds[1]));
}
