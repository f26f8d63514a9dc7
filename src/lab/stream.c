#include "lab/stream.h"

#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/loop.h"

#define FINISH_WITHIN DURATION_S(5)
#define LINE_MAX_LEN 65536

int
stream_start(
    struct stream *s, struct lab *lab, const char *node, const char *const *argv, struct err *err)
{
	*s = (struct stream){ .child = LAB_CHILD_INIT, .names = arena_new() };

	int r = lab_spawn(lab, node, argv, LAB_SPAWN_STDOUT, &s->child, err);

	if (r < 0)
		s->child = LAB_CHILD_INIT;
	return r;
}

void
stream_add_line(struct stream *s, const char *line, size_t len)
{
	json_t *j = json_loadb(line, len, 0, NULL);
	const char *site = json_string_value(json_object_get(j, "site"));
	const char *host = json_string_value(json_object_get(j, "served_by"));
	const json_t *at = json_object_get(j, "at_wall_ns"),
		     *total = json_object_get(j, "total_ms");
	bool ok = json_is_true(json_object_get(j, "ok"));

	if (!json_is_integer(at) || !json_is_number(total)) {
		s->bad_lines++;
		json_decref(j);
		return;
	}
	if (!ok || !host)
		host = NULL;
	if (s->count > 0 &&
	    (host && s->last_host ? strcmp(host, s->last_host) == 0 : host == s->last_host))
		s->in_a_row++;
	else {
		s->in_a_row = 1;
		s->last_host = host ? arena_strdup(s->names, host) : NULL;
	}
	s->requests = grow_array(s->requests, s->count, &s->cap, sizeof(*s->requests));
	s->requests[s->count++] = (struct timeline_request){
		.start_ns = json_integer_value(at),
		.total = DURATION_NS(json_number_value(total) * (double)NS_PER_MS),
		.ok = ok,
		.site = site ? arena_strdup(s->names, site) : NULL,
	};
	json_decref(j);
}

static void
take_lines(struct stream *s)
{
	char *line = s->partial.text, *end;

	while (
	    line && (end = memchr(line, '\n', s->partial.len - (size_t)(line - s->partial.text)))) {
		stream_add_line(s, line, (size_t)(end - line));
		line = end + 1;
	}
	if (!line)
		return;

	size_t rest = s->partial.len - (size_t)(line - s->partial.text);

	if (rest > LINE_MAX_LEN) {
		s->bad_lines++;
		rest = 0;
	}
	memmove(s->partial.text, line, rest);
	s->partial.len = rest;
	s->partial.text[rest] = '\0';
}

int
stream_read(struct stream *s)
{
	char buf[16384];
	ssize_t n = read(s->child.out, buf, sizeof(buf));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n <= 0)
		return -EPIPE;
	strbuf_add_mem(&s->partial, buf, (size_t)n);
	take_lines(s);
	return 0;
}

void
stream_finish(struct stream *s)
{
	struct instant deadline = instant_add(clock_now(), FINISH_WITHIN);

	if (s->child.pid <= 0)
		return;
	kill(s->child.pid, SIGTERM);
	for (;;) {
		struct pollfd p = { .fd = s->child.out, .events = POLLIN };
		struct duration left = instant_diff(deadline, clock_now());

		if (left.ns <= 0)
			break;
		if (poll(&p, 1, (int)duration_ms(left) + 1) > 0 && stream_read(s) < 0)
			break;
	}
	lab_child_end(&s->child);
	s->child = LAB_CHILD_INIT;
}

void
stream_done(struct stream *s)
{
	if (s->child.pid > 0)
		lab_child_end(&s->child);
	strbuf_done(&s->partial);
	free(s->requests);
	arena_free(s->names);
	*s = (struct stream){ .child = LAB_CHILD_INIT };
}
