#include "agent/event_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "io/atomic_file.h"
#include "io/fd.h"

#define NAME_START "events-"
#define NAME_END ".jsonl"

struct event_files {
	const char *folder; /* borrowed */
	uint64_t file_max;  /* bytes of one file */
	uint64_t *firsts;   /* owned; the number of each file's first event, in order */
	size_t count, cap;
	uint64_t last_seq;
	int fd;        /* owned; the last file, open to add to it; -1: none */
	uint64_t size; /* of that file */
};

static char *
path_of(const struct event_files *f, uint64_t first)
{
	return xasprintf("%s/" NAME_START "%020" PRIu64 NAME_END, f->folder, first);
}

/* The number in a file's name; 0: it is no file of ours. */
static uint64_t
first_of(const char *name)
{
	size_t start = strlen(NAME_START), len = strlen(name);
	char digits[24];
	uint64_t first;

	if (!str_starts_with(name, NAME_START) || len != start + 20 + strlen(NAME_END) ||
	    strcmp(name + start + 20, NAME_END) != 0)
		return 0;
	(void)snprintf(digits, sizeof(digits), "%.20s", name + start);
	return parse_u64(digits, UINT64_MAX, &first) < 0 ? 0 : first;
}

static int
compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void
add_file(struct event_files *f, uint64_t first)
{
	f->firsts = grow_array(f->firsts, f->count, &f->cap, sizeof(*f->firsts));
	f->firsts[f->count++] = first;
}

static int
find_files(struct event_files *f, struct err *e)
{
	DIR *d = opendir(f->folder);
	struct dirent *entry;

	if (d == NULL)
		return err_errno(e, -errno, "read folder %s", f->folder);
	while ((entry = readdir(d)) != NULL) {
		uint64_t first = first_of(entry->d_name);

		if (first > 0)
			add_file(f, first);
	}
	(void)closedir(d);
	if (f->count > 0)
		qsort(f->firsts, f->count, sizeof(*f->firsts), compare);
	return 0;
}

/* All of a file up to its last newline; NULL: there is nothing to be had. */
static char *
read_file(const struct event_files *f, uint64_t first, size_t *ret_len)
{
	_cleanup_(freep) char *path = path_of(f, first);
	char *text = NULL, *end;
	size_t len;

	/* a line may make a file longer than it should be, and a smaller limit may be new */
	if (atomic_file_read(path, SIZE_MAX / 4, &text, &len, NULL) < 0)
		return NULL;
	end = memrchr(text, '\n', len);
	if (end == NULL) {
		free(text);
		return NULL;
	}
	end[1] = '\0';
	*ret_len = (size_t)(end + 1 - text);
	return text;
}

/* The next line as an event; NULL: it is none. *text moves behind it. */
static json_t *
next_event(char **text, const char *end)
{
	char *line = *text, *newline = memchr(line, '\n', (size_t)(end - line));

	*text = newline + 1;
	return json_loadb(line, (size_t)(newline - line), 0, NULL);
}

static uint64_t
seq_of(const json_t *event)
{
	json_int_t seq = json_integer_value(json_object_get(event, "seq"));

	return seq > 0 ? (uint64_t)seq : 0;
}

static void
find_last_seq(struct event_files *f)
{
	for (size_t i = f->count; i-- > 0 && f->last_seq == 0;) {
		size_t len = 0;
		_cleanup_(freep) char *text = read_file(f, f->firsts[i], &len);
		char *at = text;

		/* no number comes twice, even when nothing of the file can be read */
		f->last_seq = f->firsts[i];
		while (at != NULL && at < text + len) {
			json_auto_t *event = next_event(&at, text + len);

			f->last_seq = MAX(f->last_seq, seq_of(event));
		}
	}
}

int
event_files_open(const char *folder, uint64_t max_bytes, struct event_files **ret, struct err *e)
{
	struct event_files *f = xcalloc(1, sizeof(*f));
	int r;

	f->folder = folder;
	f->file_max = max_bytes / EVENT_FILES_MAX;
	f->fd = -1;
	r = find_files(f, e);
	if (r < 0) {
		event_files_free(f);
		return r;
	}
	find_last_seq(f);
	*ret = f;
	return 0;
}

void
event_files_free(struct event_files *f)
{
	if (f == NULL)
		return;
	if (f->fd >= 0)
		(void)close(f->fd);
	free(f->firsts);
	free(f);
}

uint64_t
event_files_last_seq(const struct event_files *f)
{
	return f->last_seq;
}

static void
close_file(struct event_files *f)
{
	if (f->fd >= 0)
		(void)close(TAKE_FD(f->fd));
}

/* To go on in the last file, behind its last whole line. */
static int
reopen(struct event_files *f)
{
	_cleanup_(freep) char *path = path_of(f, f->firsts[f->count - 1]);
	size_t len = 0;
	_cleanup_(freep) _unused_ char *text = read_file(f, f->firsts[f->count - 1], &len);
	_cleanup_(closep) int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0 || ftruncate(fd, (off_t)len) < 0)
		return -errno;
	f->fd = TAKE_FD(fd);
	f->size = len;
	return 0;
}

static int
begin_file(struct event_files *f, uint64_t first)
{
	_cleanup_(freep) char *path = path_of(f, first);

	close_file(f);
	f->fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (f->fd < 0)
		return -errno;
	f->size = 0;
	if (f->count == 0 || f->firsts[f->count - 1] != first)
		add_file(f, first);
	while (f->count > EVENT_FILES_MAX) {
		_cleanup_(freep) char *oldest = path_of(f, f->firsts[0]);

		if (unlink(oldest) < 0 && errno != ENOENT)
			return -errno;
		f->count--;
		memmove(f->firsts, f->firsts + 1, f->count * sizeof(*f->firsts));
	}
	return 0;
}

int
event_files_append(struct event_files *f, const char *lines, size_t len, uint64_t first_seq,
    uint64_t last_seq, struct err *e)
{
	ssize_t n = -1;
	int r = 0;

	if (f->fd < 0 && f->count > 0)
		r = reopen(f);
	if (r < 0 || f->fd < 0 || (f->size > 0 && f->size + len > f->file_max))
		r = begin_file(f, first_seq);
	if (r == 0) {
		n = write(f->fd, lines, len);
		if (n != (ssize_t)len)
			r = n < 0 ? -errno : -ENOSPC; /* the disk is full, in the middle */
		else if (fdatasync(f->fd) < 0)
			r = -errno;
	}
	if (r < 0) {
		if (n > 0)
			(void)!ftruncate(f->fd, (off_t)f->size);
		close_file(f); /* begun anew behind what there is then */
		return err_errno(e, r, "write events to %s", f->folder);
	}
	f->size += len;
	f->last_seq = last_seq;
	return 0;
}

/* Adds those of a file that are asked for; false: enough. */
static bool
query_file(const struct event_files *f, size_t i, const struct event_query *q, json_t *into,
    struct event_result *ret, size_t *bytes)
{
	size_t len = 0;
	_cleanup_(freep) char *text = read_file(f, f->firsts[i], &len);
	char *at = text, *line;

	while (at != NULL && (line = at) < text + len) {
		json_auto_t *event = next_event(&at, text + len);

		if (!event_filter_takes(&q->filter, event)) {
			ret->upto = MAX(ret->upto, seq_of(event));
			continue;
		}
		*bytes += (size_t)(at - line);
		if (q->last == 0 &&
		    (json_array_size(into) >= EVENT_QUERY_MAX || *bytes > EVENT_QUERY_BYTES)) {
			ret->more = true;
			return false;
		}
		ret->upto = MAX(ret->upto, seq_of(event));
		(void)json_array_append(into, event);
	}
	return true;
}

/* The newest ones, from the last file back. */
static void
query_last(const struct event_files *f, const struct event_query *q, struct event_result *ret)
{
	size_t bytes = 0, want = MIN(q->last, (size_t)EVENT_QUERY_MAX);

	for (size_t i = f->count; i-- > 0 && json_array_size(ret->events) < want;) {
		json_t *of_file = json_array();
		size_t have;

		(void)query_file(f, i, q, of_file, ret, &bytes);
		have = json_array_size(of_file);
		for (; have > 0 && json_array_size(ret->events) < want; have--)
			(void)json_array_insert(ret->events, 0, json_array_get(of_file, have - 1));
		json_decref(of_file);
	}
}

void
event_files_query(
    const struct event_files *f, const struct event_query *q, struct event_result *ret)
{
	size_t bytes = 0;

	*ret = (struct event_result){ .events = json_array(), .upto = q->filter.after };
	if (q->last > 0) {
		query_last(f, q, ret);
		return;
	}
	for (size_t i = 0; i < f->count; i++) {
		/* all of it is older than what is asked for */
		if (i + 1 < f->count && f->firsts[i + 1] <= q->filter.after + 1)
			continue;
		if (!query_file(f, i, q, ret->events, ret, &bytes))
			return;
	}
}
