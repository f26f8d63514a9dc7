/* Two BFD engines over loopback, in one loop: sockets, whose packet it is, and news. */
#include "announce/bfd_engine.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/strbuf.h"
#include "io/loop.h"
#include "io/udp.h"
#include "tap.h"

#define PATIENCE DURATION_S(10)

struct side {
	struct bfd_engine *engine;
	struct bfd_path *path;
	struct bfd_news news; /* last one taken */
	int ups, downs, admin_downs, errors;
};

struct fixture {
	sd_event *loop;
	struct side sides[2];
	uint16_t port;
};

static struct ip
ip_of(const char *text)
{
	struct ip ip = { 0 };

	CHECK_INT(ip_parse(text, &ip), 0);
	return ip;
}

static struct ip
address(int side)
{
	return ip_of(side == 0 ? "127.0.0.1" : "127.0.0.2");
}

static void
on_news(void *userdata)
{
	struct side *s = userdata;

	if (s->path == NULL)
		return;
	bfd_path_take_news(s->path, &s->news);
	s->ups += s->news.came_up;
	s->downs += s->news.went_down;
	s->admin_downs += s->news.went_admin_down;
	s->errors += s->news.has_error && s->news.error[0];
}

/* A port that nobody uses on either address. */
static uint16_t
free_port(void)
{
	struct udp_conf conf = { .local = address(0) };
	struct sockaddr_in sin;
	socklen_t len = sizeof(sin);
	int fd = -1;

	CHECK_INT(udp_listen(&conf, 0, &fd, NULL), 0);
	CHECK_INT(getsockname(fd, (struct sockaddr *)&sin, &len), 0);
	(void)close(fd);
	return ntohs(sin.sin_port);
}

static struct bfd_target
target_of(const struct fixture *f, int side)
{
	return (struct bfd_target){
		.local = address(side),
		.peer = address(1 - side),
		.port = f->port,
		/* a second: so long no thread waits for its turn */
		.conf = { .min_tx = DURATION_MS(20), .min_rx = DURATION_MS(20), .multiplier = 50 },
	};
}

static void
start(struct fixture *f, int side, const struct bfd_target *target)
{
	struct side *s = &f->sides[side];

	s->engine = bfd_engine_new(f->loop, on_news, s);
	CHECK_INT(bfd_path_new(s->engine, target, &s->path), 0);
}

static void
stop(struct fixture *f, int side)
{
	bfd_engine_free(f->sides[side].engine);
	f->sides[side].engine = NULL;
	f->sides[side].path = NULL;
}

static struct fixture
fixture(void)
{
	struct fixture f = { .port = free_port() };

	CHECK(sd_event_new(&f.loop) >= 0);
	return f;
}

static void
fixture_done(struct fixture *f)
{
	stop(f, 0);
	stop(f, 1);
	(void)sd_event_unref(f->loop);
}

/* Runs the loop until *count is at least n. */
static bool
reaches(struct fixture *f, const int *count, int n)
{
	struct instant end = instant_add(clock_now(), PATIENCE);

	while (*count < n && !instant_reached(end, clock_now()))
		CHECK(sd_event_run(f->loop, 10000) >= 0);
	return *count >= n;
}

/* Runs the loop until it is so. */
#define UNTIL(f, condition)                                                                        \
	do {                                                                                       \
		struct instant _end = instant_add(clock_now(), PATIENCE);                          \
		while (!(condition) && !instant_reached(_end, clock_now()))                        \
			CHECK(sd_event_run((f)->loop, 1000) >= 0);                                 \
		CHECK(condition);                                                                  \
	} while (0)

static struct bfd_info
info_of(const struct fixture *f, int side)
{
	struct bfd_path_info info = { 0 };

	bfd_path_info(f->sides[side].path, &info);
	return info.session;
}

TEST(two_engines_find_together_and_miss_each_other)
{
	_cleanup_(fixture_done) struct fixture f = fixture();
	struct bfd_target a = target_of(&f, 0), b = target_of(&f, 1);

	b.conf.multiplier = 25; /* what the other one measures it by */
	start(&f, 0, &a);
	start(&f, 1, &b);
	REQUIRE(reaches(&f, &f.sides[0].ups, 1) && reaches(&f, &f.sides[1].ups, 1));
	CHECK(f.sides[0].news.is_up);
	CHECK_INT(info_of(&f, 0).remote_discriminator, info_of(&f, 1).local_discriminator);
	UNTIL(&f, info_of(&f, 0).detection.ns == DURATION_MS(500).ns);

	stop(&f, 1);
	REQUIRE(reaches(&f, &f.sides[0].downs, 1));
	CHECK_STR(f.sides[0].news.down_why, "detection time expired");
	CHECK(!f.sides[0].news.is_up);

	start(&f, 1, &b);
	REQUIRE(reaches(&f, &f.sides[0].ups, 2));
	CHECK_INT(f.sides[0].downs, 1);
}

TEST(admin_down_is_told_and_is_no_failure)
{
	_cleanup_(fixture_done) struct fixture f = fixture();
	struct bfd_target a = target_of(&f, 0), b = target_of(&f, 1);

	start(&f, 0, &a);
	start(&f, 1, &b);
	REQUIRE(reaches(&f, &f.sides[0].ups, 1) && reaches(&f, &f.sides[1].ups, 1));
	bfd_path_set_admin_down(f.sides[1].path);
	REQUIRE(reaches(&f, &f.sides[0].admin_downs, 1));
	CHECK_INT(f.sides[0].downs, 0);
	CHECK_INT(f.sides[1].admin_downs, 0); /* it knows */
	CHECK_INT(info_of(&f, 0).remote_diag, BFD_DIAG_ADMIN_DOWN);
}

TEST(authenticated_and_multihop)
{
	_cleanup_(fixture_done) struct fixture f = fixture();
	struct bfd_target a = target_of(&f, 0), b = target_of(&f, 1);

	a.multihop = b.multihop = true;
	a.conf.key =
	    (struct bfd_key){ .type = BFD_AUTH_METICULOUS_SHA1, .id = 3, .secret = "s3cret" };
	b.conf.key = a.conf.key;
	start(&f, 0, &a);
	start(&f, 1, &b);
	REQUIRE(reaches(&f, &f.sides[0].ups, 1) && reaches(&f, &f.sides[1].ups, 1));
	UNTIL(&f, info_of(&f, 0).packets_in > 15 && info_of(&f, 1).packets_in > 15);
	CHECK_INT(f.sides[0].downs + f.sides[1].downs, 0);
	CHECK_INT(info_of(&f, 0).verdicts[BFD_AUTH_REPLAYED], 0);
}

TEST(an_address_that_is_not_there_is_said)
{
	_cleanup_(fixture_done) struct fixture f = fixture();
	struct bfd_target a = target_of(&f, 0);
	struct bfd_path_info info;

	a.local = ip_of("192.0.2.77");
	start(&f, 0, &a);
	REQUIRE(reaches(&f, &f.sides[0].errors, 1));
	bfd_path_info(f.sides[0].path, &info);
	CHECK(str_starts_with(info.error, "send from 192.0.2.77 to 127.0.0.2: "));
	CHECK(info.send_errors > 0);
}

/* One that sends what the test wants. */
static int
sender(const char *from)
{
	struct udp_conf conf = { .local = ip_of(from) };
	int fd = -1;

	CHECK_INT(
	    udp_open_sender(&conf, 1024, 4000, &fd, NULL), 0); /* any port of the peer's is fine */
	return fd;
}

/* Until the first side has judged it so. */
static void
send_to(struct fixture *f, int fd, const void *bytes, size_t len, enum bfd_verdict verdict)
{
	uint64_t before = info_of(f, 0).verdicts[verdict];
	struct endpoint to = { .addr = address(0), .port = f->port };

	CHECK_INT(udp_send(fd, to, bytes, len), 0);
	UNTIL(f, info_of(f, 0).verdicts[verdict] > before);
}

static size_t
packet_of(enum bfd_state state, uint32_t yours, uint8_t bytes[static BFD_PACKET_MAX])
{
	struct bfd_packet p = {
		.state = state,
		.multiplier = 3,
		.my_discriminator = 42,
		.your_discriminator = yours,
		.desired_min_tx_us = 1000000,
		.required_min_rx_us = 1000000,
	};

	return bfd_packet_encode(&p, &(struct bfd_key){ 0 }, 0, bytes);
}

static void
say(struct fixture *f, int fd, enum bfd_state state, uint32_t yours, enum bfd_verdict verdict)
{
	uint8_t bytes[BFD_PACKET_MAX];

	send_to(f, fd, bytes, packet_of(state, yours, bytes), verdict);
}

TEST(packets_find_their_session_or_are_counted)
{
	_cleanup_(fixture_done) struct fixture f = fixture();
	struct bfd_target a = target_of(&f, 0);
	int fd = sender("127.0.0.2"), ttl = 254;

	start(&f, 0, &a);
	UNTIL(&f, info_of(&f, 0).packets_out > 0); /* its sockets are open */
	say(&f, fd, BFD_DOWN, 0, BFD_ACCEPTED);
	CHECK_INT(info_of(&f, 0).state, BFD_INIT);
	say(&f, fd, BFD_INIT, info_of(&f, 0).local_discriminator + 1, BFD_NO_SESSION);
	CHECK_INT(info_of(&f, 0).verdicts[BFD_NO_SESSION], 1);
	CHECK_INT(setsockopt(fd, IPPROTO_IP, IP_TTL, &ttl, sizeof(ttl)), 0);
	say(&f, fd, BFD_INIT, info_of(&f, 0).local_discriminator, BFD_BAD_TTL);
	CHECK_INT(info_of(&f, 0).verdicts[BFD_BAD_TTL], 1);
	CHECK_INT(info_of(&f, 0).state, BFD_INIT);
	send_to(&f, fd, "nonsense", 8, BFD_BAD_LENGTH);
	CHECK_INT(info_of(&f, 0).verdicts[BFD_BAD_LENGTH], 1);
	ttl = 255;
	CHECK_INT(setsockopt(fd, IPPROTO_IP, IP_TTL, &ttl, sizeof(ttl)), 0);
	say(&f, fd, BFD_INIT, info_of(&f, 0).local_discriminator, BFD_ACCEPTED);
	CHECK_INT(info_of(&f, 0).state, BFD_UP);
	(void)close(fd);
}

static uint64_t
strangers(const struct fixture *f)
{
	struct bfd_path_info info = { 0 };

	bfd_path_info(f->sides[0].path, &info);
	return info.strangers;
}

/* Whoever has seen our discriminator must not be able to take the session down, or to keep it up. */
TEST(the_discriminator_counts_from_the_peers_address_only)
{
	_cleanup_(fixture_done) struct fixture f = fixture();
	struct bfd_target a = target_of(&f, 0), b = target_of(&f, 1);
	int fd = sender("127.0.0.9");
	struct bfd_stranger stranger;
	struct bfd_path_info info;

	start(&f, 0, &a);
	start(&f, 1, &b);
	REQUIRE(reaches(&f, &f.sides[0].ups, 1) && reaches(&f, &f.sides[1].ups, 1));
	for (enum bfd_state state = BFD_ADMIN_DOWN; state < BFD_STATE_MAX; state++)
		say(&f, fd, state, info_of(&f, 0).local_discriminator, BFD_BAD_SOURCE);
	CHECK_INT(f.sides[0].downs + f.sides[0].admin_downs, 0);
	CHECK_INT(info_of(&f, 0).verdicts[BFD_BAD_SOURCE], BFD_STATE_MAX);
	CHECK_INT(info_of(&f, 0).remote_discriminator, info_of(&f, 1).local_discriminator);

	/* nor another peer of ours */
	struct bfd_target c = a;
	struct bfd_path *other = NULL;
	c.peer = ip_of("127.0.0.9");
	CHECK_INT(bfd_path_new(f.sides[0].engine, &c, &other), 0);
	UNTIL(&f, (bfd_path_info(other, &info), info.session.packets_out > 0));
	say(&f, fd, BFD_DOWN, info_of(&f, 0).local_discriminator, BFD_BAD_SOURCE);
	CHECK_INT(f.sides[0].downs, 0);
	CHECK_INT(info_of(&f, 0).verdicts[BFD_BAD_SOURCE], BFD_STATE_MAX + 1);
	bfd_path_info(other, &info);
	CHECK_INT(info.session.state, BFD_DOWN);

	/* strangers are counted, and news once */
	CHECK_INT(info.strangers, BFD_STATE_MAX);
	bfd_engine_take_stranger(f.sides[0].engine, &stranger);
	CHECK(stranger.count > 0 && ip_equal(stranger.from, c.peer));
	CHECK(ip_equal(stranger.to, a.local));
	bfd_path_free(other);
	uint8_t bytes[BFD_PACKET_MAX];
	size_t len = packet_of(BFD_DOWN, 0, bytes);
	struct endpoint to = { .addr = address(0), .port = f.port };
	CHECK_INT(udp_send(fd, to, bytes, len), 0);
	UNTIL(&f, strangers(&f) == BFD_STATE_MAX + 1);
	bfd_engine_take_stranger(f.sides[0].engine, &stranger);
	CHECK_INT(stranger.count, 0);
	(void)close(fd);
}

/* What is known of a dead peer's numbers is forgotten after a while; what it said then is no use. */
TEST(a_recorded_handshake_brings_nobody_up_again)
{
	_cleanup_(fixture_done) struct fixture f = fixture();
	struct bfd_target a = target_of(&f, 0);
	static const enum bfd_state states[] = { BFD_DOWN, BFD_INIT, BFD_UP };
	uint8_t bytes[ARRAY_SIZE(states)][BFD_PACKET_MAX];
	int fd = sender("127.0.0.2");

	a.conf.key =
	    (struct bfd_key){ .type = BFD_AUTH_METICULOUS_SHA1, .id = 3, .secret = "s3cret" };
	start(&f, 0, &a);
	uint32_t discriminator = info_of(&f, 0).local_discriminator;
	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		struct bfd_packet p = {
			.state = states[i],
			.multiplier = 25,
			.my_discriminator = 42,
			.your_discriminator = states[i] == BFD_DOWN ? 0 : discriminator,
			.desired_min_tx_us = 20000,
			.required_min_rx_us = 20000,
		};

		CHECK_INT(bfd_packet_encode(&p, &a.conf.key, (uint32_t)i + 1, bytes[i]),
		    BFD_PACKET_MAX);
	}
	UNTIL(&f, info_of(&f, 0).packets_out > 0);
	for (size_t i = 0; i < ARRAY_SIZE(states); i++)
		send_to(&f, fd, bytes[i], BFD_PACKET_MAX, BFD_ACCEPTED);
	REQUIRE(reaches(&f, &f.sides[0].downs, 1));
	UNTIL(&f, info_of(&f, 0).local_discriminator != discriminator);

	/* again: the first one as often as it takes, until the numbers are forgotten */
	struct endpoint to = { .addr = address(0), .port = f.port };
	uint64_t accepted = info_of(&f, 0).verdicts[BFD_ACCEPTED];
	UNTIL(&f, (udp_send(fd, to, bytes[0], BFD_PACKET_MAX),
		      info_of(&f, 0).verdicts[BFD_ACCEPTED] > accepted));
	for (size_t i = 1; i < ARRAY_SIZE(states); i++)
		send_to(&f, fd, bytes[i], BFD_PACKET_MAX, BFD_NO_SESSION);
	CHECK_INT(f.sides[0].ups, 1);
	CHECK_INT(info_of(&f, 0).verdicts[BFD_NO_SESSION], 2);
	(void)close(fd);
}

TEST(one_engine_has_many_paths_and_a_socket_for_all)
{
	_cleanup_(fixture_done) struct fixture f = fixture();
	struct bfd_target a = target_of(&f, 0), b = target_of(&f, 1), c = b;
	struct bfd_path *other = NULL;

	start(&f, 0, &a);
	c.local = ip_of("127.0.0.3");
	a.peer = c.local;
	CHECK_INT(bfd_path_new(f.sides[0].engine, &a, &other), 0);
	start(&f, 1, &b);
	struct bfd_path *third = NULL;
	CHECK_INT(bfd_path_new(f.sides[1].engine, &c, &third), 0);
	REQUIRE(reaches(&f, &f.sides[0].ups, 1));
	struct bfd_path_info info = { 0 };
	UNTIL(&f, (bfd_path_info(other, &info), info.session.state == BFD_UP));
	bfd_path_free(other);
	uint64_t heard = info_of(&f, 0).packets_in;
	UNTIL(&f, info_of(&f, 0).packets_in > heard + 10);
	CHECK_INT(info_of(&f, 0).state, BFD_UP);
}
