/*
 * Secrets that stand in the configuration, or better in a file of their own, or with systemd, which
 * hands a credential to the unit and to nobody else (systemd.exec(5), LoadCredential=).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/agent_conf.h"
#include "base/strbuf.h"

#define CREDENTIAL "credential:"
#define LINE_MAX_BYTES 256

/* The first line: its length, or a negative errno; -EMSGSIZE: too long. */
static ssize_t
read_line(struct conf *c, const char *path, char *buf, size_t size)
{
	ssize_t n = conf_read_file(c, path, buf, size);

	if (n < 0)
		return n;
	n = (ssize_t)strcspn(buf, "\r\n");
	if ((size_t)n == size - 1)
		return -EMSGSIZE;
	buf[n] = '\0';
	return n;
}

/* The path that `file` stands for; false, and an error, when it stands for none. */
static bool
find_path(struct conf *c, const char *const *file, struct strbuf *path)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	const char *name = *file + strlen(CREDENTIAL);

	if ((*file)[0] == '/') {
		strbuf_add(path, *file);
		return true;
	}
	if (strncmp(*file, CREDENTIAL, strlen(CREDENTIAL)) != 0) {
		conf_error_at(c, file, "expected an absolute path, or credential:NAME");
		return false;
	}
	if (name[0] == '\0' || name[0] == '.' || strchr(name, '/')) {
		conf_error_at(c, file, "expected the name of a credential, without a path");
		return false;
	}
	if (folder == NULL) {
		conf_error_at(c, file,
		    "no credentials here: systemd hands them to a unit with LoadCredential=%s:PATH",
		    name);
		return false;
	}
	strbuf_addf(path, "%s/%s", folder, name);
	return true;
}

static void
say_unreadable(struct conf *c, const char *const *file, ssize_t r)
{
	if (r == -EISDIR)
		conf_error_at(c, file, "expected a regular file");
	else
		conf_error_at(c, file, "cannot be read: %s", strerror((int)-r));
}

const char *
agent_conf_secret(
    struct conf *c, const char *text, const char *const *file, const struct agent_secret_kind *kind)
{
	_cleanup_(strbuf_done) struct strbuf path = { 0 };
	char line[LINE_MAX_BYTES];
	const char *secret = NULL;
	ssize_t r;

	if (*file == NULL)
		return text;
	if (text != NULL) {
		conf_error_at(c, file, "%s is given too; expected one of them", kind->name);
		return NULL;
	}
	if (!find_path(c, file, &path))
		return NULL;
	r = read_line(c, strbuf_get(&path), line, MIN(kind->max + 2, sizeof(line)));
	if (r == -EMSGSIZE || r == 0)
		conf_error_at(c, file, "expected a %s of 1 to %zu bytes in its first line",
		    kind->name, kind->max);
	else if (r < 0)
		say_unreadable(c, file, r);
	else
		secret = arena_strdup(conf_arena(c), line);
	explicit_bzero(line, sizeof(line));
	return secret;
}

static const char *
copy(struct arena *arena, const char *text, size_t len)
{
	char *ret = arena_alloc(arena, len + 1);

	memcpy(ret, text, len);
	ret[len] = '\0';
	return ret;
}

/* Takes the text apart, which ends with a NUL. */
static struct agent_lines
split(struct arena *arena, const char *text)
{
	struct agent_lines ret = { 0 };
	size_t number = 1;

	ret.items = arena_alloc(arena, strlen(text) * sizeof(*ret.items) + 1);
	for (const char *end; *text; text = end + (*end == '\n'), number++) {
		size_t len;

		end = text + strcspn(text, "\n");
		len = (size_t)(end - text);
		if (len > 0 && text[len - 1] == '\r')
			len--;
		if (len > 0)
			ret.items[ret.count++] =
			    (struct agent_line){ copy(arena, text, len), number };
	}
	return ret;
}

bool
agent_conf_secret_lines(struct conf *c, const char *const *file, struct agent_lines *ret)
{
	_cleanup_(strbuf_done) struct strbuf path = { 0 };
	char text[AGENT_LINES_BYTES_MAX + 2];
	bool ok = false;
	ssize_t n;

	if (!find_path(c, file, &path))
		return false;
	n = conf_read_file(c, strbuf_get(&path), text, sizeof(text));
	if (n < 0)
		say_unreadable(c, file, n);
	else if (n > AGENT_LINES_BYTES_MAX)
		conf_error_at(c, file, "expected at most %d bytes", AGENT_LINES_BYTES_MAX);
	else if (strlen(text) != (size_t)n)
		conf_error_at(c, file, "expected a text, found a byte that is zero");
	else
		ok = true;
	if (ok)
		*ret = split(conf_arena(c), text);
	explicit_bzero(text, sizeof(text));
	return ok;
}
