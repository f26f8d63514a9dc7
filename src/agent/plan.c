#include "agent/plan.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "proto/bgp/codec.h"

static void add_text(struct plan_texts *t, const char *fmt, ...) _printf_(2, 3);

static void
add_text(struct plan_texts *t, const char *fmt, ...)
{
	char buf[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	t->items = grow_array(t->items, t->count, &t->cap, sizeof(char *));
	t->items[t->count++] = xstrdup(buf);
}

static void
texts_done(struct plan_texts *t)
{
	for (size_t i = 0; i < t->count; i++)
		free(t->items[i]);
	free(t->items);
}

/* ---- what differs ---- */

static const struct agent_service *
find_service_mem(const struct agent_conf *conf, const char *name, size_t len)
{
	const struct agent_service *services = conf->services.items;

	for (size_t i = 0; i < conf->services.count; i++) {
		if (strlen(services[i].name) == len && memcmp(services[i].name, name, len) == 0)
			return &services[i];
	}
	return NULL;
}

static const struct agent_service *
find_service(const struct agent_conf *conf, const char *name)
{
	return find_service_mem(conf, name, strlen(name));
}

struct noting {
	struct plan_texts *texts;
	const struct agent_conf *was, *is;
};

/* How long "service NAME" at the beginning is, if it is one of the controller; else 0. */
static size_t
foreign_name_len(const struct noting *n, const char *text)
{
	static const char word[] = "service ";
	const char *name = text + strlen(word);
	const struct agent_service *service;
	size_t len;

	if (!str_starts_with(text, word))
		return 0;
	len = strcspn(name, ":");
	service = find_service_mem(n->is, name, len);
	if (service == NULL)
		service = find_service_mem(n->was, name, len);
	return service != NULL && service->is_foreign ? strlen(word) + len : 0;
}

static void
note_difference(void *userdata, const struct conf_difference *d)
{
	const struct noting *n = userdata;
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	size_t len;

	conf_difference_format(d, &text);
	len = foreign_name_len(n, strbuf_get(&text));
	if (len > 0)
		add_text(n->texts, "%.*s (of the controller)%s", (int)len, strbuf_get(&text),
		    strbuf_get(&text) + len);
	else
		add_text(n->texts, "%s", strbuf_get(&text));
}

static void
note_impossible(void *userdata, const struct conf_difference *d)
{
	if (!(d->field->flags & CONF_LIVE))
		note_difference(userdata, d);
}

static void
note_any(void *userdata, const struct conf_difference *d)
{
	(void)d;
	*(bool *)userdata = true;
}

/* What belongs to no neighbor and to no service was made when nearcastd started. */
static void
find_impossible(const struct agent_conf *was, const struct agent_conf *is, struct plan *ret)
{
	for (size_t i = 0; i < agent_conf_schema.field_count; i++) {
		const struct conf_field *f = &agent_conf_schema.fields[i];
		struct conf_schema one = agent_conf_schema;

		if (f->schema == &agent_neighbor_schema || f->schema == &agent_service_schema)
			continue;
		one.fields = f;
		one.field_count = 1;
		if (f->schema == &agent_hook_schema)
			conf_diff(&one, was, is, note_any, &ret->hooks_differ);
		else
			conf_diff(&one, was, is, note_impossible,
			    &(struct noting){ &ret->impossible, was, is });
	}
}

/* ---- neighbors ---- */

static const struct agent_neighbor *
find_neighbor(const struct agent_conf *conf, const char *name)
{
	const struct agent_neighbor *neighbors = conf->neighbors.items;

	for (size_t i = 0; i < conf->neighbors.count; i++) {
		if (strcmp(neighbors[i].name, name) == 0)
			return &neighbors[i];
	}
	return NULL;
}

static bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* The file is the same one, but not what it holds. */
static bool
other_secret(const char *was_file, const char *is_file, const char *was, const char *is)
{
	return was_file != NULL && same_text(was_file, is_file) && !same_text(was, is);
}

static void
add_other_secrets(
    struct plan_texts *t, const struct agent_neighbor *was, const struct agent_neighbor *is)
{
	const struct agent_bfd_authentication *old = &was->bfd.authentication;
	const struct agent_bfd_authentication *new = &is->bfd.authentication;

	if (other_secret(
		was->password_file, is->password_file, was->md5_password, is->md5_password))
		add_text(t, "neighbor %s: password-file: another password in %s", is->name,
		    is->password_file);
	if (other_secret(old->key_file, new->key_file, old->bfd_key, new->bfd_key))
		add_text(t, "neighbor %s: bfd: authentication: key-file: another key in %s",
		    is->name, new->key_file);
}

static enum plan_fate
neighbor_fate(const struct agent_conf *was, const struct agent_conf *is,
    const struct agent_neighbor *old, const struct agent_neighbor *new)
{
	bool differs = false;

	/* the secrets may be others in the same files */
	if (!same_text(old->md5_password, new->md5_password) ||
	    !same_text(old->bfd.authentication.bfd_key, new->bfd.authentication.bfd_key) ||
	    !ip_equal(was->router_id, is->router_id) ||
	    !conf_diff_is_live(&agent_neighbor_schema, old, new))
		return PLAN_ANEW;
	conf_diff(&agent_neighbor_schema, old, new, note_any, &differs);
	return differs ? PLAN_CHANGED : PLAN_SAME;
}

static void
add_neighbor(struct plan *p, enum plan_fate fate, const struct agent_neighbor *was,
    const struct agent_neighbor *is)
{
	p->neighbors[p->neighbor_count++] = (struct plan_neighbor){ fate, was, is };
	if (fate == PLAN_ADDED)
		add_text(&p->costs, "a session with %s is opened", is->name);
	else if (fate == PLAN_REMOVED)
		add_text(&p->costs, "the session with %s ends", was->name);
	else if (fate == PLAN_ANEW)
		add_text(&p->costs, "the session with %s restarts", is->name);
}

static void
plan_neighbors(struct plan *p, const struct agent_conf *was, const struct agent_conf *is)
{
	const struct agent_neighbor *old = was->neighbors.items, *new = is->neighbors.items;

	p->neighbors =
	    xcalloc(was->neighbors.count + is->neighbors.count + 1, sizeof(*p->neighbors));
	for (size_t i = 0; i < is->neighbors.count; i++) {
		const struct agent_neighbor *before = find_neighbor(was, new[i].name);

		add_neighbor(p, before ? neighbor_fate(was, is, before, &new[i]) : PLAN_ADDED,
		    before, &new[i]);
		if (before)
			add_other_secrets(&p->differences, before, &new[i]);
	}
	for (size_t i = 0; i < was->neighbors.count; i++) {
		if (find_neighbor(is, old[i].name) == NULL)
			add_neighbor(p, PLAN_REMOVED, &old[i], NULL);
	}
}

/* ---- services ---- */

/* Of those that come from the file. */
static bool
same_headers(const struct check_spec *a, const struct check_spec *b)
{
	size_t n = a->request_header_count - a->headers.count;

	if (n != b->request_header_count - b->headers.count)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(a->request_headers[a->headers.count + i],
			b->request_headers[b->headers.count + i]) != 0)
			return false;
	}
	return true;
}

bool
plan_check_is_anew(const struct agent_check *was, const struct agent_check *is)
{
	return !same_headers(&was->spec, &is->spec) ||
	       !conf_diff_is_live(&agent_check_schema, was, is);
}

const struct agent_check *
plan_find_check(const struct agent_service *service, const char *name)
{
	const struct agent_check *checks = service->checks.items;

	for (size_t i = 0; i < service->checks.count; i++) {
		if (strcmp(checks[i].name, name) == 0)
			return &checks[i];
	}
	return NULL;
}

/* Of one that was there and is: what of its evidence has to be gathered again. */
static void
add_check_costs(struct plan *p, const struct plan_service *s)
{
	const struct agent_check *checks = s->is->checks.items;

	for (size_t i = 0; i < s->is->checks.count; i++) {
		const struct agent_check *before = plan_find_check(s->was, checks[i].name);

		if (before == NULL || plan_check_is_anew(before, &checks[i]))
			add_text(&p->costs,
			    "service %s: check %s starts anew; what is announced stays so until "
			    "its first verdict",
			    s->is->name, checks[i].name);
	}
}

/* Whether there are any: the same files with other headers. */
static bool
add_other_headers(
    struct plan_texts *t, const struct agent_service *was, const struct agent_service *is)
{
	const struct agent_check *checks = is->checks.items;
	size_t before = t->count;

	for (size_t i = 0; i < is->checks.count; i++) {
		const struct agent_check *old = plan_find_check(was, checks[i].name);
		const struct check_spec *spec = &checks[i].spec;

		if (old != NULL && spec->headers_file != NULL &&
		    same_text(old->spec.headers_file, spec->headers_file) &&
		    !same_headers(&old->spec, spec))
			add_text(t, "service %s: check %s: headers-file: other headers in %s",
			    is->name, checks[i].name, spec->headers_file);
	}
	return t->count > before;
}

/* The same service, but somebody else's from now on: then it is theirs to remove. */
static bool
add_other_origin(
    struct plan_texts *t, const struct agent_service *was, const struct agent_service *is)
{
	if (was->is_foreign == is->is_foreign)
		return false;
	add_text(t, "service %s: from: %s → %s", is->name, was->is_foreign ? "controller" : "file",
	    is->is_foreign ? "controller" : "file");
	return true;
}

static bool
same_looks(const struct agent_looks *a, const struct agent_looks *b)
{
	return bgp_attributes_equal(&a->preferred, &b->preferred) &&
	       bgp_attributes_equal(&a->backup, &b->backup);
}

static bool
same_attributes(const struct agent_service *was, const struct agent_service *is)
{
	const struct agent_override *a = was->neighbors.items, *b = is->neighbors.items;

	if (!ip_equal(was->next_hop_ipv4, is->next_hop_ipv4) ||
	    !ip_equal(was->next_hop_ipv6, is->next_hop_ipv6) ||
	    !same_looks(&was->looks, &is->looks) || was->neighbors.count != is->neighbors.count)
		return false;
	for (size_t i = 0; i < is->neighbors.count; i++) {
		if (strcmp(a[i].name, b[i].name) != 0 || !same_looks(&a[i].looks, &b[i].looks))
			return false;
	}
	return true;
}

static void
add_service(struct plan *p, enum plan_fate fate, const struct agent_service *was,
    const struct agent_service *is)
{
	struct plan_service *s = &p->services[p->service_count++];

	*s = (struct plan_service){ fate, was, is };
	if (fate != PLAN_CHANGED)
		return;
	add_check_costs(p, s);
	if (!same_attributes(was, is))
		add_text(
		    &p->costs, "service %s is announced again, with other attributes", is->name);
}

static void
plan_services(struct plan *p, const struct agent_conf *was, const struct agent_conf *is)
{
	const struct agent_service *old = was->services.items, *new = is->services.items;

	p->services = xcalloc(was->services.count + is->services.count + 1, sizeof(*p->services));
	for (size_t i = 0; i < is->services.count; i++) {
		const struct agent_service *before = find_service(was, new[i].name);
		bool differs = false;

		if (before) {
			differs = add_other_headers(&p->differences, before, &new[i]);
			conf_diff(&agent_service_schema, before, &new[i], note_any, &differs);
			differs |= add_other_origin(&p->differences, before, &new[i]);
		}
		add_service(p,
		    before == NULL ? PLAN_ADDED
		    : differs      ? PLAN_CHANGED
				   : PLAN_SAME,
		    before, &new[i]);
	}
	for (size_t i = 0; i < was->services.count; i++) {
		if (find_service(is, old[i].name) == NULL)
			add_service(p, PLAN_REMOVED, &old[i], NULL);
	}
}

/* ---- addresses ---- */

void
plan_map_addresses(const struct agent_conf *conf, struct prefix_map *ret)
{
	const struct agent_service *services = conf->services.items;

	for (size_t i = 0; i < conf->services.count; i++) {
		for (size_t k = 0; k < services[i].address_count; k++)
			prefix_map_put(ret, prefix_host(services[i].addresses[k]), (uint32_t)i);
	}
}

/* In the order of `from`: those that `to` does not have, or that belong to another service there.
 */
static void
compare_addresses(struct plan_texts *costs, const struct agent_conf *from,
    const struct agent_conf *to, bool forward)
{
	const struct agent_service *services = from->services.items;
	const struct agent_service *others = to->services.items;
	struct prefix_map map = { 0 };
	char text[PREFIX_STR_MAX];
	uint32_t at;

	plan_map_addresses(to, &map);
	for (size_t i = 0; i < from->services.count; i++) {
		for (size_t k = 0; k < services[i].address_count; k++) {
			struct prefix prefix = prefix_host(services[i].addresses[k]);

			(void)prefix_format(prefix, text);
			if (!prefix_map_get(&map, prefix, &at))
				add_text(costs,
				    forward ? "%s is withdrawn"
					    : "%s is announced once it is healthy",
				    text);
			else if (forward && strcmp(services[i].name, others[at].name) != 0)
				add_text(costs, "%s goes from service %s to service %s", text,
				    services[i].name, others[at].name);
		}
	}
	prefix_map_done(&map);
}

/* ---- all of it ---- */

void
plan_make(const struct agent_conf *was, const struct agent_conf *is, struct plan *ret)
{
	*ret = (struct plan){ 0 };
	conf_diff(&agent_conf_schema, was, is, note_difference,
	    &(struct noting){ &ret->differences, was, is });
	find_impossible(was, is, ret);
	compare_addresses(&ret->costs, was, is, true);
	plan_neighbors(ret, was, is);
	plan_services(ret, was, is);
	compare_addresses(&ret->costs, is, was, false);
}

void
plan_done(struct plan *p)
{
	texts_done(&p->differences);
	texts_done(&p->costs);
	texts_done(&p->impossible);
	free(p->neighbors);
	free(p->services);
	*p = (struct plan){ 0 };
}

bool
plan_is_empty(const struct plan *p)
{
	return p->differences.count == 0;
}
