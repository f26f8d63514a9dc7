/*
 * Exec: a command whose exit status 0 is a pass. It is started as exec_child.h says; when the time
 * is over, or the command ends and leaves others behind, its whole process group is killed.
 *
 * What it writes is kept for people: the first OUTPUT_KEPT bytes of the last run, its first line in
 * the verdict. More than OUTPUT_MAX ends it, so that a command gone wild costs us nothing.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "io/check_kind.h"
#include "io/exec_child.h"

#define OUTPUT_KEPT 4096u
#define OUTPUT_MAX (1u << 20)
#define LINE_MAX_SHOWN 120

struct exec_check {
	struct check_run run;
	char **argv;   /* owned; with the address in it */
	char *envp[3]; /* owned but for the last */
	struct exec_user user;
	bool has_user;
	bool runs;                         /* child is there */
	struct exec_child child;           /* while it runs */
	sd_event_source *ended, *readable; /* owned */
	struct strbuf output;              /* of this run; moved to last when it ends */
	size_t written;
	char *last; /* owned */
};

static struct exec_check *
exec_of(struct check_run *run)
{
	return check_run_as(struct exec_check, run);
}

/* An argument with the address in place of "{address}"; owned by the caller. */
static char *
fill_in(const char *text, struct ip address)
{
	static const char mark[] = "{address}";
	struct strbuf out = { 0 };
	char buf[IP_STR_MAX];
	const char *at;

	ip_format(address, buf);
	for (; (at = strstr(text, mark)) != NULL; text = at + strlen(mark)) {
		strbuf_add_mem(&out, text, (size_t)(at - text));
		strbuf_add(&out, buf);
	}
	strbuf_add(&out, text);
	return strbuf_take(&out);
}

static int
exec_able(const struct check_spec *spec, struct err *e)
{
	const char *const *command = spec->command.items;
	struct exec_user user;

	if (access(command[0], X_OK) < 0)
		return err_errno(e, -errno, "%s", command[0]);
	return exec_user_find(spec->user, &user, e);
}

/* Reads what is there; false when there will be no more. */
static bool
read_output(struct exec_check *c)
{
	char buf[4096];
	ssize_t n;

	while ((n = read(c->child.output, buf, sizeof(buf))) > 0) {
		size_t room = OUTPUT_KEPT - MIN(c->output.len, (size_t)OUTPUT_KEPT);

		strbuf_add_mem(&c->output, buf, MIN((size_t)n, room));
		c->written += (size_t)n;
		if (c->written > OUTPUT_MAX)
			return false;
	}
	return n < 0 && (errno == EAGAIN || errno == EINTR);
}

static int
on_readable(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct exec_check *c = userdata;

	(void)fd;
	(void)events;
	if (read_output(c))
		return 0;
	(void)sd_event_source_set_enabled(source, SD_EVENT_OFF);
	if (c->written > OUTPUT_MAX)
		check_run_end(&c->run, CHECK_RUN_FAILED, "wrote more than %u MiB, and was killed",
		    OUTPUT_MAX >> 20);
	return 0;
}

/* ": the first line", or nothing. */
static void
first_line(const struct exec_check *c, char *buf, size_t size)
{
	const char *text = strbuf_get(&c->output);
	size_t n;

	text += strspn(text, " \t\r\n");
	n = strcspn(text, "\r\n");
	utf8_format(
	    buf, size, "%s%.*s", n > 0 ? ": " : "", (int)MIN(n, (size_t)LINE_MAX_SHOWN), text);
}

static int
on_ended(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct exec_check *c = userdata;
	char line[LINE_MAX_SHOWN + 8], why[CHECK_RUN_WHY_MAX];
	siginfo_t info = { 0 };

	(void)source;
	(void)events;
	/* it is reaped when the run stops: until then its group can not be another's */
	if (waitid(P_PIDFD, (id_t)fd, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid == 0)
		return 0;
	(void)read_output(c);
	first_line(c, line, sizeof(line));
	if (exec_child_failure(&c->child, why, sizeof(why)))
		check_run_end(&c->run, CHECK_RUN_CANNOT, "%s: %s", c->argv[0], why);
	else if (info.si_code != CLD_EXITED)
		check_run_end(&c->run, CHECK_RUN_FAILED, "killed by SIG%s%s",
		    sigabbrev_np(info.si_status) ? sigabbrev_np(info.si_status) : "?", line);
	else if (info.si_status == 0)
		check_run_end(&c->run, CHECK_RUN_PASSED, "exit status 0%s", line);
	else
		check_run_end(&c->run, CHECK_RUN_FAILED, "exit status %d%s", info.si_status, line);
	return 0;
}

static void
exec_open(struct check_run *run)
{
	struct exec_check *c = exec_of(run);
	const char *const *command = run->spec->command.items;
	char address[IP_STR_MAX];

	c->argv = xcalloc(run->spec->command.count + 1, sizeof(*c->argv));
	for (size_t i = 0; i < run->spec->command.count; i++)
		c->argv[i] = fill_in(command[i], run->address);
	c->envp[0] = xstrdup("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	c->envp[1] = xasprintf("NEARCAST_ADDRESS=%s", ip_format(run->address, address));
}

static void
exec_start(struct check_run *run)
{
	struct exec_check *c = exec_of(run);
	const struct exec_job job = { .argv = c->argv,
		.envp = c->envp,
		.user = &c->user,
		.cpu_limit = run->timeout,
		.memory_limit = (uint64_t)run->spec->memory_mib << 20 };
	struct err e = { 0 };
	int r = 0;

	if (!c->has_user && exec_user_find(run->spec->user, &c->user, &e) < 0) {
		check_run_end(run, CHECK_RUN_CANNOT, "%s", e.message);
		return;
	}
	c->has_user = true;
	c->written = 0;
	if (exec_spawn(&job, &c->child, &e) < 0) {
		check_run_end(run, CHECK_RUN_CANNOT, "%s", e.message);
		return;
	}
	c->runs = true;
	run->awaits = "end of the command";
	r = sd_event_add_io(
	    check_hub_loop(run->hub), &c->ended, c->child.pidfd, EPOLLIN, on_ended, c);
	if (r >= 0)
		r = sd_event_add_io(check_hub_loop(run->hub), &c->readable, c->child.output,
		    EPOLLIN, on_readable, c);
	if (r < 0)
		check_run_end(run, CHECK_RUN_CANNOT, "%s", strerror(-r));
}

static void
exec_stop(struct check_run *run)
{
	struct exec_check *c = exec_of(run);

	if (!c->runs)
		return;
	c->runs = false;
	c->ended = sd_event_source_disable_unref(c->ended);
	c->readable = sd_event_source_disable_unref(c->readable);
	exec_child_kill(&c->child);
	check_hub_reap(run->hub, c->child.pidfd);
	(void)close(c->child.output);
	(void)close(c->child.failure);
	free(c->last);
	c->last = utf8_mend(strbuf_take(&c->output));
}

static void
exec_close(struct check_run *run)
{
	struct exec_check *c = exec_of(run);

	for (char **arg = c->argv; *arg; arg++)
		free(*arg);
	free(c->argv);
	for (char **variable = c->envp; *variable; variable++)
		free(*variable);
	free(c->last);
}

static const char *
exec_output(struct check_run *run)
{
	const struct exec_check *c = exec_of(run);

	return c->last && c->last[0] ? c->last : NULL;
}

const struct check_kind exec_check_kind = {
	.size = sizeof(struct exec_check),
	.able = exec_able,
	.open = exec_open,
	.start = exec_start,
	.stop = exec_stop,
	.close = exec_close,
	.output = exec_output,
};
