#include "agent/membership.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define VERSION 1

char *
membership_write(const struct membership *m)
{
	json_auto_t *o = json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:o}", "version", VERSION, "url",
	    m->url, "host_id", m->host_id, "host", m->host, "site", m->site, "credential",
	    m->credential, "ca_file", m->ca_file != NULL ? json_string(m->ca_file) : json_null());

	return json_dumps(o, JSON_INDENT(1));
}

/* It stands in a header: one word of plain ASCII. */
static bool
is_credential(const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		if (*p <= ' ' || *p > '~')
			return false;
	}
	return *text != '\0';
}

int
membership_read(const char *text, size_t len, struct membership *ret, struct err *e)
{
	json_error_t bad;
	json_auto_t *o = json_loadb(text, len, JSON_REJECT_DUPLICATES, &bad);
	const char *url, *host_id, *host, *site, *credential;
	const json_t *ca_file = json_object_get(o, "ca_file");
	int version;

	if (o == NULL)
		return err_set(e, -EINVAL, "it is not JSON (line %d)", bad.line);
	if (json_unpack_ex(o, &bad, 0, "{s:i, s:s, s:s, s:s, s:s, s:s}", "version", &version, "url",
		&url, "host_id", &host_id, "host", &host, "site", &site, "credential",
		&credential) < 0)
		return err_set(e, -EINVAL, "%s", bad.text);
	if (version != VERSION)
		return err_set(
		    e, -EINVAL, "version %d, and only %d is known here", version, VERSION);
	if (!is_credential(credential))
		return err_set(e, -EINVAL, "its credential is none");
	*ret = (struct membership){ xstrdup(url), xstrdup(host_id), xstrdup(host), xstrdup(site),
		xstrdup(credential),
		json_is_string(ca_file) ? xstrdup(json_string_value(ca_file)) : NULL };
	return 0;
}

void
membership_done(struct membership *m)
{
	if (m->credential != NULL)
		explicit_bzero(m->credential, strlen(m->credential));
	free(m->url);
	free(m->host_id);
	free(m->host);
	free(m->site);
	free(m->credential);
	free(m->ca_file);
	*m = (struct membership){ 0 };
}
