/* A lab's scenario, with the checks over all of it: the names, the paths, the addresses. */
#include <assert.h>

#include "lab/scenario.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(strbuf_done) struct strbuf errors = { 0 };
	_cleanup_(strbuf_done) struct strbuf printed = { 0 };
	_cleanup_(conf_freep) struct conf *c = NULL;

	if (conf_load_text("x", (const char *)data, size, &scenario_schema, &c, &errors) < 0) {
		assert(c == NULL && errors.len > 0 && errors.text[errors.len - 1] == '\n');
		return 0;
	}
	conf_print(&scenario_schema, conf_root(c), &printed);
	return 0;
}
