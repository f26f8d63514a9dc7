/* The HTTP server, asked by hand over real connections; libmicrohttpd is the real one. */
#include "io/http_server.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "http_fixture.h"

static int sources_open;
static size_t pieces;

static bool
more(void *userdata, struct strbuf *piece)
{
	size_t *left = userdata;

	pieces++;
	strbuf_pad(piece, 'x', 10000);
	return --*left > 0;
}

static void
done(void *userdata)
{
	sources_open--;
	free(userdata);
}

static void
give(const struct http_request *request, struct http_answer *answer)
{
	if (strcmp(request->target.path, "/hello") == 0) {
		answer->status = 200;
		answer->content_type = "text/plain";
		strbuf_addf(&answer->text, "%s hello\n", request->method);
	} else if (strcmp(request->target.path, "/long") == 0) {
		size_t *left = xcalloc(1, sizeof(*left));

		*left = 1000;
		sources_open++;
		answer->status = 200;
		answer->content_type = "text/plain";
		answer->source =
		    (struct http_source){ .more = more, .done = done, .userdata = left };
	} else if (strcmp(request->target.path, "/post") == 0) {
		http_problem(answer, 405, "method", "only GET");
		http_answer_add(answer, "Allow", "GET, HEAD");
	} else {
		http_problem(answer, 404, "path", "there is only /hello");
	}
}

static void
on_request(void *userdata, struct http_exchange *x)
{
	struct http_answer answer = { 0 };

	(void)userdata;
	give(http_exchange_request(x), &answer);
	http_exchange_answer(x, &answer);
}

static void
begin_limited(const struct http_limits *limits)
{
	begin_with(limits, on_request);
}

static void
begin(void)
{
	begin_limited(&http_limits_usual);
}

static void
end(void)
{
	end_server();
	CHECK_INT(sources_open, 0);
}

TEST(answers)
{
	char text[2000];

	begin();
	(void)ask("GET /hello?a=b" CLOSE, text, sizeof(text));
	CHECK(strncmp(text, "HTTP/1.1 200 OK\r\n", 17) == 0);
	CHECK(strstr(text, "Content-Type: text/plain\r\n") != NULL);
	CHECK(strstr(text, "\r\n\r\nGET hello\n") != NULL);
	(void)ask("HEAD /hello" CLOSE, text, sizeof(text));
	CHECK(strncmp(text, "HTTP/1.1 200 OK\r\n", 17) == 0);
	CHECK(strstr(text, "hello") == NULL);
	(void)ask("GET /" CLOSE, text, sizeof(text));
	CHECK(strncmp(text, "HTTP/1.1 404 Not Found\r\n", 24) == 0);
	CHECK(strstr(text, "application/problem+json") != NULL);
	CHECK(strstr(text,
		  "{\"type\":\"urn:nearcast:problem:not-found\",\"title\":\"Not Found\","
		  "\"status\":404,\"detail\":\"there is only /hello\",\"errors\":"
		  "[{\"field\":\"path\",\"detail\":\"there is only /hello\"}]}") !=
	      NULL);
	(void)ask("POST /post HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nx", text,
	    sizeof(text));
	CHECK(strncmp(text, "HTTP/1.1 405 Method Not Allowed\r\n", 33) == 0);
	CHECK(strstr(text, "Allow: GET, HEAD\r\n") != NULL);
	end();
}

/* The server's end of a connection of this process; -1: there is none. */
static int
other_end(int fd)
{
	struct sockaddr_storage own, peer;
	socklen_t own_len = sizeof(own), len;

	CHECK_INT(getsockname(fd, (void *)&own, &own_len), 0);
	for (int i = 0; i < 1024; i++) {
		len = sizeof(peer);
		if (getpeername(i, (void *)&peer, &len) == 0 && len == own_len &&
		    memcmp(&own, &peer, len) == 0)
			return i;
	}
	return -1;
}

static int
option_of(int fd, int level, int option)
{
	int value = -1;
	socklen_t len = sizeof(value);

	CHECK_INT(getsockopt(fd, level, option, &value, &len), 0);
	return value;
}

/* A machine without power is noticed, also while nothing is sent. */
TEST(who_is_silent_is_asked_whether_it_lives)
{
	char text[2000];
	int fd, at_server;

	begin();
	fd = dial();
	send_text(fd, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
	CHECK(read_until(fd, text, sizeof(text), "hello"));
	at_server = other_end(fd);
	REQUIRE(at_server >= 0);
	CHECK_INT(option_of(at_server, SOL_SOCKET, SO_KEEPALIVE), 1);
	CHECK(option_of(at_server, IPPROTO_TCP, TCP_KEEPIDLE) +
		  option_of(at_server, IPPROTO_TCP, TCP_KEEPINTVL) *
		      option_of(at_server, IPPROTO_TCP, TCP_KEEPCNT) <=
	      15);
	(void)close(fd);
	end();
}

/* From one program to the next, of which both are this one. */
TEST(who_connects_in_between_is_answered)
{
	struct http_server_conf conf = { .limits = &http_limits_usual };
	struct endpoint was;
	char text[2000];
	int fd;

	begin();
	was = http_server_endpoint(server);
	conf.socket = fcntl(http_server_socket(server), F_DUPFD_CLOEXEC, 3);
	fd = dial();
	http_server_free(TAKE(server));
	send_text(fd, "GET /hello" CLOSE);
	CHECK_INT(http_server_new(loop, &conf, on_request, NULL, &server, NULL), 0);
	CHECK(endpoint_equal(http_server_endpoint(server), was));
	(void)read_all(fd, text, sizeof(text));
	CHECK(strncmp(text, "HTTP/1.1 200 OK\r\n", 17) == 0);
	(void)close(fd);
	end();
}

/* A long body is made as it is taken, and no faster. */
TEST(a_body_in_pieces)
{
	static char text[2000];
	int fd;

	begin();
	pieces = 0;
	CHECK(ask("GET /long" CLOSE, text, sizeof(text)) > 10000000);
	CHECK_INT(pieces, 1000);
	CHECK_INT(sources_open, 0);
	/* nobody reads: what fits into the sockets is made, and not all of it */
	pieces = 0;
	fd = dial();
	CHECK(send(fd, "GET /long" CLOSE, strlen("GET /long" CLOSE), MSG_NOSIGNAL) > 0);
	for (int i = 0; i < 2000 && sd_event_run(loop, 5000) > 0; i++)
		;
	CHECK(pieces > 0 && pieces < 1000);
	CHECK_INT(sources_open, 1);
	(void)close(fd);
	end(); /* and its source is done with */
}

TEST(too_many_connections)
{
	int fds[9];
	char text[2000];

	begin();
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		fds[i] = dial();
	CHECK_INT(read_all(fds[8], text, sizeof(text)), 0);
	CHECK(send(fds[0], "GET /hello" CLOSE, strlen("GET /hello" CLOSE), MSG_NOSIGNAL) > 0);
	(void)read_all(fds[0], text, sizeof(text));
	CHECK(strncmp(text, "HTTP/1.1 200 OK\r\n", 17) == 0);
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		(void)close(fds[i]);
	end();
}

/* A client that sends a byte now and then is never idle. */
TEST(a_connection_has_an_end)
{
	struct http_limits limits = http_limits_usual;
	struct instant until = instant_add(clock_now(), WAIT_LIMIT);
	size_t sent = 0;
	ssize_t n = -1;
	char c;
	int fd;

	limits.life = DURATION_MS(100);
	begin_limited(&limits);
	fd = dial();
	while (n != 0 && !instant_reached(until, clock_now())) {
		sent += send(fd, "G", 1, MSG_NOSIGNAL) == 1;
		(void)sd_event_run(loop, 5000);
		n = recv(fd, &c, 1, MSG_DONTWAIT);
		n = n < 0 && errno == ECONNRESET ? 0 : n;
	}
	CHECK_INT(n, 0);
	CHECK(sent > 1);
	(void)close(fd);
	end();
}

TEST(requests_that_are_none)
{
	static char big[100000];
	char text[2000];

	begin();
	(void)ask("nonsense\r\n\r\n", text, sizeof(text));
	CHECK(strncmp(text, "HTTP/1.", 7) != 0 || strstr(text, " 400 ") != NULL);
	memset(big, 'a', sizeof(big) - 1);
	memcpy(big, "GET /", 5);
	(void)ask(big, text, sizeof(text));
	CHECK(strstr(text, "200 OK") == NULL);
	(void)ask("GET /hello" CLOSE, text, sizeof(text)); /* others are served on */
	CHECK(strncmp(text, "HTTP/1.1 200 OK\r\n", 17) == 0);
	end();
}

TEST(an_address_that_is_taken)
{
	struct http_server_conf conf = { .limits = &http_limits_usual };
	struct http_server *second = NULL;
	struct err e = { 0 };

	begin();
	conf.listen = http_server_endpoint(server);
	CHECK(http_server_new(loop, &conf, on_request, NULL, &second, &e) < 0);
	CHECK(strstr(e.message, "listen on 127.0.0.1:") != NULL);
	CHECK(strstr(e.message, "Address already in use") != NULL);
	end();
}
