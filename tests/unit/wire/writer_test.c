#include "wire/writer.h"

#include "tap.h"

TEST(writes_big_endian_with_lengths)
{
	static const uint8_t want[] = { 0, 9, 1, 0, 5, 2, 1, 2, 3, 4, 0xff };
	uint8_t buf[32];
	struct writer w = writer_init(buf, sizeof(buf));
	struct writer_mark outer = writer_len16_begin(&w);

	writer_u8(&w, 1);
	writer_u16(&w, 5);
	struct writer_mark inner = writer_len8_begin(&w);

	writer_u16(&w, 0x0102);
	writer_len_end(&w, inner);
	writer_bytes(&w, "\3\4", 2);
	writer_fill(&w, 0xff, 1);
	writer_len_end(&w, outer);
	CHECK(writer_ok(&w));
	CHECK_MEM(buf, writer_len(&w), want, sizeof(want));
	writer_patch_u16(&w, 0, 0xabcd);
	CHECK_INT(buf[0], 0xab);
}

TEST(overflow_is_sticky_and_writes_nothing)
{
	uint8_t buf[4] = { 0 };
	struct writer w = writer_init(buf, 3);

	writer_u16(&w, 0x0102);
	writer_u16(&w, 0x0304);
	CHECK(!writer_ok(&w));
	writer_u8(&w, 5);
	CHECK_INT(buf[2], 0);
	CHECK_INT(writer_len(&w), 2);
}

TEST(a_value_that_does_not_fit_is_an_error)
{
	uint8_t buf[400];
	struct writer w = writer_init(buf, sizeof(buf));

	writer_u8(&w, 256);
	CHECK(!writer_ok(&w));

	w = writer_init(buf, sizeof(buf));
	struct writer_mark mark = writer_len8_begin(&w);

	writer_fill(&w, 0, 256);
	writer_len_end(&w, mark);
	CHECK(!writer_ok(&w));

	w = writer_init(buf, sizeof(buf));
	writer_patch_u16(&w, 0, 1);
	CHECK(!writer_ok(&w));
}
