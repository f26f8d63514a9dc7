#include "server.h"

#include <glob.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "tap.h"

#define START_SECONDS 120

static char folder[64], data[96], log_file[96], bin[256];
static pid_t server;
static const char *problem; /* why there is none */

/* The newest that Debian's packages have put there. */
static bool
find_programs(void)
{
	glob_t found = { 0 };

	if (glob("/usr/lib/postgresql/*/bin", 0, NULL, &found) == 0)
		(void)snprintf(bin, sizeof(bin), "%s", found.gl_pathv[found.gl_pathc - 1]);
	globfree(&found);
	return bin[0] != '\0';
}

/* It refuses to run as root. */
static const struct passwd *
its_user(void)
{
	const struct passwd *user = getpwnam("postgres");

	return user ? user : getpwnam("nobody");
}

static void
become(const char *const *argv)
{
	const struct passwd *user = its_user();
	int out;

	if (geteuid() == 0 && (user == NULL || setgid(user->pw_gid) < 0 || setuid(user->pw_uid) < 0))
		_exit(126);
	/* after setuid(), which forgets it: nothing outlives the test */
	(void)prctl(PR_SET_PDEATHSIG, SIGQUIT);
	(void)unsetenv("PGDATA");
	if (freopen(log_file, "a", stdout) == NULL)
		_exit(126);
	out = fileno(stdout);
	(void)dup2(out, STDERR_FILENO);
	(void)chdir(folder);
	(void)execv(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
}

static pid_t
spawn(const char *const *argv)
{
	pid_t pid = fork();

	if (pid == 0)
		become(argv);
	return pid;
}

static bool
run_to_end(const char *const *argv)
{
	pid_t pid = spawn(argv);
	int status = -1;

	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static bool
spawn_server(void)
{
	char program[300];
	const char *argv[] = { program, "-D", data, "-k", folder, "-c", "listen_addresses=", "-c",
		"fsync=off", "-c", "max_connections=50", "-c", "shared_buffers=16MB", "-c",
		"log_min_messages=warning", NULL };
	const struct timespec pause = { 0, 20000000 };
	time_t until = time(NULL) + START_SECONDS;

	(void)snprintf(program, sizeof(program), "%s/postgres", bin);
	server = spawn(argv);
	while (server > 0 && PQping(server_url("postgres")) != PQPING_OK) {
		if (waitpid(server, NULL, WNOHANG) == server || time(NULL) > until)
			return false;
		(void)nanosleep(&pause, NULL);
	}
	return server > 0;
}

void
server_stop(void)
{
	if (server <= 0)
		return;
	(void)kill(server, SIGQUIT);
	(void)waitpid(server, NULL, 0);
	server = 0;
}

static void
clean_up(void)
{
	char command[128];

	server_stop();
	(void)snprintf(command, sizeof(command), "rm -rf %s", folder);
	(void)system(command);
}

static bool
make_folder(void)
{
	const struct passwd *user = its_user();
	char path[128];
	FILE *f;

	(void)snprintf(folder, sizeof(folder), "/tmp/nearcast-pg-XXXXXX");
	if (mkdtemp(folder) == NULL)
		return false;
	(void)snprintf(data, sizeof(data), "%s/data", folder);
	(void)snprintf(log_file, sizeof(log_file), "%s/log", folder);
	(void)snprintf(path, sizeof(path), "%s/password", folder);
	f = fopen(path, "we");
	if (f == NULL)
		return false;
	(void)fprintf(f, "%s\n", SERVER_PASSWORD);
	(void)fclose(f);
	(void)chmod(path, 0644);
	return geteuid() != 0 || (user && chown(folder, user->pw_uid, user->pw_gid) == 0);
}

/* A language whose order is not that of bytes: ours has to be. */
static bool
make_cluster(void)
{
	char program[300], password[128];
	const char *argv[] = { program, "-D", data, "-U", "nearcast", "-E", "UTF8", "--locale=C",
		"--locale-provider=icu", "--icu-locale=en", "--auth=scram-sha-256", password, "-N",
		"--no-instructions", NULL };

	(void)snprintf(program, sizeof(program), "%s/initdb", bin);
	(void)snprintf(password, sizeof(password), "--pwfile=%s/password", folder);
	return run_to_end(argv);
}

static void
show_log(void)
{
	char line[512];
	FILE *f = fopen(log_file, "re");

	while (f && fgets(line, sizeof(line), f))
		(void)printf("# %s", line);
	if (f)
		(void)fclose(f);
}

static const char *
start(void)
{
	if (!find_programs())
		return "PostgreSQL is not installed (postgresql)";
	if (!make_folder())
		return "no folder for it";
	(void)atexit(clean_up);
	if (!make_cluster() || !spawn_server()) {
		show_log();
		return "PostgreSQL does not start";
	}
	return NULL;
}

bool
server_start(void)
{
	static bool tried;

	if (!tried)
		problem = start();
	tried = true;
	if (problem == NULL)
		return true;
	if (bin[0] == '\0')
		tap_skip(problem);
	else
		tap_fail(__FILE__, __LINE__, "%s", problem);
	return false;
}

bool
server_again(void)
{
	if (spawn_server())
		return true;
	show_log();
	return false;
}

const char *
server_url(const char *database)
{
	static char url[256];

	(void)snprintf(url, sizeof(url), "postgresql://nearcast:%s@/%s?host=%s",
	    "pa%3As%2Fs%40w%25rd", database, folder);
	return url;
}

bool
server_do(const char *sql)
{
	PGconn *conn = PQconnectdb(server_url("postgres"));
	PGresult *result = PQexec(conn, sql);
	bool ok = PQresultStatus(result) == PGRES_COMMAND_OK ||
	    PQresultStatus(result) == PGRES_TUPLES_OK;

	if (!ok)
		tap_fail(__FILE__, __LINE__, "%s", PQerrorMessage(conn));
	PQclear(result);
	PQfinish(conn);
	return ok;
}
