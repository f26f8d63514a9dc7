/* HTTP and TCP checks against a small server that answers anything, in a process of its own. */
#include "io/check_run.h"

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

/* One check with its loop. */
struct fixture {
	sd_event *loop;
	struct check_hub *hub;
	struct check_run *check;
	struct outcome outcome;
};

static bool
fixture_open(struct fixture *f, const struct check_spec *spec, struct duration timeout)
{
	*f = (struct fixture){ 0 };
	if (sd_event_new(&f->loop) < 0)
		return false;
	f->hub = check_hub_new(f->loop);
	return check_run_new(f->hub, spec, ip_from_v4(0x7f000001), timeout, on_done, &f->outcome,
		   &f->check) == 0;
}

static void
fixture_close(struct fixture *f)
{
	check_run_free(f->check);
	check_hub_free(f->hub);
	sd_event_unref(f->loop);
}

/* One run; the text is "OUTCOME: why". */
static char *
run_once(struct fixture *f)
{
	static const char *const names[] = { "passed", "failed", "refused", "cannot" };

	f->outcome = (struct outcome){ 0 };
	check_run_start(f->check);
	if (!wait_for(f->loop, is_done, &f->outcome))
		return xstrdup("no result");
	return xasprintf("%s: %s", names[f->outcome.result.outcome], f->outcome.result.why);
}

/* A check of a server that answers so: asked twice, since a check keeps things from run to run. */
static char *
run_check(struct check_spec *spec, const char *answer, size_t padding, struct duration timeout,
    bool closed)
{
	_cleanup_(freep) char *url = NULL;
	char *first, *second;
	struct fixture f;
	struct server s;

	if (!server_open(&s, answer, padding))
		return xstrdup("no server");
	spec->port = s.port;
	spec->url = url = xasprintf("http://{address}:%u/", s.port);
	if (closed)
		server_close(&s);
	if (!fixture_open(&f, spec, timeout))
		return xstrdup("no check");
	first = run_once(&f);
	second = run_once(&f);
	fixture_close(&f);
	if (!closed)
		server_close(&s);
	CHECK_STR(second, first);
	free(second);
	return first;
}

static struct http_status_range ok_status[] = { { 200, 200 } };
static struct http_status_range many_statuses[] = { { 204, 204 }, { 300, 399 } };

static struct check_spec
http_spec(void)
{
	return (struct check_spec){
		.kind = CHECK_HTTP, .expect_status.count = 1, .statuses = ok_status
	};
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
		struct check_spec spec = http_spec();
		_cleanup_(freep) char *got = run_check(&spec, cases[i].answer, cases[i].padding,
		    DURATION_MS(cases[i].timeout_ms), cases[i].closed);

		CHECK_STR(got, cases[i].want);
	}
}

TEST(http_expectations)
{
	static const struct {
		const char *answer;
		struct check_spec spec;
		const char *want;
	} cases[] = {
		{ HTTP_OK, { .expect_text = "ok" }, "passed: status 200" },
		{ HTTP_OK, { .expect_text = "ko" },
		    "failed: no \"ko\" in the body, which starts \"ok\"" },
		{ HTTP_OK, { .expect_regex = "^o[kl]\n$" }, "passed: status 200" },
		{ HTTP_OK, { .expect_text = "ok", .expect_regex = "[0-9]" },
		    "failed: no \"[0-9]\" in the body, which starts \"ok\"" },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", { .expect_text = "ok" },
		    "failed: the body is empty, expected \"ok\"" },
		{ "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n",
		    { .expect_status.count = 2, .statuses = many_statuses }, "passed: status 302" },
		{ HTTP_OK, { .expect_status.count = 2, .statuses = many_statuses },
		    "failed: status 200, expected 204, 300-399" },
		/* what was promised has to come */
		{ "HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\nok\n", { 0 },
		    "failed: transfer closed with 27 bytes remaining to read" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct check_spec spec = cases[i].spec;
		_cleanup_(freep) char *got = NULL;

		spec.kind = CHECK_HTTP;
		if (spec.statuses == NULL) {
			spec.statuses = ok_status;
			spec.expect_status.count = 1;
		}
		got = run_check(&spec, cases[i].answer, 0, DURATION_S(5), false);
		CHECK_STR(got, cases[i].want);
	}
}

TEST(http_time_out)
{
	struct check_spec spec = http_spec();
	_cleanup_(freep) char *got = run_check(&spec, NULL, 0, DURATION_MS(50), false);

	CHECK_STR(got, "failed: no answer after 50ms");
}

TEST(http_uses_no_proxy)
{
	struct check_spec spec = http_spec();
	_cleanup_(freep) char *got = NULL;

	(void)setenv("http_proxy", "http://127.0.0.1:1/", 1);
	got = run_check(&spec, HTTP_OK, 0, DURATION_S(5), false);
	(void)unsetenv("http_proxy");
	CHECK_STR(got, "passed: status 200");
}

TEST(ended_early)
{
	static const struct check_spec specs[] = {
		{ .kind = CHECK_HTTP, .url = "http://192.0.2.1/" },
		{ .kind = CHECK_TCP, .port = 9 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(specs); i++) {
		struct fixture f;

		REQUIRE(fixture_open(&f, &specs[i], DURATION_S(5)));
		check_run_start(f.check);
		if (f.outcome.count == 0)
			check_run_stop(f.check);
		f.outcome.count = 0;
		(void)sd_event_run(f.loop, 1000);
		CHECK_INT(f.outcome.count, 0);
		/* and in the middle of one */
		check_run_start(f.check);
		fixture_close(&f);
	}
}

TEST(tcp_outcomes)
{
	static const struct {
		const char *answer;
		const char *send, *text, *regex;
		bool closed;
		const char *want;
	} cases[] = {
		{ NULL, NULL, NULL, NULL, false, "passed: connected" },
		{ NULL, "hello", NULL, NULL, false, "passed: connected" },
		{ NULL, NULL, NULL, NULL, true, "refused: connection refused" },
		{ "+PONG\r\n", "PING\r\n", "PONG", NULL, false, "passed: answered \"+PONG\"" },
		{ "-LOADING\r\n", "PING\r\n", NULL, "^[+]PONG", false,
		    "failed: no \"^[+]PONG\" in the answer, which starts \"-LOADING\"; then it was "
		    "closed" },
		{ "", "PING\r\n", "PONG", NULL, false,
		    "failed: the answer is empty, expected \"PONG\"; then it was closed" },
		{ NULL, "PING\r\n", "PONG", NULL, false, "failed: no expected answer after 500ms" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct check_spec spec = { .kind = CHECK_TCP,
			.expect_text = cases[i].text,
			.expect_regex = cases[i].regex,
			.send_bytes = (const uint8_t *)cases[i].send,
			.send_len = cases[i].send ? strlen(cases[i].send) : 0 };
		_cleanup_(freep) char *got =
		    run_check(&spec, cases[i].answer, 0, DURATION_MS(500), cases[i].closed);

		CHECK_STR(got, cases[i].want);
	}
}

/* More than is looked at, and nothing of what is expected. */
TEST(tcp_flood)
{
	struct check_spec spec = { .kind = CHECK_TCP,
		.expect_text = "y",
		.send_bytes = (const uint8_t *)"?",
		.send_len = 1 };
	_cleanup_(freep) char *got = run_check(&spec, "x", 1 << 20, DURATION_S(5), false);

	CHECK(strncmp(got, "failed: no \"y\" in the answer, which starts \"xxx", 46) == 0);
}

/* A listener whose backlog is full takes no connection: the packets are dropped. */
TEST(tcp_time_out)
{
	struct endpoint to = { .addr = ip_from_v4(0x7f000001) };
	struct check_spec spec = { .kind = CHECK_TCP };
	struct fixture f;
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(to, &ss);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), extra[4];
	_cleanup_(freep) char *got = NULL;

	REQUIRE(bind(fd, (void *)&ss, len) == 0 && listen(fd, 0) == 0);
	(void)getsockname(fd, (void *)&ss, &len);
	(void)endpoint_from_sockaddr(&ss, &to);
	for (size_t i = 0; i < ARRAY_SIZE(extra); i++) {
		extra[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		(void)connect(extra[i], (void *)&ss, len);
	}
	spec.port = to.port;
	REQUIRE(fixture_open(&f, &spec, DURATION_MS(50)));
	got = run_once(&f);
	CHECK_STR(got, "failed: no connection after 50ms");
	fixture_close(&f);
	for (size_t i = 0; i < ARRAY_SIZE(extra); i++)
		(void)close(extra[i]);
	(void)close(fd);
}
