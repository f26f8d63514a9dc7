/*
 * Values of a JSON document, with errors that name the document and the path: "host.json:
 * bgp_neighbors[0].peer_as: missing; expected a number".
 *
 * Each function takes an object with the path to it ("" for the document itself) and gives 0 or
 * -EINVAL. A key that is null is one that is missing.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/err.h"
#include "base/ip.h"

#define JSON_PATH_MAX 96

/* An object within a document. */
struct json_place {
	const char *document;
	char path[JSON_PATH_MAX];
	const json_t *object; /* borrowed */
};

/* The element of an array of place; it may be anything. */
struct json_place json_element(const struct json_place *place, const char *key, size_t index);
/* The error of a key, or of the place itself for NULL. Gives -EINVAL. */
int json_complain(const struct json_place *place, const char *key, struct err *e, const char *fmt,
    ...) _printf_(4, 5);
/* NULL also when it is null. */
const json_t *json_value(const struct json_place *place, const char *key);

int json_get_u32(const struct json_place *place, const char *key, uint32_t min, uint32_t max,
    uint32_t *ret, struct err *e);
int json_get_bool(const struct json_place *place, const char *key, bool *ret, struct err *e);
/* Borrowed from the document. */
int json_get_text(const struct json_place *place, const char *key, const char **ret, struct err *e);
int json_get_ip(const struct json_place *place, const char *key, struct ip *ret, struct err *e);
/* 4 or 6, or "ipv4" or "ipv6". */
int json_get_family(
    const struct json_place *place, const char *key, enum ip_family *ret, struct err *e);
/* An array of at most max elements. */
int json_get_array(
    const struct json_place *place, const char *key, size_t max, const json_t **ret, struct err *e);
