/*
 * The built-in speaker over loopback: against a peer that this file plays with a plain socket, to
 * see the very bytes, and against a second speaker in the same loop.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "fixture.h"
#include "proto/bgp/capture.h"
#include "proto/bgp/codec.h"

/* ---- against a peer that this file plays: 127.0.0.2, AS 65002 ---- */

/* As its peer: takes its connection and answers its OPEN; with what it offers of graceful restart.
 */
static void
answer(struct fixture *f, bool graceful)
{
	struct bgp_open open = { .as = 65002,
		.id = 2,
		.hold_time_s = 0,
		.as4 = true,
		.route_refresh = true,
		.multiprotocol = true,
		.graceful_restart = graceful,
		.families = { true, true } };
	struct endpoint from;
	uint8_t buf[512];
	struct writer w = writer_init(buf, sizeof(buf));

	RUN_UNTIL(*f, tcp_accept(f->listener, &f->peer, &from) == 0);
	CHECK(ip_equal(from.addr, ip_of("127.0.0.1")));
	bgp_open_encode(&w, &open);
	REQUIRE(send(f->peer, buf, writer_len(&w), 0) == (ssize_t)writer_len(&w));
	w = writer_init(buf, sizeof(buf));
	bgp_keepalive_encode(&w);
	REQUIRE(send(f->peer, buf, writer_len(&w), 0) == (ssize_t)writer_len(&w));
	RUN_UNTIL(*f, status_is(f, 0, "state", "Established"));
}

/* Starts the speaker, and listens for it as its peer. */
static void
speak_to_us(struct fixture *f, const struct neighbor_conf *conf, int receive_buffer)
{
	struct endpoint local = { .addr = ip_of("127.0.0.2"), .port = conf->port };

	REQUIRE(tcp_listen(local, &f->listener, NULL) == 0);
	if (receive_buffer > 0)
		(void)setsockopt(
		    f->listener, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
	speak(f, 0, conf);
	answer(f, conf->offer.graceful_restart);
}

static void
note(void *userdata, bool announced, struct prefix prefix)
{
	char text[PREFIX_STR_MAX];

	strbuf_addf(userdata, "%c%s ", announced ? '+' : '-', prefix_format(prefix, text));
}

/* The prefixes in what the socket holds at this moment, without running the loop. */
static const char *
heard(struct fixture *f, struct strbuf *out)
{
	uint8_t buf[1 << 16];
	ssize_t n = recv(f->peer, buf, sizeof(buf), MSG_DONTWAIT);

	strbuf_done(out);
	if (n > 0)
		CHECK_INT(bgp_capture_each_prefix(buf, (size_t)n, note, out), n);
	return strbuf_get(out);
}

TEST(a_withdrawal_is_written_before_the_call_returns)
{
	_cleanup_(strbuf_done) struct strbuf out = { 0 };
	uint16_t port = free_port();
	struct neighbor_conf conf = conf_of(0, port);
	FIXTURE(f);

	speak_to_us(&f, &conf, 0);
	announce(&f, 0, "203.0.113.10/32");
	announce(&f, 0, "2001:db8:f00d::10/128");
	CHECK_STR(heard(&f, &out), "+203.0.113.10/32 +2001:db8:f00d::10/128 ");
	announce(&f, 0, "203.0.113.10/32");
	CHECK_STR(heard(&f, &out), "");

	withdraw(&f, 0, "203.0.113.10/32");
	CHECK_STR(heard(&f, &out), "-203.0.113.10/32 ");
	CHECK_STR(strbuf_get(&f.events), "withdrawn 203.0.113.10/32 1/1; ");

	strbuf_done(&f.events);
	announcer_withdraw(f.a[0], prefix_of("203.0.113.10/32"));
	announcer_withdraw(f.a[0], prefix_of("203.0.113.99/32"));
	announcer_flush(f.a[0]);
	CHECK_STR(heard(&f, &out), "");
	CHECK_STR(strbuf_get(&f.events),
	    "withdrawn 203.0.113.10/32 0/0; withdrawn 203.0.113.99/32 0/0; ");
}

TEST(what_no_neighbor_was_told_is_not_announced)
{
	uint16_t port = free_port();
	struct neighbor_conf conf = conf_of(0, port);
	struct prefix prefix = prefix_of("203.0.113.10/32");
	FIXTURE(f);

	speak(&f, 0, &conf);
	announce(&f, 0, "203.0.113.10/32");
	CHECK_INT(announcer_told(f.a[0], prefix).count, 0);
	CHECK_INT(announcer_told(f.a[0], prefix).of, 1);
	announcer_withdraw(f.a[0], prefix);
	announcer_flush(f.a[0]);
	CHECK_STR(strbuf_get(&f.events), "withdrawn 203.0.113.10/32 0/0; ");
	strbuf_done(&f.events);
	announce(&f, 0, "203.0.113.10/32");
	CHECK_STR(strbuf_get(&f.events), "");
	conf = conf_of(1, port);
	speak(&f, 1, &conf);
	RUN_UNTIL(f, strstr(strbuf_get(&f.events), "announced"));
	CHECK(strstr(strbuf_get(&f.events), "announced 203.0.113.10/32; "));
	CHECK_INT(announcer_told(f.a[0], prefix).count, 1);
	strbuf_done(&f.events);
	announcer_free(TAKE(f.a[1]));
	RUN_UNTIL(f, announcer_told(f.a[0], prefix).count == 0);
}

TEST(a_withdrawal_behind_a_full_socket_is_told_when_it_is_out)
{
	uint16_t port = free_port();
	struct neighbor_conf conf = conf_of(0, port);
	FIXTURE(f);

	conf.prefix_limit = 2000000;
	speak_to_us(&f, &conf, 1 << 17);
	strbuf_done(&f.events);
	announce_until_full(&f, "peer");
	withdraw(&f, 0, "203.0.113.1/32");
	CHECK_STR(strbuf_get(&f.events), "");
	CHECK_INT(announcer_withdrawing(f.a[0], prefix_of("203.0.113.1/32")).count, 1);
	uint8_t drop[1 << 16];
	RUN_UNTIL(f, (recv(f.peer, drop, sizeof(drop), MSG_DONTWAIT), f.events.len > 0));
	/* then the announcements that waited behind it */
	CHECK(strstr(strbuf_get(&f.events), "withdrawn 203.0.113.1/32 1/1; ") ==
	      strbuf_get(&f.events));
}

TEST(a_withdrawal_that_the_peer_does_not_take_ends_the_session)
{
	uint16_t port = free_port();
	struct neighbor_conf conf = conf_of(0, port);
	static uint8_t drop[1 << 20];
	FIXTURE(f);

	conf.prefix_limit = 2000000;
	conf.idle_hold = DURATION_S(60);
	speak_to_us(&f, &conf, 1 << 17);
	announce_until_full(&f, "peer");
	struct instant start = clock_now();
	withdraw(&f, 0, "203.0.113.1/32");
	RUN_UNTIL(f, !status_is(&f, 0, "state", "Established"));
	CHECK(instant_diff(clock_now(), start).ns >= 4 * NS_PER_S);
	CHECK_STR(strbuf_get(&f.events), "peer down; withdrawn 203.0.113.1/32 0/1; ");
	CHECK(status_is(&f, 0, "last_error", "the neighbor did not take a withdrawal for 5s"));
	/* a reset: no end of file that would wait behind what our socket still held */
	ssize_t got;
	while ((got = recv(f.peer, drop, sizeof(drop), MSG_DONTWAIT)) > 0)
		continue;
	CHECK(got < 0 && errno == ECONNRESET);
}

/* The peer loses the session, and may keep what it was told for the restart time. */
static void
lose_session(struct fixture *f)
{
	(void)close(TAKE_FD(f->peer));
	RUN_UNTIL(*f, !status_is(f, 0, "state", "Established"));
}

static struct neighbor_conf
graceful_conf(uint16_t port)
{
	struct neighbor_conf conf = conf_of(0, port);

	conf.offer = BGP_OFFER_DEFAULT;
	conf.offer.graceful_restart = true;
	conf.restart_time = DURATION_S(120);
	return conf;
}

TEST(a_withdraw_that_is_lost_with_its_session_waits_for_the_next)
{
	_cleanup_(strbuf_done) struct strbuf out = { 0 };
	struct prefix prefix = prefix_of("203.0.113.10/32");
	struct neighbor_conf conf = graceful_conf(free_port());
	struct announcer_kept kept;
	char text[128];
	FIXTURE(f);

	speak_to_us(&f, &conf, 0);
	announce(&f, 0, "203.0.113.10/32");
	announce(&f, 0, "203.0.113.11/32");
	CHECK_INT(announcer_kept(f.a[0], prefix).count, 0);
	lose_session(&f);
	strbuf_done(&f.events);
	announcer_withdraw(f.a[0], prefix);
	announcer_flush(f.a[0]);
	CHECK_STR(strbuf_get(&f.events), "");
	CHECK_INT(announcer_withdrawing(f.a[0], prefix).count, 1);
	kept = announcer_kept(f.a[0], prefix);
	CHECK_INT(kept.count, 1);
	CHECK_STR(kept.neighbor, "peer");
	CHECK(duration_cmp(instant_diff(kept.until, clock_now()), DURATION_S(120)) <= 0);
	CHECK(duration_cmp(instant_diff(kept.until, clock_now()), DURATION_S(100)) > 0);
	(void)announcer_kept_format(&kept, text, sizeof(text));
	CHECK(strncmp(text, "neighbor peer may keep it until ", 32) == 0);
	CHECK_STR(text + 32 + strlen("04:05:06"), "Z (graceful restart)");

	answer(&f, true);
	RUN_UNTIL(f, strstr(strbuf_get(&f.events), "withdrawn"));
	CHECK(strstr(strbuf_get(&f.events), "withdrawn 203.0.113.10/32 1/1; "));
	CHECK_INT(announcer_kept(f.a[0], prefix).count, 0);
	/* behind OPEN and KEEPALIVE: first what is gone, then what still stands */
	CHECK_STR(heard(&f, &out), "-203.0.113.10/32 +203.0.113.11/32 ");
}

TEST(a_withdraw_is_over_when_the_restart_time_is)
{
	struct neighbor_conf conf = graceful_conf(free_port());
	FIXTURE(f);

	conf.restart_time = DURATION_S(1);
	conf.idle_hold = DURATION_S(60);
	speak_to_us(&f, &conf, 0);
	announce(&f, 0, "203.0.113.10/32");
	lose_session(&f);
	withdraw(&f, 0, "203.0.113.10/32");
	CHECK_STR(strbuf_get(&f.events), "");
	RUN_UNTIL(f, f.events.len > 0);
	CHECK_STR(strbuf_get(&f.events), "withdrawn 203.0.113.10/32 0/1; ");
}

/* A peer without graceful restart has forgotten all with its session. */
TEST(a_withdraw_behind_a_lost_session_is_over_where_nothing_is_kept)
{
	struct neighbor_conf conf = graceful_conf(free_port());
	FIXTURE(f);

	conf.offer.graceful_restart = false;
	conf.idle_hold = DURATION_S(60);
	speak_to_us(&f, &conf, 0);
	announce(&f, 0, "203.0.113.10/32");
	lose_session(&f);
	withdraw(&f, 0, "203.0.113.10/32");
	CHECK_STR(strbuf_get(&f.events), "withdrawn 203.0.113.10/32 0/0; ");
}

TEST(what_is_kept_in_status_and_routes)
{
	struct neighbor_conf conf = graceful_conf(free_port());
	struct prefix within = prefix_of("203.0.113.10/32");
	json_t *all, *kept;
	FIXTURE(f);

	conf.idle_hold = DURATION_S(60);
	speak_to_us(&f, &conf, 0);
	announce(&f, 0, "203.0.113.10/32");
	announce(&f, 0, "203.0.113.11/32");
	lose_session(&f);
	announcer_withdraw(f.a[0], within);
	all = announcer_status(f.a[0], clock_now());
	kept = json_object_get(json_array_get(all, 0), "kept");
	CHECK_INT(json_integer_value(json_object_get(kept, "routes")), 2);
	CHECK_INT(json_integer_value(json_object_get(kept, "withdrawn")), 1);
	CHECK(json_integer_value(json_object_get(kept, "until_ms")) > 100 * 1000);
	CHECK_INT(strlen(json_string_value(json_object_get(kept, "until"))), 20);
	json_decref(all);
	all = announcer_routes(f.a[0], NULL);
	CHECK_INT(json_array_size(all), 2);
	CHECK(strstr(json_string_value(json_object_get(json_array_get(all, 1), "waits_for")),
	    "the session is Idle; may be kept until "));
	json_decref(all);
	all = announcer_routes(f.a[0], &within);
	CHECK_INT(json_array_size(all), 1);
	CHECK(json_is_true(json_object_get(json_array_get(all, 0), "withdrawn")));
	CHECK(strstr(json_string_value(json_object_get(json_array_get(all, 0), "waits_for")),
	    "withdrawn; may be kept until "));
	json_decref(all);
}

TEST(end_of_rib_waits_for_its_release)
{
	uint16_t port = free_port();
	struct neighbor_conf conf = conf_of(0, port);
	FIXTURE(f);
	uint8_t buf[4096];

	speak_to_us(&f, &conf, 0);
	(void)recv(f.peer, buf, sizeof(buf), MSG_DONTWAIT);
	announcer_release_end_of_rib(f.a[0]);
	CHECK_INT(recv(f.peer, buf, sizeof(buf), MSG_DONTWAIT), -1);
	announcer_flush(f.a[0]);
	/* for IPv4 and for IPv6 */
	CHECK_INT(recv(f.peer, buf, sizeof(buf), MSG_DONTWAIT), 23 + 30);
	CHECK_INT(status_number(&f, 0, "updates_sent"), 2);
}

TEST(stopping_withdraws_says_why_and_closes)
{
	uint16_t port = free_port();
	struct neighbor_conf conf = conf_of(0, port);
	static const uint8_t cease[] = { 0, 30, 3, 6, 2, 8, 'n', 'e', 'w', ' ', 'd', 'i', 's',
		'k' };
	uint8_t buf[4096];
	ssize_t n;
	FIXTURE(f);

	speak_to_us(&f, &conf, 0);
	announce(&f, 0, "203.0.113.10/32");
	(void)recv(f.peer, buf, sizeof(buf), MSG_DONTWAIT);
	announcer_stop(f.a[0], "new disk", on_stopped, &f);
	CHECK(!f.stopped);
	n = recv(f.peer, buf, sizeof(buf), MSG_DONTWAIT);
	REQUIRE(n == 28 + 21 + 9);
	CHECK_MEM(buf + 28 + 16, 5 + 9, cease, sizeof(cease));
	(void)close(TAKE_FD(f.peer));
	RUN_UNTIL(f, f.stopped);
	CHECK(status_is(&f, 0, "state", "Idle"));
}

TEST(a_peer_that_does_not_close_is_not_waited_for)
{
	uint16_t port = free_port();
	struct neighbor_conf conf = conf_of(0, port);
	struct instant start;
	FIXTURE(f);

	speak_to_us(&f, &conf, 0);
	start = clock_now();
	f.free_when_stopped = true;
	announcer_stop(f.a[0], NULL, on_stopped, &f);
	RUN_UNTIL(f, f.stopped);
	CHECK(instant_diff(clock_now(), start).ns < 2 * NS_PER_S);
}

TEST(a_second_connection_is_told_that_it_is_rejected)
{
	uint16_t port = free_port();
	struct neighbor_conf conf = conf_of(0, port);
	struct endpoint to = { .addr = ip_of("127.0.0.1"), .port = port };
	struct tcp_conf from = { .local = ip_of("127.0.0.2") };
	static const uint8_t cease[] = { 0, 21, 3, 6, 5 };
	uint8_t buf[64];
	int fd;
	FIXTURE(f);

	speak_to_us(&f, &conf, 0);
	REQUIRE(tcp_dial(to, &from, &fd, NULL) == 0);
	RUN_UNTIL(f, recv(fd, buf, sizeof(buf), MSG_DONTWAIT | MSG_PEEK) >= 21);
	CHECK_INT(recv(fd, buf, sizeof(buf), MSG_DONTWAIT), 21);
	CHECK_MEM(buf + 16, 5, cease, sizeof(cease));
	RUN_UNTIL(f, recv(fd, buf, sizeof(buf), MSG_DONTWAIT) == 0);
	CHECK(status_is(&f, 0, "state", "Established"));
	(void)close(fd);
}

/* ---- two speakers ---- */

TEST(two_speakers_find_together_and_again_after_a_restart)
{
	uint16_t port = free_port();
	struct neighbor_conf conf[] = { conf_of(0, port), conf_of(1, port) };
	FIXTURE(f);

	speak(&f, 0, &conf[0]);
	announce(&f, 0, "203.0.113.10/32");
	speak(&f, 1, &conf[1]);
	RUN_UNTIL(f, status_number(&f, 1, "prefixes_received") == 1);
	CHECK_INT(status_number(&f, 0, "announced"), 1);
	announcer_free(TAKE(f.a[1]));
	RUN_UNTIL(f, !status_is(&f, 0, "state", "Established"));
	speak(&f, 1, &conf[1]);
	RUN_UNTIL(f, status_number(&f, 1, "prefixes_received") == 1);
	announcer_withdraw(f.a[0], prefix_of("203.0.113.10/32"));
	announcer_flush(f.a[0]);
	RUN_UNTIL(f, status_number(&f, 1, "withdrawn_received") == 1);
}

TEST(passive_is_dialled)
{
	uint16_t port = free_port();
	struct neighbor_conf conf[] = { conf_of(0, port), conf_of(1, port) };
	FIXTURE(f);

	conf[0].mode = NEIGHBOR_PASSIVE;
	speak(&f, 0, &conf[0]);
	speak(&f, 1, &conf[1]);
	RUN_UNTIL(f,
	    status_is(&f, 0, "state", "Established") && status_is(&f, 1, "state", "Established"));
}

/* Whether somebody listens there. */
static bool
takes_connections(const char *address, uint16_t port)
{
	struct endpoint to = { .addr = ip_of(address), .port = port };
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(to, &ss);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool takes = connect(fd, (struct sockaddr *)&ss, len) == 0;

	(void)close(fd);
	return takes;
}

TEST(an_active_neighbor_is_not_listened_for)
{
	uint16_t port = free_port();
	struct neighbor_conf conf[] = { conf_of(0, port), conf_of(1, port) };
	FIXTURE(f);

	conf[0].mode = NEIGHBOR_ACTIVE;
	conf[1].mode = NEIGHBOR_PASSIVE;
	speak(&f, 0, &conf[0]);
	speak(&f, 1, &conf[1]);
	CHECK(!takes_connections("127.0.0.1", port));
	CHECK(takes_connections("127.0.0.2", port));
	RUN_UNTIL(f,
	    status_is(&f, 0, "state", "Established") && status_is(&f, 1, "state", "Established"));
}

TEST(signed_sessions_need_the_same_password)
{
	static const char *const passwords[][2] = { { "s3cret", "s3cret" }, { "s3cret", "other" },
		{ "s3cret", NULL } };

	for (size_t i = 0; i < ARRAY_SIZE(passwords); i++) {
		uint16_t port = free_port();
		struct neighbor_conf conf[] = { conf_of(0, port), conf_of(1, port) };
		struct instant end = instant_add(clock_now(), DURATION_MS(300));
		FIXTURE(f);

		conf[0].password = passwords[i][0];
		conf[1].password = passwords[i][1];
		speak(&f, 0, &conf[0]);
		speak(&f, 1, &conf[1]);
		if (i == 0) {
			RUN_UNTIL(f, status_is(&f, 0, "state", "Established"));
			continue;
		}
		while (instant_cmp(clock_now(), end) < 0) {
			(void)sd_event_run(f.loop, 10 * 1000);
			CHECK(!status_is(&f, 0, "state", "Established"));
		}
	}
}

TEST(the_limit_refuses_and_changes_nothing)
{
	uint16_t port = free_port();
	struct neighbor_conf conf = conf_of(0, port);
	struct announcement as = { .prefix = prefix_of("203.0.113.3/32") };
	struct err e = { 0 };
	FIXTURE(f);

	conf.prefix_limit = 2;
	conf.ipv6 = false;
	speak(&f, 0, &conf);
	announce(&f, 0, "203.0.113.1/32");
	announce(&f, 0, "203.0.113.2/32");
	announce(&f, 0, "2001:db8::1/128"); /* a family that is not spoken there: no error */
	CHECK_INT(announcer_set(f.a[0], &as, &e), -E2BIG);
	CHECK_STR(
	    e.message, "203.0.113.3/32 is one more than the prefix-limit of neighbor peer (2)");
}

TEST(neighbors_that_can_not_work_are_refused)
{
	struct neighbor_conf base = conf_of(0, 1), rows[5];
	static const char *const why[] = {
		"neighbor peer: the hold time must be 0, or 3s to 65535s",
		"neighbor peer: family ipv6 is offered and has no ipv6 next hop",
		"neighbor peer: local-address and address are of two families",
		"neighbor peer: no address family is offered",
		"neighbor peer: the password is longer than 80 bytes",
	};
	struct announcer_events events = { 0 };
	char *password = xmalloc(82);
	FIXTURE(f);

	memset(password, 'x', 81);
	password[81] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		rows[i] = base;
	rows[0].hold_time = DURATION_S(2);
	rows[1].next_hop6 = (struct ip){ 0 };
	rows[2].address = ip_of("2001:db8::2");
	rows[3].ipv4 = rows[3].ipv6 = false;
	rows[4].password = password;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct err e = { 0 };

		CHECK_INT(
		    announcer_new_speaker(f.loop, &rows[i], 1, &events, &f.a[0], &e), -EINVAL);
		CHECK(f.a[0] == NULL);
		CHECK_STR(e.message, why[i]);
	}
	free(password);
}

TEST(the_status_in_whole)
{
	uint16_t port = free_port();
	struct neighbor_conf conf = conf_of(0, port);
	FIXTURE(f);

	speak_to_us(&f, &conf, 0);
	announce(&f, 0, "203.0.113.10/32");
	json_t *all = announcer_status(f.a[0], clock_now());
	json_t *n = json_array_get(all, 0);
	CHECK(json_is_integer(json_object_get(n, "since_ms")));
	(void)json_object_del(n, "since_ms");
	CHECK_INT(json_integer_value(json_object_get(n, "port")), port);
	(void)json_object_del(n, "port");
	CHECK_STR(
	    strstr(json_string_value(json_object_get(json_object_get(n, "transport"), "local")),
		"127.0.0.1:"),
	    json_string_value(json_object_get(json_object_get(n, "transport"), "local")));
	(void)json_object_del(json_object_get(n, "transport"), "local");
	(void)json_object_del(json_object_get(n, "transport"), "remote");
	/* what was agreed on has tests of its own */
	(void)json_object_del(n, "capabilities");
	(void)json_object_del(n, "timers");
	char *text = json_dumps(n, JSON_COMPACT | JSON_SORT_KEYS);
	CHECK_STR(text,
	    "{\"address\":\"127.0.0.2\",\"announced\":1,\"announced_by_family\":{\"ipv4\":1,\"ipv6\":0},\"attempts_failed\":0,"
	    "\"attributes_discarded\":0,\"bfd\":null,\"down_since_ms\":null,\"dump\":null,\"established_count\":1,\"families\":[\"ipv4\",\"ipv6\"],\"hold_time_s\":0,\"kept\":null,"
	    "\"last_error\":null,\"last_error_ago_ms\":null,\"last_malformed\":null,\"last_malformed_ago_ms\":null,"
	    "\"last_notification_received\":null,"
	    "\"last_notification_received_ago_ms\":null,\"last_notification_sent\":null,"
	    "\"last_notification_sent_ago_ms\":null,\"last_up_ms\":null,\"local_as\":65001,\"messages\":{\"received\":{\"keepalive\":1,"
	    "\"notification\":0,\"open\":1,\"route_refresh\":0,\"unknown\":0,\"update\":0},\"sent\":{\"keepalive\":1,"
	    "\"notification\":0,\"open\":1,\"route_refresh\":0,\"unknown\":0,\"update\":1}},\"messages_in\":2,"
	    "\"messages_out\":3,\"name\":\"peer\",\"next_attempt_ms\":null,\"peer_as\":65002,\"prefix_limit\":10,"
	    "\"prefixes_received\":0,\"received_open\":{\"as\":65002,\"families\":[\"ipv4\",\"ipv6\"],"
	    "\"four_octet_as\":true,\"graceful_restart\":false,\"hold_time_s\":0,\"restart\":null,\"route_refresh\":true,"
	    "\"router_id\":\"0.0.0.2\",\"unknown_capabilities\":0},\"role\":{\"neighbors\":null,\"offered\":null,"
	    "\"ours\":null,"
	    "\"strict\":false},\"seen\":[],\"state\":\"Established\","
	    "\"transport\":{\"interface\":null,\"md5\":false,\"mode\":\"both\",\"multihop\":0,\"opened_by\":\"us\","
	    "\"ttl_security\":0,\"user_timeout_ms\":0},\"updates_received\":0,\"updates_sent\":1,"
	    "\"verdicts\":{\"accept\":0,\"discard\":0,\"reset\":0,\"withdraw\":0},\"waits_for_bfd\":false,"
	    "\"withdrawn_received\":0}");
	free(text);
	json_decref(all);
}

TEST(the_routes_in_whole)
{
	static const uint32_t communities[] = { 0xffffff01, 65001u << 16 | 100 };
	static const uint64_t ext_communities[] = { UINT64_C(0x0002fde900000064) };
	static const struct bgp_large_community large_communities[] = { { 64496, 1, 2 } };
	struct announcement as = { .prefix = prefix_of("203.0.113.10/32"),
		.attributes = { .origin = BGP_ORIGIN_INCOMPLETE, .has_med = true, .med = 7, .prepend = 1,
		    .communities = communities, .community_count = 2,
		    .ext_communities = ext_communities, .ext_community_count = 1,
		    .large_communities = large_communities, .large_community_count = 1 } };
	struct prefix within = prefix_of("2001:db8::/32");
	struct neighbor_conf conf = conf_of(0, free_port());
	FIXTURE(f);

	speak_to_us(&f, &conf, 0);
	CHECK_INT(announcer_set(f.a[0], &as, NULL), 0);
	announcer_flush(f.a[0]);
	announce(&f, 0, "2001:db8::10/128");
	RUN_UNTIL(f, announcer_told(f.a[0], as.prefix).count == 1 &&
	    announcer_told(f.a[0], prefix_of("2001:db8::10/128")).count == 1);
	json_t *all = announcer_routes(f.a[0], NULL);
	char *text = json_dumps(all, JSON_COMPACT | JSON_SORT_KEYS);
	CHECK_STR(text,
	    "[{\"as_path\":[65001,65001],\"communities\":[\"65001:100\",\"no-export\"],"
	    "\"ext_communities\":[\"rt:65001:100\"],\"large_communities\":[\"64496:1:2\"],"
	    "\"local_pref\":null,\"med\":7,\"neighbor\":\"peer\",\"next_hop\":\"127.0.0.1\","
	    "\"origin\":\"incomplete\",\"prefix\":\"203.0.113.10/32\",\"told\":true,\"waits_for\":null,\"withdrawn\":false},"
	    "{\"as_path\":[65001],\"communities\":[],\"ext_communities\":[],\"large_communities\":[],"
	    "\"local_pref\":null,\"med\":null,\"neighbor\":\"peer\",\"next_hop\":\"2001:db8::1\","
	    "\"origin\":\"igp\",\"prefix\":\"2001:db8::10/128\",\"told\":true,\"waits_for\":null,\"withdrawn\":false}]");
	free(text);
	json_decref(all);
	all = announcer_routes(f.a[0], &within);
	CHECK_INT(json_array_size(all), 1);
	json_decref(all);
}

TEST(one_neighbor_may_be_told_otherwise)
{
	const struct announcement_override other = { "peer", { .has_med = true, .med = 2 } };
	const struct announcement_override nobody = { "nobody", { .has_med = true, .med = 3 } };
	struct announcement as = { .prefix = prefix_of("203.0.113.10/32"),
		.attributes = { .has_med = true, .med = 1 },
		.overrides = &other,
		.override_count = 1 };
	struct neighbor_conf conf = conf_of(0, free_port());
	FIXTURE(f);

	speak_to_us(&f, &conf, 0);
	for (int round = 0; round < 2; round++) {
		CHECK_INT(announcer_set(f.a[0], &as, NULL), 0);
		announcer_flush(f.a[0]);
		json_t *all = announcer_routes(f.a[0], NULL);
		CHECK_INT(json_integer_value(json_object_get(json_array_get(all, 0), "med")),
		    round == 0 ? 2 : 1);
		json_decref(all);
		as.overrides = &nobody;
	}
}

TEST(routes_that_wait_say_why)
{
	struct neighbor_conf conf = conf_of(0, free_port());
	FIXTURE(f);

	conf.mode = NEIGHBOR_PASSIVE;
	speak(&f, 0, &conf);
	announce(&f, 0, "203.0.113.10/32");
	json_t *all = announcer_routes(f.a[0], NULL);
	const json_t *route = json_array_get(all, 0);
	CHECK_STR(json_string_value(json_object_get(route, "waits_for")), "the session is Active");
	CHECK(json_is_false(json_object_get(route, "told")));
	CHECK_STR(json_string_value(json_object_get(route, "next_hop")), "127.0.0.1");
	json_decref(all);
}

TEST(our_prefixes_from_elsewhere)
{
	uint16_t port = free_port();
	struct neighbor_conf conf[] = { conf_of(0, port), conf_of(1, port) };
	FIXTURE(f);

	conf[0].next_hop4 = ip_of("192.0.2.1"); /* a loopback address would be malformed */
	speak(&f, 0, &conf[0]);
	speak(&f, 1, &conf[1]);
	announcer_watch(f.a[1], prefix_of("203.0.113.10/32"));
	announcer_watch(f.a[1], prefix_of("203.0.113.11/32"));
	announce(&f, 0, "203.0.113.10/32");
	RUN_UNTIL(f, status_number(&f, 1, "prefixes_received") == 1);
	json_t *all = announcer_watched(f.a[1], NULL, clock_now());
	json_t *seen = json_array_get(json_object_get(json_array_get(all, 0), "seen_from"), 0);
	CHECK(json_integer_value(json_object_get(seen, "since_ms")) >= 0);
	(void)json_object_del(seen, "since_ms");
	char *text = json_dumps(all, JSON_COMPACT | JSON_SORT_KEYS);
	CHECK_STR(text,
	    "[{\"paths\":1,\"prefix\":\"203.0.113.10/32\",\"seen_from\":[{\"as_path\":[65001],"
	    "\"as_path_length\":1,\"neighbor\":\"peer\",\"origin_as\":65001}]},"
	    "{\"paths\":0,\"prefix\":\"203.0.113.11/32\",\"seen_from\":[]}]");
	free(text);
	json_decref(all);
	all = announcer_status(f.a[1], clock_now());
	seen = json_array_get(json_object_get(json_array_get(all, 0), "seen"), 0);
	CHECK_STR(json_string_value(json_object_get(seen, "prefix")), "203.0.113.10/32");
	json_decref(all);
}

TEST(what_was_offered_and_agreed_on)
{
	struct neighbor_conf conf = conf_of(0, free_port());
	struct strbuf got = { 0 };
	const json_t *c;
	size_t i;
	FIXTURE(f);

	conf.offer = BGP_OFFER_DEFAULT;
	speak_to_us(&f, &conf, 0);
	json_t *all = announcer_status(f.a[0], clock_now());
	json_array_foreach (json_object_get(json_array_get(all, 0), "capabilities"), i, c) {
		static const char *const keys[] = { "configured", "offered", "received",
			"negotiated" };

		strbuf_add(&got, json_string_value(json_object_get(c, "name")));
		for (size_t k = 0; k < ARRAY_SIZE(keys); k++)
			strbuf_add(&got, json_is_true(json_object_get(c, keys[k])) ? " 1" : " 0");
		strbuf_add_char(&got, '\n');
	}
	CHECK_STR(strbuf_get(&got), "ipv4 1 1 1 1\n"
				    "ipv6 1 1 1 1\n"
				    "four_octet_as 1 1 1 1\n"
				    "route_refresh 1 1 1 1\n"
				    "enhanced_refresh 1 1 0 0\n"
				    "extended_message 1 1 0 0\n"
				    "extended_next_hop 0 0 0 0\n"
				    "graceful_restart 0 0 0 0\n"
				    "hard_reset 0 0 0 0\n");
	strbuf_done(&got);
	json_decref(all);
}

TEST(changes_of_a_turn_share_updates)
{
	struct neighbor_conf conf = conf_of(0, free_port());
	struct announcement as = { .prefix = prefix_of("203.0.113.0/32") };
	FIXTURE(f);

	speak_to_us(&f, &conf, 0);
	for (unsigned i = 0; i < 4; i++) {
		as.prefix.addr = ip_add(prefix_of("203.0.113.0/32").addr, i);
		CHECK_INT(announcer_set(f.a[0], &as, NULL), 0);
	}
	/* set and taken back before anybody heard of it */
	announcer_withdraw(f.a[0], as.prefix);
	CHECK_INT(status_number(&f, 0, "updates_sent"), 0);
	/* without a flush they leave at the end of the turn */
	RUN_UNTIL(f, status_number(&f, 0, "announced") == 3);
	CHECK_INT(status_number(&f, 0, "updates_sent"), 1);
	for (unsigned i = 0; i < 3; i++) {
		struct prefix p = { ip_add(prefix_of("203.0.113.0/32").addr, i), 32 };

		announcer_withdraw(f.a[0], p);
	}
	announcer_flush(f.a[0]);
	CHECK_INT(status_number(&f, 0, "announced"), 0);
	CHECK_INT(status_number(&f, 0, "updates_sent"), 2);
}
