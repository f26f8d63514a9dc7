#include "lab/listens.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"

bool
listens_in_table(const char *table, unsigned port)
{
	unsigned local, state;

	/* Each line: "  0: 0100007F:1F90 00000000:0000 0A ..."; the first line is a heading. */
	for (const char *line = table; line != NULL && *line != '\0'; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (sscanf(line, " %*d: %*[0-9A-F]:%4x %*[0-9A-F]:%*4x %2x", &local, &state) == 2 &&
		    local == port && state == 0x0a)
			return true;
	}
	return false;
}

static bool
listens_in_file(pid_t pid, const char *name, unsigned port)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	char path[64], part[4096];
	size_t n;

	(void)snprintf(path, sizeof(path), "/proc/%d/net/%s", (int)pid, name);
	FILE *f = fopen(path, "re");
	if (f == NULL)
		return false;
	while ((n = fread(part, 1, sizeof(part), f)) > 0)
		strbuf_add_mem(&text, part, n);
	(void)fclose(f);
	return listens_in_table(strbuf_get(&text), port);
}

bool
listens_in_net_of(pid_t pid, const char *port)
{
	uint32_t n;

	if (parse_u32(port, 65535, &n) < 0)
		return false;
	return listens_in_file(pid, "tcp", n) || listens_in_file(pid, "tcp6", n);
}
