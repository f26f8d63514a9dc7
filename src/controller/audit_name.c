#include "controller/audit_name.h"

#include <string.h>

#include "base/alloc.h"
#include "base/attr.h"

const char *const audit_kind_names[] = { "catchment", "global-ip", "host", "join-token", "network",
	"order", "pool", "project", "rollout", "service", "session", "site", "token", NULL };

/* NULL: it has none, or it is no text. */
static const char *
text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static char *
name_order(const json_t *order)
{
	const char *kind = text_of(order, "kind"), *service = text_of(order, "service");
	const char *site = text_of(order, "site"), *host = text_of(order, "host");

	return xasprintf("%s %s%s%s", kind != NULL ? kind : "order",
	    service != NULL ? service : "all services",
	    host != NULL   ? " on "
	    : site != NULL ? " at "
			   : "",
	    host != NULL   ? host
	    : site != NULL ? site
			   : "");
}

static char *
name_rollout(const json_t *rollout)
{
	const char *kind = text_of(rollout, "kind"), *service = text_of(rollout, "service");

	return xasprintf(
	    "%s %s", kind != NULL ? kind : "rollout", service != NULL ? service : "of a service");
}

static char *
name_catchment(const json_t *catchment)
{
	const char *address = text_of(catchment, "address"), *site = text_of(catchment, "site");

	return xasprintf("%s from %s", address != NULL ? address : "of a Global IP",
	    site != NULL ? site : "a site");
}

static char *
name_join_token(const json_t *token)
{
	const char *host = text_of(token, "host"), *site = text_of(token, "site");

	return xasprintf(
	    "%s at %s", host != NULL ? host : "a host", site != NULL ? site : "a site");
}

char *
audit_name(const char *kind, const json_t *object)
{
	static const char *const keys[] = { "name", "prefix", "id" };
	static const struct {
		const char *kind;
		char *(*name)(const json_t *object);
	} others[] = {
		{ "catchment", name_catchment },
		{ "order", name_order },
		{ "rollout", name_rollout },
		{ "join-token", name_join_token },
	};

	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		if (strcmp(kind, others[i].kind) == 0)
			return others[i].name(object);
	}
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (text_of(object, keys[i]) != NULL)
			return xstrdup(text_of(object, keys[i]));
	}
	return xstrdup("");
}
