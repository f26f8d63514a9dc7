#include "measure/json.h"

#include <stdio.h>
#include <time.h>

#include "base/strbuf.h"
#include "base/style.h"

json_t *
json_wall_time(int64_t wall_ns)
{
	time_t seconds = (time_t)(wall_ns / NS_PER_S);
	char day[32], text[64];
	struct tm tm;

	if (gmtime_r(&seconds, &tm) == NULL ||
	    strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm) == 0)
		return json_null();
	(void)snprintf(text, sizeof(text), "%s.%06dZ", day, (int)(wall_ns % NS_PER_S / NS_PER_US));
	return json_string(text);
}

json_t *
json_ms(struct duration d)
{
	int64_t us = d.ns / NS_PER_US; /* finer digits would be noise */

	return json_real((double)us / 1000.0);
}

json_t *
json_text(const char *text)
{
	struct strbuf b = { 0 };
	json_t *j;

	if (text == NULL)
		return json_null();
	strbuf_add_printable(&b, text);
	j = json_string(strbuf_get(&b));
	strbuf_done(&b);
	return j;
}
