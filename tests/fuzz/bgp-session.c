/*
 * A whole session under a script of events: connections that come and go, bytes good and bad, time,
 * and changes of routes. It plays the driver and the peer, and asserts what they may rely on:
 * actions that can be carried out, messages that are whole, timers that do not spin, and a peer
 * that is never told what it knows, nor asked to forget what it does not.
 */
#include <assert.h>
#include <string.h>

#include "proto/bgp/codec.h"
#include "wire/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROUTES = 16 };

struct play {
	struct bgp_session *s;
	struct instant now;
	bool connecting, connected[BGP_WAY_MAX];
	bool up;
	size_t message_max;
	struct bgp_peering peering; /* how the peer reads what is sent */
	uint64_t seen, observed; /* messages sent */
	bool refreshing; /* routes may be told again */
	bool wanted[ROUTES], told[ROUTES], changed[ROUTES];
	bool graceful; /* the session is one after which routes are kept */
	bool kept[ROUTES]; /* perhaps: told in a session before, and gracefully ended */
	bool withdrawn[ROUTES]; /* in this session */
};

static struct prefix
route(unsigned i)
{
	static const uint8_t v4[16] = { 203, 0, 113, 0 }, v6[16] = { 0x20, 0x01, 0x0d, 0xb8 };
	bool six = i % 2;
	struct ip ip = ip_from_bytes(six ? IP_V6 : IP_V4, six ? v6 : v4);

	return prefix_host(ip_add(ip, i));
}

static void
hear(struct play *p, struct bgp_nlri nlri, bool announced)
{
	struct prefix prefix;

	while (bgp_nlri_next(&nlri, &prefix)) {
		unsigned i = prefix.addr.bytes[ip_size(prefix.addr.family) - 1];

		assert(i < ROUTES && prefix_equal(prefix, route(i)));
		if (announced)
			assert(p->wanted[i]);
		else /* what may be kept of an earlier session is taken back once */
			assert(!p->wanted[i] && (p->told[i] || (p->kept[i] && !p->withdrawn[i])));
		assert(!announced || !p->told[i] || p->refreshing || p->changed[i]);
		p->changed[i] = false;
		p->told[i] = announced;
		p->kept[i] |= announced && p->graceful;
		p->withdrawn[i] |= !announced;
	}
}

static void
drain(struct play *p)
{
	static uint8_t buf[BGP_EXTENDED_MESSAGE_MAX];
	size_t len;

	while ((len = bgp_session_next_update(p->s, buf, sizeof(buf))) > 0) {
		struct bgp_header h;
		struct bgp_update u;
		struct bgp_error e;

		assert(p->up && p->connected[bgp_session_way(p->s)]);
		assert(bgp_header_decode(buf, p->message_max, &h, &e) && h.length == len);
		p->seen++;
		if (h.type == BGP_ROUTE_REFRESH) {
			assert(
			    bgp_session_info(p->s)->negotiated.enhanced_refresh && p->refreshing);
			continue;
		}
		assert(h.type == BGP_UPDATE);
		bgp_update_decode(buf + BGP_HEADER_LEN, len - BGP_HEADER_LEN, &p->peering, &u);
		assert(u.verdict == BGP_VERDICT_ACCEPT);
		hear(p, u.withdrawn, false);
		hear(p, u.mp_withdrawn, false);
		hear(p, u.announced, true);
		hear(p, u.mp_announced, true);
	}
	assert(p->seen == p->observed);
}

static void
check_sent(struct play *p, const uint8_t *bytes, size_t len)
{
	while (len > 0) {
		struct bgp_header h;
		struct bgp_error e;

		assert(len >= BGP_HEADER_LEN && bgp_header_decode(bytes, BGP_MESSAGE_MAX, &h, &e) &&
		       h.length <= len);
		p->seen++;
		bytes += h.length;
		len -= h.length;
	}
}

static void
check(struct play *p, const struct bgp_actions *a)
{
	const struct bgp_info *info = bgp_session_info(p->s);

	for (enum bgp_way way = 0; way < BGP_WAY_MAX; way++) {
		assert(a->send[way].len == 0 || p->connected[way]);
		check_sent(p, a->send[way].bytes, a->send[way].len);
		if (!a->close[way])
			continue;
		assert(p->connected[way] || (way == BGP_DIALLED && p->connecting));
		p->connected[way] = false;
		if (way == BGP_DIALLED)
			p->connecting = false;
	}
	if (a->dial) {
		assert(!p->connecting && !p->connected[BGP_DIALLED]);
		p->connecting = true;
	}
	assert((a->change == BGP_CHANGE_UP) == (!p->up && info->state == BGP_ESTABLISHED));
	assert((a->change == BGP_CHANGE_DOWN) == (p->up && info->state != BGP_ESTABLISHED));
	p->up = info->state == BGP_ESTABLISHED;
	p->message_max =
	    info->negotiated.extended_message ? BGP_EXTENDED_MESSAGE_MAX : BGP_MESSAGE_MAX;
	p->peering = (struct bgp_peering){ .as4 = info->negotiated.as4, .families = { true, true },
		.extended_next_hop = info->negotiated.extended_next_hop };
	if (p->up) {
		p->graceful = info->negotiated.graceful_restart;
	} else {
		if (a->change == BGP_CHANGE_DOWN && !p->graceful)
			memset(p->kept, 0, sizeof(p->kept));
		memset(p->told, 0, sizeof(p->told));
		memset(p->withdrawn, 0, sizeof(p->withdrawn));
		p->refreshing = false;
	}
	assert(!p->up || p->connected[bgp_session_way(p->s)]);
	assert(info->state != BGP_CONNECT || p->connecting);
	assert(!info->waits_for_bfd || (info->state == BGP_IDLE && !p->connecting));
	assert((a->why[0] != '\0') == (a->change != BGP_CHANGE_NONE));
}

static void
input(struct play *p, struct bgp_event event)
{
	struct bgp_actions a;

	bgp_session_input(p->s, &event, p->now, &a);
	check(p, &a);
}

static void
give_bytes(struct play *p, enum bgp_way way, const uint8_t *bytes, size_t len)
{
	while (len > 0 && p->connected[way]) {
		struct bgp_event event = {
			.type = BGP_EVENT_BYTES, .way = way, .bytes = bytes, .len = len
		};
		struct bgp_actions a;

		bgp_session_input(p->s, &event, p->now, &a);
		assert(a.consumed > 0 && a.consumed <= len);
		bytes += a.consumed;
		len -= a.consumed;
		check(p, &a);
	}
}

static void
pass_time(struct play *p, unsigned ms)
{
	struct instant at = bgp_session_deadline(p->s);
	int turns = 0;

	if (ms == 0 && !instant_is_never(at) && instant_cmp(at, p->now) > 0)
		p->now = at;
	p->now = instant_add(p->now, DURATION_MS(ms));
	/* what is due is done in a few turns, or the loop would spin */
	while (instant_reached(bgp_session_deadline(p->s), p->now)) {
		assert(++turns < 8);
		input(p, (struct bgp_event){ .type = BGP_EVENT_TIMER });
	}
}

/* An OPEN of the peer's, with capabilities by the bits of what comes next. */
static void
give_open(struct play *p, enum bgp_way way, uint8_t which, struct reader *r)
{
	static uint8_t buf[BGP_MESSAGE_MAX];
	struct writer w = writer_init(buf, sizeof(buf));
	uint8_t bits = reader_u8(r);
	struct bgp_open open = {
		.as = 64501,
		.id = which,
		.hold_time_s = which & 16 ? 0 : 3u + which,
		.as4 = bits & 1,
		.multiprotocol = bits & 2,
		.families = { true, which & 64 },
		.route_refresh = bits & 4,
		.enhanced_refresh = bits & 8,
		.extended_message = bits & 16,
		.extended_next_hop = bits & 32,
		.graceful_restart = bits & 64,
		.hard_reset = bits & 64,
		.role = bits & 128 ? BGP_ROLE_PROVIDER : BGP_ROLE_NONE,
	};

	bgp_open_encode(&w, &open);
	give_bytes(p, way, buf, writer_len(&w));
}

/* A NOTIFICATION (2,7), or another one, with data that follows. */
static void
give_notification(struct play *p, enum bgp_way way, uint8_t which, struct reader *r)
{
	static uint8_t buf[128];
	struct writer w = writer_init(buf, sizeof(buf));
	size_t len = MIN((size_t)which % 16, reader_left(r));

	bgp_message_begin(&w, BGP_NOTIFICATION);
	writer_u8(&w, which & 16 ? 6 : 2);
	writer_u8(&w, which & 32 ? 7 : which & 64 ? 4 : 0);
	writer_bytes(&w, reader_bytes(r, len), len);
	(void)bgp_message_end(&w);
	give_bytes(p, way, buf, writer_len(&w));
}

/* A message that is right, so that the deep states are reached. */
static void
give_good(struct play *p, enum bgp_way way, uint8_t which, struct reader *r)
{
	static uint8_t buf[BGP_EXTENDED_MESSAGE_MAX];
	struct writer w = writer_init(buf, sizeof(buf));

	switch (which % 6) {
	case 0:
	case 1:
		bgp_keepalive_encode(&w);
		break;
	case 2:
		give_open(p, way, which, r);
		return;
	case 3:
		bgp_refresh_encode(&w, which & 8 ? BGP_IPV6 : BGP_IPV4,
		    which & 64 ? BGP_REFRESH_BEGIN : BGP_REFRESH_REQUEST);
		p->refreshing = p->up;
		break;
	case 4:
		give_notification(p, way, which, r);
		return;
	default: /* a long UPDATE, that withdraws the default route over and over */
		bgp_message_begin(&w, BGP_UPDATE);
		/* mostly short: what costs time finds nothing */
		writer_u16(&w, which == 125 ? 5000 : which);
		writer_fill(&w, 0, which == 125 ? 5000 : which);
		writer_u16(&w, 0);
		(void)bgp_message_end(&w);
	}
	give_bytes(p, way, buf, writer_len(&w));
}

static void
step(struct play *p, struct reader *r)
{
	static const struct bgp_attributes plain, med = { .has_med = true, .med = 7 };
	uint8_t op = reader_u8(r), arg = reader_u8(r);
	enum bgp_way way = arg & 0x80 ? BGP_ACCEPTED : BGP_DIALLED;
	unsigned i = arg % ROUTES;
	size_t len;

	switch (op % 15) {
	case 0:
		input(p, (struct bgp_event){
			     .type = arg & 1 ? BGP_EVENT_STOP : BGP_EVENT_START, .text = "x" });
		break;
	case 1:
		pass_time(p, 0);
		break;
	case 2:
		pass_time(p, arg * 100u);
		break;
	case 3:
		if (!p->connecting)
			break;
		p->connecting = false;
		p->connected[BGP_DIALLED] = true;
		input(p, (struct bgp_event){ .type = BGP_EVENT_DIALLED, .way = BGP_DIALLED,
			.local = arg & 1 ? ip_from_v4(0xc0000201) : route(1).addr });
		break;
	case 4:
		/* one that stands is dropped for it */
		if (!bgp_session_accepts(p->s, p->now))
			break;
		p->connected[BGP_ACCEPTED] = true;
		input(p, (struct bgp_event){ .type = BGP_EVENT_ACCEPTED, .way = BGP_ACCEPTED });
		break;
	case 5:
		if (!p->connected[way] && (way != BGP_DIALLED || !p->connecting))
			break;
		p->connected[way] = false;
		if (way == BGP_DIALLED)
			p->connecting = false;
		input(
		    p, (struct bgp_event){ .type = BGP_EVENT_CLOSED, .way = way, .text = "gone" });
		break;
	case 6:
		len = MIN((size_t)(arg & 0x7f), reader_left(r));
		give_bytes(p, way, reader_bytes(r, len), len);
		break;
	case 7:
	case 8:
		give_good(p, way, arg & 0x7f, r);
		break;
	case 9:
		if (bgp_session_announce(p->s, route(i), arg & 0x40 ? &med : &plain) == 0)
			p->wanted[i] = p->changed[i] = true;
		break;
	case 10:
		bgp_session_withdraw(p->s, route(i));
		p->wanted[i] = false;
		break;
	case 11:
		input(p, (struct bgp_event){ .type = BGP_EVENT_BFD_UP });
		break;
	case 12:
		input(p, (struct bgp_event){ .type = BGP_EVENT_BFD_DOWN, .text = "x" });
		break;
	case 13: /* the socket takes all, or little */
		bgp_session_sent(p->s, arg, arg & 0x80 ? arg : 0, p->now);
		break;
	case 14:
		bgp_session_release_end_of_rib(p->s);
		drain(p);
		break;
	}
}

static void
look(void *userdata, bool sent, enum bgp_way way, const uint8_t *message, size_t len)
{
	struct play *p = userdata;

	(void)way;
	assert(((size_t)message[16] << 8 | message[17]) == len);
	p->observed += sent;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader r = reader_init(data, size);
	uint8_t kind = reader_u8(&r), bits = reader_u8(&r);
	struct bgp_conf conf = {
		.local_as = 65001,
		.peer_as = 64501,
		.router_id = ip_from_v4(64),
		.hold_time = kind & 1 ? DURATION_S(0) : DURATION_S(9),
		.connect_retry = DURATION_S(1),
		.idle_hold = kind & 2 ? DURATION_S(0) : DURATION_MS(500),
		.idle_hold_max = DURATION_S(60),
		.passive = kind & 4,
		.families = { true, true },
		.next_hop = { ip_from_v4(0xc0000201), ip_from_bytes(IP_V6, (uint8_t[16]){ 0x20, [15] = 1 }) },
		.prefix_limit = 5,
		.offer = BGP_OFFER_DEFAULT,
		.active_only = (kind & 12) == 8,
		.bfd_strict = kind & 16,
		.role = bits & 128 ? BGP_ROLE_CUSTOMER : BGP_ROLE_NONE,
		.role_strict = kind & 32,
		.restarted = kind & 64,
		.restart_time = DURATION_S(2),
	};
	conf.offer.graceful_restart = bits & 1;
	conf.offer.extended_next_hop = bits & 2;
	conf.offer.as4 = !(bits & 4);
	conf.offer.extended_message = !(bits & 8);
	conf.offer.enhanced_refresh = !(bits & 16);
	struct play p = { .s = bgp_session_new(&conf, kind), .now = { NS_PER_S } };

	bgp_session_observe(p.s, look, &p);
	while (reader_left(&r) > 0)
		step(&p, &r);
	drain(&p);
	for (unsigned i = 0; i < ROUTES; i++) {
		bool offered = p.up && bgp_session_info(p.s)->negotiated.families[i % 2];

		assert(!offered || p.told[i] == p.wanted[i]);
		assert(bgp_session_announces(p.s, route(i)) == p.wanted[i]);
	}
	bgp_session_free(p.s);
	return 0;
}
