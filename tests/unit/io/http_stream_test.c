/* Answers without an end: pushed, ended, dropped for those who do not read. */
#include "io/http_stream.h"

#include "http_fixture.h"
#include "proto/http/event_stream.h"

static const struct http_limits limits = { .clients = 32,
	.clients_per_address = 32,
	.header_bytes = 8u << 10,
	.idle = { 30 * NS_PER_S },
	.request = { 30 * NS_PER_S },
	.answer = { 30 * NS_PER_S },
	.life = { INT64_MAX } };

static struct http_stream *stream;
static struct http_stream_conf conf;
static int gone_count;

static void
on_gone(void *userdata)
{
	(void)userdata;
	stream = NULL;
	gone_count++;
}

static void
on_request(void *userdata, struct http_exchange *x)
{
	struct http_answer answer = { .status = 200, .content_type = EVENT_STREAM_CONTENT_TYPE };

	(void)userdata;
	stream = http_stream_begin(x, &answer, &conf);
}

static void
begin(void)
{
	stream = NULL;
	gone_count = 0;
	conf = (struct http_stream_conf){ .bytes_max = 1u << 20,
		.silence_text = EVENT_STREAM_COMMENT,
		.silence = DURATION_S(60),
		.gone = on_gone };
	begin_with(&limits, on_request);
}

static bool
is_there(void *userdata)
{
	(void)userdata;
	return stream != NULL;
}

static bool
is_gone(void *userdata)
{
	(void)userdata;
	return gone_count > 0;
}

static int
follow(const char *method)
{
	char request[100];
	int fd = dial();

	(void)snprintf(request, sizeof(request), "%s /events HTTP/1.1\r\nHost: x\r\n\r\n", method);
	send_text(fd, request);
	return fd;
}

static void
push(const char *text)
{
	CHECK(http_stream_push(stream, text, strlen(text)));
}

TEST(what_is_pushed_arrives_at_once)
{
	char text[4000];
	int fd;

	begin();
	fd = follow("GET");
	CHECK(wait_for(loop, is_there, NULL));
	CHECK(read_until(fd, text, sizeof(text), "\r\n\r\n")); /* before there is an event */
	CHECK(strstr(text, "Content-Type: text/event-stream\r\n") != NULL);
	push("data: one\n\n");
	CHECK(read_until(fd, text, sizeof(text), "data: one\n\n"));
	push("data: two\n\n");
	push("data: three\n\n");
	CHECK(read_until(fd, text, sizeof(text), "data: three\n\n"));
	CHECK(strstr(text, "data: two\n\n") != NULL);
	push("data: last\n\n");
	http_stream_end(stream);
	CHECK(read_until(fd, text, sizeof(text), "\r\n0\r\n\r\n"));
	CHECK(strstr(text, "data: last\n\n") != NULL);
	CHECK_INT(gone_count, 0); /* it was ended by us */
	(void)close(fd);
	end_server();
	CHECK_INT(gone_count, 0);
}

TEST(a_client_that_leaves)
{
	int fd;

	begin();
	fd = follow("GET");
	CHECK(wait_for(loop, is_there, NULL));
	push("data: one\n\n");
	(void)close(fd);
	CHECK(wait_for(loop, is_gone, NULL));
	CHECK_INT(gone_count, 1);
	end_server();
}

/* What waits for it is limited; it is dropped, and nobody else. */
TEST(a_client_that_does_not_read)
{
	char piece[10000];
	size_t pushed = 0;
	int fd, small = 4096;

	memset(piece, 'x', sizeof(piece));
	begin();
	conf.bytes_max = 100000;
	fd = follow("GET");
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	CHECK(wait_for(loop, is_there, NULL));
	while (stream != NULL && http_stream_push(stream, piece, sizeof(piece))) {
		pushed += sizeof(piece);
		REQUIRE(pushed < 100u << 20);
		(void)sd_event_run(loop, 0);
	}
	CHECK(pushed >= conf.bytes_max);
	if (stream != NULL)
		CHECK(!http_stream_push(stream, "x", 1)); /* once more does no harm */
	CHECK(wait_for(loop, is_gone, NULL));
	CHECK_INT(gone_count, 1);
	(void)close(fd);
	end_server();
}

TEST(silence_is_broken)
{
	char text[4000];
	int fd;

	begin();
	conf.silence = DURATION_MS(10);
	fd = follow("GET");
	CHECK(read_until(fd, text, sizeof(text), ":\n\n"));
	(void)close(fd);
	CHECK(wait_for(loop, is_gone, NULL));
	end_server();
}

TEST(head_has_no_events)
{
	char text[4000];
	int fd;

	begin();
	fd = follow("HEAD");
	CHECK(wait_for(loop, is_gone, NULL));
	CHECK(read_until(fd, text, sizeof(text), "\r\n\r\n"));
	(void)close(fd);
	end_server();
}

TEST(the_server_ends_first)
{
	int fd;

	begin();
	fd = follow("GET");
	CHECK(wait_for(loop, is_there, NULL));
	push("data: one\n\n");
	end_server();
	CHECK_INT(gone_count, 1);
	(void)close(fd);
}
