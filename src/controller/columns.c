#include "controller/columns.h"

#include <stdbool.h>
#include <stdio.h>
#include <time.h>

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
	json_t *o = json_object();

	for (size_t i = 0; i < count; i++)
		(void)json_object_set_new(o, columns[i].key, cell_json(rows, i, columns[i].type));
	return o;
}
