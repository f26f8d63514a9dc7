#include "controller/undo.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/attr.h"
#include "base/utf8.h"

#define KEYS_MAX 12

struct kind {
	const char *name;
	const char *path; /* "" before it: of the project */
	bool of_project;
	bool takes_override;
	const char *changed[KEYS_MAX]; /* what may be changed */
	const char *made[KEYS_MAX];    /* what it is made of; none: it cannot be made again */
	const char *why_not;           /* then: why */
};

/* clang-format off */
static const struct kind kinds[] = {
	{ "project", "projects", false, false,
	    { "name", "description", "max_ipv4", "max_ipv6", "max_services" },
	    { "name", "description", "max_ipv4", "max_ipv6", "max_services" }, NULL },
	{ "pool", "pools", false, false,
	    { "name", "description", "open", "quarantine_seconds" },
	    { "name", "prefix", "announced_as", "project", "description", "open", "quarantine_seconds" }, NULL },
	{ "site", "sites", false, false,
	    { "name", "city", "country", "latitude", "longitude", "description" },
	    { "name", "city", "country", "latitude", "longitude", "description" }, NULL },
	{ "host", "hosts", false, true,
	    { "site", "description", "tags", "customdata", "metadata" },
	    { "name", "site", "project", "description", "tags", "customdata", "metadata" }, NULL },
	{ "service", "services", true, true,
	    { "description", "document", "global_ips", "sites", "hosts", "min_sites", "max_change_percent", "lease_seconds" },
	    { "name", "description", "document", "global_ips", "sites", "hosts", "min_sites", "max_change_percent",
	      "lease_seconds" }, NULL },
	{ "order", "orders", true, true, { NULL },
	    { "kind", "service", "site", "host", "parameters", "reason" }, NULL },
	{ "global-ip", "global-ips", true, false, { "tags", "description", "customdata" }, { NULL },
	    "the block may be somebody else's by now" },
	{ "token", "tokens", false, false, { NULL }, { NULL }, "its secret is kept nowhere: make another one" },
	{ "join-token", "join-tokens", false, false, { NULL }, { NULL }, "its secret is kept nowhere: make another one" },
};
/* clang-format on */

static bool
refuse(struct undo_request *r, const char *why)
{
	utf8_format(r->why, sizeof(r->why), "%s", why);
	return false;
}

static const struct kind *
kind_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	}
	return NULL;
}

static int64_t
revision_of(const json_t *object)
{
	return json_integer_value(json_object_get(object, "revision"));
}

/* An administrator's order of all services has no project. */
static void
write_path(
    const struct kind *kind, const struct undo_row *row, bool of_object, struct undo_request *r)
{
	bool in_project = kind->of_project && row->project != NULL && row->project[0] != '\0';

	utf8_format(r->path, sizeof(r->path), "/api/v1/%s%s%s%s%s%s", in_project ? "projects/" : "",
	    in_project ? row->project : "", in_project ? "/" : "", kind->path, of_object ? "/" : "",
	    of_object ? row->object : "");
}

static json_t *
copy_keys(const json_t *from, const char *const keys[KEYS_MAX], const json_t *unlike)
{
	json_t *body = json_object();

	for (size_t i = 0; i < KEYS_MAX && keys[i] != NULL; i++) {
		json_t *value = json_object_get(from, keys[i]);

		if (value == NULL ||
		    (unlike != NULL && json_equal(value, json_object_get(unlike, keys[i]))))
			continue;
		/* what a maker leaves out is null here: not on the map, of no project */
		if (unlike != NULL || !json_is_null(value))
			(void)json_object_set(body, keys[i], value);
	}
	return body;
}

/* "2026-11-29T16:42:57.123Z" in ns; 0: it is none. */
static int64_t
read_time(const char *text)
{
	struct tm tm = { 0 };

	if (text == NULL || strptime(text, "%Y-%m-%dT%H:%M:%S", &tm) == NULL)
		return 0;
	return (int64_t)timegm(&tm) * INT64_C(1000000000);
}

/* What is left of the time of an order that ended before it; false: nothing. */
static bool
add_expiry(const json_t *before, int64_t now, struct undo_request *r)
{
	int64_t at = read_time(json_string_value(json_object_get(before, "expires_at")));

	if (at == 0)
		return true;
	if (at <= now)
		return refuse(r, "its time is over");
	(void)json_object_set_new(r->body, "expires_in_seconds",
	    json_integer((json_int_t)((at - now) / INT64_C(1000000000)) + 1));
	return true;
}

static bool
make_again(const struct kind *kind, const struct undo_row *row, int64_t now, struct undo_request *r)
{
	if (kind->made[0] == NULL)
		return refuse(r, kind->why_not);
	r->method = "POST";
	write_path(kind, row, false, r);
	r->body = copy_keys(row->before, kind->made, NULL);
	return strcmp(kind->name, "order") != 0 || add_expiry(row->before, now, r);
}

static bool
change_back(const struct kind *kind, const struct undo_row *row, struct undo_request *r)
{
	r->method = "PATCH";
	r->revision = revision_of(row->after);
	write_path(kind, row, true, r);
	r->body = copy_keys(row->before, kind->changed, row->after);
	return json_object_size(r->body) > 0 || refuse(r, "nothing of it can be changed back");
}

static bool
delete_it(const struct kind *kind, const struct undo_row *row, struct undo_request *r)
{
	r->method = "DELETE";
	r->revision = revision_of(row->after);
	write_path(kind, row, true, r);
	return true;
}

static bool
inverse_of_rollout(const struct undo_row *row, struct undo_request *r)
{
	if (strcmp(row->action, "create") != 0)
		return refuse(
		    r, "a rollout is paused, gone on with, stopped or taken back instead");
	r->method = "PATCH";
	utf8_format(
	    r->path, sizeof(r->path), "/api/v1/projects/%s/rollouts/%s", row->project, row->object);
	/* it moves by itself: whatever it has done so far is taken back */
	r->body = json_pack("{s:s}", "state", "taken-back");
	r->revision = -1;
	return true;
}

static bool
has_password(const json_t *network)
{
	const json_t *neighbor;
	size_t i;

	json_array_foreach (json_object_get(network, "bgp_neighbors"), i, neighbor) {
		if (json_is_true(json_object_get(neighbor, "md5_enabled")))
			return true;
	}
	return false;
}

/* A host's network is written whole, with the revision of its host. */
static bool
inverse_of_network(const struct undo_row *row, struct undo_request *r)
{
	json_t *address;
	size_t i;

	if (has_password(row->before) || has_password(row->after))
		return refuse(
		    r, "the audit log has no BGP passwords: give the host its network again");
	r->revision = revision_of(row->after);
	if (r->revision == 0 || row->before == NULL)
		return refuse(r,
		    "the audit log does not say of which revision it was: give the host its "
		    "network again");
	r->method = "PUT";
	utf8_format(r->path, sizeof(r->path), "/api/v1/hosts/%s/network", row->object);
	r->body = json_deep_copy(row->before);
	(void)json_object_del(r->body, "revision");
	/* the address says it, and nobody else may */
	json_array_foreach (json_object_get(r->body, "addresses"), i, address)
		(void)json_object_del(address, "address_family");
	return true;
}

bool
undo_inverse(const struct undo_row *row, int64_t now, struct undo_request *r)
{
	const struct kind *kind = kind_of(row->kind);

	*r = (struct undo_request){ 0 };
	if (strcmp(row->kind, "rollout") == 0)
		return inverse_of_rollout(row, r);
	if (strcmp(row->kind, "network") == 0)
		return inverse_of_network(row, r);
	if (strcmp(row->action, "join") == 0)
		return refuse(r, "a host that has joined leaves by being deleted");
	if (strcmp(row->action, "leave") == 0)
		return refuse(r, "a host that has left joins again with a token");
	if (strcmp(row->action, "revoke") == 0)
		return refuse(r, "its secret may be known to others: make another token");
	if (kind == NULL)
		return refuse(r, "there is no way back for this kind of change");
	r->takes_override = kind->takes_override;
	if (strcmp(row->action, "release") == 0) {
		r->is_release = true;
		r->revision = revision_of(row->after);
		return true;
	}
	if (row->before == NULL)
		return delete_it(kind, row, r);
	return row->after == NULL ? make_again(kind, row, now, r) : change_back(kind, row, r);
}

void
undo_request_done(struct undo_request *r)
{
	json_decref(r->body);
	*r = (struct undo_request){ 0 };
}
