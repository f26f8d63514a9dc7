#include "proto/http/event_stream_reader.h"

#include <string.h>

#include "proto/http/event_stream.h"
#include "tap.h"

static struct strbuf seen;
static unsigned wanted;

static bool
note(void *userdata, const struct event_stream_message *m)
{
	(void)userdata;
	strbuf_addf(&seen, "[%s|%s|%s]", m->type, m->id, m->data);
	return wanted-- > 1;
}

/* In pieces of so many bytes. */
static bool
read_in(struct event_stream_reader *r, const char *text, size_t piece)
{
	for (size_t len = strlen(text); len > 0;) {
		size_t n = MIN(len, piece);

		if (!event_stream_read(r, text, n, note, NULL))
			return false;
		text += n;
		len -= n;
	}
	return true;
}

static void
check(const char *text, const char *want)
{
	for (size_t piece = 1; piece <= strlen(text); piece++) {
		struct event_stream_reader r = { 0 };

		wanted = 100;
		CHECK(read_in(&r, text, piece));
		CHECK_STR(strbuf_get(&seen), want);
		strbuf_done(&seen);
		event_stream_reader_done(&r);
	}
}

TEST(messages)
{
	check("data: a\n\n", "[message||a]");
	check(":\n\nid: 7\nevent: gap\ndata:a\ndata:  b\n\ndata\n\n", "[gap|7|a\n b][message|7|]");
	check("retry: 2000\n\nevent: x\n\ndata: y\n\n", "[message||y]");
	check("data: a\r\rdata: b\r\n\r\nid\ndata: c\n\n", "[message||a][message||b][message||c]");
	/* what is not whole when the stream ends is none */
	check("data: a\n\ndata: b\n", "[message||a]");
}

TEST(what_we_write_is_read)
{
	struct strbuf text = { 0 };

	event_stream_add(&text, "12", NULL, "a\nid: 9\n");
	strbuf_add(&text, EVENT_STREAM_COMMENT);
	event_stream_add(&text, NULL, "change", "{}");
	check(strbuf_get(&text), "[message|12|a\nid: 9\n][change|12|{}]");
	strbuf_done(&text);
}

TEST(the_id_is_kept_for_the_next_stream)
{
	struct event_stream_reader r = { 0 };

	wanted = 100;
	CHECK(read_in(&r, "id: 3\ndata: a\n\ndata: half", 100));
	event_stream_reader_begin(&r);
	CHECK(read_in(&r, "data: b\n\n", 100));
	CHECK_STR(strbuf_get(&seen), "[message|3|a][message|3|b]");
	strbuf_done(&seen);
	event_stream_reader_done(&r);
}

TEST(an_end)
{
	struct event_stream_reader r = { 0 };
	struct strbuf long_line = { 0 };

	wanted = 1;
	CHECK(!read_in(&r, "data: a\n\ndata: b\n\n", 100));
	CHECK_STR(strbuf_get(&seen), "[message||a]");
	strbuf_done(&seen);
	event_stream_reader_begin(&r);
	wanted = 100;
	strbuf_pad(&long_line, 'x', EVENT_STREAM_BYTES_MAX + 1);
	CHECK(!event_stream_read(&r, long_line.text, long_line.len, note, NULL));
	strbuf_done(&long_line);
	event_stream_reader_done(&r);
}
