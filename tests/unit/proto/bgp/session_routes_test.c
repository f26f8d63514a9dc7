/* What a session says about routes: ours, and the watched ones of the peer. */
#include <errno.h>

#include "base/strbuf.h"
#include "bytes.h"

#define PEER_OPEN                                                                                  \
	MARKER "0031 01 04 fbf5 001e c0000202 14 02 12 0104 0001 0001 0104 0002 0001 4104 0000fbf5"
#define KEEPALIVE MARKER "0013 04"
#define REST "400206 0201 0000fbf5 400304 c0000202 "
#define UPDATE MARKER "0030 02 0000 0014 400101 00" REST "20 cb00710a"

static const struct instant start = { NS_PER_S };

static void
give(struct bgp_session *s, const char *hex)
{
	uint8_t bytes[BGP_MESSAGE_MAX];
	struct bgp_event event = { .type = BGP_EVENT_BYTES, .way = BGP_DIALLED, .bytes = bytes };
	struct bgp_actions actions;

	event.len = from_hex(hex, bytes, sizeof(bytes));
	bgp_session_input(s, &event, start, &actions);
	CHECK_INT(actions.consumed, event.len);
}

static void
bring_up(struct bgp_session *s)
{
	struct bgp_actions actions;

	bgp_session_input(s, &(struct bgp_event){ .type = BGP_EVENT_START }, start, &actions);
	bgp_session_input(s,
	    &(struct bgp_event){ .type = BGP_EVENT_DIALLED, .local = ip_of("192.0.2.77") }, start,
	    &actions);
	give(s, PEER_OPEN);
	give(s, KEEPALIVE);
	CHECK_STR(bgp_state_name(bgp_session_info(s)->state), "Established");
}

static void
session_freep(struct bgp_session **s)
{
	bgp_session_free(*s);
}

#define SESSION(s, conf) _cleanup_(session_freep) struct bgp_session *s = bgp_session_new(&(conf), 1)

TEST(what_is_seen_ends_with_the_session)
{
	struct bgp_conf conf = usual_conf();
	struct prefix p = prefix_of("203.0.113.10/32");
	struct bgp_actions actions;
	SESSION(s, conf);

	CHECK(bgp_session_seen(s, p) == NULL);
	CHECK_INT(bgp_session_watch(s, p), 0);
	bring_up(s);
	CHECK(!bgp_session_seen(s, p)->seen);
	give(s, UPDATE);
	CHECK(bgp_session_seen(s, p)->seen);
	CHECK_INT(bgp_session_seen(s, p)->origin_as, 64501);
	CHECK_INT(bgp_session_info(s)->counters.verdicts[BGP_VERDICT_ACCEPT], 1);
	bgp_session_input(
	    s, &(struct bgp_event){ .type = BGP_EVENT_CLOSED, .text = "lost" }, start, &actions);
	REQUIRE(bgp_session_seen(s, p));
	CHECK(!bgp_session_seen(s, p)->seen);
}

TEST(what_was_malformed_is_told)
{
	struct bgp_conf conf = usual_conf();
	SESSION(s, conf);

	bring_up(s);
	give(s, UPDATE);
	CHECK_STR(bgp_session_info(s)->last_malformed, "");
	give(s, MARKER "0030 02 0000 0014 400101 03" REST "20 cb00710a");
	CHECK_STR(bgp_session_info(s)->last_malformed,
	    "UPDATE Message Error/Invalid ORIGIN Attribute (3/6): ORIGIN: a value of no meaning; "
	    "routes treated as withdrawn");
	CHECK_INT(bgp_session_info(s)->last_malformed_at.ns, start.ns);
	give(s, MARKER "0037 02 0000 001b 400101 00" REST "400504 00000064 20 cb00710a");
	CHECK_STR(bgp_session_info(s)->last_malformed,
	    "UPDATE Message Error/Optional Attribute Error (3/9): LOCAL_PREF: not for an external peer; "
	    "attribute discarded");
	CHECK_INT(bgp_session_info(s)->counters.attributes_discarded, 1);
}

static void
note(void *userdata, struct prefix prefix, const struct bgp_attributes *a, bool told)
{
	char text[PREFIX_STR_MAX];

	strbuf_addf(userdata, "%s%s", prefix_format(prefix, text), told ? " told" : "");
	if (a->has_local_pref)
		strbuf_addf(userdata, " pref %u", a->local_pref);
	strbuf_addf(userdata, " prepend %u communities %zu, ", a->prepend, a->community_count);
}

TEST(routes_are_listed_as_they_go_out)
{
	static const uint32_t communities[] = { 2, 1, 2 };
	const struct bgp_attributes a = {
		.has_local_pref = true,
		.local_pref = 7,
		.prepend = 2,
		.communities = communities,
		.community_count = 3,
	};
	const struct bgp_attributes plain = { 0 };
	struct bgp_conf conf = usual_conf();
	uint8_t buf[BGP_MESSAGE_MAX];

	for (int ibgp = 0; ibgp < 2; ibgp++) {
		_cleanup_(strbuf_done) struct strbuf out = { 0 };
		SESSION(s, conf);

		CHECK_INT(bgp_session_announce(s, prefix_of("203.0.113.10/32"), &a), 0);
		if (!ibgp) {
			bring_up(s);
			CHECK(bgp_session_next_update(s, buf, sizeof(buf)) > 0);
		}
		CHECK_INT(bgp_session_announce(s, prefix_of("2001:db8::a/128"), &plain), 0);
		bgp_session_each_route(s, note, &out);
		CHECK_STR(strbuf_get(&out),
		    ibgp ? "203.0.113.10/32 pref 7 prepend 0 communities 2, "
			   "2001:db8::a/128 pref 100 prepend 0 communities 0, "
			 : "203.0.113.10/32 told prepend 2 communities 2, "
			   "2001:db8::a/128 prepend 0 communities 0, ");
		CHECK_INT(bgp_session_path_copies(s, &a), ibgp ? 0 : 3);
		conf.peer_as = conf.local_as;
	}
}

TEST(what_makes_no_difference_to_the_peer_is_not_sent_again)
{
	const struct bgp_attributes plain = { 0 },
				    pref = { .has_local_pref = true, .local_pref = 7 };
	struct bgp_conf conf = usual_conf();
	uint8_t buf[BGP_MESSAGE_MAX];
	SESSION(s, conf);

	bring_up(s);
	CHECK_INT(bgp_session_announce(s, prefix_of("203.0.113.10/32"), &plain), 0);
	CHECK(bgp_session_next_update(s, buf, sizeof(buf)) > 0);
	CHECK_INT(bgp_session_announce(s, prefix_of("203.0.113.10/32"), &pref), 0);
	CHECK_INT(bgp_session_next_update(s, buf, sizeof(buf)), 0);
}

TEST(next_hops_before_and_in_a_session)
{
	const struct bgp_attributes plain = { 0 }, own = { .next_hop = ip_of("192.0.2.9") };
	struct bgp_conf conf = usual_conf();
	char text[IP_STR_MAX];

	conf.next_hop[BGP_IPV4] = (struct ip){ 0 };
	SESSION(s, conf);
	CHECK_STR(ip_format(bgp_session_next_hop(s, BGP_IPV4, &plain), text), "none");
	CHECK_STR(ip_format(bgp_session_next_hop(s, BGP_IPV4, &own), text), "192.0.2.9");
	CHECK_STR(ip_format(bgp_session_next_hop(s, BGP_IPV6, &plain), text), "2001:db8::1");
	bring_up(s);
	CHECK_STR(ip_format(bgp_session_next_hop(s, BGP_IPV4, &plain), text), "192.0.2.77");
	CHECK_STR(ip_format(bgp_session_next_hop(s, BGP_IPV4, &own), text), "192.0.2.9");
}

TEST(attributes_that_can_not_be_are_refused)
{
	static const uint32_t communities[BGP_COMMUNITIES_MAX + 1];
	const struct bgp_attributes many = { .communities = communities,
		.community_count = ARRAY_SIZE(communities) };
	const struct bgp_attributes hop6 = { .next_hop = ip_of("2001:db8::9") };
	const struct bgp_attributes hop4 = { .next_hop = ip_of("192.0.2.9") };
	struct bgp_conf conf = usual_conf();
	struct prefix p4 = prefix_of("203.0.113.10/32"), p6 = prefix_of("2001:db8::a/128");

	for (int extended = 0; extended < 2; extended++) {
		conf.offer.extended_next_hop = extended;
		SESSION(s, conf);
		CHECK_INT(bgp_session_announce(s, p4, &many), -EINVAL);
		CHECK_INT(bgp_session_announce(s, p6, &hop4), -EINVAL);
		CHECK_INT(bgp_session_announce(s, p6, &hop6), 0);
		CHECK_INT(bgp_session_announce(s, p4, &hop6), extended ? 0 : -EINVAL);
		CHECK_INT(bgp_session_announces(s, p4), extended);
	}
}
