/* The loader of weights: what is refused is explained, what it takes has each prefix once, and is
 * the same when it is read again as the lines that all targets need. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "measure/weights.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
take(void *userdata, const char *line)
{
	strbuf_addf(userdata, "%s\n", line);
}

static void
read_again(const struct weights *w)
{
	struct strbuf lines = { 0 }, report = { 0 };
	struct selection s = { 0 };
	struct weights *again = NULL;
	struct err e = { 0 };

	for (size_t i = 0; i < w->count; i++)
		selection_add(&s, w->items[i].prefix);
	weights_select(w, &s, take, &lines);
	assert(weights_load_text("lines", strbuf_get(&lines), &again, &report, &e) == 0);
	assert(again->count == w->count);
	for (size_t i = 0; i < w->count; i++)
		assert(again->items[i].count == w->items[i].count &&
		       prefix_equal(again->items[i].prefix, w->items[i].prefix));
	weights_free(again);
	selection_done(&s);
	strbuf_done(&report);
	strbuf_done(&lines);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = xcalloc(size + 1, 1);
	struct strbuf report = { 0 };
	struct weights *w = NULL;
	struct err e = { 0 };

	memcpy(text, data, size);
	if (weights_load_text("weights", text, &w, &report, &e) < 0) {
		assert(w == NULL && report.len > 0 && e.message[0] != '\0');
	} else {
		assert(report.len == 0);
		read_again(w);
	}
	strbuf_done(&report);
	weights_free(w);
	free(text);
	return 0;
}
