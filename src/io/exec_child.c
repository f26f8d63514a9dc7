#include "io/exec_child.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/utf8.h"

#define FILES_MAX 256
#define FILE_SIZE_MAX (64u << 20)

static bool
may_change_user(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };
	const uint32_t needed = 1u << CAP_SETUID | 1u << CAP_SETGID;

	return syscall(SYS_capget, &header, data) == 0 && (data[0].effective & needed) == needed;
}

int
exec_user_find(const char *name, struct exec_user *ret, struct err *e)
{
	int count = EXEC_GROUPS_MAX;
	const struct passwd *pw;

	*ret = (struct exec_user){ .name = name };
	if (name == NULL && geteuid() == 0)
		ret->name = "nobody";
	if (ret->name == NULL)
		return 0;
	pw = getpwnam(ret->name);
	if (pw == NULL)
		return err_set(e, -ENOENT, "there is no user %s", ret->name);
	ret->uid = pw->pw_uid;
	ret->gid = pw->pw_gid;
	if (ret->uid == geteuid() && ret->gid == getegid()) {
		ret->name = NULL; /* nothing to become */
		return 0;
	}
	if (!may_change_user())
		return err_set(e, -EPERM,
		    "nearcastd may not become user %s (CAP_SETUID, CAP_SETGID)", ret->name);
	if (getgrouplist(ret->name, ret->gid, ret->groups, &count) < 0)
		return err_set(
		    e, -E2BIG, "user %s is in more than %d groups", ret->name, EXEC_GROUPS_MAX);
	ret->group_count = (size_t)count;
	return 0;
}

/* ---- in the child: nothing but system calls, since other threads' locks may be held ---- */

/* What is told through the failure pipe. */
struct failure {
	int error;
	char what[24];
};

static _noreturn_ void
fail(int pipe, const char *what)
{
	struct failure f = { .error = errno };

	for (size_t i = 0; what[i] && i < sizeof(f.what) - 1; i++)
		f.what[i] = what[i];
	(void)!write(pipe, &f, sizeof(f));
	_exit(127);
}

static bool
set_limit(int which, rlim_t value)
{
	struct rlimit limit = { value, value }, now;

	if (getrlimit((__rlimit_resource_t)which, &now) == 0 && now.rlim_max < value)
		return true; /* less is allowed already */
	return setrlimit((__rlimit_resource_t)which, &limit) == 0;
}

static bool
set_limits(const struct exec_job *job)
{
	rlim_t seconds = (rlim_t)((job->cpu_limit.ns + NS_PER_S - 1) / NS_PER_S);

	return set_limit(RLIMIT_CPU, seconds + 1) && set_limit(RLIMIT_CORE, 0) &&
	       set_limit(RLIMIT_NOFILE, FILES_MAX) && set_limit(RLIMIT_FSIZE, FILE_SIZE_MAX) &&
	       (job->memory_limit == 0 || set_limit(RLIMIT_AS, job->memory_limit));
}

/* None of ours but the three, and the pipe until the command begins. */
static bool
set_files(int input, int output, int failure)
{
	if (input < 0)
		input = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return input >= 0 && dup2(input, 0) == 0 && dup2(output, 1) == 1 && dup2(output, 2) == 2 &&
	       dup3(failure, 3, O_CLOEXEC) == 3 && syscall(SYS_close_range, 4u, ~0u, 0u) == 0;
}

static void
set_signals(void)
{
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		(void)signal(sig, SIG_DFL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool
become(const struct exec_user *user)
{
	/* what ambient capabilities give would outlive execve(2) */
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0L, 0L, 0L);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) < 0)
		return false;
	return user->name == NULL || (setgroups(user->group_count, user->groups) == 0 &&
					 setresgid(user->gid, user->gid, user->gid) == 0 &&
					 setresuid(user->uid, user->uid, user->uid) == 0);
}

static _noreturn_ void
run_child(const struct exec_job *job, int output, int failure)
{
	/* all of them above what they are moved to */
	int input = job->input > 0 ? fcntl(job->input, F_DUPFD_CLOEXEC, 10) : -1;

	output = fcntl(output, F_DUPFD_CLOEXEC, 10);
	failure = fcntl(failure, F_DUPFD_CLOEXEC, 10);
	if (setsid() < 0)
		fail(failure, "make a session");
	if (!set_files(input, output, failure))
		fail(failure, "set descriptors");
	failure = 3;
	set_signals();
	if (chdir("/") < 0 || !set_limits(job))
		fail(failure, "set limits");
	if (!become(job->user))
		fail(failure, "become the user");
	(void)execve(job->argv[0], job->argv, job->envp);
	fail(failure, "");
}

/* ---- in the parent ---- */

static int
open_pipe(int fds[static 2])
{
	return pipe2(fds, O_CLOEXEC) < 0 ? -errno : 0;
}

static void
close_pipe(int fds[static 2])
{
	for (int i = 0; i < 2; i++) {
		if (fds[i] >= 0)
			(void)close(fds[i]);
		fds[i] = -1;
	}
}

static int
open_pidfd(pid_t pid)
{
	/* before 6.9 it is always closed on exec */
	int fd = (int)syscall(SYS_pidfd_open, pid, 0u);

	return fd < 0 ? -errno : fd;
}

int
exec_spawn(const struct exec_job *job, struct exec_child *ret, struct err *e)
{
	int output[2] = { -1, -1 }, failure[2] = { -1, -1 }, pidfd;
	int r = open_pipe(output);
	pid_t pid;

	if (r == 0)
		r = open_pipe(failure);
	if (r < 0) {
		close_pipe(output);
		return err_errno(e, r, "make a pipe");
	}
	pid = fork();
	if (pid == 0)
		run_child(job, output[1], failure[1]);
	if (pid < 0)
		r = err_errno(e, -errno, "fork");
	pidfd = r < 0 ? -1 : open_pidfd(pid);
	if (r == 0 && pidfd < 0) {
		r = err_errno(e, pidfd, "watch the child");
		(void)kill(pid, SIGKILL);
	}
	if (r < 0) {
		close_pipe(output);
		close_pipe(failure);
		return r;
	}
	(void)close(output[1]);
	(void)close(failure[1]);
	(void)fcntl(output[0], F_SETFL, O_NONBLOCK);
	(void)fcntl(failure[0], F_SETFL, O_NONBLOCK);
	*ret = (struct exec_child){
		.pid = pid, .pidfd = pidfd, .output = output[0], .failure = failure[0]
	};
	return 0;
}

bool
exec_child_failure(const struct exec_child *c, char *why, size_t size)
{
	struct failure f = { 0 };

	if (read(c->failure, &f, sizeof(f)) != (ssize_t)sizeof(f))
		return false;
	f.what[sizeof(f.what) - 1] = '\0';
	utf8_format(why, size, "%s%s%s", f.what, f.what[0] ? ": " : "", strerror(f.error));
	return true;
}

void
exec_child_kill(const struct exec_child *c)
{
	/* both: the child may not have made its group yet */
	(void)kill(-c->pid, SIGKILL);
	(void)kill(c->pid, SIGKILL);
}
