#include "lab/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "io/loop.h"
#include "lab/exec.h"
#include "lab/listens.h"
#include "lab/passed_sockets.h"

const char *
process_state_name(enum process_state state)
{
	switch (state) {
	case PROCESS_MANUAL:
		return "manual";
	case PROCESS_WAITING:
		return "waiting";
	case PROCESS_STARTING:
		return "starting";
	case PROCESS_READY:
		return "ready";
	case PROCESS_STOPPING:
		return "stopping";
	case PROCESS_ENDED:
		return "ended";
	case PROCESS_FAILED:
		return "failed";
	}
	return "?";
}

bool
process_runs(const struct process *p)
{
	return p->pid != 0;
}

/* "edinburgh.nginx.log", in logs/. Gives text that the caller frees. */
static char *
log_name(const struct process *p)
{
	return xasprintf("%s.%s.log", p->node->plan->name, p->plan->name);
}

static int
open_log(const struct process *p, const struct lab_dir *dir)
{
	_cleanup_(freep) char *name = log_name(p);
	_cleanup_(freep) char *path = xasprintf("logs/%s", name);

	return openat(dir->fd, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/* In the child, which tells it by *report. What comes back is the step that failed. */
static struct exec_failure
become(const struct process *p, int log, char **environment, int *report)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (null < 0 || dup2(null, 0) < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0)
		return (struct exec_failure){ errno, false, "set up its output" };
	int r = node_enter(p->node);
	if (r < 0)
		return (struct exec_failure){ -r, false, "enter the node" };
	(void)setsid();
	/* A path that an earlier run left behind says nothing about this one. */
	if (p->plan->ready == LAB_READY_PATH)
		(void)unlink(p->plan->ready_arg);
	environment = passed_sockets_put(p, environment, report);
	return exec_now(p->plan->argv, environment);
}

/* In a child of its own; -errno with a sentence: it was not executed. */
static int
execute(struct process *p, int log, char **environment, struct err *err)
{
	struct exec_failure failure = { 0 };
	int pipe_fds[2];

	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return err_errno(err, -errno, "make a pipe");
	pid_t pid = fork();
	if (pid == 0) {
		failure = become(p, log, environment, &pipe_fds[1]);
		(void)!write(pipe_fds[1], &failure, sizeof(failure));
		_exit(127);
	}
	int r = pid < 0 ? -errno : 0;
	close(pipe_fds[1]);
	/* Ends without a byte when execve() closes the pipe. */
	ssize_t n = pid < 0 ? 0 : read(pipe_fds[0], &failure, sizeof(failure));
	close(pipe_fds[0]);
	if (r < 0)
		return err_errno(err, r, "fork for %s", p->plan->name);
	if (n == (ssize_t)sizeof(failure)) {
		(void)waitpid(pid, NULL, 0);
		return err_errno(err, -failure.code, "start %s in %s: %s", p->plan->argv[0],
		    p->node->plan->name, failure.what);
	}
	p->pid = pid;
	return 0;
}

int
process_start(struct process *p, const struct lab_dir *dir, char **environment, struct err *err)
{
	int log = open_log(p, dir), r;

	if (log < 0)
		return err_errno(err, -errno, "open the log of %s", p->plan->name);
	r = passed_sockets_listen(p, err);
	if (r >= 0)
		r = execute(p, log, environment, err);
	close(log);
	if (r < 0) {
		passed_sockets_refuse(p);
		return r;
	}
	p->why[0] = '\0';
	p->state = p->plan->ready == LAB_READY_AT_ONCE ? PROCESS_READY : PROCESS_STARTING;
	return 0;
}

/* Seen from the process itself, whose root and network are the node's. */
static bool
path_exists(const struct process *p)
{
	char path[PATH_MAX];
	struct stat st;

	(void)snprintf(path, sizeof(path), "/proc/%d/root%s", (int)p->pid, p->plan->ready_arg);
	return lstat(path, &st) == 0;
}

void
process_check_ready(struct process *p)
{
	bool ready = true;

	if (p->state != PROCESS_STARTING)
		return;
	switch (p->plan->ready) {
	case LAB_READY_AT_ONCE:
		break;
	case LAB_READY_PATH:
		ready = path_exists(p);
		break;
	case LAB_READY_LISTENS:
		ready = listens_in_net_of(p->pid, p->plan->ready_arg);
		break;
	}
	if (ready)
		p->state = PROCESS_READY;
}

/* Whether a signal is meant to end a process (and not, say, to make it reload). */
static bool
is_an_end(int signo)
{
	return signo == SIGKILL || signo == SIGTERM || signo == SIGINT || signo == SIGQUIT ||
	    signo == SIGABRT;
}

int
process_signal(struct process *p, int signo, int64_t *ret_wall_ns, struct err *err)
{
	if (!process_runs(p))
		return err_set(err, -ESRCH, "%s does not run in %s", p->plan->name, p->node->plan->name);
	int64_t now = clock_wall_ns();
	if (kill(-p->pid, signo) < 0)
		return err_errno(err, -errno, "signal %s in %s", p->plan->name, p->node->plan->name);
	if (is_an_end(signo))
		p->state = PROCESS_STOPPING;
	*ret_wall_ns = now;
	return 0;
}

void
process_describe_end(int wait_status, char *text, size_t size)
{
	if (WIFSIGNALED(wait_status))
		(void)snprintf(text, size, "signal %d (%s)", WTERMSIG(wait_status),
		    strsignal(WTERMSIG(wait_status)));
	else
		(void)snprintf(text, size, "exit status %d", WEXITSTATUS(wait_status));
}

void
process_ended(struct process *p, int wait_status)
{
	bool told = p->state == PROCESS_STOPPING || p->state == PROCESS_WAITING;

	/* What is left of its group has lost its master: it must not hold the port of the next one. */
	(void)kill(-p->pid, SIGKILL);
	p->pid = 0;
	passed_sockets_refuse(p);
	process_describe_end(wait_status, p->why, sizeof(p->why));
	if (p->state != PROCESS_WAITING)
		p->state = told ? PROCESS_ENDED : PROCESS_FAILED;
}

void
process_describe_failure(const struct process *p, const struct lab_dir *dir, struct strbuf *out)
{
	_cleanup_(freep) char *log = log_name(p);

	strbuf_addf(out, "%s in %s ", p->plan->name, p->node->plan->name);
	if (process_runs(p))
		strbuf_add(out, "runs but is not ready");
	else
		strbuf_addf(out, "ended (%s)", p->why);
	lab_dir_log_tail(dir, log, out);
}
