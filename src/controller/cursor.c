#include "controller/cursor.h"

#include <assert.h>
#include <nettle/base64.h>
#include <stdint.h>
#include <string.h>

#include "controller/base64url.h"

/* in front of the key, so that another form can come one day */
#define VERSION '1'

void
cursor_write(const char *key, char cursor[CURSOR_SIZE])
{
	char text[CURSOR_KEY_MAX + 2] = { VERSION };
	size_t len = strlen(key);

	assert(len <= CURSOR_KEY_MAX);
	memcpy(text + 1, key, len + 1);
	base64url_write((const uint8_t *)text, len + 1, cursor);
}

bool
cursor_read(const char *cursor, char key[CURSOR_KEY_MAX + 1])
{
	struct base64_decode_ctx ctx;
	uint8_t text[BASE64_DECODE_LENGTH(CURSOR_SIZE + 4)];
	size_t len = strlen(cursor), n = sizeof(text);
	char again[CURSOR_SIZE];

	if (len == 0 || len >= CURSOR_SIZE)
		return false;
	base64url_decode_init(&ctx);
	if (!base64_decode_update(&ctx, &n, text, len, cursor) || n < 1 || n > CURSOR_KEY_MAX + 1 ||
	    text[0] != VERSION)
		return false;
	for (size_t i = 1; i < n; i++) {
		if (text[i] < ' ' || text[i] > '~')
			return false;
	}
	memcpy(key, text + 1, n - 1);
	key[n - 1] = '\0';
	/* one text for each key: what is not written so is none of ours */
	cursor_write(key, again);
	return strcmp(again, cursor) == 0;
}
