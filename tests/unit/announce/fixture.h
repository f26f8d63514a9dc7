/* What the speaker's tests share: one or two speakers in a loop, on 127.0.0.1 and 127.0.0.2. */
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "announce/announce.h"
#include "base/log.h"
#include "base/strbuf.h"
#include "io/loop.h"
#include "io/tcp.h"
#include "tap.h"

#define PATIENCE DURATION_S(10)

static _unused_ struct prefix
prefix_of(const char *text)
{
	struct prefix p = { 0 };

	CHECK_INT(prefix_parse(text, &p), 0);
	return p;
}

static _unused_ struct ip
ip_of(const char *text)
{
	struct ip ip = { 0 };

	CHECK_INT(ip_parse(text, &ip), 0);
	return ip;
}

/* A port nobody uses on either address: the kernel's choice, given back. */
static _unused_ uint16_t
free_port(void)
{
	struct endpoint local = { .addr = ip_of("127.0.0.1") };
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	int fd;

	CHECK_INT(tcp_listen(local, &fd, NULL), 0);
	CHECK_INT(getsockname(fd, (struct sockaddr *)&ss, &len), 0);
	(void)close(fd);
	CHECK_INT(endpoint_from_sockaddr(&ss, &local), 0);
	return local.port;
}

/* Speaker `side` is 127.0.0.1 in AS 65001, or 127.0.0.2 in AS 65002. */
static _unused_ struct neighbor_conf
conf_of(int side, uint16_t port)
{
	static const char *const addresses[] = { "127.0.0.1", "127.0.0.2" };

	return (struct neighbor_conf){
		.name = "peer",
		.address = ip_of(addresses[1 - side]),
		.port = port,
		.mode = NEIGHBOR_BOTH,
		.local_as = 65001u + (uint32_t)side,
		.peer_as = 65002u - (uint32_t)side,
		.local_address = ip_of(addresses[side]),
		.router_id = ip_of(addresses[side]),
		.hold_time = DURATION_S(9),
		.connect_retry = DURATION_MS(50),
		.idle_hold = DURATION_MS(10),
		.ipv4 = true,
		.ipv6 = true,
		.next_hop6 = ip_of("2001:db8::1"),
		.prefix_limit = 10,
	};
}

struct fixture {
	sd_event *loop;
	struct announcer *a[2];
	struct strbuf events;
	bool stopped, free_when_stopped;
	int listener, peer; /* of a peer played by hand; -1 */
};

static _unused_ void
drop_line(enum log_level level, const char *line, void *userdata)
{
	(void)level;
	(void)line;
	(void)userdata;
}

static _unused_ struct fixture
fixture(void)
{
	struct fixture f = { .listener = -1, .peer = -1 };

	log_set_sink(drop_line, NULL);
	CHECK(sd_event_new(&f.loop) >= 0);
	return f;
}

static _unused_ void
fixture_done(struct fixture *f)
{
	announcer_free(f->a[0]);
	announcer_free(f->a[1]);
	strbuf_done(&f->events);
	if (f->listener >= 0)
		(void)close(f->listener);
	if (f->peer >= 0)
		(void)close(f->peer);
	(void)sd_event_unref(f->loop);
	log_set_sink(NULL, NULL);
}

#define FIXTURE(f) _cleanup_(fixture_done) struct fixture f = fixture()

static _unused_ void
on_neighbor(void *userdata, const char *neighbor, bool established, const char *why)
{
	struct fixture *f = userdata;

	CHECK(why[0] != '\0');
	strbuf_addf(&f->events, "%s %s; ", neighbor, established ? "up" : "down");
}

static _unused_ void
on_announced(void *userdata, struct prefix prefix)
{
	struct fixture *f = userdata;
	char text[PREFIX_STR_MAX];

	strbuf_addf(&f->events, "announced %s; ", prefix_format(prefix, text));
}

static _unused_ void
on_withdrawn(void *userdata, struct prefix prefix, const struct withdraw_result *result)
{
	struct fixture *f = userdata;
	char text[PREFIX_STR_MAX];

	CHECK(instant_cmp(result->at, clock_now()) <= 0);
	strbuf_addf(&f->events, "withdrawn %s %zu/%zu; ", prefix_format(prefix, text),
	    result->written.count, result->written.of);
}

static _unused_ void
on_stopped(void *userdata)
{
	struct fixture *f = userdata;

	f->stopped = true;
	if (f->free_when_stopped)
		announcer_free(TAKE(f->a[0]));
}

static _unused_ void
speak(struct fixture *f, int side, const struct neighbor_conf *conf)
{
	struct announcer_events events = { .neighbor_changed = on_neighbor,
		.announced = on_announced, .withdrawn = on_withdrawn, .userdata = f };
	struct err e = { 0 };

	if (announcer_new_speaker(f->loop, conf, 1, &events, &f->a[side], &e) < 0)
		tap_fail(__FILE__, __LINE__, "%s", e.message);
}

/* A number of a neighbor's status; -1: there is none of the name. */
static _unused_ json_int_t
number(const struct announcer *a, const char *name, const char *key)
{
	json_auto_t *all = announcer_status(a, clock_now());
	json_t *n;
	size_t i;

	json_array_foreach (all, i, n) {
		if (strcmp(json_string_value(json_object_get(n, "name")), name) == 0)
			return json_integer_value(json_object_get(n, key));
	}
	return -1;
}

/* A number or the text of a key of the status of "peer", the only neighbor. */
static _unused_ json_int_t
status_number(const struct fixture *f, int side, const char *key)
{
	return number(f->a[side], "peer", key);
}

static _unused_ bool
status_is(const struct fixture *f, int side, const char *key, const char *want)
{
	json_t *all = announcer_status(f->a[side], clock_now());
	const char *text = json_string_value(json_object_get(json_array_get(all, 0), key));
	bool is = text && strcmp(text, want) == 0;

	json_decref(all);
	return is;
}

/* Runs the loop until the condition holds; the test fails when it does not in time. */
#define RUN_UNTIL(f, condition)                                                                    \
	do {                                                                                       \
		struct instant _end = instant_add(clock_now(), PATIENCE);                          \
		bool _holds;                                                                       \
                                                                                                   \
		while (!(_holds = (condition)) && instant_cmp(clock_now(), _end) < 0)              \
			(void)sd_event_run((f).loop, 10 * 1000);                                   \
		if (!_holds)                                                                       \
			tap_fail(__FILE__, __LINE__, "not in time: %s", #condition);               \
	} while (0)

static _unused_ void
announce(struct fixture *f, int side, const char *prefix)
{
	struct announcement as = { .prefix = prefix_of(prefix) };
	struct err e = { 0 };

	if (announcer_set(f->a[side], &as, &e) < 0)
		tap_fail(__FILE__, __LINE__, "%s", e.message);
	announcer_flush(f->a[side]);
}

/* What is told of it stands in the events, alone. */
static _unused_ void
withdraw(struct fixture *f, int side, const char *prefix)
{
	strbuf_done(&f->events);
	announcer_withdraw(f->a[side], prefix_of(prefix));
	announcer_flush(f->a[side]);
}

/* From 203.0.113.0/32 on, an UPDATE for each, until the neighbor's socket takes no more. */
static _unused_ void
announce_until_full(struct fixture *f, const char *neighbor)
{
	struct announcement as = { .prefix = prefix_of("203.0.113.0/32") };

	for (int i = 0; i % 64 != 0 || number(f->a[0], neighbor, "announced") >= i; i++) {
		CHECK_INT(announcer_set(f->a[0], &as, NULL), 0);
		announcer_flush(f->a[0]);
		as.prefix.addr = ip_add(as.prefix.addr, 1);
	}
}
