/*
 * The files of a catchment. The first byte says of what kind the rest is: a list of targets,
 * weights for a small catchment, or a site's file or a merged one, which is read, reported and
 * compared.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/alloc.h"
#include "measure/catch_diff.h"
#include "measure/catch_merge.h"
#include "measure/hitlist.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PLACES_LOOKED_AT 1000

static void
read_list(enum ip_family family, bool lab, const uint8_t *data, size_t size)
{
	struct hitlist_conf conf = { family, family == IP_V4 ? 24 : 48, lab };
	struct hitlist *h = hitlist_new(&conf);
	char *text = xcalloc(size + 1, 1);
	struct strbuf report = { 0 };
	struct hitlist_counts counts;
	struct err e;
	uint64_t bad = 0;
	struct ip ip;

	memcpy(text, data, size);
	if (hitlist_read_text(h, "list", text, &report, &bad, &e) == 0 &&
	    hitlist_finish(h, &counts, &e) == 0) {
		assert(counts.targets <= HITLIST_TARGETS_MAX);
		for (uint64_t i = 0; i < MIN(counts.targets, (uint64_t)PLACES_LOOKED_AT); i++)
			assert(!hitlist_at(h, i, &ip) || ip.family == family);
	}
	assert((bad > 0) == (report.len > 0));
	strbuf_done(&report);
	hitlist_free(h);
	free(text);
}

static void
weigh(const char *path)
{
	struct catch_table t = { .family = IP_V4 };
	struct strbuf report = { 0 };
	uint64_t bad = 0;
	double unmapped;
	struct err e;

	for (uint32_t i = 0; i < 8; i++)
		(void)catch_table_add(
		    &t, ip_from_v4(0xc6336401 + (i << 8)), catch_table_site(&t, "ams"));
	catch_table_sort(&t);
	assert(catch_table_weigh(&t, path, &unmapped, &report, &bad, &e) == 0 && unmapped >= 0);
	for (size_t i = 0; i < t.count; i++)
		assert(t.rows[i].weight >= 0);
	strbuf_done(&report);
	catch_table_done(&t);
}

static void
merge(char *path)
{
	char *paths[] = { path, path, NULL };
	struct catch_merge m = { 0 };
	struct strbuf text = { 0 };
	struct err e;

	catch_merge_read(&m, paths);
	json_decref(catch_merge_to_json(&m));
	catch_merge_to_text(&m, &text);
	assert(catch_merge_write(&m, "/dev/null", 24, &e) == 0);
	strbuf_done(&text);
	catch_merge_done(&m);
}

static void
compare(const char *path)
{
	struct catch_diff d = { 0 };
	struct strbuf text = { 0 };
	struct err e;

	if (catch_diff_read(&d, path, path, path, &e) == 0) {
		assert(d.moved.targets <= d.both.targets);
		json_decref(catch_diff_to_json(&d));
		catch_diff_to_text(&d, &text);
	}
	strbuf_done(&text);
	catch_diff_done(&d);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[32];
	int fd;

	if (size == 0)
		return 0;
	if (data[0] % 8 < 4) {
		read_list(data[0] & 1 ? IP_V6 : IP_V4, data[0] & 2, data + 1, size - 1);
		return 0;
	}
	fd = memfd_create("catchment", MFD_CLOEXEC);
	assert(fd >= 0 && write(fd, data + 1, size - 1) == (ssize_t)(size - 1));
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (data[0] % 8 == 4)
		weigh(path);
	else if (data[0] % 8 == 5)
		compare(path);
	else
		merge(path);
	(void)close(fd);
	return 0;
}
