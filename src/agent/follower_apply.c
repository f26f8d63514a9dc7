/* From a document of the controller to what runs: believed, merged with the file, gone over to. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/follower_internal.h"
#include "agent/merge.h"
#include "agent/reload_internal.h"
#include "base/alloc.h"

static void
set_text(char **to, const char *text)
{
	free(*to);
	*to = text != NULL && *text != '\0' ? xstrdup(text) : NULL;
}

/* ---- beside the file ---- */

struct conf *
follower_merge(struct follower *f, struct conf *loaded)
{
	_cleanup_(strbuf_done) struct strbuf problems = { 0 }, errors = { 0 };
	struct merged m;

	json_decref(f->next_in_force);
	f->next_in_force = NULL;
	set_text(&f->next_problem, NULL);
	if (f->desired.services == NULL)
		return loaded;
	if (merge_configuration(
		loaded, f->desired.services, f->desired.in_force, &m, &problems, &errors) < 0) {
		set_text(&f->next_problem, strbuf_get(&errors));
		return loaded;
	}
	conf_free(loaded);
	f->next_in_force = TAKE(m.services);
	set_text(&f->next_problem, strbuf_get(&problems));
	return m.loaded;
}

/* What loaded once, loads again. */
static void
ignore_error(void *userdata, size_t line, const char *sentence)
{
	(void)userdata;
	(void)line;
	(void)sentence;
}

struct generation *
follower_complete(struct follower *f, struct generation *own)
{
	struct conf *loaded;

	if (f->desired.services == NULL ||
	    conf_load_again(own->loaded, NULL, &agent_conf_schema, &loaded, ignore_error, NULL) < 0)
		return own;
	generation_unref(own);
	return generation_new(follower_merge(f, loaded));
}

/* Said once for each text: what of the document this host does not have. */
static void
set_problem(struct follower *f, const char *problem)
{
	bool is_new = problem != NULL && *problem != '\0' &&
		      (f->problem == NULL || strcmp(f->problem, problem) != 0);

	if (is_new)
		follower_say(f, LOG_LEVEL_WARNING, EVENT_CONTROLLER_REFUSED,
		    "not all that the controller wants is in force", problem);
	set_text(&f->problem, problem);
}

void
follower_commit(struct follower *f)
{
	if (f->next_in_force == NULL)
		return;
	json_decref(f->desired.in_force);
	f->desired.in_force = TAKE(f->next_in_force);
	if (f->held.services == NULL)
		set_problem(f, f->next_problem);
	follower_keep(f);
	follower_give_orders(f);
	follower_note_change(f);
}

/* ---- a document ---- */

static void
note_difference(struct follower *f, const struct plan *plan)
{
	char why[WHY_MAX];

	(void)snprintf(why, sizeof(why), "revision %lld%s%s%s", (long long)f->desired.revision,
	    plan->differences.count > 0 ? ": " : "",
	    plan->differences.count > 0 ? plan->differences.items[0] : "",
	    plan->differences.count > 1 ? ", and more" : "");
	follower_say(f, LOG_LEVEL_NOTICE, EVENT_CONTROLLER_APPLIED,
	    "what the controller wants is in force", why);
}

/* Goes over to the file with what is wanted. why: when not. */
static int
go_over(struct follower *f, const struct plan *plan, struct conf *loaded, struct err *e)
{
	struct generation *new = generation_new(loaded);

	if (plan->impossible.count == 0)
		return reload_go_over(f->agent, plan, new, e);
	generation_unref(new);
	return err_set(e, -EINVAL, "%s: takes a restart of nearcastd", plan->impossible.items[0]);
}

/* Takes d over when it is in force; else what was goes on, and the problem says why. */
static int
put_in_force(struct follower *f, struct desired *d)
{
	struct agent *a = f->agent;
	_cleanup_(strbuf_done) struct strbuf problems = { 0 }, errors = { 0 };
	struct merged m = { 0 };
	struct err e = { 0 };
	struct plan plan;
	bool differs;
	int r;

	r = merge_configuration(
	    a->generation->loaded, d->services, f->desired.in_force, &m, &problems, &errors);
	if (r < 0) {
		(void)err_set(&e, r, "this host's own file can not be used any more: %s",
		    strbuf_get(&errors));
		set_problem(f, e.message);
		return r;
	}
	plan_make(a->conf, conf_root(m.loaded), &plan);
	differs = !plan_is_empty(&plan);
	if (differs)
		r = go_over(f, &plan, TAKE(m.loaded), &e);
	if (r >= 0) {
		desired_done(&f->desired);
		f->desired = desired_take(d);
		f->desired.in_force = TAKE(m.services);
		set_problem(f, strbuf_get(&problems));
	} else {
		set_problem(f, e.message);
	}
	if (differs && r >= 0)
		note_difference(f, &plan);
	plan_done(&plan);
	merged_done(&m);
	if (r >= 0) {
		follower_keep(f);
		follower_give_orders(f);
	}
	return r;
}

/* ---- what it takes away ---- */

static bool
is_announced(const struct hosted *h)
{
	for (size_t i = 0; i < h->conf->address_count; i++) {
		if (hosted_told(h, i).count > 0)
			return true;
	}
	return false;
}

static void
add_name(struct strbuf *names, const char *name)
{
	strbuf_addf(names, "%s%s", names->len > 0 ? ", " : "", name);
}

size_t
follower_announced(const struct follower *f, struct strbuf *names)
{
	size_t count = 0;

	for (size_t i = 0; i < f->agent->service_count; i++) {
		const struct hosted *h = f->agent->services[i];

		if (!h->is_foreign || !is_announced(h))
			continue;
		add_name(names, h->conf->name);
		count++;
	}
	return count;
}

/* All Global IPs of a document, by any service of it; owned by the caller. */
static struct prefix *
prefixes_of(const struct desired *d, size_t *ret_count)
{
	struct prefix *list = NULL;
	size_t count = 0, cap = 0, i;
	const json_t *service, *one;
	const char *name;

	json_object_foreach (d->services, name, service) {
		json_array_foreach (json_object_get(service, "global-ips"), i, one) {
			list = grow_array(list, count, &cap, sizeof(*list));
			if (json_is_string(one) &&
			    prefix_parse(json_string_value(one), &list[count]) == 0)
				count++;
		}
	}
	*ret_count = count;
	return list;
}

/* Whether an address of it that a neighbor knows is in the document. */
static bool
stays(const struct hosted *h, const struct prefix *prefixes, size_t count)
{
	for (size_t i = 0; i < h->conf->address_count; i++) {
		if (hosted_told(h, i).count == 0)
			continue;
		for (size_t k = 0; k < count; k++) {
			if (prefix_contains(prefixes[k], h->conf->addresses[i]))
				return true;
		}
	}
	return false;
}

static bool
is_believed(const struct follower *f, const struct desired *d, struct strbuf *why)
{
	_cleanup_(strbuf_done) struct strbuf names = { 0 };
	struct desired_loss loss = { 0 };
	size_t count;
	_cleanup_(freep) struct prefix *prefixes = prefixes_of(d, &count);

	for (size_t i = 0; i < f->agent->service_count; i++) {
		const struct hosted *h = f->agent->services[i];

		if (!h->is_foreign || !is_announced(h))
			continue;
		if (stays(h, prefixes, count)) {
			loss.kept++;
			continue;
		}
		add_name(&names, h->conf->name);
		loss.lost++;
	}
	loss.names = strbuf_get(&names);
	if (!desired_is_credible(&f->desired, d, &loss, why))
		return false;
	/* it may call itself new by now: nobody has said that it is meant */
	if (loss.lost == 0 || f->held.services == NULL ||
	    !json_equal(f->held.services, d->services))
		return true;
	strbuf_addf(why, "it is what was held back before, and would withdraw %s", loss.names);
	return false;
}

/* ---- as it comes ---- */

static void
hold_back(struct follower *f, struct desired *d, struct strbuf *why)
{
	strbuf_add(why, "; held back: nearcast reload --force does it all the same");
	desired_done(&f->held);
	f->held = desired_take(d);
	set_problem(f, strbuf_get(why));
}

const char *
follower_take_document(struct follower *f, const char *text, size_t len, struct err *e)
{
	json_error_t bad;
	json_auto_t *o = json_loadb(text, len, JSON_REJECT_DUPLICATES, &bad);
	_cleanup_(desired_done) struct desired d = { 0 };
	_cleanup_(strbuf_done) struct strbuf why = { 0 };

	if (f->agent->stopping)
		return NULL;
	if (!json_is_object(o))
		(void)err_set(e, -EINVAL, "its answer is no document of a controller");
	else if (desired_read(o, &d, e) < 0)
		(void)e;
	else if (strcmp(d.host_id, f->member.host_id) != 0)
		(void)err_set(e, -EINVAL, "its document is for another host (%s)", d.host_id);
	if (e->code < 0)
		return e->message;
	f->seen_revision = d.revision;
	if (!is_believed(f, &d, &why)) {
		hold_back(f, &d, &why);
	} else {
		desired_done(&f->held);
		(void)put_in_force(f, &d);
	}
	follower_take_catchments(f, json_object_get(o, "catchments"));
	follower_note_change(f);
	return NULL;
}

void
follower_force(struct follower *f)
{
	_cleanup_(desired_done) struct desired d = { 0 };

	if (f->held.services == NULL)
		return;
	d = desired_take(&f->held);
	(void)put_in_force(f, &d);
	follower_note_change(f);
}

int
follower_withdraw_all(struct follower *f, struct err *e)
{
	struct desired nothing = {
		.host_id = xstrdup(""), .services = json_object(), .orders = json_array()
	};
	int r = put_in_force(f, &nothing);

	if (r < 0)
		(void)err_set(e, r, "%s", f->problem);
	desired_done(&nothing);
	if (r < 0)
		return r;
	desired_done(&f->desired);
	desired_done(&f->held);
	set_text(&f->problem, NULL);
	f->seen_revision = -1;
	return 0;
}
