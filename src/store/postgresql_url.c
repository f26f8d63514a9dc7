/*
 * What a URL says, and what we add where it says nothing: that each attempt to connect has its time, that a
 * server which has gone without a word is noticed, and that of several hosts the one is taken that can be
 * written to.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "store/postgresql.h"

static const struct {
	const char *keyword, *value;
} usual[] = {
	{ "connect_timeout", "5" }, /* seconds, for each host */
	{ "application_name", "nearcast-controller" },
	{ "target_session_attrs", "read-write" },
	{ "tcp_user_timeout", "10000" }, /* milliseconds without an acknowledgement */
	{ "keepalives_idle", "5" },
	{ "keepalives_interval", "3" },
	{ "keepalives_count", "3" },
};

static const char *
option(const struct postgresql_store *p, const char *keyword)
{
	for (PQconninfoOption *o = p->options; o && o->keyword; o++) {
		if (strcmp(o->keyword, keyword) == 0)
			return o->val && *o->val ? o->val : NULL;
	}
	return NULL;
}

static void
set_option(struct postgresql_store *p, const char *keyword, const char *value)
{
	for (PQconninfoOption *o = p->options; o->keyword; o++) {
		if (strcmp(o->keyword, keyword) == 0) {
			PQfreemem(o->val);
			o->val = strdup(value); /* libpq frees it */
		}
	}
}

/* "host:port,host:port": the list of ports is as long as that of hosts, or has one for all. */
static void
add_hosts(struct strbuf *b, const char *hosts, const char *ports)
{
	const char *port = ports ? ports : "";

	for (;;) {
		size_t host_len = strcspn(hosts, ","), port_len = strcspn(port, ",");

		strbuf_add_mem(b, hosts, host_len);
		if (port_len > 0) {
			strbuf_add_char(b, ':');
			strbuf_add_mem(b, port, port_len);
		}
		if (hosts[host_len] == '\0')
			return;
		strbuf_add_char(b, ',');
		hosts += host_len + 1;
		if (port[port_len] == ',')
			port += port_len + 1;
	}
}

static char *
make_name(const struct postgresql_store *p)
{
	struct strbuf b = { 0 };
	const char *hosts = option(p, "host");

	strbuf_add(&b, "postgresql://");
	if (option(p, "user"))
		strbuf_addf(&b, "%s@", option(p, "user"));
	if (hosts == NULL)
		hosts = option(p, "hostaddr");
	add_hosts(&b, hosts ? hosts : "", option(p, "port"));
	if (option(p, "dbname"))
		strbuf_addf(&b, "/%s", option(p, "dbname"));
	return strbuf_take(&b);
}

int
postgresql_parse(struct store *s, const char *where, struct err *e)
{
	struct postgresql_store *p = postgresql_of(s);
	char *why = NULL;

	p->options = PQconninfoParse(where, &why);
	if (p->options == NULL) {
		/* libpq's own words quote the URL */
		PQfreemem(why);
		return err_set(e, -EINVAL,
		    "the URL of the store is not understood: postgresql://USER:PASSWORD@HOST:PORT/"
		    "DATABASE?OPTION=VALUE is expected, with %%XX for what has a meaning there");
	}
	for (size_t i = 0; i < ARRAY_SIZE(usual); i++) {
		if (option(p, usual[i].keyword) == NULL)
			set_option(p, usual[i].keyword, usual[i].value);
	}
	set_option(p, "client_encoding", "UTF8");
	s->name = make_name(p);
	return 0;
}

static void
blot_out(char *text, const char *secret)
{
	size_t len = secret ? strlen(secret) : 0;

	for (char *at = text; len > 0 && (at = strstr(at, secret)) != NULL; at += len)
		memset(at, '*', len);
}

void
postgresql_clean(const struct postgresql_store *p, char *text)
{
	size_t len = strlen(text);

	blot_out(text, option(p, "password"));
	blot_out(text, option(p, "sslpassword"));
	while (len > 0 && text[len - 1] == '\n')
		text[--len] = '\0';
	for (; *text; text++) {
		if (*text == '\n' || *text == '\t')
			*text = ' ';
	}
}
