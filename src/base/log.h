/*
 * One line for each decision: a sentence, then key=value.
 *
 * Pure layers never log; they give reasons back and the driver logs once. Lines go to stderr with
 * the journal's <N> prefix when stderr is the journal, and with a UTC time to a terminal or a file,
 * or to a sink: a daemon's is the journal itself (io/journald.h). Levels: error = an operator must
 * act; warning = something was refused; notice = the state of a service changed; info = lifecycle;
 * debug = packets. A secret is never an argument of a log line.
 */
#pragma once

#include <stddef.h>

#include "base/attr.h"

#define LOG_LINE_MAX 2048 /* of text; more is cut */

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_NOTICE,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
	LOG_LEVEL_MAX,
};

/* What a line is about, for logs that have fields; NULL: nothing of that kind. */
struct log_about {
	const char *event; /* its kind */
	const char *service, *neighbor, *prefix;
};

/* Where lines go instead of stderr: tests capture them. */
typedef void (*log_sink)(enum log_level level, const char *line, void *userdata);

void log_set_level(enum log_level max);
void log_set_sink(log_sink sink, void *userdata); /* NULL: stderr again */
const char *log_level_name(enum log_level level);
int log_level_parse(const char *text, enum log_level *ret); /* 0, -EINVAL */

void log_line(enum log_level level, const char *fmt, ...) _printf_(2, 3);
void log_line_about(enum log_level level, const struct log_about *about, const char *fmt, ...)
    _printf_(3, 4);
/*
 * The line as stderr gets it, with its end; gives its length. For a thread that may not wait for
 * what log_line() waits for.
 */
size_t log_format(enum log_level level, const char *line, char *buf, size_t size);
/* For a sink, while it is called: what the line is about. */
const struct log_about *log_current_about(void);

#define log_error(...) log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_notice(...) log_line(LOG_LEVEL_NOTICE, __VA_ARGS__)
#define log_info(...) log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)
