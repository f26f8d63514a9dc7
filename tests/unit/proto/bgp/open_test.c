#include "bytes.h"

TEST(our_open_in_bytes)
{
	struct bgp_open open = {
		.as = 65001, .id = 0xc0000201, .hold_time_s = 90, .as4 = true, .route_refresh = true,
		.multiprotocol = true, .families = { true, true },
	};
	uint8_t buf[256];
	struct writer w = writer_init(buf, sizeof(buf));

	/* read with tshark 4.0: nothing malformed, all four capabilities named */
	bgp_open_encode(&w, &open);
	CHECK_HEX(buf, writer_len(&w),
	    MARKER "0033 01 04 fde9 005a c0000201 16 02 14"
		   "0104 0001 00 01 0104 0002 00 01 0200 4104 0000fde9");

	w = writer_init(buf, sizeof(buf));
	open = (struct bgp_open){ .as = 4200000001,
		.id = 1,
		.as4 = true,
		.multiprotocol = true,
		.families = { true, false } };
	bgp_open_encode(&w, &open);
	CHECK_HEX(buf, writer_len(&w),
	    MARKER "002b 01 04 5ba0 0000 00000001 0e 02 0c 0104 0001 00 01 4104 fa56ea01");
}

TEST(every_capability_in_bytes)
{
	static const struct {
		struct bgp_open open;
		const char *capabilities;
	} rows[] = {
		{ { 0 }, "" },
		{ { .multiprotocol = true, .families = { true, false } }, "0104 0001 0001" },
		{ { .multiprotocol = true, .families = { false, true } }, "0104 0002 0001" },
		{ { .families = { true, false } }, "" }, /* IPv4 is meant without */
		{ { .route_refresh = true }, "0200" },
		{ { .extended_next_hop = true }, "0506 0001 0001 0002" },
		{ { .extended_message = true }, "0600" },
		{ { .role = BGP_ROLE_PROVIDER }, "0901 00" },
		{ { .role = BGP_ROLE_RS }, "0901 01" },
		{ { .role = BGP_ROLE_RS_CLIENT }, "0901 02" },
		{ { .role = BGP_ROLE_CUSTOMER }, "0901 03" },
		{ { .role = BGP_ROLE_PEER }, "0901 04" },
		{ { .graceful_restart = true, .restart_time_s = 4095 }, "4002 0fff" },
		{ { .graceful_restart = true, .hard_reset = true, .restarting = true, .restart_time_s = 120,
		      .restart_families = { true, true }, .forwarding = { true, false } },
		    "400a c078 0001 01 80 0002 01 00" },
		{ { .as4 = true, .as = 4200000001 }, "4104 fa56ea01" },
		{ { .enhanced_refresh = true }, "4600" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint8_t buf[256];
		struct writer w = writer_init(buf, sizeof(buf));

		bgp_capabilities_encode(&w, &rows[i].open);
		CHECK_HEX(buf, writer_len(&w), rows[i].capabilities);
	}
}

/* Without one, there is no optional parameter; many need the lengths of RFC 9072. */
TEST(parameters_are_left_out_or_long)
{
	static const uint8_t none[300];
	uint8_t buf[512], want[512];
	struct writer w = writer_init(buf, sizeof(buf));
	struct bgp_open open = { .as = 65001, .id = 1, .families = { true } };

	bgp_open_encode(&w, &open);
	CHECK_HEX(buf, writer_len(&w), MARKER "001d 01 04 fde9 0000 00000001 00");

	for (size_t len = 252; len <= sizeof(none); len++) {
		bool is_long = len > 253;
		size_t head =
		    from_hex(is_long ? "ff ff 0000 02 0000" : "00 02 00", want, sizeof(want));

		if (is_long) {
			want[2] = (uint8_t)((len + 3) >> 8);
			want[3] = (uint8_t)(len + 3);
			want[5] = (uint8_t)(len >> 8);
			want[6] = (uint8_t)len;
		} else {
			want[0] = (uint8_t)(len + 2);
			want[2] = (uint8_t)len;
		}
		memset(want + head, 0, len);
		w = writer_init(buf, sizeof(buf));
		bgp_parameters_encode(&w, none, len);
		CHECK_MEM(buf, writer_len(&w), want, head + len);
	}
}

TEST(what_is_encoded_is_decoded)
{
	struct bgp_open open = {
		.as = 4200000001, .id = 0xc0000201, .hold_time_s = 3, .as4 = true, .route_refresh = true,
		.enhanced_refresh = true, .extended_message = true, .extended_next_hop = true,
		.role = BGP_ROLE_CUSTOMER, .graceful_restart = true, .restarting = true, .hard_reset = true,
		.restart_time_s = 300, .restart_families = { false, true }, .forwarding = { false, true },
		.multiprotocol = true, .families = { false, true },
	};
	uint8_t buf[256];
	struct writer w = writer_init(buf, sizeof(buf));
	struct bgp_open got;
	struct bgp_error e;

	bgp_open_encode(&w, &open);
	REQUIRE(bgp_open_decode(buf + BGP_HEADER_LEN, writer_len(&w) - BGP_HEADER_LEN, &got, &e));
	CHECK_INT(got.as, open.as);
	CHECK_INT(got.id, open.id);
	CHECK_INT(got.hold_time_s, 3);
	CHECK(got.as4 && got.multiprotocol && got.route_refresh && got.enhanced_refresh);
	CHECK(got.extended_message && got.extended_next_hop);
	CHECK_INT(got.role, BGP_ROLE_CUSTOMER);
	CHECK(got.graceful_restart && got.restarting && got.hard_reset);
	CHECK_INT(got.restart_time_s, 300);
	CHECK(!got.restart_families[BGP_IPV4] && got.restart_families[BGP_IPV6] &&
	      got.forwarding[BGP_IPV6]);
	CHECK(!got.families[BGP_IPV4] && got.families[BGP_IPV6]);
	CHECK_INT(got.unknown, 0);
}

/* What one capability, or several, of the peer's mean, as far as an OPEN with AS 64501 shows it. */
TEST(capabilities_of_others_are_read)
{
	static const struct {
		const char *capabilities;
		struct bgp_open want; /* besides as, id, hold time */
	} rows[] = {
		/* RFC 5492 section 4: the same one twice is one */
		{ "0200 0200 4600 4600 0600 0600", { .families = { true }, .route_refresh = true,
		    .enhanced_refresh = true, .extended_message = true } },
		{ "0104 0001 0001 0104 0001 0001", { .multiprotocol = true, .families = { true } } },
		/*
		 * RFC 8950: one capability with three triples, VPN routes and IPv6 routes among
		 * them
		 */
		{ "0512 0001 0080 0002 0002 0001 0002 0001 0001 0002", { .families = { true },
		    .extended_next_hop = true } },
		{ "0506 0001 0080 0002", { .families = { true } } },
		{ "0506 0001 0001 0001", { .families = { true } } },
		{ "0500", { .families = { true } } },
		{ "0901 03", { .families = { true }, .role = BGP_ROLE_CUSTOMER } },
		{ "0901 03 0901 03", { .families = { true }, .role = BGP_ROLE_CUSTOMER } },
		{ "0901 05", { .families = { true }, .role = BGP_ROLE_MAX, .unknown_role = 5 } },
		{ "0901 ff 0901 ff", { .families = { true }, .role = BGP_ROLE_MAX,
		    .unknown_role = 255 } },
		/* RFC 4724 section 3: the last instance counts */
		{ "4006 8078 0001 01 80 4006 405a 0002 01 80", { .families = { true }, .graceful_restart = true,
		    .hard_reset = true, .restart_time_s = 90, .restart_families = { false, true },
		    .forwarding = { false, true } } },
		{ "4006 0078 0001 80 80", { .families = { true }, .graceful_restart = true,
		    .restart_time_s = 120 } },
		{ "4104 0000fbf5 4104 0000fbf5", { .families = { true }, .as4 = true } },
		{ "8000 4700", { .families = { true }, .unknown = 2 } },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint8_t capabilities[128], buf[256];
		size_t len = from_hex(rows[i].capabilities, capabilities, sizeof(capabilities));
		struct bgp_open got = { 0 }, want = rows[i].want;
		struct writer w = writer_init(buf, sizeof(buf));
		struct bgp_error e = { 0 };

		writer_u8(&w, BGP_VERSION);
		writer_u16(&w, 64501);
		writer_u16(&w, 90);
		writer_u32(&w, 7);
		bgp_parameters_encode(&w, capabilities, len);
		want.as = 64501;
		want.hold_time_s = 90;
		want.id = 7;
		if (!bgp_open_decode(buf, writer_len(&w), &got, &e) ||
		    memcmp(&got, &want, sizeof(got)) != 0)
			tap_fail(__FILE__, __LINE__, "%s: %u/%u", rows[i].capabilities, e.code,
			    e.subcode);
	}
}

TEST(opens_of_others_are_read)
{
	static const struct {
		const char *body;
		uint32_t as;
		bool ipv4, ipv6;
		unsigned unknown;
	} rows[] = {
		{ "04 fbf5 00f0 c0000202 00", 64501, true, false, 0 },
		/* BIRD 2.0.12: MP, refresh, enhanced refresh, AS4, graceful restart, long-lived */
		{ "04 fbf5 00f0 c0000202 1c 02 1a 0104 0001 0001 0200 4006 0078 0001 0100 4104 0000fbf5 4600 4700",
		    64501, true, false, 1 },
		/* one parameter each, as Cisco writes them */
		{ "04 fbf5 00b4 c0000202 10 02 06 0104 0002 0001 02 06 4104 0000fbf5", 64501, false, true, 0 },
		/* RFC 6793: AS_TRANS in front, the real one in the capability */
		{ "04 5ba0 00b4 c0000202 08 02 06 4104 fa56ea01", 4200000001, true, false, 0 },
		/* RFC 9072: lengths of two octets */
		{ "04 fbf5 00b4 c0000202 ff ff 0009 02 0006 4104 0000fbf5", 64501, true, false, 0 },
		/* a family that we do not speak leaves IPv4 not offered */
		{ "04 fbf5 00b4 c0000202 08 02 06 0104 0001 0080", 64501, false, false, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bgp_open open = { 0 };
		struct bgp_error e = { 0 };
		uint8_t body[256];
		size_t len = from_hex(rows[i].body, body, sizeof(body));

		if (!bgp_open_decode(body, len, &open, &e))
			tap_fail(__FILE__, __LINE__, "%s: %u/%u", rows[i].body, e.code, e.subcode);
		CHECK_INT(open.as, rows[i].as);
		CHECK_INT(open.families[BGP_IPV4], rows[i].ipv4);
		CHECK_INT(open.families[BGP_IPV6], rows[i].ipv6);
		CHECK_INT(open.unknown, rows[i].unknown);
	}
}

TEST(malformed_opens_are_refused)
{
	static const struct {
		const char *body;
		uint8_t subcode;
		const char *data;
	} rows[] = {
		{ "03 fbf5 00b4 c0000202 00", 1, "0004" },
		{ "05 fbf5 00b4 c0000202 00", 1, "0004" },
		{ "04 fbf5 00b4 c0000202 01", 0, "" },       /* parameters cut off */
		{ "04 fbf5 00b4 c0000202 00 00", 0, "" },    /* bytes behind them */
		{ "04 fbf5 00b4 c0000202 02 02 01", 0, "" }, /* a capability cut off */
		{ "04 fbf5 00b4 c0000202 04 02 02 41 04", 0, "" },
		{ "04 fbf5 00b4 c0000202 02 01 00", 4, "" }, /* authentication: withdrawn by RFC 4271 */
		{ "04 fbf5 00b4 c0000202 07 02 05 4103 00fbf5", 0, "" }, /* AS4 of 3 bytes */
		{ "04 fbf5 00b4 c0000202 05 02 03 0101 00", 0, "" },     /* MP of 1 byte */
		{ "04 fbf5 00b4 c0000202 05 02 03 0201 00", 0, "" },     /* refresh of 1 byte */
		{ "04 fbf5 00b4 c0000202 05 02 03 4601 00", 0, "" },     /* enhanced refresh of 1 byte */
		{ "04 fbf5 00b4 c0000202 05 02 03 0601 00", 0, "" },     /* extended message of 1 byte */
		{ "04 fbf5 00b4 c0000202 04 02 02 0900", 0, "" },        /* no role in it */
		{ "04 fbf5 00b4 c0000202 06 02 04 0902 0303", 0, "" },   /* two in one */
		{ "04 fbf5 00b4 c0000202 05 02 03 4001 00", 0, "" },     /* graceful restart of 1 byte */
		{ "04 fbf5 00b4 c0000202 07 02 05 4003 0078 00", 0, "" },
		{ "04 fbf5 00b4 c0000202 09 02 07 0505 0001 0001 00", 0, "" }, /* half a triple */
		/* contradictions: RFC 9234 section 4.2; two AS numbers */
		{ "04 fbf5 00b4 c0000202 08 02 06 0901 03 0901 04", 11, "" },
		{ "04 fbf5 00b4 c0000202 08 02 06 0901 09 0901 4d", 11, "" }, /* both unknown */
		{ "04 fbf5 00b4 c0000202 08 02 06 0901 09 0901 03", 11, "" },
		{ "04 fbf5 00b4 c0000202 0e 02 0c 4104 0000fbf5 4104 0000fbf6", 2, "" },
		{ "04 fbf5 00b4 c0000202 ff ff 00ff 02 0006 4104 0000fbf5", 0, "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bgp_open open;
		struct bgp_error e = { 0 };
		uint8_t body[256];
		size_t len = from_hex(rows[i].body, body, sizeof(body));

		if (bgp_open_decode(body, len, &open, &e))
			tap_fail(__FILE__, __LINE__, "was taken: %s", rows[i].body);
		CHECK_INT(e.code, 2);
		CHECK_INT(e.subcode, rows[i].subcode);
		CHECK_HEX(e.data, e.data_len, rows[i].data);
	}
}

TEST(every_cut_of_an_open_is_refused)
{
	struct bgp_open open = { .as = 64501, .id = 1, .as4 = true, .multiprotocol = true,
		.families = { true, true }, .extended_next_hop = true, .role = BGP_ROLE_PEER,
		.graceful_restart = true, .restart_families = { true, true } };
	uint8_t buf[256];
	struct writer w = writer_init(buf, sizeof(buf));

	bgp_open_encode(&w, &open);
	for (size_t len = 0; len < writer_len(&w) - BGP_HEADER_LEN; len++) {
		struct bgp_open got;
		struct bgp_error e;

		if (bgp_open_decode(buf + BGP_HEADER_LEN, len, &got, &e))
			tap_fail(__FILE__, __LINE__, "%zu bytes were taken", len);
	}
}

TEST(the_peer_must_be_the_one_that_was_configured)
{
	static const struct {
		uint32_t as, id;
		uint16_t hold;
		bool ipv4, ipv6, ibgp;
		uint8_t subcode; /* 0: welcome */
	} rows[] = {
		{ 64501, 0xc0000202, 90, true, true, false, 0 },
		{ 64501, 0xc0000202, 0, true, false, false, 0 },
		{ 64501, 0xc0000202, 3, false, true, false, 0 },
		{ 64502, 0xc0000202, 90, true, true, false, 2 },
		{ 0, 0xc0000202, 90, true, true, false, 2 },      /* RFC 7607 */
		{ 64501, 0, 90, true, true, false, 3 },           /* RFC 6286 */
		/* ours, in another AS: allowed there */
		{ 64501, 0xc0000201, 90, true, true, false, 0 },
		{ 65001, 0xc0000201, 90, true, true, true, 3 },   /* ours, in our AS */
		{ 65001, 0xc0000202, 90, true, true, true, 0 },
		{ 64501, 0xc0000202, 1, true, true, false, 6 },
		{ 64501, 0xc0000202, 2, true, true, false, 6 },
		{ 64501, 0xc0000202, 90, false, false, false, 7 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bgp_open open = { .as = rows[i].as,
			.id = rows[i].id,
			.hold_time_s = rows[i].hold,
			.families = { rows[i].ipv4, rows[i].ipv6 } };
		struct bgp_conf conf = usual_conf();
		struct bgp_error e = { 0 };

		if (rows[i].ibgp)
			conf.peer_as = conf.local_as;
		CHECK_INT(bgp_open_check(&open, &conf, &e), rows[i].subcode == 0);
		CHECK_INT(e.subcode, rows[i].subcode);
		if (rows[i].subcode == 7) /* RFC 5492 section 5: the capabilities that are missed */
			CHECK_HEX(e.data, e.data_len, "0104 0001 0001 0104 0002 0001");
	}
}

TEST(roles_must_fit)
{
	static const struct {
		enum bgp_role ours;
		bool strict;
		enum bgp_role theirs;
		bool good;
	} rows[] = {
		{ BGP_ROLE_CUSTOMER, false, BGP_ROLE_PROVIDER, true },
		{ BGP_ROLE_CUSTOMER, false, BGP_ROLE_CUSTOMER, false },
		{ BGP_ROLE_CUSTOMER, false, BGP_ROLE_PEER, false },
		{ BGP_ROLE_CUSTOMER, false, BGP_ROLE_MAX, false }, /* a value that nobody defined */
		{ BGP_ROLE_CUSTOMER, false, BGP_ROLE_NONE, true },
		{ BGP_ROLE_CUSTOMER, true, BGP_ROLE_NONE, false },
		{ BGP_ROLE_CUSTOMER, true, BGP_ROLE_PROVIDER, true },
		{ BGP_ROLE_PEER, false, BGP_ROLE_PEER, true },
		{ BGP_ROLE_PEER, false, BGP_ROLE_PROVIDER, false },
		{ BGP_ROLE_RS_CLIENT, false, BGP_ROLE_RS, true },
		{ BGP_ROLE_RS_CLIENT, false, BGP_ROLE_RS_CLIENT, false },
		{ BGP_ROLE_PROVIDER, false, BGP_ROLE_CUSTOMER, true },
		{ BGP_ROLE_RS, false, BGP_ROLE_RS_CLIENT, true },
		/* who has none asks for none */
		{ BGP_ROLE_NONE, false, BGP_ROLE_PROVIDER, true },
		{ BGP_ROLE_NONE, true, BGP_ROLE_NONE, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bgp_open open = { .as = 64501,
			.id = 7,
			.hold_time_s = 90,
			.families = { true },
			.role = rows[i].theirs };
		struct bgp_conf conf = usual_conf();
		struct bgp_error e = { 0 };

		conf.role = rows[i].ours;
		conf.role_strict = rows[i].strict;
		CHECK_INT(bgp_open_check(&open, &conf, &e), rows[i].good);
		CHECK_INT(e.code, rows[i].good ? 0 : 2);
		CHECK_INT(e.subcode, rows[i].good ? 0 : 11);
	}
	CHECK_STR(bgp_role_name(BGP_ROLE_RS_CLIENT), "rs-client");
	CHECK_STR(bgp_role_name(BGP_ROLE_MAX), "unknown");
}
