/*
 * nearcastd: announces the Global IPs of this host's services while they are healthy.
 *
 *   options   what to do
 *   load      the configuration, complete and checked, or the end
 *   check     --check prints it and ends
 *   resume    what the program before this one handed over (nearcast upgrade)
 *   run       signals, agent, loop
 */
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "agent/agent.h"
#include "agent/unable.h"
#include "announce/watcher.h"
#include "base/log.h"
#include "io/journald.h"
#include "io/say.h"

#define PROGRAM "nearcastd"

struct options {
	const char *conf_path;
	const char *log_level; /* NULL: as configured */
	bool check;
	int resume, resume_check; /* the descriptor of a state; -1: none */
};

/* clang-format off */
static const char usage_text[] =
    "usage: nearcastd [OPTION]...\n"
    "Announces the Global IPs of this host's services over BGP while they are healthy.\n"
    "\n"
    "  -c, --config FILE      configuration (default " AGENT_CONF_PATH ")\n"
    "      --check            validate it, print it with every default, and end\n"
    "      --log-level LEVEL  error, warning, notice, info or debug (default: as configured)\n"
    "      --version          print the version, and end\n"
    "  -h, --help             print this, and end\n"
    "\n"
    "Manual pages: nearcastd(8), nearcast.yaml(5), nearcast-status(1)\n";
/* clang-format on */

/* Of a state; only nearcastd itself starts nearcastd so. */
static int
parse_fd(const char *text)
{
	char *end;
	long fd = strtol(text, &end, 10);

	if (*text == '\0' || *end != '\0' || fd <= STDERR_FILENO || fd > INT_MAX)
		say_wrong_use(PROGRAM, usage_text, "no descriptor of a state: ", text);
	return (int)fd;
}

static struct options
parse_options(int argc, char **argv)
{
	enum {
		OPT_CHECK = 256,
		OPT_LOG_LEVEL,
		OPT_VERSION,
		OPT_RESUME,
		OPT_RESUME_CHECK,
	};
	static const struct option table[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "check", no_argument, NULL, OPT_CHECK },
		{ "log-level", required_argument, NULL, OPT_LOG_LEVEL },
		{ "version", no_argument, NULL, OPT_VERSION },
		{ "help", no_argument, NULL, 'h' },
		{ "resume", required_argument, NULL, OPT_RESUME },
		{ "resume-check", required_argument, NULL, OPT_RESUME_CHECK },
		{ 0 },
	};
	struct options o = { .conf_path = AGENT_CONF_PATH, .resume = -1, .resume_check = -1 };
	enum log_level level;
	int c;

	while ((c = getopt_long(argc, argv, "c:h", table, NULL)) != -1) {
		switch (c) {
		case 'c':
			o.conf_path = optarg;
			break;
		case OPT_CHECK:
			o.check = true;
			break;
		case OPT_LOG_LEVEL:
			o.log_level = optarg;
			if (log_level_parse(optarg, &level) < 0)
				say_wrong_use(PROGRAM, usage_text, "no such log level: ", optarg);
			break;
		case OPT_VERSION:
			exit(say_print(PROGRAM, PROGRAM " " NEARCAST_VERSION "\n"));
		case OPT_RESUME:
			o.resume = parse_fd(optarg);
			break;
		case OPT_RESUME_CHECK:
			o.resume_check = parse_fd(optarg);
			break;
		case 'h':
			exit(say_print(PROGRAM, usage_text));
		default: /* getopt_long has said what is wrong */
			(void)fputs(usage_text, stderr);
			exit(SAY_EXIT_USAGE);
		}
	}
	if (optind < argc)
		say_wrong_use(PROGRAM, usage_text, "unexpected argument: ", argv[optind]);
	return o;
}

static int
print_conf(const struct agent_conf *conf)
{
	struct strbuf out = { 0 };
	int r;

	conf_print(&agent_conf_schema, conf, &out);
	r = say_print(PROGRAM, strbuf_get(&out));
	strbuf_done(&out);
	return r;
}

static void
warn_unable(void *userdata, const struct agent_service *service, const struct agent_check *check,
    const char *why)
{
	(void)userdata;
	(void)fprintf(stderr, PROGRAM ": warning: service %s: check %s cannot run here: %s\n",
	    service->name, check->name, why);
}

static int
on_signal(sd_event_source *source, const struct signalfd_siginfo *si, void *userdata)
{
	(void)source;
	switch (si->ssi_signo) {
	case SIGHUP:
		agent_reload(userdata);
		break;
	case SIGTERM:
		agent_stop(userdata, "SIGTERM");
		break;
	default:
		agent_stop(userdata, "SIGINT");
	}
	return 0;
}

static int
watch_signals(sd_event *loop, struct agent *a)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP };

	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		int r = sd_event_add_signal(loop, NULL, signals[i], on_signal, a);

		if (r < 0)
			return r;
	}
	return 0;
}

/* Each address is locked by a socket, and a soft limit of 1024 is for programs that use select().
 */
static void
raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

/* Memory holds passwords: nobody's core dump, nor open to other processes of the user. */
static void
keep_memory_private(void)
{
	(void)prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L);
}

/* Before anything else is there: it must not have what we open. */
static int
start_watcher(
    const struct agent_conf *conf, const struct past *past, struct watcher **ret, struct err *e)
{
	struct daemon_conf daemon = agent_daemon_conf(conf);

	if (conf->announcer == AGENT_ANNOUNCER_SPEAKER || conf->lifetime.ns == DURATION_FOREVER.ns)
		return 0;
	return watcher_start(
	    &daemon, conf->lifetime, conf->control, past ? &past->in : NULL, ret, e);
}

/* Blocked, for the loop to take them. */
static void
set_up_process(void)
{
	sigset_t mask;

	raise_file_limit();
	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&mask);
	(void)sigaddset(&mask, SIGTERM);
	(void)sigaddset(&mask, SIGINT);
	(void)sigaddset(&mask, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &mask, NULL);
}

/* All of it was taken over. */
static void
end_past(struct past *p)
{
	watcher_end(watcher_of_past(&p->in, state_find(p->records, PAST_WATCHER)), true);
	past_done(p);
}

static int
run(struct conf *taken, struct agent_origin *origin)
{
	_cleanup_(conf_freep) struct conf *loaded = taken;
	_cleanup_(sd_event_unrefp) sd_event *loop = NULL;
	struct watcher *watcher = NULL;
	struct agent *agent = NULL;
	struct err e = { 0 };
	int r;

	set_up_process();
	r = start_watcher(conf_root(loaded), origin->past, &watcher, &e);
	if (r < 0)
		goto end;
	origin->watcher = watcher;
	r = sd_event_new(&loop);
	if (r < 0) {
		(void)err_errno(&e, r, "event loop");
		goto end;
	}
	r = agent_new(loop, TAKE(loaded), origin, &agent, &e);
	if (r < 0)
		goto end;
	r = watch_signals(loop, agent);
	if (r >= 0)
		r = sd_event_set_watchdog(loop, true);
	if (r < 0) {
		(void)err_errno(&e, r, "event loop");
		goto end;
	}
	agent_start(agent);
	if (origin->past != NULL)
		end_past(origin->past);
	r = sd_event_loop(loop);
	if (r < 0)
		(void)err_errno(&e, r, "event loop");
end:
	agent_free(agent);
	/* what was not said to the end is for the watcher */
	watcher_end(watcher, r == 0 || agent == NULL);
	if (r < 0)
		log_error("%s", e.message);
	return r < 0 ? EXIT_FAILURE : r;
}

/* Whether this program could take the state over: says which one it is, or why not. */
static int
try_to_resume(int fd)
{
	struct past past = { 0 };
	struct err e = { 0 };
	int r = past_open(fd, &past, &e);

	if (r >= 0)
		r = past_check(&past, &e);
	past_done(&past);
	if (r >= 0)
		return say_print(PROGRAM, PROGRAM " " NEARCAST_VERSION "\n");
	(void)fprintf(stderr, PROGRAM ": %s\n", e.message);
	return EXIT_FAILURE;
}

/* Commands that the program before has started and was no longer there to see the end of. */
static void
reap_orphans(void)
{
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

/* With *ret_why: nothing can be taken over, and everybody has been told so. NULL: none was there.
 */
static struct past *
resume(int fd, struct past *past, struct conf **ret, char *why, size_t size)
{
	_cleanup_(strbuf_done) struct strbuf errors = { 0 };
	struct err e = { 0 };
	int r;

	if (fd < 0)
		return NULL;
	r = past_open(fd, past, &e);
	if (r >= 0)
		r = past_check(past, &e);
	if (r >= 0)
		r = past_load_conf(past, ret, &errors);
	if (r >= 0)
		return past;
	(void)snprintf(why, size, "%s", e.message);
	past_refuse(past, why);
	past_done(past);
	return NULL;
}

int
main(int argc, char **argv)
{
	struct options options = parse_options(argc, argv);
	_cleanup_(conf_freep) struct conf *loaded = NULL;
	_cleanup_(strbuf_done) struct strbuf errors = { 0 };
	_cleanup_(program_done) struct program program = { 0 };
	struct past past = { 0 };
	struct agent_origin origin = { .log_level_is_given = options.log_level != NULL,
		.program = &program };
	char cold_why[ERR_MESSAGE_MAX] = "";
	const struct agent_conf *conf;
	enum log_level level;

	keep_memory_private();
	if (options.resume_check >= 0)
		return try_to_resume(options.resume_check);
	program_find(&program, argv);
	if (options.resume >= 0) {
		journald_use(PROGRAM);
		reap_orphans();
	}
	origin.past = resume(options.resume, &past, &loaded, cold_why, sizeof(cold_why));
	origin.cold_why = cold_why[0] != '\0' ? cold_why : NULL;
	if (loaded == NULL &&
	    conf_load_file(options.conf_path, &agent_conf_schema, &loaded, &errors) < 0) {
		(void)fputs(strbuf_get(&errors), stderr);
		return EXIT_FAILURE;
	}
	conf = conf_root(loaded);
	if (options.check) {
		agent_each_unable(conf, warn_unable, NULL);
		return print_conf(conf);
	}
	level = (enum log_level)conf->log_level;
	if (options.log_level != NULL)
		(void)log_level_parse(options.log_level, &level);
	log_set_level(level);
	journald_use(PROGRAM);
	return run(TAKE(loaded), &origin);
}
