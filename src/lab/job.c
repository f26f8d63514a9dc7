#include "lab/job.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/client.h"
#include "lab/enter.h"
#include "lab/exec.h"

#define ALL_NAMESPACES (CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWNS)

/* Up the pipe to the caller: the pid of the command, or why there is none. Closed by execve(). */
struct report {
	pid_t pid;
	struct exec_failure failure;
};

static void
job_report(const struct job *job, const struct report *report)
{
	(void)!write(job->report, report, sizeof(*report)); /* atomic: shorter than PIPE_BUF */
}

static _noreturn_ void
job_fail(const struct job *job, struct exec_failure failure)
{
	job_report(job, &(struct report){ .failure = failure });
	_exit(126);
}

/* The process that becomes the command: inside, and a child of the caller. */
static _noreturn_ void
job_run(const struct job *job)
{
	if (job->own_group && (setpgid(0, 0) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0))
		job_fail(job, (struct exec_failure){ errno, false, "tie it to its parent" });
	for (int i = 0; i < 3; i++)
		if (job->fds[i] >= 0 && dup2(job->fds[i], i) < 0)
			job_fail(job, (struct exec_failure){ errno, false, "set up its input and output" });
	job_fail(job, exec_now(job->argv, job->environment));
}

/*
 * A pid namespace is entered by one's next child, so a process in between enters, makes that child as a
 * sibling of its own, and ends.
 */
static _noreturn_ void
job_enter(const struct job *job, const struct client_namespaces *namespaces)
{
	struct exec_failure failure;

	if (enter_namespaces(namespaces, ALL_NAMESPACES, &failure) < 0)
		job_fail(job, failure);
	long pid = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, NULL);
	if (pid == 0)
		job_run(job);
	if (pid < 0)
		job_fail(job, (struct exec_failure){ errno, false, "fork" });
	job_report(job, &(struct report){ .pid = (pid_t)pid });
	_exit(0);
}

/* Reads the reports to their end. */
static void
read_reports(int fd, struct report *all)
{
	struct report one;
	ssize_t n;

	while ((n = read(fd, &one, sizeof(one))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n != (ssize_t)sizeof(one))
			break;
		if (one.pid != 0)
			all->pid = one.pid;
		else
			all->failure = one.failure;
	}
}

int
job_start(struct lab *lab, const char *node, struct job *job, pid_t *ret, struct err *err)
{
	struct client_namespaces namespaces = { 0 };
	struct report report = { 0 };
	int pipe_fds[2];
	int r = client_get_namespaces(lab, node, &namespaces, err);

	if (r < 0)
		return r;
	if (pipe2(pipe_fds, O_CLOEXEC) < 0) {
		r = err_errno(err, -errno, "make a pipe");
		client_namespaces_done(&namespaces);
		return r;
	}
	job->report = pipe_fds[1];
	if (job->held != NULL)
		(void)sigprocmask(SIG_BLOCK, job->held, NULL);
	pid_t between = fork();
	if (between == 0)
		job_enter(job, &namespaces);
	close(pipe_fds[1]);
	client_namespaces_done(&namespaces);
	if (between < 0)
		r = err_errno(err, -errno, "fork");
	else {
		read_reports(pipe_fds[0], &report);
		(void)waitpid(between, NULL, 0);
	}
	close(pipe_fds[0]);
	if (r < 0)
		return r;
	if (report.failure.code == 0 && report.pid != 0) {
		*ret = report.pid;
		return 0;
	}
	if (report.pid != 0)
		(void)waitpid(report.pid, NULL, 0);
	job->not_executed = report.failure.executing ? report.failure.code : 0;
	if (report.failure.code == 0)
		return err_set(err, -ECHILD, "%s: the process that should enter %s died", job->argv[0], node);
	if (report.failure.executing)
		return err_errno(err, -report.failure.code, "%s", job->argv[0]);
	return err_errno(err, -report.failure.code, "%s: %s", job->argv[0], report.failure.what);
}
