#include "agent/run_mark.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"

struct run_mark {
	char *path; /* owned */
	bool keep;
};

int
run_mark_new(const char *control, bool *ret_was_there, struct run_mark **ret, struct err *e)
{
	_cleanup_(freep) char *path = xasprintf("%s.running", control);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool was_there = fd < 0 && errno == EEXIST;
	struct run_mark *m;

	if (fd < 0 && !was_there)
		return err_errno(e, -errno, "create %s", path);
	if (fd >= 0)
		(void)close(fd);
	m = xcalloc(1, sizeof(*m));
	m->path = TAKE(path);
	m->keep = was_there;
	*ret_was_there = was_there;
	*ret = m;
	return 0;
}

void
run_mark_keep(struct run_mark *m)
{
	m->keep = true;
}

void
run_mark_clear(struct run_mark *m)
{
	m->keep = false;
}

void
run_mark_free(struct run_mark *m)
{
	if (m == NULL)
		return;
	if (!m->keep)
		(void)unlink(m->path);
	free(m->path);
	free(m);
}
