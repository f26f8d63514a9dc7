#include "bytes.h"

#include <errno.h>

#include "base/strbuf.h"
#include "proto/bgp/capture.h"

#define KEEPALIVE MARKER "0013 04 "
#define WITHDRAW4 MARKER "001c 02 0005 20 cb00710a 0000 "
#define ANNOUNCE4 MARKER "0030 02 0000 0014 400101 00 400206 0201 0000fde9 400304 c0000201 20 cb00710a "
#define BOTH6                                                                                      \
	MARKER "0050 02 0000 0039 900f 0008 0002 01 20 20010db8"                                   \
	       "900e 001c 0002 01 10 20010db8 00000000 00000000 00000001 00 30 20010db8f00d"       \
	       "400101 00 400206 0201 0000fde9"

/* RFC 8950; who agreed on what is not known here. */
#define ANNOUNCE4_BY6                                                                              \
	MARKER "0041 02 0000 002a 900e 0019 0001 01 10 20010db8 00000000 00000000 00000001 00"     \
	       "18 cb0071 400101 00 400206 0201 0000fde9 "

static void
note(void *userdata, bool announced, struct prefix prefix)
{
	char text[PREFIX_STR_MAX];

	strbuf_addf(userdata, "%c%s ", announced ? '+' : '-', prefix_format(prefix, text));
}

TEST(prefixes_of_a_stream)
{
	static const struct {
		const char *bytes, *seen;
		long taken;
	} rows[] = {
		{ "", "", 0 },
		{ KEEPALIVE, "", 19 },
		{ KEEPALIVE WITHDRAW4, "-203.0.113.10/32 ", 47 },
		{ ANNOUNCE4 WITHDRAW4, "+203.0.113.10/32 -203.0.113.10/32 ", 76 },
		{ BOTH6, "-2001:db8::/32 +2001:db8:f00d::/48 ", 80 },
		{ ANNOUNCE4_BY6 KEEPALIVE, "+203.0.113.0/24 ", 84 },
		{ WITHDRAW4 "ffff", "-203.0.113.10/32 ", 28 },
		{ MARKER "001c 02 0005 20 cb0071", "", 0 },
		/* malformed inside, whole outside */
		{ MARKER "001c 02 0005 21 cb00710a 0000" WITHDRAW4, "-203.0.113.10/32 ", 56 },
		{ "474554202f20485454502f312e310d0a0d0a00", "", -EBADMSG },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_(strbuf_done) struct strbuf seen = { 0 };
		uint8_t bytes[512];
		size_t len = from_hex(rows[i].bytes, bytes, sizeof(bytes));

		CHECK_INT(bgp_capture_each_prefix(bytes, len, note, &seen), rows[i].taken);
		CHECK_STR(strbuf_get(&seen), rows[i].seen);
	}
}
