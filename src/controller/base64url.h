/* base64url without padding (RFC 4648 section 5), as it stands in URLs and tokens. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The text's bytes for len bytes of data, with NUL. */
#define BASE64URL_SIZE(len) (((len)*4 + 2) / 3 + 1)

/* text has room for BASE64URL_SIZE(len). */
void base64url_write(const uint8_t *data, size_t len, char *text);
