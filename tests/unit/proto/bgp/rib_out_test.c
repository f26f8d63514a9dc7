#include "proto/bgp/rib_out.h"

#include "base/rng.h"
#include "base/strbuf.h"
#include "bytes.h"

static const struct bgp_attributes plain, med1 = { .has_med = true, .med = 1 },
				       med2 = { .has_med = true, .med = 2 };
static const bool nothing[BGP_FAMILY_MAX], ipv4[BGP_FAMILY_MAX] = { [BGP_IPV4] = true };
static const char *const A = "203.0.113.1/32", *const B = "203.0.113.2/32",
			 *const C = "2001:db8::1/128";

static void
note(struct strbuf *out, struct bgp_nlri nlri, char sign)
{
	char text[PREFIX_STR_MAX];
	struct prefix p;

	while (bgp_nlri_next(&nlri, &p))
		strbuf_addf(out, "%c%s ", sign, prefix_format(p, text));
}

/* All that is due, as text: "-A +B | eor | " with a bar behind each message. */
static const char *
drain(struct bgp_rib_out *rib, const struct bgp_peering *peering, struct strbuf *out)
{
	uint8_t buf[BGP_MESSAGE_MAX];
	size_t len;

	strbuf_done(out);
	while ((len = bgp_rib_out_next(rib, peering, buf, sizeof(buf))) > 0) {
		struct bgp_update u;

		bgp_update_decode(buf + BGP_HEADER_LEN, len - BGP_HEADER_LEN, peering, &u);
		CHECK_INT(u.verdict, BGP_VERDICT_ACCEPT);
		note(out, u.withdrawn, '-');
		note(out, u.mp_withdrawn, '-');
		note(out, u.announced, '+');
		note(out, u.mp_announced, '+');
		strbuf_add(out, u.end_of_rib ? "eor | " : "| ");
	}
	bgp_rib_out_written(rib);
	return strbuf_get(out);
}

struct fixture {
	struct bgp_rib_out rib;
	struct bgp_peering peering;
	struct strbuf out;
	bool kept; /* of a session that was lost, by a peer played at random */
};

static void
fixture_done(struct fixture *f)
{
	bgp_rib_out_done(&f->rib);
	strbuf_done(&f->out);
}

static struct fixture
fixture(void)
{
	struct fixture f = { .peering = usual_peering() };

	return f;
}

#define FIXTURE(f)                                                                                 \
	_cleanup_(fixture_done) struct fixture f = fixture();                                      \
	bgp_rib_out_init(&(f).rib)
#define DRAIN(f) drain(&(f).rib, &(f).peering, &(f).out)
#define SET(f, prefix, as) bgp_rib_out_announce(&(f).rib, prefix_of(prefix), &(as))
#define DROP(f, prefix) bgp_rib_out_withdraw(&(f).rib, prefix_of(prefix))

TEST(a_duplicate_is_never_sent)
{
	FIXTURE(f);

	SET(f, A, plain);
	SET(f, A, plain);
	CHECK_STR(DRAIN(f), "+203.0.113.1/32 | ");
	SET(f, A, plain);
	CHECK_STR(DRAIN(f), "");
	SET(f, A, med1);
	CHECK_STR(DRAIN(f), "+203.0.113.1/32 | ");
	DROP(f, A);
	DROP(f, A);
	CHECK_STR(DRAIN(f), "-203.0.113.1/32 | ");
	DROP(f, A);
	CHECK_STR(DRAIN(f), "");
	CHECK_INT(f.rib.table.count, 0);
}

TEST(same_attributes_share_an_update)
{
	FIXTURE(f);

	SET(f, A, med1);
	SET(f, B, med1);
	SET(f, C, med1);
	SET(f, "203.0.113.3/32", med2);
	CHECK_STR(
	    DRAIN(f), "+203.0.113.1/32 +203.0.113.2/32 | +203.0.113.3/32 | +2001:db8::1/128 | ");
}

TEST(the_order_of_communities_makes_no_difference)
{
	static const uint32_t up[] = { 1, 2, 3 }, down[] = { 3, 2, 1, 2 };
	const struct bgp_attributes one = { .communities = up, .community_count = ARRAY_SIZE(up) };
	const struct bgp_attributes two = { .communities = down,
		.community_count = ARRAY_SIZE(down) };
	FIXTURE(f);

	SET(f, A, one);
	CHECK_STR(DRAIN(f), "+203.0.113.1/32 | ");
	SET(f, A, two);
	CHECK_STR(DRAIN(f), "");
}

TEST(changes_that_wait_are_merged)
{
	FIXTURE(f);

	SET(f, A, plain);
	DROP(f, A); /* never told: nothing to say */
	CHECK_STR(DRAIN(f), "");
	SET(f, A, plain);
	CHECK_STR(DRAIN(f), "+203.0.113.1/32 | ");
	DROP(f, A);
	SET(f, A, plain); /* as it was told */
	CHECK_STR(DRAIN(f), "");
	SET(f, A, med1);
	SET(f, A, plain);
	CHECK_STR(DRAIN(f), "");
	DROP(f, A);
	SET(f, A, med1);
	CHECK_STR(DRAIN(f), "+203.0.113.1/32 | ");
}

TEST(withdrawals_go_first)
{
	FIXTURE(f);

	SET(f, A, plain);
	SET(f, C, plain);
	CHECK_STR(DRAIN(f), "+203.0.113.1/32 | +2001:db8::1/128 | ");
	SET(f, B, plain);
	DROP(f, C);
	DROP(f, A);
	CHECK(bgp_rib_out_withdrawing(&f.rib, prefix_of(A)));
	CHECK_STR(DRAIN(f), "-203.0.113.1/32 | -2001:db8::1/128 | +203.0.113.2/32 | ");
	CHECK(!bgp_rib_out_withdrawing(&f.rib, prefix_of(A)));
}

TEST(end_of_rib_waits_for_the_release_and_for_the_routes)
{
	FIXTURE(f);

	bgp_rib_out_start(&f.rib);
	SET(f, A, plain);
	CHECK_STR(DRAIN(f), "+203.0.113.1/32 | ");
	f.rib.end_of_rib_released = true;
	SET(f, B, plain);
	CHECK_STR(DRAIN(f), "+203.0.113.2/32 | eor | eor | ");
	CHECK_STR(DRAIN(f), "");
}

TEST(a_new_session_is_told_all_again)
{
	FIXTURE(f);

	f.rib.end_of_rib_released = true;
	SET(f, A, plain);
	SET(f, B, plain);
	bgp_rib_out_start(&f.rib);
	CHECK_STR(DRAIN(f), "+203.0.113.1/32 +203.0.113.2/32 | eor | eor | ");
	CHECK_INT(f.rib.told[BGP_IPV4], 2);
	DROP(f, B);
	bgp_rib_out_stop(&f.rib, nothing);
	CHECK_INT(f.rib.told[BGP_IPV4], 0);
	CHECK(!bgp_rib_out_withdrawing(&f.rib, prefix_of(B)));
	bgp_rib_out_start(&f.rib);
	CHECK_STR(DRAIN(f), "+203.0.113.1/32 | eor | eor | ");
}

static void
note_held(void *userdata, struct prefix prefix, bool wanted)
{
	char text[PREFIX_STR_MAX];

	strbuf_addf(userdata, "%s%s, ", prefix_format(prefix, text), wanted ? "" : " not wanted");
}

static const char *
held(struct fixture *f)
{
	strbuf_done(&f->out);
	bgp_rib_out_each_held(&f->rib, note_held, &f->out);
	return strbuf_get(&f->out);
}

/* RFC 4724 section 4.2: what the peer keeps is taken back first of all in the next session. */
TEST(what_the_peer_keeps_is_withdrawn_in_the_next_session)
{
	FIXTURE(f);

	f.rib.end_of_rib_released = true;
	SET(f, A, plain);
	SET(f, B, plain);
	SET(f, C, plain);
	(void)DRAIN(f);
	DROP(f, A); /* before it is lost ... */
	bgp_rib_out_stop(&f.rib, ipv4);
	CHECK(bgp_rib_out_withdrawing(&f.rib, prefix_of(A)));
	CHECK(!bgp_rib_out_holds(&f.rib, prefix_of(C)));
	CHECK_INT(f.rib.told[BGP_IPV4], 0);
	DROP(f, B); /* ... and after; the peer has forgotten C by itself */
	DROP(f, C);
	CHECK(!bgp_rib_out_withdrawing(&f.rib, prefix_of(C)));
	CHECK_STR(held(&f), "203.0.113.1/32 not wanted, 203.0.113.2/32 not wanted, ");
	CHECK(bgp_rib_out_is_over(&f.rib, BGP_IPV4));
	SET(f, B, med1); /* it is wanted again: told again, not taken back */
	CHECK_STR(held(&f), "203.0.113.1/32 not wanted, 203.0.113.2/32, ");
	CHECK(!bgp_rib_out_is_over(&f.rib, BGP_IPV4));
	bgp_rib_out_start(&f.rib);
	CHECK_STR(DRAIN(f), "-203.0.113.1/32 | +203.0.113.2/32 | eor | eor | ");
	CHECK_STR(held(&f), "203.0.113.2/32, ");
	CHECK_INT(f.rib.table.count, 1);
}

TEST(what_the_peer_has_given_up_is_not_withdrawn)
{
	FIXTURE(f);

	SET(f, A, plain);
	SET(f, B, plain);
	(void)DRAIN(f);
	bgp_rib_out_stop(&f.rib, ipv4);
	DROP(f, A);
	bgp_rib_out_forget(&f.rib, BGP_IPV6);
	CHECK(bgp_rib_out_withdrawing(&f.rib, prefix_of(A)));
	bgp_rib_out_forget(&f.rib, BGP_IPV4);
	CHECK(!bgp_rib_out_withdrawing(&f.rib, prefix_of(A)));
	CHECK(!bgp_rib_out_holds_any(&f.rib));
	CHECK_STR(DRAIN(f), "+203.0.113.2/32 | ");
}

/* What waits for the socket is lost with the session. */
TEST(a_withdrawal_is_over_when_it_is_written)
{
	uint8_t buf[BGP_MESSAGE_MAX];
	FIXTURE(f);

	SET(f, A, plain);
	SET(f, B, plain);
	(void)DRAIN(f);
	DROP(f, A);
	CHECK(bgp_rib_out_next(&f.rib, &f.peering, buf, sizeof(buf)) > 0);
	CHECK(bgp_rib_out_withdrawing(&f.rib, prefix_of(A)));
	CHECK(!bgp_rib_out_told(&f.rib, prefix_of(A)));
	CHECK_INT(bgp_rib_out_next(&f.rib, &f.peering, buf, sizeof(buf)), 0);
	bgp_rib_out_stop(&f.rib, ipv4);
	CHECK_STR(DRAIN(f), "-203.0.113.1/32 | +203.0.113.2/32 | ");
	CHECK(!bgp_rib_out_withdrawing(&f.rib, prefix_of(A)));
}

/* Once is enough, whatever was wanted in between. */
TEST(a_withdrawal_on_its_way_is_not_repeated)
{
	uint8_t buf[BGP_MESSAGE_MAX];
	FIXTURE(f);

	SET(f, A, plain);
	(void)DRAIN(f);
	DROP(f, A);
	CHECK(bgp_rib_out_next(&f.rib, &f.peering, buf, sizeof(buf)) > 0);
	SET(f, A, plain);
	CHECK(!bgp_rib_out_withdrawing(&f.rib, prefix_of(A)));
	DROP(f, A);
	CHECK(bgp_rib_out_withdrawing(&f.rib, prefix_of(A)));
	CHECK_STR(DRAIN(f), "");
	CHECK_INT(f.rib.table.count, 0);
	/* and told again behind it, it has to be taken back again */
	SET(f, A, plain);
	(void)DRAIN(f);
	DROP(f, A);
	CHECK(bgp_rib_out_next(&f.rib, &f.peering, buf, sizeof(buf)) > 0);
	SET(f, A, plain);
	CHECK_STR(DRAIN(f), "+203.0.113.1/32 | ");
	DROP(f, A);
	CHECK_STR(DRAIN(f), "-203.0.113.1/32 | ");
}

TEST(a_refresh_tells_one_family_again)
{
	FIXTURE(f);

	SET(f, A, plain);
	SET(f, C, plain);
	(void)DRAIN(f);
	bgp_rib_out_refresh(&f.rib, BGP_IPV6);
	CHECK_STR(DRAIN(f), "+2001:db8::1/128 | ");
	bgp_rib_out_refresh(&f.rib, BGP_IPV4);
	DROP(f, A); /* the peer has it, so it must hear of the withdrawal */
	CHECK_STR(DRAIN(f), "-203.0.113.1/32 | ");
	CHECK_INT(f.rib.told[BGP_IPV4], 0);
}

TEST(a_refresh_survives_changes_there_and_back)
{
	FIXTURE(f);

	SET(f, A, plain);
	(void)DRAIN(f);
	bgp_rib_out_refresh(&f.rib, BGP_IPV4);
	SET(f, A, med1);
	SET(f, A, plain);
	CHECK_STR(DRAIN(f), "+203.0.113.1/32 | ");
	bgp_rib_out_refresh(&f.rib, BGP_IPV4);
	DROP(f, A);
	SET(f, A, plain);
	CHECK_STR(DRAIN(f), "+203.0.113.1/32 | ");
	SET(f, A, med1);
	SET(f, A, plain);
	CHECK_STR(DRAIN(f), "");
}

TEST(routes_wait_for_a_next_hop)
{
	const struct bgp_attributes own = { .next_hop = ip_of("192.0.2.9") };
	const struct bgp_attributes own6 = { .next_hop = ip_of("2001:db8::9") };
	FIXTURE(f);

	f.rib.end_of_rib_released = true;
	f.peering.next_hop[BGP_IPV4] = (struct ip){ 0 };
	bgp_rib_out_start(&f.rib);
	SET(f, A, plain);
	SET(f, "203.0.113.3/32", own6);
	SET(f, B, own);
	SET(f, C, plain);
	CHECK_STR(DRAIN(f), "+203.0.113.2/32 | eor | +2001:db8::1/128 | eor | ");
	CHECK(!bgp_rib_out_told(&f.rib, prefix_of(A)));
	DROP(f, A);
	CHECK_STR(DRAIN(f), "");
	f.peering.extended_next_hop = true;
	CHECK_STR(DRAIN(f), "+203.0.113.3/32 | ");
}

TEST(routes_that_differ_in_any_attribute_do_not_share)
{
	static const uint32_t community[] = { 1 };
	static const uint64_t ext[] = { 1 };
	static const struct bgp_large_community large[] = { { 1, 2, 3 } };
	const struct bgp_attributes looks[] = {
		{ .origin = BGP_ORIGIN_EGP },
		{ .has_med = true },
		{ .has_local_pref = true },
		{ .prepend = 1 },
		{ .next_hop = ip_of("192.0.2.9") },
		{ .communities = community, .community_count = 1 },
		{ .ext_communities = ext, .ext_community_count = 1 },
		{ .large_communities = large, .large_community_count = 1 },
		{ 0 },
	};
	uint8_t buf[BGP_MESSAGE_MAX];
	FIXTURE(f);

	for (size_t i = 0; i < ARRAY_SIZE(looks); i++) {
		SET(f, A, looks[i]);
		SET(f, A, looks[i]);
		CHECK(bgp_rib_out_next(&f.rib, &f.peering, buf, sizeof(buf)) > 0);
		CHECK_INT(bgp_rib_out_next(&f.rib, &f.peering, buf, sizeof(buf)), 0);
	}
	CHECK_INT(f.rib.looks.count, 1);
}

static void
note_route(void *userdata, struct prefix prefix, const struct bgp_attributes *attributes, bool told)
{
	char text[PREFIX_STR_MAX];

	strbuf_addf(userdata, "%s med %u%s, ", prefix_format(prefix, text), attributes->med,
	    told ? " told" : "");
}

TEST(every_route_with_what_was_told)
{
	FIXTURE(f);

	SET(f, A, med1);
	SET(f, B, med1);
	SET(f, C, med1);
	(void)DRAIN(f);
	SET(f, B, med2);
	DROP(f, C);
	SET(f, "203.0.113.3/32", med2);
	strbuf_done(&f.out);
	bgp_rib_out_each(&f.rib, note_route, &f.out);
	CHECK_STR(strbuf_get(&f.out),
	    "203.0.113.1/32 med 1 told, 203.0.113.2/32 med 2, 203.0.113.3/32 med 2, ");
}

TEST(a_family_that_was_not_agreed_on_stays_here)
{
	FIXTURE(f);

	f.peering.families[BGP_IPV6] = false;
	SET(f, A, plain);
	SET(f, C, plain);
	CHECK_STR(DRAIN(f), "+203.0.113.1/32 | ");
	CHECK_INT(f.rib.told[BGP_IPV6], 0);
	DROP(f, C);
	CHECK_STR(DRAIN(f), "");
}

TEST(many_routes_need_few_messages)
{
	FIXTURE(f);
	struct prefix p = prefix_of("203.0.113.0/32");
	uint8_t buf[BGP_MESSAGE_MAX];
	size_t messages = 0;

	for (int i = 0; i < 10000; i++) {
		bgp_rib_out_announce(&f.rib, p, &plain);
		p.addr = ip_add(p.addr, 1);
	}
	while (bgp_rib_out_next(&f.rib, &f.peering, buf, sizeof(buf)) > 0)
		messages++;
	CHECK_INT(messages, 13); /* 810 prefixes fit */
	CHECK_INT(f.rib.told[BGP_IPV4], 10000);
	bgp_rib_out_withdraw_all(&f.rib);
	for (messages = 0; bgp_rib_out_next(&f.rib, &f.peering, buf, sizeof(buf)) > 0;)
		messages++;
	CHECK_INT(messages, 13);
	bgp_rib_out_written(&f.rib);
	CHECK_INT(f.rib.table.count, 0);
}

/* RFC 8654. */
TEST(a_peer_that_takes_long_messages_gets_fewer)
{
	FIXTURE(f);
	struct prefix p = prefix_of("203.0.113.0/32");
	static uint8_t buf[BGP_EXTENDED_MESSAGE_MAX];
	size_t messages = 0, longest = 0, len;

	for (int i = 0; i < 30000; i++) {
		bgp_rib_out_announce(&f.rib, p, &plain);
		p.addr = ip_add(p.addr, 1);
	}
	f.peering.message_max = sizeof(buf);
	for (; (len = bgp_rib_out_next(&f.rib, &f.peering, buf, sizeof(buf))) > 0; messages++) {
		struct bgp_update u;

		longest = MAX(len, longest);
		bgp_update_decode(buf + BGP_HEADER_LEN, len - BGP_HEADER_LEN, &f.peering, &u);
		CHECK_INT(u.verdict, BGP_VERDICT_ACCEPT);
	}
	CHECK_INT(messages, 3);
	CHECK(longest > BGP_EXTENDED_MESSAGE_MAX - 5);
	bgp_rib_out_withdraw_all(&f.rib);
	/* never more than the buffer takes */
	len = bgp_rib_out_next(&f.rib, &f.peering, buf, BGP_MESSAGE_MAX);
	CHECK(len > BGP_MESSAGE_MAX - 5 && len <= BGP_MESSAGE_MAX);
}

enum { PREFIXES = 24 };

static struct prefix
random_prefix(unsigned i)
{
	struct prefix p = prefix_of(i % 2 ? A : C);

	p.addr = ip_add(p.addr, i);
	return p;
}

/* What the peer makes of one message. */
static void
believe(const uint8_t *message, size_t len, const struct fixture *f, bool told[static PREFIXES])
{
	struct bgp_update u;

	bgp_update_decode(message + BGP_HEADER_LEN, len - BGP_HEADER_LEN, &f->peering, &u);
	struct bgp_nlri runs[] = { u.withdrawn, u.mp_withdrawn, u.announced, u.mp_announced };
	for (size_t r = 0; r < ARRAY_SIZE(runs); r++) {
		struct prefix p;

		while (bgp_nlri_next(&runs[r], &p)) {
			int at = p.addr.bytes[p.addr.family == IP_V4 ? 3 : 15] - 1;

			/* no withdrawal of what it does not have, or may not have kept */
			CHECK(r >= 2 || told[at] || f->kept);
			told[at] = r >= 2;
		}
	}
}

/* One random change, refresh, reconnect or message. */
static void
disturb(
    struct fixture *f, struct rng *rng, bool wanted[static PREFIXES], bool told[static PREFIXES])
{
	static const struct bgp_attributes *const looks[] = { &plain, &med1, &med2 };
	unsigned i = (unsigned)rng_below(rng, PREFIXES);
	uint8_t buf[BGP_MESSAGE_MAX];
	size_t len;

	switch (rng_below(rng, 6)) {
	case 0:
	case 1:
		wanted[i] = true;
		bgp_rib_out_announce(
		    &f->rib, random_prefix(i), looks[rng_below(rng, ARRAY_SIZE(looks))]);
		break;
	case 2:
		wanted[i] = false;
		bgp_rib_out_withdraw(&f->rib, random_prefix(i));
		break;
	case 3:
		bgp_rib_out_refresh(&f->rib, i % 2 ? BGP_IPV4 : BGP_IPV6);
		break;
	case 4:
		if (i > 1)
			break;
		bgp_rib_out_written(&f->rib);
		bgp_rib_out_stop(&f->rib, i == 0 ? nothing : ipv4);
		f->kept = i == 1;
		for (unsigned k = 0; k < PREFIXES; k++)
			told[k] &= i == 1 && k % 2 == 1;
		break;
	default:
		len = bgp_rib_out_next(&f->rib, &f->peering, buf, sizeof(buf));
		if (len > 0)
			believe(buf, len, f, told);
	}
}

TEST(the_peer_ends_up_with_what_is_wanted)
{
	for (uint64_t seed = 1; seed <= 500; seed++) {
		struct rng rng = { seed };
		bool wanted[PREFIXES] = { 0 }, told[PREFIXES] = { 0 };
		uint8_t buf[BGP_MESSAGE_MAX];
		size_t len, count = 0;
		FIXTURE(f);

		for (int step = 0; step < 200; step++)
			disturb(&f, &rng, wanted, told);
		while ((len = bgp_rib_out_next(&f.rib, &f.peering, buf, sizeof(buf))) > 0)
			believe(buf, len, &f, told);
		bgp_rib_out_written(&f.rib);
		for (int i = 0; i < PREFIXES; i++) {
			count += wanted[i];
			if (told[i] != wanted[i])
				tap_fail(__FILE__, __LINE__, "seed %d prefix %d", (int)seed, i);
		}
		CHECK_INT(f.rib.table.count, count);
		CHECK_INT(f.rib.told[BGP_IPV4] + f.rib.told[BGP_IPV6], count);
	}
}
