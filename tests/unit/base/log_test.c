#include "base/log.h"

#include <errno.h>

#include "tap.h"

static char last[256];

static void
keep(enum log_level level, const char *line, void *userdata)
{
	(void)userdata;
	(void)snprintf(last, sizeof(last), "%s: %s", log_level_name(level), line);
}

TEST(level_sink_and_control_characters)
{
	log_set_sink(keep, NULL);
	log_set_level(LOG_LEVEL_NOTICE);
	log_notice("a peer said \"%s\"", "x\ny\x1b[2J");
	CHECK_STR(last, "notice: a peer said \"x?y?[2J\"");
	log_info("not shown");
	CHECK_STR(last, "notice: a peer said \"x?y?[2J\"");
	log_set_sink(NULL, NULL);
}

TEST(levels_by_name)
{
	enum log_level level;

	CHECK_INT(log_level_parse("debug", &level), 0);
	CHECK_INT(level, LOG_LEVEL_DEBUG);
	CHECK_INT(log_level_parse("loud", &level), -EINVAL);
}
