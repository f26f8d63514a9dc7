/*
 * What a person sees of a run: a line with the elapsed time for each step and each thing that took
 * time, a line that comes and goes while something is waited for, and the text of results.
 *
 * At a terminal the waiting line is overwritten; in a file it is left out. Plain ASCII when the
 * locale is not UTF-8, no escapes when colours are not wanted.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "base/strbuf.h"
#include "base/time.h"

/* How text may look. */
struct look {
	bool colour;
	bool utf8;
};

struct say {
	FILE *to;
	struct look look;
	bool terminal;
	bool quiet;           /* nothing at all is wanted */
	bool results;         /* false: only progress (--json has the results in its document) */
	struct instant since; /* elapsed times count from here */
};

/* How output to this stream may look; looks at the terminal, NO_COLOR and the locale. */
struct say say_init(FILE *to, bool results, struct instant since);

/* "[  3.1 s] text": a step begins. */
void say_step(const struct say *s, const char *fmt, ...) _printf_(2, 3);
/* As say_step(), quieter: something within a step is done. */
void say_done(const struct say *s, const char *fmt, ...) _printf_(2, 3);
/* The line that is overwritten by the next one. */
void say_waiting(const struct say *s, const char *fmt, ...) _printf_(2, 3);
/* A result, ends with a newline; nothing when results are not wanted. */
void say_result(const struct say *s, const char *text);

const char *look_tick(struct look l);  /* for what held */
const char *look_cross(struct look l); /* for what did not */
const char *look_arrow(struct look l); /* between networks of a path */
