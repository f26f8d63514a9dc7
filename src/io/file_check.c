/* File: something is at a path, or nothing is. Asks the file system of this host, and at once. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "io/check_kind.h"

/* 1: something is there, 0: nothing is; -errno: that can not be told. */
static int
is_there(const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0)
		return 1;
	return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
}

static int
file_able(const struct check_spec *spec, struct err *e)
{
	int r = is_there(spec->path);

	return r < 0 ? err_errno(e, r, "%s", spec->path) : 0;
}

static void
file_start(struct check_run *run)
{
	const struct check_spec *spec = run->spec;
	int r = is_there(spec->path);
	bool wanted = spec->expect_file == CHECK_FILE_PRESENT;

	if (r < 0)
		check_run_end(run, CHECK_RUN_CANNOT, "%s: %s", spec->path, strerror(-r));
	else
		check_run_end(run, (r == 1) == wanted ? CHECK_RUN_PASSED : CHECK_RUN_FAILED,
		    "%s is %sthere", spec->path, r == 1 ? "" : "not ");
}

static void
file_stop(struct check_run *run)
{
	(void)run;
}

const struct check_kind file_check_kind = {
	.size = sizeof(struct check_run),
	.able = file_able,
	.start = file_start,
	.stop = file_stop,
};
