#include "lab/exec.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "tap.h"

static char *
joined(char **list)
{
	struct strbuf text = { 0 };

	for (; *list != NULL; list++)
		strbuf_addf(&text, "%s\n", *list);
	return strbuf_take(&text);
}

TEST(the_environment_is_the_callers_with_ours_in_front)
{
	char *of_the_caller[] = { (char[]){ "HOME=/home/me" }, (char[]){ "PATH=/mine" },
		(char[]){ "NOTIFY_SOCKET=/run/notify" }, (char[]){ "LISTEN_FDS=3" },
		(char[]){ "NEARCAST_LAB_DIR=/labs" }, (char[]){ "NEARCAST_LAB_NODE=outer" }, NULL };
	char **kept = environ;

	environ = of_the_caller;
	_cleanup_(freep) char **got = exec_environment("/opt/bin", "article", "edinburgh");
	environ = kept;
	_cleanup_(freep) char *text = joined(got);
	CHECK_STR(text,
	    "PATH=/opt/bin:/opt/bin/../sbin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
	    "NEARCAST_LAB=article\nNEARCAST_LAB_NODE=edinburgh\n"
	    "HOME=/home/me\nNEARCAST_LAB_DIR=/labs\n");
}

TEST(the_folder_of_the_executable_is_the_default)
{
	_cleanup_(freep) char *dir = exec_own_dir();
	_cleanup_(freep) char **got = exec_environment(NULL, "article", NULL);

	CHECK(access(dir, X_OK) == 0);
	CHECK(str_starts_with(got[0], "PATH="));
	CHECK(strncmp(got[0] + 5, dir, strlen(dir)) == 0);
	CHECK_STR(got[1], "NEARCAST_LAB=article");
}

/* In a child: what it gives back is its exit status. */
static int
run(const char *const *argv)
{
	char *environment[] = { (char[]){ "PATH=/usr/bin:/bin" }, (char[]){ "SAYS=9" }, NULL };
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(100 + exec_now(argv, environment).code);
	(void)waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(commands_are_looked_up_in_the_new_path)
{
	CHECK_INT(run((const char *const[]){ "sh", "-c", "exit $SAYS", NULL }), 9);
	CHECK_INT(run((const char *const[]){ "nosuchcommand", NULL }), 100 + 2);  /* ENOENT */
	CHECK_INT(run((const char *const[]){ "/etc/passwd", NULL }), 100 + 13); /* EACCES */
}
