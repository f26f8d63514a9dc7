/* File descriptors as locals: `_cleanup_(closep) int fd = -1;`, handed over with TAKE_FD(). */
#pragma once

#include <unistd.h>

static inline void
closep(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}
