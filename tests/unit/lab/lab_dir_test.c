#include "lab/lab_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "tap.h"

static char root[] = "/tmp/nearcast-lab-dir-test.XXXXXX";

/* A root folder of its own, below one that is made on the way. */
static void
use_fresh_root(void)
{
	char path[sizeof(root) + 8];

	memcpy(root + sizeof(root) - 7, "XXXXXX", 6);
	(void)!mkdtemp(root);
	(void)snprintf(path, sizeof(path), "%s/a/labs", root);
	(void)setenv("NEARCAST_LAB_DIR", path, 1);
}

static void
drop_root(void)
{
	char command[sizeof(root) + 16];

	(void)snprintf(command, sizeof(command), "rm -rf %s", root);
	(void)!system(command);
}

static void
add_name(const char *name, void *userdata)
{
	strbuf_addf(userdata, "%s ", name);
}

static char *
list(void)
{
	struct strbuf names = { 0 };
	struct err err = { 0 };

	if (lab_dir_each(add_name, &names, &err) < 0)
		strbuf_add(&names, err.message);
	return strbuf_take(&names);
}

static void
check_list(const char *want)
{
	_cleanup_(freep) char *got = list();

	CHECK_STR(got, want);
}

TEST(the_root_follows_the_environment)
{
	static const struct {
		const char *own, *runtime, *want;
	} rows[] = {
		{ "/mine", "/run/user/1", "/mine" },
		{ NULL, "/run/user/1", "/run/user/1/nearcast/labs" },
		{ "", "/run/user/1", "/run/user/1/nearcast/labs" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		(void)unsetenv("NEARCAST_LAB_DIR");
		if (rows[i].own != NULL)
			(void)setenv("NEARCAST_LAB_DIR", rows[i].own, 1);
		(void)setenv("XDG_RUNTIME_DIR", rows[i].runtime, 1);
		_cleanup_(freep) char *got = lab_dir_root();
		CHECK_STR(got, rows[i].want);
	}
	(void)unsetenv("NEARCAST_LAB_DIR");
	(void)unsetenv("XDG_RUNTIME_DIR");
	_cleanup_(freep) char *got = lab_dir_root();
	_cleanup_(freep) char *user = xasprintf("/tmp/nearcast-%u/labs", (unsigned)geteuid());
	CHECK_STR(got, geteuid() == 0 ? "/run/nearcast/labs" : user);
}

TEST(a_folder_is_held_by_its_lock)
{
	struct lab_dir a = LAB_DIR_INIT, again = LAB_DIR_INIT;
	struct err err = { 0 };
	struct stat st;

	use_fresh_root();
	check_list("");
	CHECK_INT(lab_dir_open("a", &again, &err), -ENOENT);
	CHECK_STR(err.message, "no lab a is running");
	REQUIRE(lab_dir_create("a", &a, &err) == 0);
	CHECK(fstat(a.fd, &st) == 0 && (st.st_mode & 0777) == 0700);
	check_list("a ");
	CHECK_INT(lab_dir_create("a", &again, &err), -EEXIST);
	CHECK_INT(lab_dir_open("a", &again, &err), 0);
	lab_dir_done(&again);
	lab_dir_remove(&a);
	check_list("");
	drop_root();
}

TEST(what_a_dead_one_left_is_pruned_and_replaced)
{
	struct lab_dir a = LAB_DIR_INIT;
	struct err err = { 0 };
	_cleanup_(freep) char *path = NULL;

	use_fresh_root();
	REQUIRE(lab_dir_create("a", &a, &err) == 0);
	path = xstrdup(a.path);
	lab_dir_done(&a); /* lets the lock go, and leaves the folder */
	CHECK(access(path, F_OK) == 0);
	REQUIRE(lab_dir_create("a", &a, &err) == 0);
	lab_dir_done(&a);
	check_list("");
	CHECK(access(path, F_OK) < 0);
	drop_root();
}

static bool
has(const char *name)
{
	_cleanup_(freep) char *path = xasprintf("%s/%s", root, name);

	return access(path, F_OK) == 0;
}

static void
make(const char *what)
{
	_cleanup_(freep) char *command = xasprintf("cd %s && %s", root, what);

	CHECK_INT(system(command), 0);
}

TEST(what_is_not_a_labs_is_left_alone)
{
	struct lab_dir d = LAB_DIR_INIT;
	struct err err = { 0 };

	use_fresh_root();
	make("mkdir -m 700 a a/labs && cd a/labs && mkdir mine none held && touch mine/text file held/lock &&"
	     " mkdir locked && echo other > locked/lock && mkdir fifo && mkfifo fifo/lock && ln -s mine link");
	check_list("");
	CHECK(has("a/labs/mine/text") && has("a/labs/none") && has("a/labs/file") && has("a/labs/link"));
	CHECK(has("a/labs/held/lock") && has("a/labs/locked/lock") && has("a/labs/fifo/lock"));
	CHECK_INT(lab_dir_create("mine", &d, &err), -EPERM);
	CHECK(strstr(err.message, "/a/labs/mine is in the way, and is not a lab's") != NULL);
	CHECK_INT(lab_dir_create("link", &d, &err), -EPERM);
	CHECK_INT(lab_dir_create("file", &d, &err), -EPERM);
	CHECK_INT(lab_dir_open("mine", &d, &err), -ENOENT);
	CHECK(has("a/labs/mine/text") && has("a/labs/file"));
	CHECK_INT(lab_dir_create("none", &d, &err), 0); /* empty: half made */
	lab_dir_remove(&d);
	CHECK(!has("a/labs/none"));
	drop_root();
}

TEST(a_link_in_a_lab_is_not_followed)
{
	struct lab_dir d = LAB_DIR_INIT;
	struct err err = { 0 };

	use_fresh_root();
	make("mkdir keep && touch keep/text");
	REQUIRE(lab_dir_create("a", &d, &err) == 0);
	make("ln -s ../../../keep a/labs/a/keep && mkdir -p a/labs/a/deep/er && touch a/labs/a/deep/er/x");
	lab_dir_done(&d);
	check_list("");
	CHECK(has("keep/text") && !has("a/labs/a"));
	drop_root();
}

TEST(a_way_that_others_could_lay_is_refused)
{
	static const struct {
		const char *make, *want;
	} rows[] = {
		{ "mkdir home home/x && touch home/x/text && mkdir a && ln -s ../home a/labs",
		    "is a symbolic link" },
		{ "mkdir -p home/labs home/labs/x && touch home/x && chmod 1777 . && ln -s home a",
		    "is a symbolic link" },
		{ "mkdir -m 777 a && mkdir a/labs", "anyone may replace \"labs\"" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		use_fresh_root();
		make(rows[i].make);
		_cleanup_(freep) char *got = list();
		CHECK(strstr(got, rows[i].want) != NULL);
		drop_root();
	}
	if (geteuid() != 0)
		return; /* only root can give folders away */
	static const char *const given[] = { "mkdir -p a/labs && chown 65533 a/labs",
		"chmod 1777 . && mkdir -p a/labs && chown 65533 a" };
	for (size_t i = 0; i < ARRAY_SIZE(given); i++) {
		use_fresh_root();
		make(given[i]);
		_cleanup_(freep) char *got = list();
		CHECK(strstr(got, "belongs to someone else") != NULL);
		drop_root();
	}
	/* What root or we linked in a folder that is ours is a way like any other. */
	use_fresh_root();
	make("mkdir -m 700 b b/labs && ln -s b a");
	check_list("");
	drop_root();
}

TEST(bad_names_and_folders_are_refused)
{
	static const char *const names[] = { "", ".", "..", "a/b", ".hidden", "a b", "\xc3\xa9" };
	struct lab_dir d = LAB_DIR_INIT;
	struct err err = { 0 };

	use_fresh_root();
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		CHECK_INT(lab_dir_create(names[i], &d, &err), -EINVAL);
		CHECK_INT(lab_dir_open(names[i], &d, &err), -ENOENT);
	}
	CHECK_INT(lab_dir_create("a", &d, &err), 0);
	lab_dir_remove(&d);
	CHECK_INT(chmod(getenv("NEARCAST_LAB_DIR"), 0777), 0);
	CHECK_INT(lab_dir_create("a", &d, &err), -EPERM);
	CHECK(strstr(err.message, "others may write to the folder ") == err.message);
	drop_root();
}

TEST(the_tail_of_a_log_is_whole_lines)
{
	struct lab_dir d = LAB_DIR_INIT;
	struct err err = { 0 };
	struct strbuf tail = { 0 };

	use_fresh_root();
	REQUIRE(lab_dir_create("a", &d, &err) == 0);
	lab_dir_log_tail(&d, "none.log", &tail);
	CHECK_STR(strbuf_get(&tail), "");
	int fd = openat(d.fd, "logs/some.log", O_WRONLY | O_CREAT, 0600);
	FILE *f = fdopen(fd, "w");
	REQUIRE(f != NULL);
	for (int i = 0; i < 100; i++)
		(void)fprintf(f, "line %d\n", i);
	(void)fclose(f);
	lab_dir_log_tail(&d, "some.log", &tail);
	CHECK_STR(strbuf_get(&tail),
	    "\n  line 92\n  line 93\n  line 94\n  line 95\n  line 96\n  line 97\n  line 98\n  line 99");
	strbuf_done(&tail);
	/* One line that is longer than what is read: its end. */
	fd = openat(d.fd, "logs/long.log", O_WRONLY | O_CREAT, 0600);
	char *text = xmalloc(5000);
	memset(text, 'x', 5000);
	CHECK_INT(write(fd, text, 5000), 5000);
	close(fd);
	free(text);
	lab_dir_log_tail(&d, "long.log", &tail);
	CHECK_INT(tail.len, 3 + 700);
	strbuf_done(&tail);
	lab_dir_remove(&d);
	drop_root();
}
