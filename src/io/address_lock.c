#include "io/address_lock.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* The process that listens on the name; 0: not known, as where it is in another pid namespace. */
static struct ucred
holder_of(const struct sockaddr_un *name, socklen_t len)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct ucred cred = { 0 }, found;
	socklen_t found_len = sizeof(found);

	if (fd < 0)
		return cred;
	if (connect(fd, (const void *)name, len) == 0 &&
	    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &found, &found_len) == 0)
		cred = found;
	(void)close(fd);
	return cred;
}

static int
refuse(const char *address, const struct sockaddr_un *name, socklen_t len, struct err *e)
{
	struct ucred holder = holder_of(name, len);

	if (holder.pid > 0)
		return err_set(e, -EADDRINUSE,
		    "another agent has Global IP %s in this network namespace: process %d of user "
		    "%u",
		    address, (int)holder.pid, holder.uid);
	return err_set(
	    e, -EADDRINUSE, "another agent has Global IP %s in this network namespace", address);
}

int
address_lock(struct ip address, int *ret_fd, struct err *e)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	char text[IP_STR_MAX];
	socklen_t len;
	int fd;

	(void)ip_format(address, text);
	/* begins with NUL: abstract; the length counts, and no NUL ends it */
	len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
			  (size_t)snprintf(name.sun_path + 1, sizeof(name.sun_path) - 1,
			      "nearcast/global-ip/%s", text));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return err_errno(e, -errno, "lock of Global IP %s", text);
	/* it listens so that a second agent can ask who it is */
	if (bind(fd, (const void *)&name, len) < 0 || listen(fd, 1) < 0) {
		int r = -errno;

		(void)close(fd);
		return r == -EADDRINUSE ? refuse(text, &name, len, e)
					: err_errno(e, r, "lock of Global IP %s", text);
	}
	*ret_fd = fd;
	return 0;
}
