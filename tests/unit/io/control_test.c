/* The control socket: the server on a loop, its clients in child processes or by hand. */
#include "io/control.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/control_line.h"
#include "tap.h"
#include "wait.h"

static char folder[64];
static char path[128];

static struct control_later later;

static void
answer(void *userdata, const char *request, struct control_client *client, struct strbuf *reply)
{
	int *count = userdata;

	(*count)++;
	if (strcmp(request, "later") == 0) {
		control_defer(client, &later);
		return;
	}
	if (strcmp(request, "long") == 0)
		strbuf_pad(reply, 'x', 1 << 20);
	strbuf_addf(reply, "got %s\n", request);
}

static void
make_path(void)
{
	(void)snprintf(folder, sizeof(folder), "/tmp/nearcast-control-XXXXXX");
	(void)mkdtemp(folder);
	(void)snprintf(path, sizeof(path), "%s/run/control.sock", folder);
}

static void
remove_path(void)
{
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -rf %s", folder);
	(void)system(command);
}

static bool
is_child_gone(void *userdata)
{
	int *status = userdata;

	return *status >= 0 || waitpid(-1, status, WNOHANG) > 0;
}

/* control_call() in a child; its result is compared there. */
static bool
call(sd_event *loop, const char *request, size_t want_len, const char *want_end)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		struct strbuf reply = { 0 };
		struct err e = { 0 };
		int r = control_call(path, request, DURATION_S(5), &reply, &e);
		size_t end = strlen(want_end);

		_exit(r == 0 && reply.len == want_len &&
			      strcmp(reply.text + reply.len - end, want_end) == 0
			  ? 0
			  : 1);
	}
	return wait_for(loop, is_child_gone, &status) && status == 0;
}

static int
connect_by_hand(void)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	memcpy(sun.sun_path, path, strlen(path));
	return connect(fd, (void *)&sun, sizeof(sun)) == 0 ? fd : -1;
}

/* Closed by the other side, whatever it said before. */
static bool
is_closed(void *userdata)
{
	char buf[256];
	ssize_t n = recv(*(int *)userdata, buf, sizeof(buf), MSG_DONTWAIT);

	return n == 0 || (n < 0 && errno != EAGAIN);
}

TEST(ask_and_answer)
{
	struct control_server *s = NULL;
	sd_event *loop = NULL;
	struct err e = { 0 };
	struct stat st;
	int count = 0;

	make_path();
	REQUIRE(sd_event_new(&loop) >= 0);
	REQUIRE(control_server_new(loop, path, answer, &count, &s, &e) == 0);
	REQUIRE(stat(path, &st) == 0);
	CHECK_INT(st.st_mode & 0777, 0660);
	CHECK(call(loop, "status", 11, "got status\n"));
	CHECK(call(loop, "long", (1 << 20) + 9, "xgot long\n"));
	CHECK_INT(count, 2);
	control_server_free(s);
	CHECK(stat(path, &st) < 0);
	sd_event_unref(loop);
	remove_path();
}

TEST(limits)
{
	struct control_server *s = NULL;
	sd_event *loop = NULL;
	struct err e = { 0 };
	int count = 0, clients[CONTROL_CLIENTS_MAX + 1];
	static char big[CONTROL_REQUEST_MAX + 100];

	make_path();
	REQUIRE(sd_event_new(&loop) >= 0);
	REQUIRE(control_server_new(loop, path, answer, &count, &s, &e) == 0);
	/* a request without end */
	clients[0] = connect_by_hand();
	memset(big, 'a', sizeof(big));
	REQUIRE(send(clients[0], big, sizeof(big), MSG_NOSIGNAL) > 0);
	CHECK(wait_for(loop, is_closed, &clients[0]));
	(void)close(clients[0]);
	CHECK_INT(count, 0);
	/* more clients than there is room for: the last is sent away, one that leaves makes room */
	for (size_t i = 0; i < ARRAY_SIZE(clients); i++) {
		clients[i] = connect_by_hand();
		(void)sd_event_run(loop, 1000);
		(void)sd_event_run(loop, 1000);
	}
	CHECK(wait_for(loop, is_closed, &clients[CONTROL_CLIENTS_MAX]));
	CHECK(!is_closed(&clients[0]));
	(void)close(clients[0]);
	(void)sd_event_run(loop, 1000);
	CHECK(call(loop, "status", 11, "got status\n"));
	for (size_t i = 1; i < ARRAY_SIZE(clients); i++)
		(void)close(clients[i]);
	control_server_free(s);
	sd_event_unref(loop);
	remove_path();
}

TEST(one_daemon_a_path)
{
	struct control_server *first = NULL, *second = NULL;
	sd_event *loop = NULL;
	struct err e = { 0 };
	int count = 0, status;
	pid_t pid;

	make_path();
	REQUIRE(sd_event_new(&loop) >= 0);
	/* one that died without a word */
	pid = fork();
	if (pid == 0) {
		sd_event *own = NULL; /* a loop belongs to its process */

		_exit(sd_event_new(&own) >= 0 &&
			      control_server_new(own, path, answer, &count, &first, &e) == 0
			  ? 0
			  : 1);
	}
	REQUIRE(waitpid(pid, &status, 0) == pid && status == 0);
	CHECK_INT(access(path, F_OK), 0);
	CHECK_INT(
	    control_call(path, "status", DURATION_S(1), &(struct strbuf){ 0 }, &e), -ECONNREFUSED);
	CHECK_INT(control_server_new(loop, path, answer, &count, &first, &e), 0);
	/* one that lives */
	CHECK_INT(control_server_new(loop, path, answer, &count, &second, &e), -EADDRINUSE);
	CHECK(strncmp(e.message, "another daemon answers on /tmp/", 31) == 0);
	CHECK(call(loop, "status", 11, "got status\n"));
	control_server_free(first);
	sd_event_unref(loop);
	remove_path();
}

TEST(a_file_in_the_way)
{
	struct control_server *s = NULL;
	sd_event *loop = NULL;
	struct err e = { 0 };
	int count = 0;
	char command[256];

	make_path();
	REQUIRE(sd_event_new(&loop) >= 0);
	(void)snprintf(
	    command, sizeof(command), "mkdir -p %s/run && echo precious > %s", folder, path);
	REQUIRE(system(command) == 0);
	CHECK_INT(control_server_new(loop, path, answer, &count, &s, &e), -EEXIST);
	(void)snprintf(command, sizeof(command), "grep -q precious %s", path);
	CHECK_INT(system(command), 0);
	sd_event_unref(loop);
	remove_path();
}

TEST(what_is_no_json_becomes_an_error)
{
	static const char error[] =
	    "{\"error\":\"this cannot be written as JSON: a text in it is not UTF-8\",\"code\":22}\n";
	struct strbuf line = { 0 };

	CHECK_INT(control_line(json_pack("{s:i}", "a", 1), &line), 0);
	CHECK_INT(control_line(NULL, &line), -EINVAL);
	CHECK_INT(control_line(json_pack("{s:s}", "a", "\xff"), &line), -EINVAL);
	CHECK_INT(
	    control_line(json_pack("{s:o}", "a", json_string_nocheck("\xff")), &line), -EINVAL);
	CHECK_INT(control_line(json_integer(1), &line), -EINVAL);
	CHECK_INT(strncmp(line.text, "{\"a\":1}\n", 8), 0);
	for (size_t i = 0; i < 4; i++)
		CHECK_MEM(line.text + 8 + i * strlen(error), strlen(error), error, strlen(error));
	CHECK_INT(line.len, 8 + 4 * strlen(error));
	strbuf_done(&line);
}

static bool
is_asked(void *userdata)
{
	return *(int *)userdata > 0;
}

static bool
is_unwanted(void *userdata)
{
	(void)userdata;
	return later.client == NULL;
}

/* "later" was asked by a client of its own; gives its socket. */
static int
ask_later(sd_event *loop, int *count)
{
	int fd = connect_by_hand();

	*count = 0;
	CHECK_INT(send(fd, "later\n", 6, MSG_NOSIGNAL), 6);
	CHECK(wait_for(loop, is_asked, count));
	CHECK(later.client != NULL);
	return fd;
}

TEST(an_answer_that_comes_later)
{
	struct control_server *s = NULL;
	sd_event *loop = NULL;
	struct err e = { 0 };
	char text[32] = "";
	int count = 0, fd;

	make_path();
	REQUIRE(sd_event_new(&loop) >= 0);
	REQUIRE(control_server_new(loop, path, answer, &count, &s, &e) == 0);
	fd = ask_later(loop, &count);
	CHECK(call(loop, "status", 11, "got status\n")); /* others do not wait */
	control_reply(&later, "at last\n", 8);
	CHECK(later.client == NULL);
	CHECK_INT(recv(fd, text, sizeof(text), 0), 8);
	CHECK_STR(text, "at last\n");
	CHECK_INT(recv(fd, text, sizeof(text), 0), 0);
	(void)close(fd);

	fd = ask_later(loop, &count); /* and does not wait for it */
	(void)close(fd);
	CHECK(wait_for(loop, is_unwanted, NULL));
	control_reply(&later, "to nobody\n", 10);

	fd = ask_later(loop, &count);
	control_forget(&later);
	CHECK_INT(recv(fd, text, sizeof(text), 0), 0);
	(void)close(fd);

	fd = ask_later(loop, &count);
	control_server_free(s);
	CHECK(later.client == NULL);
	(void)close(fd);
	sd_event_unref(loop);
	remove_path();
}

static bool
has_later(void *userdata)
{
	(void)userdata;
	return later.client != NULL;
}

/* Its clients with it: one that waits has its answer from there, one that has not asked asks there.
 */
TEST(another_program_goes_on)
{
	struct control_server *s, *next;
	struct control_later there = { 0 };
	struct handover h = { 0 };
	struct inheritance in = { 0 };
	sd_event *loop;
	struct err e = { 0 };
	int count = 0, fds[8], status = -1;
	pid_t pid;

	make_path();
	REQUIRE(sd_event_new(&loop) >= 0);
	REQUIRE(control_server_new(loop, path, answer, &count, &s, &e) == 0);
	pid = fork();
	if (pid == 0) {
		struct strbuf reply = { 0 };

		_exit(control_call(path, "later", DURATION_S(5), &reply, &e) == 0 &&
			      strcmp(reply.text, "from the next\n") == 0
			  ? 0
			  : 1);
	}
	CHECK(wait_for(loop, has_later, NULL));
	control_server_save(s, &later, &h);
	in.fds = fds;
	for (; in.count < h.fd_count; in.count++) {
		/* as if they had come through execve(), while ours are closed below */
		fds[in.count] = h.fds[in.count];
		(void)dup2(h.fds[in.count], 100 + (int)in.count);
	}
	control_forget(&later);
	(void)rename(path, "/tmp/nearcast-control-kept");
	control_server_free(s);
	(void)rename("/tmp/nearcast-control-kept", path);
	for (size_t i = 0; i < in.count; i++) {
		(void)dup2(100 + (int)i, fds[i]);
		(void)close(100 + (int)i);
	}
	REQUIRE(control_server_resume(loop, path, &in, reader_init(h.state.bytes, h.state.len),
		    answer, &count, &there, &next, &e) == 0);
	CHECK_INT(in.count, 0);
	REQUIRE(there.client != NULL);
	control_reply(&there, "from the next\n", strlen("from the next\n"));
	CHECK(wait_for(loop, is_child_gone, &status) && status == 0);
	CHECK(call(loop, "hello", strlen("got hello\n"), "got hello\n"));
	control_server_free(next);
	CHECK(access(path, F_OK) < 0);
	handover_done(&h);
	(void)sd_event_unref(loop);
	remove_path();
}
