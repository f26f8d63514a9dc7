#include "proto/http/event_stream.h"

#include "tap.h"

TEST(events)
{
	struct strbuf out = { 0 };

	event_stream_add(&out, "7", "stage", "{\"a\":1}");
	CHECK_STR(strbuf_get(&out), "id: 7\nevent: stage\ndata: {\"a\":1}\n\n");
	strbuf_done(&out);
	event_stream_add(&out, NULL, NULL, "");
	CHECK_STR(strbuf_get(&out), "data: \n\n");
	strbuf_done(&out);
}

/* A line of the data cannot end the event, nor be another field. */
TEST(data_of_several_lines)
{
	struct strbuf out = { 0 };

	event_stream_add(&out, NULL, NULL, "a\nb\r\nc\r\rid: 9\n");
	CHECK_STR(strbuf_get(&out), "data: a\ndata: b\ndata: c\ndata: \ndata: id: 9\ndata: \n\n");
	strbuf_done(&out);
}
