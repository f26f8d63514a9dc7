/* What a file can be, and what happens to the process that writes to it. */
#include "store/sqlite.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "fixture.h"
#include "lab/userns.h"
#include "store/listener.h"
#include "tap.h"

static mode_t
mode_of(const char *where, const char *suffix)
{
	_cleanup_(freep) char *path = xasprintf("%s%s", where, suffix);
	struct stat st;

	return stat(path, &st) < 0 ? 0 : st.st_mode & 07777;
}

TEST(only_its_user_may_read_it)
{
	mode_t before = umask(0);
	const char *where = fixture_new();
	_cleanup_(store_closep) struct store *s = fixture_open(where);

	(void)umask(before);
	REQUIRE(s != NULL);
	CHECK_INT(mode_of(where, ""), 0600);
	CHECK_INT(mode_of(where, "-wal"), 0600);
	CHECK_INT(mode_of(where, "-shm"), 0600);
	CHECK_STR(store_name(s), where);
	CHECK(!store_is_shared(s));
}

TEST(nobody_tells_of_a_file)
{
	struct store_listener *l = NULL;
	struct err e = { 0 };
	char *payload = NULL;

	CHECK_INT(store_listener_new(fixture_new(), &l, &e), 0);
	CHECK(l == NULL && store_listener_fd(l) == -1 && !store_listener_take(l, &payload));
	CHECK(store_listener_is_connected(l, &e));
	store_listener_free(l);
}

TEST(what_is_no_name_of_a_store)
{
	static const char *const bad[] = { "", "http://example.net/", "sqlite:///x",
		"mysql://u:word@h/db" };

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct store *s = NULL;
		struct err e = { 0 };

		CHECK_INT(store_open(bad[i], &s, &e), -EINVAL);
		CHECK(s == NULL && e.message[0] && !strstr(e.message, "word"));
	}
}

TEST(a_file_that_cannot_be_is_named)
{
	_cleanup_(store_closep) struct store *s = NULL;
	struct err e = { 0 };

	REQUIRE(store_open("/nowhere/at/all.db", &s, &e) == 0);
	CHECK_INT(store_migrate(s, &e), STORE_OTHER);
	CHECK_STR(e.message, "/nowhere/at/all.db: No such file or directory");
}

static void
write_file(const char *path, const char *bytes, size_t len, off_t at)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0 || pwrite(fd, bytes, len, at) != (ssize_t)len)
		tap_fail(__FILE__, __LINE__, "write %s", path);
	(void)close(fd);
}

TEST(where_there_must_be_one_none_is_made)
{
	const char *where = fixture_new();
	_cleanup_(store_closep) struct store *s = NULL;
	struct err e = { 0 };

	REQUIRE(store_open(where, &s, &e) == 0);
	store_must_exist(s);
	CHECK_INT(store_migrate(s, &e), STORE_OTHER);
	CHECK(strstr(e.message, "there is no store at") != NULL);
	CHECK_INT(access(where, F_OK), -1);
	/* nor of an empty file */
	write_file(where, "", 0, 0);
	CHECK_INT(store_migrate(s, &e), STORE_OTHER);
	CHECK(strstr(e.message, "there is no store at") != NULL);
}

/* Nor is a file made where the one that was opened is no more. */
TEST(a_file_that_was_replaced_is_not_written_to)
{
	static const char sql[] = "INSERT INTO sites (id, name, created_at) VALUES ('a', 'a', 0)";
	const char *where = fixture_new();
	_cleanup_(freep) char *aside = xasprintf("%s.aside", where);
	_cleanup_(store_closep) struct store *s = fixture_open(where), *other = NULL;
	struct store_mark mark;
	struct err e = { 0 };

	REQUIRE(s != NULL && store_open(where, &other, &e) == 0);
	store_mark(s, &mark);
	CHECK(mark.is_known);
	store_expect(other, &mark);
	CHECK_INT(store_check(other, &e), 0);
	CHECK_INT(rename(where, aside), 0);
	CHECK_INT(fixture_do(s, sql, &e), STORE_REPLACED);
	CHECK(strstr(e.message, "was removed while it was open") != NULL);
	CHECK_INT(fixture_do(other, sql, &e), STORE_REPLACED);
	CHECK_INT(access(where, F_OK), -1);
	write_file(where, "x", 1, 0);
	CHECK_INT(store_check(s, &e), STORE_REPLACED);
	CHECK(strstr(e.message, "another file than the one that was opened") != NULL);
	CHECK_INT(fixture_int(s, "SELECT count(*) FROM sites"), 0);
	CHECK_INT(rename(aside, where), 0);
	CHECK_INT(fixture_do(s, sql, &e), 1);
	CHECK_INT(fixture_int(other, "SELECT count(*) FROM sites"), 1);
	/* whoever expects nothing opens what is there */
	store_close(TAKE(other));
	REQUIRE(store_open(where, &other, &e) == 0);
	CHECK_INT(store_check(other, &e), 0);
}

/* What a transaction costs is counted, whatever comes of it. */
TEST(transactions_are_counted)
{
	_cleanup_(store_closep) struct store *s = fixture_store();
	struct store_counts *counts = store_counts_new();
	struct store_figures f;
	struct err e = { 0 };

	REQUIRE(s != NULL);
	store_count(s, counts);
	CHECK_INT(fixture_do(s, "INSERT INTO counters (name, number) VALUES ('x', 1)", &e), 1);
	CHECK_INT(
	    fixture_do(s, "INSERT INTO counters (name, number) VALUES ('x', 1)", &e), STORE_EXISTS);
	store_counts_read(counts, &f);
	CHECK_INT(f.writes.count, 2);
	CHECK_INT(f.reads.count, 0);
	CHECK_INT(f.again, 0);
	for (size_t i = 0; i < STORE_ERRORS; i++)
		CHECK_INT(f.failures[i], store_error_at(i) == STORE_EXISTS);
	store_count(s, NULL);
	store_counts_free(counts);
}

TEST(what_is_no_database_is_corrupt)
{
	const char *where = fixture_new();
	_cleanup_(store_closep) struct store *s = NULL;
	struct err e = { 0 };
	char junk[8192];

	memset(junk, 'x', sizeof(junk));
	write_file(where, junk, sizeof(junk), 0);
	REQUIRE(store_open(where, &s, &e) == 0);
	CHECK_INT(store_migrate(s, &e), STORE_CORRUPT);
	CHECK(strstr(e.message, "file is not a database") != NULL);
}

TEST(a_broken_page_is_corrupt)
{
	const char *where = fixture_new();
	_cleanup_(store_closep) struct store *s = fixture_open(where);
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	struct err e = { 0 };
	char junk[4096];
	off_t at;

	REQUIRE(s != NULL);
	at = (fixture_int(s, "SELECT rootpage FROM sqlite_master WHERE name = 'sites'") - 1) * 4096;
	store_close(TAKE(s));
	memset(junk, 0xa5, sizeof(junk));
	write_file(where, junk, sizeof(junk), at);
	REQUIRE(store_open(where, &s, &e) == 0);
	CHECK_INT(store_query(s, &rows, &e, "SELECT * FROM sites"), STORE_CORRUPT);
	CHECK_INT(fixture_do(s, "INSERT INTO sites (id, name, created_at) VALUES ('a', 'a', 0)", &e),
	    STORE_CORRUPT);
	CHECK_INT(fixture_int(s, "SELECT count(*) FROM hosts"), 0);
}

TEST(the_database_of_another_program_is_left_alone)
{
	const char *where = fixture_new();
	_cleanup_(store_closep) struct store *s = NULL;
	struct err e = { 0 };
	sqlite3 *db = NULL;

	REQUIRE(sqlite3_open(where, &db) == SQLITE_OK);
	CHECK_INT(sqlite3_exec(db, "CREATE TABLE bookmarks (url)", NULL, NULL, NULL), SQLITE_OK);
	(void)sqlite3_close(db);
	REQUIRE(store_open(where, &s, &e) == 0);
	CHECK_INT(store_migrate(s, &e), STORE_SCHEMA);
	CHECK(strstr(e.message, "a database of another program") != NULL);
}

static int
insert_site(struct store *s, void *arg, struct err *e)
{
	const int64_t *n = arg;
	char id[32];

	(void)snprintf(id, sizeof(id), "%" PRId64, *n);
	return store_do(s, e,
	    "INSERT INTO sites (id, name, description, created_at) VALUES ($1, $1, $2, $3)",
	    SQL_TEXT(id),
	    SQL_TEXT("as long as one likes, so that it takes room: 0123456789 0123456789 0123456789"),
	    SQL_INT(*n));
}

/* Writes as fast as it can, and says each number once it is committed. */
static void
write_for_ever(const char *where, int say)
{
	struct store *s = NULL;

	if (store_open(where, &s, NULL) < 0)
		_exit(1);
	for (int64_t n = 1;; n++) {
		if (store_transaction(s, insert_site, &n, NULL) != 1 ||
		    write(say, &n, sizeof(n)) != sizeof(n))
			_exit(1);
	}
}

TEST(killed_at_any_moment_all_that_was_acknowledged_is_there)
{
	const char *where = fixture_new();

	for (int64_t round = 1; round <= 5; round++) {
		_cleanup_(store_closep) struct store *s = fixture_open(where);
		int64_t n = 0, last = 0;
		struct err e = { 0 };
		int pipes[2];
		pid_t pid;

		REQUIRE(s != NULL && fixture_do(s, "DELETE FROM sites", &e) >= 0);
		store_close(TAKE(s));
		REQUIRE(pipe2(pipes, O_CLOEXEC) == 0);
		pid = fork();
		if (pid == 0)
			write_for_ever(where, pipes[1]);
		(void)close(pipes[1]);
		while (last < 20 * round && read(pipes[0], &n, sizeof(n)) == sizeof(n))
			last = n;
		CHECK_INT(last, 20 * round);
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, NULL, 0);
		while (read(pipes[0], &n, sizeof(n)) == sizeof(n))
			last = n;
		(void)close(pipes[0]);
		s = fixture_open(where);
		REQUIRE(s != NULL);
		n = fixture_int(s, "SELECT count(*) FROM sites");
		/* the last may have been committed, and not yet said */
		CHECK(n == last || n == last + 1);
		CHECK_INT(fixture_int(s, "SELECT max(created_at) FROM sites"), n);
	}
}

/* In a child: writes until there is no room, makes room, goes on. Its exit status is 0, or what is wrong. */
static int
fill_up(const char *where, bool (*more_room)(const char *where))
{
	struct store *s = NULL;
	struct err e = { 0 };
	int64_t n = 0, full;
	int r = 1;

	if (store_open(where, &s, &e) < 0 || store_migrate(s, &e) < 0) {
		tap_fail(__FILE__, __LINE__, "%s", e.message);
		return 1;
	}
	while (r == 1 && n < 20000) {
		n++;
		r = store_transaction(s, insert_site, &n, &e);
	}
	(void)printf("# %" PRId64 " rows, then: %s\n", n - 1, e.message);
	(void)fflush(stdout);
	if (r != STORE_FULL || e.code != STORE_FULL)
		return 2;
	if (fixture_int(s, "SELECT count(*) FROM sites") != n - 1)
		return 3;
	if (!more_room(where))
		return 4;
	for (full = n; n < full + 100; n++) {
		if (store_transaction(s, insert_site, &n, &e) != 1)
			return 5;
	}
	store_close(TAKE(s));
	if (store_open(where, &s, &e) < 0)
		return 6;
	r = fixture_int(s, "SELECT count(*) FROM sites") == n - 1 ? 0 : 7;
	store_close(s);
	return r;
}

static bool
raise_limit(_unused_ const char *where)
{
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };

	return getrlimit(RLIMIT_FSIZE, &limit) == 0 &&
	    setrlimit(RLIMIT_FSIZE, &(struct rlimit){ limit.rlim_max, limit.rlim_max }) == 0;
}

static int
child_with_limit(const char *where)
{
	struct rlimit limit;

	(void)signal(SIGXFSZ, SIG_IGN);
	if (getrlimit(RLIMIT_FSIZE, &limit) < 0)
		return 10;
	limit.rlim_cur = 1500000;
	if (setrlimit(RLIMIT_FSIZE, &limit) < 0)
		return 10;
	return fill_up(where, raise_limit);
}

static bool
enlarge(_unused_ const char *where)
{
	return mount("full", "/tmp", "tmpfs", MS_REMOUNT, "size=16m") == 0;
}

#define NOT_ALLOWED 20

static int
child_on_small_disk(_unused_ const char *where)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();

	/* without a map no file could belong to anybody */
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0 || userns_map_root(uid, gid, NULL) < 0 ||
	    mount("full", "/tmp", "tmpfs", 0, "size=4m") < 0)
		return NOT_ALLOWED;
	return fill_up("/tmp/full.db", enlarge);
}

static int
run_child(int (*child)(const char *where), const char *where)
{
	int status = -1;
	pid_t pid;

	(void)fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(child(where));
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

TEST(a_file_at_its_limit_is_full_and_well_when_there_is_room)
{
	CHECK_INT(run_child(child_with_limit, fixture_new()), 0);
}

TEST(a_full_disk_is_full_and_well_when_there_is_room)
{
	int r = run_child(child_on_small_disk, NULL);

	if (r == NOT_ALLOWED)
		tap_skip("no user namespaces");
	else
		CHECK_INT(r, 0);
}

static const char *backed_up;
static int wrote;

static void
write_or_back_up(unsigned number)
{
	_cleanup_(freep) char *copy = xasprintf("%s.backup", backed_up);
	_cleanup_(store_closep) struct store *s = NULL;
	struct err e = { 0 };

	if (store_open(backed_up, &s, &e) < 0)
		return;
	if (number == 0 && store_backup(s, copy, &e) < 0)
		(void)fprintf(stderr, "# %s\n", e.message);
	for (int64_t n = 1; number == 1 && n <= 50; n++)
		wrote += store_transaction(s, insert_site, &n, &e);
}

TEST(backed_up_while_others_write)
{
	_cleanup_(store_closep) struct store *s = NULL, *back = NULL;
	_cleanup_(freep) char *copy = NULL;
	struct err e = { 0 };

	backed_up = fixture_new();
	copy = xasprintf("%s.backup", backed_up);
	s = fixture_open(backed_up);
	REQUIRE(s != NULL);
	fixture_threads(2, write_or_back_up);
	CHECK_INT(wrote, 50);
	CHECK_INT(mode_of(copy, ""), 0600);
	CHECK_INT(mode_of(copy, ".new"), 0);
	CHECK_INT(store_backup(s, copy, &e), -EEXIST);
	CHECK_INT(store_backup(s, "/nowhere/copy.db", &e), -ENOENT);
	CHECK_INT(fixture_int(s, "SELECT count(*) FROM sites"), 50);
	back = fixture_open(copy);
	REQUIRE(back != NULL);
	/* the first so many, without a hole */
	CHECK_INT(fixture_int(back, "SELECT count(*) - coalesce(max(created_at), 0) FROM sites"), 0);
}

TEST(what_a_code_means)
{
	static const struct {
		int code, saved, want;
	} rows[] = { { SQLITE_BUSY_SNAPSHOT, 0, STORE_COLLIDED }, { SQLITE_LOCKED, 0, STORE_COLLIDED },
		{ SQLITE_CONSTRAINT_UNIQUE, 0, STORE_EXISTS },
		{ SQLITE_CONSTRAINT_PRIMARYKEY, 0, STORE_EXISTS },
		{ SQLITE_CONSTRAINT_CHECK, 0, STORE_CONSTRAINT }, { SQLITE_FULL, 0, STORE_FULL },
		{ SQLITE_IOERR_WRITE, EDQUOT, STORE_FULL }, { SQLITE_IOERR_SHMSIZE, ENOSPC, STORE_FULL },
		{ SQLITE_IOERR_WRITE, EIO, STORE_OTHER }, { SQLITE_IOERR_FSYNC, ENOSPC, STORE_OTHER },
		{ SQLITE_NOTADB, 0, STORE_CORRUPT }, { SQLITE_READONLY, 0, STORE_OTHER } };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		CHECK_INT(sqlite_classify(rows[i].code, rows[i].saved), rows[i].want);
}
