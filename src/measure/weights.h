/*
 * How much prefixes weigh (queries, bytes, users), from a file with a prefix or an address and a
 * whole number in each line, with blanks, tabs or a comma between. What follows "#" is a comment. A
 * prefix that stands in a file twice weighs both; one within another weighs beside it. Pure, but
 * for reading the file.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/ip.h"
#include "base/strbuf.h"
#include "measure/lines.h"
#include "measure/selection.h"

#define WEIGHTS_MAX (UINT32_C(1) << 22) /* prefixes */

struct weight {
	struct prefix prefix;
	uint64_t count;
};

struct weights {
	struct weight *items; /* owned; in the order of the file */
	size_t count, cap;
	struct prefix_map by_prefix; /* owned */
};

/* One line; false: it is empty, or was reported as wrong. */
bool weight_read(struct lines *l, struct weight *ret);

/*
 * Reads a file, "-" for standard input, or a text that is called name, which is what was told
 * piece by piece: there a prefix that was told already is a bad line, since both would count. Bad
 * lines are added to report, as lines.h does; with one of them the whole is refused (-EINVAL).
 */
int weights_load_file(
    const char *path, struct weights **ret, struct strbuf *report, struct err *e) _must_use_;
int weights_load_text(const char *name, const char *text, struct weights **ret,
    struct strbuf *report, struct err *e) _must_use_;
void weights_free(struct weights *w); /* NULL is fine */
/* Gives each line that weighs on a target of the selection: its prefix holds it, or lies within. */
void weights_select(const struct weights *w, const struct selection *s,
    void (*take)(void *userdata, const char *line), void *userdata);
