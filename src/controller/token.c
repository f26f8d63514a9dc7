#include "controller/token.h"

#include <nettle/sha2.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "controller/base64url.h"

#define PREFIX_LEN 4

static const char *const prefixes[] = {
	[TOKEN_PERSON] = "nct_",
	[TOKEN_HOST] = "nch_",
	[TOKEN_JOIN] = "ncj_",
	[TOKEN_SESSION] = "ncs_",
};

void
token_write(
    enum token_kind kind, const uint8_t secret[TOKEN_SECRET_BYTES], char text[TOKEN_TEXT_SIZE])
{
	_Static_assert(PREFIX_LEN + BASE64URL_SIZE(TOKEN_SECRET_BYTES) == TOKEN_TEXT_SIZE, "");
	memcpy(text, prefixes[kind], PREFIX_LEN);
	base64url_write(secret, TOKEN_SECRET_BYTES, text + PREFIX_LEN);
}

static bool
is_base64url(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_';
}

bool
token_read(const char *text, enum token_kind *ret)
{
	size_t len = strnlen(text, TOKEN_TEXT_SIZE);

	if (len != TOKEN_TEXT_SIZE - 1)
		return false;
	for (size_t i = PREFIX_LEN; i < len; i++) {
		if (!is_base64url(text[i]))
			return false;
	}
	for (size_t kind = 0; kind < ARRAY_SIZE(prefixes); kind++) {
		if (memcmp(text, prefixes[kind], PREFIX_LEN) == 0) {
			*ret = (enum token_kind)kind;
			return true;
		}
	}
	return false;
}

void
token_hash(const char *text, char hash[TOKEN_HASH_SIZE])
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx sha;

	sha256_init(&sha);
	sha256_update(&sha, strlen(text), (const uint8_t *)text);
	sha256_digest(&sha, sizeof(digest), digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		(void)snprintf(hash + 2 * i, 3, "%02x", digest[i]);
}
