/*
 * Whom a catchment asks: addresses, and prefixes that stand for one address in each of their blocks
 * (a /24 or a /48 if nothing else is said, the smallest that the world's routing tables carry).
 * Pure, but for reading the files.
 *
 * The list is in memory once: an address in 4 bytes (IPv4) or 16, a prefix as itself however many
 * targets it stands for; so 4,000,000 targets are 16 or 64 MB at most. The order is a shuffle of
 * their numbers, which takes no memory.
 *
 * What is excluded, and what is special (special.h) unless that is allowed, is never given out.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/ip.h"
#include "base/strbuf.h"

#define HITLIST_TARGETS_MAX (UINT32_C(1) << 26)

struct hitlist_conf {
	enum ip_family family;
	/* what a prefix gives one target for each of; its second address, which is .1 and ::1 */
	uint8_t block_len;
	bool allow_special; /* in a lab */
};

struct hitlist;

struct hitlist *hitlist_new(const struct hitlist_conf *conf);
void hitlist_free(struct hitlist *h); /* NULL is fine */

/* Told each good line, in the order in which they are read: whom to ask, or not to. */
typedef void (*hitlist_took_fn)(void *userdata, struct prefix p, bool is_excluded);
/* For who hands the lines on. Before any is read; userdata is borrowed. */
void hitlist_tell(struct hitlist *h, hitlist_took_fn took, void *userdata);

/*
 * Reads a file, "-" for standard input, or a text that is called name. Bad lines are added to
 * report, as lines.h does, counted in *bad, and left out. A negative errno: nothing more could be
 * read, or it is too much.
 */
int hitlist_read_file(struct hitlist *h, const char *path, struct strbuf *report, uint64_t *bad,
    struct err *e) _must_use_;
int hitlist_read_text(struct hitlist *h, const char *name, const char *text, struct strbuf *report,
    uint64_t *bad, struct err *e) _must_use_;
/* The same lines, for what must not be asked: prefixes of any length, and addresses. */
int hitlist_exclude_file(struct hitlist *h, const char *path, struct strbuf *report, uint64_t *bad,
    struct err *e) _must_use_;

int hitlist_exclude_text(struct hitlist *h, const char *name, const char *text,
    struct strbuf *report, uint64_t *bad, struct err *e) _must_use_;

struct hitlist_counts {
	uint64_t targets; /* places in the list; of those in prefixes, some may still be excluded */
	uint64_t repeated, excluded; /* left out of it */
};

/* When all is read: sorts it, and leaves out what is in it twice or excluded. */
int hitlist_finish(struct hitlist *h, struct hitlist_counts *ret, struct err *e) _must_use_;

/* Says that the target at a place is asked for soon: the list is longer than the caches of a
 * processor, and many of them can be fetched at once. */
void hitlist_prefetch(const struct hitlist *h, uint64_t place);
/* The target at a place in the list; false: it is not to be asked. */
bool hitlist_at(const struct hitlist *h, uint64_t place, struct ip *ret);
