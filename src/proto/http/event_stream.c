#include "proto/http/event_stream.h"

#include <assert.h>
#include <string.h>

static void
add_field(struct strbuf *out, const char *name, const char *value)
{
	if (value == NULL)
		return;
	assert(strpbrk(value, "\r\n") == NULL);
	strbuf_addf(out, "%s: %s\n", name, value);
}

void
event_stream_add(struct strbuf *out, const char *id, const char *type, const char *data)
{
	add_field(out, "id", id);
	add_field(out, "event", type);
	for (;;) {
		size_t n = strcspn(data, "\r\n");

		strbuf_add(out, "data: ");
		strbuf_add_mem(out, data, n);
		strbuf_add_char(out, '\n');
		data += n;
		if (*data == '\0')
			break;
		data += data[0] == '\r' && data[1] == '\n' ? 2 : 1;
	}
	strbuf_add_char(out, '\n');
}
