/* What only a server can do to us: to be away, to hang, to tell. */
#include "store/postgresql.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "fixture.h"
#include "server.h"
#include "store/listener.h"
#include "tap.h"

#define INSERT "INSERT INTO sites (id, name, created_at) VALUES ('a', 'a', 0)"

static pid_t
backend_of(struct store *s)
{
	return (pid_t)fixture_int(s, "SELECT pg_backend_pid()");
}

/* Ends the connections of this application to all databases of tests, and waits until they are gone. */
static void
cut_off(void)
{
	(void)server_do("SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity "
	                "WHERE application_name = 'nearcast-controller'");
}

/* How often fn is run, and after which of its statements the connection is cut. */
struct cut {
	int runs, before;
};

static int
insert_and_be_cut(struct store *s, void *arg, struct err *e)
{
	struct cut *c = arg;
	struct store_rows rows = { 0 };
	int r = store_do(s, e, INSERT);

	c->runs++;
	if (r >= 0)
		cut_off();
	if (r >= 0 && c->before == 1)
		r = store_query(s, &rows, e, "SELECT 1");
	store_rows_done(&rows);
	return r;
}

TEST(cut_off_in_a_transaction_and_well_again)
{
	_cleanup_(store_closep) struct store *s = fixture_store();
	struct cut c = { .before = 1 };
	struct err e = { 0 };

	if (s == NULL)
		return;
	CHECK_INT(store_transaction(s, insert_and_be_cut, &c, &e), STORE_AWAY);
	CHECK(strstr(e.message, "terminating connection") != NULL);
	CHECK_INT(c.runs, 1);
	CHECK_INT(fixture_int(s, "SELECT count(*) FROM sites"), 0);
	CHECK_INT(fixture_do(s, INSERT, &e), 1);
}

TEST(cut_off_before_the_commit_is_sent_is_certain)
{
	_cleanup_(store_closep) struct store *s = fixture_store();
	struct cut c = { .before = 2 };
	struct err e = { 0 };

	if (s == NULL)
		return;
	CHECK_INT(store_transaction(s, insert_and_be_cut, &c, &e), STORE_AWAY);
	CHECK_INT(fixture_int(s, "SELECT count(*) FROM sites"), 0);
}

static void *
cut_the_commit(_unused_ void *arg)
{
	(void)server_do("DO $$ BEGIN FOR i IN 1..6000 LOOP "
	                "IF EXISTS (SELECT FROM pg_stat_activity WHERE query = 'COMMIT' AND "
	                "wait_event = 'PgSleep') THEN EXIT; END IF; "
	                "PERFORM pg_sleep(0.01), pg_stat_clear_snapshot(); END LOOP; END $$");
	cut_off();
	return NULL;
}

static int
insert(struct store *s, _unused_ void *arg, struct err *e)
{
	return store_do(s, e, INSERT);
}

static int
make_commits_slow(struct store *s, _unused_ void *arg, struct err *e)
{
	static const char *const steps[] = {
		"CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS "
		"'BEGIN PERFORM pg_sleep(60); RETURN NULL; END'",
		"CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON sites DEFERRABLE INITIALLY DEFERRED "
		"FOR EACH ROW EXECUTE FUNCTION slow()",
	};
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(steps) && r >= 0; i++)
		r = store_do(s, e, steps[i]);
	return r;
}

TEST(lost_in_the_commit_is_said_to_be_unknown)
{
	_cleanup_(store_closep) struct store *s = fixture_store();
	struct err e = { 0 };
	pthread_t thread;

	if (s == NULL)
		return;
	REQUIRE(store_transaction(s, make_commits_slow, NULL, &e) >= 0);
	REQUIRE(pthread_create(&thread, NULL, cut_the_commit, NULL) == 0);
	CHECK_INT(store_transaction(s, insert, NULL, &e), STORE_UNKNOWN);
	CHECK_INT(e.code, STORE_UNKNOWN);
	CHECK(strstr(e.message, "whether it was committed is not known") != NULL);
	(void)pthread_join(thread, NULL);
	CHECK_INT(fixture_int(s, "SELECT count(*) FROM sites"), 0);
}

TEST(a_connection_that_was_lost_in_between_is_made_again)
{
	_cleanup_(store_closep) struct store *s = fixture_store();
	struct err e = { 0 };

	if (s == NULL)
		return;
	cut_off();
	CHECK_INT(fixture_do(s, INSERT, &e), 1);
	cut_off();
	CHECK_INT(fixture_int(s, "SELECT count(*) FROM sites"), 1);
}

TEST(the_server_goes_and_comes_back)
{
	_cleanup_(store_closep) struct store *s = fixture_store();
	struct err e = { 0 };

	if (s == NULL)
		return;
	CHECK_INT(fixture_do(s, INSERT, &e), 1);
	server_stop();
	CHECK_INT(fixture_do(s, "DELETE FROM sites", &e), STORE_AWAY);
	CHECK(strstr(e.message, "postgresql://nearcast@") != NULL);
	CHECK(strstr(e.message, "s@w%rd") == NULL && !strchr(e.message, '\n'));
	REQUIRE(server_again());
	CHECK_INT(fixture_int(s, "SELECT count(*) FROM sites"), 1);
	CHECK_INT(fixture_do(s, "DELETE FROM sites", &e), 1);
}

struct hang {
	pid_t backend;
};

static int
hang(struct store *s, void *arg, struct err *e)
{
	struct hang *h = arg;

	h->backend = backend_of(s);
	if (kill(h->backend, SIGSTOP) < 0)
		return -ECANCELED;
	return store_do(s, e, INSERT);
}

TEST(a_server_that_hangs_is_an_error_in_time)
{
	_cleanup_(store_closep) struct store *s = fixture_store();
	struct duration usual = postgresql_silence;
	struct hang h = { 0 };
	struct err e = { 0 };

	if (s == NULL)
		return;
	postgresql_silence = DURATION_S(1);
	CHECK_INT(store_transaction(s, hang, &h, &e), STORE_AWAY);
	postgresql_silence = usual;
	CHECK(strstr(e.message, "no answer within 1 s") != NULL);
	REQUIRE(h.backend > 0);
	(void)kill(h.backend, SIGCONT);
	CHECK_INT(fixture_int(s, "SELECT count(*) FROM sites"), 0);
}

static int
take_too_long(struct store *s, _unused_ void *arg, struct err *e)
{
	int r = store_do(s, e, "SET LOCAL statement_timeout = 20");

	return r < 0 ? r : store_do(s, e, "SELECT pg_sleep(60)");
}

TEST(a_statement_that_takes_too_long_is_ended)
{
	_cleanup_(store_closep) struct store *s = fixture_store();
	struct err e = { 0 };
	pid_t before;

	if (s == NULL)
		return;
	before = backend_of(s);
	CHECK_INT(store_transaction(s, take_too_long, NULL, &e), STORE_AWAY);
	CHECK(strstr(e.message, "statement timeout") != NULL);
	CHECK_INT(backend_of(s), before);
}

TEST(of_several_hosts_the_one_that_can_be_written_to)
{
	_cleanup_(store_closep) struct store *s = NULL, *read_only = NULL;
	_cleanup_(freep) char *where = NULL, *sql = NULL;
	const char *one = fixture_new(), *host;
	struct err e = { 0 };

	if (one == NULL)
		return;
	host = strstr(one, "?host=");
	where = xasprintf("%.*s?host=/nowhere,%s", (int)(host - one), one, host + strlen("?host="));
	s = fixture_open(where);
	CHECK(s != NULL);

	sql = xasprintf("ALTER DATABASE %.*s SET default_transaction_read_only = on",
	    (int)strcspn(strstr(one, "@/") + 2, "?"), strstr(one, "@/") + 2);
	REQUIRE(server_do(sql));
	CHECK_INT(store_open(where, &read_only, &e), 0);
	CHECK_INT(store_migrate(read_only, &e), STORE_AWAY);
	CHECK(strstr(e.message, "session is read-only") != NULL);
}

TEST(no_error_says_the_password)
{
	static const char *const urls[] = {
		"postgresql://nearcast:s3cr3t-word@localhost:1/db",
		"postgres://nearcast@127.0.0.1:1/db?password=s3cr3t-word",
		"postgresql://nearcast:s3cr3t-word@no.such.host.invalid/db",
		"postgresql://nearcast:s3cr3t-word@/db?host=/nowhere",
		"postgresql://nearcast:s3cr3t-word@[::1/db",
		"postgresql://nearcast:s3cr3t-word%zz@h/db",
		"postgresql://nearcast:s3cr3t-word@h:1:2/db?x=y",
		"postgresql://nearcast:p@h/db?unknown=s3cr3t-word",
	};

	for (size_t i = 0; i < ARRAY_SIZE(urls); i++) {
		_cleanup_(store_closep) struct store *s = NULL;
		struct err e = { 0 };
		int r = store_open(urls[i], &s, &e);

		if (r >= 0) {
			CHECK(strstr(store_name(s), "s3cr3t") == NULL);
			r = store_migrate(s, &e);
			CHECK_INT(r, STORE_AWAY);
		} else {
			CHECK_INT(r, -EINVAL);
		}
		CHECK(e.message[0] != '\0' && strstr(e.message, "s3cr3t") == NULL);
	}
}

TEST(a_wrong_password_is_said_without_it)
{
	_cleanup_(store_closep) struct store *s = NULL;
	_cleanup_(freep) char *where = NULL;
	const char *right = fixture_new();
	struct err e = { 0 };

	if (right == NULL)
		return;
	where = xstrdup(right);
	*strchr(where, '%') = 'X';
	REQUIRE(store_open(where, &s, &e) == 0);
	CHECK_INT(store_migrate(s, &e), STORE_AWAY);
	CHECK(strstr(e.message, "password authentication failed for user \"nearcast\"") != NULL);
	CHECK(strstr(e.message, "paX") == NULL && strstr(store_name(s), "paX") == NULL);
}

TEST(names_have_hosts_and_ports)
{
	static const char *const rows[][2] = {
		{ "postgresql://u:p@a.example,b.example:5433/db?connect_timeout=2",
		    "postgresql://u@a.example,b.example:5433/db" },
		{ "postgres://a:1,b:2/db", "postgresql://a:1,b:2/db" },
		{ "postgresql://u@/db?host=/run/pg&port=7", "postgresql://u@/run/pg:7/db" },
		{ "postgresql:///db?hostaddr=192.0.2.1,2001:db8::1", "postgresql://192.0.2.1,2001:db8::1/db" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_(store_closep) struct store *s = NULL;
		struct err e = { 0 };

		REQUIRE(store_open(rows[i][0], &s, &e) == 0);
		CHECK_STR(store_name(s), rows[i][1]);
		CHECK(store_is_shared(s));
	}
}

TEST(what_a_sqlstate_means)
{
	static const struct {
		const char *state;
		int want;
	} rows[] = { { "40001", STORE_COLLIDED }, { "40P01", STORE_COLLIDED },
		{ "55P03", STORE_COLLIDED }, { "23505", STORE_EXISTS }, { "23503", STORE_CONSTRAINT },
		{ "23514", STORE_CONSTRAINT }, { "53100", STORE_FULL }, { "57P01", STORE_AWAY },
		{ "08006", STORE_AWAY }, { "25006", STORE_AWAY }, { "XX001", STORE_CORRUPT },
		{ "42P01", STORE_OTHER }, { "42501", STORE_OTHER } };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		CHECK_INT(postgresql_classify(rows[i].state, STORE_WRITING), rows[i].want);
	CHECK_INT(postgresql_classify("25006", STORE_READING), STORE_OTHER);
}

TEST(a_backup_is_left_to_pg_dump)
{
	_cleanup_(store_closep) struct store *s = fixture_store();
	struct err e = { 0 };

	if (s == NULL)
		return;
	CHECK_INT(store_backup(s, "/tmp/x", &e), -ENOTSUP);
	CHECK(strstr(e.message, "pg_dump") != NULL);
}

static int
tell(struct store *s, void *arg, struct err *e)
{
	return store_notify(s, arg, e);
}

/* Waits for one; false when none comes. */
static bool
next_heard(struct store_listener *l, char **payload)
{
	struct pollfd fd = { store_listener_fd(l), POLLIN, 0 };

	return poll(&fd, 1, 60000) == 1 && store_listener_take(l, payload);
}

static int
tell_and_refuse(struct store *s, _unused_ void *arg, struct err *e)
{
	return store_notify(s, "never", e) < 0 ? -EIO : -ECANCELED;
}

TEST(commits_are_heard_and_after_a_loss_anything)
{
	const char *where = fixture_new();
	_cleanup_(store_closep) struct store *s = fixture_open(where);
	_cleanup_(freep) char *payload = NULL;
	struct store_listener *l = NULL;
	struct err e = { 0 };
	char text[] = "hst_1";

	if (s == NULL)
		return;
	REQUIRE(store_listener_new(where, &l, &e) == 0 && l != NULL);
	CHECK(next_heard(l, &payload) && payload == NULL);
	CHECK(store_listener_is_connected(l, &e));
	CHECK(!store_listener_take(l, &payload));

	CHECK_INT(store_transaction(s, tell_and_refuse, NULL, &e), -ECANCELED);
	CHECK_INT(store_transaction(s, tell, text, &e), 0);
	CHECK(next_heard(l, &payload));
	CHECK_STR(payload, "hst_1");
	free(TAKE(payload));

	cut_off();
	CHECK(next_heard(l, &payload) && payload == NULL);
	text[4] = '2';
	CHECK_INT(store_transaction(s, tell, text, &e), 0);
	CHECK(next_heard(l, &payload));
	CHECK_STR(payload, "hst_2");
	store_listener_free(l);
}
