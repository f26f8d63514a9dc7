#include "agent/event_json.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

json_t *
wall_json(int64_t wall_ns)
{
	time_t seconds = (time_t)(wall_ns / NS_PER_S);
	char day[32], text[64];
	struct tm tm;

	(void)gmtime_r(&seconds, &tm);
	(void)strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	(void)snprintf(text, sizeof(text), "%s.%09lldZ", day, (long long)(wall_ns % NS_PER_S));
	return json_string(text);
}

static void
add_text(json_t *o, const char *key, const char *text)
{
	if (text[0] != '\0')
		(void)json_object_set_new(o, key, json_string(text));
}

json_t *
event_json(const struct journal_entry *e)
{
	json_t *o = json_pack("{s:I, s:o, s:I, s:s}", "seq", (json_int_t)e->seq, "at",
	    wall_json(e->at_wall_ns), "at_wall_ns", (json_int_t)e->at_wall_ns, "kind",
	    event_kind_names[e->kind]);

	add_text(o, "service", e->service);
	add_text(o, "neighbor", e->neighbor);
	add_text(o, "prefix", e->prefix);
	(void)json_object_set_new(o, "what", json_string(e->what));
	(void)json_object_set_new(o, "why", json_string(e->why));
	return o;
}

static bool
has_text(const json_t *event, const char *key, const char *want)
{
	const char *text = json_string_value(json_object_get(event, key));

	return want == NULL || (text != NULL && strcmp(text, want) == 0);
}

bool
event_filter_takes(const struct event_filter *f, const json_t *event)
{
	json_int_t seq = json_integer_value(json_object_get(event, "seq"));
	json_int_t at = json_integer_value(json_object_get(event, "at_wall_ns"));

	return seq > 0 && (uint64_t)seq > f->after && at >= f->since_ns &&
	       has_text(event, "kind", f->kind) && has_text(event, "service", f->service) &&
	       has_text(event, "neighbor", f->neighbor);
}
