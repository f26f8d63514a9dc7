/* What holds for every store, whichever database is behind it: linked with each fixture. */
#include <pthread.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "fixture.h"
#include "store/id.h"
#include "tap.h"

TEST(migrated_once_however_often)
{
	const char *where = fixture_new();
	_cleanup_(store_closep) struct store *s = NULL, *other = NULL;
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	struct err e = { 0 };

	if (where == NULL)
		return;
	REQUIRE(store_open(where, &s, &e) == 0);
	CHECK_INT(store_query(s, &rows, &e, "SELECT name FROM sites"), STORE_SCHEMA);
	CHECK(strstr(e.message, "has no schema yet") != NULL);
	CHECK_INT(store_migrate(s, &e), 0);
	CHECK_INT(store_migrate(s, &e), 0);
	CHECK_INT(fixture_int(s, "SELECT count(*) FROM schema_versions"), store_schema_version());
	CHECK_INT(store_query(s, &rows, &e, "SELECT name FROM sites"), 0);
	CHECK_INT(rows.count, 0);
	other = fixture_open(where);
	CHECK(other != NULL);
}

static const char *shared_where;
static int results[32];

static void
migrate_one(unsigned number)
{
	_cleanup_(store_closep) struct store *s = NULL;
	struct err e = { 0 };

	results[number] = store_open(shared_where, &s, &e);
	if (results[number] == 0)
		results[number] = store_migrate(s, &e);
	if (results[number] < 0)
		(void)fprintf(stderr, "# %s\n", e.message);
}

TEST(migrated_by_several_at_once)
{
	_cleanup_(store_closep) struct store *s = NULL;

	shared_where = fixture_new();
	if (shared_where == NULL)
		return;
	fixture_threads(6, migrate_one);
	for (unsigned i = 0; i < 6; i++)
		CHECK_INT(results[i], 0);
	s = fixture_open(shared_where);
	REQUIRE(s != NULL);
	CHECK_INT(fixture_int(s, "SELECT count(*) FROM schema_versions"), store_schema_version());
}

TEST(newer_or_other_schema_is_refused)
{
	const char *where = fixture_new();
	_cleanup_(store_closep) struct store *s = fixture_open(where), *other = NULL;
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	struct err e = { 0 };

	if (where == NULL)
		return;
	REQUIRE(s != NULL);
	CHECK_INT(fixture_do(s,
		      "INSERT INTO schema_versions VALUES (900, '900-times-to-come', 'x', 0, "
		      "'nearcast-controller 9.9')",
		      &e),
	    1);
	REQUIRE(store_open(where, &other, &e) == 0);
	CHECK_INT(store_migrate(other, &e), STORE_SCHEMA);
	CHECK(strstr(e.message, "newer program (nearcast-controller 9.9: \"900-times-to-come\")"));
	CHECK_INT(store_query(other, &rows, &e, "SELECT name FROM sites"), STORE_SCHEMA);
	CHECK_INT(fixture_do(other, "DELETE FROM sites", &e), STORE_SCHEMA);

	CHECK_INT(fixture_do(s, "DELETE FROM schema_versions WHERE version = 900", &e), 1);
	CHECK_INT(store_query(other, &rows, &e, "SELECT name FROM sites"), 0);
	CHECK_INT(fixture_do(s, "UPDATE schema_versions SET checksum = 'y'", &e),
	    store_schema_version());
	CHECK_INT(store_migrate(other, &e), STORE_SCHEMA);
	CHECK(strstr(e.message, "another schema than this program") != NULL);
}

static int
put_values(struct store *s, _unused_ void *arg, struct err *e)
{
	int r = store_do(s, e, "CREATE TABLE odd (n BIGINT, t TEXT, b BIGINT)");

	if (r >= 0)
		r = store_do(s, e, "INSERT INTO odd (t, n, b) VALUES ($2, $1, $3)",
		    SQL_INT(INT64_MIN), SQL_TEXT("it's \"ü\" $1 ?\n\\"), SQL_BOOL(true));
	if (r >= 0)
		r = store_do(s, e, "INSERT INTO odd (t, n, b) VALUES ($2, $1, $3)",
		    SQL_INT(INT64_MAX), SQL_TEXT(""), SQL_BOOL(false));
	if (r >= 0)
		r = store_do(s, e, "INSERT INTO odd (t, n, b) VALUES ($2, $1, $3)", SQL_INT_NULL,
		    SQL_TEXT(NULL), SQL_INT_NULL);
	return r;
}

TEST(values_come_back_as_they_were)
{
	_cleanup_(store_closep) struct store *s = fixture_store();
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	struct err e = { 0 };

	if (s == NULL)
		return;
	CHECK_INT(store_transaction(s, put_values, NULL, &e), 1);
	CHECK_INT(store_query(s, &rows, &e,
		      "SELECT n, t, b, n IS NULL, 'x' FROM odd ORDER BY coalesce(n, 0), t"),
	    0);
	CHECK_INT(rows.count, 3);
	REQUIRE(store_next(&rows));
	CHECK(store_int(&rows, 0) == INT64_MIN);
	CHECK_STR(store_text(&rows, 1), "it's \"ü\" $1 ?\n\\");
	CHECK(store_bool(&rows, 2) && !store_bool(&rows, 3));
	REQUIRE(store_next(&rows));
	CHECK(store_is_null(&rows, 0) && store_is_null(&rows, 1) && store_bool(&rows, 3));
	CHECK(store_text(&rows, 1) == NULL);
	CHECK_INT(store_int_or(&rows, 0, 7), 7);
	CHECK_STR(store_text(&rows, 4), "x");
	REQUIRE(store_next(&rows));
	CHECK(store_int(&rows, 0) == INT64_MAX && !store_bool(&rows, 2));
	CHECK_STR(store_text(&rows, 1), "");
	CHECK(!store_next(&rows) && !store_next(&rows));
}

TEST(parameters_by_their_number)
{
	_cleanup_(store_closep) struct store *s = fixture_store();
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	struct err e = { 0 };

	if (s == NULL)
		return;
	for (int64_t i = 0; i < 3; i++) {
		CHECK_INT(store_query(s, &rows, &e,
			      "SELECT $3, $1 + $1, CASE WHEN $2 = 'a' THEN $2 ELSE 'no' END",
			      SQL_INT(i), SQL_TEXT("a"), SQL_TEXT(NULL)),
		    0);
		REQUIRE(store_next(&rows));
		CHECK(store_is_null(&rows, 0));
		CHECK_INT(store_int(&rows, 1), 2 * i);
		CHECK_STR(store_text(&rows, 2), "a");
	}
	CHECK_INT(store_query(s, &rows, &e, "SELECT $1", SQL_INT(1), SQL_INT(2)), STORE_OTHER);
	CHECK_INT(store_query(s, &rows, &e, "SELECT $1, $2", SQL_INT(1)), STORE_OTHER);
	CHECK_INT(store_query(s, &rows, &e, "SELECT 1"), 0);
}

TEST(text_is_compared_byte_by_byte)
{
	_cleanup_(store_closep) struct store *s = fixture_store();
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	struct err e = { 0 };
	struct strbuf names = { 0 };

	if (s == NULL)
		return;
	CHECK_INT(
	    fixture_do(s,
		"INSERT INTO sites (id, name, created_at) VALUES ('1', 'b', 0), "
		"('2', 'A', 0), ('3', 'a-c', 0), ('4', 'ab', 0), ('5', 'é', 0), ('6', 'z', 0)",
		&e),
	    6);
	CHECK_INT(store_query(s, &rows, &e, "SELECT name FROM sites WHERE name > $1 ORDER BY name",
		      SQL_TEXT("B")),
	    0);
	while (store_next(&rows))
		strbuf_addf(&names, "%s ", store_text(&rows, 0));
	CHECK_STR(strbuf_get(&names), "a-c ab b z é ");
	strbuf_done(&names);
}

static int
refuse(struct store *s, _unused_ void *arg, struct err *e)
{
	int r = store_do(s, e, "DELETE FROM sites");

	return r < 0 ? r : err_set(e, -ECANCELED, "the rules say no");
}

TEST(a_refusal_rolls_back)
{
	_cleanup_(store_closep) struct store *s = fixture_store();
	struct err e = { 0 };

	if (s == NULL)
		return;
	fixture_fill(s);
	CHECK_INT(store_transaction(s, refuse, NULL, &e), -ECANCELED);
	CHECK_STR(e.message, "the rules say no");
	CHECK_INT(store_transaction(s, refuse, NULL, NULL), -ECANCELED);
	CHECK_INT(fixture_int(s, "SELECT count(*) FROM sites"), 1);
}

static int
go_on_after_failure(struct store *s, void *arg, struct err *e)
{
	struct store_rows rows = { 0 };
	int *seen = arg;

	seen[0] = store_do(s, e, "INSERT INTO sites (id, name, created_at) VALUES ('a', 'a', 0)");
	seen[1] = store_do(s, e, "INSERT INTO sites (id, name, created_at) VALUES ('a', 'b', 0)");
	seen[2] =
	    store_do(s, NULL, "INSERT INTO sites (id, name, created_at) VALUES ('c', 'c', 0)");
	seen[3] = store_query(s, &rows, e, "SELECT 1");
	store_rows_done(&rows);
	return 5;
}

TEST(after_a_failure_only_going_back_is_left)
{
	_cleanup_(store_closep) struct store *s = fixture_store();
	struct err e = { 0 };
	int seen[4] = { 0 };

	if (s == NULL)
		return;
	CHECK_INT(store_transaction(s, go_on_after_failure, seen, &e), STORE_EXISTS);
	CHECK(strstr(e.message, "sites") != NULL);
	CHECK_INT(seen[0], 1);
	CHECK_INT(seen[1], STORE_EXISTS);
	CHECK_INT(seen[2], STORE_EXISTS);
	CHECK_INT(seen[3], STORE_EXISTS);
	CHECK_INT(fixture_int(s, "SELECT count(*) FROM sites"), 0);
	/* the connection is as good as new */
	CHECK_INT(
	    fixture_do(s, "INSERT INTO sites (id, name, created_at) VALUES ('a', 'a', 0)", &e), 1);
}

TEST(errors_have_their_kind)
{
	_cleanup_(store_closep) struct store *s = fixture_store();
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	struct err e = { 0 };
	static const struct {
		const char *sql;
		int want;
	} rows_of[] = {
		{ "INSERT INTO sites (id, name, created_at) VALUES ('x', 'am6', 0)", STORE_EXISTS },
		{ "INSERT INTO sites (id, name, created_at) VALUES ('sit_1', 'x', 0)",
		    STORE_EXISTS },
		{ "INSERT INTO sites (id, name, created_at) VALUES ('x', NULL, 0)",
		    STORE_CONSTRAINT },
		{ "INSERT INTO sites (id, name, created_at, latitude) VALUES ('x', 'x', 0, 1)",
		    STORE_CONSTRAINT },
		{ "INSERT INTO hosts (id, name, site, created_at) VALUES ('h', 'h', 'no', 0)",
		    STORE_CONSTRAINT },
		{ "UPDATE pools SET family = 5", STORE_CONSTRAINT },
		{ "INSERT INTO nowhere VALUES (1)", STORE_OTHER },
		{ "INSERT INTO sites (id, created_at) VALUES ('x', 'soon')", STORE_OTHER },
		{ "COMPLAIN", STORE_OTHER },
	};

	if (s == NULL)
		return;
	fixture_fill(s);
	for (size_t i = 0; i < ARRAY_SIZE(rows_of) - 2; i++) {
		e = (struct err){ 0 };
		CHECK_INT(fixture_do(s, rows_of[i].sql, &e), rows_of[i].want);
		CHECK(e.code == rows_of[i].want && e.message[0] && !strchr(e.message, '\n'));
	}
	CHECK_INT(fixture_do(s, "COMPLAIN", &e), STORE_OTHER);
	CHECK_INT(store_query(s, &rows, &e, "SELECT wrong"), STORE_OTHER);
	CHECK_INT(rows.count, 0);
	CHECK_STR(store_error_name(STORE_EXISTS), "exists");
	CHECK(store_error_name(-EPERM) == NULL);
}

static int
write_in(struct store *s, _unused_ void *arg, struct err *e)
{
	struct store_rows rows = { 0 };
	int r = store_query(s, &rows, e, "DELETE FROM sites RETURNING id");

	store_rows_done(&rows);
	return r;
}

TEST(only_a_transaction_writes)
{
	_cleanup_(store_closep) struct store *s = fixture_store();
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	struct err e = { 0 };

	if (s == NULL)
		return;
	fixture_fill(s);
	CHECK_INT(store_query(s, &rows, &e, "DELETE FROM sites RETURNING id"), STORE_OTHER);
	CHECK_INT(store_read(s, write_in, NULL, &e), STORE_OTHER);
	CHECK_INT(fixture_int(s, "SELECT count(*) FROM sites"), 1);
	CHECK_INT(store_transaction(s, write_in, NULL, &e), 0);
	CHECK_INT(fixture_int(s, "SELECT count(*) FROM sites"), 0);
}

struct block {
	unsigned last, size;
};

static int
order(struct store *s, void *arg, struct err *e)
{
	struct block *b = arg;

	return fixture_order(s, b->last, b->size, e);
}

TEST(no_two_blocks_overlap_whatever_the_rules_say)
{
	_cleanup_(store_closep) struct store *s = fixture_store();
	struct err e = { 0 };

	if (s == NULL)
		return;
	fixture_fill(s);
	CHECK_INT(store_transaction(s, order, &(struct block){ 4, 4 }, &e), 1);
	CHECK_INT(store_transaction(s, order, &(struct block){ 6, 1 }, &e), STORE_EXISTS);
	CHECK_INT(store_transaction(s, order, &(struct block){ 6, 2 }, &e), STORE_EXISTS);
	CHECK_INT(store_transaction(s, order, &(struct block){ 4, 4 }, &e), STORE_EXISTS);
	CHECK_INT(store_transaction(s, order, &(struct block){ 2, 4 }, &e), STORE_EXISTS);
	CHECK_INT(store_transaction(s, order, &(struct block){ 8, 4 }, &e), 1);
	CHECK_INT(fixture_int(s, "SELECT count(*) FROM global_ips"), 2);
	CHECK_INT(fixture_int(s, "SELECT count(*) FROM addresses"), 8);
	/* what belongs to an order goes with it */
	CHECK_INT(fixture_do(s, "DELETE FROM global_ips WHERE first_key = '4c0000204'", &e), 1);
	CHECK_INT(fixture_int(s, "SELECT count(*) FROM addresses"), 4);
}

/* The lowest free address, as a reader would do it who knows nothing of others. */
static int
order_free(struct store *s, void *arg, struct err *e)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	unsigned *ret = arg, last = 0;
	int r = store_query(s, &rows, e,
	    "SELECT address_key FROM addresses WHERE pool = 'pol_1' ORDER BY address_key");

	while (r >= 0 && store_next(&rows)) {
		struct ip ip;

		if (store_key_parse(store_text(&rows, 0), &ip) < 0 || ip.bytes[3] != last)
			break;
		last++;
	}
	*ret = last;
	return r < 0 ? r : fixture_order(s, last, 1, e);
}

#define ORDERERS 8
#define ORDERS_EACH 8

static unsigned ordered[ORDERERS][ORDERS_EACH];

static void
order_many(unsigned number)
{
	_cleanup_(store_closep) struct store *s = NULL;
	struct err e = { 0 };

	results[number] = store_open(shared_where, &s, &e);
	for (unsigned i = 0; results[number] >= 0 && i < ORDERS_EACH; i++)
		results[number] = store_transaction(s, order_free, &ordered[number][i], &e);
	if (results[number] < 0)
		(void)fprintf(stderr, "# %s\n", e.message);
}

TEST(many_order_at_once_and_each_gets_another)
{
	_cleanup_(store_closep) struct store *s = NULL;
	bool taken[256] = { false };

	shared_where = fixture_new();
	s = fixture_open(shared_where);
	if (s == NULL)
		return;
	fixture_fill(s);
	fixture_threads(ORDERERS, order_many);
	for (unsigned i = 0; i < ORDERERS; i++) {
		CHECK_INT(results[i], 1);
		for (unsigned j = 0; j < ORDERS_EACH; j++) {
			CHECK(!taken[ordered[i][j] & 255]);
			taken[ordered[i][j] & 255] = true;
		}
	}
	CHECK_INT(fixture_int(s, "SELECT count(*) FROM addresses"), ORDERERS * ORDERS_EACH);
	/* without a hole: none was given and then lost */
	CHECK_STR(fixture_int(s, "SELECT count(*) FROM addresses WHERE address_key >= '4c0000240'")
		      ? "holes"
		      : "none",
	    "none");
}

struct count {
	int64_t number;
	const char *by;
};

static int
count_up(struct store *s, void *arg, struct err *e)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	struct count *c = arg;
	int r = store_query(s, &rows, e, "SELECT revision FROM sites WHERE id = 'sit_1'");

	if (r >= 0 && store_next(&rows))
		r = store_do(s, e, "UPDATE sites SET revision = $1 WHERE id = 'sit_1'",
		    SQL_INT(store_int(&rows, 0) + 1));
	if (r >= 0)
		r = store_number(s, "events", &c->number, e);
	if (r >= 0)
		r = store_do(s, e,
		    "INSERT INTO events (number, at, received_at, kind, severity, message) "
		    "VALUES ($1, 0, 0, 'x', 'info', $2)",
		    SQL_INT(c->number), SQL_TEXT(c->by));
	return r;
}

static void
count_many(unsigned number)
{
	_cleanup_(store_closep) struct store *s = NULL;
	struct count c = { .by = "thread" };
	struct err e = { 0 };

	results[number] = store_open(shared_where, &s, &e);
	for (unsigned i = 0; results[number] >= 0 && i < 10; i++)
		results[number] = store_transaction(s, count_up, &c, &e);
	if (results[number] < 0)
		(void)fprintf(stderr, "# %s\n", e.message);
}

TEST(no_update_is_lost_and_numbers_have_no_holes)
{
	_cleanup_(store_closep) struct store *s = NULL;

	shared_where = fixture_new();
	s = fixture_open(shared_where);
	if (s == NULL)
		return;
	fixture_fill(s);
	fixture_threads(6, count_many);
	for (unsigned i = 0; i < 6; i++)
		CHECK_INT(results[i], 1);
	CHECK_INT(fixture_int(s, "SELECT revision FROM sites"), 61);
	CHECK_INT(fixture_int(s, "SELECT count(*) FROM events"), 60);
	CHECK_INT(fixture_int(s, "SELECT max(number) FROM events"), 60);
}

struct look {
	struct store *other;
	int64_t before, after;
};

static int
look_twice(struct store *s, void *arg, _unused_ struct err *e)
{
	struct look *l = arg;

	l->before = fixture_int(s, "SELECT count(*) FROM sites");
	if (fixture_do(l->other, "INSERT INTO sites (id, name, created_at) VALUES ('y', 'y', 0)",
		NULL) < 0)
		return -ECANCELED;
	l->after = fixture_int(s, "SELECT count(*) FROM sites");
	return 0;
}

TEST(a_reader_sees_one_moment_and_nobody_waits_for_it)
{
	const char *where = fixture_new();
	_cleanup_(store_closep) struct store *s = fixture_open(where), *other = NULL;
	struct look l = { 0 };
	struct err e = { 0 };

	if (s == NULL)
		return;
	other = fixture_open(where);
	REQUIRE(other != NULL);
	l.other = other;
	CHECK_INT(store_read(s, look_twice, &l, &e), 0);
	CHECK_INT(l.before, 0);
	CHECK_INT(l.after, 0);
	CHECK_INT(fixture_int(s, "SELECT count(*) FROM sites"), 1);
}

static int
tell(struct store *s, _unused_ void *arg, struct err *e)
{
	return store_notify(s, "hst_1", e);
}

TEST(telling_needs_nobody_who_listens)
{
	_cleanup_(store_closep) struct store *s = fixture_store();
	struct err e = { 0 };

	if (s == NULL)
		return;
	CHECK_INT(store_transaction(s, tell, NULL, &e), 0);
}
