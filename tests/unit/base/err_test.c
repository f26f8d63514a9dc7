#include "base/err.h"

#include <errno.h>

#include "tap.h"

TEST(reads_from_the_outside_in)
{
	struct err e = { 0 };

	CHECK_INT(err_errno(&e, -ENOENT, "open %s", "x"), -ENOENT);
	CHECK_INT(err_prefix(&e, "load %s", "y"), -ENOENT);
	CHECK_STR(e.message, "load y: open x: No such file or directory");
	CHECK_INT(e.code, -ENOENT);
}

TEST(null_is_fine)
{
	CHECK_INT(err_set(NULL, -EINVAL, "x"), -EINVAL);
	CHECK_INT(err_errno(NULL, -EIO, "x"), -EIO);
	CHECK_INT(err_prefix(NULL, "x"), 0);
}
