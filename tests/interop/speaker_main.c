/*
 * The built-in speaker alone, for interop tests: neighbors on the command line, orders on stdin,
 * one line of JSON on stdout for each event.
 *
 *   interop-speaker name=r1,address=192.0.2.2,local-address=192.0.2.1,local-as=65001,peer-as=65000 ...
 *   set PREFIX [KEY=VALUE]...  |  withdraw PREFIX  |  release  |  status  |  stop [TEXT]  |
 *   watch PREFIX  |  watched  |  cut
 *
 * The keys stand in speaker_options.c. `cut` ends the TCP connections below the sessions, as a loss
 * would.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "announce/announce.h"
#include "base/log.h"
#include "base/strbuf.h"
#include "io/loop.h"
#include "speaker_options.h"

#define NEIGHBORS_MAX 8

struct program {
	sd_event *loop;
	struct announcer *announcer;
	char input[4096];
	size_t input_len;
};

static void
print_event(json_t *event)
{
	(void)json_object_set_new(event, "at_wall_ns", json_integer(clock_wall_ns()));
	(void)json_dumpf(event, stdout, JSON_COMPACT);
	printf("\n");
	(void)fflush(stdout);
	json_decref(event);
}

static void
on_neighbor(void *userdata, const char *neighbor, bool established, const char *why)
{
	(void)userdata;
	print_event(json_pack("{s:s, s:s, s:b, s:s}", "event", "neighbor", "name", neighbor,
	    "established", (int)established, "why", why));
}

static void
on_withdrawn(void *userdata, struct prefix prefix, const struct withdraw_result *result)
{
	char text[PREFIX_STR_MAX];

	(void)userdata;
	(void)result;
	print_event(
	    json_pack("{s:s, s:s}", "event", "withdrawn", "prefix", prefix_format(prefix, text)));
}

static void
on_stopped(void *userdata)
{
	struct program *p = userdata;

	print_event(json_pack("{s:s}", "event", "stopped"));
	(void)sd_event_exit(p->loop, 0);
}

static void
order_set(struct program *p, char *rest)
{
	struct announcement a;
	struct err e = { 0 };

	read_announcement(rest, &a);
	if (announcer_set(p->announcer, &a, &e) < 0)
		print_event(json_pack("{s:s, s:s}", "event", "refused", "why", e.message));
}

/* Neither end hears more than the end of file. */
static void
cut(void)
{
	for (int fd = STDERR_FILENO + 1; fd < 256; fd++) {
		struct sockaddr_storage peer;
		socklen_t len = sizeof(peer);

		if (getpeername(fd, (struct sockaddr *)&peer, &len) == 0)
			(void)shutdown(fd, SHUT_RDWR);
	}
}

static void
obey(struct program *p, char *line)
{
	struct prefix prefix;

	if (str_starts_with(line, "set ")) {
		order_set(p, line + 4);
	} else if (str_starts_with(line, "withdraw ") && prefix_parse(line + 9, &prefix) == 0) {
		print_event(json_pack("{s:s}", "event", "withdrawing"));
		announcer_withdraw(p->announcer, prefix);
	} else if (strcmp(line, "release") == 0) {
		announcer_release_end_of_rib(p->announcer);
	} else if (strcmp(line, "status") == 0) {
		print_event(json_pack("{s:s, s:o}", "event", "status", "neighbors",
		    announcer_status(p->announcer, clock_now())));
	} else if (str_starts_with(line, "watch ") && prefix_parse(line + 6, &prefix) == 0) {
		announcer_watch(p->announcer, prefix);
	} else if (strcmp(line, "watched") == 0) {
		print_event(json_pack("{s:s, s:o}", "event", "watched", "prefixes",
		    announcer_watched(p->announcer, NULL, clock_now())));
	} else if (strcmp(line, "cut") == 0) {
		cut();
	} else if (str_starts_with(line, "stop")) {
		announcer_stop(p->announcer, line[4] ? line + 5 : NULL, on_stopped, p);
	} else {
		die("unknown order", line);
	}
}

static int
on_input(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	struct program *p = userdata;
	ssize_t n = read(fd, p->input + p->input_len, sizeof(p->input) - p->input_len - 1);
	char *end;

	(void)source;
	(void)revents;
	if (n <= 0)
		return sd_event_exit(p->loop, 0);
	p->input_len += (size_t)n;
	p->input[p->input_len] = '\0';
	while ((end = strchr(p->input, '\n'))) {
		*end = '\0';
		obey(p, p->input);
		p->input_len -= (size_t)(end + 1 - p->input);
		memmove(p->input, end + 1, p->input_len + 1);
	}
	return 0;
}

int
main(int argc, char **argv)
{
	struct neighbor_conf neighbors[NEIGHBORS_MAX];
	struct program p = { 0 };
	struct announcer_events events = {
		.neighbor_changed = on_neighbor, .withdrawn = on_withdrawn, .userdata = &p
	};
	struct err e = { 0 };

	if (argc - 1 > NEIGHBORS_MAX)
		die("too many neighbors", argv[NEIGHBORS_MAX + 1]);
	for (int i = 1; i < argc; i++)
		read_neighbor(argv[i], &neighbors[i - 1]);
	log_set_level(LOG_LEVEL_DEBUG);
	if (sd_event_new(&p.loop) < 0)
		die("event loop", "cannot be made");
	if (announcer_new_speaker(p.loop, neighbors, (size_t)argc - 1, &events, &p.announcer, &e) <
	    0)
		die("cannot start", e.message);
	if (sd_event_add_io(p.loop, NULL, STDIN_FILENO, EPOLLIN, on_input, &p) < 0)
		die("event loop", "stdin");
	(void)sd_event_loop(p.loop);
	announcer_free(p.announcer);
	(void)sd_event_unref(p.loop);
	return EXIT_SUCCESS;
}
