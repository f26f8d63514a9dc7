/*
 * Clients that mean no good: malformed requests on the wire, those that two servers could
 * understand in two ways, and clients that are slow, many, or both.
 */
#include <sys/resource.h>

#include "http_fixture.h"

static const struct http_limits limits = { .clients = 32,
	.clients_per_address = 32,
	.header_bytes = 4u << 10,
	.body_bytes = 1000,
	.bodies_bytes = 100000,
	.idle = { 30 * NS_PER_S },
	.request = { 30 * NS_PER_S },
	.answer = { 30 * NS_PER_S },
	.life = { INT64_MAX } };

static size_t asked;

static void
on_request(void *userdata, struct http_exchange *x)
{
	struct http_answer answer = { .status = 200, .content_type = "text/plain" };

	(void)userdata;
	asked++;
	strbuf_addf(&answer.text, "asked %s", http_exchange_request(x)->target.path);
	if (strcmp(http_exchange_request(x)->target.path, "/much") == 0)
		strbuf_pad(&answer.text, 'x', 16u << 20);
	http_exchange_answer(x, &answer);
}

static void
begin(const struct http_limits *l)
{
	asked = 0;
	begin_with(l, on_request);
}

#define HOST "Host: x\r\n"

/* What is sent, byte by byte; a second request that hides in it is never one. */
static const struct {
	const char *bytes;
	size_t len;
	int status;    /* 0: closed without an answer that is HTTP/1.1 */
	bool is_plain; /* the library's own words */
} wire[] = {
#define WIRE(text, status)                                                                         \
	{                                                                                          \
		text, sizeof(text) - 1, status, false                                              \
	}
#define PLAIN(text, status)                                                                        \
	{                                                                                          \
		text, sizeof(text) - 1, status, true                                               \
	}
	/* lengths */
	WIRE("POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
	     "0\r\n\r\nGET /smuggled HTTP/1.1\r\n" HOST "\r\n",
	    400),
	WIRE("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"
	     "0\r\n\r\nGET /smuggled HTTP/1.1\r\n" HOST "\r\n",
	    400),
	WIRE("POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\nContent-Length: 5\r\n\r\nabcde", 400),
	WIRE("POST / HTTP/1.1\r\n" HOST "Content-Length: 0\r\nContent-Length: 30\r\n\r\n"
	     "GET /smuggled HTTP/1.1\r\n" HOST "\r\n",
	    400),
	PLAIN("POST / HTTP/1.1\r\n" HOST "Content-Length: 5, 5\r\n\r\nabcde", 400),
	PLAIN("POST / HTTP/1.1\r\n" HOST "Content-Length: +5\r\n\r\nabcde", 400),
	PLAIN("POST / HTTP/1.1\r\n" HOST "Content-Length: -5\r\n\r\nabcde", 400),
	PLAIN("POST / HTTP/1.1\r\n" HOST "Content-Length: 0x5\r\n\r\nabcde", 400),
	PLAIN("POST / HTTP/1.1\r\n" HOST "Content-Length: 18446744073709551616\r\n\r\n", 413),
	WIRE("POST / HTTP/1.1\r\n" HOST "Content-Length: 9223372036854775808\r\n\r\n", 413),
	WIRE("POST / HTTP/1.1\r\n" HOST "Content-Length : 35\r\n\r\n"
	     "GET /smuggled HTTP/1.1\r\n" HOST "\r\n",
	    400),
	WIRE("POST / HTTP/1.1\r\n" HOST "Content-Lengt: 35\r\n h\r\n\r\n"
	     "GET /smuggled HTTP/1.1\r\n" HOST "\r\n",
	    400),
	WIRE("POST / HTTP/1.1\r\n" HOST "Content-Length: 35\r\n \r\n\r\n"
	     "GET /smuggled HTTP/1.1\r\n" HOST "\r\n",
	    400),
	WIRE("POST / HTTP/1.1\r\n" HOST "X: a\rContent-Length: 35\r\n\r\n"
	     "GET /smuggled HTTP/1.1\r\n" HOST "\r\n",
	    400),
	WIRE("POST / HTTP/1.1\r\n" HOST "X: a\0b\r\nY: c\r\n\r\n", 400),
	WIRE("POST / HTTP/1.1\r\nContent-Length: 0\0"
	     "5\r\n" HOST "\r\n",
	    400),
	/* codings */
	WIRE("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
	WIRE("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501),
	WIRE("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip, chunked\r\n\r\n", 501),
	WIRE("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding:\x0b"
	     "chunked\r\n\r\n",
	    400),
	WIRE("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding : chunked\r\n\r\n", 400),
	WIRE("POST / HTTP/1.0\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
	/* first lines */
	WIRE("GET /a\0b HTTP/1.1\r\n" HOST "\r\n", 400),
	WIRE("G\0T /a HTTP/1.1\r\n" HOST "\r\n", 400),
	WIRE("GET  /a HTTP/1.1\r\n" HOST "\r\n", 400),
	WIRE("GET /a  HTTP/1.1\r\n" HOST "\r\n", 400),
	WIRE("GET /a b HTTP/1.1\r\n" HOST "\r\n", 400),
	WIRE("GET /a\tb HTTP/1.1\r\n" HOST "\r\n", 400),
	WIRE("G(T /a HTTP/1.1\r\n" HOST "\r\n", 400),
	WIRE("GET a HTTP/1.1\r\n" HOST "\r\n", 400),
	WIRE("CONNECT a:443 HTTP/1.1\r\n" HOST "\r\n", 400),
	WIRE("GET /%00 HTTP/1.1\r\n" HOST "\r\n", 400),
	WIRE("GET /?a=%c0%af HTTP/1.1\r\n" HOST "\r\n", 400),
	WIRE("GET /caf\xc3\xa9 HTTP/1.1\r\n" HOST "\r\n", 400),
	PLAIN("GET /a HTTP/3.0\r\n" HOST "\r\n", 505),
	PLAIN("GET /a HTTP/0.9\r\n" HOST "\r\n", 505),
	PLAIN("GET /a http/1.1\r\n" HOST "\r\n", 400),
	PLAIN("GET /a HTTP/1.1 \r\n" HOST "\r\n", 400),
	PLAIN("GET /a\r\n\r\n", 400),
	WIRE("nonsense\r\n\r\n", 0),
	WIRE("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 0),
	PLAIN("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
	/* hosts, and other headers */
	WIRE("GET /a HTTP/1.1\r\n\r\n", 400),
	WIRE("GET /a HTTP/1.1\r\n" HOST HOST "\r\n", 400),
	WIRE("GET /a HTTP/1.1\r\nHost: x y\r\n\r\n", 400),
	WIRE("GET /a HTTP/1.1\r\nHost: <x>\r\n\r\n", 400),
	PLAIN("GET /a HTTP/1.1\r\n" HOST "no colon\r\n\r\n", 400),
	WIRE("GET /a HTTP/1.1\r\n" HOST ": no name\r\nGET /smuggled HTTP/1.1\r\n" HOST "\r\n", 400),
	WIRE("GET /a HTTP/1.1\r\n: no name\r\n" HOST "\r\n", 400),
	WIRE("GET /a HTTP/1.1\r\n" HOST "\0\r\nGET /smuggled HTTP/1.1\r\n" HOST "\r\n", 400),
	WIRE("GET /a HTTP/1.1\r\n" HOST "\0: b\r\nGET /smuggled HTTP/1.1\r\n" HOST "\r\n", 400),
	WIRE("GET /a HTTP/1.1\r\n" HOST "X: a\0b\r\n\r\n", 400),
	PLAIN("GET /a HTTP/1.1\r\n" HOST "X\0: a\r\n\r\n", 400),
	WIRE("GET /a HTTP/1.1\r\n" HOST "a b: c\r\n\r\n", 400),
	WIRE("GET /a HTTP/1.1\r\n" HOST "a: \x01\r\n\r\n", 400),
	WIRE("GET /a HTTP/1.1\r\n" HOST "Expect: wonders\r\n\r\n", 417),
};

TEST(malformed_requests_on_the_wire)
{
	char text[4000];

	begin(&limits);
	for (size_t i = 0; i < ARRAY_SIZE(wire); i++) {
		int fd = dial();
		int failures = tap_failures;

		CHECK_INT(send(fd, wire[i].bytes, wire[i].len, MSG_NOSIGNAL), wire[i].len);
		(void)shutdown(fd, SHUT_WR);
		(void)read_all(fd, text, sizeof(text));
		CHECK_INT(status_of(text), wire[i].status);
		CHECK_INT(asked, 0);
		if (wire[i].status != 0 && !wire[i].is_plain) {
			CHECK(strstr(text, "Content-Type: application/problem+json\r\n") != NULL);
			CHECK(strstr(text, "Connection: close\r\n") != NULL);
		}
		if (tap_failures > failures)
			tap_fail(__FILE__, __LINE__, "case %zu: %s\n%s", i, wire[i].bytes, text);
		(void)close(fd);
	}
	(void)ask("GET /well" CLOSE, text, sizeof(text)); /* others are served on */
	CHECK(strstr(text, "asked /well") != NULL);
	end_server();
}

TEST(headers_that_are_too_long)
{
	static char request[200000];
	char text[4000];

	begin(&limits);
	(void)snprintf(request, sizeof(request), "GET /%05000d" CLOSE, 0);
	(void)ask(request, text, sizeof(text));
	CHECK_INT(status_of(text), 431);
	CHECK(strstr(text, "the request's headers are too long") != NULL);
	(void)snprintf(request, sizeof(request), "GET /%0150000d" CLOSE, 0);
	(void)ask(request, text, sizeof(text)); /* beyond what is read at all */
	CHECK(status_of(text) == 0 || status_of(text) == 414);
	CHECK_INT(asked, 0);
	end_server();
}

/* Bytes that come now and then keep nobody busy for long. */
static void
drip(const char *start, struct http_limits l)
{
	struct instant until = instant_add(clock_now(), WAIT_LIMIT);
	char text[4000];
	size_t len = 0, sent = 0;
	ssize_t n = -1;
	int fd;

	begin(&l);
	fd = dial();
	send_text(fd, start);
	while (n != 0 && !instant_reached(until, clock_now())) {
		sent += send(fd, "a", 1, MSG_NOSIGNAL) == 1;
		n = read_some(fd, text, sizeof(text), &len);
	}
	CHECK_INT(n, 0);
	CHECK(sent > 0);
	CHECK_INT(asked, 0);
	(void)close(fd);
	end_server();
}

TEST(slow_clients)
{
	struct http_limits l = limits;

	l.request = DURATION_MS(50);
	l.body_bytes = l.bodies_bytes = 500000;
	drip("POST / HTTP/1.1\r\n" HOST "X: ", l); /* headers */
	drip("POST / HTTP/1.1\r\n" HOST "Content-Length: 500000\r\n\r\n", l);
	drip(
	    "POST / HTTP/1.1\r\n" HOST "Content-Length: 900000\r\n\r\n", l); /* refused, and read */
	l.idle = DURATION_S(1);
	drip("POS", l); /* its first line: as long as a client may be silent, on top */
}

/* Whoever does not take the answer goes as well. */
TEST(a_client_that_does_not_read)
{
	struct http_limits l = limits;
	struct instant until = instant_add(clock_now(), WAIT_LIMIT);
	int fd, small = 4096;

	l.answer = DURATION_MS(50);
	begin(&l);
	fd = dial();
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	send_text(fd, "GET /much HTTP/1.1\r\n" HOST "\r\n");
	while (
	    (asked == 0 || http_server_clients(server) > 0) && !instant_reached(until, clock_now()))
		(void)sd_event_run(loop, 20000);
	CHECK_INT(asked, 1);
	CHECK_INT(http_server_clients(server), 0);
	(void)close(fd);
	end_server();
}

/* Those beyond the limits are closed at once; when one goes there is room again. */
TEST(too_many_clients)
{
	struct http_limits l = limits;
	int fds[5];
	char text[2000];

	l.clients = 4;
	begin(&l);
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		fds[i] = dial();
	CHECK_INT(read_all(fds[4], text, sizeof(text)), 0);
	CHECK_INT(http_server_clients(server), 4);
	(void)close(fds[0]);
	send_text(fds[1], "GET /a" CLOSE);
	(void)read_all(fds[1], text, sizeof(text));
	CHECK_INT(status_of(text), 200);
	(void)ask("GET /a" CLOSE, text, sizeof(text));
	CHECK_INT(status_of(text), 200);
	for (size_t i = 1; i < ARRAY_SIZE(fds); i++)
		(void)close(fds[i]);
	end_server();
}

TEST(more_clients_than_descriptors)
{
	struct http_server_conf conf = { .limits = &limits };
	struct http_limits many = limits;
	struct http_server *s = NULL;
	struct err e = { 0 };
	struct rlimit hard;

	begin(&limits); /* a loop */
	(void)getrlimit(RLIMIT_NOFILE, &hard);
	many.clients = (unsigned)MIN(hard.rlim_max, 1000000000u);
	conf.limits = &many;
	(void)endpoint_parse("127.0.0.1:0", &conf.listen);
	CHECK_INT(http_server_new(loop, &conf, on_request, NULL, &s, &e), -EMFILE);
	CHECK(strstr(e.message, " clients at a time: ") != NULL);
	CHECK(
	    strstr(e.message, " file descriptors are needed, and this process may have ") != NULL);
	end_server();
}

/* Without descriptors clients wait, the loop rests, and they are served when there are some. */
TEST(no_descriptor_left)
{
	struct rlimit before, none;
	char text[2000];
	int fd, free_fd, turns = 0;

	begin(&limits);
	fd = dial();
	(void)getrlimit(RLIMIT_NOFILE, &before);
	none = before;
	none.rlim_cur = (rlim_t)(free_fd = dup(0));
	(void)close(free_fd);
	CHECK_INT(setrlimit(RLIMIT_NOFILE, &none), 0);
	for (; turns < 1000; turns++) {
		if (sd_event_run(loop, 20000) == 0)
			break; /* nothing to do */
	}
	CHECK(turns < 10);
	CHECK_INT(setrlimit(RLIMIT_NOFILE, &before), 0);
	send_text(fd, "GET /a" CLOSE);
	(void)read_all(fd, text, sizeof(text));
	CHECK_INT(status_of(text), 200);
	(void)close(fd);
	end_server();
}
