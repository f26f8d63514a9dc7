/* The state directory: what is kept, and what becomes of one that can not be used. */
#include "agent/state_dir.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "io/loop.h"
#include "tap.h"

static char folder[64], path[96];
static size_t error_lines, notice_lines;

static void
on_line(enum log_level level, const char *line, void *userdata)
{
	(void)line;
	(void)userdata;
	error_lines += level == LOG_LEVEL_ERROR;
	notice_lines += level == LOG_LEVEL_NOTICE;
}

static sd_event *
begin(void)
{
	sd_event *loop = NULL;

	(void)snprintf(folder, sizeof(folder), "/tmp/nearcast-state-XXXXXX");
	(void)mkdtemp(folder);
	(void)snprintf(path, sizeof(path), "%s/state", folder);
	error_lines = notice_lines = 0;
	log_set_sink(on_line, NULL);
	(void)sd_event_new(&loop);
	return loop;
}

static void
end(void)
{
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -rf %s", folder);
	(void)system(command);
	log_set_sink(NULL, NULL);
}

static struct state_dir *
open_dir(sd_event *loop)
{
	struct state_dir *d = NULL;
	struct err e = { 0 };

	if (state_dir_new(loop, path, &d, &e) < 0)
		tap_fail(__FILE__, __LINE__, "%s", e.message);
	return d;
}

static void
check_load(const struct state_dir *d, const char *name, const char *want)
{
	_cleanup_(freep) char *text = NULL;
	struct err e = { 0 };
	size_t len;

	CHECK_INT(state_dir_load(d, name, 100, &text, &len, &e), want ? 0 : -ENOENT);
	CHECK_STR(text ? text : "", want ? want : "");
}

TEST(what_is_saved_is_there_for_the_next)
{
	_cleanup_(sd_event_unrefp) sd_event *loop = begin();
	struct state_dir *d = open_dir(loop);

	REQUIRE(d != NULL);
	CHECK(state_dir_is_ours(d));
	CHECK(state_dir_problem(d) == NULL);
	for (int i = 0; i < 100; i++) /* most of them are never written */
		state_dir_save(d, "drains.json", i < 99 ? "before" : "last", i < 99 ? 6 : 4);
	state_dir_save(d, "gone", "x", 1);
	state_dir_remove(d, "gone");
	state_dir_free(d);

	d = open_dir(loop);
	check_load(d, "drains.json", "last");
	check_load(d, "gone", NULL);
	state_dir_free(d);
	CHECK_INT(error_lines, 0);
	end();
}

TEST(one_agent_has_it)
{
	_cleanup_(sd_event_unrefp) sd_event *loop = begin();
	struct state_dir *first = open_dir(loop), *second = open_dir(loop);

	CHECK(!state_dir_is_ours(second));
	CHECK(strstr(state_dir_problem(second), "another agent has ") != NULL);
	state_dir_save(second, "drains.json", "theirs", 6);
	state_dir_free(second);
	check_load(first, "drains.json", NULL);
	state_dir_free(first);
	CHECK_INT(error_lines, 1);
	end();
}

TEST(a_folder_that_can_not_be_made)
{
	_cleanup_(sd_event_unrefp) sd_event *loop = begin();
	struct state_dir *d;

	(void)snprintf(path, sizeof(path), "%s/missing/state", folder);
	d = open_dir(loop);
	REQUIRE(d != NULL);
	CHECK(strstr(state_dir_problem(d), "missing/state: No such file") != NULL);
	state_dir_save(d, "drains.json", "x", 1);
	check_load(d, "drains.json", NULL);
	state_dir_free(d);
	end();
}

static bool
wait_problem(sd_event *loop, const struct state_dir *d, bool want)
{
	struct instant until = instant_add(clock_now(), DURATION_S(10));

	while ((state_dir_problem(d) != NULL) != want) {
		if (instant_reached(until, clock_now()))
			return false;
		(void)sd_event_run(loop, 20000);
	}
	return true;
}

/* A folder in the file's way stands for all that keeps a file from being written. */
TEST(a_failure_is_said_once_and_tried_again)
{
	_cleanup_(sd_event_unrefp) sd_event *loop = begin();
	struct state_dir *d = open_dir(loop);
	char block[128];

	(void)snprintf(block, sizeof(block), "%s/drains.json", path);
	CHECK_INT(mkdir(block, 0700), 0);
	state_dir_save(d, "drains.json", "kept", 4);
	CHECK(wait_problem(loop, d, true));
	state_dir_save(d, "other", "1", 1);
	state_dir_save(d, "other", "2", 1);
	for (int i = 0; i < 5; i++)
		(void)sd_event_run(loop, 20000);
	CHECK(state_dir_problem(d) != NULL);
	CHECK_INT(error_lines, 1);
	CHECK_INT(rmdir(block), 0);
	state_dir_save(d, "other", "3", 1); /* brings the first one along */
	CHECK(wait_problem(loop, d, false));
	check_load(d, "drains.json", "kept");
	CHECK_INT(error_lines, 1);
	CHECK_INT(notice_lines, 1);
	state_dir_free(d);
	end();
}

TEST(what_failed_is_written_when_it_can_be)
{
	_cleanup_(sd_event_unrefp) sd_event *loop = begin();
	struct state_dir *d = open_dir(loop);
	char block[128];

	(void)snprintf(block, sizeof(block), "%s/drains.json", path);
	CHECK_INT(mkdir(block, 0700), 0);
	state_dir_save(d, "drains.json", "kept", 4);
	CHECK(wait_problem(loop, d, true));
	CHECK_INT(rmdir(block), 0);
	CHECK(wait_problem(loop, d, false));
	check_load(d, "drains.json", "kept");
	CHECK_INT(error_lines, 1);
	state_dir_free(d);
	end();
}
