/*
 * State of another program, in place of the one that it should be: it is refused, or what comes of
 * it can be used and saved again, and is the same when that is loaded. The first byte says of what.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "proto/bfd/bfd.h"
#include "proto/bgp/codec.h"
#include "service/state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct instant base = { 1000 * NS_PER_S };

/* ---- BGP ---- */

static const struct bgp_conf bgp_conf = {
	.local_as = 65001,
	.peer_as = 64501,
	.router_id = { IP_V4, { 192, 0, 2, 1 } },
	.hold_time = { 9 * NS_PER_S },
	.connect_retry = { NS_PER_S },
	.idle_hold = { NS_PER_S / 2 },
	.idle_hold_max = { 60 * NS_PER_S },
	.families = { true, true },
	.next_hop = { { IP_V4, { 192, 0, 2, 1 } },
	    { IP_V6, { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 } } },
	.prefix_limit = 100,
	.offer = { .as4 = true,
	    .route_refresh = true,
	    .enhanced_refresh = true,
	    .extended_message = true,
	    .graceful_restart = true,
	    .hard_reset = true },
	.restart_time = { 30 * NS_PER_S },
};

/* What a driver does next: all that is due, bytes on both connections, the end. */
static void
use_bgp(struct bgp_session *s)
{
	static uint8_t buf[BGP_EXTENDED_MESSAGE_MAX];
	struct bgp_event ev = { .type = BGP_EVENT_TIMER };
	struct writer w = writer_init(buf, sizeof(buf));
	struct bgp_actions a;
	struct instant now = base;

	for (int i = 0; i < 4; i++) {
		struct instant at = bgp_session_deadline(s);

		now = instant_is_never(at) || instant_cmp(at, now) < 0 ? now : at;
		bgp_session_input(s, &ev, now, &a);
		for (int n = 0; n < 100 && bgp_session_next_update(s, buf, sizeof(buf)) > 0; n++)
			continue;
	}
	bgp_keepalive_encode(&w);
	for (enum bgp_way way = 0; way < BGP_WAY_MAX; way++) {
		ev = (struct bgp_event){
			.type = BGP_EVENT_BYTES, .way = way, .bytes = buf, .len = writer_len(&w)
		};
		bgp_session_input(s, &ev, now, &a);
	}
	bgp_session_withdraw_all(s);
	(void)bgp_session_next_update(s, buf, sizeof(buf));
	ev = (struct bgp_event){ .type = BGP_EVENT_STOP };
	bgp_session_input(s, &ev, now, &a);
}

static void
try_bgp(struct reader records)
{
	struct state_writer saved = { 0 }, again = { 0 };
	struct bgp_session *s, *next;
	struct err e = { 0 };

	if (bgp_session_restore(&bgp_conf, records, base, base, &s, &e) < 0) {
		assert(e.message[0]);
		return;
	}
	bgp_session_save(s, &saved, base);
	assert(bgp_session_restore(
		   &bgp_conf, reader_init(saved.bytes, saved.len), base, base, &next, &e) == 0);
	bgp_session_save(next, &again, base);
	assert(saved.len == again.len && memcmp(saved.bytes, again.bytes, saved.len) == 0);
	use_bgp(s);
	bgp_session_free(s);
	bgp_session_free(next);
	state_writer_done(&saved);
	state_writer_done(&again);
}

/* ---- BFD ---- */

static void
try_bfd(struct reader records)
{
	const struct bfd_conf conf = {
		.min_tx = DURATION_MS(10), .min_rx = DURATION_MS(10), .multiplier = 3
	};
	struct bfd_session *s;
	struct bfd_actions a;
	struct instant now = instant_add(base, DURATION_MS(100));
	struct err e = { 0 };

	if (bfd_session_restore(&conf, records, base, now, &s, &e) < 0) {
		assert(e.message[0]);
		return;
	}
	bfd_session_wake_up(s, now);
	bfd_session_set_timing(s, conf.min_tx, conf.min_rx, conf.multiplier, now, &a);
	for (int i = 0; i < 4 && !instant_is_never(bfd_session_deadline(s)); i++) {
		struct bfd_packet p;
		int turns = 0;

		if (instant_cmp(bfd_session_deadline(s), now) > 0)
			now = bfd_session_deadline(s);
		/* what is due is done in a few turns, or the loop would spin */
		while (instant_reached(bfd_session_deadline(s), now)) {
			assert(++turns < 4);
			bfd_session_tick(s, now, &a);
			assert(
			    a.len == 0 || bfd_packet_decode(a.packet, a.len, &p) == BFD_ACCEPTED);
		}
	}
	bfd_session_free(s);
}

/* ---- service and journal ---- */

static void
try_service(struct reader records)
{
	static const char *const listens[] = { "tcp/80" };
	static const struct service_check_conf checks[] = {
		{ "front", { 2, 3, { NS_PER_S }, { NS_PER_S / 5 } }, true, CHECK_SERVICE },
	};
	const struct ip addresses[] = { ip_from_v4(0xcb007100), ip_from_v4(0xcb007101) };
	const struct service_conf conf = { .name = "web",
		.addresses = addresses,
		.address_count = 2,
		.listens = listens,
		.listen_count = 1,
		.checks = checks,
		.check_count = 1,
		.settle_time = DURATION_MS(50) };
	struct service *s = service_new(&conf, base);
	struct service_actions actions = { 0 };

	if (service_load(s, records, base)) {
		for (size_t i = 0; i < s->run_count; i++) {
			struct service_event ev = { .type = SERVICE_EVENT_CHECK,
				.index = i,
				.result = {
				    .evidence = EVIDENCE_PASS, .started = base, .why = "" } };

			service_input(s, &ev, base, &actions);
			(void)check_interval(&s->runs[i].state);
		}
		(void)service_is_decided(s);
		(void)service_deadline(s);
		service_input(
		    s, &(struct service_event){ .type = SERVICE_EVENT_STOP }, base, &actions);
	}
	service_actions_done(&actions);
	service_free(s);
}

static void
try_journal(struct reader records)
{
	struct journal *j = calloc(1, sizeof(*j));

	assert(j);
	if (journal_load(j, records, base) && journal_count(j) > 0)
		assert(strlen(journal_get(j, journal_count(j) - 1)->what) < JOURNAL_WHAT_MAX);
	free(j);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader r = reader_init(data, size);

	switch (reader_u8(&r) % 4) {
	case 0:
		try_bgp(r);
		break;
	case 1:
		try_bfd(r);
		break;
	case 2:
		try_service(r);
		break;
	default:
		try_journal(r);
	}
	return 0;
}
