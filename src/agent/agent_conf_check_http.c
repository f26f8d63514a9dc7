/* What the table of keys cannot say about a check over HTTP. */
#include <curl/curl.h>
#include <string.h>

#include "agent/agent_conf.h"
#include "io/curl_lib.h"

void
agent_conf_show_header(const char *header, struct strbuf *out)
{
	const char *colon = strchr(header, ':');

	if (colon == NULL) {
		strbuf_add(out, "(secret)");
		return;
	}
	strbuf_add_mem(out, header, (size_t)(colon + 1 - header));
	/* without a value it takes away what libcurl would say */
	if (colon[1 + strspn(colon + 1, " \t")] != '\0')
		strbuf_add(out, " (secret)");
}

/* All of it but the user and password. */
void
agent_conf_show_url(const char *url, struct strbuf *out)
{
	size_t scheme = strcspn(url, ":");
	size_t host = scheme + strspn(url + scheme, ":/");
	size_t end = host + strcspn(url + host, "/?#");
	size_t at = end;

	while (at > host && url[at] != '@')
		at--;
	strbuf_add_mem(out, url, host);
	if (at > host)
		strbuf_add(out, "(secret)");
	strbuf_add(out, at > host ? url + at : url + host);
}

static void
curl_url_cleanup_p(CURLU **u)
{
	curl_url_cleanup(*u);
}

static void
curl_freep(char **p)
{
	curl_free(*p);
}

/* The address that the URL spells out; [::1] has no brackets as an address. */
static struct ip
literal_address(char *host)
{
	struct ip ip = { .family = IP_NONE };
	char *end = host[0] == '[' ? strchr(host, ']') : NULL;

	if (end != NULL)
		*end = '\0';
	(void)ip_parse(host + (end != NULL), &ip);
	return ip;
}

/* Sets each_address, and the address that the URL spells out. */
static void
check_url_syntax(struct conf *c, struct agent_check *check)
{
	_cleanup_(curl_url_cleanup_p) CURLU *u = NULL;
	_cleanup_(curl_freep) char *host = NULL;
	_cleanup_(curl_freep) char *scheme = NULL;
	struct check_spec *s = &check->spec;
	bool any_address = strstr(s->url, "{address}") != NULL;
	char url[CHECK_URL_MAX];
	struct err e = { 0 };

	if (curl_lib_load(&e) < 0) {
		conf_error_at(c, check, "%s", e.message);
		return;
	}
	u = curl_url();
	/* any address does for the syntax */
	check_url(s, ip_from_v4(0xc0000201), url);
	if (curl_url_set(u, CURLUPART_URL, url, 0) != CURLUE_OK ||
	    curl_url_get(u, CURLUPART_HOST, &host, 0) != CURLUE_OK ||
	    curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK) {
		conf_error_at(c, &s->url, "not a URL; expected http://HOST[:PORT]/PATH");
		return;
	}
	if (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0) {
		conf_error_at(
		    c, &s->url, "scheme %s; an http check takes http:// and https://", scheme);
		return;
	}
	if (strcmp(scheme, "http") == 0)
		agent_conf_refuse_tls_keys(c, s, "there is no TLS without https:// in the url");
	if (!any_address) {
		check->asked = literal_address(host);
		check->each_address = false;
		if (s->target.family != IP_NONE)
			conf_error_at(c, &s->target,
			    "the url names its own host; expected {address} in it, which stands "
			    "for the target");
		if (s->tls_name != NULL)
			conf_error_at(c, &s->tls_name,
			    "the url names its own host; expected {address} in it, which is then "
			    "asked for this name");
	}
}

static bool
is_header(const char *text)
{
	size_t name = 0;

	/* a token (RFC 9110 section 5.6.2), and nothing that could end the line */
	while (ascii_is_alpha(text[name]) || ascii_is_digit(text[name]) ||
	       (text[name] && strchr("!#$%&'*+-.^_`|~", text[name])))
		name++;
	if (name == 0 || text[name] != ':')
		return false;
	for (const char *p = text + name; *p; p++) {
		if (((unsigned char)*p < ' ' && *p != '\t') || *p == 0x7f)
			return false;
	}
	return true;
}

static void
check_headers_file(struct conf *c, struct check_spec *s)
{
	struct agent_lines lines;

	if (s->headers_file == NULL || !agent_conf_secret_lines(c, &s->headers_file, &lines))
		return;
	if (lines.count == 0) {
		conf_error_at(c, &s->headers_file, "expected a header in it, each on a line");
		return;
	}
	if (s->headers.count + lines.count > AGENT_HEADERS_MAX) {
		conf_error_at(c, &s->headers_file,
		    "expected at most %d headers, with those of headers", AGENT_HEADERS_MAX);
		return;
	}
	for (size_t i = 0; i < lines.count; i++) {
		if (!is_header(lines.items[i].text)) {
			conf_error_at(c, &s->headers_file,
			    "line %zu is not a header; expected Name: value",
			    lines.items[i].number);
			return;
		}
		s->request_headers[s->request_header_count++] = lines.items[i].text;
	}
}

static void
check_headers(struct conf *c, struct check_spec *s)
{
	const char **headers = s->headers.items;

	s->request_headers =
	    arena_alloc(conf_arena(c), AGENT_HEADERS_MAX * sizeof(*s->request_headers));
	for (size_t i = 0; i < s->headers.count; i++) {
		s->request_headers[s->request_header_count++] = headers[i];
		if (!is_header(headers[i]))
			conf_error_at(c, &headers[i], "not a header; expected \"Name: value\"");
	}
	check_headers_file(c, s);
}

void
agent_conf_check_http(struct conf *c, struct agent_check *check)
{
	struct check_spec *s = &check->spec;
	const char **texts = s->expect_status.items;

	if (s->url == NULL)
		s->url = "http://{address}/";
	check_url_syntax(c, check);
	check_headers(c, s);
	if (s->body != NULL && (s->method == CHECK_METHOD_GET || s->method == CHECK_METHOD_HEAD))
		conf_error_at(c, &s->body, "a %s request has no body; expected method POST or PUT",
		    check_method_names[s->method]);
	s->statuses = arena_alloc(conf_arena(c), s->expect_status.count * sizeof(*s->statuses));
	for (size_t i = 0; i < s->expect_status.count; i++) {
		if (http_status_parse(texts[i], &s->statuses[i]) < 0)
			conf_error_at(c, &texts[i],
			    "not an HTTP status; expected one such as 200, or a range such as "
			    "200-299");
	}
}
