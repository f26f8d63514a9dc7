#include "cli/fields.h"

#include <stdio.h>
#include <string.h>

const char *
field_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

long long
field_int(const json_t *object, const char *key)
{
	return (long long)json_integer_value(json_object_get(object, key));
}

const char *
field_age(const json_t *object, const char *key, char buf[static DURATION_STR_MAX])
{
	const json_t *value = json_object_get(object, key);
	double ms = json_number_value(value);
	int64_t unit = NS_PER_MS;
	struct duration d;

	if (!json_is_number(value) || ms < 0 || ms > 1e12)
		return "";
	d = DURATION_NS(ms * (double)NS_PER_MS);
	if (d.ns >= 86400 * NS_PER_S)
		unit = 3600 * NS_PER_S;
	else if (d.ns >= 3600 * NS_PER_S)
		unit = 60 * NS_PER_S;
	else if (d.ns >= NS_PER_S)
		unit = NS_PER_S;
	d.ns -= d.ns % unit;
	return duration_format(d, buf);
}

void
field_add_brief_time(struct table *t, const char *text)
{
	char brief[] = "2026-11-30T21:00Z";

	if (text == NULL || strlen(text) < strlen("2026-11-30T21:00:17Z") || text[4] != '-' ||
	    text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':')
		return;
	(void)snprintf(brief, sizeof(brief), "%.16sZ", text);
	table_add_brief(t, brief);
}

void
field_path(const json_t *object, const char *key, struct strbuf *out)
{
	const json_t *list = json_object_get(object, key), *as;
	size_t i;

	json_array_foreach (list, i, as)
		strbuf_addf(out, "%s%lld", i > 0 ? " " : "", (long long)json_integer_value(as));
}

struct table *
fields_table(const char *const *heads)
{
	struct table *t = table_new();

	for (; *heads != NULL; heads++)
		table_add_column(t, *heads, TABLE_LEFT);
	return t;
}

void
fields_table_end(struct table *t, bool any, struct table_look look, struct strbuf *out)
{
	if (any) {
		if (out->len > 0)
			strbuf_add_char(out, '\n');
		table_format(t, look, out);
	}
	table_free(t);
}
