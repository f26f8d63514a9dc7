/*
 * Which network an address belongs to, from a file of prefixes and the AS numbers that originate
 * them. Pure, but for reading the file.
 *
 * A line is one of
 *
 *   192.0.2.0<TAB>24<TAB>64496     as CAIDA's Routeviews Prefix-to-AS data set (pfx2as) has it
 *   192.0.2.0/24 64496 Northwind   with the network's name, if it is known
 *
 * with blanks or tabs between the words. "64496_64497" is a prefix with several origins, and
 * "64496,64497" an AS set (RFC 4271, 4.3); both may be mixed. "AS" may stand before a number. What
 * follows "#" is a comment. A prefix stands in a file once.
 *
 * The longest prefix that holds an address is found by asking a hash table for each length that the
 * file has: at most 33 or 129 look-ups.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/ip.h"
#include "base/strbuf.h"
#include "measure/selection.h"

#define ORIGINS_MAX (UINT32_C(1) << 22) /* prefixes */
#define ORIGIN_ASNS_MAX 64
#define ORIGIN_NAME_MAX 253 /* bytes */

struct origin {
	struct prefix prefix;
	const char *name; /* of the network; NULL: not known */
	const uint32_t *asns;
	size_t count; /* at least 1 */
};

struct origins;

/*
 * Reads a file, "-" for standard input, or a text that is called name. Bad lines are added to
 * report, as lines.h does; with one of them the whole is refused (-EINVAL).
 */
int origins_load_file(
    const char *path, struct origins **ret, struct strbuf *report, struct err *e) _must_use_;
int origins_load_text(const char *name, const char *text, struct origins **ret,
    struct strbuf *report, struct err *e) _must_use_;
void origins_free(struct origins *o); /* NULL is fine */
size_t origins_count(const struct origins *o); /* of its prefixes */

/* Of the longest prefix that holds the address; NULL: none does, or o is NULL. Borrowed. */
const struct origin *origins_find(const struct origins *o, struct ip address);
/* Gives each line that the selection needs, as such a file has it. */
void origins_select(const struct origins *o, const struct selection *s,
    void (*take)(void *userdata, const char *line), void *userdata);
