/*
 * A lab's scenario, with the checks over all of it: the names, the paths, the addresses. What passes
 * them has a plan, and each nearcast.yaml in that plan is one that nearcastd takes.
 */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/agent_conf.h"
#include "lab/plan.h"
#include "lab/scenario.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
try_file(const struct lab_file *file)
{
	_cleanup_(strbuf_done) struct strbuf errors = { 0 };
	_cleanup_(conf_freep) struct conf *c = NULL;
	size_t len = strlen(file->content);

	if (!strstr(file->path, "nearcast.yaml"))
		return;
	if (conf_load_text("nearcast.yaml", file->content, len, &agent_conf_schema, &c, &errors) < 0) {
		(void)fprintf(stderr, "%s%s", file->content, strbuf_get(&errors));
		abort();
	}
}

static void
try_plan(const struct scenario *s, bool with_controller)
{
	_cleanup_(lab_plan_freep) struct lab_plan *plan = NULL;
	struct err err = { 0 };
	int r = with_controller ? lab_plan_new_with_controller(s, &plan, &err)
				: lab_plan_new(s, &plan, &err);

	if (r == -EEXIST && with_controller)
		return; /* a node is called so */
	if (r < 0) {
		(void)fprintf(stderr, "no plan: %s\n", err.message);
		abort();
	}
	for (size_t n = 0; n < plan->node_count; n++) {
		for (size_t f = 0; f < plan->nodes[n].file_count; f++)
			try_file(&plan->nodes[n].files[f]);
	}
}

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
	try_plan(conf_root(c), false);
	try_plan(conf_root(c), true);
	return 0;
}
