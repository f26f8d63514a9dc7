/* Programs that are tried: what becomes of each, and that nothing of them stays. */
#include "io/trial.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tap.h"
#include "wait.h"

struct outcome {
	bool over;
	int result;
	char out[256], err[256], why[256];
};

static void
on_done(void *userdata, int result, const char *out, const char *err, const struct err *e)
{
	struct outcome *o = userdata;

	o->over = true;
	o->result = result;
	(void)snprintf(o->out, sizeof(o->out), "%s", out);
	(void)snprintf(o->err, sizeof(o->err), "%s", err);
	(void)snprintf(o->why, sizeof(o->why), "%.255s", result < 0 ? e->message : "");
}

static bool
is_over(void *userdata)
{
	return ((struct outcome *)userdata)->over;
}

/* A line for the shell. */
static struct outcome
try_line(char *line, int give_fd, struct duration limit)
{
	char shell[] = "/bin/sh", option[] = "-c";
	char *argv[] = { shell, option, line, NULL };
	struct outcome o = { 0 };
	struct trial *t = NULL;
	struct err e = { 0 };
	sd_event *loop;

	CHECK(sd_event_new(&loop) >= 0);
	CHECK_INT(trial_start(loop, argv, give_fd, limit, on_done, &o, &t, &e), 0);
	CHECK(wait_for(loop, is_over, &o));
	trial_free(t);
	(void)sd_event_unref(loop);
	return o;
}

TEST(words_and_status_are_told)
{
	char good[] = "echo 'nearcastd 1'; echo hm >&2", bad[] = "echo why >&2; exit 3";
	char killed[] = "kill -9 $$", silent[] = "exit 127";
	struct outcome o = try_line(good, -1, DURATION_S(10));

	CHECK_INT(o.result, 0);
	CHECK_STR(o.out, "nearcastd 1\n");
	CHECK_STR(o.err, "hm\n");
	o = try_line(bad, -1, DURATION_S(10));
	CHECK_INT(o.result, -ECHILD);
	CHECK_STR(o.why, "/bin/sh ended with status 3");
	CHECK_STR(o.err, "why\n");
	o = try_line(killed, -1, DURATION_S(10));
	CHECK_STR(o.why, "/bin/sh was killed by signal 9");
	o = try_line(silent, -1, DURATION_S(10));
	CHECK_INT(o.result, -ENOEXEC);
}

TEST(a_descriptor_is_given_as_number_3)
{
	char line[] = "cat <&3";
	int fd = memfd_create("x", MFD_CLOEXEC);

	CHECK(write(fd, "state", 5) == 5 && lseek(fd, 0, SEEK_SET) == 0);
	CHECK_STR(try_line(line, fd, DURATION_S(10)).out, "state");
	(void)close(fd);
}

/* Blocked and ignored signals are ours, not the program's. */
TEST(it_takes_signals_as_ever)
{
	char line[] = "kill -TERM $$; echo alive";
	sigset_t mask, before;

	(void)sigemptyset(&mask);
	(void)sigaddset(&mask, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &mask, &before);
	CHECK_STR(try_line(line, -1, DURATION_S(10)).why, "/bin/sh was killed by signal 15");
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
}

TEST(one_that_takes_too_long_goes_with_its_children)
{
	char line[] = "sleep 60 & echo $!; wait";
	struct outcome o = try_line(line, -1, DURATION_MS(300));
	pid_t child = (pid_t)atoi(o.out);

	CHECK_INT(o.result, -ETIMEDOUT);
	CHECK_STR(o.why, "/bin/sh took too long");
	REQUIRE(child > 0);
	for (int i = 0; i < 1000 && kill(child, 0) == 0; i++)
		(void)usleep(10000); /* whoever inherits it has to reap it */
	CHECK(kill(child, 0) < 0 && errno == ESRCH);
}

TEST(what_is_no_program_is_said_at_once)
{
	char path[] = "/etc/hostname";
	char *argv[] = { path, NULL };
	struct outcome o = { 0 };
	struct trial *t = NULL;
	struct err e = { 0 };
	sd_event *loop;

	CHECK(sd_event_new(&loop) >= 0);
	CHECK(trial_start(loop, argv, -1, DURATION_S(1), on_done, &o, &t, &e) < 0);
	CHECK(strstr(e.message, "/etc/hostname"));
	CHECK(t == NULL);
	(void)sd_event_unref(loop);
}
