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

TEST(a_sentence_is_well_formed_text)
{
	struct err e = { 0 };
	char odd[ERR_MESSAGE_MAX + 64];

	CHECK_INT(err_set(&e, -EINVAL, "no node caf\xe9 here"), -EINVAL);
	CHECK_STR(e.message, "no node caf? here");
	/* cut inside the last character */
	odd[0] = odd[1] = 'a';
	for (size_t i = 2; i + 2 < sizeof(odd); i += 2)
		memcpy(odd + i, "\xc3\xa9", 3);
	CHECK_INT(err_set(&e, -EINVAL, "%s", odd), -EINVAL);
	CHECK_INT(strlen(e.message), ERR_MESSAGE_MAX - 2);
	CHECK_INT(err_prefix(&e, "b"), -EINVAL);
	CHECK_INT(e.message[strlen(e.message) - 1] & 0xff, 0xa9);
}
