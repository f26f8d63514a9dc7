#include "service/journal.h"

#include "base/utf8.h"
#include <assert.h>

/* A peer's text, cut inside a character, would take the whole entry out of the JSON. */
static void
copy(char *buf, size_t size, const char *text)
{
	utf8_format(buf, size, "%s", text != NULL ? text : "");
}

const struct journal_entry *
journal_add(struct journal *j, const struct event *event)
{
	struct journal_entry *e = &j->entries[j->total++ % JOURNAL_MAX];

	e->seq = ++j->last_seq;
	e->kind = event->kind;
	e->at = event->at;
	e->at_wall_ns = event->at_wall_ns;
	copy(e->service, sizeof(e->service), event->service);
	copy(e->neighbor, sizeof(e->neighbor), event->neighbor);
	copy(e->prefix, sizeof(e->prefix), event->prefix);
	copy(e->what, sizeof(e->what), event->what);
	copy(e->why, sizeof(e->why), event->why);
	return e;
}

size_t
journal_count(const struct journal *j)
{
	return (size_t)MIN(j->total, (uint64_t)JOURNAL_MAX);
}

const struct journal_entry *
journal_get(const struct journal *j, size_t n)
{
	assert(n < journal_count(j));
	return &j->entries[(j->total - journal_count(j) + n) % JOURNAL_MAX];
}
