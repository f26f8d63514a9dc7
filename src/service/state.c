#include "service/state.h"

#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "service/service_internal.h"

enum {
	TAG_ADDRESS = 20,
	TAG_RUN = 21,
	TAG_LISTENER = 22,

	/* of one of them, behind its fields */
	TAG_KEY = 40,
	TAG_KEY_ADDRESS = 41, /* as in struct service_address; none: for all */

	TAG_JOURNAL_ENTRY = 1,
	TAG_JOURNAL_TOTAL = 2,
	TAG_JOURNAL_SEQ = 3,
};

/* ---- names ---- */

/* Of one of the addresses; IP_NONE for SERVICE_ALL. */
static struct ip
address_at(const struct service *s, size_t index)
{
	return index == SERVICE_ALL ? (struct ip){ 0 } : s->conf.addresses[index];
}

static const struct state_field key_fields[] = {
	{ .tag = TAG_KEY_ADDRESS, .type = STATE_IP, .size = sizeof(struct ip), .count = 1 },
};

static const struct state_table key_table = STATE_TABLE(key_fields);

static void
save_one(struct state_writer *w, uint16_t tag, const char *key, struct ip address,
    const struct state_table *table, const void *object, struct instant now)
{
	size_t mark = state_begin(w, tag);

	state_text(w, TAG_KEY, key);
	state_save(w, &key_table, &address, now);
	state_save(w, table, object, now);
	state_end(w, mark);
}

/* Whether a record is that of the thing called so; the name is borrowed and need not fit a buffer.
 */
static bool
is_called(struct reader record, const char *key, struct ip address)
{
	struct reader name = state_find(record, TAG_KEY);
	size_t len = reader_left(&name);
	const uint8_t *bytes = reader_bytes(&name, len);
	struct ip found = { 0 };

	return state_load(&key_table, record, (struct instant){ 0 }, &found) &&
	       ip_equal(found, address) && len == strlen(key) &&
	       (len == 0 || memcmp(bytes, key, len) == 0);
}

/* Loads the record of the thing called so; *ret_found: there is one. */
static bool
load_one(struct reader records, uint16_t tag, const char *key, struct ip address,
    const struct state_table *table, struct instant base, void *object, bool *ret_found)
{
	struct reader record;
	uint16_t found;

	*ret_found = false;
	while (state_next(&records, &found, &record)) {
		if (found != tag || !is_called(record, key, address))
			continue;
		*ret_found = true;
		return state_load(table, record, base, object);
	}
	return reader_ok(&records);
}

/* ---- a service ---- */

void
service_save(const struct service *s, struct state_writer *w, struct instant now)
{
	state_save(w, &service_table, s, now);
	for (size_t i = 0; i < s->conf.address_count; i++)
		save_one(w, TAG_ADDRESS, "", s->addresses[i].address, &service_address_table,
		    &s->addresses[i], now);
	for (size_t i = 0; i < s->run_count; i++)
		save_one(w, TAG_RUN, s->conf.checks[s->runs[i].check].name,
		    address_at(s, s->runs[i].address), &service_run_table, &s->runs[i], now);
	for (size_t i = 0; i < s->listener_count; i++)
		save_one(w, TAG_LISTENER, s->conf.listens[s->listeners[i].listen],
		    address_at(s, s->listeners[i].address), &service_listener_table,
		    &s->listeners[i], now);
}

bool
service_load(struct service *s, struct reader records, struct instant base)
{
	bool ok = state_load(&service_table, records, base, s), found;

	for (size_t i = 0; i < s->conf.address_count && ok; i++) {
		struct service_address *a = &s->addresses[i];

		ok = load_one(
		    records, TAG_ADDRESS, "", a->address, &service_address_table, base, a, &found);
		if (!found)
			a->retry_at = base;
	}
	for (size_t i = 0; i < s->run_count && ok; i++)
		ok = load_one(records, TAG_RUN, s->conf.checks[s->runs[i].check].name,
		    address_at(s, s->runs[i].address), &service_run_table, base, &s->runs[i],
		    &found);
	for (size_t i = 0; i < s->listener_count && ok; i++)
		ok = load_one(records, TAG_LISTENER, s->conf.listens[s->listeners[i].listen],
		    address_at(s, s->listeners[i].address), &service_listener_table, base,
		    &s->listeners[i], &found);
	return ok;
}

/* ---- the journal ---- */

void
journal_save(const struct journal *j, struct state_writer *w, struct instant now)
{
	state_number(w, TAG_JOURNAL_TOTAL, j->total);
	state_number(w, TAG_JOURNAL_SEQ, j->last_seq);
	for (size_t i = 0; i < journal_count(j); i++) {
		const struct journal_entry *e = journal_get(j, i);
		size_t mark = state_begin(w, TAG_JOURNAL_ENTRY);

		state_text(w, TAG_KEY, event_kind_names[e->kind]);
		state_save(w, &journal_entry_table, e, now);
		state_end(w, mark);
	}
}

static bool
load_entry(struct journal *j, struct reader record, struct instant base)
{
	struct journal_entry e = { 0 };
	enum event_kind kind;
	char name[64];

	if (!state_load(&journal_entry_table, record, base, &e))
		return false;
	(void)state_find_text(record, TAG_KEY, name, sizeof(name));
	kind = (enum event_kind)str_index(name, event_kind_names);
	if (kind == EVENT_KIND_MAX)
		return true; /* of a version that knows more of them */
	j->last_seq = e.seq - 1;
	(void)journal_add(j, &(struct event){ .kind = kind,
				 .at = e.at,
				 .at_wall_ns = e.at_wall_ns,
				 .service = e.service,
				 .neighbor = e.neighbor,
				 .prefix = e.prefix,
				 .what = e.what,
				 .why = e.why });
	return true;
}

bool
journal_load(struct journal *j, struct reader records, struct instant base)
{
	_cleanup_(freep) struct journal *read = xcalloc(1, sizeof(*read));
	struct reader record, r = records;
	uint16_t tag;

	while (state_next(&r, &tag, &record)) {
		if (tag == TAG_JOURNAL_ENTRY && !load_entry(read, record, base))
			return false;
	}
	/* those that went before are counted: each moves up to the place that its number gives it
	 */
	j->total = state_find_number(records, TAG_JOURNAL_TOTAL, 0);
	j->total -= MIN(j->total, (uint64_t)journal_count(read));
	if (journal_count(read) < JOURNAL_MAX)
		j->total = 0;
	for (size_t i = 0; i < journal_count(read); i++)
		j->entries[j->total++ % JOURNAL_MAX] = *journal_get(read, i);
	j->last_seq = state_find_number(records, TAG_JOURNAL_SEQ, read->last_seq);
	return reader_done(&r);
}
