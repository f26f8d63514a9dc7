/* What is wrong is said once, until it is another thing or well again. */
#include "controller/store_health.h"

#include "base/log.h"
#include "store/store.h"
#include "tap.h"

static unsigned lines;
static char last[200];

static void
note(enum log_level level, const char *line, void *userdata)
{
	(void)level;
	(void)userdata;
	lines++;
	(void)snprintf(last, sizeof(last), "%s", line);
}

TEST(it_is_said_once)
{
	static const struct health_trouble away = {
		.word = "away", .sentence = "it does not answer", .detail = "refused"
	};
	static const struct health_trouble full = { .word = "full", .sentence = "no room" };
	struct health *h = health_new();
	json_t *list;

	lines = 0;
	log_set_sink(note, NULL);
	CHECK(!health_good(h, HEALTH_STORE));
	CHECK(health_bad(h, HEALTH_STORE, &away, 1));
	CHECK_STR(last, "store: away: it does not answer: refused");
	CHECK(!health_bad(h, HEALTH_STORE, &away, 2));
	CHECK_INT(lines, 1);
	list = health_json(h);
	CHECK_INT(json_array_size(list), 1);
	CHECK_STR(json_string_value(json_object_get(json_array_get(list, 0), "since")),
	    "1970-01-01T00:00:00.000Z");
	json_decref(list);
	CHECK(health_bad(h, HEALTH_STORE, &full, 3));
	CHECK_STR(last, "store: full: no room");
	CHECK_STR(health_word(h, HEALTH_STORE), "full");
	CHECK(health_word(h, HEALTH_CERTIFICATE) == NULL);
	CHECK(health_good(h, HEALTH_STORE));
	CHECK_STR(last, "store: is well again");
	CHECK(!health_good(h, HEALTH_STORE));
	CHECK_INT(lines, 3);
	log_set_sink(NULL, NULL);
	health_free(h);
}

/* With requests beside each other, some of which only read. */
TEST(the_store_is_known_by_its_answers)
{
	struct health *h = health_new();
	struct store_outcome read = { .was_used = true };
	struct store_outcome written = { .was_used = true, .has_written = true };
	struct store_outcome away = { .was_used = true, .error = STORE_AWAY, .why = "refused" };
	struct store_outcome full = { .was_used = true, .error = STORE_FULL, .why = "no space" };
	struct store_outcome taken = { .was_used = true, .error = STORE_EXISTS, .why = "a key" };

	lines = 0;
	log_set_sink(note, NULL);
	CHECK(!store_health_note(h, &read, 1));
	CHECK(store_health_note(h, &away, 2));
	CHECK(store_health_note(h, &away, 3));
	CHECK_INT(lines, 1);
	CHECK_STR(health_word(h, HEALTH_STORE), "away");
	CHECK(!store_health_note(h, &(struct store_outcome){ 0 }, 4));
	CHECK_STR(health_word(h, HEALTH_STORE), "away");
	CHECK(!store_health_note(h, &read, 5));
	CHECK(health_word(h, HEALTH_STORE) == NULL);
	/* what is full can be read */
	CHECK(store_health_note(h, &full, 6));
	CHECK(!store_health_note(h, &read, 7));
	CHECK_STR(health_word(h, HEALTH_STORE), "full");
	CHECK(!store_health_note(h, &written, 8));
	CHECK(health_word(h, HEALTH_STORE) == NULL);
	/* a conflict is the client's */
	CHECK(!store_health_note(h, &taken, 9));
	CHECK(health_word(h, HEALTH_STORE) == NULL);
	log_set_sink(NULL, NULL);
	health_free(h);
}

/* Reading goes on from a file that is not at its path any more. */
TEST(a_replaced_store_is_well_when_it_was_written_to)
{
	struct health *h = health_new();
	struct store_outcome read = { .was_used = true };
	struct store_outcome written = { .was_used = true, .has_written = true };
	struct store_outcome replaced = {
		.was_used = true, .error = STORE_REPLACED, .why = "removed"
	};

	lines = 0;
	log_set_sink(note, NULL);
	CHECK(store_health_note(h, &replaced, 1));
	CHECK(store_health_note(h, &replaced, 2));
	CHECK(!store_health_note(h, &read, 3));
	CHECK_STR(health_word(h, HEALTH_STORE), "replaced");
	CHECK(!store_health_note(h, &written, 4));
	CHECK(health_word(h, HEALTH_STORE) == NULL);
	CHECK_INT(lines, 2);
	log_set_sink(NULL, NULL);
	health_free(h);
}
