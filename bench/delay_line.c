/*
 * How exact are links with delay? Pings over a plain veth and over links of 10, 50 and 100 ms one way, side
 * by side in one lab, and the processor time that the delay line took meanwhile; then a pause, for
 * what it takes when there is nothing to do.
 *
 * Usage: delay-line [PINGS]. Prints one row a link: the round trip asked for, and those seen, between the
 * wall clock right before the send and the kernel's time stamp of the reply. Exit status 1 when packets were
 * lost or came out of order, or when the p99 of a link is more than 1 ms (one way) from what was asked.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <linux/icmp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "io/loop.h"
#include "lab/lab.h"
#include "plan_fixture.h"

#define PINGS_DEFAULT 1000
#define PINGS_MAX 60000 /* the sequence number has 16 bits */
#define INTERVAL DURATION_MS(10)
#define IDLE_S 5

static const struct duration delays[] = { { 0 }, { 10 * NS_PER_MS }, { 50 * NS_PER_MS }, { 100 * NS_PER_MS } };

#define LINKS ARRAY_SIZE(delays)

struct sample {
	double *ms;
	size_t count, cap;
	unsigned reordered; /* replies that came after a later one */
	unsigned last;
};

struct echo {
	struct icmphdr header;
	unsigned number;
	int64_t sent_ns;
};

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
quantile(const struct sample *s, double q)
{
	return s->count == 0 ? NAN : s->ms[(size_t)ceil(q * (double)s->count) - (q > 0)];
}

/* Opens a ping socket; runs inside the node. */
static int
open_ping(void *arg)
{
	const struct endpoint *to = arg;
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(*to, &ss);
	int on = 1, fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_ICMP);

	if (fd < 0 || connect(fd, (struct sockaddr *)&ss, len) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) < 0)
		return -errno;
	return fd;
}

static void
send_ping(int fd, unsigned number)
{
	struct echo e = {
		.header = { .type = ICMP_ECHO, .un.echo.sequence = htons((uint16_t)number) },
		.number = number,
		.sent_ns = clock_wall_ns(),
	};

	(void)!send(fd, &e, sizeof(e), 0);
}

/* When the kernel got the packet, on the wall clock. */
static int64_t
received_at(struct msghdr *m)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
			struct timespec ts;

			memcpy(&ts, CMSG_DATA(c), sizeof(ts));
			return ts.tv_sec * NS_PER_S + ts.tv_nsec;
		}
	}
	return clock_wall_ns();
}

static void
take_replies(int fd, struct sample *s)
{
	struct echo e;
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct timespec))];
	struct iovec part = { &e, sizeof(e) };
	struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1 };

	for (;;) {
		m.msg_control = control;
		m.msg_controllen = sizeof(control);
		if (recvmsg(fd, &m, 0) != (ssize_t)sizeof(e))
			return;
		s->reordered += e.number < s->last;
		s->last = e.number;
		s->ms = grow_array(s->ms, s->count, &s->cap, sizeof(*s->ms));
		s->ms[s->count++] = (double)(received_at(&m) - e.sent_ns) / NS_PER_MS;
	}
}

/* Takes replies until then. */
static void
listen_until(struct instant end, struct pollfd *fds, struct sample *samples)
{
	for (struct instant now = clock_now(); !instant_reached(end, now); now = clock_now()) {
		struct timespec left = { 0, instant_diff(end, now).ns };

		left.tv_sec = left.tv_nsec / NS_PER_S;
		left.tv_nsec %= NS_PER_S;
		if (ppoll(fds, LINKS, &left, NULL) <= 0)
			continue;
		for (size_t i = 0; i < LINKS; i++)
			if (fds[i].revents != 0)
				take_replies(fds[i].fd, &samples[i]);
	}
}

/* One ping at a time on every link; the links take turns within an interval. */
static void
ping_all(unsigned count, struct pollfd *fds, struct sample *samples)
{
	struct instant next = clock_now();

	for (unsigned n = 1; n <= count; n++) {
		for (size_t i = 0; i < LINKS; i++) {
			send_ping(fds[i].fd, n);
			next = instant_add(next, duration_scale(INTERVAL, 1, (int64_t)LINKS));
			listen_until(next, fds, samples);
		}
	}
	listen_until(instant_add(next, DURATION_MS(500)), fds, samples);
	for (size_t i = 0; i < LINKS; i++)
		if (samples[i].count > 0)
			qsort(samples[i].ms, samples[i].count, sizeof(double), compare);
}

/* Processor time of the process of that name below the supervisor, in seconds. */
static double
cpu_of(pid_t supervisor, const char *name)
{
	_cleanup_(freep) char *path = xasprintf("/proc/%d/task/%d/children", (int)supervisor, (int)supervisor);
	FILE *children = fopen(path, "re");
	int pid;
	double cpu = NAN;

	while (children != NULL && fscanf(children, "%d", &pid) == 1) {
		_cleanup_(freep) char *stat_path = xasprintf("/proc/%d/stat", pid);
		FILE *stat = fopen(stat_path, "re");
		char comm[32];
		unsigned long user, system;

		if (stat != NULL &&
		    fscanf(stat, "%*d (%30[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", comm,
			&user, &system) == 3 &&
		    strcmp(comm, name) == 0)
			cpu = (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
		if (stat != NULL)
			(void)fclose(stat);
	}
	if (children != NULL)
		(void)fclose(children);
	return cpu;
}

static void
print_conditions(unsigned count)
{
	struct utsname u;
	double load = NAN;

	(void)getloadavg(&load, 1);
	(void)uname(&u);
	printf("%s %s, %ld cores, load %.2f before; %u pings on each link, one every %.0f ms, %s\n\n",
	    u.sysname, u.release, sysconf(_SC_NPROCESSORS_ONLN), load, count, duration_ms_f(INTERVAL),
	    geteuid() == 0 ? "as root" : "without root");
}

/* Whether it is as exact as promised. */
static bool
print_row(const struct sample *s, struct duration delay, unsigned count)
{
	double asked = 2 * duration_ms_f(delay), p99 = quantile(s, 0.99);
	bool good = s->count == count && s->reordered == 0 && (p99 - asked) / 2 <= 1 && quantile(s, 0) >= asked;

	printf("%-10s %8.0f %8zu %9.3f %9.3f %9.3f %9.3f %9u  %s\n", delay.ns == 0 ? "plain veth" : "delay line",
	    asked, s->count, quantile(s, 0), quantile(s, 0.5), p99, quantile(s, 1), s->reordered,
	    good ? "" : "MISSED");
	return good;
}

static int
open_pings(struct lab *lab, struct pollfd *fds, struct err *err)
{
	for (size_t i = 0; i < LINKS; i++) {
		_cleanup_(freep) char *node = xasprintf("west%zu", i), *to = xasprintf("198.51.100.%zu", 2 * i + 1);
		struct endpoint peer = { 0 };

		(void)ip_parse(to, &peer.addr);
		fds[i] = (struct pollfd){ .events = POLLIN };
		fds[i].fd = lab_open_in_node(lab, node, open_ping, &peer, err);
		if (fds[i].fd < 0)
			return fds[i].fd;
	}
	return 0;
}

static int
find_supervisor(struct lab *lab, pid_t *ret, struct err *err)
{
	json_t *status;
	int r = lab_status(lab, &status, err);

	if (r < 0)
		return r;
	*ret = (pid_t)json_integer_value(json_object_get(status, "pid"));
	json_decref(status);
	return 0;
}

static int
measure(struct lab *lab, unsigned count, struct err *err)
{
	struct sample warm_up[LINKS] = { 0 }, samples[LINKS] = { 0 };
	struct pollfd fds[LINKS];
	bool good = true;
	pid_t supervisor;
	int r = find_supervisor(lab, &supervisor, err);

	if (r == 0)
		r = open_pings(lab, fds, err);
	if (r < 0)
		return r;
	print_conditions(count);
	ping_all(1, fds, warm_up); /* asks for the neighbour's link-layer address, a round trip more */
	double before = cpu_of(supervisor, "nearcast-delay");
	struct instant start = clock_now();
	ping_all(count, fds, samples);
	double after = cpu_of(supervisor, "nearcast-delay");
	double busy_s = (double)instant_diff(clock_now(), start).ns / NS_PER_S;
	sleep(IDLE_S);
	double idle = cpu_of(supervisor, "nearcast-delay") - after;

	printf("%-10s %8s %8s %9s %9s %9s %9s %9s\n", "link", "asked ms", "replies", "minimum", "median", "p99",
	    "maximum", "reordered");
	for (size_t i = 0; i < LINKS; i++) {
		good &= print_row(&samples[i], delays[i], count);
		free(samples[i].ms);
		free(warm_up[i].ms);
		close(fds[i].fd);
	}
	printf("\nprocessor time of the delay line: %.1f %% of a core during the pings, %.1f %% in a pause\n",
	    100 * (after - before) / busy_s, 100 * idle / IDLE_S);
	return good ? 0 : err_set(err, -ERANGE, "a link lost packets or is not exact to 1 ms one way");
}

int
main(int argc, char **argv)
{
	_cleanup_(lab_plan_freep) struct lab_plan *plan = fixture_pairs("bench-delay-line", delays, LINKS);
	const struct lab_up_options options = { .foreground = true };
	uint32_t count = PINGS_DEFAULT;
	struct lab *lab = NULL;
	struct err err = { 0 };

	if (argc > 2 || (argc == 2 && (parse_u32(argv[1], PINGS_MAX, &count) < 0 || count == 0))) {
		(void)fprintf(stderr, "usage: delay-line [PINGS]\n");
		return 2;
	}
	int r = lab_up(plan, &options, NULL, NULL, &lab, &err);
	if (r == 0)
		r = measure(lab, count, &err);
	lab_close(lab);
	if (r < 0)
		(void)fprintf(stderr, "delay-line: %s\n", err.message);
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
