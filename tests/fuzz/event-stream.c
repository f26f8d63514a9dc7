/* Server-sent events: the same messages, in whatever pieces they come. The first byte chooses. */
#include <assert.h>
#include <string.h>

#include "proto/http/event_stream_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
note(void *userdata, const struct event_stream_message *m)
{
	struct strbuf *seen = userdata;

	assert(strpbrk(m->type, "\r\n") == NULL && strpbrk(m->id, "\r\n") == NULL);
	assert(*m->type != '\0' && strchr(m->data, '\r') == NULL);
	strbuf_addf(seen, "%s|%s|%s;", m->type, m->id, m->data);
	return true;
}

static bool
read_in(const uint8_t *data, size_t size, size_t piece, struct strbuf *seen)
{
	struct event_stream_reader r = { 0 };
	bool goes_on = true;

	for (size_t at = 0; goes_on && at < size; at += piece)
		goes_on = event_stream_read(
		    &r, (const char *)data + at, MIN(piece, size - at), note, seen);
	event_stream_reader_done(&r);
	return goes_on;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strbuf whole = { 0 }, parts = { 0 };

	if (size < 1)
		return 0;
	assert(read_in(data + 1, size - 1, SIZE_MAX / 2, &whole) ==
	       read_in(data + 1, size - 1, 1 + data[0] % 16, &parts));
	assert(strcmp(strbuf_get(&whole), strbuf_get(&parts)) == 0);
	strbuf_done(&whole);
	strbuf_done(&parts);
	return 0;
}
