/* Ids of rows, and keys of addresses: both are text that sorts as it should. */
#pragma once

#include <stdint.h>

#include "base/ip.h"

/* A prefix of 3 letters at most, "_", 26 characters, NUL. */
#define STORE_ID_MAX 31

/*
 * Writes a new id, "ip_01k6gz8x3v…": after the prefix the milliseconds since 1970 in 48 bits and 80
 * random ones, in base 32 (Crockford's, lower case). So ids of later times sort behind those of
 * earlier ones, two of one moment in any order, and none is made twice: no sequence is needed, by
 * any number of controllers, whatever their clocks say. It is no secret. at: nanoseconds since
 * 1970. Returns buf.
 */
char *store_id(const char *prefix, int64_t at, char buf[static STORE_ID_MAX]);

#define STORE_KEY_MAX 34

/*
 * Writes the key of an address: the family's digit and the bytes in hex, "4c0000201". Of one family
 * they have one length, and their order is that of the addresses. Returns buf.
 */
char *store_key(struct ip ip, char buf[static STORE_KEY_MAX]);
/* 0, or -EINVAL when it is no key. */
int store_key_parse(const char *key, struct ip *ret);
