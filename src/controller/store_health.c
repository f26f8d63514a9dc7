#include "controller/store_health.h"

#include <string.h>

#include "store/store.h"

static const struct {
	int error;
	const char *word, *sentence;
} troubles[] = {
	{ STORE_AWAY, "away", "the store does not answer; requests get 503 until it does" },
	{ STORE_UNKNOWN, "away", "the store does not answer; requests get 503 until it does" },
	{ STORE_FULL, "full", "the store has no room left; nothing can be changed" },
	{ STORE_REPLACED, "replaced",
	    "its file was replaced or removed under the running controller; nothing can be changed "
	    "until it is there again, or the controller is restarted" },
	{ STORE_CORRUPT, "corrupt", "what the store has is no database, or a broken one" },
	{ STORE_SCHEMA, "schema", "the store is of another version than this program" },
	{ STORE_OTHER, "failing", "the store refuses what it is asked" },
};

/* One that has no room, or is not at its path, can still be read: that is no sign that it is well.
 */
static bool
shows_that_it_is_well(struct health *h, const struct store_outcome *o)
{
	const char *word = health_word(h, HEALTH_STORE);

	return word != NULL &&
	       (o->has_written || (strcmp(word, "full") != 0 && strcmp(word, "replaced") != 0));
}

bool
store_health_note(struct health *h, const struct store_outcome *o, int64_t now)
{
	if (!o->was_used)
		return false;
	if (o->error == 0) {
		if (shows_that_it_is_well(h, o))
			(void)health_good(h, HEALTH_STORE);
		return false;
	}
	for (size_t i = 0; i < ARRAY_SIZE(troubles); i++) {
		if (troubles[i].error == o->error) {
			(void)health_bad(h, HEALTH_STORE,
			    &(struct health_trouble){ .word = troubles[i].word,
				.sentence = troubles[i].sentence,
				.detail = o->why },
			    now);
			return true;
		}
	}
	return false;
}
