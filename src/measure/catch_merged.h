/* The file of a merge, read again. */
#pragma once

#include "measure/catch_file.h"
#include "measure/catch_table.h"

/*
 * Adds the rows of a file of the kind "merged", whose first line has been read. A negative errno:
 * it cannot be read on; -E2BIG: it has too many sites.
 */
int catch_merged_read(struct catch_table *t, struct catch_reader *r, struct err *e) _must_use_;
