/* The journal on the disk: rotation, torn lines, questions, a disk that is full. */
#include "agent/event_files.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "tap.h"

#define SMALL (EVENT_FILES_MAX * 400u) /* two or three events a file */

static char folder[64];

static void
make_folder(void)
{
	(void)snprintf(folder, sizeof(folder), "/tmp/nearcast-events-XXXXXX");
	(void)mkdtemp(folder);
}

static void
remove_folder(void)
{
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -rf %s", folder);
	(void)system(command);
}

static struct event_files *
open_files(uint64_t max_bytes)
{
	struct event_files *f = NULL;
	struct err e = { 0 };

	if (event_files_open(folder, max_bytes, &f, &e) < 0)
		tap_fail(__FILE__, __LINE__, "%s", e.message);
	return f;
}

static int
append(struct event_files *f, uint64_t seq)
{
	struct journal_entry entry = { .seq = seq,
		.kind = seq % 2 ? EVENT_VERDICT : EVENT_NEIGHBOR_UP,
		.at_wall_ns = (int64_t)seq * NS_PER_S,
		.what = "something",
		.why = "because" };
	_cleanup_(strbuf_done) struct strbuf line = { 0 };
	struct err e = { 0 };
	json_t *json;
	char *text;

	(void)snprintf(entry.service, sizeof(entry.service), "s%d", (int)(seq % 3));
	json = event_json(&entry);
	text = json_dumps(json, JSON_COMPACT);
	strbuf_addf(&line, "%s\n", text);
	free(text);
	json_decref(json);
	return event_files_append(f, line.text, line.len, seq, seq, &e);
}

static void
append_range(struct event_files *f, uint64_t first, uint64_t last)
{
	for (uint64_t seq = first; seq <= last; seq++)
		CHECK_INT(append(f, seq), 0);
}

/* "1 2 3 upto 3", with " more" */
static const char *
ask(const struct event_files *f, struct event_query q)
{
	static char text[8192];
	struct event_result result;
	size_t i, len = 0;
	json_t *event;

	event_files_query(f, &q, &result);
	json_array_foreach (result.events, i, event)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%d ",
		    (int)json_integer_value(json_object_get(event, "seq")));
	(void)snprintf(text + len, sizeof(text) - len, "upto %d%s", (int)result.upto,
	    result.more ? " more" : "");
	json_decref(result.events);
	return text;
}

static size_t
count_files(void)
{
	DIR *d = opendir(folder);
	struct dirent *entry;
	size_t count = 0;

	while ((entry = readdir(d)) != NULL)
		count += str_starts_with(entry->d_name, "events-");
	(void)closedir(d);
	return count;
}

TEST(goes_on_where_it_was)
{
	struct event_files *f;

	make_folder();
	f = open_files(1 << 20);
	CHECK_INT(event_files_last_seq(f), 0);
	CHECK_STR(ask(f, (struct event_query){ 0 }), "upto 0");
	append_range(f, 1, 3);
	event_files_free(f);
	f = open_files(1 << 20);
	CHECK_INT(event_files_last_seq(f), 3);
	append_range(f, 4, 5);
	CHECK_STR(ask(f, (struct event_query){ 0 }), "1 2 3 4 5 upto 5");
	CHECK_INT(count_files(), 1);
	event_files_free(f);
	remove_folder();
}

TEST(questions)
{
	struct event_files *f;

	make_folder();
	f = open_files(SMALL);
	append_range(f, 1, 12);
	CHECK(count_files() > 3);
	CHECK_STR(ask(f, (struct event_query){ .filter.after = 9 }), "10 11 12 upto 12");
	CHECK_STR(ask(f, (struct event_query){ .filter.after = 12 }), "upto 12");
	CHECK_STR(ask(f, (struct event_query){ .last = 4 }), "9 10 11 12 upto 12");
	CHECK_STR(
	    ask(f, (struct event_query){ .last = 2, .filter.service = "s0" }), "9 12 upto 12");
	CHECK_STR(ask(f, (struct event_query){ .last = 100, .filter.since_ns = 11 * NS_PER_S }),
	    "11 12 upto 12");
	CHECK_STR(ask(f, (struct event_query){ .filter.kind = "verdict" }), "1 3 5 7 9 11 upto 12");
	CHECK_STR(ask(f, (struct event_query){ .filter.neighbor = "router" }), "upto 12");
	event_files_free(f);
	remove_folder();
}

TEST(bounded_in_size_and_number)
{
	struct event_files *f;

	make_folder();
	f = open_files(SMALL);
	append_range(f, 1, 100);
	CHECK_INT(count_files(), EVENT_FILES_MAX);
	CHECK(strstr(ask(f, (struct event_query){ 0 }), "99 100 upto 100") != NULL);
	CHECK(strncmp(ask(f, (struct event_query){ 0 }), "1 ", 2) != 0);
	event_files_free(f);
	f = open_files(SMALL); /* and stays so */
	append_range(f, 101, 103);
	CHECK_INT(count_files(), EVENT_FILES_MAX);
	event_files_free(f);
	remove_folder();
}

TEST(many_come_in_parts)
{
	struct event_files *f;
	char want[64];

	make_folder();
	f = open_files(16 << 20);
	for (uint64_t seq = 1; seq <= EVENT_QUERY_MAX + 5; seq += 5)
		append_range(f, seq, seq + 4);
	(void)snprintf(want, sizeof(want), "%d upto %d more", EVENT_QUERY_MAX, EVENT_QUERY_MAX);
	CHECK(strstr(ask(f, (struct event_query){ 0 }), want) != NULL);
	(void)snprintf(want, sizeof(want), "1001 1002 1003 1004 1005 upto 1005");
	CHECK_STR(ask(f, (struct event_query){ .filter.after = EVENT_QUERY_MAX }), want);
	event_files_free(f);
	remove_folder();
}

static void
add_torn(const char *text)
{
	char path[128];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/events-00000000000000000001.jsonl", folder);
	file = fopen(path, "ae");
	(void)fputs(text, file);
	(void)fclose(file);
}

TEST(a_torn_last_line_is_dropped)
{
	struct event_files *f;

	make_folder();
	f = open_files(1 << 20);
	append_range(f, 1, 2);
	event_files_free(f);
	add_torn("{\"seq\":3,\"at_wall_ns\":3000000000,\"ki");
	f = open_files(1 << 20);
	CHECK_INT(event_files_last_seq(f), 2);
	CHECK_STR(ask(f, (struct event_query){ 0 }), "1 2 upto 2");
	append_range(f, 3, 4);
	CHECK_STR(ask(f, (struct event_query){ 0 }), "1 2 3 4 upto 4");
	event_files_free(f);
	remove_folder();
}

TEST(what_is_no_event_is_passed_over)
{
	struct event_files *f;

	make_folder();
	f = open_files(1 << 20);
	append_range(f, 1, 2);
	event_files_free(f);
	add_torn("not JSON\n[]\n{\"seq\":\"x\"}\n\n");
	f = open_files(1 << 20);
	CHECK_INT(event_files_last_seq(f), 2);
	append_range(f, 3, 3);
	CHECK_STR(ask(f, (struct event_query){ 0 }), "1 2 3 upto 3");
	event_files_free(f);
	remove_folder();
}

/* In a child, whose files may not be longer than they are: as a disk that is full. */
TEST(a_full_disk_keeps_what_is_there)
{
	struct event_files *f;
	int status = -1;
	pid_t pid;

	make_folder();
	f = open_files(1 << 20);
	append_range(f, 1, 2);
	pid = fork();
	if (pid == 0) {
		struct rlimit l = { 300, 300 };
		int first, second;

		(void)signal(SIGXFSZ, SIG_IGN);
		(void)setrlimit(RLIMIT_FSIZE, &l);
		first = append(f, 3);
		second = append(f, 4);
		_exit(first == -ENOSPC && second == -ENOSPC ? 0 : 1);
	}
	(void)waitpid(pid, &status, 0);
	CHECK_INT(status, 0);
	event_files_free(f);
	f = open_files(1 << 20);
	CHECK_STR(ask(f, (struct event_query){ 0 }), "1 2 upto 2");
	append_range(f, 5, 5); /* 3 and 4 are lost, and that shows */
	CHECK_STR(ask(f, (struct event_query){ 0 }), "1 2 5 upto 5");
	event_files_free(f);
	remove_folder();
}

TEST(no_folder_no_journal)
{
	struct event_files *f = NULL;
	struct err e = { 0 };

	CHECK_INT(event_files_open("/nonexistent", 1 << 20, &f, &e), -ENOENT);
	CHECK_STR(e.message, "read folder /nonexistent: No such file or directory");
}
