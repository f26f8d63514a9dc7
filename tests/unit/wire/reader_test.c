#include "wire/reader.h"

#include "tap.h"

static const uint8_t bytes[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18 };

TEST(reads_big_endian)
{
	struct reader r = reader_init(bytes, sizeof(bytes));

	CHECK_INT(reader_u8(&r), 1);
	CHECK_INT(reader_u16(&r), 0x0203);
	reader_skip(&r, 3);
	CHECK_INT(reader_u32(&r), 0x0708090a);
	CHECK(reader_u64(&r) == UINT64_C(0x0b0c0d0e0f101112));
	CHECK(reader_done(&r));
}

TEST(error_is_sticky)
{
	struct reader r = reader_init(bytes, 3);
	uint8_t copy[4] = { 9, 9, 9, 9 };

	CHECK_INT(reader_u32(&r), 0);
	CHECK(!reader_ok(&r));
	CHECK_INT(reader_u8(&r), 0); /* there is a byte, but the reader is spent */
	CHECK_INT(reader_left(&r), 0);
	reader_copy(&r, copy, sizeof(copy));
	CHECK_INT(copy[0] | copy[3], 0);
	CHECK(reader_bytes(&r, 0) == NULL);
	CHECK(!reader_done(&r));
}

TEST(sub_reader_cannot_see_past_its_end)
{
	struct reader r = reader_init(bytes, 6), sub = reader_sub(&r, 2);

	CHECK_INT(reader_u16(&sub), 0x0102);
	CHECK_INT(reader_u8(&sub), 0);
	CHECK(!reader_ok(&sub));
	CHECK(reader_ok(&r));
	CHECK_INT(reader_u8(&r), 3);
	sub = reader_sub(&r, 4);
	CHECK(!reader_ok(&sub) && !reader_ok(&r));
}

TEST(empty)
{
	struct reader r = reader_init(NULL, 0);

	CHECK(reader_done(&r));
	reader_skip(&r, 0);
	CHECK(reader_ok(&r));
	reader_skip(&r, 1);
	CHECK(!reader_ok(&r));
}
