#include "io/journald.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include "base/strbuf.h"

#define FIELDS_MAX 8
#define FIELD_BYTES 2100 /* a line of base/log.c, with its name */

static const char *program;

struct fields {
	char text[FIELDS_MAX][FIELD_BYTES];
	struct iovec items[FIELDS_MAX];
	int count;
};

static void
add(struct fields *f, const char *name, const char *value)
{
	char *text = f->text[f->count];

	if (value == NULL || *value == '\0')
		return;
	(void)snprintf(text, FIELD_BYTES, "%s=%s", name, value);
	f->items[f->count++] = (struct iovec){ text, strlen(text) };
}

static void
send_line(enum log_level level, const char *line, void *userdata)
{
	/* as syslog(3) counts */
	static const char *const priorities[] = { [LOG_LEVEL_ERROR] = "3",
		[LOG_LEVEL_WARNING] = "4",
		[LOG_LEVEL_NOTICE] = "5",
		[LOG_LEVEL_INFO] = "6",
		[LOG_LEVEL_DEBUG] = "7" };
	const struct log_about *about = log_current_about();
	struct fields f;

	(void)userdata;
	f.count = 0;
	add(&f, "MESSAGE", line);
	add(&f, "PRIORITY", priorities[level]);
	add(&f, "SYSLOG_IDENTIFIER", program);
	add(&f, "NEARCAST_EVENT", about->event);
	add(&f, "NEARCAST_SERVICE", about->service);
	add(&f, "NEARCAST_NEIGHBOR", about->neighbor);
	add(&f, "NEARCAST_PREFIX", about->prefix);
	/* the journal's socket may be away while what it reads from stderr is not */
	if (sd_journal_sendv(f.items, f.count) < 0)
		(void)fprintf(stderr, "<%s>%s\n", priorities[level], line);
}

bool
journald_is(const char *stream, int fd)
{
	char is[64];
	struct stat st;

	if (stream == NULL || fstat(fd, &st) < 0)
		return false;
	(void)snprintf(is, sizeof(is), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	return strcmp(stream, is) == 0;
}

void
journald_use(const char *name)
{
	program = name;
	if (journald_is(getenv("JOURNAL_STREAM"), STDERR_FILENO))
		log_set_sink(send_line, NULL);
}
