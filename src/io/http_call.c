#include "io/http_call.h"

#include <curl/curl.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "io/curl_lib.h"

struct answer {
	struct http_reply *to;
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
	strbuf_add_mem(&a->to->body, data, size * n);
	return size * n;
}

/* One header of the answer, with its line's end. */
static size_t
on_header(char *line, size_t size, size_t n, void *userdata)
{
	struct answer *a = userdata;
	static const char name[] = "etag:";
	size_t from = sizeof(name) - 1, to = size * n;

	if (to < from || strncasecmp(line, name, from) != 0)
		return size * n;
	while (from < to && (line[from] == ' ' || line[from] == '\t'))
		from++;
	while (to > from && strchr(" \t\r\n", line[to - 1]))
		to--;
	if (to - from < sizeof(a->to->etag)) {
		memcpy(a->to->etag, line + from, to - from);
		a->to->etag[to - from] = '\0';
	}
	return size * n;
}

static void
easy_freep(CURL **easy)
{
	curl_easy_cleanup(*easy);
}

static void
slist_freep(struct curl_slist **list)
{
	curl_slist_free_all(*list);
}

static void
set_up(CURL *easy, const struct http_call *call, struct curl_slist *headers, struct answer *a)
{
	(void)curl_easy_setopt(easy, CURLOPT_URL, call->url);
	(void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, call->redirects > 0 ? 1L : 0L);
	(void)curl_easy_setopt(easy, CURLOPT_MAXREDIRS, call->redirects);
	(void)curl_easy_setopt(easy, CURLOPT_USERAGENT, "nearcast/" NEARCAST_VERSION);
	(void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_PROXY, "");
	(void)curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)(call->timeout.ns / NS_PER_MS));
	(void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, a);
	(void)curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	(void)curl_easy_setopt(easy, CURLOPT_HEADERDATA, a);
	if (call->ca_file != NULL)
		(void)curl_easy_setopt(easy, CURLOPT_CAINFO, call->ca_file);
	if (headers != NULL)
		(void)curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
	if (call->body != NULL)
		(void)curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call->body);
	if (call->method != NULL)
		(void)curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, call->method);
}

static int
complain(const struct http_call *call, const struct answer *a, CURLcode code, const char *why,
    struct err *e)
{
	char took[DURATION_STR_MAX];
	int r = -EIO;

	if (a->too_large)
		return err_set(e, -EFBIG, "%s: more than %zu bytes", call->url, call->max);
	if (code == CURLE_OPERATION_TIMEDOUT)
		return err_set(e, -ETIMEDOUT, "%s: no whole answer within %s", call->url,
		    duration_format(call->timeout, took));
	if (code == CURLE_GOT_NOTHING || code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR ||
	    code == CURLE_PARTIAL_FILE)
		r = -ECONNRESET;
	return err_set(e, r, "%s: %s", call->url, *why != '\0' ? why : curl_easy_strerror(code));
}

int
http_call(const struct http_call *call, struct http_reply *ret, struct err *e)
{
	_cleanup_(easy_freep) CURL *easy = NULL;
	_cleanup_(slist_freep) struct curl_slist *headers = NULL;
	struct answer a = { .to = ret, .left = call->max };
	char error[CURL_ERROR_SIZE] = "";
	CURLcode code;

	if (curl_lib_load(e) < 0)
		return e->code;
	easy = curl_easy_init();
	if (easy == NULL)
		return err_set(e, -EIO, "%s: libcurl cannot be used", call->url);
	for (size_t i = 0; call->headers != NULL && call->headers[i] != NULL; i++)
		headers = curl_slist_append(headers, call->headers[i]);
	set_up(easy, call, headers, &a);
	(void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error);
	code = curl_easy_perform(easy);
	if (code != CURLE_OK)
		return complain(call, &a, code, error, e);
	(void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &ret->status);
	return 0;
}

void
http_reply_done(struct http_reply *reply)
{
	strbuf_done(&reply->body);
}
