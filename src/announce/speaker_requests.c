/* What an operator asks of the speaker: its state, its routes, what is seen from elsewhere, dumps.
 */
#include <errno.h>

#include "announce/speaker_internal.h"
#include "base/alloc.h"

void
speaker_watch(struct announcer *base, struct prefix prefix)
{
	struct speaker *a = speaker_of(base);

	for (size_t i = 0; i < a->watched_count; i++) {
		if (prefix_equal(a->watched[i], prefix))
			return;
	}
	for (size_t i = 0; i < a->neighbor_count; i++) {
		if (bgp_session_watch(a->neighbors[i]->session, prefix) < 0)
			return;
	}
	a->watched = grow_array(a->watched, a->watched_count, &a->watched_cap, sizeof(*a->watched));
	a->watched[a->watched_count++] = prefix;
}

void
speaker_unwatch(struct announcer *base, struct prefix prefix)
{
	struct speaker *a = speaker_of(base);

	size_t at = 0;

	while (at < a->watched_count && !prefix_equal(a->watched[at], prefix))
		at++;
	if (at == a->watched_count)
		return;
	a->watched[at] = a->watched[--a->watched_count];
	for (size_t i = 0; i < a->neighbor_count; i++)
		bgp_session_unwatch(a->neighbors[i]->session, prefix);
}

json_t *
speaker_watched(const struct announcer *base, const struct prefix *within, struct instant now)
{
	const struct speaker *a = speaker_of_const(base);

	return neighbors_watched(
	    a->neighbors, a->neighbor_count, a->watched, a->watched_count, within, now);
}

json_t *
speaker_routes(const struct announcer *base, const struct prefix *within)
{
	const struct speaker *a = speaker_of_const(base);

	return neighbors_routes(a->neighbors, a->neighbor_count, within);
}

json_t *
speaker_status(const struct announcer *base, struct instant now)
{
	const struct speaker *a = speaker_of_const(base);
	json_t *all = json_array();

	for (size_t i = 0; i < a->neighbor_count; i++) {
		json_t *n = neighbor_status(a->neighbors[i], now);

		(void)json_object_set_new(
		    n, "seen", neighbor_seen(a->neighbors[i], a->watched, a->watched_count, now));
		(void)json_array_append_new(all, n);
	}
	return all;
}

static struct neighbor *
find_by_name(const struct speaker *a, const char *name, struct err *e)
{
	struct neighbor *n = speaker_find_neighbor(a, name, NULL);

	if (n == NULL)
		(void)err_set(e, -ENOENT, "no neighbor is called %s", name);
	return n;
}

int
speaker_dump_start(struct announcer *base, const char *neighbor, enum dump_format format,
    const char *path, uint64_t max_bytes, struct err *e)
{
	struct speaker *a = speaker_of(base);
	struct neighbor *n = find_by_name(a, neighbor, e);

	return n ? neighbor_dump_start(n, format, path, max_bytes, e) : -ENOENT;
}

int
speaker_dump_stop(struct announcer *base, const char *neighbor, struct err *e)
{
	struct speaker *a = speaker_of(base);
	struct neighbor *n = find_by_name(a, neighbor, e);

	return n ? neighbor_dump_stop(n, e) : -ENOENT;
}
