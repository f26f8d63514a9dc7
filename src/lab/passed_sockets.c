#include "lab/passed_sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "base/alloc.h"

#define BACKLOG 128

/* In the network that we are in. */
static int
open_socket(uint16_t port, struct err *err)
{
	const struct endpoint at = { .addr = ip_from_v4(0x7f000001), .port = port };
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(at, &ss);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return err_errno(err, -errno, "open a socket");
	if (bind(fd, (struct sockaddr *)&ss, len) < 0 || listen(fd, BACKLOG) < 0) {
		int r = err_errno(err, -errno, "listen at port %u", port);

		close(fd);
		return r;
	}
	return fd;
}

static int
open_all(struct process *p, const struct node *nodes, struct err *err)
{
	for (size_t i = 0; i < p->plan->socket_count; i++) {
		const struct lab_socket *s = &p->plan->sockets[i];
		int fd;

		if (setns(nodes[s->node].net, CLONE_NEWNET) < 0)
			return err_errno(
			    err, -errno, "enter the network of %s", nodes[s->node].plan->name);
		fd = open_socket(s->port, err);
		if (fd < 0)
			return err_prefix(err, "node %s", nodes[s->node].plan->name), fd;
		p->sockets[p->socket_count++] = fd;
	}
	return 0;
}

/*
 * To listen once more beside connections that are not over yet. Not before the first time: then
 * nobody else may have the port, who would otherwise get it while we do not listen.
 */
static void
allow_again(const struct process *p)
{
	for (size_t i = 0; i < p->socket_count; i++)
		(void)setsockopt(p->sockets[i], SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
}

int
passed_sockets_open(struct process *p, const struct node *nodes, int given, struct err *err)
{
	int home, r;

	if (p->plan->socket_count == 0)
		return 0;
	p->sockets = xcalloc(p->plan->socket_count + 1, sizeof(*p->sockets));
	if (given >= 0)
		p->sockets[p->socket_count++] = given;
	home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (home < 0)
		return err_errno(err, -errno, "open /proc/self/ns/net");
	r = open_all(p, nodes, err);
	if (setns(home, CLONE_NEWNET) < 0 && r >= 0)
		r = err_errno(err, -errno, "come back from a node's network");
	close(home);
	allow_again(p);
	return r;
}

int
passed_sockets_listen(const struct process *p, struct err *err)
{
	for (size_t i = 0; i < p->socket_count; i++) {
		if (listen(p->sockets[i], BACKLOG) < 0)
			return err_errno(err, -errno, "listen for %s", p->plan->name);
	}
	return 0;
}

void
passed_sockets_refuse(const struct process *p)
{
	/* Linux ends the listening, and keeps a port that was asked for by its number */
	for (size_t i = 0; i < p->socket_count; i++)
		(void)shutdown(p->sockets[i], SHUT_RDWR);
}

/* The environment, and what sd_listen_fds(3) looks for. Not freed: execve() takes it. */
static char **
environment_with(char **environment, size_t sockets)
{
	size_t count = 0;
	char **all;

	while (environment[count] != NULL)
		count++;
	all = xcalloc(count + 3, sizeof(*all));
	memcpy(all, environment, count * sizeof(*all));
	all[count] = xasprintf("LISTEN_PID=%d", (int)getpid());
	all[count + 1] = xasprintf("LISTEN_FDS=%zu", sockets);
	return all;
}

char **
passed_sockets_put(const struct process *p, char **environment, int *keep)
{
	int first = SD_LISTEN_FDS_START, behind = first + (int)p->socket_count;

	if (p->socket_count == 0)
		return environment;
	/* all out of the way, before one of them takes another's number */
	*keep = fcntl(*keep, F_DUPFD_CLOEXEC, behind);
	for (size_t i = 0; i < p->socket_count; i++)
		p->sockets[i] = fcntl(p->sockets[i], F_DUPFD_CLOEXEC, behind);
	for (size_t i = 0; i < p->socket_count; i++)
		(void)dup2(p->sockets[i], first + (int)i); /* without O_CLOEXEC */
	return environment_with(environment, p->socket_count);
}
