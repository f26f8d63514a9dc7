#include "measure/probe_request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "io/curl_lib.h"

/* More of an answer than this is not a probe but a download. */
#define BODY_MAX (64u << 20)
#define HEADER_TEXT_MAX 255
#define REDIRECTS_MAX 10L

/* ---- what comes back ---- */

static size_t
on_body(char *bytes, size_t size, size_t count, void *userdata)
{
	struct probe_request *q = userdata;

	(void)bytes;
	q->body += size * count;
	return q->body > BODY_MAX ? 0 : size * count;
}

/* The value of a header line when it is the one of that name, else NULL; owned by the caller. */
static char *
header_value(const char *line, size_t len, const char *name)
{
	size_t n = strlen(name);

	if (len <= n || strncasecmp(line, name, n) != 0 || line[n] != ':')
		return NULL;
	line += n + 1;
	len -= n + 1;
	while (len > 0 && (*line == ' ' || *line == '\t')) {
		line++;
		len--;
	}
	while (len > 0 && strchr(" \t\r\n", line[len - 1]))
		len--;
	return len > 0 ? strndup(line, MIN(len, (size_t)HEADER_TEXT_MAX)) : NULL;
}

static size_t
on_header(char *line, size_t size, size_t count, void *userdata)
{
	struct probe_request *q = userdata;
	size_t len = size * count;

	/* each answer of a chain of redirects begins anew */
	if (len >= 5 && strncmp(line, "HTTP/", 5) == 0) {
		free(TAKE(q->served_by));
		free(TAKE(q->site));
	}
	if (q->served_by == NULL)
		q->served_by = header_value(line, len, q->conf->host_header);
	if (q->site == NULL)
		q->site = header_value(line, len, q->conf->site_header);
	return len;
}

/* Why a request failed, in words that are the same for every request that failed so. */
static char *
failure_text(const struct probe_request *q, CURLcode result)
{
	char timeout[DURATION_STR_MAX];
	curl_off_t connected = 0;
	long os_errno = 0;

	(void)curl_easy_getinfo(q->easy, CURLINFO_CONNECT_TIME_T, &connected);
	(void)curl_easy_getinfo(q->easy, CURLINFO_OS_ERRNO, &os_errno);
	if (result == CURLE_OPERATION_TIMEDOUT)
		return xasprintf("timed out after %s, %s",
		    duration_format(q->conf->timeout, timeout),
		    connected ? "connected" : "not connected");
	if (result == CURLE_COULDNT_CONNECT && os_errno)
		return xasprintf("connect: %s", strerror((int)os_errno));
	if (result == CURLE_WRITE_ERROR && q->body > BODY_MAX)
		return xasprintf("the answer is longer than %u MiB", BODY_MAX >> 20);
	/* what is wrong with a certificate, or with a connection that stands */
	if ((result == CURLE_RECV_ERROR || result == CURLE_SEND_ERROR ||
		result == CURLE_PEER_FAILED_VERIFICATION || result == CURLE_SSL_CONNECT_ERROR) &&
	    q->error[0])
		return xstrdup(q->error);
	return xstrdup(curl_easy_strerror(result));
}

static void
take_timings(const struct probe_request *q, struct duration phases[static PROBE_PHASE_MAX])
{
	static const CURLINFO infos[PROBE_PHASE_MAX] = {
		[PROBE_NAMELOOKUP] = CURLINFO_NAMELOOKUP_TIME_T,
		[PROBE_CONNECT] = CURLINFO_CONNECT_TIME_T,
		[PROBE_APPCONNECT] = CURLINFO_APPCONNECT_TIME_T,
		[PROBE_PRETRANSFER] = CURLINFO_PRETRANSFER_TIME_T,
		[PROBE_REDIRECT] = CURLINFO_REDIRECT_TIME_T,
		[PROBE_STARTTRANSFER] = CURLINFO_STARTTRANSFER_TIME_T,
		[PROBE_TOTAL] = CURLINFO_TOTAL_TIME_T,
	};
	for (int p = 0; p < PROBE_PHASE_MAX; p++) {
		curl_off_t us = 0;

		(void)curl_easy_getinfo(q->easy, infos[p], &us);
		phases[p] = DURATION_US(us);
	}
}

static const char *
version_text(const struct probe_request *q)
{
	long version = 0;

	(void)curl_easy_getinfo(q->easy, CURLINFO_HTTP_VERSION, &version);
	switch (version) {
	case CURL_HTTP_VERSION_1_0:
		return "1.0";
	case CURL_HTTP_VERSION_1_1:
		return "1.1";
	case CURL_HTTP_VERSION_2_0:
		return "2";
	case CURL_HTTP_VERSION_3:
		return "3";
	default:
		return NULL;
	}
}

/* The value behind key, up to a comma; owned by the caller, NULL: it is not there. */
static char *
find_value(const char *text, const char *key)
{
	const char *at = strstr(text, key);

	if (at == NULL)
		return NULL;
	at += strlen(key);
	at += strspn(at, " ");
	return xasprintf("%.*s", (int)strcspn(at, ",\n"), at);
}

/* Who answered, by the peer's own certificate; NULL: it does not say. */
static char *
certificate_name(const struct probe_request *q)
{
	bool san = q->conf->certificate == PROBE_CERTIFICATE_SAN;
	const char *field = san ? "X509v3 Subject Alternative Name:" : "Subject:";
	struct curl_certinfo *info = NULL;

	if (q->conf->certificate == PROBE_CERTIFICATE_NONE ||
	    curl_easy_getinfo(q->easy, CURLINFO_CERTINFO, &info) != CURLE_OK || info == NULL ||
	    info->num_of_certs < 1)
		return NULL;
	for (const struct curl_slist *line = info->certinfo[0]; line; line = line->next) {
		if (str_starts_with(line->data, field))
			return find_value(line->data + strlen(field), san ? "DNS:" : "CN =");
	}
	return NULL;
}

void
probe_request_take(struct probe_request *q, CURLcode result, struct probe_record *ret)
{
	const char *address = NULL;

	*ret = (struct probe_record){ .target = q->target, .at_wall_ns = q->at_wall_ns };
	take_timings(q, ret->phases);
	(void)curl_easy_getinfo(q->easy, CURLINFO_RESPONSE_CODE, &ret->status);
	(void)curl_easy_getinfo(q->easy, CURLINFO_PRIMARY_IP, &address);
	if (address && *address)
		ret->remote_address = xstrdup(address);
	ret->http_version = ret->status ? version_text(q) : NULL;
	ret->served_by = certificate_name(q);
	if (ret->served_by == NULL)
		ret->served_by = TAKE(q->served_by);
	ret->site = TAKE(q->site);
	if (result != CURLE_OK)
		ret->error = failure_text(q, result);
	else if (ret->status >= 400)
		ret->error = xasprintf("status %ld", ret->status);
}

/* ---- what is sent ---- */

static void
set_options(struct probe_request *q)
{
	const struct probe_conf *conf = q->conf;
	CURL *easy = q->easy;
	static const long versions[] = {
		[PROBE_HTTP_1] = CURL_HTTP_VERSION_1_1,
		[PROBE_HTTP_2] = CURL_HTTP_VERSION_2_0,
		[PROBE_HTTP_3] = CURL_HTTP_VERSION_3ONLY,
	};
	static const long families[] = {
		[IP_NONE] = CURL_IPRESOLVE_WHATEVER,
		[IP_V4] = CURL_IPRESOLVE_V4,
		[IP_V6] = CURL_IPRESOLVE_V6,
	};
	enum ip_family family = conf->targets[q->target].family;

	(void)curl_easy_setopt(easy, CURLOPT_URL, conf->targets[q->target].url);
	(void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(easy, CURLOPT_PRIVATE, q);
	(void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, q->error);
	(void)curl_easy_setopt(easy, CURLOPT_USERAGENT, "nearcast/" NEARCAST_VERSION);
	(void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_PROXY, "");
	(void)curl_easy_setopt(
	    easy, CURLOPT_IPRESOLVE, families[family != IP_NONE ? family : conf->family]);
	(void)curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, versions[conf->http]);
	if (conf->certificate != PROBE_CERTIFICATE_NONE)
		(void)curl_easy_setopt(easy, CURLOPT_CERTINFO, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_RESOLVE, q->resolves);
	(void)curl_easy_setopt(
	    easy, CURLOPT_TIMEOUT_MS, (long)MAX(duration_ms(conf->timeout), INT64_C(1)));
	(void)curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
	(void)curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	(void)curl_easy_setopt(easy, CURLOPT_NOBODY, conf->head ? 1L : 0L);
	(void)curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, conf->follow ? 1L : 0L);
	(void)curl_easy_setopt(easy, CURLOPT_MAXREDIRS, REDIRECTS_MAX);
	if (conf->insecure) {
		(void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
		(void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
	}
	(void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, q);
	(void)curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	(void)curl_easy_setopt(easy, CURLOPT_HEADERDATA, q);
}

struct probe_request *
probe_request_new(const struct probe_conf *conf, size_t target, struct curl_slist *resolves)
{
	struct probe_request *q = xcalloc(1, sizeof(*q));

	q->conf = conf;
	q->resolves = resolves;
	q->target = target;
	list_init(&q->node);
	q->easy = curl_easy_init();
	if (q->easy == NULL)
		abort(); /* out of memory */
	set_options(q);
	return q;
}

void
probe_request_free(struct probe_request *q)
{
	if (q == NULL)
		return;
	list_remove(&q->node);
	curl_easy_cleanup(q->easy);
	free(q->served_by);
	free(q->site);
	free(q);
}
