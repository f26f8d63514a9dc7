/* Files that a configuration names, and that are read with it: passwords, keys, headers. */
#include "config/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* As much of a file as fits, and a NUL behind it; the bytes, or a negative errno. */
static ssize_t
read_whole(int fd, char *buf, size_t size)
{
	size_t len = 0;
	ssize_t n;

	while (len < size - 1 && (n = read(fd, buf + len, size - 1 - len)) != 0) {
		if (n < 0 && errno != EINTR)
			return -errno;
		len += n > 0 ? (size_t)n : 0;
	}
	buf[len] = '\0';
	return (ssize_t)len;
}

static ssize_t
read_regular(const char *path, char *buf, size_t size)
{
	struct stat st;
	ssize_t n;
	int fd;

	buf[0] = '\0'; /* a text in any case */
	/* looked at before it is opened: to open a device can do things */
	if (stat(path, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EISDIR;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	n = read_whole(fd, buf, size);
	(void)close(fd);
	return n;
}

static const struct conf_file *
find(const struct conf *c, const char *path, size_t size)
{
	if (c == NULL)
		return NULL;
	for (const struct conf_file *f = c->files; f != NULL; f = f->next) {
		if (f->size == size && strcmp(f->path, path) == 0)
			return f;
	}
	return NULL;
}

static void
keep(struct conf *c, const char *path, const char *text, size_t len, size_t size)
{
	struct conf_file *f = arena_alloc(c->arena, sizeof(*f));
	char *copy = arena_alloc(c->arena, len + 1);

	memcpy(copy, text, len + 1);
	*f = (struct conf_file){ c->files, arena_strdup(c->arena, path), copy, len, size };
	c->files = f;
}

ssize_t
conf_read_file(struct conf *c, const char *path, char *buf, size_t size)
{
	const struct conf_file *f = find(c, path, size);
	ssize_t n;

	if (f == NULL)
		f = find(c->before, path, size);
	if (f != NULL) {
		memcpy(buf, f->text, f->len + 1);
		n = (ssize_t)f->len;
	} else {
		n = read_regular(path, buf, size);
	}
	if (n >= 0 && find(c, path, size) == NULL)
		keep(c, path, buf, (size_t)n, size);
	return n;
}
