#include "measure/probe_url.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/strbuf.h"
#include "proto/identity/identity.h"

#define DNS_PORT 53

static const struct scheme {
	const char *name;
	enum probe_kind kind;
	uint16_t port; /* 0: has to be given */
} schemes[] = {
	{ "http://", PROBE_HTTP, 0 },
	{ "https://", PROBE_HTTP, 0 },
	{ "dns://", PROBE_DNS, DNS_PORT },
	{ "dns+tcp://", PROBE_DNS_TCP, DNS_PORT },
	{ "tcp://", PROBE_TCP, 0 },
	{ "identity://", PROBE_IDENTITY, IDENTITY_PORT },
};

static const struct scheme *
find_scheme(const char *url)
{
	for (size_t i = 0; i < ARRAY_SIZE(schemes); i++) {
		if (strncasecmp(url, schemes[i].name, strlen(schemes[i].name)) == 0)
			return &schemes[i];
	}
	return NULL;
}

/* "HOST[:PORT]" or "[HOST][:PORT]", of len bytes. */
static int
parse_authority(const char *url, const char *text, size_t len, struct probe_url *ret, struct err *e)
{
	bool bracket = len > 0 && text[0] == '[';
	const char *end = bracket ? memchr(text, ']', len) : memchr(text, ':', len);
	const char *host = text + bracket, *after;
	size_t host_len;
	char port[6];
	uint32_t number;

	if (bracket && end == NULL)
		return err_set(e, -EINVAL, "\"%s\": the bracket is not closed", url);
	host_len = end ? (size_t)(end - host) : len;
	after = end ? end + bracket : text + len;
	if (host_len == 0)
		return err_set(e, -EINVAL, "\"%s\": there is no host", url);
	if (host_len > PROBE_HOST_MAX)
		return err_set(
		    e, -EINVAL, "\"%s\": the host is longer than %d bytes", url, PROBE_HOST_MAX);
	memcpy(ret->host, host, host_len);
	ret->host[host_len] = '\0';
	len -= (size_t)(after - text);
	if (len == 0) {
		return ret->port != 0
			   ? 0
			   : err_set(e, -EINVAL, "\"%s\": the port is missing (HOST:PORT)", url);
	}
	(void)strncpy(port, after + 1, MIN(len - 1, sizeof(port) - 1));
	port[MIN(len - 1, sizeof(port) - 1)] = '\0';
	if (after[0] != ':' || len - 1 > 5 || parse_u32(port, UINT16_MAX, &number) < 0 ||
	    number == 0)
		return err_set(e, -EINVAL,
		    "\"%s\": \"%.*s\" is no port; an IPv6 address stands in brackets", url,
		    (int)len, after);
	ret->port = (uint16_t)number;
	return 0;
}

/* What is behind the slash: "NAME[?type=TYPE]". */
static int
parse_question(const char *url, const char *text, struct probe_url *ret, struct err *e)
{
	size_t len = strcspn(text, "?");
	const char *query = text + len;
	struct dns_identity_question q = { .name = ret->name };
	uint8_t bytes[DNS_IDENTITY_QUERY_MAX];
	size_t n;

	ret->type = DNS_TYPE_A;
	ret->class = DNS_CLASS_IN;
	if (len >= sizeof(ret->name))
		return err_set(e, -EINVAL, "\"%s\": the name is too long", url);
	memcpy(ret->name, text, len);
	ret->name[len] = '\0';
	if (len == 0 && *query == '\0') {
		(void)strcpy(ret->name, "id.server");
		ret->type = DNS_TYPE_TXT;
		ret->class = DNS_CLASS_CHAOS;
	}
	if (*query != '\0' && strncmp(query, "?type=", 6) != 0)
		return err_set(
		    e, -EINVAL, "\"%s\": \"%s\" is not understood, only ?type=TYPE", url, query);
	if (*query != '\0' && dns_identity_type_parse(query + 6, &ret->type) < 0)
		return err_set(e, -EINVAL, "\"%s\": \"%s\" is no type, as A, TXT or TYPE65 are",
		    url, query + 6);
	return dns_identity_encode(&q, 0, bytes, &n, e) < 0 ? err_prefix(e, "\"%s\"", url) : 0;
}

int
probe_url_parse(const char *url, struct probe_url *ret, struct err *e)
{
	const struct scheme *scheme = find_scheme(url);
	const char *rest;
	size_t len;
	int r;

	*ret = (struct probe_url){ 0 };
	if (scheme == NULL)
		return err_set(e, -EINVAL,
		    "\"%s\": only http, https, dns, dns+tcp, tcp and identity can be probed", url);
	ret->kind = scheme->kind;
	ret->port = scheme->port;
	if (ret->kind == PROBE_HTTP)
		return 0;
	rest = url + strlen(scheme->name);
	len = strcspn(rest, "/?");
	r = parse_authority(url, rest, len, ret, e);
	if (r < 0)
		return r;
	rest += len;
	rest += *rest == '/';
	if (ret->kind == PROBE_DNS || ret->kind == PROBE_DNS_TCP)
		return parse_question(url, rest, ret, e);
	if (*rest != '\0')
		return err_set(e, -EINVAL, "\"%s\": \"%s\" is not understood", url, rest);
	return 0;
}
