/*
 * BFD at 10 ms x 3 on a machine that has no time: two busy loops on each core, and in our own main
 * loop a speaker that is flooded with routes, and pauses of 40 ms, as long as loading a library
 * takes. TAP.
 *
 *   bfd-load [SECONDS] [loop]     loop: the sessions share the main loop, to see why they do not
 *
 * The peer is a process of its own, as punctual as ours is, on the same loaded cores: a false alarm
 * on either side fails. A virtual machine may stand still as a whole; watchers on each core, which
 * nothing may keep from running, say so, and then there is nothing to judge.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "announce/announce.h"
#include "announce/bfd_engine.h"
#include "base/log.h"
#include "io/loop.h"
#include "io/punctual.h"
#include "io/tcp.h"
#include "io/udp.h"
#include "io/worker.h"
#include "proto/bgp/codec.h"

#define SPINNERS_A_CORE 2
#define BLOCK_EVERY DURATION_MS(500)
#define BLOCK_FOR DURATION_MS(40)
#define BFD_TEST_PORT 42784
#define BGP_TEST_PORT 42179
#define CHILDREN_MAX 256
#define STANDSTILL DURATION_MS(5) /* half an interval: longer is not our fault */

static const char *const addresses[] = { "127.0.0.1", "127.0.0.2", "127.0.0.3" };
static pid_t children[CHILDREN_MAX];
static int child_count;

/* What the other processes tell. */
struct shared {
	volatile int ups, downs;      /* of the peer */
	volatile int64_t stood_still; /* ns: the longest that a core did */
};

struct load {
	sd_event *loop;
	struct worker *worker; /* NULL: the sessions share the loop */
	struct bfd_engine *engine;
	struct bfd_path *path;
	struct bfd_path_info info;
	struct timer block;
	struct announcer *announcer;
	struct shared *shared;
};

static struct ip
address(int i)
{
	struct ip ip = { 0 };

	if (ip_parse(addresses[i], &ip) < 0)
		abort();
	return ip;
}

static void
quit(const char *what)
{
	printf("Bail out! %s\n", what);
	for (int i = 0; i < child_count; i++)
		(void)kill(children[i], SIGKILL);
	exit(EXIT_FAILURE);
}

/* 0 in the child, which ends with us. */
static pid_t
spawn(void)
{
	pid_t pid = fork();

	if (pid < 0)
		quit("fork");
	if (pid == 0)
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	else if (child_count < CHILDREN_MAX)
		children[child_count++] = pid;
	return pid;
}

static struct bfd_target
target_of(int side)
{
	return (struct bfd_target){
		.local = address(side),
		.peer = address(1 - side),
		.port = BFD_TEST_PORT,
		.conf = { .min_tx = DURATION_MS(10), .min_rx = DURATION_MS(10), .multiplier = 3 },
	};
}

struct peer {
	struct bfd_path *path;
	struct shared *shared;
};

static void
on_peer_news(void *userdata)
{
	struct peer *p = userdata;
	struct bfd_news news;

	bfd_path_take_news(p->path, &news);
	p->shared->ups += news.came_up;
	p->shared->downs += news.went_down;
}

_noreturn_ static void
be_the_peer(struct shared *shared)
{
	struct peer p = { .shared = shared };
	struct bfd_target target = target_of(1);
	sd_event *loop = NULL;

	punctual_become();
	if (sd_event_new(&loop) < 0 ||
	    bfd_path_new(bfd_engine_new(loop, on_peer_news, &p), &target, &p.path) < 0)
		_exit(EXIT_FAILURE);
	(void)sd_event_loop(loop);
	_exit(EXIT_SUCCESS);
}

static void
write_all(int fd, const uint8_t *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, bytes, len);

		if (n <= 0)
			_exit(EXIT_SUCCESS);
		bytes += n;
		len -= (size_t)n;
	}
}

/* An UPDATE with as many /24 as it holds. */
static size_t
make_update(uint8_t buf[static BGP_MESSAGE_MAX], uint32_t n)
{
	static const uint8_t attributes[] = { 0x40, 1, 1, 0, 0x40, 2, 6, 2, 1, 0, 0, 0xfd, 0xea,
		0x40, 3, 4, 127, 0, 0, 3 };
	struct writer w = writer_init(buf, BGP_MESSAGE_MAX);

	writer_fill(&w, 0xff, 16);
	writer_u16(&w, 0);
	writer_u8(&w, BGP_UPDATE);
	writer_u16(&w, 0);
	writer_u16(&w, sizeof(attributes));
	writer_bytes(&w, attributes, sizeof(attributes));
	while (writer_left(&w) >= 4) {
		uint8_t nlri[4] = { 24, (uint8_t)(1 + n / 65536 % 220), (uint8_t)(n / 256),
			(uint8_t)n };

		writer_bytes(&w, nlri, sizeof(nlri));
		n++;
	}
	writer_patch_u16(&w, 16, writer_len(&w));
	return writer_len(&w);
}

/* A router with a table that never ends. */
_noreturn_ static void
be_the_flood(void)
{
	static const uint8_t hello[] = { /* OPEN of AS 65002, hold time 0, 4-octet AS; KEEPALIVE */
		255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0,
		37, 1, 4, 0xfd, 0xea, 0, 0, 127, 0, 0, 3, 8, 2, 6, 65, 4, 0, 0, 0xfd, 0xea, 255,
		255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0, 19, 4
	};
	struct tcp_conf conf = { .local = address(2) };
	struct endpoint to = { .addr = address(0), .port = BGP_TEST_PORT };
	uint8_t buf[BGP_MESSAGE_MAX];
	int fd = -1;

	if (tcp_dial(to, &conf, &fd, NULL) < 0)
		_exit(EXIT_FAILURE);
	(void)usleep(100000);
	int flags = 0;
	(void)ioctl(fd, FIONBIO, &flags);
	write_all(fd, hello, sizeof(hello));
	for (uint32_t n = 0;; n += 1000)
		write_all(fd, buf, make_update(buf, n));
}

static void
on_block(struct timer *t, struct instant now)
{
	struct instant end = instant_add(now, BLOCK_FOR);

	while (!instant_reached(end, clock_now()))
		;
	timer_set(t, instant_add(clock_now(), BLOCK_EVERY));
}

static void
start_speaker(struct load *l)
{
	struct neighbor_conf conf = {
		.name = "flood",
		.address = address(2),
		.port = BGP_TEST_PORT,
		.mode = NEIGHBOR_PASSIVE,
		.local_as = 65001,
		.peer_as = 65002,
		.local_address = address(0),
		.router_id = address(0),
		.connect_retry = DURATION_S(1),
		.idle_hold = DURATION_MS(100),
		.offer = { .as4 = true },
		.ipv4 = true,
		.prefix_limit = 10,
	};
	struct announcer_events events = { 0 };
	struct err e = { 0 };

	if (announcer_new_speaker(l->loop, &conf, 1, &events, &l->announcer, &e) < 0)
		quit(e.message);
}

static void
ignore_news(void *userdata)
{
	(void)userdata;
}

static void
make_engine(sd_event *loop, void *arg)
{
	struct load *l = arg;
	struct bfd_target target = target_of(0);

	l->engine = bfd_engine_new(loop, ignore_news, NULL);
	if (bfd_path_new(l->engine, &target, &l->path) < 0)
		quit("path");
}

static void
ask(sd_event *loop, void *arg)
{
	struct load *l = arg;

	(void)loop;
	bfd_path_info(l->path, &l->info);
}

static void
free_engine(sd_event *loop, void *arg)
{
	struct load *l = arg;

	(void)loop;
	bfd_engine_free(l->engine);
}

static void
call(struct load *l, void (*fn)(sd_event *loop, void *arg))
{
	if (l->worker)
		worker_call(l->worker, fn, l);
	else
		fn(l->loop, l);
}

static void
pass(struct load *l, struct duration d)
{
	struct instant end = instant_add(clock_now(), d);

	while (!instant_reached(end, clock_now()))
		(void)sd_event_run(l->loop, 2000);
}

static bool
both_up(struct load *l)
{
	for (int i = 0; i < 1000; i++) {
		pass(l, DURATION_MS(10));
		call(l, ask);
		if (l->info.session.state == BFD_UP && l->shared->ups > l->shared->downs)
			return true;
	}
	return false;
}

static bool
say(int number, bool ok, const char *what)
{
	printf("%s %d - %s\n", ok ? "ok" : "not ok", number, what);
	(void)fflush(stdout);
	return ok;
}

/* The flood's UPDATEs, by the status of its session. */
static long long
updates(const struct load *l)
{
	json_t *all = announcer_status(l->announcer, clock_now());
	long long n =
	    json_integer_value(json_object_get(json_array_get(all, 0), "updates_received"));

	json_decref(all);
	return n;
}

/* Wakes each millisecond, before anybody else on its core. */
_noreturn_ static void
watch_core(struct shared *shared, int core)
{
	struct sched_param real_time = { .sched_priority = 50 };
	struct timespec ms = { .tv_nsec = NS_PER_MS };
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(core, &set);
	(void)sched_setaffinity(0, sizeof(set), &set);
	if (sched_setscheduler(0, SCHED_FIFO, &real_time) < 0)
		_exit(EXIT_FAILURE);
	for (;;) {
		struct instant before = clock_now();

		(void)nanosleep(&ms, NULL);
		int64_t late = instant_diff(clock_now(), before).ns - NS_PER_MS;
		if (late > shared->stood_still)
			shared->stood_still = late;
	}
}

struct alarms {
	int judged,
	    false_ones; /* quarters of a second in which all cores ran, and what was wrong there */
	int excused;
	int64_t stood_still;
	bool was_still; /* in the quarter before, whose alarms may come now */
};

static int
downs(struct load *l)
{
	call(l, ask);
	return (int)l->info.session.downs + l->shared->downs;
}

static void
watch_alarms(struct load *l, struct alarms *a)
{
	int before = downs(l);

	l->shared->stood_still = 0;
	pass(l, DURATION_MS(250));
	int64_t still = l->shared->stood_still;
	int seen = downs(l) - before;
	if (still > STANDSTILL.ns || a->was_still) {
		a->excused += seen;
	} else {
		a->judged++;
		a->false_ones += seen;
	}
	a->was_still = still > STANDSTILL.ns;
	a->stood_still = MAX(a->stood_still, still);
}

static bool
test_false_alarms(struct load *l, long seconds)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	struct alarms alarms = { 0 };

	for (int i = 0; i < cores; i++) {
		if (spawn() == 0)
			watch_core(l->shared, i);
	}
	for (long i = 0; i < SPINNERS_A_CORE * cores; i++) {
		if (spawn() == 0) {
			for (;;)
				;
		}
	}
	if (spawn() == 0)
		be_the_flood();
	timer_set(&l->block, clock_now());
	for (int i = 0; i < seconds * 4; i++)
		watch_alarms(l, &alarms);
	timer_set(&l->block, INSTANT_NEVER);
	printf("# %llu packets in, %llu out, %lld UPDATEs absorbed; %d of %ld s judged, %d alarms; "
	       "%d alarms while the machine stood still, for up to %.1f ms\n",
	    (unsigned long long)l->info.session.packets_in,
	    (unsigned long long)l->info.session.packets_out, updates(l), alarms.judged / 4, seconds,
	    alarms.false_ones, alarms.excused, (double)alarms.stood_still / NS_PER_MS);
	bool ok = say(2, updates(l) > 0, "the flood flows");
	return ok & say(3, alarms.false_ones == 0, "no false alarm");
}

/* Under the same load, and asked each 2 ms. */
static bool
test_detection(struct load *l, pid_t peer)
{
	struct instant died = clock_now();
	double took;

	l->shared->stood_still = 0;
	(void)kill(peer, SIGSTOP);
	do {
		pass(l, DURATION_MS(1));
		call(l, ask);
		took = duration_ms_f(instant_diff(clock_now(), died));
	} while (l->info.session.state == BFD_UP && took < 2000);
	took = duration_ms_f(instant_diff(l->info.session.since, died));
	printf("# the peer stopped: noticed after %.1f ms, detection time %.1f ms\n", took,
	    duration_ms_f(l->info.session.detection));
	if (l->shared->stood_still > STANDSTILL.ns) {
		printf("ok 4 - a dead peer is noticed in time # SKIP the machine stood still\n");
		return true;
	}
	return say(4, took < duration_ms_f(l->info.session.detection) + 20,
	    "a dead peer is noticed in time");
}

int
main(int argc, char **argv)
{
	long seconds = argc > 1 ? strtol(argv[1], NULL, 10) : 10;
	struct load l = { 0 };
	bool ok;

	l.shared = mmap(
	    NULL, sizeof(*l.shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	log_set_level(LOG_LEVEL_ERROR);
	pid_t peer = spawn();
	if (peer == 0)
		be_the_peer(l.shared);
	if (sd_event_new(&l.loop) < 0 || timer_init(&l.block, l.loop, on_block) < 0)
		quit("event loop");
	if (argc <= 2 && worker_new(l.loop, ignore_news, NULL, &l.worker, NULL) < 0)
		quit("thread");
	start_speaker(&l);
	call(&l, make_engine);
	printf("1..4\n");
	ok = say(1, both_up(&l), "both are up");
	ok = ok && test_false_alarms(&l, seconds);
	ok = ok && test_detection(&l, peer);
	for (int i = 0; i < child_count; i++)
		(void)kill(children[i], SIGKILL);
	while (wait(NULL) > 0)
		;
	call(&l, free_engine);
	worker_free(l.worker);
	announcer_free(l.announcer);
	timer_done(&l.block);
	(void)sd_event_unref(l.loop);
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
