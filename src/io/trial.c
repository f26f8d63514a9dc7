#include "io/trial.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "io/loop.h"

struct trial {
	pid_t pid;     /* 0: it is gone */
	int pidfd;     /* owned */
	int output[2]; /* owned: stdout and stderr go to memory, which nobody has to read meanwhile
			*/
	sd_event_source *source; /* owned */
	struct timer timer;
	char *name; /* owned */
	bool late;
	trial_fn done;
	void *userdata;
};

static void
end_program(struct trial *t)
{
	if (t->pid <= 0)
		return;
	(void)kill(-t->pid, SIGKILL);
	while (waitpid(t->pid, NULL, 0) < 0 && errno == EINTR)
		;
	t->pid = 0;
}

static char *
read_output(int fd)
{
	char *text = xcalloc(1, TRIAL_OUTPUT_MAX + 1);
	ssize_t n = pread(fd, text, TRIAL_OUTPUT_MAX, 0);

	text[MAX(n, (ssize_t)0)] = '\0';
	return utf8_mend(text);
}

static void
finish(struct trial *t, int status)
{
	_cleanup_(freep) char *out = read_output(t->output[0]), *error = read_output(t->output[1]);
	struct err e = { 0 };
	int r = 0;

	timer_set(&t->timer, INSTANT_NEVER);
	(void)sd_event_source_set_enabled(t->source, SD_EVENT_OFF);
	if (t->late)
		r = err_set(&e, -ETIMEDOUT, "%s took too long", t->name);
	else if (WIFSIGNALED(status))
		r = err_set(&e, -ECHILD, "%s was killed by signal %d", t->name, WTERMSIG(status));
	else if (WEXITSTATUS(status) == 127)
		r = err_set(&e, -ENOEXEC, "%s cannot be run", t->name);
	else if (WEXITSTATUS(status) != 0)
		r = err_set(&e, -ECHILD, "%s ended with status %d", t->name, WEXITSTATUS(status));
	t->done(t->userdata, r, out, error, &e);
}

static int
on_end(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	struct trial *t = userdata;
	int status = 0;

	(void)source;
	(void)fd;
	(void)revents;
	if (waitpid(t->pid, &status, WNOHANG) != t->pid)
		return 0;
	(void)kill(-t->pid, SIGKILL); /* what it may have started */
	t->pid = 0;
	finish(t, status);
	return 0;
}

static void
on_limit(struct timer *timer, struct instant now)
{
	struct trial *t = container_of(timer, struct trial, timer);

	(void)now;
	t->late = true;
	end_program(t);
	finish(t, 0);
}

/* As if it were started by a shell: no signal is blocked or ignored for it. */
static int
spawn(struct trial *t, char *const argv[], int give_fd)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none, all;
	int r;

	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	(void)posix_spawnattr_init(&attr);
	(void)posix_spawn_file_actions_init(&actions);
	(void)posix_spawnattr_setflags(
	    &attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	(void)posix_spawnattr_setsigmask(&attr, &none);
	(void)posix_spawnattr_setsigdefault(&attr, &all);
	(void)posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	(void)posix_spawn_file_actions_adddup2(&actions, t->output[0], STDOUT_FILENO);
	(void)posix_spawn_file_actions_adddup2(&actions, t->output[1], STDERR_FILENO);
	if (give_fd >= 0)
		(void)posix_spawn_file_actions_adddup2(&actions, give_fd, 3);
	r = -posix_spawn(&t->pid, argv[0], &actions, &attr, argv, environ);
	(void)posix_spawn_file_actions_destroy(&actions);
	(void)posix_spawnattr_destroy(&attr);
	if (r < 0)
		t->pid = 0;
	return r;
}

int
trial_start(sd_event *loop, char *const argv[], int give_fd, struct duration limit, trial_fn done,
    void *userdata, struct trial **ret, struct err *e)
{
	struct trial *t = xcalloc(1, sizeof(*t));
	int r;

	t->pidfd = -1;
	t->name = xstrdup(argv[0]);
	t->done = done;
	t->userdata = userdata;
	t->output[0] = memfd_create("nearcast-stdout", MFD_CLOEXEC);
	t->output[1] = memfd_create("nearcast-stderr", MFD_CLOEXEC);
	r = t->output[0] < 0 || t->output[1] < 0 ? -errno : timer_init(&t->timer, loop, on_limit);
	if (r >= 0)
		r = spawn(t, argv, give_fd);
	if (r >= 0) {
		t->pidfd = (int)syscall(SYS_pidfd_open, t->pid, 0);
		r = t->pidfd < 0 ? -errno
				 : sd_event_add_io(loop, &t->source, t->pidfd, EPOLLIN, on_end, t);
	}
	if (r < 0) {
		trial_free(t);
		return err_errno(e, r, "run %s", argv[0]);
	}
	timer_set(&t->timer, instant_add(clock_now(), limit));
	*ret = t;
	return 0;
}

void
trial_free(struct trial *t)
{
	if (t == NULL)
		return;
	end_program(t);
	(void)sd_event_source_disable_unref(t->source);
	timer_done(&t->timer);
	for (size_t i = 0; i < ARRAY_SIZE(t->output); i++) {
		if (t->output[i] >= 0)
			(void)close(t->output[i]);
	}
	if (t->pidfd >= 0)
		(void)close(t->pidfd);
	free(t->name);
	free(t);
}
