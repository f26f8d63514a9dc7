#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static enum log_level level_max = LOG_LEVEL_INFO;
static log_sink sink_fn;
static void *sink_userdata;
static _Thread_local struct log_about current_about;

/* syslog(3) priority of each level, for the journal's <N> prefix */
static const struct {
	const char *name;
	int priority;
} levels[LOG_LEVEL_MAX] = {
	[LOG_LEVEL_ERROR] = { "error", 3 },
	[LOG_LEVEL_WARNING] = { "warning", 4 },
	[LOG_LEVEL_NOTICE] = { "notice", 5 },
	[LOG_LEVEL_INFO] = { "info", 6 },
	[LOG_LEVEL_DEBUG] = { "debug", 7 },
};

void
log_set_level(enum log_level max)
{
	level_max = max;
}

void
log_set_sink(log_sink sink, void *userdata)
{
	sink_fn = sink;
	sink_userdata = userdata;
}

const char *
log_level_name(enum log_level level)
{
	return levels[level].name;
}

int
log_level_parse(const char *text, enum log_level *ret)
{
	for (int i = 0; i < LOG_LEVEL_MAX; i++) {
		if (strcmp(text, levels[i].name) == 0) {
			*ret = (enum log_level)i;
			return 0;
		}
	}
	return -EINVAL;
}

size_t
log_format(enum log_level level, const char *line, char *buf, size_t size)
{
	struct timespec ts;
	struct tm tm;
	char when[32];
	int n;

	/* systemd sets JOURNAL_STREAM for a unit whose stderr goes to the journal */
	if (getenv("JOURNAL_STREAM") != NULL) {
		n = snprintf(buf, size, "<%d>%s\n", levels[level].priority, line);
	} else {
		(void)clock_gettime(CLOCK_REALTIME, &ts);
		(void)gmtime_r(&ts.tv_sec, &tm);
		(void)strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", &tm);
		n = snprintf(buf, size, "%s.%06ldZ %-7s %s\n", when, ts.tv_nsec / 1000,
		    levels[level].name, line);
	}
	return MIN((size_t)MAX(n, 0), size - 1);
}

static void
write_stderr(enum log_level level, const char *line)
{
	char buf[LOG_LINE_MAX + 64];

	(void)log_format(level, line, buf, sizeof(buf));
	(void)fputs(buf, stderr);
}

static void write_line(enum log_level level, const struct log_about *about, const char *fmt,
    va_list ap) _printf_(3, 0);

static void
write_line(enum log_level level, const struct log_about *about, const char *fmt, va_list ap)
{
	char line[LOG_LINE_MAX];
	int saved = errno;

	(void)vsnprintf(line, sizeof(line), fmt, ap);
	/* one event is one line, whatever a peer put into its text */
	for (char *p = line; *p; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
	}
	current_about = *about;
	if (sink_fn)
		sink_fn(level, line, sink_userdata);
	else
		write_stderr(level, line);
	errno = saved;
}

void
log_line(enum log_level level, const char *fmt, ...)
{
	va_list ap;

	if (level > level_max)
		return;
	va_start(ap, fmt);
	write_line(level, &(struct log_about){ 0 }, fmt, ap);
	va_end(ap);
}

void
log_line_about(enum log_level level, const struct log_about *about, const char *fmt, ...)
{
	va_list ap;

	if (level > level_max)
		return;
	va_start(ap, fmt);
	write_line(level, about, fmt, ap);
	va_end(ap);
}

const struct log_about *
log_current_about(void)
{
	return &current_about;
}
