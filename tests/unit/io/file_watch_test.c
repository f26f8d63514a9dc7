/* Files that come and go in every way that a file can. */
#include "io/file_watch.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "tap.h"
#include "wait.h"

struct fixture {
	sd_event *loop;
	char root[64];
	char *folder, *path, *other;
	struct file_watch *watch;
	int calls;
	bool present;
	char line[FILE_WATCH_LINE_MAX];
	bool want_present;
	const char *want_line;
};

static void
on_change(void *userdata, bool present, const char *line)
{
	struct fixture *f = userdata;

	f->calls++;
	f->present = present;
	(void)snprintf(f->line, sizeof(f->line), "%s", line);
}

static bool
is_as_wanted(void *userdata)
{
	const struct fixture *f = userdata;

	return f->present == f->want_present && strcmp(f->line, f->want_line) == 0 &&
	       file_watch_is_present(f->watch) == f->present &&
	       strcmp(file_watch_line(f->watch), f->line) == 0;
}

/* Waits until it was told. */
static void
expect(struct fixture *f, int line, bool present, const char *text)
{
	f->want_present = present;
	f->want_line = text;
	if (!wait_for(f->loop, is_as_wanted, f))
		tap_fail(__FILE__, line, "got %d \"%s\"", f->present, f->line);
}
#define EXPECT(present, text) expect(&f, __LINE__, present, text)

static void
write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	REQUIRE(file != NULL);
	CHECK(fputs(text, file) >= 0);
	CHECK_INT(fclose(file), 0);
}

static struct fixture
setup(void)
{
	struct fixture f = { .root = "/tmp/nearcast-file-watch.XXXXXX" };

	CHECK(mkdtemp(f.root) != NULL);
	f.folder = xasprintf("%s/folder", f.root);
	f.path = xasprintf("%s/drain", f.folder);
	f.other = xasprintf("%s/other", f.folder);
	CHECK_INT(mkdir(f.folder, 0755), 0);
	CHECK(sd_event_new(&f.loop) >= 0);
	return f;
}

static void
start(struct fixture *f)
{
	struct err e = { 0 };

	CHECK_INT(file_watch_new(f->loop, f->path, on_change, f, &f->watch, &e), 0);
}

static void
teardown(struct fixture *f)
{
	file_watch_free(f->watch);
	(void)sd_event_unref(f->loop);
	(void)unlink(f->path);
	(void)unlink(f->other);
	(void)rmdir(f->folder);
	(void)rmdir(f->root);
	free(f->folder);
	free(f->path);
	free(f->other);
}

TEST(comes_changes_and_goes)
{
	struct fixture f = setup();

	start(&f);
	CHECK(!file_watch_is_present(f.watch));
	write_file(f.path, "new kernel\nand more\n");
	EXPECT(true, "new kernel");
	write_file(f.path, "new disk");
	EXPECT(true, "new disk");
	CHECK_INT(unlink(f.path), 0);
	EXPECT(false, "");
	teardown(&f);
}

/* A link makes no writer that could close it. */
TEST(by_rename_and_by_link)
{
	struct fixture f = setup();

	start(&f);
	write_file(f.other, "moved");
	CHECK_INT(rename(f.other, f.path), 0);
	EXPECT(true, "moved");
	CHECK_INT(rename(f.path, f.other), 0);
	EXPECT(false, "");
	CHECK_INT(link(f.other, f.path), 0);
	EXPECT(true, "moved");
	CHECK_INT(f.calls, 3);
	teardown(&f);
}

TEST(there_from_the_start)
{
	struct fixture f = setup();

	write_file(f.path, "");
	start(&f);
	CHECK(file_watch_is_present(f.watch));
	CHECK_STR(file_watch_line(f.watch), "");
	CHECK_INT(unlink(f.path), 0);
	f.present = true;
	EXPECT(false, "");
	teardown(&f);
}

/* A first line that is too long is cut, and one that is no text mended. */
TEST(what_is_no_line)
{
	struct fixture f = setup();
	char text[400], want[FILE_WATCH_LINE_MAX];

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	memset(want, 'x', sizeof(want));
	want[sizeof(want) - 1] = '\0';
	start(&f);
	write_file(f.path, text);
	EXPECT(true, want);
	CHECK_INT(unlink(f.path), 0);
	EXPECT(false, "");
	/* nobody writes to it: it must not be waited for */
	CHECK_INT(mkfifo(f.path, 0600), 0);
	EXPECT(true, "");
	teardown(&f);
}

/* Removed with its folder, and in a folder that came later. */
TEST(with_its_folder)
{
	struct fixture f = setup();

	write_file(f.path, "one");
	start(&f);
	f.present = true;
	CHECK_INT(unlink(f.path), 0);
	CHECK_INT(rmdir(f.folder), 0);
	EXPECT(false, "");
	CHECK_INT(mkdir(f.folder, 0755), 0);
	write_file(f.path, "two");
	EXPECT(true, "two");
	CHECK_INT(unlink(f.path), 0);
	EXPECT(false, "");
	teardown(&f);
}
