/* nearcastd.yaml: what loads prints to something that loads and prints the same. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/agent_conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(strbuf_done) struct strbuf errors = { 0 };
	_cleanup_(strbuf_done) struct strbuf printed = { 0 };
	_cleanup_(strbuf_done) struct strbuf again = { 0 };
	_cleanup_(conf_freep) struct conf *c = NULL;
	_cleanup_(conf_freep) struct conf *copy = NULL;

	if (conf_load_text("x", (const char *)data, size, &agent_conf_schema, &c, &errors) < 0) {
		assert(c == NULL && errors.len > 0 && errors.text[errors.len - 1] == '\n');
		return 0;
	}
	conf_print(&agent_conf_schema, conf_root(c), &printed);
	if (conf_load_text("again", printed.text, printed.len, &agent_conf_schema, &copy, &errors) < 0) {
		(void)fprintf(stderr, "%s%s", printed.text, errors.text);
		abort();
	}
	conf_print(&agent_conf_schema, conf_root(copy), &again);
	if (strcmp(printed.text, again.text) != 0) {
		(void)fprintf(stderr, "%s----\n%s", printed.text, again.text);
		abort();
	}
	return 0;
}
