/*
 * Runs one check and says what came of it: check-once ADDRESS YAML [RUNS]. The YAML is that of one
 * check in nearcast.yaml. A line for each run, "passed: status 200", and what it wrote behind "|
 * ".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/agent_conf.h"
#include "io/check_run.h"

static const char *const names[] = { "passed", "failed", "refused", "cannot" };

static void
on_done(void *userdata, const struct check_run_result *result)
{
	(void)printf("%s: %s\n", names[result->outcome], result->why);
	(void)sd_event_exit(userdata, 0);
}

static int
run(const struct agent_check *check, struct ip address, int runs)
{
	int r = 0;

	for (int i = 0; i < runs && r >= 0; i++) {
		struct check_run *running = NULL;
		struct check_hub *hub;
		sd_event *loop = NULL;

		r = sd_event_new(&loop);
		if (r < 0)
			break;
		hub = check_hub_new(loop);
		r = check_run_new(
		    hub, &check->spec, address, check->timeout, on_done, loop, &running);
		if (r >= 0) {
			check_run_start(running);
			r = sd_event_loop(loop);
			if (check_run_output(running))
				(void)printf("| %s\n", check_run_output(running));
		}
		check_run_free(running);
		check_hub_free(hub);
		sd_event_unref(loop);
	}
	return r;
}

int
main(int argc, char **argv)
{
	struct strbuf errors = { 0 };
	struct conf *c = NULL;
	struct err e = { 0 };
	struct ip address;
	int r;

	if (argc < 3 || ip_parse(argv[1], &address) < 0)
		return 2;
	if (conf_load_text("check", argv[2], strlen(argv[2]), &agent_check_schema, &c, &errors) <
	    0) {
		(void)printf("refused by the configuration: %s", strbuf_get(&errors));
		strbuf_done(&errors);
		return 1;
	}
	if (check_run_able(&((const struct agent_check *)conf_root(c))->spec, &e) < 0)
		(void)printf("not able: %s\n", e.message);
	r = run(conf_root(c), address, argc > 3 ? atoi(argv[3]) : 1);
	conf_free(c);
	return r < 0;
}
