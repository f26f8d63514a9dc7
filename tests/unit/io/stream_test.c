#include "io/stream.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "io/loop.h"
#include "io/tcp.h"
#include "tap.h"

#define PATIENCE DURATION_S(10)

/* A stream over a socket pair, and the far end by hand. */
struct fixture {
	sd_event *loop;
	struct stream *s;
	int far;
	struct strbuf seen; /* "connected; bytes:..; writable; closed: why; " */
	bool free_in_callback;
};

static void
note(struct fixture *f, const char *what)
{
	strbuf_addf(&f->seen, "%s; ", what);
	if (f->free_in_callback)
		stream_free(TAKE(f->s));
}

static void
on_connected(void *userdata)
{
	note(userdata, "connected");
}

static void
on_bytes(void *userdata, const uint8_t *bytes, size_t len)
{
	_cleanup_(freep) char *text = xasprintf("bytes %.*s", (int)len, (const char *)bytes);

	note(userdata, text);
}

static void
on_writable(void *userdata)
{
	note(userdata, "writable");
}

static void
on_closed(void *userdata, const char *why)
{
	_cleanup_(freep) char *text = xasprintf("closed: %s", why);

	note(userdata, text);
}

static const struct stream_events events = { on_connected, on_bytes, on_writable, on_closed };

static struct fixture
fixture(void)
{
	struct fixture f = { .far = -1 };

	CHECK(sd_event_new(&f.loop) >= 0);
	return f;
}

static void
fixture_done(struct fixture *f)
{
	stream_free(f->s);
	if (f->far >= 0)
		(void)close(f->far);
	strbuf_done(&f->seen);
	(void)sd_event_unref(f->loop);
}

#define FIXTURE(f) _cleanup_(fixture_done) struct fixture f = fixture()

static void
join_pair(struct fixture *f)
{
	int fds[2];

	REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) == 0);
	f->far = fds[1];
	REQUIRE(stream_new(f->loop, fds[0], false, &events, f, &f->s) == 0);
}

/* Runs the loop until the text was seen. */
static void
run_until_seen(struct fixture *f, const char *want)
{
	struct instant end = instant_add(clock_now(), PATIENCE);

	while (strcmp(strbuf_get(&f->seen), want) != 0 && instant_cmp(clock_now(), end) < 0)
		(void)sd_event_run(f->loop, 10 * 1000);
	CHECK_STR(strbuf_get(&f->seen), want);
}

TEST(bytes_both_ways)
{
	char buf[16];
	FIXTURE(f);

	join_pair(&f);
	CHECK_INT(stream_write(f.s, "hello", 5), 0);
	CHECK_INT(recv(f.far, buf, sizeof(buf), 0), 5); /* there before the loop runs */
	CHECK_INT(send(f.far, "there", 5, 0), 5);
	run_until_seen(&f, "bytes there; ");
	(void)close(TAKE_FD(f.far));
	run_until_seen(&f, "bytes there; closed: closed by the neighbor; ");
}

static size_t taken, turns;

static void
on_bytes_slowly(void *userdata, const uint8_t *bytes, size_t len)
{
	(void)userdata;
	(void)bytes;
	CHECK(len <= STREAM_CHUNK_MAX);
	taken += len;
	turns++;
	(void)usleep(3000);
}

TEST(a_talkative_peer_leaves_turns_to_others)
{
	static const struct stream_events slow = { on_connected, on_bytes_slowly, on_writable,
		on_closed };
	static uint8_t block[STREAM_CHUNK_MAX];
	int fds[2], size = 1 << 20;
	size_t sent = 0;
	ssize_t n;
	FIXTURE(f);

	REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) == 0);
	f.far = fds[1];
	(void)setsockopt(f.far, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	REQUIRE(stream_new(f.loop, fds[0], false, &slow, &f, &f.s) == 0);
	while ((n = send(f.far, block, sizeof(block), 0)) > 0)
		sent += (size_t)n;
	CHECK(sent > 2 * STREAM_CHUNK_MAX);
	taken = turns = 0;
	(void)sd_event_run(f.loop, 0);
	CHECK_INT(turns, 1); /* there is more, but time is up */
	while (taken < sent)
		REQUIRE(sd_event_run(f.loop, 1000 * 1000) > 0);
	CHECK_INT(taken, sent);
}

TEST(what_the_socket_does_not_take_waits)
{
	static uint8_t block[64 << 10], drop[1 << 20];
	size_t sent = 0, received = 0;
	FIXTURE(f);

	join_pair(&f);
	while (stream_pending(f.s) == 0) {
		REQUIRE(stream_write(f.s, block, sizeof(block)) == 0);
		sent += sizeof(block);
	}
	size_t waits = stream_pending(f.s);
	CHECK_INT(stream_write(f.s, "x", 1), 0);
	CHECK_INT(stream_pending(f.s), waits + 1);
	while (f.seen.len == 0) {
		ssize_t n = recv(f.far, drop, sizeof(drop), 0);

		received += n > 0 ? (size_t)n : 0;
		(void)sd_event_run(f.loop, 1000);
	}
	CHECK_STR(strbuf_get(&f.seen), "writable; ");
	CHECK_INT(stream_pending(f.s), 0);
	for (ssize_t n; (n = recv(f.far, drop, sizeof(drop), 0)) > 0;)
		received += (size_t)n;
	CHECK_INT(received, sent + 1);
}

TEST(what_waits_is_limited)
{
	static uint8_t block[64 << 10];
	int r = 0;
	FIXTURE(f);

	join_pair(&f);
	for (int i = 0; i < 10000 && r == 0; i++)
		r = stream_write(f.s, block, sizeof(block));
	CHECK_INT(r, -ENOBUFS);
	CHECK(stream_pending(f.s) <= STREAM_PENDING_MAX);
}

TEST(a_dead_socket_is_told_from_the_loop)
{
	FIXTURE(f);

	join_pair(&f);
	(void)close(TAKE_FD(f.far));
	CHECK_INT(stream_write(f.s, "x", 1), 0);
	CHECK_INT(f.seen.len, 0);
	struct instant end = instant_add(clock_now(), PATIENCE);
	while (f.seen.len == 0 && instant_cmp(clock_now(), end) < 0)
		(void)sd_event_run(f.loop, 10 * 1000);
	CHECK(str_starts_with(strbuf_get(&f.seen), "closed: "));
}

TEST(finishing_delivers_then_waits_for_the_peer)
{
	char buf[16];
	FIXTURE(f);

	join_pair(&f);
	CHECK_INT(stream_write(f.s, "bye", 3), 0);
	CHECK_INT(stream_finish(f.s), 0);
	CHECK_INT(recv(f.far, buf, sizeof(buf), 0), 3);
	CHECK_INT(recv(f.far, buf, sizeof(buf), 0), 0); /* our half is closed */
	CHECK_INT(send(f.far, "more", 4, 0), 4);        /* dropped, without a word */
	(void)sd_event_run(f.loop, 0);
	CHECK_STR(strbuf_get(&f.seen), "");
	(void)close(TAKE_FD(f.far));
	run_until_seen(&f, "closed: closed by the neighbor; ");
}

TEST(a_callback_may_free_the_stream)
{
	FIXTURE(f);

	join_pair(&f);
	f.free_in_callback = true;
	CHECK_INT(send(f.far, "x", 1, 0), 1);
	run_until_seen(&f, "bytes x; ");
	CHECK(f.s == NULL);
}

TEST(writable_is_told_when_asked)
{
	FIXTURE(f);

	join_pair(&f);
	stream_ask_writable(f.s);
	run_until_seen(&f, "writable; ");
	(void)sd_event_run(f.loop, 1000);
	CHECK_STR(strbuf_get(&f.seen), "writable; "); /* once */
}

/* ---- over TCP, on loopback ---- */

static struct endpoint
listen_somewhere(int *ret_fd)
{
	struct endpoint local = { .addr = ip_from_v4(0x7f000001) };
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	CHECK_INT(tcp_listen(local, ret_fd, NULL), 0);
	CHECK_INT(getsockname(*ret_fd, (struct sockaddr *)&ss, &len), 0);
	CHECK_INT(endpoint_from_sockaddr(&ss, &local), 0);
	return local;
}

TEST(tcp_dials_from_the_given_address)
{
	struct tcp_conf conf = { .local = ip_from_v4(0x7f000009), .ttl = 7 };
	struct endpoint to, from;
	int listener, fd, value;
	socklen_t len = sizeof(value);
	FIXTURE(f);

	to = listen_somewhere(&listener);
	REQUIRE(tcp_dial(to, &conf, &fd, NULL) == 0);
	CHECK_INT(getsockopt(fd, IPPROTO_IP, IP_TOS, &value, &len), 0);
	CHECK_INT(value, 0xc0); /* CS6 */
	CHECK_INT(getsockopt(fd, IPPROTO_IP, IP_TTL, &value, &len), 0);
	CHECK_INT(value, 7);
	tcp_watch_peer(fd, DURATION_S(90));
	CHECK_INT(getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &value, &len), 0);
	CHECK_INT(value, 1);
	CHECK_INT(getsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &value, &len), 0);
	CHECK_INT(value, 30);
	CHECK_INT(getsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &value, &len), 0);
	CHECK_INT(value, 90000);
	REQUIRE(stream_new(f.loop, fd, true, &events, &f, &f.s) == 0);
	run_until_seen(&f, "connected; ");
	REQUIRE(tcp_accept(listener, &f.far, &from) == 0);
	CHECK_INT(ip_to_v4(from.addr), 0x7f000009);
	CHECK_INT(tcp_accept(listener, &fd, &from), -EAGAIN);
	(void)close(listener);
}

TEST(tcp_that_is_refused)
{
	struct tcp_conf conf = { .local = ip_from_v4(0x7f000001) };
	struct endpoint to;
	int listener, fd;
	FIXTURE(f);

	to = listen_somewhere(&listener);
	(void)close(listener);
	REQUIRE(tcp_dial(to, &conf, &fd, NULL) == 0);
	REQUIRE(stream_new(f.loop, fd, true, &events, &f, &f.s) == 0);
	run_until_seen(&f, "closed: Connection refused; ");
}

TEST(tcp_errors_name_their_cause)
{
	struct tcp_conf elsewhere = { .local = ip_from_v4(0xc0000201) };
	struct endpoint to = { .addr = ip_from_v4(0x7f000001), .port = 1 };
	struct err e = { 0 };
	int listener, fd;

	CHECK_INT(tcp_dial(to, &elsewhere, &fd, &e), -EADDRNOTAVAIL);
	CHECK_STR(e.message, "source address 192.0.2.1: Cannot assign requested address");
	to = listen_somewhere(&listener);
	CHECK_INT(tcp_listen(to, &fd, &e), -EADDRINUSE);
	CHECK(str_starts_with(e.message, "listen on 127.0.0.1:"));
	/* an address that is not there yet can be listened on */
	CHECK_INT(tcp_listen((struct endpoint){ .addr = ip_from_v4(0xc0000201) }, &fd, &e), 0);
	(void)close(fd);
	(void)close(listener);
}

TEST(tcp_md5_in_the_kernel)
{
	struct tcp_conf conf = { .local = ip_from_v4(0x7f000001), .password = "s3cret" };
	struct endpoint to, from;
	char long_password[TCP_PASSWORD_MAX + 2];
	int listener, fd;
	FIXTURE(f);

	memset(long_password, 'x', sizeof(long_password) - 1);
	long_password[sizeof(long_password) - 1] = '\0';
	to = listen_somewhere(&listener);
	if (tcp_set_password(listener, conf.local, "s3cret") == -ENOPROTOOPT) {
		tap_skip("this kernel has no TCP MD5");
		return;
	}
	CHECK_INT(tcp_set_password(listener, conf.local, long_password), -EINVAL);
	REQUIRE(tcp_dial(to, &conf, &fd, NULL) == 0);
	REQUIRE(stream_new(f.loop, fd, true, &events, &f, &f.s) == 0);
	run_until_seen(&f, "connected; ");
	REQUIRE(tcp_accept(listener, &f.far, &from) == 0);
	CHECK_INT(tcp_set_password(listener, conf.local, NULL), 0);
	(void)close(listener);
}
