/*
 * Secrets that stand in the configuration, or better in a file of their own, or with systemd, which
 * hands a credential to the unit and to nobody else (systemd.exec(5), LoadCredential=).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/agent_conf.h"
#include "base/strbuf.h"

#define CREDENTIAL "credential:"
#define LINE_MAX_BYTES 256

/* The first line of a regular file: 0 and its length, or a negative errno; -EMSGSIZE: too long. */
static int
read_line(const char *path, char *buf, size_t size)
{
	struct stat st;
	ssize_t n = -1;
	int fd, r;

	/* looked at before it is opened: to open a device can do things */
	if (stat(path, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EISDIR;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	do
		n = read(fd, buf, size - 1);
	while (n < 0 && errno == EINTR);
	r = n < 0 ? -errno : 0;
	(void)close(fd);
	if (r < 0)
		return r;
	buf[n] = '\0';
	n = (ssize_t)strcspn(buf, "\r\n");
	if ((size_t)n == size - 1)
		return -EMSGSIZE;
	buf[n] = '\0';
	return (int)n;
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

const char *
agent_conf_secret(
    struct conf *c, const char *text, const char *const *file, const struct agent_secret_kind *kind)
{
	_cleanup_(strbuf_done) struct strbuf path = { 0 };
	char line[LINE_MAX_BYTES];
	const char *secret = NULL;
	int r;

	if (*file == NULL)
		return text;
	if (text != NULL) {
		conf_error_at(c, file, "%s is given too; expected one of them", kind->name);
		return NULL;
	}
	if (!find_path(c, file, &path))
		return NULL;
	r = read_line(strbuf_get(&path), line, MIN(kind->max + 2, sizeof(line)));
	if (r == -EISDIR)
		conf_error_at(c, file, "expected a regular file");
	else if (r == -EMSGSIZE || r == 0)
		conf_error_at(c, file, "expected a %s of 1 to %zu bytes in its first line",
		    kind->name, kind->max);
	else if (r < 0)
		conf_error_at(c, file, "cannot be read: %s", strerror(-r));
	else
		secret = arena_strdup(conf_arena(c), line);
	explicit_bzero(line, sizeof(line));
	return secret;
}
