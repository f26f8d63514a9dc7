#include "agent/catch_local.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

/* Of a packet that would go there. */
static int
own_address(struct ip target, struct ip *ret, struct err *e)
{
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr((struct endpoint){ .addr = target, .port = 1 }, &ss);
	struct endpoint own = { 0 };
	int fd = socket(ss.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0), r;

	r = fd < 0 ? -errno : 0;
	if (r == 0 && connect(fd, (struct sockaddr *)&ss, len) < 0)
		r = -errno;
	len = sizeof(ss);
	if (r == 0 && getsockname(fd, (struct sockaddr *)&ss, &len) < 0)
		r = -errno;
	if (r == 0)
		r = endpoint_from_sockaddr(&ss, &own);
	if (fd >= 0)
		(void)close(fd);
	if (r != 0)
		return err_errno(e, r, "an address of this host alone");
	*ret = own.addr;
	return 0;
}

static int
first_target(const struct hitlist *list, uint64_t targets, struct ip *ret)
{
	for (uint64_t i = 0; i < targets; i++) {
		if (hitlist_at(list, i, ret))
			return 0;
	}
	return -ENOENT;
}

int
catch_local(const struct hitlist *list, uint64_t targets, struct ip *global, struct err *e)
{
	struct ip target, own;
	int r;

	if (first_target(list, targets, &target) < 0)
		return err_set(e, -ENOENT, "there is no target to ask");
	r = own_address(target, &own, e);
	if (r < 0)
		return r;
	if (ip_equal(own, *global))
		return err_set(e, -EADDRNOTAVAIL,
		    "packets to the targets leave this host from the Global IP: it has no address "
		    "of its own to measure from");
	*global = own;
	return 0;
}
