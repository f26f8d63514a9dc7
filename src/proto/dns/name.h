/* A domain name as a message of DNS has it, RFC 1035 sections 2.3.4 and 3.1: labels, none of them
 * compressed. */
#pragma once

#include "base/attr.h"
#include "wire/writer.h"

#define DNS_LABEL_MAX 63
#define DNS_NAME_MAX 253 /* characters, without a dot at the end */

/*
 * Writes it: "example.net", with or without a dot at the end; "" and "." are the root. Nothing is
 * escaped: each byte but the dot stands for itself. -EINVAL, and something is written: a label is
 * empty or too long, or all of it is.
 */
int dns_name_write(struct writer *w, const char *name) _must_use_;
