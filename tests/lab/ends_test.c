/*
 * A lab leaves nothing behind, whatever ends it: no process, no namespace, no state folder.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "io/loop.h"
#include "lab/lab.h"
#include "lab/lab_dir.h"
#include "plan_fixture.h"
#include "tap.h"
#include "traces.h"

static const struct duration delays[] = { { 0 }, { NS_PER_MS } };

/* One that would rather stay, and its child that has left its group. */
static const char *const stubborn_argv[] = { "sh", "-c",
	"trap '' TERM INT HUP; setsid sleep infinity & while :; do sleep 1; done", NULL };
static const char *const slow_argv[] = { "sleep", "infinity", NULL };

static const struct lab_process processes[] = {
	{ .name = "stubborn", .argv = stubborn_argv },
	{ .name = "slow", .argv = slow_argv, .ready = LAB_READY_PATH, .ready_arg = "/run/never" },
};

/* With or without the process that never becomes ready. */
static struct lab_plan *
make_plan(size_t process_count)
{
	struct lab_plan *plan = fixture_pairs("ends", delays, ARRAY_SIZE(delays));

	fixture_add_processes(plan, processes, process_count);
	return plan;
}

static pid_t
supervisor_of(struct lab *lab)
{
	json_t *status;
	pid_t pid = -1;

	if (lab_status(lab, &status, NULL) == 0) {
		pid = (pid_t)json_integer_value(json_object_get(status, "pid"));
		json_decref(status);
	}
	return pid;
}

/*
 * Brings a lab up in a process of its own (so that its end can be tried too), gives that process and a
 * connection to the lab.
 */
static pid_t
bring_up_elsewhere(const struct lab_plan *plan, bool foreground, struct lab **ret)
{
	int pair[2];
	char c;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	pid_t pid = fork();
	if (pid == 0) {
		const struct lab_up_options options = { .foreground = foreground };
		struct lab *lab;
		struct err err = { 0 };

		close(pair[0]);
		if (lab_up(plan, &options, NULL, NULL, &lab, &err) < 0)
			printf("# %s\n", err.message);
		else
			(void)!write(pair[1], "u", 1);
		(void)!read(pair[1], &c, 1); /* until the test closes its end */
		_exit(0);
	}
	close(pair[1]);
	bool up = read(pair[0], &c, 1) == 1 && lab_connect(plan->name, ret, NULL) == 0;
	if (!foreground)
		close(pair[0]); /* a lab that stays: its maker is gone */
	return up ? pid : -1;
}

enum end {
	END_DOWN,
	END_TERM,
	END_KILL,
	END_MAKER_KILLED,
	END_MAKER_INTERRUPTED,
	END_DELAY_LINE_KILLED,
};

static void
kill_delay_line(pid_t supervisor)
{
	_cleanup_(freep) char *command = xasprintf("kill -9 $(pgrep -P %d nearcast-delay)", (int)supervisor);

	CHECK_INT(system(command), 0);
}

static void
end_it(enum end end, struct lab *lab, pid_t maker)
{
	pid_t supervisor = supervisor_of(lab);
	struct err err = { 0 };

	REQUIRE(supervisor > 1);
	switch (end) {
	case END_DOWN:
		if (lab_down(lab, &err) < 0)
			tap_fail(__FILE__, __LINE__, "lab_down: %s", err.message);
		break;
	case END_TERM:
		CHECK_INT(kill(supervisor, SIGTERM), 0);
		break;
	case END_KILL:
		CHECK_INT(kill(supervisor, SIGKILL), 0);
		break;
	case END_MAKER_KILLED:
		CHECK_INT(kill(maker, SIGKILL), 0);
		break;
	case END_MAKER_INTERRUPTED:
		CHECK_INT(kill(maker, SIGINT), 0);
		break;
	case END_DELAY_LINE_KILLED:
		kill_delay_line(supervisor);
		break;
	}
}

static void
check_end(enum end end, bool foreground)
{
	_cleanup_(lab_plan_freep) struct lab_plan *plan = make_plan(1);
	struct lab *lab = NULL;
	struct traces traces = { 0 };
	struct err err = { 0 };
	pid_t maker = bring_up_elsewhere(plan, foreground, &lab);

	REQUIRE(maker > 0);
	CHECK_INT(traces_take(lab, plan, &traces, &err), 0);
	/* The supervisor, the delay line and the stubborn process, at least. */
	CHECK(traces_left(&traces, NULL) >= 3);
	end_it(end, lab, maker);
	lab_close(lab);
	/* A supervisor without a last word leaves its folder to the next who looks. */
	if (end == END_KILL) {
		(void)waitpid(maker, NULL, 0);
		struct instant until = instant_add(clock_now(), DURATION_S(10));

		while (access(traces.directory, F_OK) == 0 && !instant_reached(until, clock_now()))
			CHECK_INT(lab_dir_each(NULL, NULL, &err), 0);
	}
	CHECK(traces_vanish(&traces));
	if (foreground && end < END_MAKER_KILLED)
		(void)kill(maker, SIGKILL);
	(void)waitpid(maker, NULL, 0);
	traces_done(&traces);
}

TEST(after_down)
{
	check_end(END_DOWN, false);
	check_end(END_DOWN, true);
}

TEST(after_the_supervisor_was_told_to_end)
{
	check_end(END_TERM, false);
}

TEST(after_the_supervisor_was_killed)
{
	check_end(END_KILL, false);
}

TEST(after_the_maker_of_a_lab_in_the_foreground_was_killed)
{
	check_end(END_MAKER_KILLED, true);
}

TEST(after_the_maker_of_a_lab_in_the_foreground_was_interrupted)
{
	check_end(END_MAKER_INTERRUPTED, true);
}

TEST(after_the_delay_line_was_killed)
{
	check_end(END_DELAY_LINE_KILLED, false);
}

static void
forget(const char *name, void *userdata)
{
	(void)name;
	++*(int *)userdata;
}

/* While it comes up there is no control socket yet: the folder is what can be seen. */
TEST(after_the_maker_was_killed_while_it_came_up)
{
	_cleanup_(lab_plan_freep) struct lab_plan *plan = make_plan(2);
	struct instant until = instant_add(clock_now(), DURATION_S(10));
	int labs = 0;
	pid_t maker = fork();

	if (maker == 0) {
		struct lab *lab;

		(void)!lab_up(plan, NULL, NULL, NULL, &lab, NULL);
		_exit(0);
	}
	while (labs == 0 && !instant_reached(until, clock_now()))
		CHECK_INT(lab_dir_each(forget, &labs, NULL), 0);
	CHECK(labs > 0);
	struct lab *lab = NULL;
	while (lab == NULL && !instant_reached(until, clock_now()))
		(void)!lab_connect("ends", &lab, NULL);
	REQUIRE(lab != NULL);
	struct traces traces;
	CHECK_INT(traces_take(lab, plan, &traces, NULL), 0);
	lab_close(lab);
	CHECK_INT(kill(maker, SIGKILL), 0);
	(void)waitpid(maker, NULL, 0);
	CHECK(traces_vanish(&traces));
	traces_done(&traces);
}

/* The children of lab_spawn() that nobody reaped must not hold the lab's end up. */
TEST(down_with_children_that_run_still)
{
	_cleanup_(lab_plan_freep) struct lab_plan *plan = make_plan(1);
	static const char *const argv[] = { "sleep", "infinity", NULL };
	struct lab_child child = LAB_CHILD_INIT;
	struct traces traces;
	struct lab *lab;
	struct err err = { 0 };

	REQUIRE(lab_up(plan, NULL, NULL, NULL, &lab, &err) == 0);
	CHECK_INT(traces_take(lab, plan, &traces, &err), 0);
	CHECK_INT(lab_spawn(lab, "east0", argv, LAB_SPAWN_STDOUT, &child, &err), 0);
	CHECK_INT(lab_down(lab, &err), 0);
	CHECK(traces_vanish(&traces));
	lab_child_end(&child);
	lab_close(lab);
	traces_done(&traces);
}
