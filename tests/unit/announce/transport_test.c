/*
 * What lies below a session, on loopback: distances, signatures at the end of a session,
 * interfaces, and what an operator reads when there is no connection. Routers in between:
 * tests/interop/transport.py.
 */
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "announce/neighbor.h"
#include "fixture.h"
#include "own_network.h"

/* The only neighbor's text behind a key, in buf; "" for null. */
static const char *
status_text(const struct fixture *f, int side, const char *key, char *buf, size_t size)
{
	json_t *all = announcer_status(f->a[side], clock_now());
	const char *text = json_string_value(json_object_get(json_array_get(all, 0), key));

	(void)snprintf(buf, size, "%s", text ? text : "");
	json_decref(all);
	return buf;
}

/*
 * For what the kernel counts for a whole network: away from what others do in the host's, where
 * such a network may be had.
 */
static uint16_t
port_in_own_network(void)
{
	(void)own_network();
	return free_port();
}

TEST(distances_that_both_ends_keep)
{
	static const struct {
		uint8_t ttl_security[2], multihop[2];
		enum neighbor_mode mode[2];
	} rows[] = {
		{ { 1, 1 }, { 0, 0 }, { NEIGHBOR_BOTH, NEIGHBOR_BOTH } },
		{ { 1, 1 }, { 0, 0 }, { NEIGHBOR_ACTIVE, NEIGHBOR_PASSIVE } },
		{ { 10, 1 }, { 0, 0 }, { NEIGHBOR_PASSIVE, NEIGHBOR_ACTIVE } },
		/* many hops, and TTL 255 to show for it */
		{ { 1, 0 }, { 0, 255 }, { NEIGHBOR_ACTIVE, NEIGHBOR_PASSIVE } },
		{ { 1, 0 }, { 0, 255 }, { NEIGHBOR_PASSIVE, NEIGHBOR_ACTIVE } },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint16_t port = free_port();
		struct neighbor_conf conf[] = { conf_of(0, port), conf_of(1, port) };
		FIXTURE(f);

		for (int side = 1; side >= 0; side--) {
			conf[side].ttl_security = rows[i].ttl_security[side];
			conf[side].multihop = rows[i].multihop[side];
			conf[side].mode = rows[i].mode[side];
			speak(&f, side, &conf[side]);
		}
		RUN_UNTIL(f, status_is(&f, 0, "state", "Established"));
	}
}

TEST(a_neighbor_that_is_too_far_is_never_connected)
{
	struct {
		enum neighbor_mode mode[2];
		/* of the end without ttl-security: 254 looks like a router in between */
		uint8_t multihop;
	} rows[] = {
		{ { NEIGHBOR_PASSIVE, NEIGHBOR_ACTIVE }, 254 },
		{ { NEIGHBOR_ACTIVE, NEIGHBOR_PASSIVE }, 254 },
		{ { NEIGHBOR_BOTH, NEIGHBOR_BOTH }, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint16_t port = free_port();
		struct neighbor_conf conf[] = { conf_of(0, port), conf_of(1, port) };
		FIXTURE(f);

		conf[0].ttl_security = 1;
		conf[1].multihop = rows[i].multihop;
		for (int side = 0; side < 2; side++) {
			conf[side].mode = rows[i].mode[side];
			speak(&f, side, &conf[side]);
		}
		struct instant end = instant_add(clock_now(), DURATION_MS(200));
		while (instant_cmp(clock_now(), end) < 0) {
			(void)sd_event_run(f.loop, 10 * 1000);
			CHECK(!status_is(&f, 0, "state", "OpenSent") &&
			      !status_is(&f, 1, "state", "OpenSent"));
		}
		CHECK_STR(strbuf_get(&f.events), "");
	}
}

TEST(a_signed_session_ends_with_words)
{
	for (int accepted = 0; accepted < 2; accepted++) {
		uint16_t port = free_port();
		struct neighbor_conf conf[] = { conf_of(0, port), conf_of(1, port) };
		char text[256];
		FIXTURE(f);

		conf[0].password = conf[1].password = "s3cret";
		conf[0].mode = accepted ? NEIGHBOR_PASSIVE : NEIGHBOR_ACTIVE;
		conf[1].mode = accepted ? NEIGHBOR_ACTIVE : NEIGHBOR_PASSIVE;
		speak(&f, 1, &conf[1]);
		speak(&f, 0, &conf[0]);
		RUN_UNTIL(f, status_is(&f, 0, "state", "Established") &&
				 status_is(&f, 1, "state", "Established"));
		/*
		 * sockets, keys and all are gone when this returns; the other end has not been run
		 * since
		 */
		announcer_stop(f.a[0], NULL, on_stopped, &f);
		announcer_free(TAKE(f.a[0]));
		RUN_UNTIL(f, !status_is(&f, 1, "state", "Established"));
		CHECK_STR(status_text(&f, 1, "last_notification_received", text, sizeof(text)),
		    "Cease/Administrative Shutdown (6/2)");
	}
}

TEST(an_interface_is_kept_to)
{
	uint16_t port = free_port();
	struct neighbor_conf conf[] = { conf_of(0, port), conf_of(1, port) };
	FIXTURE(f);

	conf[0].interface = conf[1].interface = "lo";
	speak(&f, 0, &conf[0]);
	speak(&f, 1, &conf[1]);
	RUN_UNTIL(f,
	    status_is(&f, 0, "state", "Established") && status_is(&f, 1, "state", "Established"));
}

TEST(why_there_is_no_connection)
{
	uint16_t port = free_port();
	struct neighbor_conf rows[4];
	char want[4][128], text[512];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		rows[i] = conf_of(0, port);
		rows[i].mode = NEIGHBOR_ACTIVE;
	}
	(void)snprintf(want[0], sizeof(want[0]),
	    "could not connect: refused: nothing listens on 127.0.0.2 port %u, or not for us", port);
	rows[1].local_address = ip_of("192.0.2.99");
	(void)snprintf(want[1], sizeof(want[1]),
	    "could not connect: local-address 192.0.2.99 is not on this host");
	rows[2].interface = "nowhere0";
	(void)snprintf(
	    want[2], sizeof(want[2]), "could not connect: interface nowhere0 is not there");
	rows[3].address = ip_of("fe80::1");
	rows[3].local_address = (struct ip){ 0 };
	rows[3].interface = "lo";
	rows[3].ipv4 = false;
	/* lo has no link-local address to come from, nor a way there */
	(void)snprintf(want[3], sizeof(want[3]), "could not connect: ");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		FIXTURE(f);

		speak(&f, 0, &rows[i]);
		RUN_UNTIL(f, !status_is(&f, 0, "state", "Connect"));
		(void)status_text(&f, 0, "last_error", text, sizeof(text));
		if (i == 3)
			CHECK(str_starts_with(text, want[i]));
		else
			CHECK_STR(text, want[i]);
	}
}

TEST(a_wrong_password_is_guessed_from_what_the_kernel_dropped)
{
	uint16_t port = port_in_own_network();
	struct neighbor_conf conf[] = { conf_of(0, port), conf_of(1, port) };
	char text[512];
	FIXTURE(f);

	conf[0].password = "s3cret";
	conf[1].password = "other";
	conf[1].mode = NEIGHBOR_PASSIVE;
	speak(&f, 1, &conf[1]);
	speak(&f, 0, &conf[0]);
	RUN_UNTIL(f, status_text(&f, 0, "last_error", text, sizeof(text))[0] != '\0');
	CHECK_STR(text,
	    "could not connect: no answer: nothing listens there (with a password a refusal can "
	    "not be heard), wrong password, more than one hop away (see multihop), filtered, or "
	    "nobody has the address; this host dropped wrongly signed segments "
	    "meanwhile: the passwords differ");
}

TEST(a_refusal_that_can_not_be_heard_is_thought_of)
{
	static const struct {
		const char *password;
		uint8_t ttl_security;
		const char *want;
	} rows[] = {
		/* Linux does not even send one that it can not sign */
		{ "s3cret", 0,
		    "could not connect: no answer: nothing listens there (with a password a "
		    "refusal "
		    "can not be heard), wrong password, more than one hop away (see multihop), "
		    "filtered, or nobody has the address" },
		{ NULL, 1,
		    "could not connect: no answer: nothing listens there (with ttl-security a "
		    "refusal can "
		    "not be heard), not as near as ttl-security asks, filtered, or nobody has the "
		    "address; "
		    "this host dropped segments with a low TTL meanwhile: is the neighbor farther "
		    "away, or "
		    "does it not send TTL 255? (or that was only its refusal)" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct neighbor_conf conf = conf_of(0, port_in_own_network());
		char text[512];
		FIXTURE(f);

		conf.mode = NEIGHBOR_ACTIVE;
		conf.password = rows[i].password;
		conf.ttl_security = rows[i].ttl_security;
		speak(&f, 0, &conf);
		RUN_UNTIL(f, status_text(&f, 0, "last_error", text, sizeof(text))[0] != '\0');
		CHECK_STR(text, rows[i].want);
	}
}

static struct strbuf logged;

static void
keep_line(enum log_level level, const char *line, void *userdata)
{
	(void)userdata;
	strbuf_addf(&logged, "%s: %s\n", log_level_name(level), line);
}

/* All lines since it was called last. */
static bool
was_logged(const char *text)
{
	return strstr(strbuf_get(&logged), text) != NULL;
}

TEST(silence_is_guessed_from_what_the_kernel_drops)
{
	static const char want[] =
	    "connected, but this host drops segments with a low TTL meanwhile: is the "
	    "neighbor farther away, or does it not send TTL 255?";
	struct neighbor_conf conf = conf_of(0, port_in_own_network());
	struct endpoint local = { .addr = conf.address, .port = conf.port }, from;
	int near = 255, far = 3;
	char text[512];
	FIXTURE(f);

	conf.mode = NEIGHBOR_ACTIVE;
	conf.ttl_security = 1;
	REQUIRE(tcp_listen(local, &f.listener, NULL) == 0);
	REQUIRE(setsockopt(f.listener, IPPROTO_IP, IP_TTL, &near, sizeof(near)) == 0);
	log_set_sink(keep_line, NULL);
	speak(&f, 0, &conf);
	RUN_UNTIL(f, tcp_accept(f.listener, &f.peer, &from) == 0);
	RUN_UNTIL(f, status_is(&f, 0, "state", "OpenSent"));
	REQUIRE(setsockopt(f.peer, IPPROTO_IP, IP_TTL, &far, sizeof(far)) == 0);
	CHECK_INT(send(f.peer, "x", 1, 0), 1);
	RUN_UNTIL(f, status_text(&f, 0, "last_error", text, sizeof(text))[0] != '\0');
	CHECK_STR(text, want);
	CHECK(status_is(&f, 0, "state", "OpenSent"));
	CHECK(was_logged(want));
	strbuf_done(&logged);
}

TEST(what_the_log_says_of_an_attempt_and_of_a_stop)
{
	struct neighbor_conf conf = conf_of(0, free_port());
	FIXTURE(f);

	conf.mode = NEIGHBOR_ACTIVE;
	conf.ttl_security = 1; /* the refusal is not heard */
	log_set_sink(keep_line, NULL);
	speak(&f, 0, &conf);
	RUN_UNTIL(f, was_logged("no answer"));
	/* it dials again already */
	CHECK(was_logged(" next_attempt=now\n"));
	CHECK(!was_logged("not_logged"));
	strbuf_done(&logged);
	announcer_stop(f.a[0], NULL, on_stopped, &f);
	CHECK(was_logged(
	    "info: neighbor peer: stopped by the operator address=127.0.0.2 as=65002\n"));
	CHECK(!was_logged("warning"));
	strbuf_done(&logged);
}

/* In a network of its own, where lo is down; 77: can not be had. */
static int
down_interface(void)
{
	struct neighbor_conf conf = conf_of(0, 179);
	char text[512];
	FIXTURE(f);

	if (unshare(CLONE_NEWNET) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		return 77;
	conf.mode = NEIGHBOR_ACTIVE;
	conf.interface = "lo";
	conf.address = ip_of("fe80::1");
	conf.local_address = (struct ip){ 0 };
	conf.ipv4 = false;
	speak(&f, 0, &conf);
	RUN_UNTIL(f, status_text(&f, 0, "last_error", text, sizeof(text))[0] != '\0');
	return strcmp(text, "could not connect: interface lo is down") == 0 ? 0 : 1;
}

TEST(an_interface_that_is_down_is_said)
{
	int status = 0;
	pid_t child = fork();

	REQUIRE(child >= 0);
	if (child == 0)
		_exit(down_interface());
	REQUIRE(waitpid(child, &status, 0) == child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		tap_skip("network namespaces are forbidden here");
	else
		CHECK_INT(status, 0);
}

TEST(endpoints_name_their_interface)
{
	struct endpoint e = {
		.addr = ip_of("fe80::1"), .port = 179, .scope = if_nametoindex("lo")
	};
	char text[NEIGHBOR_ENDPOINT_MAX];

	CHECK_STR(neighbor_endpoint_format(e, text), "[fe80::1%lo]:179");
	e.scope = 123456789; /* gone since */
	CHECK_STR(neighbor_endpoint_format(e, text), "[fe80::1%123456789]:179");
	e = (struct endpoint){ .addr = ip_of("192.0.2.1"), .port = 65535 };
	CHECK_STR(neighbor_endpoint_format(e, text), "192.0.2.1:65535");
}

TEST(transports_that_can_not_work_are_refused)
{
	static const char *const why[] = {
		"neighbor peer: a link-local address needs an interface",
		"neighbor peer: local-address is missing",
		"neighbor peer: local-address and address are not both link-local",
		"neighbor peer: \"an-interface-of-more-than-15\" is no name of an interface",
		"neighbor peer: multihop and ttl-security exclude each other",
	};
	struct neighbor_conf rows[ARRAY_SIZE(why)];
	struct announcer_events events = { 0 };
	FIXTURE(f);

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		rows[i] = conf_of(0, 1);
	rows[0].address = ip_of("fe80::1");
	rows[0].local_address = (struct ip){ 0 };
	rows[1].local_address = (struct ip){ 0 };
	rows[2].address = ip_of("fe80::1");
	rows[2].local_address = ip_of("2001:db8::1");
	rows[2].interface = "lo";
	rows[3].interface = "an-interface-of-more-than-15";
	rows[4].multihop = rows[4].ttl_security = 2;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct err e = { 0 };

		rows[i].ipv4 = rows[i].address.family == IP_V4;
		CHECK_INT(
		    announcer_new_speaker(f.loop, &rows[i], 1, &events, &f.a[0], &e), -EINVAL);
		CHECK(f.a[0] == NULL);
		CHECK_STR(e.message, why[i]);
	}
}

TEST(without_descriptors_connections_wait_and_the_loop_rests)
{
	uint16_t port = free_port();
	struct neighbor_conf conf[] = { conf_of(0, port), conf_of(1, port) };
	struct rlimit before, none;
	uint64_t first, last;
	FIXTURE(f);

	conf[0].mode = NEIGHBOR_PASSIVE;
	conf[1].mode = NEIGHBOR_ACTIVE;
	conf[1].connect_retry = DURATION_S(60); /* it has its descriptor, and waits */
	speak(&f, 0, &conf[0]);
	speak(&f, 1, &conf[1]);
	RUN_UNTIL(f, !status_is(&f, 1, "state", "Idle"));

	int next = dup(0);
	REQUIRE(next >= 0 && getrlimit(RLIMIT_NOFILE, &before) == 0);
	(void)close(next);
	none = (struct rlimit){ .rlim_cur = (rlim_t)next, .rlim_max = before.rlim_max };
	CHECK_INT(setrlimit(RLIMIT_NOFILE, &none), 0);
	struct instant end = instant_add(clock_now(), DURATION_MS(300));
	CHECK(sd_event_get_iteration(f.loop, &first) >= 0);
	while (instant_cmp(clock_now(), end) < 0)
		(void)sd_event_run(f.loop, 10 * 1000);
	CHECK(sd_event_get_iteration(f.loop, &last) >= 0);
	CHECK(last - first < 100);
	CHECK_INT(setrlimit(RLIMIT_NOFILE, &before), 0);
	RUN_UNTIL(f, status_is(&f, 0, "state", "Established"));
}
