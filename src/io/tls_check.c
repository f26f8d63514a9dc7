/* TLS: a handshake, and what its certificate says; nothing is sent over it. */
#include "io/curl_check.h"

static void
prepare(struct curl_check *c)
{
	curl_check_set_host(c, "https", "/");
	(void)curl_easy_setopt(c->easy, CURLOPT_CONNECT_ONLY, 1L);
	(void)curl_easy_setopt(c->easy, CURLOPT_SSL_ENABLE_ALPN, 0L); /* it need not be HTTP */
}

static void
on_ended(struct curl_check *c, CURLcode code)
{
	long days;

	if (code != CURLE_OK)
		curl_check_fail(c, code);
	else if (curl_check_certificate(c, &days))
		check_run_end(&c->run, CHECK_RUN_PASSED, "certificate good for %ld days", days);
}

static void
tls_open(struct check_run *run)
{
	struct curl_check *c = check_run_as(struct curl_check, run);

	c->prepare = prepare;
	c->ended = on_ended;
}

static void
tls_start(struct check_run *run)
{
	curl_check_start(check_run_as(struct curl_check, run));
}

static void
tls_stop(struct check_run *run)
{
	curl_check_stop(check_run_as(struct curl_check, run));
}

static void
tls_close(struct check_run *run)
{
	curl_check_close(check_run_as(struct curl_check, run));
}

const struct check_kind tls_check_kind = {
	.size = sizeof(struct curl_check),
	.able = curl_check_able,
	.open = tls_open,
	.start = tls_start,
	.stop = tls_stop,
	.close = tls_close,
	.late = curl_check_late,
};
