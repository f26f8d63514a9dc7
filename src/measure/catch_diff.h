/*
 * Two merged catchments compared: who moved from where to where. Targets that land at several sites
 * are at a place of their own, "am6,sg1".
 */
#pragma once

#include <jansson.h>

#include "measure/catch_sums.h"

struct catch_move {
	uint16_t from, to; /* numbers of places */
	struct catch_amount amount;
};

/* One of the two: owned texts; NULL: its file does not say. */
struct catch_diff_side {
	char *address, *run;
	char *sender, *began; /* the site that asked, and when */
};

/* Zeroed is empty. */
struct catch_diff {
	/* site: the place in the first catchment; best_site: that in the second; CATCH_NO_SITE:
	 * none */
	struct catch_table table;
	struct catch_amount both, moved; /* in both; and of them those that moved */
	struct catch_amount gone, come;  /* in the first only, in the second only */
	struct catch_move *moves;        /* owned; the largest first */
	size_t move_count, move_cap;
	struct catch_diff_side sides[2];
	bool has_weights, incomplete;
	bool other_address; /* the two are of different ones: what moved says nothing */
	double unmapped;
	uint64_t bad;
	struct strbuf report; /* bad lines, for the person */
};

void catch_diff_done(struct catch_diff *d);
/* weights: NULL for none. */
int catch_diff_read(struct catch_diff *d, const char *first, const char *second,
    const char *weights, struct err *e) _must_use_;
/* A line for each target that moved: "TARGET FROM TO". */
int catch_diff_write(const struct catch_diff *d, const char *path, struct err *e) _must_use_;
json_t *catch_diff_to_json(const struct catch_diff *d); /* owned by the caller */
void catch_diff_to_text(const struct catch_diff *d, struct strbuf *out);
