/* Why a transfer has come to nothing, in words that say what to do. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "io/curl_lib.h"
#include "io/http_transfer.h"

static bool
is_tls(const struct http_call *call)
{
	return strncasecmp(call->url, "https:", strlen("https:")) == 0;
}

static bool
has(const struct http_transfer *t, const char *words)
{
	return strstr(t->error, words) != NULL;
}

/* TLS asked where none is spoken, or the other way round: the library's words are of no use. NULL:
 * it is neither. */
static const char *
scheme_words(const struct http_transfer *t, const struct http_call *call, CURLcode code)
{
	if (is_tls(call)) {
		if (code != CURLE_SSL_CONNECT_ERROR)
			return NULL;
		if (has(t, "wrong version number"))
			return "what answers there speaks no TLS: then its address begins with "
			       "http://";
		return has(t, "SSL_ERROR_SYSCALL")
			   ? "it ended the connection before TLS was agreed on: if it speaks "
			     "no TLS, its address begins with http://"
			   : NULL;
	}
	if (code == CURLE_GOT_NOTHING)
		return "Empty reply from server: what speaks TLS ends a connection so, and then "
		       "its address begins with https://";
	return has(t, "HTTP/0.9") ? "what answers there speaks no HTTP: if it is TLS, its address "
				    "begins with https://"
				  : NULL;
}

static int
complain_late(const struct http_transfer *t, const struct http_call *call, struct err *e)
{
	char took[DURATION_STR_MAX];

	if (t->is_silent)
		return err_set(e, -ETIMEDOUT,
		    "%s: it took the request, and no word of an answer came within %s: it hangs, "
		    "or what it waits for does",
		    call->url, duration_format(call->first_word, took));
	if (call->first_word.ns > 0 && t->sent_us == 0)
		return err_set(e, -EIO, "%s: no connection within %s", call->url,
		    duration_format(call->first_word, took));
	return err_set(e, -ETIMEDOUT, "%s: no whole answer within %s", call->url,
	    duration_format(call->timeout, took));
}

int
http_transfer_complain(
    const struct http_transfer *t, const struct http_call *call, CURLcode code, struct err *e)
{
	const char *words = scheme_words(t, call, code);
	int r = -EIO;

	if (t->too_large)
		return err_set(e, -EFBIG, "%s: more than %zu bytes", call->url, call->max);
	if (code == CURLE_OPERATION_TIMEDOUT || t->is_silent || t->has_stalled)
		return complain_late(t, call, e);
	if (code == CURLE_GOT_NOTHING || code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR ||
	    code == CURLE_PARTIAL_FILE)
		r = -ECONNRESET;
	if (words == NULL)
		words = *t->error != '\0' ? t->error : curl_easy_strerror(code);
	return err_set(e, r, "%s: %s", call->url, words);
}
