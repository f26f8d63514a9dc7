/*
 * Whom a catchment asks, from files and the command line: read in one way, whether this host alone
 * asks them or a controller has its hosts do so.
 */
#pragma once

#include "cli/command.h"
#include "measure/hitlist.h"

struct catchment_lists {
	const struct cli_strings *hitlists, *excludes;
	char **prefixes; /* ends with NULL */
	enum ip_family family;
	uint32_t block; /* 0: the usual one of the family */
	bool lab, skip_bad_lines;
};

/*
 * Reads all of it. Bad lines are shown on standard error, counted, and refused unless they are to
 * be left out: nobody shall measure less than was meant without knowing. took is as for
 * hitlist_tell(), NULL for none. EXIT_SUCCESS, and the caller frees the list, which is not
 * finished; or the exit status, and it was said why.
 */
int catchment_lists_read(const struct catchment_lists *l, hitlist_took_fn took, void *userdata,
    uint64_t *ret_bad, struct hitlist **ret) _must_use_;
