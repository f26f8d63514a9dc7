#include "lab/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/utf8.h"
#include "io/control_line.h"
#include "lab/bring_up.h"
#include "lab/exec.h"
#include "lab/requests.h"
#include "lab/userns.h"

#define TICK DURATION_MS(5)
#define READY_TIMEOUT_DEFAULT DURATION_S(15)

/* Where the descriptors that outlive the caller's are put; the rest is closed. */
enum kept_fd {
	KEPT_LIFELINE = 3,
	KEPT_DIR,
	KEPT_LOCK,
	KEPT_SOCKET, /* may be none */
	KEPT_END,
};

static void
tell(struct supervisor *s, json_t *message)
{
	_cleanup_(strbuf_done) struct strbuf line = { 0 };

	(void)control_line(message, &line);
	if (s->lifeline >= 0)
		(void)send(s->lifeline, line.text, line.len, MSG_NOSIGNAL);
}

void
supervisor_say(struct supervisor *s, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	tell(s, json_pack("{s:s}", "progress", utf8_mend(text)));
}

void
supervisor_end(struct supervisor *s, const struct err *err)
{
	if (err != NULL && !s->ending) {
		s->why = *err;
		log_error("%s", err->message);
	}
	s->ending = true;
	if (s->loop != NULL)
		(void)sd_event_exit(s->loop, 0);
}

void
supervisor_look_soon(struct supervisor *s)
{
	timer_set(&s->tick, instant_add(clock_now(), TICK));
}

struct node *
supervisor_find_node(struct supervisor *s, const char *name, struct err *err)
{
	_cleanup_(freep) const char **names = xcalloc(s->plan->node_count + 1, sizeof(*names));

	for (size_t i = 0; i < s->plan->node_count; i++) {
		names[i] = s->plan->nodes[i].name;
		if (strcmp(names[i], name) == 0)
			return &s->nodes[i];
	}
	const char *nearest = str_nearest(name, names);
	if (nearest != NULL)
		(void)err_set(err, -ENOENT, "no node \"%s\" in the lab %s; did you mean %s?", name,
		    s->plan->name, nearest);
	else
		(void)err_set(err, -ENOENT, "no node \"%s\" in the lab %s", name, s->plan->name);
	return NULL;
}

struct process *
supervisor_find_process(
    struct supervisor *s, const char *node, const char *process, struct err *err)
{
	const struct node *n = supervisor_find_node(s, node, err);

	if (n == NULL)
		return NULL;
	_cleanup_(strbuf_done) struct strbuf names = { 0 };
	for (size_t i = 0; i < s->process_count; i++) {
		struct process *p = &s->processes[i];

		if (p->node != n)
			continue;
		if (strcmp(p->plan->name, process) == 0)
			return p;
		strbuf_addf(&names, "%s%s", names.len > 0 ? ", " : "", p->plan->name);
	}
	/* There are only ever a few. */
	(void)err_set(err, -ENOENT, "no process \"%s\" in %s; it has %s", process, node,
	    names.len > 0 ? strbuf_get(&names) : "none");
	return NULL;
}

int
supervisor_start_process(struct supervisor *s, struct process *p, struct err *err)
{
	_cleanup_(freep) char **environment =
	    exec_environment(s->exe_dir, s->plan->name, p->node->plan->name);
	int r = process_start(p, &s->dir, environment, err);

	if (r < 0) {
		p->state = PROCESS_FAILED;
		(void)snprintf(p->why, sizeof(p->why), "%s", strerror(-r));
		return r;
	}
	p->deadline = instant_add(clock_now(), s->ready_timeout);
	supervisor_look_soon(s);
	return 0;
}

/* Everything that is awaited, every few milliseconds while there is any. */
static void
on_tick(struct timer *t, struct instant now)
{
	struct supervisor *s = container_of(t, struct supervisor, tick);
	struct err err = { 0 };
	bool more = false;

	for (size_t i = 0; i < s->process_count; i++) {
		process_check_ready(&s->processes[i]);
		more |= s->processes[i].state == PROCESS_STARTING;
	}
	if (!s->up) {
		int r = bring_up_processes(s, now, &err);

		if (r < 0) {
			supervisor_end(s, &err);
			return;
		}
		s->up = r > 0;
		more |= r == 0;
		if (s->up)
			tell(s, json_pack("{s:b}", "up", 1));
	}
	if (requests_look(s, now) || more)
		supervisor_look_soon(s);
}

static void
on_reaped(struct supervisor *s, pid_t pid, int wait_status)
{
	struct err err = { 0 };
	char how[96];

	if (pid == s->delay_line) {
		process_describe_end(wait_status, how, sizeof(how));
		(void)err_set(&err, -ECHILD, "the delay line ended (%s)", how);
		supervisor_end(s, &err);
		return;
	}
	for (size_t i = 0; i < s->process_count; i++) {
		struct process *p = &s->processes[i];

		if (p->pid != pid)
			continue;
		process_ended(p, wait_status);
		if (p->state == PROCESS_FAILED)
			log_warning("a process ended by itself: %s, node=%s process=%s", p->why,
			    p->node->plan->name, p->plan->name);
		supervisor_look_soon(s);
	}
}

static int
on_signal(sd_event_source *source, const struct signalfd_siginfo *si, void *userdata)
{
	struct supervisor *s = userdata;
	int status;
	pid_t pid;

	(void)source;
	if (si->ssi_signo != SIGCHLD) {
		supervisor_end(s, NULL);
		return 0;
	}
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		on_reaped(s, pid, status);
	return 0;
}

/* The other end says nothing; it only ever goes away. */
static int
on_lifeline(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	struct supervisor *s = userdata;

	(void)fd;
	(void)revents;
	(void)sd_event_source_set_enabled(source, SD_EVENT_OFF);
	s->lifeline = -1;
	if (s->foreground || !s->up)
		supervisor_end(s, NULL);
	return 0;
}

static int
on_carrier(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	struct supervisor *s = userdata;

	(void)source;
	(void)fd;
	(void)revents;
	carrier_look(&s->carrier);
	return 0;
}

static int
watch_carrier(struct supervisor *s, struct err *err)
{
	int r = carrier_open(&s->carrier, s->links, s->plan->link_count, s->fabric, err);

	if (r < 0)
		return r;
	r = sd_event_add_io(s->loop, NULL, carrier_fd(&s->carrier), EPOLLIN, on_carrier, s);
	return r < 0 ? err_errno(err, r, "watch the fabric") : 0;
}

static int
set_up_loop(struct supervisor *s, struct err *err)
{
	static const int signals[] = { SIGCHLD, SIGTERM, SIGINT };
	int r = sd_event_new(&s->loop);

	for (size_t i = 0; i < ARRAY_SIZE(signals) && r >= 0; i++)
		r = sd_event_add_signal(s->loop, NULL, signals[i], on_signal, s);
	if (r >= 0)
		r = sd_event_add_io(s->loop, NULL, s->lifeline, EPOLLIN, on_lifeline, s);
	if (r >= 0)
		r = timer_init(&s->tick, s->loop, on_tick);
	return r < 0 ? err_errno(err, r, "make the event loop") : 0;
}

/* Our own view of the machine: nothing that is mounted here shows outside. */
static int
set_up_mounts(struct err *err)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		return err_errno(err, -errno, "make the mounts private");
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		return err_errno(
		    err, -errno, "mount /proc (inside a container it has to see all of /proc)");
	return 0;
}

/* Lets go of all that the caller had open, its terminal too. */
static int
set_up_descriptors(const struct supervisor_start *start, struct err *err)
{
	const int from[] = { start->lifeline, start->dir, start->lock, start->options.socket };
	size_t count = ARRAY_SIZE(from) - (start->options.socket > 0 ? 0 : 1);
	int high[ARRAY_SIZE(from)];

	/*
	 * Twice: the first round sees to it that no low number that is still needed is overwritten.
	 */
	for (size_t i = 0; i < count; i++)
		if ((high[i] = fcntl(from[i], F_DUPFD_CLOEXEC, KEPT_END)) < 0)
			return err_errno(err, -errno, "keep a descriptor");
	for (size_t i = 0; i < count; i++)
		if (dup3(high[i], KEPT_LIFELINE + (int)i, O_CLOEXEC) < 0)
			return err_errno(err, -errno, "keep a descriptor");
	if (close_range(KEPT_LIFELINE + (unsigned)count, ~0U, 0) < 0)
		return err_errno(err, -errno, "close what the caller had open");
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int log = openat(
	    KEPT_DIR, "logs/supervisor.log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (null < 0 || log < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(log, 2) < 0)
		return err_errno(err, -errno, "open supervisor.log");
	close(null);
	close(log);
	return 0;
}

static int
come_up(struct supervisor *s, const struct supervisor_start *start, struct err *err)
{
	int r = start->with_userns ? userns_map_root(start->uid, start->gid, err) : 0;

	if (r == 0 && s->foreground && prctl(PR_SET_PDEATHSIG, SIGTERM) < 0)
		r = err_errno(err, -errno, "be tied to the caller");
	if (r == 0)
		r = set_up_mounts(err);
	if (r == 0)
		r = set_up_loop(s, err);
	if (r == 0)
		r = bring_up_network(s, err);
	if (r == 0)
		r = watch_carrier(s, err);
	if (r == 0)
		r = control_open(&s->control, s, err);
	if (r == 0)
		supervisor_look_soon(s);
	return r;
}

/*
 * After this no process of the lab lives but those whose parents are outside: the kernel waits for
 * them.
 */
static void
kill_all(void)
{
	if (getpid() != 1)
		return; /* never: it would be everyone's processes */
	(void)kill(-1, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
}

static void
set_up_signals(void)
{
	sigset_t handled;

	for (int signo = 1; signo < NSIG; signo++)
		(void)signal(signo, SIG_DFL); /* refused for two of them */
	sigemptyset(&handled);
	sigaddset(&handled, SIGCHLD);
	sigaddset(&handled, SIGTERM);
	sigaddset(&handled, SIGINT);
	(void)sigprocmask(SIG_SETMASK, &handled, NULL);
}

_noreturn_ void
supervisor_main(const struct supervisor_start *start)
{
	struct supervisor s = {
		.plan = start->plan,
		.ready_timeout = start->options.ready_timeout.ns > 0 ? start->options.ready_timeout
								     : READY_TIMEOUT_DEFAULT,
		.foreground = start->options.foreground,
		.with_userns = start->with_userns,
		.exe_dir = start->exe_dir,
		.dir = { .path = xstrdup(start->dir_path), .fd = KEPT_DIR, .lock = KEPT_LOCK },
		.lifeline = start->lifeline,
		.socket = start->options.socket > 0 ? KEPT_SOCKET : -1,
		.since_wall_ns = clock_wall_ns(),
	};
	struct err err = { 0 };

	(void)setsid();
	if (chdir("/") < 0)
		_exit(1);
	(void)umask(022);
	(void)prctl(PR_SET_NAME, "nearcast-lab");
	set_up_signals();
	exec_raise_file_limit(); /* a node takes five descriptors */
	int r = set_up_descriptors(start, &err);
	if (r == 0) {
		s.lifeline = KEPT_LIFELINE;
		r = come_up(&s, start, &err);
	}
	if (r == 0)
		(void)sd_event_loop(s.loop);
	else
		supervisor_end(&s, &err);
	kill_all();
	if (s.why.code < 0)
		tell(&s, json_pack("{s:s, s:i}", "error", s.why.message, "code", -s.why.code));
	/* The folder goes first: who sees the connection end finds no trace. */
	lab_dir_remove(&s.dir);
	control_done(&s.control);
	_exit(s.why.code < 0 ? 1 : 0);
}
