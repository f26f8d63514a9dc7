/* HTTP and TCP checks against a small server in a process of its own. */
#include "io/http_check.h"
#include "io/tcp_check.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "tap.h"
#include "wait.h"

/* A server in a process of its own. */
struct server {
	uint16_t port;
	pid_t pid;
};

/* Answers every request; answer NULL: takes the connection and says nothing. */
static _noreturn_ void
serve(int fd, const char *answer, size_t padding)
{
	static char bytes[1 << 16];

	memset(bytes, 'x', sizeof(bytes));
	for (;;) {
		int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
		char request[4096];

		if (answer == NULL)
			continue;
		if (recv(client, request, sizeof(request), 0) > 0)
			(void)send(client, answer, strlen(answer), MSG_NOSIGNAL);
		for (size_t sent = 0; sent < padding; sent += sizeof(bytes))
			(void)send(client, bytes, sizeof(bytes), MSG_NOSIGNAL);
		(void)close(client);
	}
}

static bool
server_open(struct server *s, const char *answer, size_t padding)
{
	struct endpoint at = { .addr = ip_from_v4(0x7f000001) };
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(at, &ss);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (bind(fd, (void *)&ss, len) < 0 || listen(fd, 8) < 0)
		return false;
	(void)getsockname(fd, (void *)&ss, &len);
	(void)endpoint_from_sockaddr(&ss, &at);
	s->port = at.port;
	s->pid = fork();
	if (s->pid == 0)
		serve(fd, answer, padding);
	(void)close(fd);
	return true;
}

static void
server_close(struct server *s)
{
	(void)kill(s->pid, SIGKILL);
	(void)waitpid(s->pid, NULL, 0);
}

struct outcome {
	int count;
	struct check_run_result result;
};

static void
on_done(void *userdata, const struct check_run_result *result)
{
	struct outcome *o = userdata;

	o->count++;
	o->result = *result;
}

static bool
is_done(void *userdata)
{
	return ((struct outcome *)userdata)->count > 0;
}

/* One run; the text is "OUTCOME: why". */
static char *
run_http(const char *answer, size_t padding, const char *path, struct duration timeout, bool closed)
{
	static const char *const names[] = { "passed", "failed", "refused" };
	_cleanup_(freep) char *url = NULL;
	struct http_client *client = NULL;
	struct http_check *check = NULL;
	struct outcome o = { 0 };
	sd_event *loop = NULL;
	struct err e = { 0 };
	struct server s;
	bool ended;

	if (sd_event_new(&loop) < 0 || !server_open(&s, answer, padding) ||
	    (client = http_client_new(loop)) == NULL)
		return xasprintf("cannot start: %s", e.message);
	url = xasprintf("http://127.0.0.1:%u%s", s.port, path);
	if (closed)
		server_close(&s);
	if (http_check_start(client, url, 200, timeout, on_done, &o, &check, &e) < 0)
		return xasprintf("cannot start: %s", e.message);
	ended = wait_for(loop, is_done, &o);
	http_check_free(check);
	http_client_free(client);
	if (!closed)
		server_close(&s);
	sd_event_unref(loop);
	return ended ? xasprintf("%s: %s", names[o.result.outcome], o.result.why)
		     : xstrdup("no result");
}

#define HTTP_OK "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n"

TEST(http_outcomes)
{
	static const struct {
		const char *answer;
		size_t padding;
		int64_t timeout_ms;
		bool closed;
		const char *want;
	} cases[] = {
		{ HTTP_OK, 0, 5000, false, "passed: status 200" },
		{ "HTTP/1.1 204 No Content\r\n\r\n", 0, 5000, false,
		    "failed: status 204, expected 200" },
		{ "HTTP/1.1 503 Sorry\r\nContent-Length: 0\r\n\r\n", 0, 5000, false,
		    "failed: status 503, expected 200" },
		/* not followed */
		{ "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n",
		    0, 5000, false, "failed: status 302, expected 200" },
		/* a body without end */
		{ "HTTP/1.1 200 OK\r\n\r\n", 1 << 20, 5000, false, "passed: status 200" },
		{ "SSH-2.0-OpenSSH_9.2\r\n", 0, 5000, false,
		    "failed: Received HTTP/0.9 when not allowed" },
		{ "", 0, 5000, false, "failed: Empty reply from server" },
		{ NULL, 0, 5000, true, "refused: connection refused" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_(freep) char *got = run_http(cases[i].answer, cases[i].padding, "/",
		    DURATION_MS(cases[i].timeout_ms), cases[i].closed);

		CHECK_STR(got, cases[i].want);
	}
}

TEST(http_time_out)
{
	_cleanup_(freep) char *got = run_http(NULL, 0, "/", DURATION_MS(50), false);

	CHECK(strncmp(got, "failed: Operation timed out after ", 34) == 0);
}

TEST(http_uses_no_proxy)
{
	_cleanup_(freep) char *got = NULL;

	(void)setenv("http_proxy", "http://127.0.0.1:1/", 1);
	got = run_http(HTTP_OK, 0, "/", DURATION_S(5), false);
	(void)unsetenv("http_proxy");
	CHECK_STR(got, "passed: status 200");
}

TEST(http_ended_early)
{
	struct http_client *client = NULL;
	struct http_check *check = NULL;
	struct outcome o = { 0 };
	sd_event *loop = NULL;
	struct err e = { 0 };

	REQUIRE(sd_event_new(&loop) >= 0);
	client = http_client_new(loop);
	REQUIRE(http_check_start(client, "http://127.0.0.1:9/", 200, DURATION_S(5), on_done, &o,
		    &check, &e) == 0);
	http_check_free(check);
	(void)sd_event_run(loop, 1000);
	CHECK_INT(o.count, 0);
	http_client_free(client);
	sd_event_unref(loop);
}

TEST(tcp_outcomes)
{
	struct tcp_check *check = NULL;
	struct outcome o = { 0 };
	sd_event *loop = NULL;
	struct err e = { 0 };
	struct endpoint to = { .addr = ip_from_v4(0x7f000001) };
	struct server s;
	int r;

	REQUIRE(sd_event_new(&loop) >= 0 && server_open(&s, NULL, 0));
	to.port = s.port;
	REQUIRE(tcp_check_start(loop, to, DURATION_S(5), on_done, &o, &check, &e) == 0);
	REQUIRE(wait_for(loop, is_done, &o));
	CHECK_INT(o.result.outcome, CHECK_RUN_PASSED);
	CHECK_STR(o.result.why, "connected");
	tcp_check_free(check);
	server_close(&s);

	o = (struct outcome){ 0 };
	check = NULL;
	r = tcp_check_start(loop, to, DURATION_S(5), on_done, &o, &check, &e);
	if (r == 0) {
		REQUIRE(wait_for(loop, is_done, &o));
		CHECK_INT(o.result.outcome, CHECK_RUN_REFUSED);
		CHECK_STR(o.result.why, "connection refused");
	} else {
		CHECK_INT(r, -ECONNREFUSED);
	}
	tcp_check_free(check);
	sd_event_unref(loop);
}

/* A listener whose backlog is full takes no connection: the packets are dropped. */
TEST(tcp_time_out)
{
	struct endpoint to = { .addr = ip_from_v4(0x7f000001) };
	struct tcp_check *checks[4] = { NULL };
	struct outcome o[4] = { 0 };
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(to, &ss);
	sd_event *loop = NULL;
	struct err e = { 0 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	REQUIRE(sd_event_new(&loop) >= 0);
	REQUIRE(bind(fd, (void *)&ss, len) == 0 && listen(fd, 0) == 0);
	(void)getsockname(fd, (void *)&ss, &len);
	(void)endpoint_from_sockaddr(&ss, &to);
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++)
		REQUIRE(tcp_check_start(
			    loop, to, DURATION_MS(50), on_done, &o[i], &checks[i], &e) == 0);
	CHECK(wait_for(loop, is_done, &o[3]));
	CHECK_INT(o[3].result.outcome, CHECK_RUN_FAILED);
	CHECK_STR(o[3].result.why, "not connected after 50ms");
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++)
		tcp_check_free(checks[i]);
	(void)close(fd);
	sd_event_unref(loop);
}
