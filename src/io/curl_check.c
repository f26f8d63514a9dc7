#include "io/curl_check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "io/curl_lib.h"
#include "io/curl_loop.h"
#include "io/exchange.h"

#define DAY_S (24L * 60 * 60)

int
curl_check_able(const struct check_spec *spec, struct err *e)
{
	const char *ca = spec->tls_ca_file;

	if (ca != NULL && access(ca, R_OK) < 0)
		return err_errno(e, -errno, "%s", ca);
	return curl_lib_load(e);
}

/* Whether the date of the certificate is looked at. */
static bool
wants_days(const struct check_spec *spec)
{
	return spec->tls_days_left > 0 || spec->kind == CHECK_TLS;
}

static void
set_tls(struct curl_check *c)
{
	const struct check_spec *spec = c->run.spec;
	long verify = !spec->tls_insecure;

	(void)curl_easy_setopt(c->easy, CURLOPT_SSL_VERIFYPEER, verify);
	(void)curl_easy_setopt(c->easy, CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L);
	/* a resumed session shows no certificate, and a stale one would pass */
	(void)curl_easy_setopt(c->easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	if (spec->tls_ca_file)
		(void)curl_easy_setopt(c->easy, CURLOPT_CAINFO, spec->tls_ca_file);
	if (wants_days(spec))
		(void)curl_easy_setopt(c->easy, CURLOPT_CERTINFO, 1L);
}

static int
on_socket(void *userdata, curl_socket_t fd, curlsocktype purpose)
{
	struct curl_check *c = userdata;

	(void)purpose;
	c->fd = fd;
	if (check_run_asks_itself(&c->run) && !c->elsewhere)
		exchange_bind(fd, c->run.address);
	return CURL_SOCKOPT_OK;
}

static void
set_common(struct curl_check *c)
{
	(void)curl_easy_setopt(c->easy, CURLOPT_PRIVATE, c);
	(void)curl_easy_setopt(c->easy, CURLOPT_ERRORBUFFER, c->error);
	(void)curl_easy_setopt(c->easy, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(c->easy, CURLOPT_PROXY, ""); /* not the environment's either */
	(void)curl_easy_setopt(c->easy, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(c->easy, CURLOPT_FRESH_CONNECT, 1L);
	(void)curl_easy_setopt(c->easy, CURLOPT_FORBID_REUSE, 1L);
	(void)curl_easy_setopt(c->easy, CURLOPT_USERAGENT, "nearcastd/" NEARCAST_VERSION);
	(void)curl_easy_setopt(c->easy, CURLOPT_SOCKOPTFUNCTION, on_socket);
	(void)curl_easy_setopt(c->easy, CURLOPT_SOCKOPTDATA, c);
	/* most answers are shorter; 16 KiB, taken and given back each time, cost the allocator more
	 */
	(void)curl_easy_setopt(c->easy, CURLOPT_BUFFERSIZE, 4096L);
	set_tls(c);
}

/* "::ADDRESS:": any host and port of a URL are asked at this address. */
static void
connect_to_address(struct curl_check *c)
{
	char address[IP_STR_MAX], text[IP_STR_MAX + 8];

	ip_format(c->run.address, address);
	(void)snprintf(
	    text, sizeof(text), c->run.address.family == IP_V6 ? "::[%s]:" : "::%s:", address);
	c->connect_to = curl_slist_append(NULL, text);
	(void)curl_easy_setopt(c->easy, CURLOPT_CONNECT_TO, c->connect_to);
}

/* With the certificate's name as its host, where that is given, but asked at the address. */
static void
set_url(struct curl_check *c, const char *url)
{
	const struct check_spec spec = { .url = url };
	const char *name = c->run.spec->tls_name;
	char text[CHECK_URL_MAX];

	c->elsewhere = strstr(url, "{address}") == NULL;
	if (name)
		check_url_of(url, name, text);
	else
		check_url(&spec, c->run.address, text);
	(void)curl_easy_setopt(c->easy, CURLOPT_URL, text);
	/*
	 * libcurl caches addresses too, looks through all of its cache for what is too old at each
	 * run, and with a thousand checks spent a sixth of its time on that. An address stays good.
	 */
	if (!c->elsewhere)
		(void)curl_easy_setopt(c->easy, CURLOPT_DNS_CACHE_TIMEOUT, -1L);
	if (name)
		connect_to_address(c);
}

void
curl_check_set_host(struct curl_check *c, const char *scheme, const char *path)
{
	char url[CHECK_URL_MAX];

	(void)snprintf(url, sizeof(url), "%s://{address}:%u%s", scheme, c->run.spec->port, path);
	set_url(c, url);
}

void
curl_check_set_url(struct curl_check *c)
{
	set_url(c, c->run.spec->url);
}

void
curl_check_start(struct curl_check *c)
{
	struct curl_loop *transfers;
	struct err e = { 0 };

	if (check_hub_curl(c->run.hub, &transfers, &e) < 0) {
		check_run_end(&c->run, CHECK_RUN_CANNOT, "%s", e.message);
		return;
	}
	if (c->easy == NULL) {
		c->easy = curl_easy_init();
		if (c->easy == NULL) {
			check_run_end(&c->run, CHECK_RUN_CANNOT, "libcurl gives no handle");
			return;
		}
		set_common(c);
		c->prepare(c);
	}
	c->error[0] = '\0';
	c->fd = -1;
	c->in_loop = true;
	if (curl_loop_add(transfers, c->easy, &e) < 0)
		check_run_end(&c->run, CHECK_RUN_CANNOT, "%s", e.message);
}

void
curl_check_stop(struct curl_check *c)
{
	struct curl_loop *transfers;

	if (c->in_loop && check_hub_curl(c->run.hub, &transfers, NULL) == 0)
		curl_loop_remove(transfers, c->easy);
	c->in_loop = false;
}

void
curl_check_close(struct curl_check *c)
{
	if (c->easy == NULL)
		return; /* and the library need not even be loaded */
	curl_easy_cleanup(c->easy);
	curl_slist_free_all(c->connect_to);
}

void
curl_check_ended(void *userdata, CURL *easy, CURLcode code)
{
	struct curl_check *c = NULL;

	(void)userdata;
	(void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&c);
	c->ended(c, code);
}

const char *
curl_check_late(struct check_run *run)
{
	struct curl_check *c = check_run_as(struct curl_check, run);
	curl_off_t secured = 0;
	long status = 0;
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);
	char *scheme = NULL;

	/* its own time of the connection comes with that of TLS */
	if (c->fd < 0 || getpeername(c->fd, (void *)&peer, &len) < 0)
		return "connection";
	(void)curl_easy_getinfo(c->easy, CURLINFO_APPCONNECT_TIME_T, &secured);
	(void)curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status);
	(void)curl_easy_getinfo(c->easy, CURLINFO_SCHEME, &scheme);
	if (secured == 0 && scheme != NULL && strcasecmp(scheme, "https") == 0)
		return "TLS handshake";
	return status == 0 ? "answer" : "end of the answer";
}

void
curl_check_fail(struct curl_check *c, CURLcode code)
{
	long error = 0;

	(void)curl_easy_getinfo(c->easy, CURLINFO_OS_ERRNO, &error);
	if (code == CURLE_COULDNT_CONNECT && error != 0)
		check_run_end_errno(&c->run, (int)error);
	else
		check_run_end(&c->run, CHECK_RUN_FAILED, "%s",
		    c->error[0] ? c->error : curl_easy_strerror(code));
}

/* When the peer's own certificate ends, in seconds since 1970; -1: it does not say. */
static time_t
certificate_end(struct curl_check *c)
{
	static const char key[] = "Expire date:";
	struct curl_certinfo *info = NULL;

	if (curl_easy_getinfo(c->easy, CURLINFO_CERTINFO, &info) != CURLE_OK || info == NULL ||
	    info->num_of_certs < 1)
		return -1;
	for (const struct curl_slist *line = info->certinfo[0]; line; line = line->next) {
		if (strncmp(line->data, key, strlen(key)) == 0)
			return curl_getdate(line->data + strlen(key), NULL);
	}
	return -1;
}

bool
curl_check_certificate(struct curl_check *c, long *ret_days)
{
	long wanted = (long)c->run.spec->tls_days_left;
	time_t end, left;

	*ret_days = -1;
	if (!wants_days(c->run.spec))
		return true;
	end = certificate_end(c);
	if (end < 0) {
		check_run_end(&c->run, CHECK_RUN_FAILED, "the certificate has no date of expiry");
		return false;
	}
	left = end - time(NULL);
	*ret_days = left / DAY_S;
	if (left >= 0 && left >= wanted * DAY_S)
		return true;
	if (left < 0)
		check_run_end(&c->run, CHECK_RUN_FAILED, "the certificate expired %ld days ago",
		    (long)(-left / DAY_S));
	else
		check_run_end(&c->run, CHECK_RUN_FAILED,
		    "the certificate expires in %ld days, expected at least %ld", *ret_days,
		    wanted);
	return false;
}
