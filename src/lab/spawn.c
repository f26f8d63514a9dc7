#include "lab/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "lab/client.h"
#include "lab/enter.h"
#include "lab/exec.h"
#include "lab/job.h"
#include "lab/lab.h"

/* A child of lab_spawn(), so that none outlives the connection. */
struct spawned {
	struct list link;
	pid_t pid;
};

static void
close_fds(int *fds, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
		fds[i] = -1;
	}
}

/* The child's ends in theirs, the caller's in ours. */
static int
open_pipes(unsigned flags, int theirs[static 3], int ours[static 3], struct err *err)
{
	static const unsigned wanted[3] = { LAB_SPAWN_STDIN, LAB_SPAWN_STDOUT, LAB_SPAWN_STDERR };

	for (int i = 0; i < 3; i++) {
		int pair[2];

		theirs[i] = ours[i] = -1;
		if ((flags & wanted[i]) != 0) {
			if (pipe2(pair, O_CLOEXEC) < 0)
				return err_errno(err, -errno, "make a pipe");
			theirs[i] = pair[i != 0];
			ours[i] = pair[i == 0];
		} else if (i < 2 && (theirs[i] = open("/dev/null", O_RDWR | O_CLOEXEC)) < 0)
			return err_errno(err, -errno, "open /dev/null");
	}
	return 0;
}

int
lab_spawn(struct lab *lab, const char *node, const char *const *argv, unsigned flags, struct lab_child *ret,
    struct err *err)
{
	_cleanup_(freep) char **environment = exec_environment(NULL, lab->name, node);
	struct job job = { .argv = argv, .environment = environment, .fds = { -1, -1, -1 }, .own_group = true };
	int ours[3] = { -1, -1, -1 };
	pid_t pid = 0;
	int r = open_pipes(flags, job.fds, ours, err);

	if (r == 0)
		r = job_start(lab, node, &job, &pid, err);
	close_fds(job.fds, 3);
	if (r < 0) {
		close_fds(ours, 3);
		return r;
	}
	struct spawned *s = xcalloc(1, sizeof(*s));
	s->pid = pid;
	list_append(&lab->children, &s->link);
	*ret = (struct lab_child){ .pid = pid, .in = ours[0], .out = ours[1], .err = ours[2] };
	return 0;
}

/* Whether it is our child still; one that the caller has reaped may have its pid used by another since. */
static bool
is_ours(pid_t pid)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

static void
kill_and_reap(pid_t pid)
{
	if (pid <= 0 || !is_ours(pid))
		return;
	(void)kill(-pid, SIGKILL);
	(void)kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

void
lab_child_end(struct lab_child *c)
{
	close_fds(&c->in, 1);
	close_fds(&c->out, 1);
	close_fds(&c->err, 1);
	kill_and_reap(c->pid);
	c->pid = 0;
}

void
spawn_end_all(struct lab *lab)
{
	list_for_each_safe(s, &lab->children, struct spawned, link) {
		kill_and_reap(s->pid);
		list_remove(&s->link);
		free(s);
	}
}

/* Hands over what fn gave: a descriptor, or in its place the negative errno. */
static _noreturn_ void
open_main(int sock, const struct client_namespaces *n, int (*fn)(void *arg), void *arg)
{
	struct exec_failure failure;
	int r = enter_namespaces(n, CLONE_NEWNET | CLONE_NEWNS, &failure);
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { 0 };

	if (r == 0)
		r = fn(arg);
	struct iovec part = { &r, sizeof(r) };
	struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1 };
	if (r >= 0) {
		m.msg_control = control.bytes;
		m.msg_controllen = sizeof(control.bytes);
		control.header = (struct cmsghdr){
			.cmsg_level = SOL_SOCKET,
			.cmsg_type = SCM_RIGHTS,
			.cmsg_len = CMSG_LEN(sizeof(int)),
		};
		memcpy(CMSG_DATA(&control.header), &r, sizeof(r));
	}
	(void)sendmsg(sock, &m, MSG_NOSIGNAL);
	_exit(0);
}

/* The descriptor, or the negative errno that came instead. */
static int
receive_fd(int sock)
{
	int r = -ECHILD, fd;
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec part = { &r, sizeof(r) };
	struct msghdr m = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};

	while (recvmsg(sock, &m, MSG_CMSG_CLOEXEC) < 0)
		if (errno != EINTR)
			return -errno;
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	if (c == NULL || c->cmsg_type != SCM_RIGHTS)
		return r < 0 ? r : -EPROTO;
	memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	return fd;
}

int
lab_open_in_node(struct lab *lab, const char *node, int (*fn)(void *arg), void *arg, struct err *err)
{
	struct client_namespaces namespaces;
	int pair[2];
	int r = client_get_namespaces(lab, node, &namespaces, err);

	if (r < 0)
		return r;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
		r = err_errno(err, -errno, "make a socket pair");
		client_namespaces_done(&namespaces);
		return r;
	}
	pid_t pid = fork();
	if (pid == 0) {
		close(pair[0]);
		open_main(pair[1], &namespaces, fn, arg);
	}
	r = pid < 0 ? -errno : 0;
	close(pair[1]);
	client_namespaces_done(&namespaces);
	if (r == 0) {
		r = receive_fd(pair[0]);
		(void)waitpid(pid, NULL, 0);
	}
	close(pair[0]);
	return r < 0 ? err_errno(err, r, "open a descriptor in %s", node) : r;
}
