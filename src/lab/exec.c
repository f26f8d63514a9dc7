#include "lab/exec.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/strbuf.h"

#define PATH_TAIL "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* Of before exec_raise_file_limit(); all zero: it was not called. */
static struct rlimit file_limit;

void
exec_raise_file_limit(void)
{
	struct rlimit now;

	if (getrlimit(RLIMIT_NOFILE, &now) < 0)
		return;
	file_limit = now;
	now.rlim_cur = now.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &now);
}

struct exec_failure
exec_now(const char *const *argv, char **environment)
{
	char *const *args;
	sigset_t none;

	for (int signo = 1; signo < NSIG; signo++)
		(void)signal(signo, SIG_DFL); /* refused for two of them, which are never ignored */
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	if (file_limit.rlim_max != 0)
		(void)setrlimit(RLIMIT_NOFILE, &file_limit);
	environ = environment;
	/* execvp() does not change the strings; its type is older than const. */
	memcpy(&args, &argv, sizeof(args));
	(void)execvp(args[0], args);
	return (struct exec_failure){ errno, true, "execute it" };
}

char *
exec_own_dir(void)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (n <= 0)
		return xstrdup("");
	path[n] = '\0';
	*strrchr(path, '/') = '\0';
	return xstrdup(path);
}

bool
exec_is_here(const char *program)
{
	_cleanup_(freep) char *own = exec_own_dir();
	_cleanup_(freep) char *path = xasprintf("%s:%s/../sbin:%s", own, own, PATH_TAIL);
	char *rest = path;

	for (const char *dir; (dir = strsep(&rest, ":")) != NULL;) {
		_cleanup_(freep) char *file = xasprintf("%s/%s", dir, program);

		if (access(file, X_OK) == 0)
			return true;
	}
	return false;
}

static bool
is_ours(const char *variable)
{
	static const char *const names[] = { "PATH=", "NOTIFY_SOCKET=", "WATCHDOG_USEC=", "WATCHDOG_PID=",
		"LISTEN_FDS=", "LISTEN_PID=", "LISTEN_FDNAMES=", "NEARCAST_LAB=", "NEARCAST_LAB_NODE=" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (str_starts_with(variable, names[i]))
			return true;
	return false;
}

char **
exec_environment(const char *exe_dir, const char *lab, const char *node)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	_cleanup_(freep) char *own = exe_dir == NULL ? exec_own_dir() : NULL;
	size_t count = 2, i = 0;

	if (exe_dir == NULL)
		exe_dir = own;
	strbuf_addf(&text, "PATH=%s:%s/../sbin:%s%c", exe_dir, exe_dir, PATH_TAIL, '\0');
	strbuf_addf(&text, "NEARCAST_LAB=%s%c", lab, '\0');
	if (node != NULL) {
		strbuf_addf(&text, "NEARCAST_LAB_NODE=%s%c", node, '\0');
		count++;
	}
	for (char **v = environ; *v != NULL; v++) {
		if (is_ours(*v))
			continue;
		strbuf_add_mem(&text, *v, strlen(*v) + 1);
		count++;
	}
	/* Pointers first, the text behind them. */
	char **block = xmalloc((count + 1) * sizeof(char *) + text.len);
	char *at = memcpy(block + count + 1, text.text, text.len);
	for (; i < count; i++, at += strlen(at) + 1)
		block[i] = at;
	block[count] = NULL;
	return block;
}
