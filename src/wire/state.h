/*
 * State that outlives the program which wrote it: what one nearcastd hands to the next (an upgrade
 * in place), mostly of another version.
 *
 * A state is a run of records: tag (2 bytes), length (4), value; all big endian. A value is numbers
 * of 8 bytes each, a text, bytes, or records again. Their order says nothing. Who reads skips the
 * tags that it does not know, and leaves alone what has no record: a missing one means its default.
 * So both an older and a newer program can read it; a field that changes its meaning gets another
 * tag, and a tag that went away is never used again.
 *
 * What a struct's records are stands in a table (state_table.h). What is read may be hostile: a
 * length that is wrong is refused, a text that is no UTF-8 is mended here.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/reader.h"
#include "wire/writer.h"

/* ---- writing ---- */

/* Zeroed is empty. */
struct state_writer {
	uint8_t *bytes; /* owned */
	size_t len, cap;
};

void state_writer_done(struct state_writer *w); /* wipes it: there may be secrets in it */

void state_bytes(struct state_writer *w, uint16_t tag, const void *bytes, size_t len);
void state_text(struct state_writer *w, uint16_t tag, const char *text);
void state_numbers(struct state_writer *w, uint16_t tag, const uint64_t *numbers, size_t count);
void state_number(struct state_writer *w, uint16_t tag, uint64_t number);
/* Records up to state_end(), which is given what this returns. */
size_t state_begin(struct state_writer *w, uint16_t tag);
void state_end(struct state_writer *w, size_t mark);
/* Room for n bytes of a record that was begun; to be filled at once. */
struct writer state_room(struct state_writer *w, size_t n);

/* ---- reading ---- */

/*
 * The next record, of what is left of r; false at the end, or with r bad where lengths run over.
 * value is borrowed like r.
 */
bool state_next(struct reader *r, uint16_t *ret_tag, struct reader *ret_value);
/* The first record of the tag; an empty reader when there is none. */
struct reader state_find(struct reader r, uint16_t tag);
uint64_t state_find_number(struct reader r, uint16_t tag, uint64_t otherwise);
/* As much of the text as fits, mended; "" for none. Returns buf. */
char *state_find_text(struct reader r, uint16_t tag, char *buf, size_t size);
/* The same of a value. */
void state_read_text(struct reader value, char *buf, size_t size);

/* ---- whole documents: a head of magic, version and length before the records ---- */

void state_document_begin(struct state_writer *w, uint16_t version);
void state_document_end(struct state_writer *w);
/* False: it is none, or not whole. *ret_version is filled for every one that is whole. */
bool state_document_open(
    const void *bytes, size_t len, uint16_t *ret_version, struct reader *ret_records);
