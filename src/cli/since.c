#include "cli/since.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/strbuf.h"
#include "base/time.h"

/* ".25" as ns; moves behind it. Nothing is no fraction; more than nine digits are cut. */
static int
parse_fraction(const char **at, int64_t *ret)
{
	int64_t unit = NS_PER_S / 10;

	*ret = 0;
	if (**at != '.')
		return 0;
	(*at)++;
	if (!ascii_is_digit(**at))
		return -EINVAL;
	for (; ascii_is_digit(**at); (*at)++, unit /= 10)
		*ret += (**at - '0') * unit;
	return 0;
}

static int
parse_time(const char *text, int64_t *ret)
{
	static const char *const formats[] = { "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S",
		"%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d" };
	int64_t fraction = 0, seconds;

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		struct tm tm = { 0 };
		const char *end = strptime(text, formats[i], &tm);
		struct tm again;

		if (end == NULL || (i < 2 && parse_fraction(&end, &fraction) < 0))
			continue;
		if (strcmp(end, "Z") != 0 && *end != '\0')
			continue;
		again = tm;
		seconds = timegm(&again);
		/* the 31st of February */
		if (again.tm_mday != tm.tm_mday || again.tm_mon != tm.tm_mon)
			return -EINVAL;
		if (seconds < 0 || seconds > INT64_MAX / NS_PER_S - 1)
			return -ERANGE;
		*ret = seconds * NS_PER_S + fraction;
		return 0;
	}
	return -EINVAL;
}

int
since_parse(const char *text, int64_t now_wall_ns, int64_t *ret_wall_ns)
{
	struct duration d;

	/* strptime() passes over blanks and signs */
	if (!ascii_is_digit(text[0]))
		return -EINVAL;
	if (duration_parse(text, &d) == 0) {
		*ret_wall_ns = d.ns < now_wall_ns ? now_wall_ns - d.ns : 0;
		return 0;
	}
	return parse_time(text, ret_wall_ns);
}
