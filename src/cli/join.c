/*
 * nearcast join: this host belongs to a controller.
 *
 * What the controller gave is written into the state directory (agent/membership.h), for the user
 * that owns it, and nearcastd is told, if it runs.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/without_const.h"
#include "cli/commands.h"
#include "cli/controller.h"
#include "cli/controller_token.h"
#include "cli/controller_url.h"
#include "cli/fields.h"
#include "cli/membership_place.h"
#include "io/atomic_file.h"
#include "io/control.h"

struct join_options {
	struct membership_options base;
	const char *token, *token_file, *name, *ca_file;
	bool force;
};

/* -EINVAL: wrong use, which has been said. */
static int
get_token(const struct join_options *o, struct strbuf *ret)
{
	struct err e = { 0 };

	if (o->token != NULL && o->token_file != NULL) {
		(void)cli_usage_error("only one of --token and --token-file is taken");
		return EXIT_USAGE;
	}
	if (o->token == NULL && o->token_file == NULL) {
		(void)cli_usage_error("one of --token and --token-file is needed");
		return EXIT_USAGE;
	}
	if (o->token != NULL) {
		strbuf_add(ret, o->token);
		return EXIT_SUCCESS;
	}
	if (controller_token(o->token_file, ret, &e) >= 0)
		return EXIT_SUCCESS;
	cli_say_error("%s", e.message);
	return EXIT_FAILURE;
}

/* The folder, as nearcastd would make it; so that a token is not spent on what cannot be kept. */
static int
open_folder(const struct membership_place *p)
{
	_cleanup_(freep) char *probe = membership_path(p, MEMBERSHIP_NAME ".try");
	struct err e = { 0 };

	if (mkdir(p->directory, 0700) < 0 && errno != EEXIST) {
		cli_say_error("make folder %s: %s", p->directory, strerror(errno));
		return EXIT_FAILURE;
	}
	if (atomic_file_write(probe, "", 0, 0600, &e) < 0 || atomic_file_remove(probe, &e) < 0) {
		cli_say_error("%s", e.message);
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}

/* Of the user whose folder it is: root joins, and nearcastd reads. */
static int
keep(const struct membership_place *p, const struct membership *m)
{
	_cleanup_(freep) char *path = membership_path(p, MEMBERSHIP_NAME),
			      *text = membership_write(m);
	struct err e = { 0 };
	struct stat folder;
	int r = text == NULL ? err_set(&e, -EINVAL, "the controller's answer is not UTF-8")
			     : atomic_file_write(path, text, strlen(text), 0600, &e);

	if (text != NULL)
		explicit_bzero(text, strlen(text));
	if (r >= 0 && geteuid() == 0 && stat(p->directory, &folder) == 0 &&
	    chown(path, folder.st_uid, folder.st_gid) < 0)
		r = err_errno(&e, -errno, "give %s to the owner of its folder", path);
	if (r >= 0)
		return EXIT_SUCCESS;
	cli_say_error("%s; this host has joined, but its credential could not be kept: a token "
		      "that names the host lets it join again",
	    e.message);
	return EXIT_FAILURE;
}

static int
take_answer(
    const struct join_options *o, const char *url, const json_t *answer, struct membership *ret)
{
	const char *host_id, *host, *site, *credential;
	char *ca_file = NULL;

	if (json_unpack(without_const(answer), "{s:s, s:s, s:s, s:s}", "id", &host_id, "name",
		&host, "site", &site, "credential", &credential) < 0) {
		cli_say_error("%s: this is not the answer of a controller", url);
		return EXIT_FAILURE;
	}
	if (o->ca_file != NULL)
		ca_file = realpath(o->ca_file, NULL);
	*ret = (struct membership){ xstrdup(url), xstrdup(host_id), xstrdup(host), xstrdup(site),
		xstrdup(credential), ca_file };
	return EXIT_SUCCESS;
}

static int
ask_to_join(const struct join_options *o, const char *url, const char *name, struct membership *ret)
{
	_cleanup_(controller_answer_done) struct controller_answer answer = { 0 };
	_cleanup_(strbuf_done) struct strbuf token = { 0 };
	struct controller c = { .url = url, .ca_file = o->ca_file };
	int status = get_token(o, &token);

	if (status == EXIT_SUCCESS)
		status = controller_ask(&c, "POST", "/agent/v1/join",
		    json_pack("{s:s, s:s, s:s}", "token", strbuf_get(&token), "name", name,
			"agent_version", NEARCAST_VERSION),
		    NULL, &answer);
	if (token.text != NULL)
		explicit_bzero(token.text, token.len);
	return status == EXIT_SUCCESS ? take_answer(o, url, answer.body, ret) : status;
}

/* nearcastd, if it runs, takes it now. */
static int
tell_agent(const struct membership_place *p, const struct membership *m)
{
	_cleanup_(strbuf_done) struct strbuf out = { 0 }, reply = { 0 };
	struct err e = { 0 };

	strbuf_addf(&out, "joined ");
	strbuf_add_printable(&out, m->url);
	strbuf_add(&out, " as host ");
	strbuf_add_printable(&out, m->host);
	strbuf_add(&out, " of site ");
	strbuf_add_printable(&out, m->site);
	if (control_call(p->socket, "{\"command\":\"join\"}", DURATION_S(5), &reply, &e) < 0) {
		strbuf_add(&out, "\nnearcastd does not answer here; it follows the controller when "
				 "it starts\n");
	} else {
		json_auto_t *answer = json_loadb(reply.text, reply.len, 0, NULL);
		const char *error = field_text(answer, "error");

		if (*error != '\0') {
			cli_say_error("nearcastd: %s", error);
			return EXIT_FAILURE;
		}
		strbuf_add(&out, "\nnearcastd follows it\n");
	}
	return cli_print(strbuf_get(&out));
}

static int
may_join(const struct join_options *o, const struct membership_place *p, const char *url)
{
	struct err e = { 0 };
	int r = controller_url_check(url, &e);

	if (r == -EINVAL || r == -EPERM)
		return cli_usage_error("%s", e.message);
	if (r < 0) {
		cli_say_error("%s", e.message);
		return EXIT_FAILURE;
	}
	if (p->has_joined && strcmp(p->before.url, url) != 0 && !o->force) {
		cli_say_error("this host belongs to the controller %s, as %s; --force has it join "
			      "another one all the same",
		    p->before.url, p->before.host);
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}

static int
run_join(const void *options, int argc, char **args)
{
	const struct join_options *o = options;
	_cleanup_(membership_place_done) struct membership_place place = { 0 };
	_cleanup_(membership_done) struct membership m = { 0 };
	char *url = args[0];
	int status = membership_place_find(&o->base, o->name == NULL, &place);

	(void)argc;
	if (url[0] != '\0' && url[strlen(url) - 1] == '/')
		url[strlen(url) - 1] = '\0';
	if (status == EXIT_SUCCESS)
		status = may_join(o, &place, url);
	if (status == EXIT_SUCCESS)
		status = open_folder(&place);
	if (status == EXIT_SUCCESS)
		status = ask_to_join(o, url, o->name != NULL ? o->name : place.host, &m);
	if (status == EXIT_SUCCESS)
		status = keep(&place, &m);
	return status == EXIT_SUCCESS ? tell_agent(&place, &m) : status;
}

static const struct join_options defaults = { .base = MEMBERSHIP_DEFAULTS };

#define AT(member) offsetof(struct join_options, member)
/* clang-format off */
static const struct cli_option join_options[] = {
	{ "token", 't', CLI_STRING, AT(token), "TOKEN", 0, 0, NULL, "the join token, which works once" },
	{ "token-file", 0, CLI_STRING, AT(token_file), "FILE", 0, 0, NULL, "what holds the token" },
	{ "name", 'n', CLI_STRING, AT(name), "NAME", 0, 0, NULL,
	    "the host's name there, by default as configured" },
	{ "ca-file", 0, CLI_STRING, AT(ca_file), "FILE", 0, 0, NULL,
	    "certificates to trust instead of the system's, also by nearcastd" },
	MEMBERSHIP_OPTIONS,
	{ "force", 0, CLI_FLAG, AT(force), NULL, 0, 0, NULL, "join another controller than before" },
};
/* clang-format on */

const struct cli_command cli_join_command = {
	.name = "join",
	.args = "URL",
	.args_min = 1,
	.args_max = 1,
	.summary = "Have this host follow a controller.",
	.options = join_options,
	.option_count = ARRAY_SIZE(join_options),
	.options_size = sizeof(struct join_options),
	.defaults = &defaults,
	.run = run_join,
	.notes = "Exit status: 1 when it could not join.",
};
