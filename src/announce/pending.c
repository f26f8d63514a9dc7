#include "announce/pending.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "wire/state_table.h"

void
pending_init(struct pending *p)
{
	*p = (struct pending){ 0 };
}

void
pending_add_neighbor(struct pending *p, struct neighbor *const *neighbors)
{
	p->neighbors = neighbors;
	p->neighbor_count++;
	for (size_t i = 0; i < p->withdrawal_count; i++) {
		struct withdrawal *w = &p->withdrawals[i];

		w->waiting = xrealloc(w->waiting, p->neighbor_count * sizeof(*w->waiting));
		w->waiting[p->neighbor_count - 1] = false;
	}
	p->updates_sent = UINT64_MAX; /* the sum of others is another sum */
}

void
pending_remove_neighbor(struct pending *p, size_t index)
{
	p->neighbor_count--;
	for (size_t i = 0; i < p->withdrawal_count; i++) {
		bool *waiting = p->withdrawals[i].waiting;

		memmove(&waiting[index], &waiting[index + 1],
		    (p->neighbor_count - index) * sizeof(*waiting));
	}
	p->updates_sent = UINT64_MAX;
}

void
pending_done(struct pending *p)
{
	for (size_t i = 0; i < p->withdrawal_count; i++)
		free(p->withdrawals[i].waiting);
	free(p->withdrawals);
	prefix_map_done(&p->withdrawal_index);
	free(p->untold);
	prefix_map_done(&p->untold_index);
}

static void
remove_untold(struct pending *p, size_t i)
{
	(void)prefix_map_remove(&p->untold_index, p->untold[i]);
	p->untold[i] = p->untold[--p->untold_count];
	if (i < p->untold_count)
		prefix_map_put(&p->untold_index, p->untold[i], (uint32_t)i);
}

static void
remove_withdrawal(struct pending *p, size_t i)
{
	(void)prefix_map_remove(&p->withdrawal_index, p->withdrawals[i].prefix);
	free(p->withdrawals[i].waiting);
	p->withdrawals[i] = p->withdrawals[--p->withdrawal_count];
	if (i < p->withdrawal_count)
		prefix_map_put(&p->withdrawal_index, p->withdrawals[i].prefix, (uint32_t)i);
}

static void
forget(struct pending *p, struct prefix prefix)
{
	uint32_t i;

	if (prefix_map_get(&p->untold_index, prefix, &i))
		remove_untold(p, i);
	if (prefix_map_get(&p->withdrawal_index, prefix, &i))
		remove_withdrawal(p, i);
}

void
pending_announce(struct pending *p, struct prefix prefix)
{
	forget(p, prefix);
	prefix_map_put(&p->untold_index, prefix, (uint32_t)p->untold_count);
	p->untold = grow_array(p->untold, p->untold_count, &p->untold_cap, sizeof(*p->untold));
	p->untold[p->untold_count++] = prefix;
	p->updates_sent = UINT64_MAX; /* somebody may know it from before */
}

void
pending_withdraw(struct pending *p, struct prefix prefix, bool *waiting)
{
	struct withdrawal w = { .prefix = prefix, .waiting = waiting };

	forget(p, prefix);
	for (size_t i = 0; i < p->neighbor_count; i++)
		w.written.of += waiting[i];
	prefix_map_put(&p->withdrawal_index, prefix, (uint32_t)p->withdrawal_count);
	p->withdrawals = grow_array(
	    p->withdrawals, p->withdrawal_count, &p->withdrawal_cap, sizeof(*p->withdrawals));
	p->withdrawals[p->withdrawal_count++] = w;
}

struct neighbor_share
pending_withdrawing(const struct pending *p, struct prefix prefix)
{
	struct neighbor_share share = { 0 };
	const struct withdrawal *w;
	uint32_t at;

	if (!prefix_map_get(&p->withdrawal_index, prefix, &at))
		return share;
	w = &p->withdrawals[at];
	share.of = w->written.of;
	for (size_t i = 0; i < p->neighbor_count; i++)
		share.count += w->waiting[i];
	return share;
}

/* Whether a neighbor waits still; those whose socket has taken it are counted. */
static bool
is_withdrawing(const struct pending *p, struct withdrawal *w)
{
	bool any = false;

	for (size_t i = 0; i < p->neighbor_count; i++) {
		const struct neighbor *n = p->neighbors[i];

		if (!w->waiting[i])
			continue;
		w->waiting[i] = bgp_session_withdrawing(n->session, w->prefix);
		if (w->waiting[i])
			any = true;
		else if (bgp_session_info(n->session)->state == BGP_ESTABLISHED)
			w->written.count++;
	}
	return any;
}

bool
pending_take_withdrawn(struct pending *p, struct prefix *ret, struct withdraw_result *ret_result)
{
	for (size_t i = 0; i < p->withdrawal_count; i++) {
		struct withdrawal *w = &p->withdrawals[i];

		if (is_withdrawing(p, w))
			continue;
		*ret = w->prefix;
		*ret_result = (struct withdraw_result){ .written = w->written, .at = clock_now() };
		remove_withdrawal(p, i);
		return true;
	}
	return false;
}

static bool
is_told(const struct pending *p, struct prefix prefix)
{
	for (size_t i = 0; i < p->neighbor_count; i++) {
		if (bgp_session_told(p->neighbors[i]->session, prefix))
			return true;
	}
	return false;
}

size_t
pending_take_told(struct pending *p, struct prefix **ret)
{
	uint64_t updates_sent = 0;
	struct prefix *told;
	size_t count = 0;

	*ret = NULL;
	if (p->untold_count == 0)
		return 0;
	/*
	 * a hundred thousand may wait for a neighbor that is down, and this is asked at every turn
	 */
	for (size_t i = 0; i < p->neighbor_count; i++)
		updates_sent +=
		    bgp_session_info(p->neighbors[i]->session)->counters.out[BGP_UPDATE];
	if (updates_sent == p->updates_sent)
		return 0;
	p->updates_sent = updates_sent;
	told = xcalloc(p->untold_count, sizeof(*told));
	for (size_t i = 0; i < p->untold_count;) {
		if (!is_told(p, p->untold[i])) {
			i++;
			continue;
		}
		told[count++] = p->untold[i];
		remove_untold(p, i);
	}
	*ret = told;
	return count;
}

/* ---- from one program to the next ---- */

enum {
	TAG_UNTOLD = 1,
	TAG_WITHDRAWAL = 2,

	/* of a withdrawal, behind its fields */
	TAG_WAITING = 20, /* the name of a neighbor */
};

static const struct state_field prefix_fields[] = {
	STATE_FIELD(1, STATE_IP, struct withdrawal, prefix.addr),
	STATE_FIELD(2, STATE_NUMBER, struct withdrawal, prefix.len),
	STATE_FIELD(3, STATE_NUMBER, struct withdrawal, written.count),
	STATE_FIELD(4, STATE_NUMBER, struct withdrawal, written.of),
};

static const struct state_table withdrawal_table = STATE_TABLE(prefix_fields);

void
pending_save(const struct pending *p, struct state_writer *w)
{
	const struct instant none = { 0 };

	for (size_t i = 0; i < p->untold_count; i++) {
		const struct withdrawal prefix = { .prefix = p->untold[i] };
		size_t mark = state_begin(w, TAG_UNTOLD);

		state_save(w, &withdrawal_table, &prefix, none);
		state_end(w, mark);
	}
	for (size_t i = 0; i < p->withdrawal_count; i++) {
		size_t mark = state_begin(w, TAG_WITHDRAWAL);

		state_save(w, &withdrawal_table, &p->withdrawals[i], none);
		for (size_t k = 0; k < p->neighbor_count; k++) {
			if (p->withdrawals[i].waiting[k])
				state_text(w, TAG_WAITING, p->neighbors[k]->conf.name);
		}
		state_end(w, mark);
	}
}

static bool *
load_waiting(const struct pending *p, struct reader records)
{
	bool *waiting = xcalloc(MAX(p->neighbor_count, (size_t)1), sizeof(*waiting));
	struct reader value;
	uint16_t tag;

	while (state_next(&records, &tag, &value)) {
		size_t len = reader_left(&value);
		const uint8_t *name = reader_bytes(&value, len);

		for (size_t k = 0; k < p->neighbor_count && tag == TAG_WAITING; k++) {
			const char *known = p->neighbors[k]->conf.name;

			waiting[k] |= strlen(known) == len && memcmp(known, name, len) == 0;
		}
	}
	return waiting;
}

void
pending_load(struct pending *p, struct reader records)
{
	struct reader record;
	uint16_t tag;

	while (state_next(&records, &tag, &record)) {
		struct withdrawal w = { 0 };

		if (!state_load(&withdrawal_table, record, (struct instant){ 0 }, &w))
			continue;
		if (tag == TAG_UNTOLD) {
			pending_announce(p, w.prefix);
		} else if (tag == TAG_WITHDRAWAL) {
			pending_withdraw(p, w.prefix, load_waiting(p, record));
			p->withdrawals[p->withdrawal_count - 1].written = w.written;
		}
	}
}
