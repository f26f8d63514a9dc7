/*
 * The pure parts of an HTTP request: its target (the first line of the input), header fields (the
 * lines after it), and what values mean. Whatever was accepted keeps its promises.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "proto/http/event_stream.h"
#include "proto/http/fields.h"
#include "proto/http/target.h"

#define FIELDS_MAX 32

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Well-formed, and without control characters. */
static void
check_text(const char *text)
{
	while (*text != '\0') {
		size_t n = utf8_char_len(text);

		assert(n > 0 && (unsigned char)*text >= ' ' && *text != 0x7f);
		text += n;
	}
}

static void
try_target(const char *text)
{
	struct arena *arena = arena_new();
	struct http_target t;
	struct err e = { 0 };
	size_t slashes = 0;

	if (http_target_parse(text, arena, &t, &e) >= 0) {
		for (const char *c = t.path; *c != '\0'; c++)
			slashes += *c == '/';
		assert(t.segment_count == slashes);
		check_text(t.path);
		for (size_t i = 0; i < t.segment_count; i++)
			check_text(t.segments[i]);
		for (size_t i = 0; i < t.param_count; i++) {
			check_text(t.params[i].name);
			check_text(t.params[i].value);
			assert(http_target_param(&t, t.params[i].name) != NULL);
		}
	} else {
		assert(e.message[0] != '\0' && t.wrong != NULL);
		check_text(t.wrong);
	}
	arena_free(arena);
}

static void
try_values(const char *value)
{
	const char *token = http_bearer_token(value);
	struct strbuf event = { 0 };

	(void)http_etag_is_listed(value, "\"5\"", true);
	/* strongly listed is weakly listed */
	assert(!http_etag_is_listed(value, "\"5\"", false) ||
	       http_etag_is_listed(value, "\"5\"", true));
	assert(token == NULL || (token[0] != '\0' && strpbrk(token, " ,\"") == NULL));
	event_stream_add(&event, NULL, NULL, value);
	/* one event, whatever its data */
	assert(strstr(event.text, "\n\n") == event.text + event.len - 2);
	assert(strchr(event.text, '\r') == NULL);
	strbuf_done(&event);
}

/* Each line is "name:value". */
static void
try_fields(char *text)
{
	struct http_field items[FIELDS_MAX];
	struct http_fields f = { items, 0 };
	uint64_t len = 0;
	const char *field = NULL;
	struct err e = { 0 };

	while (text != NULL && f.count < FIELDS_MAX) {
		char *name = strsep(&text, "\n"), *value = strchr(name, ':');

		if (value == NULL)
			continue;
		*value++ = '\0';
		try_values(value);
		items[f.count++] = (struct http_field){ name, value };
	}
	for (int is_old = 0; is_old < 2; is_old++) {
		if (http_framing_check(&f, is_old != 0, &len, &field, &e) != 0) {
			assert(e.message[0] != '\0' && field != NULL);
			continue;
		}
		assert(http_fields_count(&f, "content-length") <= 1);
		assert(http_fields_count(&f, "transfer-encoding") == 0);
		assert(len == 0 || http_fields_get(&f, "Content-Length") != NULL);
		for (size_t i = 0; i < f.count; i++)
			assert(http_is_token(f.items[i].name));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(freep) char *bytes = xmalloc(size + 1);
	char *rest = bytes, *target;

	memcpy(bytes, data, size);
	bytes[size] = '\0';
	target = strsep(&rest, "\n");
	try_target(target);
	if (rest != NULL)
		try_fields(rest);
	return 0;
}
