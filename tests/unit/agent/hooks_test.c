/* Hooks with real commands: what they are told, time-outs, limits, and what is said of failures. */
#include "agent/hooks.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "io/atomic_file.h"
#include "io/loop.h"
#include "tap.h"

static char folder[64];
static sd_event *loop;
static struct hooks *hooks;
static size_t warnings, notices;
static const char *arguments[3];
static int kinds[] = { EVENT_SERVICE_WITHDRAWN, EVENT_GUARD_REFUSED };
static struct agent_hook conf_hook;
static struct agent_conf conf = { .host = "am6-1", .site = "am6" };

static void
on_line(enum log_level level, const char *line, void *userdata)
{
	(void)line;
	(void)userdata;
	warnings += level <= LOG_LEVEL_WARNING;
	notices += level == LOG_LEVEL_NOTICE;
}

/* A hook that runs the script; its folder stands for DIR. */
static void
begin(const char *script, struct agent_hook hook)
{
	static char text[512];
	struct err e = { 0 };

	(void)snprintf(folder, sizeof(folder), "/tmp/nearcast-hooks-XXXXXX");
	(void)mkdtemp(folder);
	(void)snprintf(text, sizeof(text), "cd %s && { %s; }", folder, script);
	arguments[0] = "/bin/sh";
	arguments[1] = "-c";
	arguments[2] = text;
	conf_hook = hook;
	conf_hook.name = "pager";
	conf_hook.user = geteuid() == 0 ? "root" : NULL;
	conf_hook.exec = (struct conf_list){ arguments, 3 };
	conf_hook.timeout = hook.timeout.ns ? hook.timeout : DURATION_S(10);
	conf_hook.at_once = MAX(hook.at_once, 1u);
	conf_hook.queue = MAX(hook.queue, 1u);
	conf.hooks = (struct conf_list){ &conf_hook, 1 };
	warnings = notices = 0;
	log_set_sink(on_line, NULL);
	(void)sd_event_new(&loop);
	if (hooks_new(loop, &conf, &hooks, &e) < 0)
		tap_fail(__FILE__, __LINE__, "%s", e.message);
}

static void
end(void)
{
	char command[128];

	hooks_free(hooks);
	sd_event_unref(loop);
	(void)snprintf(command, sizeof(command), "rm -rf %s", folder);
	(void)system(command);
	log_set_sink(NULL, NULL);
}

static void
take(uint64_t seq, enum event_kind kind)
{
	struct journal_entry event = { .seq = seq,
		.kind = kind,
		.service = "web",
		.prefix = "203.0.113.10/32",
		.what = "service web: 203.0.113.10/32 withdrawn",
		.why = "it's \"gone\"; $(rm -rf /)" };
	json_auto_t *json = event_json(&event);

	hooks_take(hooks, &event, json);
}

static bool
wait_ended(uint64_t count)
{
	struct instant until = instant_add(clock_now(), DURATION_S(10));
	struct hook_info k;

	do {
		(void)sd_event_run(loop, 5000);
		k = hooks_info(hooks, 0);
	} while (k.passed + k.failed < count && !instant_reached(until, clock_now()));
	return k.passed + k.failed == count;
}

static char *
content_of(const char *name)
{
	_cleanup_(freep) char *path = xasprintf("%s/%s", folder, name);
	char *text = NULL;
	size_t len;

	return atomic_file_read(path, 65536, &text, &len, NULL) < 0 ? xstrdup("") : text;
}

static void
make_file(const char *name)
{
	_cleanup_(freep) char *path = xasprintf("%s/%s", folder, name);

	CHECK_INT(atomic_file_write(path, "", 0, 0600, NULL), 0);
}

TEST(it_is_told_the_event)
{
	_cleanup_(freep) char *input = NULL;
	json_auto_t *document = NULL;

	begin("cat >event; echo $NEARCAST_EVENT $NEARCAST_SERVICE $NEARCAST_NEIGHBOR "
	      "$NEARCAST_PREFIX $NEARCAST_HOST $NEARCAST_SITE >variables",
	    (struct agent_hook){ .kinds = { kinds, ARRAY_SIZE(kinds) } });
	take(6, EVENT_VERDICT); /* not for it */
	take(7, EVENT_SERVICE_WITHDRAWN);
	CHECK(wait_ended(1));
	CHECK_INT(hooks_info(hooks, 0).passed, 1);
	CHECK(hooks_info(hooks, 0).failure == NULL);
	input = content_of("event");
	document = json_loads(input, 0, NULL);
	CHECK_INT(json_integer_value(json_object_get(document, "seq")), 7);
	CHECK_STR(
	    json_string_value(json_object_get(document, "why")), "it's \"gone\"; $(rm -rf /)");
	CHECK_STR(json_string_value(json_object_get(document, "host")), "am6-1");
	CHECK_STR(json_string_value(json_object_get(document, "site")), "am6");
	free(TAKE(input));
	input = content_of("variables");
	CHECK_STR(input, "service-withdrawn web 203.0.113.10/32 am6-1 am6\n");
	end();
}

TEST(a_burst_of_failures_is_said_once)
{
	begin(
	    "test -e well || { echo no such number; exit 3; }", (struct agent_hook){ .queue = 9 });
	for (uint64_t i = 1; i <= 3; i++)
		take(i, EVENT_VERDICT);
	CHECK(wait_ended(3));
	CHECK_INT(hooks_info(hooks, 0).failed, 3);
	CHECK_STR(hooks_info(hooks, 0).failure, "exit status 3: no such number");
	CHECK_INT(warnings, 1);
	make_file("well");
	take(4, EVENT_VERDICT);
	take(5, EVENT_VERDICT);
	CHECK(wait_ended(5));
	CHECK(hooks_info(hooks, 0).failure == NULL);
	CHECK_INT(warnings, 1);
	CHECK_INT(notices, 1);
	end();
}

TEST(one_that_hangs_is_killed_with_all_it_started)
{
	_cleanup_(freep) char *pid = NULL;

	begin(
	    "sleep 1000 & echo $! >pid; wait", (struct agent_hook){ .timeout = DURATION_MS(200) });
	take(1, EVENT_VERDICT);
	CHECK(wait_ended(1));
	CHECK_STR(hooks_info(hooks, 0).failure, "was killed: it took longer than 200ms");
	pid = content_of("pid");
	CHECK(atoi(pid) > 1);
	for (int i = 0; i < 1000 && kill(atoi(pid), 0) == 0; i++)
		(void)sd_event_run(loop, 5000);
	/* gone, or for whoever inherits it to reap */
	if (kill(atoi(pid), 0) == 0) {
		char command[64];

		(void)snprintf(
		    command, sizeof(command), "grep -q ^State:.Z /proc/%d/status", atoi(pid));
		CHECK_INT(system(command), 0);
	}
	end();
}

TEST(queue_and_calls_at_once_are_bounded)
{
	begin("while ! test -e go; do sleep 0.02; done",
	    (struct agent_hook){ .at_once = 2, .queue = 3 });
	for (uint64_t i = 1; i <= 2; i++) {
		take(i, EVENT_VERDICT);
		(void)sd_event_run(loop, 5000);
	}
	CHECK_INT(hooks_info(hooks, 0).running, 2);
	for (uint64_t i = 3; i <= 9; i++)
		take(i, EVENT_VERDICT);
	(void)sd_event_run(loop, 5000);
	CHECK_INT(hooks_info(hooks, 0).running, 2);
	CHECK_INT(hooks_info(hooks, 0).waiting, 3);
	CHECK_INT(hooks_info(hooks, 0).dropped, 4);
	CHECK_INT(warnings, 1);
	make_file("go");
	CHECK(wait_ended(5));
	CHECK_INT(hooks_info(hooks, 0).passed, 5);
	end();
}

TEST(what_still_runs_ends_with_the_agent)
{
	_cleanup_(freep) char *pid = NULL;
	struct instant until = instant_add(clock_now(), DURATION_S(10));

	begin("echo $$ >new; mv new pid; sleep 1000", (struct agent_hook){ .queue = 5 });
	take(1, EVENT_VERDICT);
	take(2, EVENT_VERDICT);
	do {
		(void)sd_event_run(loop, 5000);
		free(pid);
		pid = content_of("pid");
	} while (*pid == '\0' && !instant_reached(until, clock_now()));
	CHECK(atoi(pid) > 1);
	CHECK_INT(kill(atoi(pid), 0), 0);
	end();
	until = instant_add(clock_now(), DURATION_S(10));
	while (waitpid(atoi(pid), NULL, WNOHANG) == 0 && !instant_reached(until, clock_now()))
		(void)usleep(1000);
	CHECK(kill(atoi(pid), 0) < 0);
}

TEST(a_command_that_is_not_there)
{
	begin("true", (struct agent_hook){ 0 });
	arguments[0] = "/nonexistent/page";
	take(1, EVENT_VERDICT);
	CHECK(wait_ended(1));
	CHECK_STR(hooks_info(hooks, 0).failure, "cannot run: No such file or directory");
	end();
}

/* From one program to the next. */
TEST(what_waits_and_what_was_counted_goes_on)
{
	_cleanup_(freep) char *told = NULL;
	struct state_writer saved = { 0 };

	begin("cat >>events; echo >>events; test -e go || exec sleep 1000",
	    (struct agent_hook){ .queue = 2, .timeout = DURATION_S(60) });
	for (uint64_t i = 1; i <= 4; i++) {
		take(i, EVENT_VERDICT);
		for (int k = 0; i == 1 && k < 2000 && hooks_info(hooks, 0).running == 0; k++)
			(void)sd_event_run(loop, 5000);
	}
	CHECK_INT(hooks_info(hooks, 0).waiting, 2);
	CHECK_INT(hooks_info(hooks, 0).dropped, 1);
	hooks_save(hooks, &saved);
	hooks_free(hooks);
	make_file("go");
	CHECK_INT(hooks_new(loop, &conf, &hooks, NULL), 0);
	hooks_load(hooks, reader_init(saved.bytes, saved.len));
	CHECK_INT(hooks_info(hooks, 0).dropped, 1);
	CHECK(wait_ended(2));
	told = content_of("events");
	CHECK(strstr(told, "\"seq\":2") != NULL && strstr(told, "\"seq\":3") != NULL);
	CHECK(strstr(told, "\"host\":\"am6-1\"") != NULL);
	/* what the program before had counted is counted on */
	state_writer_done(&saved);
	hooks_save(hooks, &saved);
	hooks_free(hooks);
	CHECK_INT(hooks_new(loop, &conf, &hooks, NULL), 0);
	hooks_load(hooks, reader_init(saved.bytes, saved.len));
	CHECK_INT(hooks_info(hooks, 0).passed, 2);
	state_writer_done(&saved);
	end();
}
