/*
 * The web console: the files that a build embeds, and how a browser gets them.
 *
 * Embedded, so that the program is one file and nobody can change a page of it on a disk. They are answered in
 * the loop, without a worker and without the store: they are nobody's secret, and the page that says that the
 * store is away has to come when it is.
 *
 *   /                  leads to /console/
 *   /console/NAME      that file
 *   /console/…         what has no dot in its last segment is an address within the page: its index.html
 *
 * Each answer allows the page its own files and nothing else (Content-Security-Policy), so that a text which somebody
 * has put into an object can never run. A build without the console has one page, which says so.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "io/http_answer.h"
#include "io/http_exchange.h"

struct console_file {
	const char *path; /* "/console/app.js" */
	const char *content_type;
	const char *etag; /* without quotes; of the file's bytes */
	const unsigned char *bytes;
	size_t len;
	const unsigned char *gzip; /* the same, compressed; NULL: that would not help */
	size_t gzip_len;
};

/* Made by embed-console.py; none: the console was left out. */
extern const struct console_file console_files[];
extern const size_t console_file_count;

/* Whether the path is the console's: then the answer is filled. */
bool console_answer(const struct http_request *request, struct http_answer *answer);
/* The same of other files, for tests. */
bool console_answer_from(const struct console_file *files, size_t count,
    const struct http_request *request, struct http_answer *answer);
