#include "cli/controller.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/controller_token.h"
#include "cli/controller_url.h"

static const char *
option_or(const char *option, const char *variable, const char *otherwise)
{
	const char *set = getenv(variable);

	if (option != NULL)
		return option;
	return set != NULL && *set != '\0' ? set : otherwise;
}

const char *
controller_url_or_default(const char *given)
{
	return option_or(given, "NEARCAST_CONTROLLER", CONTROLLER_URL);
}

bool
controller_is_named(void)
{
	_cleanup_(login_done) struct login login = { 0 };
	struct err e = { 0 };

	if (option_or(NULL, "NEARCAST_CONTROLLER", NULL) != NULL)
		return true;
	return login_read(&login, &e) >= 0 && login.url != NULL;
}

int
controller_url_said(const char *url)
{
	struct err e = { 0 };
	int r = controller_url_check(url, &e);

	if (r >= 0)
		return EXIT_SUCCESS;
	if (r == -EINVAL || r == -EPERM)
		return cli_usage_error("%s", e.message);
	cli_say_error("%s", e.message);
	return EXIT_FAILURE;
}

int
controller_open_as(
    const struct controller_options *o, const struct strbuf *token, struct controller *ret)
{
	*ret = (struct controller){ .url = controller_url_or_default(o->url),
		.ca_file = option_or(o->ca_file, "NEARCAST_CA_FILE", NULL),
		.authorization = xasprintf("Authorization: Bearer %s", strbuf_get(token)) };
	return controller_url_said(ret->url);
}

/* From the file that is named, the login, or the file that has always been there. */
static int
find_token(const struct controller *c, const char *file, struct strbuf *ret, struct err *e)
{
	int r;

	if (file == NULL && login_is_for(&c->login, c->url)) {
		strbuf_add(ret, c->login.token);
		return 0;
	}
	r = controller_token(file, ret, e);
	if (r == -ENOENT && file == NULL)
		return err_set(e, r,
		    "there is no token for %s; `nearcast login %s` asks for one, and keeps it",
		    c->url, c->url);
	return r;
}

/* It goes into a header, and the controller takes no more: EXIT_SUCCESS, or it was said why not. */
static int
check_key(const char *key)
{
	size_t len = key != NULL ? strlen(key) : 1;

	for (const char *c = key; c != NULL && *c != '\0'; c++) {
		if (*c <= ' ' || *c > '~')
			return cli_usage_error("--key: expected ASCII letters, digits and signs");
	}
	if (len >= 1 && len <= CONTROLLER_KEY_MAX)
		return EXIT_SUCCESS;
	return cli_usage_error("--key: expected 1 to %d bytes", CONTROLLER_KEY_MAX);
}

int
controller_open(const struct controller_options *o, struct controller *ret)
{
	_cleanup_(controller_done) struct controller c = { 0 };
	_cleanup_(strbuf_done) struct strbuf token = { 0 };
	struct err e = { 0 };
	int r = login_read(&c.login, &e), status;

	/* who names both needs no login, so a broken one is not in the way */
	if (option_or(o->url, "NEARCAST_CONTROLLER", NULL) != NULL &&
	    option_or(o->token_file, "NEARCAST_TOKEN_FILE", NULL) != NULL)
		r = 0;
	c.url = option_or(
	    o->url, "NEARCAST_CONTROLLER", c.login.url != NULL ? c.login.url : CONTROLLER_URL);
	c.ca_file = option_or(
	    o->ca_file, "NEARCAST_CA_FILE", login_is_for(&c.login, c.url) ? c.login.ca_file : NULL);
	c.key = o->key;
	status = controller_url_said(c.url);
	if (status == EXIT_SUCCESS)
		status = check_key(c.key);
	if (status != EXIT_SUCCESS)
		return status;
	if (r >= 0)
		r = find_token(
		    &c, option_or(o->token_file, "NEARCAST_TOKEN_FILE", NULL), &token, &e);
	if (r < 0) {
		cli_say_error("%s", e.message);
		return EXIT_FAILURE;
	}
	c.authorization = xasprintf("Authorization: Bearer %s", strbuf_get(&token));
	explicit_bzero(token.text, token.len);
	*ret = c;
	c = (struct controller){ 0 };
	return EXIT_SUCCESS;
}

void
controller_done(struct controller *c)
{
	if (c->authorization != NULL)
		explicit_bzero(c->authorization, strlen(c->authorization));
	free(c->authorization);
	login_done(&c->login);
}

char *
controller_address(const struct controller *c, const char *path)
{
	size_t len = strlen(c->url);

	return xasprintf("%.*s%s", (int)(len - (c->url[len - 1] == '/')), c->url, path);
}
