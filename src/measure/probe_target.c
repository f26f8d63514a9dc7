/* What curl is told of targets before any request: whether it can ask them, and where their hosts
 * are. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "io/curl_lib.h"
#include "measure/probe_request.h"

static CURLU *
parse_url(const char *url, struct err *e)
{
	CURLUcode code;
	CURLU *u;

	if (curl_lib_load(e) < 0)
		return NULL;
	u = curl_url();
	code = curl_url_set(u, CURLUPART_URL, url, 0);
	if (code == CURLUE_OK)
		return u;
	(void)err_set(e, -EINVAL, "\"%s\" is not a URL: %s", url, curl_url_strerror(code));
	curl_url_cleanup(u);
	return NULL;
}

int
probe_target_parse(struct probe_target *t, struct err *e)
{
	int r = probe_url_parse(t->url, &t->parsed, e);
	CURLU *u;

	if (r < 0 || t->parsed.kind != PROBE_HTTP)
		return r;
	u = parse_url(t->url, e);
	if (u == NULL)
		return -EINVAL;
	curl_url_cleanup(u);
	return 0;
}

char *
probe_target_host(const struct probe_target *t)
{
	struct err e = { 0 };
	char *host = NULL, *copy = NULL;
	size_t len;
	CURLU *u;

	if (t->parsed.kind != PROBE_HTTP)
		return xstrdup(t->parsed.host);
	u = parse_url(t->url, &e);
	if (u != NULL && curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK) {
		bool bracket = host[0] == '[';

		len = strlen(host);
		copy = xasprintf("%.*s", (int)(bracket ? len - 2 : len), host + bracket);
	}
	curl_free(host);
	curl_url_cleanup(u);
	return copy;
}

int
probe_check_http(enum probe_http http, struct err *e)
{
	static const struct {
		const char *name;
		int feature;
	} needs[] = {
		[PROBE_HTTP_2] = { "HTTP/2", CURL_VERSION_HTTP2 },
		[PROBE_HTTP_3] = { "HTTP/3", CURL_VERSION_HTTP3 },
	};
	const curl_version_info_data *info;
	int r;

	if (http == PROBE_HTTP_1)
		return 0;
	r = curl_lib_load(e);
	if (r < 0)
		return r;
	info = curl_version_info(CURLVERSION_NOW);
	if (info->features & needs[http].feature)
		return 0;
	return err_set(e, -EOPNOTSUPP, "libcurl %s, which is installed here, has no %s",
	    info->version, needs[http].name);
}

static bool
was_before(const struct probe_conf *conf, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(conf->resolves[i].host, conf->resolves[n].host) == 0)
			return true;
	}
	return false;
}

/* All addresses of a host in one line, since for curl a second one would replace the first. */
static void
add_host(const struct probe_conf *conf, size_t n, const char *port, struct curl_slist **resolves)
{
	_cleanup_(strbuf_done) struct strbuf line = { 0 };
	const char *host = conf->resolves[n].host, *before = "";

	strbuf_addf(&line, "%s:%s:", host, port);
	for (size_t i = n; i < conf->resolve_count; i++) {
		bool v6 = conf->resolves[i].address.family == IP_V6;
		char address[IP_STR_MAX];

		if (strcmp(conf->resolves[i].host, host) != 0)
			continue;
		strbuf_addf(&line, "%s%s%s%s", before, v6 ? "[" : "",
		    ip_format(conf->resolves[i].address, address), v6 ? "]" : "");
		before = ",";
	}
	*resolves = curl_slist_append(*resolves, strbuf_get(&line));
}

/* curl wants the port too: each of a target's, and those of http and https for redirects. */
static void
add_port(const struct probe_conf *conf, const char *port, struct curl_slist **resolves)
{
	for (size_t i = 0; i < conf->resolve_count; i++) {
		if (!was_before(conf, i))
			add_host(conf, i, port, resolves);
	}
}

int
probe_resolves_new(const struct probe_conf *conf, struct curl_slist **ret, struct err *e)
{
	*ret = NULL;
	add_port(conf, "80", ret);
	add_port(conf, "443", ret);
	for (size_t t = 0; t < conf->target_count; t++) {
		char *port = NULL;
		CURLU *u;

		if (conf->targets[t].parsed.kind != PROBE_HTTP)
			continue;
		u = parse_url(conf->targets[t].url, e);
		if (u == NULL)
			return -EINVAL;
		if (curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK)
			add_port(conf, port, ret);
		curl_free(port);
		curl_url_cleanup(u);
	}
	return 0;
}
