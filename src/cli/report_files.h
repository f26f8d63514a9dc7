/* The files that a report is written to. */
#pragma once

#include "measure/report.h"

/* NULL: none of that kind; "-": standard output. */
struct report_files {
	const char *page, *json, *csv;
};

/*
 * Writes each. One that is there is replaced when the new one is whole; what is no file, such as a
 * pipe, is written through. EXIT_SUCCESS, or EXIT_FAILURE with the sentence on stderr.
 */
int report_files_write(const struct report_files *files, const struct report *r) _must_use_;
/* One file, of the kind that its name ends in: ".json", ".csv", and a page otherwise. */
int report_file_write(const char *path, const struct report *r) _must_use_;
/* How many of them are standard output. */
int report_files_on_stdout(const struct report_files *files);
