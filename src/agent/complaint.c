#include "agent/complaint.h"

#include <jansson.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/utf8.h"

/* libcurl says how long it took to fail, so that no two failures would be the same. */
static void
cut_time(char *text)
{
	char *at = strstr(text, " after "), *end;

	if (at == NULL)
		return;
	end = at + strlen(" after ");
	end += strspn(end, "0123456789");
	if (str_starts_with(end, " ms"))
		memmove(at, end + strlen(" ms"), strlen(end + strlen(" ms")) + 1);
}

const char *
complaint_of(int r, const struct http_reply *reply, const struct err *e, char *buf, size_t size)
{
	json_auto_t *problem = NULL;
	const char *title;

	if (r < 0) {
		utf8_format(buf, size, "%s", e->message);
		cut_time(buf);
		return buf;
	}
	if (reply->status >= 200 && reply->status < 400)
		return NULL;
	problem = json_loadb(strbuf_get(&reply->body), reply->body.len, 0, NULL);
	title = json_string_value(json_object_get(problem, "title"));
	if (reply->status == 401)
		utf8_format(buf, size,
		    "the controller does not know this host's credential (status 401): nearcast "
		    "join makes it known again");
	else
		utf8_format(buf, size, "status %ld%s%s", reply->status,
		    title != NULL ? ": " : ", and no word from a controller",
		    title != NULL ? title : "");
	return buf;
}
