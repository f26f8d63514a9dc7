/* A loop that hangs for real, in a child process. */
#include "agent/dead_man.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "io/loop.h"
#include "tap.h"

#define LIMIT DURATION_MS(400)
#define STALLED 33
#define STARVED 35

static void
died(void *userdata, const char *where)
{
	(void)userdata;
	_exit(strstr(where, "runs") ? STALLED + 1 : STALLED);
}

static void
not_expected(void *userdata, const char *where)
{
	(void)userdata;
	(void)where;
	_exit(1);
}

struct end {
	struct timer timer;
	sd_event *loop;
	int hangs_in; /* read from it; -1: spin */
	unsigned busy; /* so many sources have always 1 ms of work */
};

static void
on_hang(struct timer *t, struct instant now)
{
	struct end *end = container_of(t, struct end, timer);
	char byte;

	(void)now;
	if (end->hangs_in >= 0)
		(void)!read(end->hangs_in, &byte, 1);
	for (volatile int i = 0; end->hangs_in < 0; i = !i)
		;
}

static void
on_end(struct timer *t, struct instant now)
{
	struct end *end = container_of(t, struct end, timer);

	(void)now;
	(void)sd_event_exit(end->loop, 0);
}

/* What has always something to do. */
static int
on_busy(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct instant from = clock_now();

	(void)source;
	(void)fd;
	(void)events;
	(void)userdata;
	while (instant_cmp(clock_now(), instant_add(from, DURATION_MS(1))) < 0)
		;
	return 0;
}

/* A loop with the dead-man timer, in which fn runs after `after`; then it ends with 0. */
static void
run_loop(struct end *end, timer_fn fn, struct duration after,
    void (*on_died)(void *userdata, const char *where))
{
	struct dead_man *d = NULL;
	struct err e = { 0 };

	if (sd_event_new(&end->loop) < 0 || timer_init(&end->timer, end->loop, fn) < 0 ||
	    dead_man_new(end->loop, LIMIT, on_died, NULL, &d, &e) < 0)
		_exit(2);
	for (unsigned i = 0; i < end->busy; i++) {
		sd_event_source *source;

		if (sd_event_add_io(end->loop, &source, eventfd(1, EFD_CLOEXEC), EPOLLIN, on_busy, NULL) < 0 ||
		    sd_event_source_set_io_fd_own(source, true) < 0 ||
		    sd_event_source_set_floating(source, true) < 0)
			_exit(2);
		(void)sd_event_source_unref(source);
	}
	timer_set(&end->timer, instant_add(clock_now(), after));
	(void)sd_event_loop(end->loop);
	dead_man_free(d);
	timer_done(&end->timer);
	(void)sd_event_unref(end->loop);
}

static int
status_of(pid_t child)
{
	int status = -1;

	CHECK(waitpid(child, &status, 0) == child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(a_loop_that_sleeps)
{
	int pipe_fds[2];
	pid_t child;

	REQUIRE(pipe(pipe_fds) == 0);
	child = fork();
	if (child == 0) {
		struct end end = { .hangs_in = pipe_fds[0] };

		run_loop(&end, on_hang, DURATION_MS(300), died);
		_exit(0);
	}
	CHECK_INT(status_of(child), STALLED);
	(void)close(pipe_fds[0]);
	(void)close(pipe_fds[1]);
}

TEST(a_loop_that_spins_from_the_start)
{
	pid_t child = fork();

	if (child == 0) {
		struct end end = { .hangs_in = -1 };

		run_loop(&end, on_hang, DURATION_MS(0), died);
		_exit(0);
	}
	CHECK_INT(status_of(child), STALLED + 1);
}

TEST(a_loop_that_spins)
{
	pid_t child = fork();

	if (child == 0) {
		struct end end = { .hangs_in = -1 };

		run_loop(&end, on_hang, DURATION_MS(300), died);
		_exit(0);
	}
	CHECK_INT(status_of(child), STALLED + 1);
}

/* Time that the process has had, and that has passed, since it began. */
static struct instant began;

/* A loop that is not given the processor does not beat: that says nothing of it. */
static void
died_or_starved(void *userdata, const char *where)
{
	struct timespec had;
	int64_t passed = instant_diff(clock_now(), began).ns;

	(void)userdata;
	(void)where;
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &had);
	_exit(had.tv_sec * NS_PER_S + had.tv_nsec < passed / 4 * 3 ? STARVED : 1);
}

/* A round of its sources takes longer than the limit: it is late with all of them, and hangs in none. */
TEST(a_loop_with_too_much_to_do)
{
	int status = STARVED;

	for (int i = 0; i < 10 && status == STARVED; i++) {
		pid_t child = fork();

		if (child == 0) {
			struct end end = { .hangs_in = -1, .busy = 800 };

			began = clock_now();
			run_loop(&end, on_end, DURATION_MS(1500), died_or_starved);
			_exit(0);
		}
		status = status_of(child);
	}
	if (status == STARVED)
		tap_skip("this machine has no time");
	else
		CHECK_INT(status, 0);
}

TEST(a_loop_that_lives)
{
	struct end end = { .hangs_in = -1 };

	run_loop(&end, on_end, DURATION_MS(1500), not_expected);
}

/* The whole process is stopped for longer than the limit. */
TEST(a_stopped_process)
{
	pid_t child = fork();
	struct timespec pause = { .tv_sec = 1, .tv_nsec = 200000000 };

	if (child == 0) {
		struct end end = { .hangs_in = -1 };

		run_loop(&end, on_end, DURATION_MS(2500), not_expected);
		_exit(0);
	}
	CHECK(nanosleep(&(struct timespec){ .tv_nsec = 500000000 }, NULL) == 0);
	CHECK(kill(child, SIGSTOP) == 0);
	CHECK(nanosleep(&pause, NULL) == 0);
	CHECK(kill(child, SIGCONT) == 0);
	CHECK_INT(status_of(child), 0);
}
