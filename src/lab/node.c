#include "lab/node.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/netlink.h"
#include "lab/node_files.h"
#include "lab/node_sysctl.h"

/* Runs in a child of its own, which gets the namespaces that the supervisor then holds. */
static int
furnish(const struct lab_plan *plan, const struct lab_node *node, struct err *err)
{
	if (unshare(CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWUTS) < 0)
		return err_errno(err, -errno, "make namespaces");
	if (sethostname(node->name, strlen(node->name)) < 0)
		return err_errno(err, -errno, "set the host name");
	int r = node_files_make(plan, node, err);
	return r < 0 ? r : node_sysctl_set(node->forwarding, err);
}

static _noreturn_ void
child_main(int sock, const struct lab_plan *plan, const struct lab_node *node)
{
	struct err err = { 0 };
	char c;

	(void)furnish(plan, node, &err);
	/* The same program on both sides: the struct itself is the message. */
	if (send(sock, &err, sizeof(err), MSG_NOSIGNAL) == (ssize_t)sizeof(err))
		(void)!read(sock, &c, 1); /* live until the supervisor has taken the namespaces */
	_exit(0);
}

static int
open_namespace(pid_t pid, const char *kind, int *ret, struct err *err)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)pid, kind);
	*ret = open(path, O_RDONLY | O_CLOEXEC);
	return *ret < 0 ? err_errno(err, -errno, "open %s", path) : 0;
}

static int
take_namespaces(struct node *n, pid_t pid, struct err *err)
{
	int r = open_namespace(pid, "net", &n->net, err);

	if (r == 0)
		r = open_namespace(pid, "mnt", &n->mnt, err);
	if (r == 0)
		r = open_namespace(pid, "uts", &n->uts, err);
	return r;
}

static int
make_namespaces(struct node *n, const struct lab_plan *plan, struct err *err)
{
	int pair[2];
	struct err child_err = { 0 };

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_errno(err, -errno, "make a socket pair");
	pid_t pid = fork();
	if (pid == 0) {
		close(pair[0]);
		child_main(pair[1], plan, n->plan);
	}
	close(pair[1]);
	int r = pid < 0 ? err_errno(err, -errno, "fork") : 0;
	if (r == 0 && recv(pair[0], &child_err, sizeof(child_err), 0) != (ssize_t)sizeof(child_err))
		r = err_set(err, -ECHILD, "the process that makes it died");
	else if (r == 0 && child_err.code < 0)
		r = err_set(err, child_err.code, "%s", child_err.message);
	if (r == 0)
		r = take_namespaces(n, pid, err);
	close(pair[0]);
	if (pid > 0)
		(void)waitpid(pid, NULL, 0);
	return r;
}

/* A visit to the node's network, for the two sockets that stay there. */
static int
open_sockets(struct node *n, struct err *err)
{
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), r = 0;

	if (home < 0)
		return err_errno(err, -errno, "open /proc/self/ns/net");
	if (setns(n->net, CLONE_NEWNET) < 0)
		r = err_errno(err, -errno, "enter its network");
	if (r == 0)
		r = netlink_new(NETLINK_ROUTE, &n->rtnl, err);
	if (r == 0 && (n->sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) < 0)
		r = err_errno(err, -errno, "open a socket");
	if (setns(home, CLONE_NEWNET) < 0)
		r = err_errno(err, -errno, "come back from its network");
	close(home);
	return r;
}

int
node_make(struct node *n, const struct lab_plan *plan, size_t index, struct err *err)
{
	*n = (struct node){ .plan = &plan->nodes[index], .net = -1, .mnt = -1, .uts = -1, .sock = -1 };
	int r = make_namespaces(n, plan, err);
	if (r == 0)
		r = open_sockets(n, err);
	if (r == 0)
		r = rtnl_set_up(n->rtnl, "lo", true, err);
	if (r < 0)
		err_prefix(err, "node %s", n->plan->name);
	return r;
}

int
node_enter(const struct node *n)
{
	/* The mount namespace last: it also changes the root and the working folder. */
	if (setns(n->net, CLONE_NEWNET) < 0 || setns(n->uts, CLONE_NEWUTS) < 0 ||
	    setns(n->mnt, CLONE_NEWNS) < 0)
		return -errno;
	return 0;
}

int
node_add_routes(struct node *n, struct err *err)
{
	for (size_t i = 0; i < n->plan->route_count; i++) {
		const struct lab_route *route = &n->plan->routes[i];
		int r = rtnl_add_route(n->rtnl, route->dest, route->via, err);

		if (r < 0)
			return err_prefix(err, "node %s", n->plan->name), r;
	}
	return 0;
}

int
node_configure(struct node *n, struct err *err)
{
	for (size_t i = 0; i < n->plan->address_count; i++) {
		const struct lab_address *a = &n->plan->addresses[i];
		int r = rtnl_add_address(n->rtnl, a->ifname, a->addr, err);

		if (r < 0)
			return err_prefix(err, "node %s", n->plan->name), r;
	}
	return node_add_routes(n, err);
}
