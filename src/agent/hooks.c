#include "agent/hooks_internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/utf8.h"

static void
call_free(struct hook_call *c)
{
	list_remove(&c->node);
	exec_call_free(c->exec);
	http_post_free(c->post);
	free(c->json);
	for (size_t i = 0; c->variables[i] != NULL; i++)
		free(c->variables[i]);
	free(c);
}

void
hooks_want_turn(struct hooks *h)
{
	(void)sd_event_source_set_enabled(h->turn, SD_EVENT_ONESHOT);
}

/* Logged once, until it works again. */
static void
count_end(struct hook *k, bool ok, const char *why)
{
	if (ok) {
		if (k->failed_before > 0)
			log_notice(
			    "hook %s works again failed=%" PRIu64, k->conf->name, k->failed_before);
		k->failed_before = 0;
		k->failure[0] = '\0';
		k->passed++;
		return;
	}
	if (k->failed_before++ == 0)
		log_warning("hook %s fails: %s", k->conf->name, why);
	k->failed++;
	utf8_format(k->failure, sizeof(k->failure), "%s", why);
}

static void
on_done(void *userdata, bool ok, const char *why)
{
	struct hook_call *c = userdata;
	struct hook *k = c->hook;

	count_end(k, ok, why);
	k->running_count--;
	call_free(c);
	hooks_want_turn(k->all);
}

static int
start(struct hook_call *c, struct err *e)
{
	struct hook *k = c->hook;
	const struct agent_hook *conf = k->conf;
	char *argv[AGENT_HOOK_ARGUMENTS_MAX + 1] = { 0 };
	const struct exec_job job = {
		.argv = argv, .envp = c->variables, .user = &k->user, .cpu_limit = conf->timeout
	};

	if (conf->url != NULL)
		return http_post_start(
		    k->all->poster, conf->url, c->json, conf->timeout, on_done, c, &c->post, e);
	for (size_t i = 0; i < conf->exec.count; i++)
		argv[i] = ((char **)conf->exec.items)[i];
	return exec_call_start(k->all->loop, &job, c->json, conf->timeout, on_done, c, &c->exec, e);
}

/* Begins the call that has waited for longest. */
static void
start_next(struct hook *k)
{
	struct hook_call *c = list_entry(k->queue.next, struct hook_call, node);
	struct err e = { 0 };

	list_remove(&c->node);
	k->waiting_count--;
	if (start(c, &e) < 0) {
		count_end(k, false, e.message);
		call_free(c);
		return;
	}
	list_append(&k->running, &c->node);
	k->running_count++;
}

/* One call a turn: a withdraw may want the next one. */
static int
on_turn(sd_event_source *source, void *userdata)
{
	struct hooks *h = userdata;

	(void)source;
	for (size_t i = 0; i < h->count; i++) {
		struct hook *k = &h->hooks[i];

		if (k->waiting_count > 0 && k->running_count < k->conf->at_once) {
			start_next(k);
			hooks_want_turn(h);
			return 0;
		}
	}
	return 0;
}

static bool
wants(const struct hook *k, enum event_kind kind)
{
	const int *kinds = k->conf->kinds.items;

	for (size_t i = 0; i < k->conf->kinds.count; i++) {
		if (kinds[i] == (int)kind)
			return true;
	}
	return k->conf->kinds.count == 0;
}

static void
drop(struct hook *k)
{
	if (!k->drops && !k->can_not)
		log_warning("hook %s: its queue is full, and events are dropped", k->conf->name);
	k->drops = true;
	k->dropped++;
}

static char **
add_variable(char **at, const char *name, const char *value)
{
	if (value[0] != '\0')
		*at++ = xasprintf("%s=%s", name, value);
	return at;
}

static void
enqueue(struct hook *k, const struct journal_entry *event, json_t *json)
{
	const struct agent_conf *conf = k->all->conf;
	json_auto_t *document = json_copy(json);
	struct hook_call *c = xcalloc(1, sizeof(*c));
	char **at = c->variables;

	(void)json_object_set_new(document, "host", json_string(conf->host));
	(void)json_object_set_new(document, "site", json_string(conf->site));
	c->hook = k;
	c->json = json_dumps(document, JSON_COMPACT);
	at = add_variable(
	    at, "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	at = add_variable(at, "NEARCAST_HOST", conf->host);
	at = add_variable(at, "NEARCAST_SITE", conf->site);
	at = add_variable(at, "NEARCAST_EVENT", event_kind_names[event->kind]);
	at = add_variable(at, "NEARCAST_SERVICE", event->service);
	at = add_variable(at, "NEARCAST_NEIGHBOR", event->neighbor);
	(void)add_variable(at, "NEARCAST_PREFIX", event->prefix);
	list_append(&k->queue, &c->node);
	if (k->waiting_count++ == 0)
		k->drops = false; /* worth saying again */
}

void
hooks_take(struct hooks *h, const struct journal_entry *event, json_t *json)
{
	for (size_t i = 0; i < h->count; i++) {
		struct hook *k = &h->hooks[i];

		if (!wants(k, event->kind))
			continue;
		if (k->can_not || k->waiting_count >= k->conf->queue)
			drop(k);
		else
			enqueue(k, event, json);
	}
	hooks_want_turn(h);
}

/* That a hook can be called, as far as can be told. */
static int
look_at(struct hook *k, struct err *e)
{
	struct hooks *h = k->all;

	if (k->conf->url == NULL)
		return exec_user_find(k->conf->user, &k->user, e);
	/* loaded here: it takes milliseconds, and now nothing is announced yet */
	return h->poster != NULL ? 0 : http_poster_new(h->loop, &h->poster, e);
}

int
hooks_new(sd_event *loop, const struct agent_conf *conf, struct hooks **ret, struct err *e)
{
	struct hooks *h = xcalloc(1, sizeof(*h));
	const struct agent_hook *confs = conf->hooks.items;
	int r;

	h->loop = loop;
	h->conf = conf;
	h->hooks = xcalloc(conf->hooks.count + 1, sizeof(*h->hooks));
	r = sd_event_add_defer(loop, &h->turn, on_turn, h);
	if (r >= 0)
		r = sd_event_source_set_enabled(h->turn, SD_EVENT_OFF);
	if (r >= 0)
		r = sd_event_source_set_priority(h->turn, SD_EVENT_PRIORITY_IDLE);
	if (r < 0) {
		hooks_free(h);
		return err_errno(e, r, "event loop");
	}
	for (size_t i = 0; i < conf->hooks.count; i++) {
		struct hook *k = &h->hooks[h->count++];
		struct err why = { 0 };

		*k = (struct hook){ .all = h, .conf = &confs[i] };
		list_init(&k->queue);
		list_init(&k->running);
		k->can_not = look_at(k, &why) < 0;
		if (k->can_not)
			log_error("hook %s: %s; goes on without", confs[i].name, why.message);
		utf8_format(k->failure, sizeof(k->failure), "%s", why.message);
	}
	*ret = h;
	return 0;
}

void
hooks_free(struct hooks *h)
{
	if (h == NULL)
		return;
	for (size_t i = 0; i < h->count; i++) {
		list_for_each_safe (c, &h->hooks[i].queue, struct hook_call, node)
			call_free(c);
		list_for_each_safe (c, &h->hooks[i].running, struct hook_call, node)
			call_free(c);
	}
	http_poster_free(h->poster);
	(void)sd_event_source_disable_unref(h->turn);
	free(h->hooks);
	free(h);
}

size_t
hooks_count(const struct hooks *h)
{
	return h->count;
}

struct hook_info
hooks_info(const struct hooks *h, size_t i)
{
	const struct hook *k = &h->hooks[i];

	return (struct hook_info){ .name = k->conf->name,
		.passed = k->passed,
		.failed = k->failed,
		.dropped = k->dropped,
		.waiting = k->waiting_count,
		.running = k->running_count,
		.failure = k->failure[0] ? k->failure : NULL };
}
