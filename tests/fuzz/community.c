/* Communities as text: what is read is written back to something that reads the same. */
#include <assert.h>
#include <string.h>

#include "proto/bgp/community.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_refused(int r, const struct err *e)
{
	assert(r < 0 && e->code == r && e->message[0]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[256], buf[BGP_COMMUNITY_STR_MAX];
	struct bgp_large_community large, large_again;
	uint64_t ext, ext_again;
	uint32_t plain, plain_again;
	struct err e = { 0 };
	int r;

	if (size >= sizeof(text))
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	r = bgp_community_parse(text, &plain, &e);
	if (r == 0) {
		assert(
		    bgp_community_parse(bgp_community_format(plain, buf), &plain_again, NULL) == 0);
		assert(plain_again == plain);
	} else {
		check_refused(r, &e);
	}
	r = bgp_ext_community_parse(text, &ext, &e);
	if (r == 0) {
		assert(bgp_ext_community_parse(
			   bgp_ext_community_format(ext, buf), &ext_again, NULL) == 0);
		assert(ext_again == ext);
	} else {
		check_refused(r, &e);
	}
	r = bgp_large_community_parse(text, &large, &e);
	if (r == 0) {
		(void)bgp_large_community_format(large, buf);
		assert(strcmp(buf, text) == 0); /* there is no other way to write it */
		assert(bgp_large_community_parse(buf, &large_again, NULL) == 0);
		assert(memcmp(&large, &large_again, sizeof(large)) == 0);
	} else {
		check_refused(r, &e);
	}
	return 0;
}
