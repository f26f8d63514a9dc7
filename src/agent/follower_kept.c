/*
 * What a follower knows from before: the document that was taken last, from the state directory
 * after a restart; that and what it has to tell yet, from the program before after an upgrade.
 */
#include <errno.h>
#include <string.h>

#include "agent/follower_internal.h"
#include "agent/past.h"
#include "base/alloc.h"
#include "service/state.h"

void
follower_keep(struct follower *f)
{
	json_auto_t *o = f->desired.services != NULL ? desired_write(&f->desired) : NULL;
	_cleanup_(freep) char *text = o != NULL ? json_dumps(o, JSON_INDENT(1)) : NULL;

	if (text != NULL)
		state_dir_save(f->agent->state, DESIRED_NAME, text, strlen(text));
}

void
follower_save(const struct follower *f, struct state_writer *w)
{
	json_auto_t *o = json_pack("{s:s, s:O, s:O, s:o}", "run", f->run, "backlog", f->backlog,
	    "given", f->given, "desired",
	    f->desired.services != NULL ? desired_write(&f->desired) : json_null());
	_cleanup_(freep) char *text = json_dumps(o, JSON_COMPACT);

	if (text != NULL)
		state_text(w, PAST_FOLLOWER, text);
}

static void
load_desired(struct follower *f)
{
	_cleanup_(freep) char *text = NULL;
	struct err e = { 0 };
	size_t len;
	int r =
	    state_dir_load(f->agent->state, DESIRED_NAME, (size_t)DESIRED_MAX * 2, &text, &len, &e);

	if (r >= 0)
		r = desired_read_kept(text, len, &f->desired, &e);
	if (r < 0 && r != -ENOENT)
		log_error("what the controller wanted last is not known: %s", e.message);
}

/* Of the program before; the disk may not have all of it yet. */
static void
load_past(struct follower *f, struct reader record)
{
	size_t len = reader_left(&record);
	json_auto_t *o =
	    json_loadb(len > 0 ? (const char *)reader_bytes(&record, len) : "", len, 0, NULL);
	_cleanup_(freep) char *desired = NULL;
	const char *run = json_string_value(json_object_get(o, "run"));
	json_t *backlog = json_object_get(o, "backlog"), *given = json_object_get(o, "given");
	struct err e = { 0 };

	desired = json_dumps(json_object_get(o, "desired"), JSON_ENCODE_ANY);
	if (desired != NULL && strcmp(desired, "null") != 0 &&
	    desired_read_kept(desired, strlen(desired), &f->desired, &e) < 0)
		log_error("what the controller wanted is not known any more: %s", e.message);
	if (run != NULL)
		(void)snprintf(f->run, sizeof(f->run), "%s", run);
	if (json_is_array(backlog)) {
		json_decref(f->backlog);
		f->backlog = json_incref(backlog);
	}
	if (json_is_object(given)) {
		json_decref(f->given);
		f->given = json_incref(given);
	}
}

void
follower_recall(struct follower *f)
{
	const struct past *past = f->agent->past;

	if (past != NULL)
		load_past(f, state_find(past->records, PAST_FOLLOWER));
	else
		load_desired(f);
}
