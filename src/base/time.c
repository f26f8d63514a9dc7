#include "base/time.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"

/* Largest first: the order in which duration_format() takes them out. */
static const struct {
	const char *name;
	int64_t ns;
} units[] = {
	{ "d", 86400 * NS_PER_S },
	{ "h", 3600 * NS_PER_S },
	{ "m", 60 * NS_PER_S },
	{ "s", NS_PER_S },
	{ "ms", NS_PER_MS },
	{ "us", NS_PER_US },
	{ "ns", 1 },
};

/* The digits of "1.5" as units of 10^-scale; at most 9 digits after the point. */
static int
parse_decimal(const char **text, int64_t *ret_digits, int64_t *ret_scale)
{
	const char *p = *text;
	int64_t digits = 0, scale = 1;
	bool point = false, any = false;

	for (; ascii_is_digit(*p) || (*p == '.' && !point); p++) {
		if (*p == '.') {
			point = true;
			continue;
		}
		any = true;
		if (__builtin_mul_overflow(digits, 10, &digits) ||
		    __builtin_add_overflow(digits, *p - '0', &digits))
			return -ERANGE;
		if (point) {
			scale *= 10;
			if (scale > NS_PER_S)
				return -ERANGE;
		}
	}
	if (!any || p[-1] == '.')
		return -EINVAL;
	*text = p;
	*ret_digits = digits;
	*ret_scale = scale;
	return 0;
}

int
duration_parse(const char *text, struct duration *ret)
{
	__int128 total = 0;
	size_t last = 0; /* units must come in falling order: "1h30m", not "30m1h" */

	if (strcmp(text, "0") == 0) {
		*ret = (struct duration){ 0 };
		return 0;
	}
	if (*text == '\0')
		return -EINVAL;
	while (*text) {
		int64_t digits, scale;
		size_t len = 0, u;
		int r = parse_decimal(&text, &digits, &scale);

		if (r < 0)
			return r;
		while (ascii_is_lower(text[len]))
			len++;
		for (u = last; u < ARRAY_SIZE(units); u++) {
			if (strlen(units[u].name) == len && memcmp(units[u].name, text, len) == 0)
				break;
		}
		if (u == ARRAY_SIZE(units))
			return -EINVAL;
		total += (__int128)digits * units[u].ns / scale;
		if (total >= INT64_MAX)
			return -ERANGE;
		last = u + 1;
		text += len;
	}
	*ret = (struct duration){ (int64_t)total };
	return 0;
}

/* Writes ".5" for half of a unit, up to nine digits. Returns its length. */
static size_t
format_fraction(int64_t rest, int64_t unit, char *buf)
{
	size_t used = 0;

	buf[used++] = '.';
	while (rest > 0) {
		unit /= 10;
		buf[used++] = (char)('0' + rest / unit);
		rest %= unit;
	}
	return used;
}

struct duration
duration_round_s(struct duration d)
{
	int64_t half = d.ns % NS_PER_S >= NS_PER_S / 2;

	return DURATION_S(d.ns / NS_PER_S + half);
}

char *
duration_format(struct duration d, char buf[static DURATION_STR_MAX])
{
	int64_t rest = d.ns;
	size_t used = 0;

	if (d.ns == INT64_MAX || d.ns < 0) {
		(void)snprintf(buf, DURATION_STR_MAX, "%s", d.ns < 0 ? "negative" : "forever");
		return buf;
	}
	if (rest == 0) {
		(void)snprintf(buf, DURATION_STR_MAX, "0");
		return buf;
	}
	for (size_t u = 0; u < ARRAY_SIZE(units) && rest > 0; u++) {
		int64_t n = rest / units[u].ns;

		if (n == 0)
			continue;
		used += (size_t)snprintf(buf + used, DURATION_STR_MAX - used, "%" PRId64, n);
		rest -= n * units[u].ns;
		/* "3.5s", not "3s500ms" */
		if (units[u].ns <= NS_PER_S && rest > 0) {
			used += format_fraction(rest, units[u].ns, buf + used);
			rest = 0;
		}
		used += (size_t)snprintf(buf + used, DURATION_STR_MAX - used, "%s", units[u].name);
	}
	return buf;
}
