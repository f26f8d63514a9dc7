#include "proto/bgp/seen.h"

#include <errno.h>

#include "base/strbuf.h"
#include "bytes.h"
#include "proto/bgp/path.h"

#define ORIGIN "400101 00 "
#define NEXT_HOP "400304 c0000202 "
#define PATH "400206 0201 0000fbf5 "
#define A_NET "20 cb00710a "
#define REACH6                                                                                     \
	"800e 26 0002 01 10 20010db8 00000000 00000000 00000002 00"                                \
	"80 20010db8 00000000 00000000 0000000a "
#define UNREACH6 "800f 14 0002 01 80 20010db8 00000000 00000000 0000000a "
static const char *const A = "203.0.113.10/32", *const C = "2001:db8::a/128";

static void
tell(struct bgp_watch *w, const struct bgp_peering *peering, const char *withdrawn,
    const char *attributes, const char *nlri, int64_t now_s)
{
	struct bgp_update u;
	uint8_t body[BGP_MESSAGE_MAX];
	size_t len = compose(withdrawn, attributes, nlri, body, sizeof(body));

	bgp_update_decode(body, len, peering, &u);
	CHECK(u.verdict != BGP_VERDICT_RESET);
	bgp_watch_update(w, peering, &u, (struct instant){ now_s * NS_PER_S });
}

/* "since 5 origin 64501 path 64501 64502 (2)", or "-". */
static const char *
seen(const struct bgp_watch *w, const char *prefix, struct strbuf *out)
{
	const struct bgp_seen *s = bgp_watch_find(w, prefix_of(prefix));

	strbuf_done(out);
	if (s == NULL)
		return "not watched";
	if (!s->seen) {
		CHECK(s->origin_as == 0 && s->path_len == 0);
		return "-";
	}
	strbuf_addf(out, "since %d origin %u path", (int)(s->since.ns / NS_PER_S), s->origin_as);
	for (size_t i = 0; i < MIN(s->path_len, (size_t)BGP_SEEN_PATH_MAX); i++)
		strbuf_addf(out, " %u", s->path[i]);
	strbuf_addf(out, " (%zu)", s->path_len);
	return strbuf_get(out);
}

TEST(watched_prefixes_come_and_go)
{
	_cleanup_(bgp_watch_done) struct bgp_watch w = { 0 };
	_cleanup_(strbuf_done) struct strbuf out = { 0 };
	struct bgp_peering peering = usual_peering();

	tell(&w, &peering, "", ORIGIN PATH NEXT_HOP, A_NET, 1); /* nothing is watched yet */
	CHECK_INT(bgp_watch_add(&w, prefix_of(A)), 0);
	CHECK_INT(bgp_watch_add(&w, prefix_of(C)), 0);
	CHECK_INT(bgp_watch_add(&w, prefix_of(A)), 0);
	CHECK_INT(w.count, 2);
	CHECK_STR(seen(&w, A, &out), "-");
	CHECK_STR(seen(&w, "203.0.113.0/24", &out), "not watched");

	tell(&w, &peering, "", ORIGIN PATH NEXT_HOP, "18 cb0071 20 cb00710b", 2); /* others */
	CHECK_STR(seen(&w, A, &out), "-");
	tell(&w, &peering, "", ORIGIN PATH NEXT_HOP, "18 cb0071" A_NET "20 cb00710b", 3);
	CHECK_STR(seen(&w, A, &out), "since 3 origin 64501 path 64501 (1)");
	CHECK_STR(seen(&w, C, &out), "-");
	/* a new path is news, but it has been seen since before */
	tell(&w, &peering, "", ORIGIN "40020a 0202 0000fbf5 0000fbf6" NEXT_HOP, A_NET, 4);
	CHECK_STR(seen(&w, A, &out), "since 3 origin 64502 path 64501 64502 (2)");
	tell(&w, &peering, A_NET, REACH6 ORIGIN PATH, "", 5);
	CHECK_STR(seen(&w, A, &out), "-");
	CHECK_STR(seen(&w, C, &out), "since 5 origin 64501 path 64501 (1)");
	tell(&w, &peering, "", UNREACH6, "", 6);
	CHECK_STR(seen(&w, C, &out), "-");
	/* RFC 4271 section 4.3: both in one message means announced */
	tell(&w, &peering, A_NET, ORIGIN PATH NEXT_HOP, A_NET, 7);
	CHECK_STR(seen(&w, A, &out), "since 7 origin 64501 path 64501 (1)");
	bgp_watch_clear(&w);
	CHECK_STR(seen(&w, A, &out), "-");
}

TEST(watched_no_more)
{
	_cleanup_(bgp_watch_done) struct bgp_watch w = { 0 };
	_cleanup_(strbuf_done) struct strbuf out = { 0 };
	struct bgp_peering peering = usual_peering();

	CHECK_INT(bgp_watch_add(&w, prefix_of(A)), 0);
	CHECK_INT(bgp_watch_add(&w, prefix_of(C)), 0);
	bgp_watch_remove(&w, prefix_of(A));
	bgp_watch_remove(&w, prefix_of(A));
	CHECK_INT(w.count, 1);
	tell(&w, &peering, "", REACH6 ORIGIN PATH NEXT_HOP, A_NET, 1);
	CHECK_STR(seen(&w, A, &out), "not watched");
	CHECK_STR(seen(&w, C, &out), "since 1 origin 64501 path 64501 (1)");
	CHECK_INT(bgp_watch_add(&w, prefix_of(A)), 0);
	CHECK_STR(seen(&w, A, &out), "-");
}

TEST(what_is_treated_as_withdrawn_is_not_seen)
{
	_cleanup_(bgp_watch_done) struct bgp_watch w = { 0 };
	_cleanup_(strbuf_done) struct strbuf out = { 0 };
	struct bgp_peering peering = usual_peering();

	CHECK_INT(bgp_watch_add(&w, prefix_of(A)), 0);
	/* an attribute is discarded, the route stands */
	tell(&w, &peering, "", ORIGIN PATH NEXT_HOP "400504 00000064", A_NET, 1);
	CHECK_STR(seen(&w, A, &out), "since 1 origin 64501 path 64501 (1)");
	tell(&w, &peering, "", "400101 03" PATH NEXT_HOP, A_NET, 2);
	CHECK_STR(seen(&w, A, &out), "-");
}

TEST(families_that_were_not_agreed_on_are_not_looked_at)
{
	_cleanup_(bgp_watch_done) struct bgp_watch w = { 0 };
	_cleanup_(strbuf_done) struct strbuf out = { 0 };
	struct bgp_peering peering = usual_peering();

	peering.families[BGP_IPV6] = false;
	CHECK_INT(bgp_watch_add(&w, prefix_of(C)), 0);
	tell(&w, &peering, "", REACH6 ORIGIN PATH, "", 1);
	CHECK_STR(seen(&w, C, &out), "-");
}

TEST(paths_of_all_kinds)
{
	enum { EXTERNAL, INTERNAL, TWO_OCTETS };
	static const struct {
		int kind;
		const char *attributes, *seen;
	} rows[] = {
		{ INTERNAL, "400200 400504 00000064", "since 1 origin 0 path (0)" },
		/* the confederation's part lies inside of one AS */
		{ INTERNAL, "40020c 0301 0000fbf5 0201 0000fbf6 400504 00000064",
		    "since 1 origin 64502 path 64502 (1)" },
		{ EXTERNAL, "400246 0211 00000001 00000002 00000003 00000004 00000005 00000006 00000007 00000008"
		    "00000009 0000000a 0000000b 0000000c 0000000d 0000000e 0000000f 00000010 00000011",
		    "since 1 origin 17 path 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 (17)" },
		/* RFC 6793 section 4.2.3 */
		{ TWO_OCTETS, "400206 0202 fbf5 5ba0", "since 1 origin 23456 path 64501 23456 (2)" },
		{ TWO_OCTETS, "400206 0202 fbf5 5ba0 c01106 0201 fa56ea01",
		    "since 1 origin 4200000001 path 64501 4200000001 (2)" },
		{ TWO_OCTETS, "400206 0202 fbf5 5ba0 c0110a 0202 0000fbf5 fa56ea01",
		    "since 1 origin 4200000001 path 64501 4200000001 (2)" },
		{ TWO_OCTETS, "400204 0201 5ba0 c0110a 0202 0000fbf5 fa56ea01", "since 1 origin 23456 path 23456 (1)" },
		/* aggregated by a speaker of two octets: AS4_PATH is older than the aggregate */
		{ TWO_OCTETS, "400206 0202 fbf5 5ba0 c00706 fbf5 c0000202 c01106 0201 fa56ea01 c01208 fa56ea01 c0000202",
		    "since 1 origin 23456 path 64501 23456 (2)" },
		{ TWO_OCTETS, "400206 0202 fbf5 5ba0 c00706 5ba0 c0000202 c01106 0201 fa56ea01 c01208 fa56ea01 c0000202",
		    "since 1 origin 4200000001 path 64501 4200000001 (2)" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_(bgp_watch_done) struct bgp_watch w = { 0 };
		_cleanup_(strbuf_done) struct strbuf out = { 0 };
		struct bgp_peering peering = usual_peering();
		char attributes[512];

		peering.ibgp = rows[i].kind == INTERNAL;
		peering.as4 = rows[i].kind != TWO_OCTETS;
		(void)snprintf(
		    attributes, sizeof(attributes), ORIGIN NEXT_HOP "%s", rows[i].attributes);
		CHECK_INT(bgp_watch_add(&w, prefix_of(A)), 0);
		tell(&w, &peering, "", attributes, A_NET, 1);
		CHECK_STR(seen(&w, A, &out), rows[i].seen);
	}
}

/* Path and prefixes each fill half of the longest message: their product would be the work. */
TEST(a_path_is_read_once_for_all_prefixes_of_an_update)
{
	_cleanup_(bgp_watch_done) struct bgp_watch w = { 0 };
	_cleanup_(strbuf_done) struct strbuf out = { 0 };
	struct bgp_peering peering = usual_peering();
	static uint8_t body[BGP_EXTENDED_MESSAGE_MAX - BGP_HEADER_LEN];
	struct writer wr = writer_init(body, sizeof(body));
	struct bgp_update u;
	uint8_t head[16];

	CHECK_INT(bgp_watch_add(&w, prefix_of(A)), 0);
	CHECK_INT(bgp_watch_add(&w, prefix_of("203.0.113.11/32")), 0);
	writer_u16(&wr, 0);
	struct writer_mark attributes = writer_len16_begin(&wr);
	writer_bytes(&wr, head, from_hex(ORIGIN NEXT_HOP "5002", head, sizeof(head)));
	struct writer_mark path = writer_len16_begin(&wr);
	for (int segment = 0; segment < 32; segment++) {
		writer_u8(&wr, BGP_SEGMENT_SEQUENCE);
		writer_u8(&wr, 255);
		for (int i = 0; i < 255; i++)
			writer_u32(&wr, 64501);
	}
	writer_len_end(&wr, path);
	writer_len_end(&wr, attributes);
	for (int i = 0; i < 6500; i++)
		writer_bytes(
		    &wr, head, from_hex(i % 2 ? A_NET : "20 cb00710b", head, sizeof(head)));
	REQUIRE(writer_len(&wr) > 65000);

	bgp_update_decode(body, writer_len(&wr), &peering, &u);
	CHECK_INT(u.verdict, BGP_VERDICT_ACCEPT);
	CHECK_INT(u.announced.count, 6500);
	bgp_watch_update(&w, &peering, &u, (struct instant){ 3 * NS_PER_S });
	CHECK_INT(w.paths_read, 1);
	CHECK_STR(seen(&w, "203.0.113.11/32", &out),
	    "since 3 origin 64501 path 64501 64501 64501 64501 64501 64501 64501 64501 64501 "
	    "64501 64501 64501 64501 64501 64501 64501 (8160)");
	/* and none for what nobody looks for */
	tell(&w, &peering, "", ORIGIN PATH NEXT_HOP, "18 cb0071 20 cb007101", 4);
	tell(&w, &peering, A_NET, "", "", 5);
	CHECK_INT(w.paths_read, 1);
}

TEST(the_watch_has_a_limit)
{
	_cleanup_(bgp_watch_done) struct bgp_watch w = { 0 };
	_cleanup_(strbuf_done) struct strbuf out = { 0 };
	struct bgp_peering peering = usual_peering();
	struct prefix p = prefix_of("198.51.100.0/32");

	for (int i = 0; i < BGP_WATCH_MAX; i++) {
		CHECK_INT(bgp_watch_add(&w, p), 0);
		p.addr = ip_add(p.addr, 1);
	}
	CHECK_INT(bgp_watch_add(&w, p), -ENOSPC);
	CHECK(bgp_watch_find(&w, p) == NULL);
	CHECK_INT(bgp_watch_add(&w, prefix_of("198.51.100.0/32")), 0);
	tell(&w, &peering, "", ORIGIN PATH NEXT_HOP, "20 c6336401 20 c63373ff 20 c6337400", 9);
	CHECK_STR(seen(&w, "198.51.100.1/32", &out), "since 9 origin 64501 path 64501 (1)");
	CHECK_STR(seen(&w, "198.51.115.255/32", &out), "since 9 origin 64501 path 64501 (1)");
	CHECK_STR(seen(&w, "198.51.100.2/32", &out), "-");
}
