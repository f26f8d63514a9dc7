/*
 * BIRD: its include file holds all that was ever announced, what is withdrawn with `disabled`. The
 * file is true at any time, so that a BIRD which starts does the right thing alone.
 *
 * Going down and up again is `disable` and `enable` of one protocol, in the turn in which it is
 * asked for. BIRD reads no configuration for that, so neither an operator's half-done edits nor
 * their errors matter. A new definition takes `configure`, after `configure check`; those that come
 * one soon after the other share one, and one is under way at a time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "announce/bird_text.h"
#include "base/alloc.h"
#include "base/log.h"
#include "io/atomic_file.h"

#define FILE_BYTES_MAX ((size_t)64 << 20)
#define ERRORS_FROM 8000

static bool
is_loaded(const struct daemon_route *r)
{
	return r->loaded != NULL && r->text != NULL && strcmp(r->loaded, r->text) == 0;
}

/*
 * Writes the file when it changes. accepted: only what BIRD has read already, while it cannot read
 * more.
 */
static int
write_file(struct daemon *d, bool accepted, struct err *e)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	int r;

	bird_text_head(&text);
	for (size_t i = 0; i < d->route_count; i++) {
		const struct daemon_route *route = &d->routes[i];
		const char *definition = accepted ? route->loaded : route->text;

		if (definition != NULL)
			bird_text_route(route->prefix, definition, !route->wanted, &text);
	}
	if (d->file != NULL && strcmp(d->file, strbuf_get(&text)) == 0)
		return 0;
	/* in memory (/run) mostly: it does not wait for a disk */
	r = atomic_file_write(d->conf.include, strbuf_get(&text), text.len, 0644, e);
	if (r < 0)
		return r;
	free(d->file);
	d->file = strbuf_take(&text);
	d->file_turn++;
	return 0;
}

static void
refuse(struct daemon *d, const char *reply)
{
	char why[DAEMON_WHY_MAX];
	struct err e = { 0 };

	if (write_file(d, true, &e) < 0)
		log_error("BIRD: %s", e.message);
	daemon_refused(d, bird_text_error(reply, why, sizeof(why)));
}

static void bird_apply(struct daemon *d);
static void on_checked(void *userdata, size_t tag, int code, const char *reply);

static void
load(struct daemon *d)
{
	d->applying = true;
	dialogue_send(d->dialogue, "configure check", on_checked, 0);
}

/* It has read what the file said when it was asked to: when that changed meanwhile, it reads again.
 */
static void
on_configured(void *userdata, size_t tag, int code, const char *reply)
{
	struct daemon *d = userdata;

	(void)tag;
	if (!bird_text_configured(code)) {
		refuse(d, reply);
		return;
	}
	if (d->load_turn != d->file_turn) {
		d->applying = false;
		bird_apply(d);
		daemon_look(d);
		return;
	}
	for (size_t i = 0; i < d->route_count; i++) {
		struct daemon_route *r = &d->routes[i];

		free(r->loaded);
		r->loaded = r->text != NULL ? xstrdup(r->text) : NULL;
		r->on = r->wanted && r->text != NULL;
	}
	daemon_accepted(d);
}

static void
on_checked(void *userdata, size_t tag, int code, const char *reply)
{
	struct daemon *d = userdata;

	(void)tag;
	if (!bird_text_configured(code)) {
		refuse(d, reply);
		return;
	}
	d->load_turn = d->file_turn;
	dialogue_send(d->dialogue, "configure", on_configured, 0);
}

/* At once, without reading anything. A name that it does not know yet is no harm. */
static void
switch_route(struct daemon *d, struct daemon_route *r, bool on)
{
	char name[BIRD_PROTOCOL_MAX], command[BIRD_PROTOCOL_MAX + 16];

	(void)snprintf(command, sizeof(command), "%s %s", on ? "enable" : "disable",
	    bird_text_protocol(r->prefix, name));
	dialogue_send_urgent(d->dialogue, command, NULL, 0);
	r->on = on;
}

/* Gives whether it has to read the file. */
static bool
switch_routes(struct daemon *d)
{
	bool need = d->released && d->load_turn == 0, switched = false;

	for (size_t i = 0; i < d->route_count; i++) {
		struct daemon_route *r = &d->routes[i];

		if (!r->wanted && (r->on || r->withdrawing)) {
			switch_route(d, r, false);
			switched = true;
		} else if (r->wanted && !r->on && is_loaded(r)) {
			switch_route(d, r, true);
			switched = true;
		}
		need = need || (r->wanted && !is_loaded(r));
	}
	if (switched)
		daemon_look(d);
	return need;
}

static void
bird_apply(struct daemon *d)
{
	bool need = d->ready && switch_routes(d);
	struct err e = { 0 };

	/* the file of who was here before stays until we know what we want */
	if (!d->released && (d->took_over || d->route_count == 0))
		return;
	if (write_file(d, d->refused[0] != '\0', &e) < 0) {
		daemon_refused(d, e.message);
		return;
	}
	if (need && !d->applying && d->refused[0] == '\0' && daemon_has_gathered(d))
		load(d);
}

/* ---- looking ---- */

static void
on_detail(void *userdata, size_t tag, int code, const char *reply)
{
	struct daemon *d = userdata;

	if (code < ERRORS_FROM)
		bird_text_detail(reply, &d->neighbors[tag]);
	daemon_answered(d);
}

static void
on_export(void *userdata, size_t tag, int code, const char *reply)
{
	struct daemon *d = userdata;
	struct daemon_route *r = &d->routes[tag / DAEMON_NEIGHBORS_MAX];

	if (code < ERRORS_FROM && bird_text_has_route(reply, r->prefix))
		r->found |= UINT64_C(1) << (tag % DAEMON_NEIGHBORS_MAX);
	daemon_answered(d);
}

/* Prefix by prefix: BIRD would walk through a whole table to show all that a session exports. */
static void
ask_exports(struct daemon *d, size_t neighbor)
{
	char command[DAEMON_NAME_MAX + PREFIX_STR_MAX + 32], text[PREFIX_STR_MAX];

	for (size_t i = 0; i < d->route_count; i++) {
		(void)snprintf(command, sizeof(command), "show route %s export '%s'",
		    prefix_format(d->routes[i].prefix, text), d->neighbors[neighbor].name);
		d->questions++;
		dialogue_send(d->dialogue, command, on_export, i * DAEMON_NEIGHBORS_MAX + neighbor);
	}
}

static void
on_sessions(void *userdata, size_t tag, int code, const char *reply)
{
	struct daemon *d = userdata;
	char command[DAEMON_NAME_MAX + 32];

	(void)tag;
	(void)code;
	bird_text_sessions(reply, daemon_saw_neighbor, d);
	daemon_saw_neighbors(d);
	for (size_t n = 0; n < d->neighbor_count; n++) {
		if (d->neighbors[n].state[0] == '\0')
			continue;
		(void)snprintf(
		    command, sizeof(command), "show protocols all '%s'", d->neighbors[n].name);
		d->questions++;
		dialogue_send(d->dialogue, command, on_detail, n);
		if (d->neighbors[n].established)
			ask_exports(d, n);
	}
	daemon_answered(d);
}

static void
bird_look(struct daemon *d)
{
	dialogue_send(d->dialogue, "show protocols", on_sessions, 0);
}

/* Somebody was here before when his file has routes. */
static void
bird_begin(struct daemon *d)
{
	_cleanup_(freep) char *old = NULL;
	size_t len;

	if (atomic_file_read(d->conf.include, FILE_BYTES_MAX, &old, &len, NULL) >= 0)
		d->took_over = strstr(old, "protocol static nearcast_") != NULL;
}

/* The file is there to be read again. */
static void
bird_save(const struct daemon *d, struct state_writer *w)
{
	(void)d;
	(void)w;
}

static void
bird_load(struct daemon *d, struct reader records)
{
	size_t len;

	(void)records;
	(void)!atomic_file_read(d->conf.include, FILE_BYTES_MAX, &d->file, &len, NULL);
}

const struct daemon_kind daemon_bird = {
	.name = "BIRD",
	.language = &dialogue_bird,
	.text = bird_text_attributes,
	.begin = bird_begin,
	.connected = daemon_ready,
	.apply = bird_apply,
	.look = bird_look,
	.save = bird_save,
	.load = bird_load,
};
