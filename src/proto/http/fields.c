#include "proto/http/fields.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/strbuf.h"

static bool
is_token_char(char c)
{
	return ascii_is_alpha(c) || ascii_is_digit(c) ||
	       (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

bool
http_is_token(const char *text)
{
	size_t n = 0;

	while (is_token_char(text[n]))
		n++;
	return n > 0 && text[n] == '\0';
}

const char *
http_fields_get(const struct http_fields *f, const char *name)
{
	for (size_t i = 0; i < f->count; i++) {
		if (strcasecmp(f->items[i].name, name) == 0)
			return f->items[i].value;
	}
	return NULL;
}

size_t
http_fields_count(const struct http_fields *f, const char *name)
{
	size_t count = 0;

	for (size_t i = 0; i < f->count; i++)
		count += strcasecmp(f->items[i].name, name) == 0;
	return count;
}

static bool
has_control(const char *text)
{
	for (; *text != '\0'; text++) {
		if (((unsigned char)*text < ' ' && *text != '\t') || *text == 0x7f)
			return true;
	}
	return false;
}

/* Host and its port, as far as nothing strange is in it. */
static bool
is_host(const char *text)
{
	for (; *text != '\0'; text++) {
		if (!ascii_is_alpha(*text) && !ascii_is_digit(*text) &&
		    strchr("-._~%!$&'()*+,;=:[]", *text) == NULL)
			return false;
	}
	return true;
}

/* Where it goes that a request is refused. */
struct refusal {
	const char **field;
	struct err *e;
};

static unsigned
refuse(const struct refusal *to, unsigned status, const char *field, const char *text)
{
	*to->field = field;
	(void)err_set(to->e, -EINVAL, "%s", text);
	return status;
}

static unsigned
check_each(const struct http_fields *f, const struct refusal *to)
{
	for (size_t i = 0; i < f->count; i++) {
		if (!http_is_token(f->items[i].name))
			return refuse(to, 400, "headers", "a header's name is malformed");
		if (has_control(f->items[i].value))
			return refuse(to, 400, f->items[i].name,
			    "a header's value has a control character");
	}
	return 0;
}

/* What has one value: of two, each reader would believe another. */
static unsigned
check_once(const struct http_fields *f, const struct refusal *to)
{
	static const char *const names[] = { "Authorization", "X-Auth-Token", "Content-Type",
		"Idempotency-Key", "If-Match", "Last-Event-ID", "Origin", "X-Nearcast-Csrf" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (http_fields_count(f, names[i]) > 1)
			return refuse(to, 400, names[i], "the header is there more than once");
	}
	return 0;
}

static unsigned
check_host(const struct http_fields *f, bool is_old, const struct refusal *to)
{
	size_t count = http_fields_count(f, "Host");

	if (count > 1)
		return refuse(to, 400, "Host", "there is more than one Host header");
	if (count == 0 && !is_old)
		return refuse(to, 400, "Host", "the Host header is missing");
	if (count == 1 && !is_host(http_fields_get(f, "Host")))
		return refuse(to, 400, "Host", "the Host header is malformed");
	return 0;
}

static unsigned
check_coding(const struct http_fields *f, bool is_old, const struct refusal *to)
{
	static const char name[] = "Transfer-Encoding";
	size_t count = http_fields_count(f, name);

	if (count == 0)
		return 0;
	if (is_old || http_fields_count(f, "Content-Length") > 0)
		return refuse(to, 400, name,
		    is_old ? "HTTP/1.0 has no Transfer-Encoding"
			   : "there is both a Content-Length and a Transfer-Encoding");
	if (count > 1 || strcasecmp(http_fields_get(f, name), "chunked") != 0)
		return refuse(to, 501, name, "the transfer coding is not known here");
	return refuse(to, 411, "Content-Length", "a body needs a Content-Length here");
}

unsigned
http_framing_check(const struct http_fields *f, bool is_old, uint64_t *ret_body_len,
    const char **ret_field, struct err *e)
{
	const struct refusal to = { ret_field, e };
	const char *length = http_fields_get(f, "Content-Length");
	const char *expect = http_fields_get(f, "Expect");
	unsigned status = check_each(f, &to);

	if (status == 0)
		status = check_once(f, &to);
	if (status == 0)
		status = check_host(f, is_old, &to);
	if (status == 0)
		status = check_coding(f, is_old, &to);
	if (status != 0)
		return status;
	*ret_body_len = 0;
	if (http_fields_count(f, "Content-Length") > 1)
		return refuse(&to, 400, "Content-Length", "there is more than one Content-Length");
	if (length != NULL && parse_u64(length, UINT64_MAX, ret_body_len) < 0)
		return refuse(&to, 400, "Content-Length", "the Content-Length is not a number");
	if (expect != NULL && strcasecmp(expect, "100-continue") != 0)
		return refuse(&to, 417, "Expect", "nothing but 100-continue can be expected here");
	return 0;
}

static const char *
skip_blanks(const char *text)
{
	return text + strspn(text, " \t");
}

/* The end of the entity tag that text begins with; NULL: there is none. */
static const char *
etag_end(const char *text)
{
	if (*text != '"')
		return NULL;
	/* etagc has no control characters, which has_control() refused, and no blank */
	text += 1 + strcspn(text + 1, "\" \t");
	return *text == '"' ? text + 1 : NULL;
}

/* false: it is malformed. */
static bool
look_for_etag(const char *list, const char *etag, bool weak, bool *is_found)
{
	size_t len = strlen(etag);

	list = skip_blanks(list);
	*is_found = *list == '*';
	if (*list == '*')
		return *skip_blanks(list + 1) == '\0';
	for (;;) {
		bool is_weak = strncmp(list, "W/", 2) == 0;
		const char *from = is_weak ? list + 2 : list, *end = etag_end(from);

		if (end == NULL)
			return false;
		*is_found |= (weak || !is_weak) && (size_t)(end - from) == len &&
			     memcmp(from, etag, len) == 0;
		list = skip_blanks(end);
		if (*list == '\0')
			return true;
		if (*list != ',')
			return false;
		list = skip_blanks(list + 1);
	}
}

bool
http_etag_is_listed(const char *list, const char *etag, bool weak)
{
	bool is_found;

	return look_for_etag(list, etag, weak, &is_found) && is_found;
}

bool
http_etags_are_valid(const char *list)
{
	bool is_found;

	return look_for_etag(list, "", true, &is_found);
}

const char *
http_bearer_token(const char *authorization)
{
	static const char scheme[] = "Bearer ";
	const char *token = authorization + sizeof(scheme) - 1;
	size_t n = 0;

	if (strncasecmp(authorization, scheme, sizeof(scheme) - 1) != 0)
		return NULL;
	token += strspn(token, " ");
	while (ascii_is_alpha(token[n]) || ascii_is_digit(token[n]) ||
	       (token[n] != '\0' && strchr("-._~+/", token[n]) != NULL))
		n++;
	return n > 0 && token[n + strspn(token + n, "=")] == '\0' ? token : NULL;
}

uint32_t
http_prefer_wait(const char *prefer)
{
	uint32_t seconds;
	char digits[12];

	/* preferences are separated by commas, and the first of a name counts */
	for (const char *one = skip_blanks(prefer); *one != '\0';
	     one = skip_blanks(one + (*one == ','))) {
		size_t n = strcspn(one, ",");
		const char *value = strncasecmp(one, "wait", 4) == 0 ? skip_blanks(one + 4) : "";

		if (*value == '=') {
			value = skip_blanks(value + 1);
			(void)snprintf(digits, sizeof(digits), "%.*s",
			    (int)strspn(value, "0123456789"), value);
			value = skip_blanks(value + strlen(digits));
			return (*value == '\0' || *value == ',') &&
				       parse_u32(digits, UINT32_MAX, &seconds) == 0
				   ? seconds
				   : 0;
		}
		one += n;
	}
	return 0;
}
