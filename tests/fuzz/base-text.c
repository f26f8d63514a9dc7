/* The text readers of base/: what is accepted must be written back to something that reads the same. */
#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "base/ip.h"
#include "base/strbuf.h"
#include "base/time.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
try_duration(const char *text)
{
	char buf[DURATION_STR_MAX];
	struct duration d, again;

	if (duration_parse(text, &d) < 0)
		return;
	assert(d.ns >= 0);
	assert(duration_parse(duration_format(d, buf), &again) == 0);
	assert(again.ns == d.ns);
}

static void
try_addresses(const char *text)
{
	char buf[PREFIX_STR_MAX + ENDPOINT_STR_MAX];
	struct prefix p, p_again;
	struct endpoint e, e_again;
	struct ip ip, ip_again;

	if (ip_parse(text, &ip) == 0) {
		assert(ip_parse(ip_format(ip, buf), &ip_again) == 0);
		assert(ip_equal(ip, ip_again));
	}
	if (prefix_parse(text, &p) == 0) {
		assert(prefix_parse(prefix_format(p, buf), &p_again) == 0);
		assert(prefix_equal(p, p_again));
	}
	if (endpoint_parse(text, &e) == 0) {
		assert(endpoint_parse(endpoint_format(e, buf), &e_again) == 0);
		assert(endpoint_equal(e, e_again));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const words[] = { "hold-time", "neighbors", "interval", NULL };
	char text[256];
	uint64_t n;

	if (size >= sizeof(text))
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	try_duration(text);
	try_addresses(text);
	(void)parse_u64(text, 1000, &n);
	(void)str_nearest(text, words);
	return 0;
}
