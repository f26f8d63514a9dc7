#include "io/read_all.h"

#include <errno.h>
#include <unistd.h>

int
read_all(int fd, const char *name, size_t max, struct strbuf *ret, struct err *e)
{
	char part[16384];
	size_t before = ret->len;

	for (;;) {
		ssize_t n = read(fd, part, sizeof(part));

		if (n == 0)
			return 0;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(e, -errno, "%s", name);
		if ((size_t)n > max - (ret->len - before))
			return err_set(e, -EFBIG, "%s: more than %zu bytes", name, max);
		strbuf_add_mem(ret, part, (size_t)n);
	}
}
