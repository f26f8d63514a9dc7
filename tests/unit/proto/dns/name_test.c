/* Domain names as messages have them. */
#include "proto/dns/name.h"

#include <errno.h>
#include <string.h>

#include "tap.h"

static uint8_t buf[300];

/* Gives the length, or what is wrong. */
static int
write_name(const char *name)
{
	struct writer w = writer_init(buf, sizeof(buf));
	int r = dns_name_write(&w, name);

	return r < 0 ? r : (int)writer_len(&w);
}

TEST(labels_and_the_root_behind_them)
{
	CHECK_INT(write_name("www.example"), 13);
	CHECK_MEM(buf, 13, "\3www\7example", 13);
	CHECK_INT(write_name("www.example."), 13);
	CHECK_INT(write_name("."), 1);
	CHECK_INT(write_name(""), 1);
	CHECK_INT(buf[0], 0);
}

TEST(what_is_no_name)
{
	static const char *const none[] = { "..", ".a", "a..", "a..b", ".a." };
	char label[64 + 1], name[256];

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		CHECK_INT(write_name(none[i]), -EINVAL);
	memset(label, 'a', sizeof(label));
	label[64] = '\0';
	CHECK_INT(write_name(label), -EINVAL);
	label[63] = '\0';
	CHECK_INT(write_name(label), 65);
	/* 253 characters are 255 bytes: the most that there may be */
	for (size_t i = 0; i < sizeof(name); i++)
		name[i] = i % 64 == 63 ? '.' : 'a';
	name[253] = '\0';
	CHECK_INT(write_name(name), 255);
	name[253] = '.';
	name[254] = '\0';
	CHECK_INT(write_name(name), 255);
	name[253] = 'a';
	CHECK_INT(write_name(name), -EINVAL);
}
