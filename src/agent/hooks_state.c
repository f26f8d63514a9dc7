#include <stdlib.h>
#include <string.h>

#include "agent/hooks_internal.h"
#include "base/alloc.h"
#include "wire/state_table.h"

enum {
	TAG_HOOK = 1,

	/* of a hook, behind its fields */
	TAG_NAME = 20,
	TAG_CALL = 21, /* one for each that waits, oldest first */

	TAG_JSON = 1,
	TAG_VARIABLE = 2,
};

static const struct state_field hook_fields[] = {
	STATE_FIELD(1, STATE_NUMBER, struct hook, passed),
	STATE_FIELD(2, STATE_NUMBER, struct hook, failed),
	STATE_FIELD(3, STATE_NUMBER, struct hook, dropped),
	STATE_FIELD(4, STATE_NUMBER, struct hook, failed_before),
	STATE_FIELD(5, STATE_BOOL, struct hook, drops),
};

static const struct state_table hook_table = STATE_TABLE(hook_fields);

static void
save_call(const struct hook_call *c, struct state_writer *w)
{
	size_t mark = state_begin(w, TAG_CALL);

	state_text(w, TAG_JSON, c->json);
	for (size_t i = 0; c->variables[i] != NULL; i++)
		state_text(w, TAG_VARIABLE, c->variables[i]);
	state_end(w, mark);
}

void
hooks_save(const struct hooks *h, struct state_writer *w)
{
	for (size_t i = 0; i < h->count; i++) {
		const struct hook *k = &h->hooks[i];
		size_t mark = state_begin(w, TAG_HOOK);

		state_save(w, &hook_table, k, (struct instant){ 0 });
		state_text(w, TAG_NAME, k->conf->name);
		list_for_each (c, &k->queue, struct hook_call, node)
			save_call(c, w);
		state_end(w, mark);
	}
}

static char *
text_of(struct reader value)
{
	size_t len = reader_left(&value);

	return len > 0 ? xasprintf("%.*s", (int)len, (const char *)reader_bytes(&value, len))
		       : xstrdup("");
}

static void
load_call(struct hook *k, struct reader records)
{
	struct hook_call *c = xcalloc(1, sizeof(*c));
	struct reader value;
	size_t count = 0;
	uint16_t tag;

	c->hook = k;
	c->json = text_of(state_find(records, TAG_JSON));
	while (state_next(&records, &tag, &value)) {
		if (tag == TAG_VARIABLE && count < HOOK_VARIABLES_MAX)
			c->variables[count++] = text_of(value);
	}
	list_append(&k->queue, &c->node);
	k->waiting_count++;
}

static void
load_hook(struct hook *k, struct reader records)
{
	struct reader value;
	uint16_t tag;

	(void)state_load(&hook_table, records, (struct instant){ 0 }, k);
	while (state_next(&records, &tag, &value)) {
		if (tag == TAG_CALL && !k->can_not && k->waiting_count < k->conf->queue)
			load_call(k, value);
	}
}

void
hooks_load(struct hooks *h, struct reader records)
{
	struct reader value;
	uint16_t tag;

	while (state_next(&records, &tag, &value)) {
		_cleanup_(freep) char *name = text_of(state_find(value, TAG_NAME));

		for (size_t i = 0; i < h->count && tag == TAG_HOOK; i++) {
			if (strcmp(h->hooks[i].conf->name, name) == 0)
				load_hook(&h->hooks[i], value);
		}
	}
	hooks_want_turn(h);
}
