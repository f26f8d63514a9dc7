/*
 * DNS: one query over UDP, TCP or TLS (RFC 7858), and its answer. What is asked and what the answer
 * says is proto/check/dns_answer.h; over TLS, libcurl makes the connection and carries the bytes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "io/curl_check.h"
#include "io/exchange.h"
#include "wire/reader.h"

#define LENGTH_SIZE 2 /* before each message on a stream */
/* Any that a server sends to us over UDP is smaller. */
#define UDP_ANSWER_MAX 4096u

struct dns_check {
	struct curl_check curl; /* for TLS */
	struct exchange x;
	uint16_t id;
	uint8_t query[LENGTH_SIZE + DNS_QUERY_MAX];
	size_t query_len; /* without its length */
};

static struct dns_check *
dns_of(struct exchange *x)
{
	return container_of(x, struct dns_check, x);
}

static struct dns_check *
dns_of_run(struct check_run *run)
{
	return container_of(run, struct dns_check, curl.run);
}

static void
judge(struct dns_check *c, const uint8_t *bytes, size_t n, bool foreign_fails)
{
	struct check_run *run = &c->curl.run;
	char why[CHECK_RUN_WHY_MAX];
	long days;

	switch (dns_judge(&run->spec->question, c->id, bytes, n, why, sizeof(why))) {
	case DNS_EXPECTED:
		if (run->spec->transport != CHECK_DNS_TLS ||
		    curl_check_certificate(&c->curl, &days))
			check_run_end(run, CHECK_RUN_PASSED, "%s", why);
		break;
	case DNS_UNEXPECTED:
		check_run_end(run, CHECK_RUN_FAILED, "%s", why);
		break;
	case DNS_FOREIGN:
		/* a datagram may come from anywhere, and ours may still come */
		if (foreign_fails)
			check_run_end(run, CHECK_RUN_FAILED, "an answer to another question");
		break;
	}
}

static void
on_datagram(struct exchange *x)
{
	judge(dns_of(x), x->in, x->in_len, false);
}

static void
on_stream(struct exchange *x)
{
	struct reader r = reader_init(x->in, x->in_len), message;
	uint16_t len = reader_u16(&r);

	message = reader_sub(&r, len);
	if (reader_ok(&message))
		judge(dns_of(x), message.pos, len, true);
}

static void
on_ended(struct exchange *x, int error)
{
	struct check_run *run = &dns_of(x)->curl.run;

	if (error == 0)
		check_run_end(run, CHECK_RUN_FAILED, "the connection was closed before the answer");
	else
		check_run_end_errno(run, error);
}

static void
on_sent(struct exchange *x)
{
	dns_of(x)->curl.run.awaits = "answer";
}

static const struct exchange_events stream_events = {
	.sent = on_sent, .received = on_stream, .ended = on_ended
};

/* Its length and the query; the longest answer, and a byte more than the buffer may fill. */
static struct exchange_plan
stream_plan(const struct dns_check *c)
{
	return (struct exchange_plan){ c->query, LENGTH_SIZE + c->query_len,
		LENGTH_SIZE + DNS_MESSAGE_MAX + 1, &stream_events,
		check_run_asks_itself(&c->curl.run) };
}

/* ---- over TLS ---- */

static ssize_t
channel_result(CURLcode code, size_t n)
{
	if (code == CURLE_OK)
		return (ssize_t)n;
	return code == CURLE_AGAIN ? -EAGAIN : -ECONNRESET;
}

static ssize_t
channel_send(struct exchange *x, const void *bytes, size_t n)
{
	size_t sent = 0;
	CURLcode code = curl_easy_send(dns_of(x)->curl.easy, bytes, n, &sent);

	return channel_result(code, sent);
}

static ssize_t
channel_receive(struct exchange *x, void *buf, size_t n)
{
	size_t got = 0;
	CURLcode code = curl_easy_recv(dns_of(x)->curl.easy, buf, n, &got);

	return channel_result(code, got);
}

static void
on_secured(struct curl_check *curl, CURLcode code)
{
	static const struct exchange_channel channel = { channel_send, channel_receive };
	struct dns_check *c = container_of(curl, struct dns_check, curl);
	const struct exchange_plan plan = stream_plan(c);
	curl_socket_t fd = CURL_SOCKET_BAD;
	int copy = -1;

	if (code != CURLE_OK) {
		curl_check_fail(curl, code);
		return;
	}
	/* a descriptor of our own: libcurl may watch its own in the same loop */
	if (curl_easy_getinfo(curl->easy, CURLINFO_ACTIVESOCKET, &fd) == CURLE_OK)
		copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (copy < 0)
		check_run_end(&curl->run, CHECK_RUN_FAILED, "the connection is gone");
	else
		exchange_adopt(&c->x, check_hub_loop(curl->run.hub), copy, &channel, &plan);
}

static void
prepare(struct curl_check *curl)
{
	curl_check_set_host(curl, "https", "/");
	(void)curl_easy_setopt(curl->easy, CURLOPT_CONNECT_ONLY, 1L);
	/* it stands until the handle leaves the loop; nothing else is given such a connection */
	(void)curl_easy_setopt(curl->easy, CURLOPT_FORBID_REUSE, 0L);
	(void)curl_easy_setopt(curl->easy, CURLOPT_SSL_ENABLE_ALPN, 0L);
}

/* ---- the kind ---- */

static int
dns_able(const struct check_spec *spec, struct err *e)
{
	return spec->transport == CHECK_DNS_TLS ? curl_check_able(spec, e) : 0;
}

static void
dns_open(struct check_run *run)
{
	struct dns_check *c = dns_of_run(run);

	c->x.fd = -1;
	c->curl.prepare = prepare;
	c->curl.ended = on_secured;
}

static void
make_query(struct dns_check *c)
{
	(void)getrandom(&c->id, sizeof(c->id), 0);
	/* the configuration was refused if the name is none */
	if (dns_query(&c->curl.run.spec->question, c->id, c->query + LENGTH_SIZE, &c->query_len,
		NULL) < 0)
		abort();
	c->query[0] = (uint8_t)(c->query_len >> 8);
	c->query[1] = (uint8_t)c->query_len;
}

static void
dns_start(struct check_run *run)
{
	static const struct exchange_events udp_events = { .received = on_datagram,
		.ended = on_ended };
	struct dns_check *c = dns_of_run(run);
	struct endpoint to = { .addr = run->address, .port = (uint16_t)run->spec->port };
	struct exchange_plan plan;
	int r;

	make_query(c);
	if (run->spec->transport == CHECK_DNS_TLS) {
		curl_check_start(&c->curl);
		return;
	}
	if (run->spec->transport == CHECK_DNS_TCP) {
		plan = stream_plan(c);
		run->awaits = "connection";
	} else {
		plan = (struct exchange_plan){ c->query + LENGTH_SIZE, c->query_len, UDP_ANSWER_MAX,
			&udp_events, check_run_asks_itself(run) };
	}
	r = exchange_open(&c->x, check_hub_loop(run->hub),
	    run->spec->transport == CHECK_DNS_TCP ? SOCK_STREAM : SOCK_DGRAM, to, &plan);
	if (r < 0)
		check_run_end_errno(run, -r);
}

static void
dns_stop(struct check_run *run)
{
	struct dns_check *c = dns_of_run(run);

	exchange_close(&c->x);
	curl_check_stop(&c->curl);
}

static void
dns_close(struct check_run *run)
{
	curl_check_close(&dns_of_run(run)->curl);
}

static const char *
dns_late(struct check_run *run)
{
	struct dns_check *c = dns_of_run(run);

	if (run->spec->transport == CHECK_DNS_TLS && !exchange_is_open(&c->x))
		return curl_check_late(run);
	return run->awaits;
}

const struct check_kind dns_check_kind = {
	.size = sizeof(struct dns_check),
	.able = dns_able,
	.open = dns_open,
	.start = dns_start,
	.stop = dns_stop,
	.close = dns_close,
	.late = dns_late,
};
