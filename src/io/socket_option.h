/* Socket options that are one number. */
#pragma once

#include <errno.h>
#include <sys/socket.h>

#define DSCP_CS6 (48 << 2) /* network control, in the byte that holds DSCP and ECN */

/* 0 or negative errno. */
static inline int
socket_set_int(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) < 0 ? -errno : 0;
}
