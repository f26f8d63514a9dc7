/*
 * Names of addresses, from a file: what a traceroute shows beside them.
 *
 * The file is JSON: {"names":[{"address":"198.51.100.4","name":"ams.northwind","city":"ams",
 * "city_name":"Amsterdam","network":"northwind","asn":64496,"site":null}]}. Only `address` is
 * needed; null is as good as absent; unknown keys are allowed. `latitude` and `longitude`, numbers
 * of degrees, say where it is, and so where its site is. Everything else that is wrong is refused,
 * with the place. A file without anything in it, as /dev/null, has no names.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/geo.h"
#include "base/ip.h"

#define NAMES_FILE_MAX (32u << 20)
#define NAMES_MAX 200000
#define NAMES_TEXT_MAX 253

struct name_entry {
	struct ip address;
	const char *name; /* NULL: not known, as all of these */
	const char *city, *city_name, *network, *site;
	uint32_t asn; /* 0: not known */
	bool has_place;
	struct geo_point place;
};

struct names;

/* -ENOENT when there is no such file. */
int names_load_file(const char *path, struct names **ret, struct err *e) _must_use_;
/* label stands for the file in errors. */
int names_load_text(
    const char *label, const char *text, size_t len, struct names **ret, struct err *e) _must_use_;
void names_free(struct names *n); /* NULL is fine */
/* NULL when not known; n may be NULL. Borrowed. */
const struct name_entry *names_find(const struct names *n, struct ip address);
/* The first entry of that name; for an address that several hosts answer, once one has said its name. */
const struct name_entry *names_find_name(const struct names *n, const char *name);
/* The first entry of that site that has a place; NULL when none has. */
const struct name_entry *names_find_site(const struct names *n, const char *site);
/* The site with a place that is nearest; NULL when none has one. */
const struct name_entry *names_nearest_site(const struct names *n, struct geo_point at);
