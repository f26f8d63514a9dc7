/* What one program hands to the next: here both are this one. */
#include "io/handover.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/alloc.h"
#include "io/stream.h"
#include "tap.h"
#include "wait.h"

static bool
closes_on_exec(int fd)
{
	return fcntl(fd, F_GETFD) & FD_CLOEXEC;
}

/* Those that a program would find which was started with them. */
static struct inheritance
inherit(const int *fds, size_t count)
{
	struct inheritance in = { .fds = xcalloc(count + 1, sizeof(int)), .count = count };

	for (size_t i = 0; i < count; i++) {
		in.fds[i] = fds[i];
		(void)fcntl(fds[i], F_SETFD, 0);
	}
	return in;
}

/* A connection over TCP; both ends. */
static void
connect_tcp(int fds[2])
{
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in sin = { .sin_family = AF_INET };
	socklen_t len = sizeof(sin);

	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK(bind(listener, (void *)&sin, sizeof(sin)) == 0 && listen(listener, 1) == 0);
	CHECK(getsockname(listener, (void *)&sin, &len) == 0);
	fds[0] = socket(AF_INET, SOCK_STREAM, 0);
	CHECK(connect(fds[0], (void *)&sin, sizeof(sin)) == 0);
	fds[1] = accept(listener, NULL, NULL);
	(void)close(listener);
}

TEST(a_state_is_read_as_it_was_written)
{
	struct state_writer state = { 0 }, got = { 0 };
	struct err e = { 0 };
	int fd = -1;

	state_text(&state, 1, "text");
	REQUIRE(handover_memfd(&state, &fd, &e) == 0);
	CHECK(closes_on_exec(fd));
	CHECK(write(fd, "x", 1) < 0 && ftruncate(fd, 0) < 0);
	REQUIRE(handover_read(fd, &got, &e) == 0);
	CHECK_MEM(got.bytes, got.len, state.bytes, state.len);
	state_writer_done(&got);
	(void)close(fd);
	state_writer_done(&state);
	/* one that somebody may still change is none */
	fd = memfd_create("x", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	CHECK_INT(handover_read(fd, &got, &e), -EINVAL);
	(void)close(fd);
	fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	CHECK_INT(handover_read(fd, &got, &e), -EINVAL);
	(void)close(fd);
}

TEST(a_program_that_cannot_be_run_leaves_all_as_it_was)
{
	char *argv[] = { NULL, NULL };
	struct handover h = { 0 };
	struct err e = { 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), state = -1;

	handover_give(&h, 1, fd);
	handover_give(&h, 2, -1);
	CHECK_INT(h.fd_count, 1);
	REQUIRE(handover_memfd(&h.state, &state, &e) == 0);
	argv[0] = xstrdup("/nonexistent/nearcastd");
	CHECK_INT(handover_exec(&h, state, argv[0], argv, &e), -ENOENT);
	CHECK(closes_on_exec(fd) && closes_on_exec(state));
	free(argv[0]);
	(void)close(fd);
	(void)close(state);
	handover_done(&h);
}

TEST(a_descriptor_is_taken_once_and_only_for_what_it_is)
{
	int tcp[2], udp = socket(AF_INET6, SOCK_DGRAM, 0), unix_pair[2];
	struct inheritance in;
	struct handover h = { 0 };
	struct reader records;

	connect_tcp(tcp);
	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, unix_pair) == 0);
	handover_give(&h, 1, tcp[0]);
	handover_give(&h, 2, udp);
	handover_give(&h, 3, unix_pair[0]);
	handover_give(&h, 4, unix_pair[1]);
	state_number(&h.state, 5, 12345);
	in = inherit((int[]){ tcp[0], udp, unix_pair[0] }, 3);
	records = reader_init(h.state.bytes, h.state.len);
	CHECK_INT(inheritance_take(&in, records, 1, FD_TCP_LISTENER), -1);
	CHECK_INT(inheritance_take(&in, records, 1, FD_UDP), -1);
	CHECK_INT(inheritance_take(&in, records, 1, FD_UNIX), -1);
	CHECK_INT(inheritance_take(&in, records, 1, FD_FILE), -1);
	CHECK_INT(inheritance_take(&in, records, 1, FD_TCP), tcp[0]);
	CHECK(closes_on_exec(tcp[0]));
	CHECK_INT(inheritance_take(&in, records, 1, FD_TCP), -1); /* once */
	CHECK_INT(inheritance_take(&in, records, 2, FD_UDP), udp);
	CHECK_INT(inheritance_take(&in, records, 3, FD_UNIX_LISTENER), -1);
	CHECK_INT(inheritance_take(&in, records, 3, FD_UNIX), unix_pair[0]);
	CHECK_INT(inheritance_take(&in, records, 4, FD_UNIX), -1); /* not inherited */
	CHECK_INT(inheritance_take(&in, records, 5, FD_UDP), -1);
	CHECK_INT(inheritance_take(&in, records, 6, FD_UDP), -1);
	(void)inheritance_close(&in, "", NULL, 0);
	for (size_t i = 0; i < 2; i++) {
		(void)close(tcp[i]);
		(void)close(unix_pair[i]);
	}
	(void)close(udp);
	handover_done(&h);
}

TEST(what_nobody_takes_is_told_so)
{
	int tcp[2], unix_pair[2];
	struct inheritance in;
	char got[16];

	connect_tcp(tcp);
	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, unix_pair) == 0);
	in = inherit((int[]){ tcp[0], unix_pair[0] }, 2);
	CHECK_INT(inheritance_close(&in, "sorry", "bye", 3), 1);
	CHECK_INT(recv(tcp[1], got, sizeof(got), MSG_WAITALL), 3);
	CHECK(memcmp(got, "bye", 3) == 0);
	CHECK_INT(recv(unix_pair[1], got, sizeof(got), MSG_WAITALL), 5);
	CHECK(memcmp(got, "sorry", 5) == 0);
	(void)close(tcp[1]);
	(void)close(unix_pair[1]);
}

TEST(who_listens_where_we_are_the_client_is_told_nothing)
{
	int listener = socket(AF_UNIX, SOCK_STREAM, 0), ours = socket(AF_UNIX, SOCK_STREAM, 0), far;
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	socklen_t len = sizeof(sun);
	struct inheritance in;
	char got[16];

	/* of the kernel's choice */
	CHECK_INT(bind(listener, (void *)&sun, offsetof(struct sockaddr_un, sun_path)), 0);
	CHECK(listen(listener, 1) == 0 && getsockname(listener, (void *)&sun, &len) == 0);
	CHECK_INT(connect(ours, (void *)&sun, len), 0);
	far = accept(listener, NULL, NULL);
	in = inherit((int[]){ ours }, 1);
	(void)inheritance_close(&in, "sorry", "bye", 3);
	CHECK_INT(recv(far, got, sizeof(got), 0), 0);
	(void)close(far);
	(void)close(listener);
}

TEST(what_was_inherited_is_found)
{
	int plain = dup(STDIN_FILENO), hidden = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	int except = dup(STDIN_FILENO);
	struct inheritance in = { 0 };
	bool has_plain = false;
	struct err e;

	REQUIRE(inheritance_find(except, &in, &e) == 0);
	for (size_t i = 0; i < in.count; i++) {
		has_plain |= in.fds[i] == plain;
		CHECK(in.fds[i] > STDERR_FILENO && in.fds[i] != hidden && in.fds[i] != except);
	}
	CHECK(has_plain);
	free(in.fds);
	(void)close(plain);
	(void)close(hidden);
	(void)close(except);
}

/* ---- a stream ---- */

static size_t received;

static void
on_bytes(void *userdata, const uint8_t *bytes, size_t len)
{
	(void)userdata;
	(void)bytes;
	received += len;
}

static void
on_nothing(void *userdata)
{
	(void)userdata;
}

static void
on_closed(void *userdata, const char *why)
{
	(void)userdata;
	(void)why;
}

static const struct stream_events events = { on_nothing, on_bytes, on_nothing, on_closed };

struct far_end {
	int fd;
	size_t got, wanted;
};

static bool
has_all(void *userdata)
{
	struct far_end *far = userdata;
	char buf[65536];
	ssize_t n;

	while ((n = recv(far->fd, buf, sizeof(buf), MSG_DONTWAIT)) > 0)
		far->got += (size_t)n;
	return far->got >= far->wanted;
}

static bool
has_received(void *userdata)
{
	(void)userdata;
	return received == 4;
}

TEST(bytes_that_wait_go_out_in_the_next_program)
{
	static char chunk[8192];
	int tcp[2], copy;
	sd_event *loop;
	struct stream *s, *next;
	struct handover h = { 0 };
	struct far_end far = { 0 };
	struct inheritance in;

	connect_tcp(tcp);
	(void)fcntl(tcp[0], F_SETFL, O_NONBLOCK);
	REQUIRE(sd_event_new(&loop) >= 0);
	REQUIRE(stream_new(loop, tcp[0], false, &events, NULL, &s) >= 0);
	while (stream_pending(s) < 4 * sizeof(chunk) && stream_write(s, chunk, sizeof(chunk)) == 0)
		far.wanted += sizeof(chunk);
	CHECK(send(tcp[1], "1234", 4, 0) == 4); /* comes in between */
	stream_save(s, &h);
	uint64_t taken = stream_taken(s);
	size_t pending = stream_pending(s);
	copy = dup(tcp[0]);
	stream_free(s); /* it closes its descriptor, which execve() would not */
	CHECK_INT(dup2(copy, tcp[0]), tcp[0]);
	(void)close(copy);
	in = inherit(tcp, 1);
	REQUIRE(stream_resume(
		    loop, &in, reader_init(h.state.bytes, h.state.len), &events, NULL, &next) == 0);
	CHECK_INT(stream_taken(next), taken);
	CHECK_INT(stream_pending(next), pending);
	far.fd = tcp[1];
	CHECK(wait_for(loop, has_all, &far));
	CHECK_INT(far.got, far.wanted);
	CHECK(wait_for(loop, has_received, NULL));
	stream_free(next);
	CHECK_INT(
	    stream_resume(loop, &in, reader_init(h.state.bytes, h.state.len), &events, NULL, &next),
	    -EBADF);
	(void)inheritance_close(&in, "", NULL, 0);
	handover_done(&h);
	(void)close(tcp[1]);
	(void)sd_event_unref(loop);
}
