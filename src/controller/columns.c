#include "controller/columns.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/strbuf.h"

char *
time_text(int64_t ns, char text[TIME_TEXT_SIZE])
{
	time_t seconds = (time_t)(ns / 1000000000);
	struct tm tm = { 0 };
	char day[24] = "";

	(void)gmtime_r(&seconds, &tm);
	(void)strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	(void)snprintf(text, TIME_TEXT_SIZE, "%s.%03dZ", day, (int)(ns / 1000000 % 1000));
	return text;
}

/* Exactly n digits. */
static const char *
read_digits(const char *text, unsigned n, int *ret)
{
	*ret = 0;
	for (; text != NULL && n > 0; n--, text++) {
		if (!ascii_is_digit(*text))
			return NULL;
		*ret = *ret * 10 + (*text - '0');
	}
	return text;
}

static const char *
read_char(const char *text, const char *any)
{
	return text != NULL && *text != '\0' && strchr(any, *text) != NULL ? text + 1 : NULL;
}

/* ".123" in nanoseconds; digits beyond those do not count. */
static const char *
read_fraction(const char *text, int64_t *ns)
{
	*ns = 0;
	if (text == NULL || *text != '.')
		return text;
	text++;
	if (!ascii_is_digit(*text))
		return NULL;
	for (int64_t unit = 100000000; ascii_is_digit(*text); text++, unit /= 10)
		*ns += (*text - '0') * unit;
	return text;
}

/* "Z", or "+01:30" in seconds. */
static const char *
read_zone(const char *text, int *seconds)
{
	int hours = 0, minutes = 0, sign;

	*seconds = 0;
	if (text == NULL || *text == 'Z' || *text == 'z')
		return text != NULL ? text + 1 : NULL;
	sign = *text == '-' ? -1 : 1;
	text = read_digits(read_char(text, "+-"), 2, &hours);
	text = read_digits(read_char(text, ":"), 2, &minutes);
	*seconds = sign * (hours * 3600 + minutes * 60);
	return hours < 24 && minutes < 60 ? text : NULL;
}

bool
time_parse(const char *text, int64_t *ret)
{
	struct tm tm = { 0 };
	int64_t ns = 0, seconds;
	int zone = 0;

	text = read_digits(text, 4, &tm.tm_year);
	text = read_digits(read_char(text, "-"), 2, &tm.tm_mon);
	text = read_digits(read_char(text, "-"), 2, &tm.tm_mday);
	text = read_digits(read_char(text, "Tt"), 2, &tm.tm_hour);
	text = read_digits(read_char(text, ":"), 2, &tm.tm_min);
	text = read_digits(read_char(text, ":"), 2, &tm.tm_sec);
	text = read_zone(read_fraction(text, &ns), &zone);
	if (text == NULL || *text != '\0' || tm.tm_year < 1970 || tm.tm_year > 2199 ||
	    tm.tm_mon < 1 || tm.tm_mon > 12 || tm.tm_mday < 1 || tm.tm_mday > 31 ||
	    tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 60)
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	seconds = (int64_t)timegm(&tm) - zone;
	if (seconds < 0)
		return false;
	*ret = seconds * INT64_C(1000000000) + ns;
	return true;
}

static json_t *
cell_json(const struct store_rows *rows, size_t i, enum column_type type)
{
	char time[TIME_TEXT_SIZE];

	if (store_is_null(rows, i))
		return json_null();
	switch (type) {
	case COLUMN_TEXT:
		return json_string(store_text(rows, i));
	case COLUMN_INT:
		return json_integer(store_int(rows, i));
	case COLUMN_BOOL:
		return json_boolean(store_bool(rows, i));
	case COLUMN_TIME:
		return json_string(time_text(store_int(rows, i), time));
	case COLUMN_SECONDS:
		return json_integer(store_int(rows, i) / 1000000000);
	case COLUMN_DEGREES:
		return json_real((double)store_int(rows, i) / 1e6);
	case COLUMN_FAMILY:
		return json_string(store_int(rows, i) == 4 ? "ipv4" : "ipv6");
	case COLUMN_JSON:
		return json_loads(store_text(rows, i), JSON_DECODE_ANY, NULL);
	}
	return NULL;
}

json_t *
columns_json(const struct store_rows *rows, const struct column *columns, size_t count)
{
	return columns_json_from(rows, 0, columns, count);
}

json_t *
columns_json_from(
    const struct store_rows *rows, size_t first, const struct column *columns, size_t count)
{
	json_t *o = json_object();

	for (size_t i = 0; i < count; i++)
		(void)json_object_set_new(
		    o, columns[i].key, cell_json(rows, first + i, columns[i].type));
	return o;
}
