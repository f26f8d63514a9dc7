#include "cli/controller_login.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "cli/controller_token.h"
#include "cli/fields.h"
#include "io/atomic_file.h"

#define LOGIN_MAX 16384

void
login_done(struct login *l)
{
	if (l->token != NULL)
		explicit_bzero(l->token, strlen(l->token));
	free(l->url);
	free(l->token);
	free(l->ca_file);
	*l = (struct login){ 0 };
}

char *
login_path(void)
{
	return controller_config_path("login.json");
}

static char *
text_or_null(const json_t *object, const char *key)
{
	const char *text = field_text(object, key);

	return *text != '\0' ? xstrdup(text) : NULL;
}

static int
check_mode(const char *path, struct err *e)
{
	struct stat st;

	if (stat(path, &st) == 0 && (st.st_mode & (S_IRWXG | S_IRWXO)))
		return err_set(e, -EACCES,
		    "%s: others can read the token; `chmod 600` it, or log in with a new one",
		    path);
	return 0;
}

int
login_read(struct login *ret, struct err *e)
{
	_cleanup_(freep) char *path = login_path(), *text = NULL;
	json_auto_t *kept = NULL;
	size_t len = 0;
	int r = path != NULL ? atomic_file_read(path, LOGIN_MAX, &text, &len, e) : -ENOENT;

	*ret = (struct login){ 0 };
	if (r == -ENOENT)
		return 0;
	if (r >= 0)
		r = check_mode(path, e);
	if (r < 0)
		return r;
	kept = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	explicit_bzero(text, len);
	*ret = (struct login){ .url = text_or_null(kept, "controller"),
		.token = text_or_null(kept, "token"),
		.ca_file = text_or_null(kept, "ca_file") };
	if (ret->url != NULL && ret->token != NULL)
		return 0;
	login_done(ret);
	return err_set(e, -EBADMSG, "%s: no login stands in it; log in again", path);
}

/* The folder of the path, and the one above it. */
static int
make_folders(const char *path, struct err *e)
{
	for (const char *slash = strchr(path + 1, '/'); slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		_cleanup_(freep) char *folder = xasprintf("%.*s", (int)(slash - path), path);

		if (mkdir(folder, 0700) < 0 && errno != EEXIST)
			return err_errno(e, -errno, "%s", folder);
	}
	return 0;
}

int
login_write(const struct login *l, struct err *e)
{
	_cleanup_(freep) char *path = login_path(), *text = NULL;
	json_auto_t *kept = json_pack("{s:s, s:s}", "controller", l->url, "token", l->token);
	int r;

	if (path == NULL)
		return err_set(e, -ENOENT, "there is no home to keep the token in");
	if (l->ca_file != NULL)
		(void)json_object_set_new(kept, "ca_file", json_string(l->ca_file));
	text = json_dumps(kept, JSON_INDENT(2));
	if (text == NULL)
		return err_set(e, -EINVAL, "the address or the token is not UTF-8 text");
	r = make_folders(path, e);
	if (r >= 0)
		r = atomic_file_write(path, text, strlen(text), 0600, e);
	explicit_bzero(text, strlen(text));
	return r;
}

bool
login_is_for(const struct login *l, const char *url)
{
	size_t len = strlen(url), kept = l->url != NULL ? strlen(l->url) : 0;

	while (len > 0 && url[len - 1] == '/')
		len--;
	while (kept > 0 && l->url[kept - 1] == '/')
		kept--;
	return kept > 0 && len == kept && strncmp(url, l->url, len) == 0;
}
