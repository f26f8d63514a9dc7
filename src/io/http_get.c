#include "io/http_get.h"

#include <curl/curl.h>
#include <errno.h>

#include "io/curl_lib.h"

#define REDIRECTS_MAX 3L

struct answer {
	struct strbuf *to;
	size_t left;
	bool too_large;
};

static size_t
on_body(char *data, size_t size, size_t n, void *userdata)
{
	struct answer *a = userdata;

	if (size * n > a->left) {
		a->too_large = true;
		return 0;
	}
	a->left -= size * n;
	strbuf_add_mem(a->to, data, size * n);
	return size * n;
}

static void
easy_freep(CURL **easy)
{
	curl_easy_cleanup(*easy);
}

static void
set_up(CURL *easy, const char *url, struct duration timeout, struct answer *a, char *error)
{
	(void)curl_easy_setopt(easy, CURLOPT_URL, url);
	(void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_MAXREDIRS, REDIRECTS_MAX);
	(void)curl_easy_setopt(easy, CURLOPT_USERAGENT, "nearcast/" NEARCAST_VERSION);
	(void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_PROXY, "");
	(void)curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)(timeout.ns / NS_PER_MS));
	(void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, a);
}

int
http_get(const char *url, struct duration timeout, size_t max, struct strbuf *ret, struct err *e)
{
	_cleanup_(easy_freep) CURL *easy = NULL;
	struct answer a = { .to = ret, .left = max };
	char error[CURL_ERROR_SIZE] = "";
	char took[DURATION_STR_MAX];
	long status = 0;
	CURLcode code;

	if (curl_lib_load(e) < 0)
		return e->code;
	easy = curl_easy_init();
	if (easy == NULL)
		return err_set(e, -EIO, "%s: libcurl cannot be used", url);
	set_up(easy, url, timeout, &a, error);
	code = curl_easy_perform(easy);
	if (a.too_large)
		return err_set(e, -EFBIG, "%s: more than %zu bytes", url, max);
	if (code == CURLE_OPERATION_TIMEDOUT)
		return err_set(e, -ETIMEDOUT, "%s: no whole answer within %s", url,
		    duration_format(timeout, took));
	if (code != CURLE_OK)
		return err_set(e, -EIO, "%s: %s", url, *error ? error : curl_easy_strerror(code));
	(void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	if (status != 200)
		return err_set(e, -EPROTO, "%s: status %ld; expected 200", url, status);
	return 0;
}
