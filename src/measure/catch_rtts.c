#include "measure/catch_rtts.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

struct catch_rtt_column {
	uint16_t site;
	uint32_t *us; /* owned; of each row of the table */
};

void
catch_rtts_done(struct catch_rtts *r)
{
	for (size_t i = 0; i < r->count; i++)
		free(r->columns[i].us);
	free(r->columns);
	*r = (struct catch_rtts){ 0 };
}

static struct catch_rtt_column *
add_column(struct catch_rtts *r, const struct catch_table *t, uint16_t site)
{
	struct catch_rtt_column *c;

	r->columns = grow_array(r->columns, r->count, &r->cap, sizeof(*r->columns));
	c = &r->columns[r->count++];
	*c = (struct catch_rtt_column){ site, xcalloc(t->count, sizeof(*c->us)) };
	for (size_t i = 0; i < t->count; i++)
		c->us[i] = CATCH_US_NONE;
	return c;
}

void
catch_rtts_add(
    struct catch_rtts *r, const struct catch_table *t, size_t row, uint16_t site, uint32_t us)
{
	struct catch_rtt_column *c = NULL;

	/* mostly it is the last one: a file is of one site */
	for (size_t i = r->count; i-- > 0 && c == NULL;) {
		if (r->columns[i].site == site)
			c = &r->columns[i];
	}
	if (c == NULL)
		c = add_column(r, t, site);
	c->us[row] = MIN(c->us[row], us);
}

uint32_t
catch_rtts_get(
    const struct catch_rtts *r, const struct catch_table *t, struct ip target, const char *site)
{
	size_t row = catch_table_find(t, target);

	if (row == t->count || !ip_equal(catch_table_target(t, row), target))
		return CATCH_US_NONE;
	for (size_t i = 0; i < r->count; i++) {
		if (strcmp(t->sites[r->columns[i].site], site) == 0)
			return r->columns[i].us[row];
	}
	return CATCH_US_NONE;
}
