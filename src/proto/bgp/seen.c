#include "proto/bgp/seen.h"

#include <errno.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "proto/bgp/path.h"

void
bgp_watch_done(struct bgp_watch *w)
{
	free(w->items);
	prefix_map_done(&w->index);
	*w = (struct bgp_watch){ 0 };
}

static struct bgp_watched *
find(const struct bgp_watch *w, struct prefix prefix)
{
	uint32_t at;

	return prefix_map_get(&w->index, prefix, &at) ? &w->items[at] : NULL;
}

int
bgp_watch_add(struct bgp_watch *w, struct prefix prefix)
{
	enum bgp_family family = bgp_family_of(prefix.addr.family);

	if (family == BGP_FAMILY_MAX || find(w, prefix))
		return 0;
	if (w->count == BGP_WATCH_MAX)
		return -ENOSPC;
	w->items = grow_array(w->items, w->count, &w->cap, sizeof(*w->items));
	w->items[w->count] = (struct bgp_watched){ .prefix = prefix };
	prefix_map_put(&w->index, prefix, (uint32_t)w->count++);
	w->lengths[family] |= UINT64_C(1) << prefix.len % 64;
	return 0;
}

void
bgp_watch_remove(struct bgp_watch *w, struct prefix prefix)
{
	uint32_t at;

	if (!prefix_map_get(&w->index, prefix, &at))
		return;
	(void)prefix_map_remove(&w->index, prefix);
	w->items[at] = w->items[--w->count];
	if (at < w->count)
		prefix_map_put(&w->index, w->items[at].prefix, at);
	/* a length that nobody has any more costs a walk, and finds nothing */
}

void
bgp_watch_set(struct bgp_watch *w, const struct bgp_watched *watched)
{
	struct bgp_watched *item = find(w, watched->prefix);

	if (item)
		item->seen = watched->seen;
}

const struct bgp_seen *
bgp_watch_find(const struct bgp_watch *w, struct prefix prefix)
{
	const struct bgp_watched *item = find(w, prefix);

	return item ? &item->seen : NULL;
}

void
bgp_watch_clear(struct bgp_watch *w)
{
	for (size_t i = 0; i < w->count; i++)
		w->items[i].seen = (struct bgp_seen){ 0 };
}

/* ---- paths ---- */

/*
 * Reads the sequences of a path that was checked; those of confederations lie inside of one AS. The
 * first of them is number `at` of the whole path. Returns their count.
 */
static size_t
read_path(struct reader r, bool as4, size_t at, struct bgp_seen *seen)
{
	size_t count = 0;

	while (reader_left(&r) > 0) {
		bool sequence = reader_u8(&r) == BGP_SEGMENT_SEQUENCE;

		for (size_t left = reader_u8(&r); left > 0; left--) {
			uint32_t as = as4 ? reader_u32(&r) : reader_u16(&r);

			if (!sequence)
				continue;
			if (seen && at + count < BGP_SEEN_PATH_MAX)
				seen->path[at + count] = as;
			if (seen)
				seen->origin_as = as;
			count++;
		}
	}
	return count;
}

static void
fill_path(struct bgp_seen *seen, const struct bgp_peering *peering, const struct bgp_update *u)
{
	size_t as4_count = read_path(u->as4_path, true, 0, NULL);

	seen->path_len = read_path(u->as_path, peering->as4, 0, seen);
	/* RFC 6793 section 4.2.3: AS4_PATH says the end of the path, unless it is longer */
	if (as4_count <= seen->path_len)
		(void)read_path(u->as4_path, true, seen->path_len - as4_count, seen);
}

/* ---- UPDATEs ---- */

/* What an UPDATE says of each prefix that it announces. */
struct news {
	const struct bgp_update *update;
	struct bgp_seen seen; /* its path, read at the first watched prefix and copied to each */
};

static const struct bgp_seen *
news_read(struct news *news, struct bgp_watch *w, const struct bgp_peering *peering)
{
	if (!news->seen.seen) {
		fill_path(&news->seen, peering, news->update);
		news->seen.seen = true;
		w->paths_read++;
	}
	return &news->seen;
}

/* news: NULL for what is withdrawn. */
static void
look_at(struct bgp_watch *w, struct bgp_nlri nlri, const struct bgp_peering *peering,
    struct news *news, struct instant now)
{
	struct prefix p;

	if (nlri.family == BGP_FAMILY_MAX || !(nlri.lengths & w->lengths[nlri.family]) ||
	    !peering->families[nlri.family])
		return;
	while (bgp_nlri_next(&nlri, &p)) {
		struct bgp_watched *item = find(w, p);
		struct instant since;

		if (item == NULL)
			continue;
		if (news == NULL) {
			item->seen = (struct bgp_seen){ 0 };
			continue;
		}
		since = item->seen.seen ? item->seen.since : now;
		item->seen = *news_read(news, w, peering);
		item->seen.since = since;
	}
}

void
bgp_watch_update(struct bgp_watch *w, const struct bgp_peering *peering, const struct bgp_update *u,
    struct instant now)
{
	struct news news = { .update = u };
	/* RFC 7606 section 2: as if the message had withdrawn what it announces */
	struct news *announced = u->verdict < BGP_VERDICT_WITHDRAW ? &news : NULL;

	look_at(w, u->withdrawn, peering, NULL, now);
	look_at(w, u->mp_withdrawn, peering, NULL, now);
	look_at(w, u->announced, peering, announced, now);
	look_at(w, u->mp_announced, peering, announced, now);
}
