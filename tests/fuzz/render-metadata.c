/* Host metadata, and what every format makes of it: nothing from outside begins a line of its own.
 */
#include <assert.h>
#include <string.h>

#include "render/render.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
try_format(const struct render_host *host, enum render_format format)
{
	_cleanup_(strbuf_done) struct strbuf out = { 0 }, notes = { 0 };
	struct err e = { 0 };

	if (render_write(host, format, true, &out, &notes, &e) < 0) {
		assert(out.len == 0 && e.code < 0 && e.message[0] != '\0');
		return;
	}
	/* masked: no line is one that a program could take, and no password is there */
	for (const char *line = strbuf_get(&out); *line; line += strcspn(line, "\n") + 1)
		assert(line[0] == '|');
	for (size_t i = 0; i < host->neighbor_count; i++) {
		const char *password = host->neighbors[i].conf.md5_password;

		assert(password == NULL || strstr(password, "unguessable") == NULL ||
		       strstr(strbuf_get(&out), password) == NULL);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct prefix global_ip = prefix_host(ip_from_v4(0xcb007199));
	const struct render_choices choices = {
		.global_ips = &global_ip,
		.global_ip_count = 1,
		.prefix_limit = 10,
		.hold_time = DURATION_S(90),
	};
	const struct render_document document = {
		.name = "metadata", .text = (const char *)data, .len = size
	};
	_cleanup_(arena_freep) struct arena *a = arena_new();
	struct render_host host;
	struct err e = { 0 };

	if (render_from_metadata(&document, 1, &choices, a, &host, &e) < 0) {
		assert(e.code < 0 && e.message[0] != '\0');
		return 0;
	}
	for (int i = 0; render_format_names[i] != NULL; i++)
		try_format(&host, (enum render_format)i);
	return 0;
}
