#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "io/http_internal.h"

/* A body under way. */
struct body {
	struct http_source source;
	struct strbuf piece;
	size_t taken; /* of piece */
	bool ended;
};

static ssize_t
on_body(void *userdata, uint64_t at, char *buf, size_t max)
{
	struct body *b = userdata;
	size_t n;

	(void)at;
	while (b->taken == b->piece.len) {
		if (b->ended)
			return MHD_CONTENT_READER_END_OF_STREAM;
		strbuf_done(&b->piece);
		b->taken = 0;
		b->ended = !b->source.more(b->source.userdata, &b->piece);
	}
	n = MIN(max, b->piece.len - b->taken);
	memcpy(buf, b->piece.text + b->taken, n);
	b->taken += n;
	return (ssize_t)n;
}

static void
on_body_done(void *userdata)
{
	struct body *b = userdata;

	b->source.done(b->source.userdata);
	strbuf_done(&b->piece);
	free(b);
}

static void
add(struct MHD_Response *response, const char *name, const char *value)
{
	(void)MHD(MHD_add_response_header)(response, name, value);
}

static int
queue(struct http_connection *c, struct MHD_Response *response, const struct http_answer *answer)
{
	bool may_be_stored = false;
	enum MHD_Result r;

	if (answer->content_type != NULL)
		add(response, "Content-Type", answer->content_type);
	for (size_t i = 0; i < answer->header_count; i++) {
		const struct http_header *h = &answer->headers[i];

		may_be_stored |= strcasecmp(h->name, "Cache-Control") == 0;
		add(response, h->name, h->value);
	}
	if (!may_be_stored)
		add(response, "Cache-Control", "no-store");
	if (answer->closes)
		add(response, "Connection", "close");
	r = MHD(MHD_queue_response)(c->mhd, answer->status, response);
	MHD(MHD_destroy_response)(response);
	return r == MHD_YES ? 0 : -EIO;
}

int
http_respond_from(struct http_connection *c, const struct http_answer *answer, size_t piece_bytes,
    MHD_ContentReaderCallback more, void *userdata, void (*done)(void *))
{
	struct MHD_Response *response = MHD(MHD_create_response_from_callback)(
	    MHD_SIZE_UNKNOWN, piece_bytes, more, userdata, done);

	if (response == NULL) {
		done(userdata);
		return -ENOMEM;
	}
	return queue(c, response, answer);
}

int
http_respond(struct http_connection *c, struct http_answer *answer)
{
	size_t len = answer->text.len;
	struct MHD_Response *response;
	struct body *b;
	char *text;

	http_connection_enter(c, HTTP_PHASE_SENDS);
	if (answer->source.more != NULL) {
		b = xcalloc(1, sizeof(*b));
		b->source = answer->source;
		answer->source = (struct http_source){ 0 };
		return http_respond_from(c, answer, HTTP_PIECE_BYTES, on_body, b, on_body_done);
	}
	text = strbuf_take(&answer->text);
	response = MHD(MHD_create_response_from_buffer)(len, text, MHD_RESPMEM_MUST_FREE);
	if (response == NULL) {
		free(text);
		return -ENOMEM;
	}
	return queue(c, response, answer);
}
