/* nearcast login, logout and whoami: which controller is asked, and as whom. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/style.h"
#include "cli/commands.h"
#include "cli/controller_login.h"
#include "cli/controller_token.h"
#include "cli/fields.h"
#include "cli/object.h"
#include "io/atomic_file.h"
#include "io/read_all.h"
#include "io/token_file.h"

#define TOKEN_MAX 4096

struct login_options {
	const char *token_file, *ca_file;
};

/* clang-format off */
static const struct cli_option login_options[] = {
	{ "token-file", 0, CLI_STRING, offsetof(struct login_options, token_file), "FILE", 0, 0, NULL,
	    "what holds the token, instead of typing it" },
	{ "ca-file", 0, CLI_STRING, offsetof(struct login_options, ca_file), "FILE", 0, 0, NULL,
	    "certificates to trust instead of the system's" },
};
static const struct cli_option whoami_options[] = { CLI_OBJECT };
/* clang-format on */

/* Typed, without being shown. */
static int
ask_token(struct strbuf *ret, struct err *e)
{
	struct termios shown, hidden;
	char line[TOKEN_MAX];
	bool got;

	if (tcgetattr(STDIN_FILENO, &shown) < 0)
		return read_all(STDIN_FILENO, "standard input", TOKEN_MAX, ret, e);
	(void)fprintf(stderr, "Token (it is not shown): ");
	hidden = shown;
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
	got = fgets(line, sizeof(line), stdin) != NULL;
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
	(void)fputc('\n', stderr);
	if (!got)
		return err_set(e, -ENODATA, "there was no token");
	strbuf_add(ret, line);
	explicit_bzero(line, sizeof(line));
	return 0;
}

static int
get_token(const struct login_options *o, struct strbuf *ret, struct err *e)
{
	int r;

	if (o->token_file != NULL)
		return controller_token(o->token_file, ret, e);
	r = ask_token(ret, e);
	return r < 0 ? r : token_check("the token", ret, e);
}

/* Whose token it is, for people. */
static void
add_caller(const json_t *caller, const char *url, struct strbuf *out)
{
	const char *project = field_text(caller, "project");

	strbuf_add_printable(out, field_text(caller, "name"));
	strbuf_add(out, ", ");
	strbuf_add_printable(out, field_text(caller, "role"));
	strbuf_add(out, *project != '\0' ? " of project " : "");
	strbuf_add_printable(out, project);
	strbuf_addf(out, ", at %s\n", url);
}

/* What the token is good for; then it is kept. */
static int
try_and_keep(struct login *login, struct strbuf *token)
{
	const struct controller_options to = { .url = login->url, .ca_file = login->ca_file };
	_cleanup_(controller_answer_done) struct controller_answer caller = { 0 };
	_cleanup_(controller_done) struct controller c = { 0 };
	_cleanup_(strbuf_done) struct strbuf out = { 0 };
	_cleanup_(freep) char *path = NULL;
	struct err e = { 0 };
	int status = controller_open_as(&to, token, &c);

	if (status == EXIT_SUCCESS)
		status = controller_ask(&c, "GET", "/api/v1/caller", NULL, NULL, &caller);
	if (caller.status == 401)
		(void)fprintf(stderr,
		    "A token comes from `nearcast token create`, the first one from "
		    "`nearcast-controller init`.\n");
	if (status != EXIT_SUCCESS)
		return status;
	if (login_write(login, &e) < 0) {
		cli_say_error("%s", e.message);
		return EXIT_FAILURE;
	}
	path = login_path();
	add_caller(caller.body, c.url, &out);
	strbuf_addf(&out, "kept in %s\n", path);
	return cli_print(strbuf_get(&out));
}

/* Its length without a "/" at the end: what a request is for begins with one. */
static size_t
without_slash(const char *url)
{
	size_t len = strlen(url);

	while (len > 0 && url[len - 1] == '/')
		len--;
	return len;
}

static int
run_login(const void *options, int argc, char **args)
{
	const struct login_options *o = options;
	_cleanup_(login_done) struct login login = { 0 };
	_cleanup_(strbuf_done) struct strbuf token = { 0 };
	const char *url = controller_url_or_default(argc > 0 ? args[0] : NULL);
	struct err e = { 0 };
	int status = controller_url_said(url);

	if (status != EXIT_SUCCESS)
		return status;
	if (o->ca_file != NULL) {
		login.ca_file = realpath(o->ca_file, NULL);
		if (login.ca_file == NULL)
			(void)err_errno(&e, -errno, "%s", o->ca_file);
	}
	if (e.code < 0 || get_token(o, &token, &e) < 0) {
		cli_say_error("%s", e.message);
		return EXIT_FAILURE;
	}
	login.url = xasprintf("%.*s", (int)without_slash(url), url);
	login.token = xstrdup(strbuf_get(&token));
	status = try_and_keep(&login, &token);
	explicit_bzero(token.text, token.len);
	return status;
}

static int
run_logout(const void *options, int argc, char **args)
{
	_cleanup_(freep) char *path = login_path();
	_cleanup_(strbuf_done) struct strbuf out = { 0 };
	struct err e = { 0 };
	bool was_there = path != NULL && access(path, F_OK) == 0;

	(void)options;
	(void)argc;
	(void)args;
	if (path != NULL && atomic_file_remove(path, &e) < 0) {
		cli_say_error("%s", e.message);
		return EXIT_FAILURE;
	}
	if (was_there)
		strbuf_addf(&out,
		    "%s removed; its token is not revoked: `nearcast token revoke` does that\n",
		    path);
	else
		strbuf_add(&out, "there was no login to forget\n");
	return cli_print(strbuf_get(&out));
}

static int
run_whoami(const void *options, int argc, char **args)
{
	const struct object_options *o = options;
	_cleanup_(controller_answer_done) struct controller_answer caller = { 0 };
	_cleanup_(controller_done) struct controller c = { 0 };
	_cleanup_(strbuf_done) struct strbuf out = { 0 };
	int status = controller_open(&o->controller, &c);

	(void)argc;
	(void)args;
	if (status == EXIT_SUCCESS)
		status = controller_ask(&c, "GET", "/api/v1/caller", NULL, NULL, &caller);
	if (status != EXIT_SUCCESS)
		return status;
	if (o->json)
		return object_print(o, caller.body);
	add_caller(caller.body, c.url, &out);
	return cli_print(strbuf_get(&out));
}

const struct cli_command cli_login_command = {
	.name = "login",
	.args = "[URL]",
	.summary = "Keep the address of a controller, and a token for it.",
	.args_max = 1,
	.options = login_options,
	.option_count = ARRAY_SIZE(login_options),
	.options_size = sizeof(struct login_options),
	.run = run_login,
};
const struct cli_command cli_logout_command = {
	.name = "logout",
	.args = "",
	.summary = "Forget the controller that login has kept.",
	.run = run_logout,
};
const struct cli_command cli_whoami_command =
    OBJECT_COMMAND("whoami", "", 0, "Say which controller is asked, and as whom.", whoami_options,
	struct object_options, NULL, run_whoami);
