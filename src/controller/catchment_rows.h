/*
 * The rows of all hosts, put together: as files of a site each, which is what
 * `nearcast catchment merge` reads, so that both come to the same.
 */
#pragma once

#include "controller/catchment_case.h"
#include "measure/catch_merge.h"

/* Zeroed is empty; catchment_rows_done() ends it. */
struct catchment_rows {
	struct catch_merge m;
	uint8_t block_length; /* of one that was merged anew */
	char **names;         /* owned: the files of the merge are called so */
	size_t name_count, name_cap;
};

/* What the hosts have handed in until now. */
int catchment_rows_merge(
    struct call *c, const struct catchment_case *k, struct catchment_rows *ret);
/* Likewise; of one that is over, what came of it. */
int catchment_rows_read(struct call *c, const struct catchment_case *k, struct catchment_rows *ret);
void catchment_rows_done(struct catchment_rows *rows);
