/*
 * Fail: a service dies while a client requests continuously. How long until the withdraw is on the
 * wire (the packet's own timestamp against the wall clock right before the kill), until the client
 * has its first answer from elsewhere, how many requests failed; and after a new start, until it is
 * back.
 *
 * The order is that of run_fail(): a steady client first, then the kill, then the new start.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

#include "io/loop.h"
#include "lab/bgp_capture.h"
#include "lab/run_internal.h"
#include "lab/step_fail.h"
#include "lab/stream.h"

#define STEADY_ANSWERS 20 /* of one host in a row, before something is done to it */

struct failing {
	struct run *run;
	const struct scenario_fail *conf;
	const struct scenario_site *site; /* of the host */
	struct run_target target;
	struct stream stream;
	struct bgp_capture capture;
	struct fail_times times;
};

static const char *const *
make_argv(const struct run *run, const struct scenario_fail *conf, const char *url)
{
	char interval[DURATION_STR_MAX], timeout[DURATION_STR_MAX];
	const char **argv = arena_alloc(run->arena, 11 * sizeof(*argv));

	argv[0] = "nearcast";
	argv[1] = "probe";
	argv[2] = "--each";
	argv[3] = "-n";
	argv[4] = "0";
	argv[5] = "--interval";
	argv[6] = arena_strdup(run->arena, duration_format(conf->interval, interval));
	argv[7] = "--timeout";
	argv[8] = arena_strdup(run->arena, duration_format(conf->timeout, timeout));
	argv[9] = url;
	return argv;
}

/* Reads requests and packets until done() says so. -ETIMEDOUT, -EINTR, -EPIPE (the client ended).
 */
static int
read_until(struct failing *f, bool (*done)(const struct failing *f), struct err *err)
{
	struct instant deadline = instant_add(clock_now(), f->conf->within);

	while (!done(f)) {
		struct duration left = instant_diff(deadline, clock_now());
		struct pollfd fds[] = {
			{ .fd = f->stream.child.out, .events = POLLIN },
			{ .fd = f->capture.fd, .events = POLLIN },
			{ .fd = f->run->options->stop_fd, .events = POLLIN },
		};

		if (left.ns <= 0)
			return -ETIMEDOUT;
		if (poll(fds, ARRAY_SIZE(fds), (int)duration_ms(left) + 1) < 0)
			continue;
		if (fds[2].revents)
			return -EINTR;
		if (fds[1].revents) {
			int r = bgp_capture_read(&f->capture, err);

			if (r < 0)
				return r;
		}
		if (fds[0].revents && stream_read(&f->stream) < 0)
			return err_set(
			    err, -EPIPE, "the requests of %s ended early", f->conf->client);
	}
	return 0;
}

static bool
is_steady(const struct failing *f)
{
	return f->stream.last_host && strcmp(f->stream.last_host, f->conf->host) == 0 &&
	       f->stream.in_a_row >= STEADY_ANSWERS;
}

static bool
is_withdrawn(const struct failing *f)
{
	return bgp_watch_find(&f->capture.watch, f->target.prefix, true, f->times.kill_ns) != NULL;
}

static bool
has_moved(const struct failing *f)
{
	return f->stream.last_host && strcmp(f->stream.last_host, f->conf->host) != 0 &&
	       f->stream.in_a_row >= STEADY_ANSWERS && (is_withdrawn(f) || f->times.agent_dies);
}

static bool
has_returned(const struct failing *f)
{
	const struct timeline_request *last =
	    f->stream.count ? &f->stream.requests[f->stream.count - 1] : NULL;

	return last && last->start_ns >= f->times.restart_ns && is_steady(f);
}

static int
wait_for_steady_client(struct failing *f, struct err *err)
{
	int r = read_until(f, is_steady, err);

	if (r == -ETIMEDOUT)
		return err_set(err, r, "%s is not answered by %s but by %s", f->conf->client,
		    f->conf->host, f->stream.last_host ? f->stream.last_host : "nobody");
	return r;
}

/* The kill, and what follows until the client is steady elsewhere. A deadline is no error: it is
 * seen. */
static int
kill_and_watch(struct failing *f, struct err *err)
{
	struct run *run = f->run;
	int r = lab_process_kill(
	    run->lab, f->conf->host, f->conf->process, SIGKILL, &f->times.kill_ns, err);

	if (r < 0)
		return r;
	say_done(run->say, "%s of %s is killed", f->conf->process, f->conf->host);
	r = read_until(f, has_moved, err);
	return r == -ETIMEDOUT ? 0 : r;
}

static int
restart_and_watch(struct failing *f, struct err *err)
{
	struct run *run = f->run;

	f->times.restart_ns = clock_wall_ns();

	int r = lab_process_start(run->lab, f->conf->host, f->conf->process, err);

	if (r < 0)
		return r;
	say_done(run->say, "%s of %s is started again", f->conf->process, f->conf->host);
	r = read_until(f, has_returned, err);
	return r == -ETIMEDOUT ? 0 : r;
}

/* The first Global IP of the family that the host answers on. */
static const struct run_target *
find_target(const struct run *run, const struct scenario_fail *conf)
{
	const struct scenario_host *host = scenario_host(run->scenario, conf->host, NULL);
	size_t count;
	const struct run_target *targets = run_targets(run, conf->family, &count);

	for (size_t t = 0; t < count; t++)
		for (size_t i = 0; i < host->services.count; i++)
			if (strcmp(targets[t].service, scenario_str(&host->services, i)) == 0)
				return &targets[t];
	return NULL;
}

static int
open_all(struct failing *f, const char *const *argv, struct err *err)
{
	int r = bgp_capture_open(&f->capture, f->run->lab, f->conf->host, err);

	return r < 0 ? r : stream_start(&f->stream, f->run->lab, f->conf->client, argv, err);
}

static void
close_all(struct failing *f)
{
	stream_done(&f->stream);
	bgp_capture_done(&f->capture);
}

static int
run_fail(struct run *run, const struct scenario_step *step, json_t *result, struct err *err)
{
	const struct scenario_fail *conf = &step->fail;
	_cleanup_(close_all) struct failing f = {
		.run = run, .conf = conf, .capture.fd = -1, .stream.child = LAB_CHILD_INIT
	};
	const struct run_target *target = find_target(run, conf);
	json_t *commands = json_array();

	json_object_set_new(result, "commands", commands);
	if (!target)
		return err_set(err, -ENOENT, "%s has no Global IP of this family", conf->host);
	scenario_host(run->scenario, conf->host, &f.site);
	f.target = *target;
	f.times.agent_dies = strcmp(conf->process, "nearcastd") == 0;

	const char *const *argv = make_argv(run, conf, f.target.url);

	run_add_command(commands, conf->client, argv);

	int r = open_all(&f, argv, err);

	if (r >= 0)
		r = wait_for_steady_client(&f, err);
	if (r >= 0)
		r = kill_and_watch(&f, err);
	if (r >= 0)
		r = restart_and_watch(&f, err);
	if (r < 0)
		return r;
	stream_finish(&f.stream);
	fail_report(run, conf, f.site->name, f.target.prefix, &f.times, &f.stream, &f.capture.watch,
	    result);
	return 0;
}

const struct run_step run_step_fail = {
	.kind = STEP_FAIL,
	.key = "fail",
	.about = "killed while a client requests continuously, then started again",
	.run = run_fail,
	.print = fail_print,
};
