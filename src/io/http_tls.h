/*
 * What a TLS server shows and knows: a certificate with its chain, and the key to it, from files in
 * PEM. Looked at when they are loaded, so that an operator is told instead of his clients.
 *
 * By GnuTLS, which libmicrohttpd brings with it; docs/decisions/0011-http-server.md.
 */
#pragma once

#include <stdint.h>

#include "base/err.h"

struct http_tls;

/*
 * Gives a reference. A sentence with the file's name when one cannot be read or is none, when the
 * key belongs to another certificate, and when the certificate is not valid now: -EKEYEXPIRED with
 * the date at which it expired, -EKEYREJECTED with that at which it begins.
 */
int http_tls_load(const char *certificate_path, const char *key_path, struct http_tls **ret,
    struct err *e) _must_use_;
struct http_tls *http_tls_ref(struct http_tls *t);
void http_tls_unref(struct http_tls *t); /* NULL is fine */
/* When the first certificate of the chain expires, in seconds since 1970. */
int64_t http_tls_expires(const struct http_tls *t);
