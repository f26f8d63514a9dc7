#include "cli/global_ip.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/ip.h"
#include "cli/controller_url.h"
#include "cli/fields.h"

static const struct object_kind kind = {
	.what = "Global IP", .path = "global-ips", .place = OBJECT_LISTED_OVER_ALL
};

/* "203.0.113.2" is any address of it; "203.0.113.2/31" is to be the whole of it. */
static bool
is_whole(const char *which, const char *prefix)
{
	struct prefix wanted, found;

	return strchr(which, '/') == NULL ||
	       (prefix_parse(which, &wanted) == 0 && prefix_parse(prefix, &found) == 0 &&
		   prefix_equal(wanted, found));
}

/* The one with the address in the list, or NULL, and e says that there is none. */
static const json_t *
pick(const json_t *list, const char *which, const char *bare, struct err *e)
{
	const json_t *ip = json_array_get(json_object_get(list, "items"), 0);

	if (ip == NULL) {
		(void)err_set(e, -ENOENT, "no Global IP that was ordered has the address %s", bare);
	} else if (!is_whole(which, field_text(ip, "prefix"))) {
		(void)err_set(e, -ENOENT, "%s is no Global IP; the one with that address is %s",
		    which, field_text(ip, "prefix"));
		ip = NULL;
	}
	return ip;
}

/* Adds nothing to the path where there is none. */
static int
path_of_address(const struct object_options *o, const struct controller *c, const char *which,
    struct strbuf *path, struct err *e)
{
	_cleanup_(controller_answer_done) struct controller_answer list = { 0 };
	_cleanup_(freep) char *bare = xasprintf("%.*s", (int)strcspn(which, "/"), which);
	_cleanup_(strbuf_done) struct strbuf query = { 0 };
	struct ip address;
	const json_t *ip;
	int status;

	if (ip_parse(bare, &address) < 0) {
		(void)err_set(e, -EINVAL,
		    "\"%s\" is no address; expected a Global IP's prefix, an address of it, or its "
		    "id",
		    which);
		return EXIT_SUCCESS;
	}
	status = object_path(&kind, o, c, NULL, &query);
	controller_url_add_query(&query, "address", bare);
	if (status == EXIT_SUCCESS)
		status = controller_ask(c, "GET", strbuf_get(&query), NULL, NULL, &list);
	ip = status == EXIT_SUCCESS ? pick(list.body, which, bare, e) : NULL;
	if (ip == NULL)
		return status;
	strbuf_add(path, "/api/v1/projects");
	controller_url_add(path, field_text(ip, "project"));
	controller_url_add(path, kind.path);
	controller_url_add(path, field_text(ip, "id"));
	return EXIT_SUCCESS;
}

static bool
is_address(const char *which)
{
	return strpbrk(which, ".:/") != NULL;
}

/* Neither an address nor an id: who mistyped is not to be asked for a project first. */
static int
check_id(const char *which)
{
	if (str_starts_with(which, "ip_"))
		return EXIT_SUCCESS;
	return cli_usage_error("\"%s\" is no Global IP; expected its prefix, an address of it, or "
			       "its id, ip_...",
	    which);
}

int
global_ip_look(const struct object_options *o, const struct controller *c, const char *which,
    struct strbuf *path, struct controller_answer *ret, struct err *e)
{
	int status = is_address(which) ? path_of_address(o, c, which, path, e)
				       : object_path(&kind, o, c, which, path);

	if (status != EXIT_SUCCESS || path->len == 0)
		return status;
	status = controller_look(c, strbuf_get(path), ret);
	if (status == EXIT_SUCCESS && ret->body == NULL)
		(void)err_set(e, -ENOENT, "there is no Global IP \"%s\"", which);
	return status;
}

int
global_ip_find(const struct object_options *o, const char *which, struct object_found *ret)
{
	struct err e = { 0 };
	int status;

	if (!is_address(which)) {
		status = check_id(which);
		return status == EXIT_SUCCESS ? object_find(&kind, o, which, "", ret) : status;
	}
	status = controller_open(&o->controller, &ret->controller);
	if (status == EXIT_SUCCESS)
		status = global_ip_look(o, &ret->controller, which, &ret->path, &ret->was, &e);
	if (status != EXIT_SUCCESS || ret->was.body != NULL)
		return status;
	cli_say_error("%s", e.message);
	return EXIT_FAILURE;
}
