#include "cli/membership_place.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "io/atomic_file.h"

void
membership_place_done(struct membership_place *p)
{
	free(p->directory);
	free(p->socket);
	free(p->host);
	membership_done(&p->before);
}

char *
membership_path(const struct membership_place *p, const char *name)
{
	return xasprintf("%s/%s", p->directory, name);
}

/* What nearcastd's own configuration says of it. */
static int
read_configuration(const struct membership_options *o, struct membership_place *ret)
{
	_cleanup_(strbuf_done) struct strbuf errors = { 0 };
	_cleanup_(conf_freep) struct conf *loaded = NULL;
	const struct agent_conf *conf;

	if (conf_load_file(o->conf, &agent_conf_schema, &loaded, &errors) < 0) {
		(void)fputs(strbuf_get(&errors), stderr);
		cli_say_error("where nearcastd keeps its state is not known; "
			      "--state-directory and --name say it without its configuration");
		return EXIT_FAILURE;
	}
	conf = conf_root(loaded);
	ret->directory =
	    xstrdup(o->state_directory != NULL ? o->state_directory : conf->state_directory);
	ret->socket = xstrdup(o->socket != NULL ? o->socket : conf->control);
	ret->host = xstrdup(conf->host);
	return EXIT_SUCCESS;
}

static int
read_membership(struct membership_place *p)
{
	_cleanup_(freep) char *path = membership_path(p, MEMBERSHIP_NAME), *text = NULL;
	struct err e = { 0 };
	size_t len;
	int r = atomic_file_read(path, MEMBERSHIP_MAX, &text, &len, &e);

	if (r == -ENOENT)
		return EXIT_SUCCESS;
	if (r >= 0)
		r = membership_read(text, len, &p->before, &e);
	if (text != NULL)
		explicit_bzero(text, len);
	p->has_joined = r >= 0;
	if (r == -EACCES) {
		cli_say_error("%s", e.message);
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS; /* one that cannot be read is written anew */
}

int
membership_place_find(
    const struct membership_options *o, bool needs_host, struct membership_place *ret)
{
	int status = EXIT_SUCCESS;

	if (o->state_directory != NULL && !needs_host) {
		ret->directory = xstrdup(o->state_directory);
		ret->socket = xstrdup(o->socket != NULL ? o->socket : AGENT_CONTROL_PATH);
	} else {
		status = read_configuration(o, ret);
	}
	return status == EXIT_SUCCESS ? read_membership(ret) : status;
}
