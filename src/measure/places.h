/*
 * Where addresses are, from a file of prefixes. Pure, but for reading the file.
 *
 * A line is a prefix, a country, degrees north and east, and the name of the city if it is known:
 *
 *   192.0.2.0/24 NL 52.37 4.90 Amsterdam
 *   2001:db8::/32,SG,1.29,103.85
 *
 * with blanks, tabs or commas between the words. "-" stands for what is not known: a country, or
 * both of the degrees. What follows "#" is a comment. A prefix stands in a file once; the longest
 * that holds an address counts.
 */
#pragma once

#include <stddef.h>

#include "base/err.h"
#include "base/geo.h"
#include "base/ip.h"
#include "base/strbuf.h"
#include "measure/selection.h"

#define PLACES_MAX (UINT32_C(1) << 22) /* prefixes */
#define PLACE_NAME_MAX 253             /* bytes, of a country or a city */

struct place {
	struct prefix prefix;
	const char *country, *city; /* NULL: not known */
	bool has_point;
	struct geo_point point;
};

struct places;

/*
 * Reads a file, "-" for standard input, or a text that is called name. Bad lines are added to
 * report, as lines.h does; with one of them the whole is refused (-EINVAL).
 */
int places_load_file(
    const char *path, struct places **ret, struct strbuf *report, struct err *e) _must_use_;
int places_load_text(const char *name, const char *text, struct places **ret, struct strbuf *report,
    struct err *e) _must_use_;
void places_free(struct places *p); /* NULL is fine */
size_t places_count(const struct places *p); /* of its prefixes */

/* Of the longest prefix that holds the address; NULL: none does, or p is NULL. Borrowed. */
const struct place *places_find(const struct places *p, struct ip address);
/* Gives each line that the selection needs, as such a file has it. */
void places_select(const struct places *p, const struct selection *s,
    void (*take)(void *userdata, const char *line), void *userdata);
