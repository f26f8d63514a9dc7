/*
 * What the kernel lets through: the system calls of a catchment, with the same socket and messages
 * of the same size, and nothing else. No list, no pace, no signature, no row of a reply; each
 * message is the same, to numbers in a row. bench/catchment runs it beside nearcast.
 *
 *   bare-echo LOCAL FIRST COUNT
 *
 * asks so many addresses of 10.0.0.0/8 from FIRST on, in turn of its lower and its upper half, and
 * prints a document of JSON.
 */
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/attr.h"
#include "base/strbuf.h"
#include "io/echo_socket.h"
#include "io/loop.h"
#include "proto/catch/catch.h"

#define TEN (UINT32_C(10) << 24)
#define HALF (UINT32_C(1) << 23)
#define WAIT_MS 1000 /* for the last replies, as nearcast does in the benchmark */

struct counts {
	uint64_t replies, failed;
	int error;
};

static void
send_all(struct echo_socket *s, const struct echo_out *out, size_t count, struct counts *c)
{
	struct pollfd room = { .fd = s->fd, .events = POLLOUT };
	size_t done = 0;

	while (
	    (done += echo_socket_send(s, out + done, count - done, &c->failed, &c->error)) < count)
		(void)poll(&room, 1, 1);
}

static void
take_all(struct echo_socket *s, struct counts *c)
{
	_uninitialized_ struct echo_in in[ECHO_SOCKET_BATCH];
	size_t n;

	do
		c->replies += n = echo_socket_take(s, in);
	while (n == ECHO_SOCKET_BATCH);
}

static void
run(struct echo_socket *s, uint32_t first, uint32_t count, struct counts *c)
{
	static uint8_t message[CATCH_MESSAGE_MAX];
	struct echo_out out[ECHO_SOCKET_BATCH];
	struct catch_key key;
	size_t len;

	catch_key_init(&key, NULL, 0);
	len = catch_request_encode(&key, &(struct catch_request){ .target = ip_from_v4(TEN) },
	    "anycast measurement (nearcast catchment)", message);
	for (uint32_t next = 0; next < count;) {
		size_t n = 0;

		for (; n < ECHO_SOCKET_BATCH && next < count; n++, next++) {
			uint32_t host = (first + next / 2) % HALF + next % 2 * HALF;

			out[n] = (struct echo_out){ ip_from_v4(TEN + host), message, len };
		}
		send_all(s, out, n, c);
		take_all(s, c);
	}
}

static int
usage(void)
{
	(void)fprintf(stderr, "usage: bare-echo LOCAL FIRST COUNT\n");
	return 2;
}

int
main(int argc, char **argv)
{
	struct counts c = { 0 };
	struct echo_socket s;
	struct err e = { 0 };
	struct instant began;
	uint32_t first, count;
	struct ip local;
	double seconds;

	if (argc != 4 || ip_parse(argv[1], &local) < 0 || local.family != IP_V4 ||
	    parse_u32(argv[2], HALF - 1, &first) < 0 || parse_u32(argv[3], UINT32_MAX, &count) < 0)
		return usage();
	if (echo_socket_open(&s, local, CATCH_MAGIC, &e) < 0) {
		(void)fprintf(stderr, "bare-echo: %s\n", e.message);
		return EXIT_FAILURE;
	}
	began = clock_now();
	run(&s, first, count, &c);
	seconds = (double)instant_diff(clock_now(), began).ns / NS_PER_S;
	for (struct pollfd more = { .fd = s.fd, .events = POLLIN }; poll(&more, 1, WAIT_MS) > 0;)
		take_all(&s, &c);
	(void)printf("{\"seconds\": %.6f, \"replies\": %" PRIu64 ", \"failed\": %" PRIu64
		     ", \"dropped\": %" PRIu64 "}\n",
	    seconds, c.replies, c.failed, s.dropped);
	echo_socket_close(&s);
	return EXIT_SUCCESS;
}
