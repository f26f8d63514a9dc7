#include "io/http_transfer.h"

#include <curl/curl.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "io/curl_lib.h"

static size_t
on_body(char *data, size_t size, size_t n, void *userdata)
{
	struct http_transfer *t = userdata;
	long status = 0;

	if (t->piece != NULL)
		(void)curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status == 200) {
		(void)curl_easy_getinfo(t->easy, CURLINFO_TOTAL_TIME_T, &t->heard_us);
		t->has_enough = !t->piece(t->piece_userdata, data, size * n);
		return t->has_enough ? 0 : size * n;
	}
	if (size * n > t->left) {
		t->too_large = true;
		return 0;
	}
	t->left -= size * n;
	strbuf_add_mem(&t->to->body, data, size * n);
	return size * n;
}

/* One header of the answer, with its line's end. */
static size_t
on_header(char *line, size_t size, size_t n, void *userdata)
{
	struct http_transfer *t = userdata;
	static const char name[] = "etag:";
	size_t from = sizeof(name) - 1, to = size * n;

	if (to < from || strncasecmp(line, name, from) != 0)
		return size * n;
	while (from < to && (line[from] == ' ' || line[from] == '\t'))
		from++;
	while (to > from && strchr(" \t\r\n", line[to - 1]))
		to--;
	if (to - from < sizeof(t->to->etag)) {
		memcpy(t->to->etag, line + from, to - from);
		t->to->etag[to - from] = '\0';
	}
	return size * n;
}

/* Behind the connection; called at least once a second. Not 0 ends the transfer. */
static int
on_progress(void *userdata, curl_off_t to_come, curl_off_t came, curl_off_t to_go, curl_off_t went)
{
	struct http_transfer *t = userdata;
	curl_off_t began = 0, now = 0;

	(void)to_come;
	(void)came;
	(void)to_go;
	(void)went;
	(void)curl_easy_getinfo(t->easy, CURLINFO_STARTTRANSFER_TIME_T, &began);
	(void)curl_easy_getinfo(t->easy, CURLINFO_TOTAL_TIME_T, &now);
	if (began == 0)
		(void)curl_easy_getinfo(t->easy, CURLINFO_PRETRANSFER_TIME_T, &t->sent_us);
	t->is_silent = t->first_word.ns > 0 && began == 0 && t->sent_us > 0 &&
		       (now - t->sent_us) * NS_PER_US >= t->first_word.ns;
	t->has_stalled = t->piece != NULL && began > 0 &&
			 (now - MAX(began, t->heard_us)) * NS_PER_US >= t->silence.ns;
	return t->is_silent || t->has_stalled;
}

static void
watch_progress(struct http_transfer *t)
{
	(void)curl_easy_setopt(t->easy, CURLOPT_NOPROGRESS, 0L);
	(void)curl_easy_setopt(t->easy, CURLOPT_XFERINFOFUNCTION, on_progress);
	(void)curl_easy_setopt(t->easy, CURLOPT_XFERINFODATA, t);
}

/* libcurl's own limit is of bytes a second: a few of them, now and then, are nothing to it. */
static void
limit_silence(struct http_transfer *t, struct duration silence)
{
	t->silence = silence;
	watch_progress(t);
}

static void
limit_first_word(struct http_transfer *t, struct duration first_word)
{
	t->first_word = first_word;
	(void)curl_easy_setopt(
	    t->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)(first_word.ns / NS_PER_MS));
	watch_progress(t);
}

static void
set_up(struct http_transfer *t, const struct http_call *call)
{
	CURL *easy = t->easy;

	(void)curl_easy_setopt(easy, CURLOPT_URL, call->url);
	(void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, call->redirects > 0 ? 1L : 0L);
	(void)curl_easy_setopt(easy, CURLOPT_MAXREDIRS, call->redirects);
	(void)curl_easy_setopt(easy, CURLOPT_USERAGENT, "nearcast/" NEARCAST_VERSION);
	(void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_PROXY, "");
	if (call->piece == NULL) {
		(void)curl_easy_setopt(
		    easy, CURLOPT_TIMEOUT_MS, (long)(call->timeout.ns / NS_PER_MS));
	} else {
		limit_silence(t, call->timeout);
	}
	(void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, t);
	(void)curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	(void)curl_easy_setopt(easy, CURLOPT_HEADERDATA, t);
	(void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, t->error);
	if (call->first_word.ns > 0)
		limit_first_word(t, call->first_word);
	if (call->ca_file != NULL)
		(void)curl_easy_setopt(easy, CURLOPT_CAINFO, call->ca_file);
	if (t->headers != NULL)
		(void)curl_easy_setopt(easy, CURLOPT_HTTPHEADER, t->headers);
	if (call->body != NULL)
		(void)curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call->body);
	if (call->method != NULL)
		(void)curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, call->method);
}

int
http_transfer_init(
    struct http_transfer *t, const struct http_call *call, struct http_reply *reply, struct err *e)
{
	int r = curl_lib_load(e);

	if (r < 0)
		return r;
	*t = (struct http_transfer){ .easy = curl_easy_init(),
		.to = reply,
		.left = call->max,
		.piece = call->piece,
		.piece_userdata = call->userdata };
	if (t->easy == NULL)
		return err_set(e, -EIO, "%s: libcurl cannot be used", call->url);
	for (size_t i = 0; call->headers != NULL && call->headers[i] != NULL; i++)
		t->headers = curl_slist_append(t->headers, call->headers[i]);
	set_up(t, call);
	return 0;
}

int
http_transfer_end(
    struct http_transfer *t, const struct http_call *call, CURLcode code, struct err *e)
{
	if (code != CURLE_OK && !t->has_enough)
		return http_transfer_complain(t, call, code, e);
	(void)curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &t->to->status);
	return 0;
}

void
http_transfer_done(struct http_transfer *t)
{
	curl_easy_cleanup(t->easy);
	curl_slist_free_all(t->headers);
	*t = (struct http_transfer){ 0 };
}
