/* lab_exec(): a command in a node that has the person's terminal. */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "lab/client.h"
#include "lab/exec.h"
#include "lab/job.h"
#include "lab/lab.h"

static volatile sig_atomic_t exec_pid;

static void
pass_on(int signo)
{
	if (exec_pid > 0)
		(void)kill(exec_pid, signo);
}

/* Waits for a command in the foreground; stops with it when the person suspends it. */
static int
wait_for_command(pid_t pid)
{
	int status;

	for (;;) {
		if (waitpid(pid, &status, WUNTRACED) < 0) {
			if (errno == EINTR)
				continue;
			return 1;
		}
		if (WIFSTOPPED(status)) {
			(void)raise(SIGSTOP);
			(void)kill(pid, SIGCONT);
			continue;
		}
		return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	}
}

int
lab_exec(struct lab *lab, const char *node, const char *const *argv, int *ret_status, struct err *err)
{
	/* The terminal sends the first two to the command itself. */
	static const int ignored[] = { SIGINT, SIGQUIT }, passed[] = { SIGTERM, SIGHUP, SIGUSR1, SIGUSR2 };
	_cleanup_(freep) char **environment = exec_environment(NULL, lab->name, node);
	struct job job = { .argv = argv, .environment = environment, .fds = { -1, -1, -1 } };
	struct sigaction pass = { .sa_handler = pass_on };
	sigset_t held, before;
	pid_t pid;
	int r;

	/* one that comes while the command is started waits for it, and does not end us without it
	 */
	sigemptyset(&held);
	for (size_t i = 0; i < ARRAY_SIZE(passed); i++)
		(void)sigaddset(&held, passed[i]);
	(void)sigprocmask(SIG_SETMASK, NULL, &before);
	job.held = &held;
	r = job_start(lab, node, &job, &pid, err);
	if (r < 0) {
		(void)sigprocmask(SIG_SETMASK, &before, NULL);
		if (job.not_executed == 0)
			return r;
		*ret_status = job.not_executed == ENOENT ? 127 : 126;
		return 0;
	}
	exec_pid = pid;
	for (size_t i = 0; i < ARRAY_SIZE(ignored); i++)
		(void)signal(ignored[i], SIG_IGN);
	for (size_t i = 0; i < ARRAY_SIZE(passed); i++)
		(void)sigaction(passed[i], &pass, NULL);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	*ret_status = wait_for_command(pid);
	exec_pid = 0;
	return 0;
}
