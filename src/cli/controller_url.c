#include "cli/controller_url.h"

#include <curl/curl.h>
#include <errno.h>
#include <string.h>

#include "base/ip.h"
#include "io/curl_lib.h"

static void
url_freep(CURLU **url)
{
	curl_url_cleanup(*url);
}

static void
text_freep(char **text)
{
	curl_free(*text);
}

static bool
has(CURLU *parsed, CURLUPart part)
{
	_cleanup_(text_freep) char *text = NULL;

	return curl_url_get(parsed, part, &text, 0) == CURLUE_OK;
}

/* host: as in a URL, so an IPv6 address has brackets. */
static bool
is_loopback(const char *host)
{
	char bare[IP_STR_MAX] = "";
	size_t len = strlen(host);
	struct ip ip;

	if (strcmp(host, "localhost") == 0) /* libcurl asks nobody for it */
		return true;
	if (len >= 2 && host[0] == '[' && len - 2 < sizeof(bare))
		memcpy(bare, host + 1, len - 2);
	else if (len < sizeof(bare))
		memcpy(bare, host, len);
	return ip_parse(bare, &ip) == 0 && ip_is_loopback(ip);
}

/* How much of the URL stands before the API's own path, for whoever gave that; -1: it has none. */
static int
before_api(const char *url)
{
	static const char api[] = "/api/v1";
	size_t len = strlen(url), end = sizeof(api) - 1;

	while (len > 0 && url[len - 1] == '/')
		len--;
	return len > end && strncmp(url + len - end, api, end) == 0 ? (int)(len - end) : -1;
}

int
controller_url_check(const char *url, struct err *e)
{
	_cleanup_(url_freep) CURLU *parsed = NULL;
	_cleanup_(text_freep) char *scheme = NULL, *host = NULL;
	CURLUcode code;

	if (curl_lib_load(e) < 0)
		return e->code;
	parsed = curl_url();
	code = curl_url_set(parsed, CURLUPART_URL, url, 0);
	if (code == CURLUE_OK)
		code = curl_url_get(parsed, CURLUPART_SCHEME, &scheme, 0);
	if (code == CURLUE_OK)
		code = curl_url_get(parsed, CURLUPART_HOST, &host, 0);
	if (code != CURLUE_OK || (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0))
		return err_set(e, -EINVAL,
		    "\"%s\" is no address of a controller; expected https://HOST[:PORT]", url);
	if (has(parsed, CURLUPART_USER) || has(parsed, CURLUPART_PASSWORD) ||
	    strpbrk(url, "?#") != NULL)
		return err_set(e, -EINVAL, "a controller's address has no user, query or fragment");
	if (before_api(url) >= 0)
		return err_set(e, -EINVAL,
		    "%s: a controller's address ends before its API; expected %.*s", url,
		    before_api(url), url);
	if (strcmp(scheme, "http") == 0 && !is_loopback(host))
		return err_set(e, -EPERM,
		    "%s: the token would go over the network in clear; expected https://", url);
	return 0;
}

static void
add_encoded(struct strbuf *to, const char *text)
{
	for (; *text != '\0'; text++) {
		if (ascii_is_alpha(*text) || ascii_is_digit(*text) || strchr("-._~", *text))
			strbuf_add_char(to, *text);
		else
			strbuf_addf(to, "%%%02X", (unsigned)(unsigned char)*text);
	}
}

void
controller_url_add(struct strbuf *path, const char *part)
{
	strbuf_add_char(path, '/');
	add_encoded(path, part);
}

void
controller_url_add_query(struct strbuf *path, const char *name, const char *value)
{
	if (value == NULL)
		return;
	strbuf_addf(path, "%c%s=", strchr(strbuf_get(path), '?') != NULL ? '&' : '?', name);
	add_encoded(path, value);
}
