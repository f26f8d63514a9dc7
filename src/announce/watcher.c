#include "announce/watcher.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "announce/bird_text.h"
#include "announce/frr_text.h"
#include "base/alloc.h"
#include "base/log.h"
#include "io/atomic_file.h"
#include "io/control.h"
#include "io/dialogue.h"
#include "io/handover.h"
#include "io/loop.h"

#define RETRY_PAUSE DURATION_S(1)
#define RETRIES 600
#define AGENT_PATIENCE DURATION_S(2)
#define FAREWELL_PATIENCE_MS 1000

struct watcher {
	int fd; /* our end of the pipe */
	pid_t pid;
};

static volatile sig_atomic_t told_to_end;

static void
on_term(int signo)
{
	(void)signo;
	told_to_end = 1;
}

/* ---- taking all out ---- */

/* The file first: a BIRD that starts meanwhile finds nothing of ours in it. */
static int
withdraw_bird(const struct daemon_conf *conf, struct err *e)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 }, reply = { 0 };
	int r, fd;

	bird_text_head(&text);
	r = atomic_file_write(conf->include, strbuf_get(&text), text.len, 0644, e);
	if (r < 0)
		log_error("watcher: %s", e->message);
	fd = dialogue_open(&dialogue_bird, conf->socket, e);
	if (fd < 0)
		return fd;
	/* all of the pattern, without reading a configuration that may be broken */
	r = dialogue_ask(&dialogue_bird, fd, "disable \"nearcast_*\"", &reply, e);
	(void)close(fd);
	return r;
}

struct commands {
	struct strbuf text; /* one after the other, each with its NUL */
	size_t count;
};

static void
add_command(struct commands *c, const char *command)
{
	strbuf_add_mem(&c->text, command, strlen(command) + 1);
	c->count++;
}

static void
on_own(void *userdata, const struct frr_own *own)
{
	char command[PREFIX_STR_MAX + 32], text[PREFIX_STR_MAX];
	struct commands *c = userdata;

	if (!own->is_network)
		return;
	add_command(c, own->prefix.addr.family == IP_V4 ? "address-family ipv4 unicast"
							: "address-family ipv6 unicast");
	(void)snprintf(command, sizeof(command), "no network %s", prefix_format(own->prefix, text));
	add_command(c, command);
	add_command(c, "exit-address-family");
}

static int
withdraw_frr(const struct daemon_conf *conf, struct err *e)
{
	_cleanup_(strbuf_done) struct strbuf reply = { 0 };
	struct commands c = { 0 };
	int fd = dialogue_open(&dialogue_frr, conf->socket, e), r;
	const char *at;

	if (fd < 0)
		return fd;
	r = dialogue_ask(&dialogue_frr, fd, "enable", &reply, e);
	if (r >= 0)
		r = dialogue_ask(&dialogue_frr, fd, "show running-config", &reply, e);
	if (r >= 0) {
		(void)dialogue_frr_status(&reply);
		add_command(&c, "configure terminal");
		add_command(&c, "router bgp");
		frr_text_ours(strbuf_get(&reply), on_own, &c);
		add_command(&c, "end");
	}
	at = strbuf_get(&c.text);
	for (size_t i = 0; i < c.count && r >= 0; i++, at += strlen(at) + 1)
		r = dialogue_ask(&dialogue_frr, fd, at, &reply, e);
	strbuf_done(&c.text);
	(void)close(fd);
	return r;
}

/* Takes out all that is ours, without waiting. 0, also when the daemon does not run. */
static int
withdraw_all(const struct daemon_conf *conf, struct err *e)
{
	int r = conf->type == DAEMON_BIRD ? withdraw_bird(conf, e) : withdraw_frr(conf, e);

	/* one that does not run announces nothing */
	return r == -ENOENT || r == -ECONNREFUSED ? 0 : r;
}

/* ---- the process ---- */

/* Until the pipe says something: true for a farewell. */
static bool
wait_for_agent(int fd)
{
	char word;
	ssize_t n;

	/* what was told while the agent lived was for the agent */
	while ((n = read(fd, &word, 1)) < 0 && errno == EINTR)
		told_to_end = 0;
	return n == 1;
}

static void
wait_for(struct duration d)
{
	struct instant until = instant_add(clock_now(), d);
	struct duration left;

	while (!told_to_end && (left = instant_diff(until, clock_now())).ns > 0)
		(void)poll(NULL, 0, (int)MIN(duration_ms(left) + 1, INT64_C(60000)));
}

static bool
new_agent_answers(const char *control)
{
	_cleanup_(strbuf_done) struct strbuf reply = { 0 };

	return control_call(control, "{\"command\":\"status\"}\n", AGENT_PATIENCE, &reply, NULL) >=
	       0;
}

static _noreturn_ void
run(const struct daemon_conf *conf, struct duration lifetime, const char *control, int fd)
{
	struct sigaction act = { .sa_handler = on_term };
	sigset_t mask;
	struct err e = { 0 };

	(void)prctl(PR_SET_NAME, "nearcast-watch");
	(void)sigaction(SIGTERM, &act, NULL);
	(void)signal(SIGINT, SIG_IGN); /* a terminal's is the agent's */
	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&mask);
	(void)sigprocmask(SIG_SETMASK, &mask, NULL);
	if (wait_for_agent(fd))
		_exit(EXIT_SUCCESS);
	log_warning("watcher: nearcastd is gone without a farewell; its routes are withdrawn in "
		    "%lld ms unless a new one answers",
	    (long long)duration_ms(lifetime));
	wait_for(lifetime);
	if (!told_to_end && new_agent_answers(control))
		_exit(EXIT_SUCCESS);
	for (int i = 0; i < RETRIES; i++) {
		if (withdraw_all(conf, &e) >= 0) {
			log_warning("watcher: all routes of nearcastd are withdrawn");
			_exit(EXIT_SUCCESS);
		}
		log_error("watcher: cannot withdraw: %s", e.message);
		wait_for(RETRY_PAUSE);
	}
	_exit(EXIT_FAILURE);
}

int
watcher_start(const struct daemon_conf *conf, struct duration lifetime, const char *control,
    const struct inheritance *in, struct watcher **ret, struct err *e)
{
	struct watcher *w;
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return err_errno(e, -errno, "pipe of the watcher");
	pid = fork();
	if (pid < 0) {
		int r = -errno;

		(void)close(fds[0]);
		(void)close(fds[1]);
		return err_errno(e, r, "start the watcher");
	}
	if (pid == 0) {
		(void)close(fds[1]);
		if (in != NULL)
			inheritance_close_copies(in);
		run(conf, lifetime, control, fds[0]);
	}
	(void)close(fds[0]);
	w = xcalloc(1, sizeof(*w));
	*w = (struct watcher){ .fd = fds[1], .pid = pid };
	*ret = w;
	return 0;
}

/* One that somebody has stopped is not waited for for ever. */
static void
wait_for_end(pid_t pid)
{
	struct pollfd p = { .fd = (int)syscall(SYS_pidfd_open, pid, 0u), .events = POLLIN };

	if (p.fd < 0)
		return;
	(void)poll(&p, 1, FAREWELL_PATIENCE_MS);
	(void)waitpid(pid, NULL, WNOHANG);
	(void)close(p.fd);
}

void
watcher_end(struct watcher *w, bool farewell)
{
	if (w == NULL)
		return;
	if (farewell && write(w->fd, "", 1) == 1)
		wait_for_end(w->pid);
	(void)close(w->fd);
	free(w);
}

/* ---- from one program to the next ---- */

enum {
	TAG_FD = 1,
	TAG_PID = 2,
};

void
watcher_save(const struct watcher *w, struct handover *h)
{
	handover_give(h, TAG_FD, w->fd);
	state_number(&h->state, TAG_PID, (uint64_t)w->pid);
}

struct watcher *
watcher_of_past(struct inheritance *in, struct reader records)
{
	uint64_t pid = state_find_number(records, TAG_PID, 0);
	struct watcher *w;
	int fd = inheritance_take(in, records, TAG_FD, FD_PIPE);

	if (fd < 0)
		return NULL;
	w = xcalloc(1, sizeof(*w));
	*w = (struct watcher){ .fd = fd, .pid = pid <= INT_MAX ? (pid_t)pid : 0 };
	return w;
}
