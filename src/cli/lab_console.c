#include "cli/lab_console.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "cli/controller.h"
#include "cli/fields.h"
#include "cli/lab.h"
#include "io/atomic_file.h"
#include "lab/address_files.h"
#include "lab/exec.h"
#include "lab/fill.h"
#include "lab/gather.h"
#include "lab/host_conf.h"

#define PROGRAM "nearcast-controller"
#define PORT_TRIES 10 /* from the usual one on; then any */
#define BACKLOG 128
#define JOIN_TIMEOUT DURATION_S(30)

/* ---- before the lab ---- */

/* 0, or a negative errno. */
static int
try_port(int fd, uint16_t port)
{
	const struct endpoint at = { .addr = ip_from_v4(INADDR_LOOPBACK), .port = port };
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(at, &ss);

	return bind(fd, (struct sockaddr *)&ss, len) < 0 ? -errno : 0;
}

/* One that was free just now. A socket does not keep one that was chosen for it when it listens no
 * more (lab/passed_sockets.h), so it is asked for by its number. 0: there is none. */
static uint16_t
find_port(void)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	struct endpoint at = { 0 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return 0;
	if (try_port(fd, 0) < 0 || getsockname(fd, (struct sockaddr *)&ss, &len) < 0 ||
	    endpoint_from_sockaddr(&ss, &at) < 0)
		at.port = 0;
	close(fd);
	return at.port;
}

static int
open_socket(struct err *err)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), r = -EADDRINUSE;

	if (fd < 0)
		return err_errno(err, -errno, "open a socket");
	for (uint16_t i = 0; i < 2 * PORT_TRIES && r == -EADDRINUSE; i++)
		r = try_port(
		    fd, i < PORT_TRIES ? (uint16_t)(LAB_CONTROLLER_PORT + i) : find_port());
	if (r >= 0 && listen(fd, BACKLOG) < 0)
		r = -errno;
	if (r < 0) {
		close(fd);
		return err_errno(err, r, "listen at 127.0.0.1 for the console");
	}
	return fd;
}

int
lab_console_open(struct lab_console *c)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	char text[ENDPOINT_STR_MAX];
	struct endpoint at;
	struct err err = { 0 };

	if (!exec_is_here(PROGRAM))
		(void)err_set(&err, -ENOENT,
		    "--console needs " PROGRAM ", which is neither beside nearcast nor in the "
					       "usual folders; install the package " PROGRAM
		    ", or do without --console");
	else
		c->socket = open_socket(&err);
	if (err.code < 0)
		return cli_lab_fail("up", &err);
	if (getsockname(c->socket, (struct sockaddr *)&ss, &len) < 0 ||
	    endpoint_from_sockaddr(&ss, &at) < 0)
		abort(); /* we have just bound it */
	(void)snprintf(c->url, sizeof(c->url), "http://%s", endpoint_format(at, text));
	return EXIT_SUCCESS;
}

void
lab_console_done(struct lab_console *c)
{
	if (c->socket >= 0)
		close(c->socket);
	if (c->token.text != NULL)
		explicit_bzero(c->token.text, c->token.len);
	strbuf_done(&c->token);
	free(c->token_file);
	*c = LAB_CONSOLE_INIT;
}

/* ---- in the lab ---- */

/* The first administrator, whose token is the lab's user's. */
static int
init(struct lab_console *c, struct lab *lab, struct err *err)
{
	static const char *const argv[] = { PROGRAM, "init", NULL };
	struct gather_job job = { .node = LAB_CONTROLLER_NODE, .argv = argv };
	int r = gather_run(lab, &job, 1, JOIN_TIMEOUT, -1);

	c->token_file = xasprintf("%s/%s", lab_directory(lab), LAB_TOKEN_NAME);
	if (r >= 0 && *job.why != '\0')
		r = err_set(err, -EIO, "%s", job.why);
	if (r >= 0) {
		/* with its newline, as the program prints it */
		r = atomic_file_write(c->token_file, job.out.text, job.out.len, 0600, err);
		strbuf_add_mem(&c->token, job.out.text, job.out.len);
		while (c->token.len > 0 && c->token.text[c->token.len - 1] == '\n')
			c->token.text[--c->token.len] = '\0';
	}
	if (job.out.text != NULL)
		explicit_bzero(job.out.text, job.out.len);
	gather_job_done(&job);
	return r;
}

static int
fill(const struct controller *to, const struct scenario *scenario)
{
	_cleanup_(fill_done) struct fill f;
	json_auto_t *ids = json_object();
	int status = EXIT_SUCCESS;

	lab_fill(scenario, &f);
	for (size_t i = 0; i < f.count && status == EXIT_SUCCESS; i++) {
		_cleanup_(controller_answer_done) struct controller_answer answer = { 0 };
		const struct fill_request *q = &f.items[i];

		status = controller_ask(to, "POST", q->path, fill_body(q, ids), NULL, &answer);
		if (status == EXIT_SUCCESS && q->as != NULL)
			(void)json_object_set(ids, q->as, json_object_get(answer.body, "id"));
	}
	return status;
}

/* The words of the command; in the arena. NULL: the controller has refused, and it was said. */
static const char *const *
join_words(const struct controller *to, const char *site, const char *host, struct arena *arena)
{
	_cleanup_(controller_answer_done) struct controller_answer answer = { 0 };
	json_t *body = json_pack("{s:s, s:s}", "site", site, "host", host);

	if (controller_ask(to, "POST", "/api/v1/join-tokens", body, NULL, &answer) != EXIT_SUCCESS)
		return NULL;

	const char *const words[] = { "nearcast", "join",
		arena_printf(arena, "http://127.0.0.1:%d", LAB_CONTROLLER_PORT), "--token",
		arena_strdup(arena, field_text(answer.body, "token")), NULL };

	return arena_memdup(arena, words, sizeof(words));
}

/* All hosts at once; each knows its name from its own file. */
static int
join_hosts(struct lab *lab, const struct controller *to, const struct scenario *scenario)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new();
	_cleanup_(freep) struct gather_job *jobs = NULL;
	size_t count = 0, cap = 0;
	int status = EXIT_SUCCESS;

	scenario_each (site, &scenario->sites, struct scenario_site) {
		scenario_each (host, &site->hosts, struct scenario_host) {
			jobs = grow_array(jobs, count, &cap, sizeof(*jobs));
			jobs[count] = (struct gather_job){ .node = host->name,
				.argv = join_words(to, site->name, host->name, arena) };
			if (jobs[count++].argv == NULL)
				return EXIT_FAILURE;
		}
	}
	if (gather_run(lab, jobs, count, JOIN_TIMEOUT, -1) < 0)
		status = EXIT_FAILURE;
	for (size_t i = 0; i < count; i++) {
		if (*jobs[i].why != '\0') {
			cli_say_error("%s does not join: %s", jobs[i].node, jobs[i].why);
			status = EXIT_FAILURE;
		}
		gather_job_done(&jobs[i]);
	}
	return status;
}

int
lab_console_begin(struct lab_console *c, struct lab *lab, const struct scenario *scenario)
{
	_cleanup_(controller_done) struct controller to = { 0 };
	struct err err = { 0 };
	int r = init(c, lab, &err), status;

	if (r >= 0)
		r = lab_process_start(lab, LAB_CONTROLLER_NODE, LAB_CONTROLLER_PROCESS, &err);
	if (r < 0)
		return cli_lab_fail("up", &err);
	status = controller_open_as(&(struct controller_options){ .url = c->url }, &c->token, &to);
	/* it hears us from the first moment on, and answers once it can */
	if (status == EXIT_SUCCESS)
		status = fill(&to, scenario);
	return status == EXIT_SUCCESS ? join_hosts(lab, &to, scenario) : status;
}

/* ---- for people ---- */

/* All clients are asked; the address that asks is the first one of the service. */
static void
add_catchment(const struct scenario *s, const struct scenario_service *service,
    const struct scenario_site *site, const char *lab, const char *program, struct strbuf *out)
{
	const struct scenario_global_ip *g =
	    service->global_ips.count > 0
		? scenario_global_ip(s, scenario_str(&service->global_ips, 0))
		: NULL;
	const struct scenario_host *host =
	    site->hosts.count > 0 ? scenario_at(&site->hosts, struct scenario_host, 0) : NULL;
	const char *hitlist;
	char ip[IP_STR_MAX];
	bool v6;

	if (g == NULL || host == NULL)
		return;
	v6 = g->ipv4.addr.family == IP_NONE;
	hitlist = v6 ? HITLIST6_NAME : HITLIST4_NAME;
	strbuf_addf(out,
	    "  Where all clients land, and how much better it could be:\n"
	    "    for file in %s " PLACES_NAME " " ORIGINS_NAME "; do\n"
	    "      %s lab exec -l %s %s -- cat " ADDRESS_FILES_FOLDER "$file > $file; done\n"
	    "    %s catchment run -g %s -f %s --project " LAB_PROJECT " --best --lab -l %s \\\n"
	    "      --places " PLACES_NAME " --asn " ORIGINS_NAME "\n",
	    hitlist, program, lab, host->name, program,
	    ip_format((v6 ? g->ipv6 : g->ipv4).addr, ip), site->name, hitlist);
}

void
lab_console_text(const struct lab_console *c, const struct scenario *s, const char *lab,
    const char *program, struct strbuf *out)
{
	const struct scenario_service *service =
	    s->services.count > 0 ? scenario_at(&s->services, struct scenario_service, 0) : NULL;
	const struct scenario_site *site =
	    s->sites.count > 0 ? scenario_at(&s->sites, struct scenario_site, 0) : NULL;

	strbuf_addf(out, "\nThe console: %s/\n", c->url);
	strbuf_addf(out, "  Sign in with %s\n", strbuf_get(&c->token));
	strbuf_addf(out, "  It is not shown again; it stands in %s\n", c->token_file);
	if (service != NULL && site != NULL)
		strbuf_addf(out,
		    "  Drain %s at %s, and see below where its clients go. Order an address and "
		    "place "
		    "a\n  service on it: it is announced as soon as its checks pass.\n",
		    service->name, site->name);
	strbuf_addf(out,
	    "  The same by commands: export NEARCAST_CONTROLLER=%s NEARCAST_TOKEN_FILE=%s\n",
	    c->url, c->token_file);
	if (service != NULL && site != NULL) {
		strbuf_addf(out, "  and then: %s drain %s --project " LAB_PROJECT " --site %s\n",
		    program, service->name, site->name);
		add_catchment(s, service, site, lab, program, out);
	}
}

json_t *
lab_console_json(const struct lab_console *c)
{
	return json_pack("{s:s, s:s, s:s, s:s}", "url", c->url, "project", LAB_PROJECT, "token",
	    strbuf_get(&c->token), "token_file", c->token_file);
}
