#include "lab/client.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "io/control_line.h"
#include "lab/lab.h"
#include "lab/requests.h"

#define ANSWER_MAX (16u << 20)

static int
connect_to(const struct lab_dir *dir, struct err *err)
{
	struct sockaddr_un addr = lab_dir_control_address(dir);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return err_errno(err, -errno, "open a socket");
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
		int r = errno == ENOENT || errno == ECONNREFUSED
		    ? err_set(err, -EAGAIN, "the lab in %s is still coming up", dir->path)
		    : err_errno(err, -errno, "connect to %s/control", dir->path);

		close(fd);
		return r;
	}
	return fd;
}

int
client_connect(const char *name, struct lab_dir *dir, struct lab **ret, struct err *err)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);
	int fd = connect_to(dir, err);

	if (fd < 0)
		return fd;
	struct lab *lab = xcalloc(1, sizeof(*lab));
	*lab = (struct lab){
		.name = xstrdup(name),
		.dir = *dir,
		.fd = fd,
		.lifeline = -1,
		.pidfd = -1,
	};
	*dir = LAB_DIR_INIT;
	list_init(&lab->children);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && peer.pid > 0) {
		lab->supervisor = peer.pid;
		lab->pidfd = pidfd_open(peer.pid, 0);
	}
	*ret = lab;
	return 0;
}

/*
 * Keeps descriptors that came along with a part of the answer, and closes those that nobody wants.
 */
static void
take_fds(struct msghdr *m, int *fds, size_t max, size_t *count)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < (c->cmsg_len - CMSG_LEN(0)) / sizeof(int); i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(fd));
			if (*count < max)
				fds[(*count)++] = fd;
			else
				close(fd);
		}
	}
}

/* Reads until there is a line in lab->in. */
static int
read_line(struct lab *lab, int *fds, size_t max, size_t *count, struct err *err)
{
	char part[8192];
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int) * CONTROL_FDS_MAX)];
	} control;

	while (lab->in.len == 0 || lab->in.text[lab->in.len - 1] != '\n') {
		struct iovec iov = { part, sizeof(part) };
		struct msghdr m = {
			.msg_iov = &iov,
			.msg_iovlen = 1,
			.msg_control = control.bytes,
			.msg_controllen = sizeof(control.bytes),
		};
		ssize_t n = recvmsg(lab->fd, &m, MSG_CMSG_CLOEXEC);

		if (n < 0 && errno == EINTR)
			continue;
		/* reset: it ended before it had read what we asked */
		if (n < 0 && errno != ECONNRESET)
			return err_errno(err, -errno, "hear from the lab %s", lab->name);
		if (n <= 0 || lab->in.len > ANSWER_MAX)
			return err_set(err, -ECONNRESET, "the lab %s has ended", lab->name);
		take_fds(&m, fds, max, count);
		strbuf_add_mem(&lab->in, part, (size_t)n);
	}
	return 0;
}

static int
send_request(struct lab *lab, json_t *request, struct err *err)
{
	_cleanup_(strbuf_done) struct strbuf line = { 0 };

	/* no node is called so */
	if (control_line(request, &line) < 0)
		return err_set(err, -EINVAL, "a name is not UTF-8 text");

	ssize_t n = send(lab->fd, line.text, line.len, MSG_NOSIGNAL);
	return n < 0 ? err_set(err, -ECONNRESET, "the lab %s has ended", lab->name) : 0;
}

/* The answer's own error, if it is one. */
static int
check_answer(const json_t *answer, struct err *err)
{
	const char *text = json_string_value(json_object_get(answer, "error"));
	json_int_t code = json_integer_value(json_object_get(answer, "code"));

	if (text == NULL)
		return 0;
	return err_set(err, code > 0 && code < 4096 ? -(int)code : -EPROTO, "%s", text);
}

int
client_ask(
    struct lab *lab, json_t *request, json_t **ret, int *fds, size_t *fd_count, struct err *err)
{
	size_t got = 0;
	json_error_t json;

	lab->in.len = 0;
	int r = send_request(lab, request, err);
	if (r == 0)
		r = read_line(lab, fds, fd_count != NULL ? *fd_count : 0, &got, err);
	json_t *answer = r == 0 ? json_loads(strbuf_get(&lab->in), 0, &json) : NULL;
	if (r == 0)
		r = answer == NULL
			? err_set(err, -EPROTO, "the lab's answer is wrong: %s", json.text)
			: check_answer(answer, err);
	if (r < 0) {
		while (got > 0)
			close(fds[--got]);
		json_decref(answer);
		return r;
	}
	if (fd_count != NULL)
		*fd_count = got;
	if (ret != NULL)
		*ret = answer;
	else
		json_decref(answer);
	return 0;
}

static int
flag_of(const char *kind)
{
	static const int flags[CONTROL_FDS_MAX] = { CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWIPC,
		CLONE_NEWNET, CLONE_NEWUTS, CLONE_NEWNS };

	for (size_t i = 0; i < CONTROL_FDS_MAX; i++)
		if (kind != NULL && strcmp(kind, requests_namespaces[i]) == 0)
			return flags[i];
	return 0;
}

int
client_get_namespaces(
    struct lab *lab, const char *node, struct client_namespaces *ret, struct err *err)
{
	struct client_namespaces n = { .count = CONTROL_FDS_MAX };
	json_t *answer;
	int r = client_ask(lab, json_pack("{s:s, s:s}", "command", "enter", "node", node), &answer,
	    n.fds, &n.count, err);

	if (r < 0)
		return r;
	const json_t *kinds = json_object_get(answer, "namespaces");
	for (size_t i = 0; i < n.count; i++)
		n.flags[i] = flag_of(json_string_value(json_array_get(kinds, i)));
	if (json_array_size(kinds) != n.count)
		r = err_set(err, -EPROTO, "the lab's answer is wrong: %zu descriptors", n.count);
	json_decref(answer);
	if (r < 0)
		client_namespaces_done(&n);
	else
		*ret = n;
	return r;
}

void
client_namespaces_done(struct client_namespaces *n)
{
	while (n->count > 0)
		close(n->fds[--n->count]);
}
