/* The header, KEEPALIVE, ROUTE-REFRESH and NOTIFICATION. */
#include "bytes.h"

#include <stdlib.h>

TEST(headers_are_judged_as_rfc4271_6_1_asks)
{
	static const struct {
		const char *bytes;
		uint8_t subcode; /* of code 1; 0: good */
		const char *data;
		bool extended; /* RFC 8654 */
	} rows[] = {
		{ MARKER "0013 04", 0, "", false },
		{ MARKER "001d 01", 0, "", false },
		{ MARKER "1000 02", 0, "", false },
		{ "feffffff ffffffff ffffffff ffffffff 0013 04", 1, "", false },
		{ "ffffffff ffffffff ffffffff fffffffe 0013 04", 1, "", false },
		{ MARKER "0012 04", 2, "0012", false }, /* below the header */
		{ MARKER "0000 04", 2, "0000", false },
		{ MARKER "1001 02", 2, "1001", false }, /* above 4096 */
		{ MARKER "ffff 02", 2, "ffff", false },
		{ MARKER "ffff 02", 0, "", true },
		{ MARKER "1001 03", 0, "", true },
		{ MARKER "1001 05", 0, "", true },
		{ MARKER "1001 01", 2, "1001", true }, /* an OPEN is as short as ever */
		{ MARKER "1001 04", 2, "1001", true },
		{ MARKER "0014 04", 2, "0014", false }, /* a KEEPALIVE is 19 */
		{ MARKER "001c 01", 2, "001c", false }, /* an OPEN is at least 29 */
		{ MARKER "0016 02", 2, "0016", false }, /* an UPDATE 23 */
		{ MARKER "0014 03", 2, "0014", false }, /* a NOTIFICATION 21 */
		{ MARKER "0015 05", 2, "0015", false }, /* a ROUTE-REFRESH has a subtype */
		{ MARKER "0016 05", 0, "", false },
		{ MARKER "0013 00", 3, "00", false },
		{ MARKER "0013 06", 3, "06", false },
		{ MARKER "0013 ff", 3, "ff", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bgp_header h = { 0 };
		struct bgp_error e = { 0 };
		uint8_t bytes[BGP_HEADER_LEN];

		(void)from_hex(rows[i].bytes, bytes, sizeof(bytes));
		bool good = bgp_header_decode(
		    bytes, rows[i].extended ? BGP_EXTENDED_MESSAGE_MAX : BGP_MESSAGE_MAX, &h, &e);
		if (good != (rows[i].subcode == 0))
			tap_fail(__FILE__, __LINE__, "%s", rows[i].bytes);
		CHECK_INT(e.code, good ? 0 : 1);
		CHECK_INT(e.subcode, rows[i].subcode);
		CHECK_HEX(e.data, e.data_len, rows[i].data);
	}
}

TEST(a_keepalive_is_a_header)
{
	uint8_t buf[64];
	struct writer w = writer_init(buf, sizeof(buf));

	bgp_keepalive_encode(&w);
	CHECK_HEX(buf, writer_len(&w), MARKER "0013 04");
}

TEST(route_refresh_is_read)
{
	static const struct {
		const char *bytes;
		bool good;
		const char *data;
	} rows[] = {
		{ "0001 00 01", true, "" },
		{ "0002 00 01", true, "" },
		{ "0001 00 01 00", false, "0018" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bgp_refresh refresh;
		struct bgp_error e = { 0 };
		uint8_t body[16];
		size_t len = from_hex(rows[i].bytes, body, sizeof(body));

		CHECK_INT(bgp_refresh_decode(body, len, &refresh, &e), rows[i].good);
		if (rows[i].good)
			CHECK_INT(bgp_family_from_wire(refresh.afi, refresh.safi), i);
		CHECK_HEX(e.data, e.data_len, rows[i].data);
	}
	CHECK_INT(bgp_family_from_wire(1, 128), BGP_FAMILY_MAX);
	CHECK_INT(bgp_family_from_wire(25, 1), BGP_FAMILY_MAX);
}

TEST(notifications_in_words)
{
	static const struct {
		const char *body, *text;
	} rows[] = {
		{ "01 01", "Message Header Error/Connection Not Synchronized (1/1)" },
		{ "02 02", "OPEN Message Error/Bad Peer AS (2/2)" },
		{ "02 06", "OPEN Message Error/Unacceptable Hold Time (2/6)" },
		{ "03 0b", "UPDATE Message Error/Malformed AS_PATH (3/11)" },
		{ "04 00", "Hold Timer Expired (4/0)" },
		{ "05 03", "Finite State Machine Error/Unexpected Message in Established (5/3)" },
		{ "06 01", "Cease/Maximum Number of Prefixes Reached (6/1)" },
		{ "06 01 0002 01 0000000a",
		    "Cease/Maximum Number of Prefixes Reached (6/1): 10 of ipv6" },
		{ "06 01 0002 01 000000", "Cease/Maximum Number of Prefixes Reached (6/1)" },
		{ "06 01 0019 41 0000000a", "Cease/Maximum Number of Prefixes Reached (6/1)" },
		{ "06 02", "Cease/Administrative Shutdown (6/2)" },
		{ "06 02 00", "Cease/Administrative Shutdown (6/2)" },
		{ "06 02 02 6869", "Cease/Administrative Shutdown (6/2): \"hi\"" },
		{ "06 04 02 6869", "Cease/Administrative Reset (6/4): \"hi\"" },
		/* RFC 9003 section 2: UTF-8 stays, what could harm a terminal does not */
		{ "06 02 05 61c3bc1b0a", "Cease/Administrative Shutdown (6/2): \"a\xc3\xbc??\"" },
		{ "06 02 03 61ff62", "Cease/Administrative Shutdown (6/2): \"a?b\"" },
		{ "06 02 02 c080", "Cease/Administrative Shutdown (6/2): \"\?\?\"" },
		{ "06 02 03 eda080", "Cease/Administrative Shutdown (6/2): \"\?\?\?\"" },
		{ "06 02 02 c285", "Cease/Administrative Shutdown (6/2): \"\?\?\"" },
		{ "06 02 01 f0", "Cease/Administrative Shutdown (6/2): \"?\"" },
		/* a length that runs past the data is no text at all */
		{ "06 02 05 6869", "Cease/Administrative Shutdown (6/2)" },
		{ "06 0a", "Cease/BFD Down (6/10)" },
		/* RFC 8538 section 3.1: the reason within */
		{ "06 09", "Cease/Hard Reset (6/9)" },
		{ "06 09 06", "Cease/Hard Reset (6/9)" },
		{ "06 09 06 06", "Cease/Hard Reset (6/9): Cease/Other Configuration Change (6/6)" },
		{ "06 09 06 02 02 6869", "Cease/Hard Reset (6/9): Cease/Administrative Shutdown (6/2): \"hi\"" },
		{ "06 09 06 09 06 09", "Cease/Hard Reset (6/9): Cease/Hard Reset (6/9)" },
		{ "07 01", "ROUTE-REFRESH Message Error/Invalid Message Length (7/1)" },
		{ "08 00", "Send Hold Timer Expired (8/0)" },
		/* RFC 8203, the predecessor of 9003, with at most 128 octets: the same form */
		{ "06 04 01 78", "Cease/Administrative Reset (6/4): \"x\"" },
		{ "06 63", "Cease (6/99)" },
		{ "63 07", "Unknown Error (99/7)" },
		{ "00 00", "Unknown Error (0/0)" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bgp_error e;
		uint8_t body[64];
		char text[BGP_WHY_MAX];
		size_t len = from_hex(rows[i].body, body, sizeof(body));

		bgp_notification_decode(body, len, &e);
		CHECK_STR(bgp_error_format(&e, text, sizeof(text)), rows[i].text);
	}
}

TEST(the_longest_notification_fits_its_text)
{
	uint8_t body[2 + 600] = { 6, 2, 255 };
	char text[BGP_WHY_MAX], small[60];
	struct bgp_error e;

	memset(body + 3, 'x', 599);
	bgp_notification_decode(body, sizeof(body), &e);
	CHECK_INT(strlen(bgp_error_format(&e, text, sizeof(text))), 39 + 255);
	CHECK_INT(strlen(bgp_error_format(&e, small, sizeof(small))), sizeof(small) - 1);
}

TEST(shutdown_text_is_cut_between_characters)
{
	char text[300];
	struct bgp_error e;
	uint8_t buf[512];
	struct writer w = writer_init(buf, sizeof(buf));

	memset(text, 'x', sizeof(text));
	memcpy(text + 254, "\xc3\xbc", 2); /* its second byte would be the 256th */
	text[sizeof(text) - 1] = '\0';
	bgp_error_shutdown(&e, text);
	CHECK_INT(e.data[0], 254);
	CHECK_INT(e.data_len, 255);

	bgp_error_shutdown(&e, "hi");
	bgp_notification_encode(&w, &e);
	CHECK_HEX(buf, writer_len(&w), MARKER "0018 03 06 02 02 6869");

	bgp_error_shutdown(&e, NULL);
	CHECK_INT(e.data_len, 0);
}

TEST(error_data_is_cut)
{
	uint8_t data[1000] = { 0 };
	struct bgp_error e;

	CHECK(!bgp_error_set(&e, 3, 1, data, sizeof(data), NULL));
	CHECK_INT(e.data_len, sizeof(e.data));
}
