#include "io/fd_limit.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/resource.h>

int
fd_limit_raise(uint64_t want, struct err *e)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l) < 0)
		return err_errno(e, -errno, "ask for the limit of file descriptors");
	if (l.rlim_cur >= want)
		return 0;
	if (l.rlim_max < want)
		return err_set(e, -EMFILE,
		    "%" PRIu64 " file descriptors are needed, and this process may have %" PRIu64
		    " (LimitNOFILE= of its unit, or ulimit -Hn)",
		    want, (uint64_t)l.rlim_max);
	l.rlim_cur = want;
	if (setrlimit(RLIMIT_NOFILE, &l) < 0)
		return err_errno(
		    e, -errno, "raise the limit of file descriptors to %" PRIu64, want);
	return 0;
}
