#include "lab/listens.h"

#include <limits.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"

/* What stands behind the next n colons, as a hexadecimal number; text moves on behind it. */
static unsigned long
number_after(const char **text, unsigned n, const char *end)
{
	char *behind;

	for (; n > 0; n--) {
		/* A number may have been found in the next line, behind the end of this. */
		const char *colon = *text < end ? memchr(*text, ':', (size_t)(end - *text)) : NULL;

		if (colon == NULL)
			return ULONG_MAX;
		*text = colon + 1;
	}
	unsigned long number = strtoul(*text, &behind, 16);
	*text = behind;
	return number;
}

bool
listens_in_table(const char *table, unsigned port)
{
	const char *end;

	/* Each line: "  0: 0100007F:1F90 00000000:0000 0A ..."; the first line is a heading without colons. */
	for (const char *line = table; *line != '\0'; line = *end == '\0' ? end : end + 1) {
		end = strchrnul(line, '\n');
		if (number_after(&line, 2, end) != port || number_after(&line, 1, end) == ULONG_MAX)
			continue;
		if (strtoul(line, NULL, 16) == TCP_LISTEN)
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
