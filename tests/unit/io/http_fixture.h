/* A server on a loop, and a client that speaks by hand over a real connection. */
#pragma once

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "io/http_server.h"
#include "tap.h"
#include "wait.h"

static sd_event *loop;
static struct http_server *server;

static inline void
begin_with(const struct http_limits *limits, http_fn fn)
{
	struct http_server_conf conf = { .limits = limits };
	struct err e = { 0 };

	(void)endpoint_parse("127.0.0.1:0", &conf.listen);
	(void)sd_event_new(&loop);
	if (http_server_new(loop, &conf, fn, NULL, &server, &e) < 0)
		tap_fail(__FILE__, __LINE__, "%s", e.message);
}

static inline void
end_server(void)
{
	http_server_free(TAKE(server));
	loop = sd_event_unref(loop);
}

static inline int
dial(void)
{
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(http_server_endpoint(server), &ss);
	int fd = socket(ss.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	CHECK_INT(connect(fd, (void *)&ss, len), 0);
	return fd;
}

static inline void
send_text(int fd, const char *text)
{
	CHECK_INT(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

/* Adds to buf what has come, after a turn of the loop: how much; 0 at the end, -1: nothing yet. */
static inline ssize_t
read_some(int fd, char *buf, size_t size, size_t *len)
{
	char bytes[65536];
	ssize_t n;

	(void)sd_event_run(loop, 2000);
	n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	for (ssize_t i = 0; i < n; i++, (*len)++) {
		if (*len < size - 1)
			buf[*len] = bytes[i];
	}
	buf[MIN(*len, size - 1)] = '\0';
	return n < 0 && errno == ECONNRESET ? 0 : n;
}

/* Reads until the other side closes. */
static inline size_t
read_all(int fd, char *buf, size_t size)
{
	struct instant until = instant_add(clock_now(), WAIT_LIMIT);
	size_t len = 0;

	while (!instant_reached(until, clock_now())) {
		if (read_some(fd, buf, size, &len) == 0)
			return len;
	}
	tap_fail(__FILE__, __LINE__, "the connection stays open after %zu bytes", len);
	return len;
}

/* Reads until the text has come, or the other side closes. */
static inline bool
read_until(int fd, char *buf, size_t size, const char *text)
{
	struct instant until = instant_add(clock_now(), WAIT_LIMIT);
	size_t len = 0;

	buf[0] = '\0';
	while (!instant_reached(until, clock_now())) {
		ssize_t n = read_some(fd, buf, size, &len);

		if (strstr(buf, text) != NULL)
			return true;
		if (n == 0)
			return false;
	}
	return false;
}

static inline size_t
ask(const char *request, char *buf, size_t size)
{
	int fd = dial();
	size_t len;

	CHECK(send(fd, request, strlen(request), MSG_NOSIGNAL) > 0);
	len = read_all(fd, buf, size);
	(void)close(fd);
	return len;
}

/* The status of an answer; 0: it is none. */
static inline int
status_of(const char *answer)
{
	return strncmp(answer, "HTTP/1.1 ", 9) == 0 ? atoi(answer + 9) : 0;
}

#define CLOSE " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
