#include "store/id.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/time.h"

#define DIGITS 26

char *
store_id(const char *prefix, int64_t at, char buf[static STORE_ID_MAX])
{
	static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";
	size_t n = strlen(prefix);
	unsigned __int128 bits = 0;

	assert(n > 0 && n <= 3);
	/* may wait at boot; afterwards it neither waits nor fails for 10 bytes */
	if (getrandom(&bits, 10, 0) != 10)
		abort();
	bits &= ((unsigned __int128)1 << 80) - 1;
	bits |= (unsigned __int128)((uint64_t)(at / NS_PER_MS) & 0xffffffffffff) << 80;
	memcpy(buf, prefix, n);
	buf[n] = '_';
	for (size_t i = 0; i < DIGITS; i++) {
		buf[n + DIGITS - i] = alphabet[(unsigned)bits & 31];
		bits >>= 5;
	}
	buf[n + 1 + DIGITS] = '\0';
	return buf;
}

char *
store_key(struct ip ip, char buf[static STORE_KEY_MAX])
{
	char *at = buf;

	*at++ = ip.family == IP_V4 ? '4' : '6';
	for (unsigned i = 0; i < ip_size(ip.family); i++) {
		*at++ = "0123456789abcdef"[ip.bytes[i] >> 4];
		*at++ = "0123456789abcdef"[ip.bytes[i] & 15];
	}
	*at = '\0';
	return buf;
}

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -EINVAL;
}

int
store_key_parse(const char *key, struct ip *ret)
{
	enum ip_family family = key[0] == '4' ? IP_V4 : key[0] == '6' ? IP_V6 : IP_NONE;
	struct ip ip = { .family = family };

	if (family == IP_NONE || strlen(key) != 1 + 2 * ip_size(family))
		return -EINVAL;
	for (unsigned i = 0; i < ip_size(family); i++) {
		int high = hex(key[1 + 2 * i]), low = hex(key[2 + 2 * i]);

		if (high < 0 || low < 0)
			return -EINVAL;
		ip.bytes[i] = (uint8_t)(high << 4 | low);
	}
	*ret = ip;
	return 0;
}
