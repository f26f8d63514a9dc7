#include "agent/merge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/foreign.h"
#include "base/alloc.h"
#include "base/without_const.h"

struct merging {
	const struct conf *file;
	const struct agent_conf *own; /* the file alone */
	const json_t *before;
	json_t *services; /* owned: what is in it so far */
	struct strbuf *problems;
};

static void
add_problem(struct merging *m, const char *service, const char *sentence)
{
	strbuf_addf(
	    m->problems, "%sservice %s: %s", m->problems->len > 0 ? "; " : "", service, sentence);
}

/* ---- one service against the file ---- */

static bool
is_accepted(const struct agent_conf *own, struct prefix prefix)
{
	const struct prefix *accept = own->controller.accept.items;

	for (size_t i = 0; i < own->controller.accept.count; i++) {
		if (prefix_contains(accept[i], prefix.addr) && accept[i].len <= prefix.len)
			return true;
	}
	return own->controller.accept.count == 0;
}

/* Against the services of the file; false: it stands in the way, and has been said. */
static bool
look_at_prefix(struct merging *m, const char *name, struct prefix prefix)
{
	const struct agent_service *services = m->own->services.items;
	char shown[PREFIX_STR_MAX];
	_cleanup_(strbuf_done) struct strbuf why = { 0 };

	if (!is_accepted(m->own, prefix)) {
		strbuf_addf(&why, "%s is not in what this host accepts of a controller",
		    prefix_format(prefix, shown));
		add_problem(m, name, strbuf_get(&why));
		return false;
	}
	for (size_t i = 0; i < m->own->services.count; i++) {
		const struct prefix *own = services[i].global_ips.items;

		for (size_t k = 0; k < services[i].global_ips.count; k++) {
			if (!prefix_contains(own[k], prefix.addr) &&
			    !prefix_contains(prefix, own[k].addr))
				continue;
			strbuf_addf(&why, "%s is of service %s in this host's own file",
			    prefix_format(prefix, shown), services[i].name);
			add_problem(m, name, strbuf_get(&why));
			return false;
		}
	}
	return true;
}

/* Whether the file leaves room for it; else it is said. */
static bool
has_room(struct merging *m, const char *name, const json_t *service)
{
	const struct agent_service *services = m->own->services.items;
	const json_t *one;
	struct prefix prefix;
	size_t i;

	for (size_t k = 0; k < m->own->services.count; k++) {
		if (strcmp(services[k].name, name) == 0) {
			add_problem(m, name, "this host's own file has a service of this name");
			return false;
		}
	}
	json_array_foreach (json_object_get(service, "global-ips"), i, one) {
		if (json_is_string(one) && prefix_parse(json_string_value(one), &prefix) == 0 &&
		    !look_at_prefix(m, name, prefix))
			return false;
	}
	return true;
}

struct refusal {
	struct merging *merging;
	const char *service;
};

static void
on_refusal(void *userdata, const char *check, const char *key, const char *sentence)
{
	const struct refusal *r = userdata;
	_cleanup_(strbuf_done) struct strbuf why = { 0 };

	strbuf_addf(&why, "%s%s%s%s: %s", check ? "check " : "", check ? check : "",
	    check ? ": " : "", key, sentence);
	add_problem(r->merging, r->service, strbuf_get(&why));
}

/* ---- loading ---- */

static void
note_first(void *userdata, size_t line, const char *sentence)
{
	struct strbuf *first = userdata;

	(void)line;
	if (first->len == 0)
		strbuf_add(first, sentence);
}

/* NULL, with the first error in why: it can not be. */
static struct conf *
load_with(const struct merging *m, json_t *services, struct strbuf *why)
{
	json_auto_t *root = json_pack("{s:O}", "services", services);
	_cleanup_(freep) char *text = json_dumps(root, JSON_INDENT(1));
	struct conf *loaded = NULL;
	struct conf_addition added = { .name = "controller" };

	if (text == NULL) {
		strbuf_add(why, "it is not UTF-8");
		return NULL;
	}
	added.text = text;
	added.len = strlen(text);
	return conf_load_again(m->file, &added, &agent_conf_schema, &loaded, note_first, why) < 0
		   ? NULL
		   : loaded;
}

/* Whether all of it stands with this one, too; takes it in then. why is added to otherwise. */
static bool
take_one(struct merging *m, const char *name, json_t *service, struct strbuf *why)
{
	json_auto_t *with = json_copy(m->services);
	struct conf *loaded;

	(void)json_object_set(with, name, service);
	loaded = load_with(m, with, why);
	if (loaded == NULL)
		return false;
	conf_free(loaded);
	(void)json_object_set(m->services, name, service);
	return true;
}

static void
take_as_before(struct merging *m, const char *name)
{
	json_t *service = json_object_get(m->before, name);
	_cleanup_(strbuf_done) struct strbuf why = { 0 };

	if (service != NULL)
		(void)take_one(m, name, service, &why);
}

/* One after the other, since not all of them can be. */
static void
take_each(struct merging *m, json_t *wanted)
{
	const char *name;
	json_t *service;

	json_object_foreach (wanted, name, service) {
		_cleanup_(strbuf_done) struct strbuf why = { 0 };

		if (take_one(m, name, service, &why))
			continue;
		add_problem(m, name, strbuf_get(&why));
		take_as_before(m, name);
	}
}

/* Those that the file leaves room for; of what a controller may not say, what it said before. */
static json_t *
choose(struct merging *m, const json_t *wanted)
{
	json_t *chosen = json_object();
	const char *name;
	json_t *service;

	json_object_foreach (without_const(wanted), name, service) {
		struct refusal refusal = { m, name };

		if (!json_is_object(service)) {
			add_problem(m, name, "it is no object");
			service = json_object_get(m->before, name);
		} else if (!foreign_service_look(service, on_refusal, &refusal)) {
			service = json_object_get(m->before, name);
		}
		if (service != NULL && has_room(m, name, service))
			(void)json_object_set(chosen, name, service);
	}
	return chosen;
}

int
merge_configuration(const struct conf *file, const json_t *wanted, const json_t *before,
    struct merged *ret, struct strbuf *problems, struct strbuf *errors)
{
	struct merging m = { .file = file, .before = before, .problems = problems };
	_cleanup_(strbuf_done) struct strbuf why = { 0 };
	_cleanup_(conf_freep) struct conf *own = NULL;
	json_auto_t *chosen = NULL;
	int r = conf_load_again(file, NULL, &agent_conf_schema, &own, note_first, errors);

	if (r < 0)
		return r;
	m.own = conf_root(own);
	chosen = choose(&m, wanted);
	*ret = (struct merged){ 0 };
	if (json_object_size(chosen) > 0)
		ret->loaded = load_with(&m, chosen, &why);
	if (json_object_size(chosen) > 0 && ret->loaded == NULL) {
		m.services = json_object();
		take_each(&m, chosen);
		if (json_object_size(m.services) > 0)
			ret->loaded = load_with(&m, m.services, &why);
		ret->services = TAKE(m.services);
	} else {
		ret->services = TAKE(chosen);
	}
	if (ret->loaded == NULL)
		ret->loaded = TAKE(own);
	return 0;
}

void
merged_done(struct merged *m)
{
	conf_free(m->loaded);
	json_decref(m->services);
	*m = (struct merged){ 0 };
}
