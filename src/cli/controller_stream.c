#include "cli/controller_stream.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "cli/controller_problem.h"

#define PROBLEM_BYTES_MAX ((size_t)1 << 20)
#define SILENCE DURATION_S(10) /* a controller says something every 4 seconds */

struct streaming {
	struct event_stream_reader *reader;
	event_stream_fn fn;
	void *userdata;
};

static bool
take(void *userdata, const char *bytes, size_t len)
{
	const struct streaming *s = userdata;

	return event_stream_read(s->reader, bytes, len, s->fn, s->userdata);
}

enum controller_stream
controller_stream(const struct controller *c, const char *path, struct event_stream_reader *r,
    event_stream_fn fn, void *userdata)
{
	_cleanup_(freep) char *url = controller_address(c, path);
	_cleanup_(freep) char *last = xasprintf("Last-Event-ID: %s", r->id);
	_cleanup_(http_reply_done) struct http_reply reply = { 0 };
	json_auto_t *problem = NULL;
	const char *headers[4] = { "Accept: text/event-stream" };
	struct streaming s = { r, fn, userdata };
	struct err e = { 0 };
	size_t n = 1;

	if (c->authorization != NULL)
		headers[n++] = c->authorization;
	if (r->id[0] != '\0')
		headers[n++] = last;
	event_stream_reader_begin(r);
	if (http_call(&(struct http_call){ .url = url,
			  .headers = headers,
			  .ca_file = c->ca_file,
			  .timeout = SILENCE,
			  .first_word = SILENCE,
			  .max = PROBLEM_BYTES_MAX,
			  .piece = take,
			  .userdata = &s },
		&reply, &e) < 0 ||
	    reply.status >= 500)
		return CONTROLLER_STREAM_AWAY;
	if (reply.status == 200)
		return CONTROLLER_STREAM_ENDED;
	problem = json_loadb(reply.body.text, reply.body.len, 0, NULL);
	controller_say_problem(c->url, reply.status, problem, NULL);
	return CONTROLLER_STREAM_REFUSED;
}
