#include "io/http_check.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "io/curl_loop.h"

struct http_client {
	sd_event *loop;              /* a reference */
	/* owned; NULL until the first check: who has none needs no libcurl */
	struct curl_loop *transfers;
};

struct http_check {
	struct http_client *client; /* borrowed */
	CURL *easy;                 /* owned; in client->transfers while it runs */
	bool running;
	uint32_t expect_status;
	size_t body; /* bytes read */
	char error[CURL_ERROR_SIZE];
	check_run_fn done;
	void *userdata;
};

static size_t
on_body(char *data, size_t size, size_t count, void *userdata)
{
	struct http_check *c = userdata;

	(void)data;
	c->body += size * count;
	return c->body > HTTP_CHECK_BODY_MAX ? 0 : size * count; /* 0 ends the transfer */
}

static void
judge(const struct http_check *c, CURLcode code, struct check_run_result *ret)
{
	long status = 0, os_errno = 0;

	(void)curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status);
	(void)curl_easy_getinfo(c->easy, CURLINFO_OS_ERRNO, &os_errno);
	ret->outcome = CHECK_RUN_FAILED;
	/* enough of the body was seen to know that one comes */
	if (code == CURLE_WRITE_ERROR && c->body > HTTP_CHECK_BODY_MAX)
		code = CURLE_OK;
	if (code == CURLE_OK) {
		if (status == (long)c->expect_status) {
			ret->outcome = CHECK_RUN_PASSED;
			utf8_format(ret->why, sizeof(ret->why), "status %ld", status);
		} else {
			utf8_format(ret->why, sizeof(ret->why), "status %ld, expected %u", status,
			    c->expect_status);
		}
	} else if (code == CURLE_COULDNT_CONNECT && os_errno == ECONNREFUSED) {
		ret->outcome = CHECK_RUN_REFUSED;
		utf8_format(ret->why, sizeof(ret->why), "connection refused");
	} else {
		utf8_format(ret->why, sizeof(ret->why), "%s",
		    c->error[0] ? c->error : curl_easy_strerror(code));
	}
}

static void
on_ended(void *userdata, CURL *easy, CURLcode code)
{
	struct check_run_result result = { 0 };
	struct http_check *c = NULL;

	(void)userdata;
	(void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&c);
	c->running = false;
	judge(c, code, &result);
	c->done(c->userdata, &result);
}

struct http_client *
http_client_new(sd_event *loop)
{
	struct http_client *c = xcalloc(1, sizeof(*c));

	c->loop = sd_event_ref(loop);
	return c;
}

void
http_client_free(struct http_client *c)
{
	if (c == NULL)
		return;
	curl_loop_free(c->transfers);
	(void)sd_event_unref(c->loop);
	free(c);
}

static void
set_options(struct http_check *c, const char *url, struct duration timeout)
{
	long ms = (long)MAX(duration_ms(timeout), INT64_C(1));

	(void)curl_easy_setopt(c->easy, CURLOPT_URL, url);
	(void)curl_easy_setopt(c->easy, CURLOPT_PRIVATE, c);
	(void)curl_easy_setopt(c->easy, CURLOPT_ERRORBUFFER, c->error);
	(void)curl_easy_setopt(c->easy, CURLOPT_PROTOCOLS_STR, "http");
	(void)curl_easy_setopt(c->easy, CURLOPT_PROXY, ""); /* not the environment's either */
	(void)curl_easy_setopt(c->easy, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(c->easy, CURLOPT_FRESH_CONNECT, 1L);
	(void)curl_easy_setopt(c->easy, CURLOPT_FORBID_REUSE, 1L);
	(void)curl_easy_setopt(c->easy, CURLOPT_TIMEOUT_MS, ms);
	(void)curl_easy_setopt(c->easy, CURLOPT_CONNECTTIMEOUT_MS, ms);
	(void)curl_easy_setopt(c->easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
	(void)curl_easy_setopt(c->easy, CURLOPT_USERAGENT, "nearcastd/" NEARCAST_VERSION);
	(void)curl_easy_setopt(c->easy, CURLOPT_WRITEFUNCTION, on_body);
	(void)curl_easy_setopt(c->easy, CURLOPT_WRITEDATA, c);
}

int
http_check_start(struct http_client *client, const char *url, uint32_t expect_status,
    struct duration timeout, check_run_fn done, void *userdata, struct http_check **ret,
    struct err *e)
{
	struct http_check *c;
	int r = 0;

	if (client->transfers == NULL)
		r = curl_loop_new(client->loop, on_ended, client, &client->transfers, e);
	if (r < 0)
		return r;
	c = xcalloc(1, sizeof(*c));
	*c = (struct http_check){
		.client = client, .expect_status = expect_status, .done = done, .userdata = userdata
	};
	c->easy = curl_easy_init();
	if (c->easy == NULL) {
		free(c);
		return err_set(e, -ENOMEM, "libcurl gives no handle");
	}
	set_options(c, url, timeout);
	r = curl_loop_add(client->transfers, c->easy, e);
	if (r < 0) {
		http_check_free(c);
		return r;
	}
	c->running = true;
	*ret = c;
	return 0;
}

void
http_check_free(struct http_check *c)
{
	if (c == NULL)
		return;
	if (c->running)
		curl_loop_remove(c->client->transfers, c->easy);
	curl_easy_cleanup(c->easy);
	free(c);
}
