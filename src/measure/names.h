/*
 * Names of addresses, from a file: what a traceroute shows beside them.
 *
 * The file is JSON: {"names":[{"address":"198.51.100.4","name":"ams.northwind","city":"ams",
 * "city_name":"Amsterdam","network":"northwind","asn":64496,"site":null}]}. Only `address` is
 * needed; null is as good as absent; unknown keys are allowed (the lab writes more than a trace
 * shows). Everything else that is wrong is refused, with the place.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/ip.h"

#define NAMES_FILE_MAX (32u << 20)
#define NAMES_MAX 200000
#define NAMES_TEXT_MAX 253

struct name_entry {
	struct ip address;
	const char *name; /* NULL: not known, as all of these */
	const char *city, *city_name, *network, *site;
	uint32_t asn; /* 0: not known */
};

struct names;

/* -ENOENT when there is no such file. */
int names_load_file(const char *path, struct names **ret, struct err *e) _must_use_;
/* label stands for the file in errors. */
int names_load_text(
    const char *label, const char *text, size_t len, struct names **ret, struct err *e) _must_use_;
void names_free(struct names *n); /* NULL is fine */
size_t names_count(const struct names *n);
/* NULL when not known; n may be NULL. Borrowed. */
const struct name_entry *names_find(const struct names *n, struct ip address);
/* The first entry of that name; for an address that several hosts answer, once one has said its name. */
const struct name_entry *names_find_name(const struct names *n, const char *name);
