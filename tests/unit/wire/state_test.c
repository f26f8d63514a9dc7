#include "wire/state_table.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

struct point {
	uint32_t x;
	bool seen;
};

enum colour {
	RED,
	GREEN,
};

struct thing {
	bool yes;
	uint8_t u8;
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;
	enum colour colour;
	struct duration d;
	struct instant soon, never, not_yet;
	char text[8];
	struct ip ip, none;
	uint64_t list[3];
	struct point points[2];
};

static const struct state_field point_fields[] = {
	STATE_FIELD(1, STATE_NUMBER, struct point, x),
	STATE_FIELD(2, STATE_BOOL, struct point, seen),
};

static const struct state_table point_table = STATE_TABLE(point_fields);

static const struct state_field fields[] = {
	STATE_FIELD(1, STATE_BOOL, struct thing, yes),
	STATE_FIELD(2, STATE_NUMBER, struct thing, u8),
	STATE_FIELD(3, STATE_NUMBER, struct thing, u16),
	STATE_FIELD(4, STATE_NUMBER, struct thing, u32),
	STATE_FIELD(5, STATE_NUMBER, struct thing, u64),
	STATE_FIELD(6, STATE_NUMBER, struct thing, colour, .max = GREEN),
	STATE_FIELD(7, STATE_DURATION, struct thing, d),
	STATE_FIELD(8, STATE_INSTANT, struct thing, soon),
	STATE_FIELD(9, STATE_INSTANT, struct thing, never),
	STATE_FIELD(10, STATE_INSTANT, struct thing, not_yet),
	STATE_FIELD(11, STATE_TEXT, struct thing, text),
	STATE_FIELD(12, STATE_IP, struct thing, ip),
	STATE_FIELD(13, STATE_IP, struct thing, none),
	STATE_FIELDS(14, STATE_NUMBER, struct thing, list),
	STATE_FIELDS(15, STATE_STRUCT, struct thing, points, .table = &point_table),
};

static const struct state_table table = STATE_TABLE(fields);

static struct thing
a_thing(void)
{
	return (struct thing){ .yes = true,
		.u8 = UINT8_MAX,
		.u16 = UINT16_MAX,
		.u32 = UINT32_MAX,
		.u64 = UINT64_MAX,
		.colour = GREEN,
		.d = DURATION_MS(-5),
		.soon = { 1500 },
		.never = INSTANT_NEVER,
		.text = "abc",
		.ip = ip_from_v4(0xc0000201),
		.list = { 1, 2, 3 },
		.points = { { 7, true }, { 8, false } } };
}

static struct reader
all_of(const struct state_writer *w)
{
	return reader_init(w->bytes, w->len);
}

TEST(loads_what_was_saved)
{
	struct thing thing = a_thing(), got = { 0 };
	struct state_writer w = { 0 };

	state_save(&w, &table, &thing, (struct instant){ 1000 });
	REQUIRE(state_load(&table, all_of(&w), (struct instant){ 9000 }, &got));
	CHECK(got.yes && got.u8 == UINT8_MAX && got.u16 == UINT16_MAX && got.u32 == UINT32_MAX);
	CHECK(got.u64 == UINT64_MAX && got.colour == GREEN && got.d.ns == thing.d.ns);
	CHECK_INT(got.soon.ns, 9500); /* as long after the base as before */
	CHECK(instant_is_never(got.never));
	CHECK_INT(got.not_yet.ns, 0);
	CHECK_STR(got.text, "abc");
	CHECK(ip_equal(got.ip, thing.ip) && got.none.family == IP_NONE);
	CHECK(memcmp(got.list, thing.list, sizeof(got.list)) == 0);
	CHECK(got.points[0].x == 7 && got.points[0].seen);
	CHECK(got.points[1].x == 8 && !got.points[1].seen);
	state_writer_done(&w);
}

/* Tables of a program that knows less, and of one that knows more. */
TEST(unknown_tags_are_skipped_and_missing_ones_keep_their_default)
{
	static const struct state_field few_fields[] = {
		STATE_FIELD(4, STATE_NUMBER, struct thing, u32),
		STATE_FIELD(99, STATE_NUMBER, struct thing, u64),
	};
	static const struct state_table few = STATE_TABLE(few_fields);
	struct thing thing = a_thing(), got = { .u64 = 5, .u8 = 6, .list = { 9, 9, 9 } };
	struct state_writer w = { 0 };

	state_save(&w, &table, &thing, (struct instant){ 0 });
	CHECK(state_load(&few, all_of(&w), (struct instant){ 0 }, &got));
	CHECK(got.u32 == UINT32_MAX && got.u64 == 5 && got.u8 == 6);
	state_writer_done(&w);

	state_numbers(&w, 14, (uint64_t[]){ 1 }, 1); /* an array was shorter then ... */
	CHECK(state_load(&table, all_of(&w), (struct instant){ 0 }, &got));
	CHECK(got.list[0] == 1 && got.list[1] == 9);
	state_writer_done(&w);
	state_numbers(&w, 14, (uint64_t[]){ 4, 5, 6, 7 }, 4); /* ... or will be longer */
	CHECK(state_load(&table, all_of(&w), (struct instant){ 0 }, &got));
	CHECK(got.list[2] == 6);
	state_writer_done(&w);
}

TEST(what_can_not_be_is_refused)
{
	static const struct {
		uint16_t tag;
		uint64_t number;
	} cases[] = { { 1, 2 }, { 2, 256 }, { 3, 65536 }, { 4, UINT64_C(1) << 32 }, { 6, 2 },
		{ 7, (uint64_t)INT64_MAX - 1 } };
	struct thing got = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct state_writer w = { 0 };

		state_number(&w, cases[i].tag, cases[i].number);
		CHECK(!state_load(&table, all_of(&w), (struct instant){ 0 }, &got));
		state_writer_done(&w);
	}
}

TEST(texts_are_cut_and_mended)
{
	struct state_writer w = { 0 };
	struct thing got = { 0 };

	state_text(&w, 11, "abcdefghij");
	CHECK(state_load(&table, all_of(&w), (struct instant){ 0 }, &got));
	CHECK_STR(got.text, "abcdefg");
	state_writer_done(&w);
	state_bytes(&w, 11,
	    "a\xff"
	    "b\0c",
	    5);
	CHECK(state_load(&table, all_of(&w), (struct instant){ 0 }, &got));
	CHECK_STR(got.text, "a?b");
	state_writer_done(&w);
}

/* Every state that is cut, or has one byte changed, loads or is refused: nothing else. */
TEST(bytes_that_are_wrong_do_no_harm)
{
	struct thing thing = a_thing(), got;
	struct state_writer w = { 0 };
	int refused = 0;

	state_save(&w, &table, &thing, (struct instant){ 1000 });
	for (size_t len = 0; len < w.len; len++) {
		uint8_t *cut = malloc(len + 1); /* so that the sanitizer sees its end */

		got = (struct thing){ 0 };
		memcpy(cut, w.bytes, len);
		refused += !state_load(&table, reader_init(cut, len), (struct instant){ 5 }, &got);
		free(cut);
	}
	CHECK(refused > (int)w.len / 2);
	for (size_t at = 0; at < w.len; at++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			w.bytes[at] ^= (uint8_t)(1u << bit);
			got = (struct thing){ 0 };
			if (state_load(&table, all_of(&w), (struct instant){ 5 }, &got))
				CHECK(got.colour <= GREEN && memchr(got.text, 0, sizeof(got.text)));
			w.bytes[at] ^= (uint8_t)(1u << bit);
		}
	}
	state_writer_done(&w);
}

TEST(records_are_found)
{
	struct state_writer w = { 0 };
	char text[8];

	state_number(&w, 1, 11);
	size_t mark = state_begin(&w, 2);
	state_number(&w, 1, 22);
	state_end(&w, mark);
	state_text(&w, 3, "x");
	CHECK_INT(state_find_number(all_of(&w), 1, 0), 11);
	CHECK_INT(state_find_number(state_find(all_of(&w), 2), 1, 0), 22);
	CHECK_INT(state_find_number(all_of(&w), 9, 77), 77);
	CHECK_STR(state_find_text(all_of(&w), 3, text, sizeof(text)), "x");
	CHECK_STR(state_find_text(all_of(&w), 9, text, sizeof(text)), "");
	state_writer_done(&w);
}

TEST(documents_are_whole_or_none)
{
	struct state_writer w = { 0 };
	struct reader records;
	uint16_t version = 0;

	state_document_begin(&w, 7);
	state_number(&w, 1, 11);
	state_document_end(&w);
	REQUIRE(state_document_open(w.bytes, w.len, &version, &records));
	CHECK_INT(version, 7);
	CHECK_INT(state_find_number(records, 1, 0), 11);
	for (size_t len = 0; len < w.len; len++)
		CHECK(!state_document_open(w.bytes, len, &version, &records));
	w.bytes[0] ^= 1;
	CHECK(!state_document_open(w.bytes, w.len, &version, &records));
	state_writer_done(&w);
}
