/* The loader of relations, and the ways that they allow: each is made of neighbors, and has no
 * valley. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "measure/relations.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_way(const struct relations *r, const uint32_t *path, size_t count)
{
	bool down = false;

	for (size_t i = 1; i < count; i++) {
		enum relation next = relations_between(r, path[i - 1], path[i]);

		assert(next != RELATION_NONE);
		assert(!down || next == RELATION_CUSTOMER);
		down = next != RELATION_PROVIDER;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = xcalloc(size + 1, 1);
	struct relations *r = NULL;
	struct strbuf report = { 0 };
	struct err e = { 0 };
	size_t count;
	const struct relation_neighbor *all;

	memcpy(text, data, size);
	if (relations_load_text("relations", text, &r, &report, &e) < 0)
		assert(r == NULL && e.message[0] != '\0');
	else
		assert(report.len == 0);
	all = relations_all(r, &count);
	if (count > 0 && count < 1000) {
		struct relation_ways *w = relation_ways_new(r, &all[0].of, 1);

		for (size_t i = 0; i < count; i++) {
			uint32_t path[RELATION_PATH_MAX];

			check_way(r, path, relation_way_over(w, all[i].of, all[i].asn, path));
		}
		relation_ways_free(w);
	}
	strbuf_done(&report);
	relations_free(r);
	free(text);
	return 0;
}
