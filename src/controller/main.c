/*
 * nearcast-controller: pools, Global IPs, sites, hosts and services of all, behind one API.
 *
 *   options   what to do
 *   load      the configuration, complete and checked, or the end
 *   store     opened, and its schema brought up to date; who serves waits for one that is away,
 *             and is the only one that serves one of SQLite
 *   command   serve (without one), init, token, export, backup
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
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
#include "base/style.h"
#include "controller/api.h"
#include "controller/controller_conf.h"
#include "controller/export.h"
#include "controller/serve.h"
#include "controller/store_wait.h"
#include "io/http_scrape.h"
#include "io/http_tls.h"
#include "io/journald.h"
#include "io/loop.h"
#include "io/say.h"

#define PROGRAM "nearcast-controller"

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

static int
fail(const struct err *e)
{
	_cleanup_(strbuf_done) struct strbuf line = { 0 };

	/* words of the command line and names of files are in it */
	strbuf_add_printable(&line, e->message);
	(void)fprintf(stderr, PROGRAM ": %s\n", strbuf_get(&line));
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
		say_wrong_use(PROGRAM, usage_text, "unknown command: ", words[0]);
	if (count < 1 + wants)
		say_wrong_use(PROGRAM, usage_text, "an argument is missing: ", words[0]);
	if (count > 1 + wants)
		say_wrong_use(PROGRAM, usage_text, "unexpected argument: ", words[1 + wants]);
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
			exit(say_print(PROGRAM, PROGRAM " " NEARCAST_VERSION "\n"));
		case 'h':
			exit(say_print(PROGRAM, usage_text));
		default: /* getopt_long has said what is wrong */
			(void)fputs(usage_text, stderr);
			exit(SAY_EXIT_USAGE);
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
	return say_print(PROGRAM, strbuf_get(&out));
}

/* What the start would refuse of the files that it names. */
static int
check_files(const struct controller_conf *conf)
{
	_cleanup_(freep) char *authorization = NULL;
	struct http_tls *tls = NULL;
	struct err e = { 0 };

	if (conf->metrics.token_file != NULL &&
	    http_scrape_authorization(conf->metrics.token_file, &authorization, &e) < 0)
		return fail(&e);
	if (authorization != NULL)
		explicit_bzero(authorization, strlen(authorization));
	if (conf->tls.certificate != NULL &&
	    http_tls_load(conf->tls.certificate, conf->tls.key, &tls, &e) < 0)
		return fail(&e);
	http_tls_unref(tls);
	return EXIT_SUCCESS;
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
	r = say_print(PROGRAM, line);
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
on_hangup(sd_event_source *source, const struct signalfd_siginfo *si, void *userdata)
{
	(void)source;
	(void)si;
	server_reload(userdata);
	return 0;
}

static int
on_end(sd_event_source *source, const struct signalfd_siginfo *si, _unused_ void *userdata)
{
	const char *why = si->ssi_signo == SIGTERM ? "SIGTERM" : "SIGINT";

	log_info("ends: %s", why);
	return sd_event_exit(sd_event_source_get_event(source), EXIT_SUCCESS);
}

static int
watch_signals(sd_event *loop)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP };
	sigset_t mask;

	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&mask);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		(void)sigaddset(&mask, signals[i]);
	(void)sigprocmask(SIG_BLOCK, &mask, NULL);
	for (size_t i = 0; signals[i] != SIGHUP; i++) {
		int r = sd_event_add_signal(loop, NULL, signals[i], on_end, NULL);

		if (r < 0)
			return r;
	}
	return sd_event_set_watchdog(loop, true);
}

static void
say_ready(const struct server *server, struct store *store)
{
	_cleanup_(strbuf_done) struct strbuf urls = { 0 };
	struct err e = { 0 };

	if (has_administrator(store, &e) == 0)
		log_warning(
		    "nobody can do anything yet: \"nearcast-controller init\" makes the first "
		    "administrator's token");
	server_urls(server, &urls);
	log_info("serves %s from %s", strbuf_get(&urls), store_name(store));
	(void)sd_notifyf(0, "READY=1\nSTATUS=serves %s", strbuf_get(&urls));
}

/* What the loop's functions have. */
struct serving {
	const struct controller_conf *conf;
	sd_event *loop;
	struct server *server;
	struct store *store;
	struct store_wait *wait; /* NULL: the store was there */
};

static void
on_store_ready(void *userdata)
{
	struct serving *s = userdata;

	server_note_store(s->server, 0, NULL);
	say_ready(s->server, s->store);
}

static void
on_store_failed(void *userdata, const struct err *e)
{
	struct serving *s = userdata;

	log_error("%s", e->message);
	(void)sd_notifyf(0, "STATUS=%s", e->message);
	(void)sd_event_exit(s->loop, EXIT_FAILURE);
}

/* Requests get 503 meanwhile, /healthz too. */
static int
wait_for_store(struct serving *s, const struct err *away, struct err *e)
{
	struct duration limit = s->conf->store_wait;

	server_note_store(s->server, STORE_AWAY, away->message);
	log_notice("waits for the store, for %.0f s at most", duration_ms_f(limit) / 1000);
	(void)sd_notifyf(0, "STATUS=waits for the store: %s\nEXTEND_TIMEOUT_USEC=%" PRId64,
	    away->message, (limit.ns + 60 * NS_PER_S) / 1000);
	return store_wait_new(s->loop,
	    &(struct store_wait_conf){ .store = s->conf->store,
		.limit = limit,
		.ready = on_store_ready,
		.failed = on_store_failed,
		.userdata = s },
	    &s->wait, e);
}

static int
begin_serving(struct serving *s, const struct err *away, struct err *e)
{
	int r = sd_event_new(&s->loop);

	if (r >= 0)
		r = watch_signals(s->loop);
	if (r < 0)
		return err_errno(e, r, "event loop");
	r = server_new(s->loop, s->conf, s->store, &s->server, e);
	if (r < 0)
		return r;
	r = sd_event_add_signal(s->loop, NULL, SIGHUP, on_hangup, s->server);
	if (r < 0)
		return err_errno(e, r, "event loop");
	if (away != NULL)
		return wait_for_store(s, away, e);
	say_ready(s->server, s->store);
	return 0;
}

/* away: why the store is not there yet; NULL: it is. */
static int
serve(const struct controller_conf *conf, struct store *store, const struct err *away)
{
	struct serving s = { .conf = conf, .store = store };
	struct err e = { 0 };
	int r = begin_serving(&s, away, &e);

	if (r < 0) {
		log_error("%s", e.message);
	} else {
		r = sd_event_loop(s.loop);
		if (r < 0)
			log_error("event loop: %s", strerror(-r));
	}
	(void)sd_notify(0, "STOPPING=1");
	store_wait_free(s.wait);
	server_free(s.server);
	sd_event_unref(s.loop);
	return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* Whether the file has nothing but blanks and comments; what cannot be read is the loader's to say. */
static bool
says_nothing(const char *path)
{
	_cleanup_(freep) char *line = NULL;
	FILE *file = fopen(path, "re");
	bool nothing = file != NULL;
	size_t size = 0;

	while (nothing && getline(&line, &size, file) >= 0) {
		const char *text = line + strspn(line, " \t\r\n");

		nothing = *text == '\0' || *text == '#';
	}
	nothing = nothing && !ferror(file);
	if (file != NULL)
		(void)fclose(file);
	return nothing;
}

/* A configuration that is not there says nothing, unless somebody has named it; nor does an empty
 * one: every key has a default. */
static int
load(const struct options *o, struct conf **ret)
{
	_cleanup_(strbuf_done) struct strbuf errors = { 0 };
	const char *path = o->conf_path != NULL ? o->conf_path : CONTROLLER_CONF_PATH;
	int r;

	if ((o->conf_path == NULL && access(path, F_OK) < 0 && errno == ENOENT) ||
	    says_nothing(path))
		r = conf_load_text("(defaults)", "{}", 2, &controller_conf_schema, ret, &errors);
	else
		r = conf_load_file(path, &controller_conf_schema, ret, &errors);
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
		return check_files(conf) == EXIT_SUCCESS ? print_conf(conf) : EXIT_FAILURE;
	r = store_open(conf->store, &store, &e);
	if (r >= 0 && options.command != NULL && strcmp(options.command, "init") != 0)
		store_must_exist(store);
	if (r >= 0 && options.command == NULL)
		r = store_claim(store, &e);
	if (r >= 0)
		r = store_migrate(store, &e);
	if (r < 0 && (r != STORE_AWAY || options.command != NULL))
		return fail(&e);
	if (options.command != NULL)
		return run_command(&options, store);
	log_set_level((enum log_level)conf->log_level);
	journald_use(PROGRAM);
	return serve(conf, store, r < 0 ? &e : NULL);
}
