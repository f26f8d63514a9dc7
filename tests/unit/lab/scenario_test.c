/* What a scenario file may say, and how each thing that it must not say is refused. */
#include "lab/scenario.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "tap.h"

static void
load_shipped(const char *name)
{
	_cleanup_(conf_freep) struct conf *c = NULL;
	_cleanup_(strbuf_done) struct strbuf errors = { 0 };
	_cleanup_(freep) char *path = xasprintf("%s/%s.yaml", getenv("LABS"), name);

	CHECK_INT(scenario_load_file(path, &c, &errors), 0);
	CHECK_STR(strbuf_get(&errors), "");
}

TEST(shipped_scenarios_load)
{
	static const char *const NAMES[] = { "article", "four-continents", "hot-potato", "ipv6-only" };

	for (size_t i = 0; i < ARRAY_SIZE(NAMES); i++)
		load_shipped(NAMES[i]);
}
