/*
 * nearcast-controller: pools, Global IPs, sites, hosts and services of all, behind one API.
 *
 *   options   what to do
 *   load      the configuration, complete and checked, or the end
 *   store     opened, and its schema brought up to date
 *   command   serve (without one), init, token, export, backup
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "controller/api.h"
#include "controller/controller_conf.h"
#include "controller/export.h"
#include "controller/serve.h"
#include "io/journald.h"
#include "io/loop.h"

#define EXIT_USAGE 2

struct options {
	const char *conf_path; /* NULL: the default, which need not be there */
	const char *command;   /* NULL: serve */
	const char *argument;  /* of the command; NULL: none */
	bool check;
};

/* clang-format off */
static const char usage_text[] =
    "usage: nearcast-controller [OPTION]... [COMMAND]\n"
    "Keeps the Global IPs, sites, hosts and services of all, and serves their API.\n"
    "\n"
    "  -c, --config FILE      configuration (default " CONTROLLER_CONF_PATH ")\n"
    "      --check            validate it, print it with every default, and end\n"
    "      --version          print the version, and end\n"
    "  -h, --help             print this, and end\n"
    "\n"
    "commands, instead of serving:\n"
    "    init           make the store, and print the first administrator's token\n"
    "    token NAME     print a new administrator's token\n"
    "    export         print all objects and the audit log as lines of JSON\n"
    "    backup FILE    copy a store of SQLite, also while it is served\n"
    "\n"
    "Manual pages: nearcast-controller(8), nearcast-controller.yaml(5)\n";
/* clang-format on */

static _noreturn_ void
refuse_usage(const char *problem, const char *what)
{
	(void)fprintf(stderr, "nearcast-controller: %s%s\n%s", problem, what, usage_text);
	exit(EXIT_USAGE);
}

/* On stdout; gives the exit status. */
static int
print(const char *text)
{
	if (fputs(text, stdout) != EOF && fflush(stdout) == 0)
		return EXIT_SUCCESS;
	perror("nearcast-controller: stdout");
	return EXIT_FAILURE;
}

static int
fail(const struct err *e)
{
	(void)fprintf(stderr, "nearcast-controller: %s\n", e->message);
	return EXIT_FAILURE;
}

static void
parse_command(struct options *o, int count, char **words)
{
	bool wants;

	if (count == 0)
		return;
	o->command = words[0];
	wants = strcmp(words[0], "token") == 0 || strcmp(words[0], "backup") == 0;
	if (!wants && strcmp(words[0], "init") != 0 && strcmp(words[0], "export") != 0)
		refuse_usage("unknown command: ", words[0]);
	if (count < 1 + wants)
		refuse_usage("an argument is missing: ", words[0]);
	if (count > 1 + wants)
		refuse_usage("unexpected argument: ", words[1 + wants]);
	o->argument = wants ? words[1] : NULL;
}

static struct options
parse_options(int argc, char **argv)
{
	enum {
		OPT_CHECK = 256,
		OPT_VERSION,
	};
	static const struct option table[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "check", no_argument, NULL, OPT_CHECK },
		{ "version", no_argument, NULL, OPT_VERSION },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct options o = { 0 };
	int c;

	while ((c = getopt_long(argc, argv, "c:h", table, NULL)) != -1) {
		switch (c) {
		case 'c':
			o.conf_path = optarg;
			break;
		case OPT_CHECK:
			o.check = true;
			break;
		case OPT_VERSION:
			exit(print("nearcast-controller " NEARCAST_VERSION "\n"));
		case 'h':
			exit(print(usage_text));
		default: /* getopt_long has said what is wrong */
			(void)fputs(usage_text, stderr);
			exit(EXIT_USAGE);
		}
	}
	parse_command(&o, argc - optind, argv + optind);
	return o;
}

static int
print_conf(const struct controller_conf *conf)
{
	_cleanup_(strbuf_done) struct strbuf out = { 0 };

	conf_print(&controller_conf_schema, conf, &out);
	return print(strbuf_get(&out));
}

/* ---- commands ---- */

static int
make_token(struct store *store, const char *name)
{
	char text[48], line[64];
	struct err e = { 0 };
	int r = api_make_administrator(store, name, clock_wall_ns(), text, &e);

	if (r < 0)
		return fail(&e);
	(void)snprintf(line, sizeof(line), "%s\n", text);
	r = print(line);
	explicit_bzero(text, sizeof(text));
	explicit_bzero(line, sizeof(line));
	return r;
}

static int
has_administrator(struct store *store, struct err *e)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query(store, &rows, e,
	    "SELECT 1 FROM tokens WHERE role = $1 AND revoked_at IS NULL LIMIT 1",
	    SQL_TEXT("administrator"));

	return r < 0 ? r : store_next(&rows);
}

static int
init(struct store *store)
{
	struct err e = { 0 };
	int r = has_administrator(store, &e);

	if (r > 0)
		(void)err_set(&e, -EEXIST,
		    "%s has an administrator already; \"nearcast-controller token NAME\" makes "
		    "another's token",
		    store_name(store));
	return r != 0 ? fail(&e) : make_token(store, "administrator");
}

static int
run_command(const struct options *o, struct store *store)
{
	struct err e = { 0 };
	int r;

	if (strcmp(o->command, "init") == 0)
		return init(store);
	if (strcmp(o->command, "token") == 0)
		return make_token(store, o->argument);
	r = strcmp(o->command, "export") == 0 ? export_all(store, stdout, &e)
					      : store_backup(store, o->argument, &e);
	return r < 0 ? fail(&e) : EXIT_SUCCESS;
}

/* ---- serving ---- */

static int
watch_signals(sd_event *loop)
{
	static const int signals[] = { SIGTERM, SIGINT };
	sigset_t mask;

	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&mask);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		(void)sigaddset(&mask, signals[i]);
	(void)sigprocmask(SIG_BLOCK, &mask, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		/* without a function it ends the loop with status 0 */
		int r = sd_event_add_signal(loop, NULL, signals[i], NULL, NULL);

		if (r < 0)
			return r;
	}
	return sd_event_set_watchdog(loop, true);
}

static int
serve(const struct controller_conf *conf, struct store *store)
{
	_cleanup_(sd_event_unrefp) sd_event *loop = NULL;
	struct server *server = NULL;
	char at[ENDPOINT_STR_MAX];
	struct err e = { 0 };
	int r = sd_event_new(&loop);

	if (r >= 0)
		r = watch_signals(loop);
	if (r < 0)
		(void)err_errno(&e, r, "event loop");
	else
		r = server_new(loop, conf, &server, &e);
	if (r < 0) {
		log_error("%s", e.message);
		return EXIT_FAILURE;
	}
	if (has_administrator(store, &e) == 0)
		log_warning(
		    "nobody can do anything yet: \"nearcast-controller init\" makes the first "
		    "administrator's token");
	log_info("serves http://%s from %s", endpoint_format(server_endpoint(server), at),
	    store_name(store));
	(void)sd_notifyf(0, "READY=1\nSTATUS=serves http://%s", at);
	r = sd_event_loop(loop);
	(void)sd_notify(0, "STOPPING=1");
	server_free(server);
	if (r < 0)
		log_error("event loop: %s", strerror(-r));
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* A configuration that is not there says nothing, unless somebody has named it. */
static int
load(const struct options *o, struct conf **ret)
{
	_cleanup_(strbuf_done) struct strbuf errors = { 0 };
	int r;

	if (o->conf_path == NULL && access(CONTROLLER_CONF_PATH, F_OK) < 0 && errno == ENOENT)
		r = conf_load_text("(defaults)", "{}", 2, &controller_conf_schema, ret, &errors);
	else
		r = conf_load_file(o->conf_path != NULL ? o->conf_path : CONTROLLER_CONF_PATH,
		    &controller_conf_schema, ret, &errors);
	if (r < 0)
		(void)fputs(strbuf_get(&errors), stderr);
	return r;
}

int
main(int argc, char **argv)
{
	struct options options = parse_options(argc, argv);
	_cleanup_(store_closep) struct store *store = NULL;
	_cleanup_(conf_freep) struct conf *loaded = NULL;
	const struct controller_conf *conf;
	struct err e = { 0 };
	int r;

	/* memory holds secrets */
	(void)prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L);
	(void)umask(0077);
	if (load(&options, &loaded) < 0)
		return EXIT_FAILURE;
	conf = conf_root(loaded);
	if (options.check)
		return print_conf(conf);
	r = store_open(conf->store, &store, &e);
	if (r >= 0)
		r = store_migrate(store, &e);
	if (r < 0)
		return fail(&e);
	if (options.command != NULL)
		return run_command(&options, store);
	log_set_level((enum log_level)conf->log_level);
	journald_use();
	return serve(conf, store);
}
