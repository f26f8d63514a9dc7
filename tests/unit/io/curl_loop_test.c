/* Transfers that end at once, and in their time; nobody answers any of them. */
#include "io/curl_loop.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/ip.h"
#include "io/loop.h"
#include "tap.h"
#include "wait.h"

/* A port of the loopback; listening or not. */
struct port {
	int fd;
	uint16_t number;
};

static bool
port_open(struct port *p, bool listens)
{
	struct endpoint at = { .addr = ip_from_v4(0x7f000001) };
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(at, &ss);

	p->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(p->fd, (void *)&ss, len) < 0 || (listens && listen(p->fd, 8) < 0))
		return false;
	(void)getsockname(p->fd, (void *)&ss, &len);
	(void)endpoint_from_sockaddr(&ss, &at);
	p->number = at.port;
	return true;
}

#define TRANSFERS 3

/* A loop with transfers, in the order in which they ended. */
struct fixture {
	sd_event *loop;
	struct curl_loop *transfers;
	CURL *easy[TRANSFERS];
	size_t count;
	struct {
		const CURL *easy;
		CURLcode code;
		struct instant at;
	} ended[TRANSFERS];
	size_t ended_count, wanted;
};

static void
on_ended(void *userdata, CURL *easy, CURLcode code)
{
	struct fixture *f = userdata;

	if (f->ended_count < TRANSFERS) {
		f->ended[f->ended_count].easy = easy;
		f->ended[f->ended_count].code = code;
		f->ended[f->ended_count].at = clock_now();
	}
	f->ended_count++;
	curl_loop_remove(f->transfers, easy);
}

static bool
fixture_open(struct fixture *f)
{
	*f = (struct fixture){ 0 };
	return sd_event_new(&f->loop) >= 0 &&
	       curl_loop_new(f->loop, on_ended, f, &f->transfers, NULL) == 0;
}

static void
fixture_close(struct fixture *f)
{
	curl_loop_free(f->transfers);
	for (size_t i = 0; i < f->count; i++)
		curl_easy_cleanup(f->easy[i]);
	sd_event_unref(f->loop);
}

/* Asks for http://HOST:PORT/, for so long. */
static int
ask_at(struct fixture *f, const char *host, uint16_t port, long timeout_ms)
{
	_cleanup_(freep) char *url = xasprintf("http://%s:%u/", host, port);
	CURL *easy = f->easy[f->count++] = curl_easy_init();

	(void)curl_easy_setopt(easy, CURLOPT_URL, url);
	(void)curl_easy_setopt(easy, CURLOPT_PROXY, "");
	(void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout_ms);
	return curl_loop_add(f->transfers, easy, NULL);
}

static int
ask(struct fixture *f, uint16_t port, long timeout_ms)
{
	return ask_at(f, "127.0.0.1", port, timeout_ms);
}

static bool
all_ended(void *userdata)
{
	const struct fixture *f = userdata;

	return f->ended_count >= f->wanted;
}

static bool
wait_for_ends(struct fixture *f, size_t wanted)
{
	f->wanted = wanted;
	return wait_for(f->loop, all_ended, f);
}

/*
 * The caller of curl_loop_add() has not finished what it does. To an address of a group no kernel
 * connects, and says so from connect().
 */
TEST(an_end_at_once_is_told_from_the_loop)
{
	struct fixture f;

	REQUIRE(fixture_open(&f));
	for (size_t i = 0; i < TRANSFERS; i++) {
		CHECK_INT(ask_at(&f, "224.0.0.1", 80, 60000), 0);
		CHECK_INT(f.ended_count, i);
		CHECK(wait_for_ends(&f, i + 1));
		CHECK_INT(f.ended_count, i + 1);
		CHECK_INT(f.ended[i].code, CURLE_COULDNT_CONNECT);
	}
	fixture_close(&f);
}

TEST(each_ends_in_its_own_time)
{
	static const struct {
		long timeout_ms;
		size_t rank;
	} rows[TRANSFERS] = { { 60, 1 }, { 30, 0 }, { 90, 2 } };
	struct instant start;
	struct fixture f;
	struct port p;

	REQUIRE(port_open(&p, true) && fixture_open(&f));
	start = clock_now();
	for (size_t i = 0; i < TRANSFERS; i++)
		CHECK_INT(ask(&f, p.number, rows[i].timeout_ms), 0);
	REQUIRE(wait_for_ends(&f, TRANSFERS));
	for (size_t i = 0; i < TRANSFERS; i++) {
		size_t k = rows[i].rank;

		CHECK_INT(f.ended[k].code, CURLE_OPERATION_TIMEDOUT);
		CHECK(instant_diff(f.ended[k].at, start).ns >= rows[i].timeout_ms * NS_PER_MS);
	}
	fixture_close(&f);
	(void)close(p.fd);
}

/* A transfer that is taken out before its end leaves nothing that would be told, or missed. */
TEST(one_that_is_taken_out_hides_no_other)
{
	struct port silent, closed;
	struct fixture f;

	REQUIRE(port_open(&silent, true) && port_open(&closed, false) && fixture_open(&f));
	CHECK_INT(ask(&f, silent.number, 30), 0);
	curl_loop_remove(f.transfers, f.easy[0]);
	CHECK_INT(ask(&f, closed.number, 10000), 0);
	CHECK_INT(ask(&f, silent.number, 30), 0);
	CHECK(wait_for_ends(&f, 2));
	CHECK_INT(f.ended_count, 2);
	CHECK(f.ended[0].easy == f.easy[1] && f.ended[0].code == CURLE_COULDNT_CONNECT);
	CHECK(f.ended[1].easy == f.easy[2] && f.ended[1].code == CURLE_OPERATION_TIMEDOUT);
	fixture_close(&f);
	(void)close(silent.fd);
	(void)close(closed.fd);
}
