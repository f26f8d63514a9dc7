/* The world, and its store before and after a request. */
#include "matrix.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "controller/openapi.h"
#include "tap.h"

static const struct {
	const char *path, *body;
} things[] = {
	{ "/api/v1/sites", "{'name': 'am6', 'latitude': 52.3, 'longitude': 4.9}" },
	{ "/api/v1/pools", "{'name': 'shared', 'prefix': '192.0.2.0/24'}" },
	{ "/api/v1/pools", "{'name': 'alphas', 'prefix': '198.51.100.0/25', 'project': 'alpha'}" },
	{ "/api/v1/pools", "{'name': 'beta-pool', 'prefix': '203.0.113.0/25', 'project': 'beta'}" },
	{ "/api/v1/hosts", "{'name': 'h-alpha', 'site': 'am6', 'project': 'alpha'}" },
	{ "/api/v1/hosts", "{'name': 'h-beta', 'site': 'am6', 'project': 'beta'}" },
	{ "/api/v1/hosts", "{'name': 'h-all', 'site': 'am6'}" },
	{ "/api/v1/join-tokens", "{'site': 'am6', 'host': 'h-alpha', 'project': 'alpha'}" },
	{ "/api/v1/join-tokens", "{'site': 'am6', 'host': 'h-beta', 'project': 'beta'}" },
	{ "/api/v1/projects/alpha/global-ips", "{'pool': 'alphas', 'tags': ['mine']}" },
	{ "/api/v1/projects/beta/global-ips", "{'pool': 'beta-pool', 'tags': ['beta-tag']}" },
};

void
matrix_keep_secret(struct matrix *m, const char *key)
{
	const char *text = said(&m->a, key);

	if (*text != '\0')
		(void)json_array_append_new(m->secrets, json_string(text));
}

static void
make_services(struct matrix *m)
{
	static const char *const projects[] = { "alpha", "beta" };
	static const char *const names[] = { "web", "beta-web" };

	for (size_t i = 0; i < ARRAY_SIZE(projects); i++) {
		char path[64], body[200];

		(void)snprintf(path, sizeof(path), "/api/v1/projects/%s/global-ips", projects[i]);
		ASK(&m->a, 200, ADMIN, "GET", path, NULL);
		(void)snprintf(body, sizeof(body),
		    "{'name': '%s', 'document': {'listen': ['tcp/80']}, 'sites': ['am6'],"
		    " 'global_ips': ['%s']}",
		    names[i], said(&m->a, "items.0.id"));
		(void)snprintf(path, sizeof(path), "/api/v1/projects/%s/services", projects[i]);
		ASK(&m->a, 201, ADMIN, "POST", path, body);
		if (i == 1)
			matrix_keep_secret(m, "id");
	}
	ASK(&m->a, 201, ADMIN, "POST", "/api/v1/orders",
	    "{'kind': 'drain', 'host': 'h-beta', 'override_reason': 'meant'}");
	matrix_keep_secret(m, "id");
}

static void
make_things(struct matrix *m)
{
	for (size_t i = 0; i < ARRAY_SIZE(things); i++) {
		ASK(&m->a, 201, ADMIN, "POST", things[i].path, things[i].body);
		if (strstr(things[i].body, "beta") != NULL ||
		    strstr(things[i].path, "beta") != NULL) {
			matrix_keep_secret(m, "id");
			matrix_keep_secret(m, "prefix");
			matrix_keep_secret(m, "addresses.0");
		}
	}
	make_services(m);
	ASK(&m->a, 200, ADMIN, "GET", "/api/v1/projects/beta", NULL);
	matrix_keep_secret(m, "id");
	(void)json_array_append_new(m->secrets, json_string("beta"));
}

static struct matrix_caller
caller(const char *name, enum role role, const char *project, const char *token)
{
	struct matrix_caller c = {
		.name = name, .role = role, .project = project, .is_valid = true
	};

	(void)snprintf(c.token, sizeof(c.token), "%s", token);
	return c;
}

/* One that was valid: revoked, or its time is over at once. */
static struct matrix_caller
former(struct matrix *m, const char *name, bool revoked)
{
	struct matrix_caller c;
	char path[80];

	ASK(&m->a, 201, ADMIN, "POST", "/api/v1/tokens",
	    revoked ? "{'name': 'r', 'role': 'operator', 'project': 'alpha'}"
		    : "{'name': 'e', 'role': 'administrator', 'expires_in_seconds': 60}");
	c = caller(name, ROLE_OPERATOR, "alpha", said(&m->a, "token"));
	c.is_valid = false;
	(void)snprintf(path, sizeof(path), "/api/v1/tokens/%s", said(&m->a, "id"));
	if (revoked)
		ASK(&m->a, 204, ADMIN, "DELETE", path, NULL);
	else
		m->a.now += INT64_C(61) * 1000000000;
	return c;
}

static struct matrix_caller
host(struct matrix *m, const char *name, const char *project)
{
	char body[160];

	(void)snprintf(body, sizeof(body), "{'site': 'am6', 'host': '%s'}", name);
	ASK(&m->a, 201, ADMIN, "POST", "/api/v1/join-tokens", body);
	(void)snprintf(
	    body, sizeof(body), "{'token': '%s', 'name': '%s'}", said(&m->a, "token"), name);
	ASK(&m->a, 201, NOBODY, "POST", "/agent/v1/join", body);
	return caller(name, ROLE_HOST, project, said(&m->a, "credential"));
}

/* A host of no project has the services of both. */
static void
make_catchments(struct matrix *m, const struct matrix_caller *host)
{
	static const char *const projects[] = { "alpha", "beta" };

	m->a.token = host->token;
	ASK(&m->a, 200, NOBODY, "POST", "/agent/v1/report", "{'run': 'r', 'services': []}");
	for (size_t i = 0; i < ARRAY_SIZE(projects); i++) {
		char path[80], body[200];

		(void)snprintf(path, sizeof(path), "/api/v1/projects/%s/global-ips", projects[i]);
		ASK(&m->a, 200, ADMIN, "GET", path, NULL);
		(void)snprintf(body, sizeof(body),
		    "{'global_ip': '%s', 'site': 'am6', 'targets': ['9.9.9.9'], 'contact': 'c'}",
		    said(&m->a, "items.0.id"));
		(void)snprintf(path, sizeof(path), "/api/v1/projects/%s/catchments", projects[i]);
		ASK(&m->a, 201, ADMIN, "POST", path, body);
		if (i == 1)
			matrix_keep_secret(m, "id");
	}
}

static void
make_callers(struct matrix *m)
{
	struct matrix_caller *c = m->callers;

	*c++ = caller("nobody", ROLE_NONE, "", "");
	*c++ = caller("viewer of alpha", ROLE_VIEWER, "alpha", m->a.tokens[VIEWER]);
	*c++ = caller("operator of alpha", ROLE_OPERATOR, "alpha", m->a.tokens[OPERATOR]);
	*c++ = host(m, "h-alpha", "alpha");
	*c = host(m, "h-all", "");
	make_catchments(m, c++);
	*c++ = caller("operator of beta", ROLE_OPERATOR, "beta", m->a.tokens[STRANGER]);
	*c++ = caller("viewer of all", ROLE_VIEWER, "", m->a.tokens[AUDITOR]);
	*c++ = caller("administrator", ROLE_ADMINISTRATOR, "", m->a.tokens[ADMIN]);
	*c++ = former(m, "revoked", true);
	*c++ = former(m, "expired", false);
	*c = caller("garbage", ROLE_NONE, "", "nct_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
	c->is_valid = false;
}

/* ---- the store, before and after ---- */

static void
copy_file(const struct matrix *m, const char *from, const char *to)
{
	char command[240];

	(void)snprintf(command, sizeof(command), "cd %s && rm -f store-wal store-shm && cp %s %s",
	    m->a.folder, from, to);
	CHECK_INT(system(command), 0); /* NOLINT(cert-env33-c): ours alone */
}

static struct store *
open_store(const struct matrix *m)
{
	struct store *s = NULL;
	struct err e = { 0 };
	char path[80];

	(void)snprintf(path, sizeof(path), "%s/store", m->a.folder);
	if (store_open(path, &s, &e) < 0)
		tap_fail(__FILE__, __LINE__, "%s", e.message);
	return s;
}

static void
close_stores(struct matrix *m)
{
	store_close(m->watcher);
	store_close(m->a.store);
	m->watcher = m->a.store = NULL;
}

static void
open_stores(struct matrix *m)
{
	m->a.store = open_store(m);
	m->watcher = open_store(m);
	(void)matrix_has_changed(m);
}

void
matrix_reset(struct matrix *m)
{
	close_stores(m);
	copy_file(m, "base", "store");
	open_stores(m);
}

bool
matrix_has_changed(struct matrix *m)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	static int64_t known;
	int64_t before = known;
	struct err e = { 0 };

	if (store_query(m->watcher, &rows, &e, "PRAGMA data_version") < 0 || !store_next(&rows)) {
		tap_fail(__FILE__, __LINE__, "%s", e.message);
		return false;
	}
	known = store_int(&rows, 0);
	return known != before;
}

bool
matrix_init(struct matrix *m)
{
	*m = (struct matrix){ .document = json_loads(openapi_document, 0, NULL),
		.secrets = json_array() };
	if (!asker_init(&m->a))
		return false;
	make_things(m);
	matrix_make_rest(m, "alpha");
	matrix_make_rest(m, "beta");
	make_callers(m);
	close_stores(m);
	copy_file(m, "store", "base");
	open_stores(m);
	return tap_failures == 0;
}

void
matrix_done(struct matrix *m)
{
	char path[80];

	json_decref(m->document);
	json_decref(m->secrets);
	store_close(m->watcher);
	(void)snprintf(path, sizeof(path), "%s/base", m->a.folder);
	(void)unlink(path);
	asker_done(&m->a);
}
