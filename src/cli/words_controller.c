#include "cli/words_controller.h"

#include <stdlib.h>
#include <string.h>

#include "cli/controller_url.h"
#include "cli/fields.h"
#include "cli/object.h"
#include "cli/services.h"

#define PROJECTS_MAX 20 /* whose services are asked for, one by one */

static const struct {
	const char *kind, *key;
	struct object_kind objects;
} kinds[] = {
	{ "POOL", "name", { .path = "pools" } },
	{ "PROJECT", "name", { .path = "projects" } },
	{ "SITE", "name", { .path = "sites" } },
	{ "HOST", "name", { .path = "hosts" } },
	{ "GLOBAL-IP", "prefix", { .path = "global-ips", .place = OBJECT_LISTED_OVER_ALL } },
};

static void
add_of(const struct controller *c, const struct object_options *o,
    const struct object_kind *objects, const char *key, struct strbuf *out)
{
	_cleanup_(controller_answer_done) struct controller_answer list = { 0 };
	_cleanup_(strbuf_done) struct strbuf path = { 0 };
	const json_t *item;
	size_t i;

	if (object_path(objects, o, c, NULL, &path) != EXIT_SUCCESS)
		return;
	controller_url_add_query(&path, "limit", "200");
	if (controller_ask(c, "GET", strbuf_get(&path), NULL, NULL, &list) != EXIT_SUCCESS)
		return;
	json_array_foreach (json_object_get(list.body, "items"), i, item)
		strbuf_addf(out, "%s\n", field_text(item, key));
}

/* Those of the token's project; of one that is for all, those of the first projects. */
static void
add_services(const struct controller *c, struct strbuf *out)
{
	_cleanup_(controller_answer_done) struct controller_answer caller = { 0 };
	_cleanup_(strbuf_done) struct strbuf projects = { 0 };
	char *save = NULL;

	if (controller_ask(c, "GET", "/api/v1/caller", NULL, NULL, &caller) != EXIT_SUCCESS)
		return;
	if (*field_text(caller.body, "project") != '\0')
		strbuf_add(&projects, field_text(caller.body, "project"));
	else
		add_of(c, &(struct object_options){ 0 },
		    &(struct object_kind){ .path = "projects" }, "name", &projects);
	if (projects.len == 0)
		return;
	save = projects.text;
	for (int n = 0; save != NULL && *save != '\0' && n < PROJECTS_MAX; n++) {
		const char *project = strsep(&save, "\n");

		add_of(
		    c, &(struct object_options){ .project = project }, &services_kind, "name", out);
	}
}

void
words_add_controller(const char *kind, struct strbuf *out)
{
	_cleanup_(controller_done) struct controller c = { 0 };
	const bool services = strcmp(kind, "SERVICE") == 0;
	size_t i = 0;

	while (i < ARRAY_SIZE(kinds) && strcmp(kind, kinds[i].kind) != 0)
		i++;
	if ((i == ARRAY_SIZE(kinds) && !services) ||
	    controller_open(&(struct controller_options){ 0 }, &c) != EXIT_SUCCESS)
		return;
	if (services)
		add_services(&c, out);
	else
		add_of(&c, &(struct object_options){ 0 }, &kinds[i].objects, kinds[i].key, out);
}
