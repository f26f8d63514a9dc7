#include "controller/base64url.h"

#include <nettle/base64.h>

void
base64url_write(const uint8_t *data, size_t len, char *text)
{
	char group[BASE64_ENCODE_LENGTH(1) + BASE64_ENCODE_FINAL_LENGTH];
	struct base64_encode_ctx ctx;
	size_t n;

	base64url_encode_init(&ctx);
	for (size_t i = 0; i < len; i++) {
		n = base64_encode_update(&ctx, group, 1, data + i);
		for (size_t k = 0; k < n; k++)
			*text++ = group[k];
	}
	n = base64_encode_final(&ctx, group);
	for (size_t k = 0; k < n && group[k] != '='; k++)
		*text++ = group[k];
	*text = '\0';
}
