#include "controller/source.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define ELEMENT_MAX 256 /* bytes of what one proxy wrote; more is none of ours */

static bool
is_trusted(const struct source_trust *trust, struct ip addr)
{
	for (size_t i = 0; i < trust->count; i++) {
		if (prefix_contains(trust->proxies[i], addr))
			return true;
	}
	return false;
}

/* Copies the bytes without white space around them; false: there are too many. */
static bool
copy_trimmed(const char *text, size_t len, char element[ELEMENT_MAX])
{
	while (len > 0 && (text[0] == ' ' || text[0] == '\t')) {
		text++;
		len--;
	}
	while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t'))
		len--;
	if (len >= ELEMENT_MAX)
		return false;
	(void)snprintf(element, ELEMENT_MAX, "%.*s", (int)len, text);
	return true;
}

/* The n-th element from the end of all lists in fields of that name; false: there is none. */
static bool
element_from_end(
    const struct http_fields *fields, const char *name, size_t n, char element[ELEMENT_MAX])
{
	for (size_t i = fields->count; i-- > 0;) {
		const char *value = fields->items[i].value;
		size_t end = strlen(value);

		if (strcasecmp(fields->items[i].name, name) != 0)
			continue;
		for (;;) {
			size_t begin = end;

			while (begin > 0 && value[begin - 1] != ',')
				begin--;
			if (n-- == 0)
				return copy_trimmed(value + begin, end - begin, element);
			if (begin == 0)
				break;
			end = begin - 1;
		}
	}
	return false;
}

/* "192.0.2.1", "192.0.2.1:80", "[2001:db8::1]", "[2001:db8::1]:80", "2001:db8::1" */
static bool
read_addr(const char *text, struct ip *ret)
{
	char plain[ELEMENT_MAX];
	struct endpoint at;

	if (ip_parse(text, ret) == 0)
		return true;
	if (endpoint_parse(text, &at) == 0) {
		*ret = at.addr;
		return true;
	}
	if (text[0] != '[' || text[strlen(text) - 1] != ']')
		return false;
	(void)snprintf(plain, sizeof(plain), "%.*s", (int)strlen(text) - 2, text + 1);
	return ip_parse(plain, ret) == 0;
}

/* A parameter of an element of Forwarded, without its quotes; false: it is not there. */
static bool
read_parameter(const char *element, const char *name, char value[ELEMENT_MAX])
{
	size_t name_len = strlen(name);

	while (*element != '\0') {
		size_t len = strcspn(element, ";");

		if (len > name_len && strncasecmp(element, name, name_len) == 0 &&
		    element[name_len] == '=') {
			const char *at = element + name_len + 1;
			size_t n = len - name_len - 1;

			if (n >= 2 && at[0] == '"' && at[n - 1] == '"') {
				at++;
				n -= 2;
			}
			return copy_trimmed(at, n, value);
		}
		element += len;
		element += strspn(element, "; ");
	}
	return false;
}

/* What the n-th proxy from the end says of whom asked it. False: nothing that can be read. */
static bool
read_step(const struct source_trust *trust, const struct http_fields *fields, size_t n,
    struct source *ret)
{
	char element[ELEMENT_MAX], value[ELEMENT_MAX];

	if (trust->header == SOURCE_X_FORWARDED_FOR) {
		if (element_from_end(fields, "X-Forwarded-Proto", n, value))
			ret->is_tls = strcasecmp(value, "https") == 0;
		return element_from_end(fields, "X-Forwarded-For", n, value) &&
		       read_addr(value, &ret->addr);
	}
	if (!element_from_end(fields, "Forwarded", n, element))
		return false;
	if (read_parameter(element, "proto", value))
		ret->is_tls = strcasecmp(value, "https") == 0;
	return read_parameter(element, "for", value) && read_addr(value, &ret->addr);
}

struct source
source_find(
    const struct source_trust *trust, struct ip peer, bool is_tls, const struct http_fields *fields)
{
	struct source s = { peer, is_tls };

	for (size_t n = 0; is_trusted(trust, s.addr); n++) {
		if (!read_step(trust, fields, n, &s))
			break;
	}
	return s;
}
