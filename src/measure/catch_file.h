/*
 * The files of a catchment: a line of JSON that says what it is, a line for each target, and a line
 * of JSON at the end, so that a file without one is known to have been cut off.
 *
 *   {"nearcast_catchment":1,"kind":"replies","site":"am6",...}
 *   192.0.2.1 14250                    target, and us from the request to its reply
 *   {"end":"done","at":"2026-11-30T09:00:00.000000Z",...}
 *
 * Rows are in no order. Both lines of JSON may have more in them than is read here.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "base/err.h"
#include "base/ip.h"
#include "measure/lines.h"

#define CATCH_FILE_VERSION 1
#define CATCH_SITE_MAX 63

/* ---- writing ---- */

/* Takes rows over in place of a file: whole lines, borrowed for the call. */
typedef void (*catch_rows_fn)(void *userdata, const char *text, size_t len);

struct catch_writer {
	int fd; /* owned; -1: none */
	catch_rows_fn take; /* NULL: they go to the file */
	void *userdata;
	const char *name;
	struct strbuf rows; /* not written yet */
};

/* "-" is standard output. A file that is there is replaced. */
int catch_writer_open(struct catch_writer *w, const char *path, struct err *e) _must_use_;
/* There is no file: what is flushed is handed to `take`. */
void catch_writer_open_rows(struct catch_writer *w, catch_rows_fn take, void *userdata);
void catch_writer_close(struct catch_writer *w);
/* A line of JSON; takes over the reference. */
void catch_writer_json(struct catch_writer *w, json_t *line);
void catch_writer_row(struct catch_writer *w, struct ip target, int64_t us);
/* Whether enough has come together to be written. */
bool catch_writer_is_full(const struct catch_writer *w);
/* Hands over what is there to the kernel. */
int catch_writer_flush(struct catch_writer *w, struct err *e) _must_use_;

/* ---- reading ---- */

struct catch_reader {
	struct lines lines;
	json_t *head; /* owned */
	json_t *end;  /* owned; NULL: none came by now */
	enum ip_family family;
	uint64_t rows;
	struct ip last; /* the target of the last row */
};

/* Opens it and reads its first line. Fails for what is none of these kinds (ends with NULL). */
int catch_reader_open(
    struct catch_reader *r, const char *path, const char *const *kinds, struct err *e) _must_use_;
/* Likewise a text that is called name, as lines_open_text() takes it. */
int catch_reader_open_text(struct catch_reader *r, const char *name, const char *text,
    const char *const *kinds, struct err *e) _must_use_;
void catch_reader_close(struct catch_reader *r);
const char *catch_reader_text(const struct catch_reader *r, const char *key); /* of its head; "" */
/*
 * The words of the next row, of which the first is its target. 1: a row of `count` words or more;
 * 0: the end; or a negative errno. Bad rows are reported in lines, and left out.
 */
int catch_reader_next(
    struct catch_reader *r, struct line_word *words, size_t count, struct err *e) _must_use_;
/* A word as a number of us, which may be negative; false: reported as bad. */
bool catch_reader_us(struct catch_reader *r, struct line_word word, int64_t *ret);
/* Its words between blanks alone: a row of a merge has names of sites with commas between them. */
size_t catch_reader_columns(const struct catch_reader *r, struct line_word *words, size_t max);
