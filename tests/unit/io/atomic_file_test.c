/* Files that are whole or as they were, in a folder of their own. */
#include "io/atomic_file.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "tap.h"

static char folder[64];
static char path[96];

static void
make_folder(void)
{
	(void)snprintf(folder, sizeof(folder), "/tmp/nearcast-file-XXXXXX");
	(void)mkdtemp(folder);
	(void)snprintf(path, sizeof(path), "%s/drains.json", folder);
}

static void
remove_folder(void)
{
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -rf %s", folder);
	(void)system(command);
}

static void
check_content(const char *want)
{
	_cleanup_(freep) char *text = NULL;
	struct err e = { 0 };
	size_t len = 0;

	CHECK_INT(atomic_file_read(path, 100, &text, &len, &e), 0);
	REQUIRE(text != NULL);
	CHECK_STR(text, want);
	CHECK_INT(len, strlen(want));
}

static bool
exists(const char *suffix)
{
	char name[128];

	(void)snprintf(name, sizeof(name), "%s%s", path, suffix);
	return access(name, F_OK) == 0;
}

TEST(written_read_replaced_removed)
{
	struct err e = { 0 };
	struct stat st = { 0 };

	make_folder();
	CHECK_INT(atomic_file_write(path, "one", 3, 0600, &e), 0);
	check_content("one");
	CHECK_INT(stat(path, &st), 0);
	CHECK_INT(st.st_mode & 07777, 0600);
	CHECK_INT(atomic_file_write(path, "", 0, 0600, &e), 0);
	check_content("");
	CHECK(!exists(".new"));
	CHECK_INT(atomic_file_remove(path, &e), 0);
	CHECK(!exists(""));
	CHECK_INT(atomic_file_remove(path, &e), 0);
	remove_folder();
}

TEST(what_a_power_cut_left_is_no_hindrance)
{
	struct err e = { 0 };
	char beside[128];
	FILE *f;

	make_folder();
	(void)snprintf(beside, sizeof(beside), "%s.new", path);
	f = fopen(beside, "we");
	REQUIRE(f != NULL);
	(void)fputs("half of what was to be written", f);
	(void)fclose(f);
	CHECK_INT(atomic_file_write(path, "one", 3, 0600, &e), 0);
	check_content("one");
	CHECK(!exists(".new"));
	remove_folder();
}

TEST(limits_and_what_is_no_file)
{
	_cleanup_(freep) char *text = NULL;
	struct err e = { 0 };
	size_t len;

	make_folder();
	CHECK_INT(atomic_file_read(path, 100, &text, &len, &e), -ENOENT);
	CHECK_INT(atomic_file_read(folder, 100, &text, &len, &e), -EINVAL);
	CHECK_INT(mkfifo(path, 0600), 0);
	CHECK_INT(atomic_file_read(path, 100, &text, &len, &e), -EINVAL); /* and does not wait */
	CHECK_INT(atomic_file_write(path, "123456", 6, 0600, &e), 0);
	CHECK_INT(atomic_file_read(path, 5, &text, &len, &e), -EFBIG);
	CHECK(strstr(e.message, "drains.json: it is longer than 5 bytes") != NULL);
	CHECK_INT(atomic_file_read(path, 6, &text, &len, &e), 0);
	remove_folder();
}

/* A file size limit is as a disk that is full in the middle of a write. */
static int
write_limited(const char *bytes, size_t len, rlim_t limit)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		struct rlimit l = { limit, limit };
		struct err e = { 0 };

		(void)signal(SIGXFSZ, SIG_IGN);
		(void)setrlimit(RLIMIT_FSIZE, &l);
		_exit(atomic_file_write(path, bytes, len, 0600, &e) == -EFBIG &&
			      strstr(e.message, "drains.json: File too large") != NULL
			  ? 0
			  : 1);
	}
	(void)waitpid(pid, &status, 0);
	return status;
}

TEST(a_full_disk_loses_nothing)
{
	struct err e = { 0 };

	make_folder();
	CHECK_INT(atomic_file_write(path, "old and whole", 13, 0600, &e), 0);
	CHECK_INT(write_limited("new, and too long", 17, 5), 0);
	check_content("old and whole");
	CHECK(!exists(".new"));
	remove_folder();
}

TEST(a_folder_that_is_not_there)
{
	struct err e = { 0 };

	make_folder();
	remove_folder();
	CHECK_INT(atomic_file_write(path, "one", 3, 0600, &e), -ENOENT);
	CHECK(strstr(e.message, "drains.json: No such file") != NULL);
}

TEST(pieces_are_a_file_once_all_are_there)
{
	struct err e = { 0 };
	struct atomic_file f;

	make_folder();
	CHECK_INT(atomic_file_write(path, "old", 3, 0600, &e), 0);
	REQUIRE(atomic_file_begin(&f, path, 0640, &e) == 0);
	CHECK_INT(atomic_file_put(&f, "new, ", 5, &e), 0);
	CHECK_INT(atomic_file_put(&f, "and more", 8, &e), 0);
	check_content("old");
	CHECK_INT(atomic_file_end(&f, &e), 0);
	check_content("new, and more");
	CHECK(!exists(".new"));

	REQUIRE(atomic_file_begin(&f, path, 0640, &e) == 0);
	CHECK_INT(atomic_file_put(&f, "half", 4, &e), 0);
	CHECK(exists(".new"));
	atomic_file_drop(&f);
	check_content("new, and more");
	CHECK(!exists(".new"));
	remove_folder();
	CHECK_INT(atomic_file_begin(&f, path, 0640, &e), -ENOENT);
}
