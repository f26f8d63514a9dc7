#include "service/journal.h"

#include "base/utf8.h"
#include <assert.h>

void
journal_add(
    struct journal *j, struct instant at, int64_t at_wall_ns, const char *what, const char *why)
{
	struct journal_entry *e = &j->entries[j->total++ % JOURNAL_MAX];

	e->at = at;
	e->at_wall_ns = at_wall_ns;
	/* a peer's text, cut inside a character, would take the whole entry out of the JSON */
	utf8_format(e->what, sizeof(e->what), "%s", what);
	utf8_format(e->why, sizeof(e->why), "%s", why);
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
