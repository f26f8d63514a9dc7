/* What is said behind whole messages only, over real TCP connections. */
#include "io/last_words.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "io/loop.h"
#include "io/stream.h"
#include "tap.h"

static void
ignore(void *userdata)
{
	(void)userdata;
}

static void
ignore_bytes(void *userdata, const uint8_t *bytes, size_t len)
{
	(void)userdata;
	(void)bytes;
	(void)len;
}

static void
ignore_closed(void *userdata, const char *why)
{
	(void)userdata;
	(void)why;
}

static const struct stream_events events = { ignore, ignore_bytes, ignore, ignore_closed };

/* A stream to ourselves, and its far end, which blocks. */
struct pair {
	sd_event *loop;
	struct stream *s;
	int far;
};

static struct pair
pair(void)
{
	struct sockaddr_in here = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(here);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int near = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct pair p = { .far = -1 };

	CHECK(bind(listener, (struct sockaddr *)&here, len) == 0 && listen(listener, 1) == 0);
	CHECK(getsockname(listener, (struct sockaddr *)&here, &len) == 0);
	CHECK(connect(near, (struct sockaddr *)&here, len) == 0);
	p.far = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	(void)close(listener);
	CHECK(fcntl(near, F_SETFL, O_NONBLOCK) == 0);
	CHECK(sd_event_new(&p.loop) >= 0);
	CHECK(stream_new(p.loop, near, false, &events, NULL, &p.s) >= 0);
	return p;
}

static void
pair_done(struct pair *p)
{
	stream_free(p->s);
	(void)sd_event_unref(p->loop);
	(void)close(p->far);
}

/* All that comes, as a string: of patterned bytes only their count. "reset" at its end. */
static char *
read_all_of(int fd, size_t *ret_pattern)
{
	char *text = xcalloc(1, 4096);
	char buf[4096];
	size_t len = 0;
	ssize_t n;

	*ret_pattern = 0;
	while ((n = recv(fd, buf, sizeof(buf), 0)) > 0) {
		for (ssize_t i = 0; i < n && len < 4000; i++) {
			if (buf[i] == 'p')
				(*ret_pattern)++;
			else
				text[len++] = buf[i];
		}
	}
	if (n < 0)
		(void)snprintf(text + len, 96, "%s", errno == ECONNRESET ? "reset" : "error");
	return text;
}

/* It keeps the lock, so it is said in a child: "said/of". */
static void
say_in_child(struct pair *p, const char *want)
{
	int status = -1;
	pid_t child = fork();

	if (child == 0) {
		struct last_words_said said;
		char text[32];

		(void)close(p->far);
		said = last_words_say(DURATION_MS(200));
		(void)snprintf(text, sizeof(text), "%zu/%zu", said.said, said.of);
		_exit(strcmp(text, want) == 0 ? 0 : 1);
	}
	REQUIRE(child > 0 && waitpid(child, &status, 0) == child);
	CHECK_INT(status, 0);
}

TEST(behind_what_was_written)
{
	struct pair p = pair();
	size_t pattern;

	stream_set_last_words(p.s, "farewell", 8);
	CHECK(stream_has_last_words(p.s));
	CHECK_INT(stream_write(p.s, "message ", 8), 0);
	say_in_child(&p, "1/1");
	_cleanup_(freep) char *got = read_all_of(p.far, &pattern);
	CHECK_STR(got, "message farewell");
	pair_done(&p);
}

/* What the far end has sent, and nobody reads any more, must not cost it the words. */
TEST(unread_bytes_do_no_harm)
{
	struct pair p = pair();
	size_t pattern;

	stream_set_last_words(p.s, "farewell", 8);
	CHECK_INT(send(p.far, "keepalive", 9, 0), 9);
	say_in_child(&p, "1/1");
	stream_free(TAKE(p.s));
	_cleanup_(freep) char *got = read_all_of(p.far, &pattern);
	CHECK_STR(got, "farewell");
	pair_done(&p);
}

/* Writes until more than the kernel takes waits. */
static size_t
fill(struct pair *p)
{
	static uint8_t chunk[64 << 10];
	size_t written = 0;

	memset(chunk, 'p', sizeof(chunk));
	while (stream_pending(p->s) == 0 && stream_write(p->s, chunk, sizeof(chunk)) == 0)
		written += sizeof(chunk);
	CHECK(stream_pending(p->s) > 0);
	return written;
}

/* The far end reads again in time: first the rest of what waits. */
TEST(behind_what_still_waits)
{
	struct pair p = pair();
	size_t written, pattern, early = 0;
	char buf[65536];

	stream_set_last_words(p.s, "farewell", 8);
	written = fill(&p);
	while (written - early > stream_pending(p.s) + sizeof(buf)) {
		ssize_t n = recv(p.far, buf, sizeof(buf), 0);

		REQUIRE(n > 0);
		early += (size_t)n;
	}
	say_in_child(&p, "1/1");
	_cleanup_(freep) char *got = read_all_of(p.far, &pattern);
	CHECK_STR(got, "farewell");
	CHECK_INT(pattern + early, written);
	pair_done(&p);
}

/* Half a message is in the socket: what would follow would be read as the rest of it. */
TEST(a_full_socket_is_reset)
{
	struct pair p = pair();
	size_t written, pattern;

	stream_set_last_words(p.s, "farewell", 8);
	written = fill(&p);
	say_in_child(&p, "0/1");
	_cleanup_(freep) char *got = read_all_of(p.far, &pattern);
	CHECK_STR(got, "reset");
	CHECK(pattern < written);
	pair_done(&p);
}

TEST(nothing_to_say)
{
	struct pair p = pair();

	say_in_child(&p, "0/0");
	stream_set_last_words(p.s, "farewell", 8);
	CHECK_INT(stream_finish(p.s), 0);
	CHECK(!stream_has_last_words(p.s));
	say_in_child(&p, "0/0");
	pair_done(&p);
}
