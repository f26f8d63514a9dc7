#include "wire/state_table.h"

#include <string.h>

#define NUMBER_LEN 8
#define ADDRESS_LEN 16 /* of an IP, behind its family */

/* ---- saving ---- */

enum moment {
	MOMENT_NOT_YET,
	MOMENT_NEVER,
	MOMENT_RELATIVE,
};

static void
save_instant(struct writer *w, struct instant t, struct instant base)
{
	enum moment kind = t.ns == 0             ? MOMENT_NOT_YET
			   : instant_is_never(t) ? MOMENT_NEVER
						 : MOMENT_RELATIVE;

	writer_u8(w, kind);
	writer_u64(w, kind == MOMENT_RELATIVE ? (uint64_t)instant_diff(t, base).ns : 0);
}

/* A number, in the size that it has. */
static uint64_t
get_number(const void *p, size_t size)
{
	uint8_t u8;
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;

	switch (size) {
	case 1:
		memcpy(&u8, p, size);
		return u8;
	case 2:
		memcpy(&u16, p, size);
		return u16;
	case 4:
		memcpy(&u32, p, size);
		return u32;
	default:
		memcpy(&u64, p, size);
		return u64;
	}
}

static void
save_element(struct writer *w, const struct state_field *f, const void *p, struct instant base)
{
	const struct ip *ip = p;
	const bool *yes = p;

	switch (f->type) {
	case STATE_BOOL:
		writer_u64(w, *yes);
		break;
	case STATE_NUMBER:
	case STATE_DURATION:
		writer_u64(w, get_number(p, f->size));
		break;
	case STATE_INSTANT:
		save_instant(w, *(const struct instant *)p, base);
		break;
	case STATE_IP:
		writer_u8(w, ip->family);
		writer_bytes(w, ip->bytes, ADDRESS_LEN);
		break;
	case STATE_TEXT:
	case STATE_STRUCT:
		break; /* in save_field() */
	}
}

/* In bytes, of the value of one element. */
static size_t
element_len(enum state_type type)
{
	return type == STATE_INSTANT ? 1 + NUMBER_LEN
	       : type == STATE_IP    ? 1 + ADDRESS_LEN
				     : NUMBER_LEN;
}

/* Each struct is a record inside, whose tag is its index. */
static void
save_structs(
    struct state_writer *w, const struct state_field *f, const char *p, struct instant base)
{
	size_t all = state_begin(w, f->tag);

	for (size_t i = 0; i < f->count; i++) {
		size_t one = state_begin(w, (uint16_t)i);

		state_save(w, f->table, p + i * f->size, base);
		state_end(w, one);
	}
	state_end(w, all);
}

static void
save_field(struct state_writer *w, const struct state_field *f, const char *p, struct instant base)
{
	struct writer elements;
	size_t mark;

	if (f->type == STATE_TEXT) {
		state_text(w, f->tag, p);
		return;
	}
	if (f->type == STATE_STRUCT) {
		save_structs(w, f, p, base);
		return;
	}
	mark = state_begin(w, f->tag);
	elements = state_room(w, f->count * element_len(f->type));
	for (size_t i = 0; i < f->count; i++)
		save_element(&elements, f, p + i * f->size, base);
	state_end(w, mark);
}

void
state_save(struct state_writer *w, const struct state_table *table, const void *object,
    struct instant base)
{
	for (size_t i = 0; i < table->count; i++)
		save_field(
		    w, &table->fields[i], (const char *)object + table->fields[i].offset, base);
}

/* ---- loading ---- */

static bool
load_number(struct reader *r, const struct state_field *f, void *p)
{
	uint64_t n = reader_u64(r);
	uint64_t most = f->size < 8 ? (UINT64_C(1) << (8 * f->size)) - 1 : UINT64_MAX;
	uint8_t u8 = (uint8_t)n;
	uint16_t u16 = (uint16_t)n;
	uint32_t u32 = (uint32_t)n;
	const void *from = f->size == 1   ? (void *)&u8
			   : f->size == 2 ? (void *)&u16
			   : f->size == 4 ? (void *)&u32
					  : (void *)&n;

	if (n > (f->max ? f->max : most))
		return false;
	memcpy(p, from, f->size);
	return true;
}

/* So far apart that sums of some stay what they are. */
static bool
is_near(int64_t ns)
{
	return ns > -INT64_MAX / 8 && ns < INT64_MAX / 8;
}

static bool
load_instant(struct reader *r, struct instant base, struct instant *ret)
{
	enum moment kind = reader_u8(r);
	int64_t ns = (int64_t)reader_u64(r);

	switch (kind) {
	case MOMENT_NOT_YET:
		*ret = (struct instant){ 0 };
		return true;
	case MOMENT_NEVER:
		*ret = INSTANT_NEVER;
		return true;
	case MOMENT_RELATIVE:
		*ret = (struct instant){ is_near(ns) && is_near(base.ns) ? base.ns + ns : 0 };
		return is_near(ns) && is_near(base.ns);
	}
	return false;
}

static bool
load_ip(struct reader *r, struct ip *ret)
{
	uint8_t family = reader_u8(r);
	struct ip ip = { 0 };

	if (family != IP_NONE && family != IP_V4 && family != IP_V6)
		return false;
	if (family == IP_NONE) {
		reader_skip(r, ADDRESS_LEN);
	} else {
		const uint8_t *bytes = reader_bytes(r, ADDRESS_LEN);

		if (bytes)
			ip = ip_from_bytes((enum ip_family)family, bytes);
	}
	*ret = ip;
	return true;
}

static bool
load_element(struct reader *r, const struct state_field *f, struct instant base, void *p)
{
	struct duration *d = p;
	uint64_t n;

	switch (f->type) {
	case STATE_BOOL:
		n = reader_u64(r);
		*(bool *)p = n == 1;
		return n <= 1;
	case STATE_NUMBER:
		return load_number(r, f, p);
	case STATE_DURATION:
		d->ns = (int64_t)reader_u64(r);
		return is_near(d->ns) || d->ns == INT64_MAX;
	case STATE_INSTANT:
		return load_instant(r, base, p);
	case STATE_IP:
		return load_ip(r, p);
	case STATE_TEXT:
	case STATE_STRUCT:
		break; /* in load_field() */
	}
	return false;
}

static bool
load_structs(struct reader value, const struct state_field *f, struct instant base, char *p)
{
	struct reader one;
	uint16_t index;

	while (state_next(&value, &index, &one)) {
		if (index < f->count && !state_load(f->table, one, base, p + index * f->size))
			return false;
	}
	return reader_done(&value);
}

static bool
load_field(struct reader value, const struct state_field *f, struct instant base, char *p)
{
	if (f->type == STATE_TEXT) {
		state_read_text(value, p, f->size);
		return true;
	}
	if (f->type == STATE_STRUCT)
		return load_structs(value, f, base, p);
	for (size_t i = 0; i < f->count && reader_left(&value) > 0; i++) {
		if (!load_element(&value, f, base, p + i * f->size))
			return false;
	}
	return reader_ok(&value);
}

static const struct state_field *
find_field(const struct state_table *table, uint16_t tag)
{
	for (size_t i = 0; i < table->count; i++) {
		if (table->fields[i].tag == tag)
			return &table->fields[i];
	}
	return NULL;
}

bool
state_load(
    const struct state_table *table, struct reader records, struct instant base, void *object)
{
	struct reader value;
	uint16_t tag;

	while (state_next(&records, &tag, &value)) {
		const struct state_field *f = find_field(table, tag);

		if (f && !load_field(value, f, base, (char *)object + f->offset))
			return false;
	}
	return reader_done(&records);
}
