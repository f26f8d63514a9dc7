/*
 * The request "dump": writes what is said with a neighbor to a file, from now on.
 *
 * The file's place is ours: the folder `dumps` beside the control socket. Who asks may have fewer
 * rights than we, and must not choose.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "agent/agent_internal.h"
#include "agent/dump.h"
#include "base/alloc.h"
#include "base/strbuf.h"

#define FILES_MAX 100 /* the folder mostly lies in memory (/run) */
#define BYTES_MIN 4096
#define BYTES_MAX (INT64_C(1) << 30)
#define BYTES_DEFAULT (INT64_C(10) << 20)

const char *const agent_dump_formats[] = { "mrt", "text", NULL };
const char *const agent_dump_actions[] = { "start", "stop", NULL };

static const char *
text_of(const json_t *request, const char *key, const char *otherwise)
{
	const char *text = json_string_value(json_object_get(request, key));

	return text ? text : otherwise;
}

/* Beside the control socket; owned by the caller. */
static char *
folder_path(const char *control)
{
	const char *slash = strrchr(control, '/');

	return slash ? xasprintf("%.*s/dumps", (int)(slash - control), control) : xstrdup("dumps");
}

static int
count_files(const char *folder, size_t *ret)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	size_t n = 0;

	if (dir == NULL)
		return -errno;
	while ((entry = readdir(dir)) != NULL)
		n += entry->d_name[0] != '.';
	(void)closedir(dir);
	*ret = n;
	return 0;
}

/* The folder is there, is ours alone, and has room for one file more. */
static int
open_folder(const char *folder, struct err *e)
{
	struct stat st;
	size_t files = 0;
	int r;

	if (mkdir(folder, 0700) < 0 && errno != EEXIST)
		return err_errno(e, -errno, "make folder %s", folder);
	if (lstat(folder, &st) < 0)
		return err_errno(e, -errno, "folder %s", folder);
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() || st.st_mode & 022)
		return err_set(
		    e, -EPERM, "%s is no folder that only the agent may write to", folder);
	r = count_files(folder, &files);
	if (r < 0)
		return err_errno(e, r, "folder %s", folder);
	if (files >= FILES_MAX)
		return err_set(e, -EMFILE, "%s has %zu files; remove some first", folder, files);
	return 0;
}

/* FOLDER/NEIGHBOR-20261123T070000.123Z.mrt; names of neighbors are fit for files (CONF_NAME). */
static char *
file_path(const char *folder, const char *neighbor, enum dump_format format)
{
	int64_t ns = clock_wall_ns();
	time_t seconds = (time_t)(ns / NS_PER_S);
	char day[32];
	struct tm tm;

	(void)strftime(day, sizeof(day), "%Y%m%dT%H%M%S", gmtime_r(&seconds, &tm));
	return xasprintf("%s/%s-%s.%03dZ.%s", folder, neighbor, day,
	    (int)(ns % NS_PER_S / NS_PER_MS), format == DUMP_MRT ? "mrt" : "txt");
}

/* False, with the names there are in *e: none is called so. */
static bool
has_neighbor(const struct agent *a, const char *name, struct err *e)
{
	_cleanup_(strbuf_done) struct strbuf names = { 0 };

	if (a->conf->announcer != AGENT_ANNOUNCER_SPEAKER)
		return true; /* the announcer says what it cannot do */
	for (size_t i = 0; i < a->neighbor_count; i++) {
		if (strcmp(a->neighbors[i].name, name) == 0)
			return true;
		strbuf_addf(&names, "%s%s", i > 0 ? ", " : "", a->neighbors[i].name);
	}
	(void)err_set(e, -ENOENT, "no neighbor is called \"%s\"; the agent has %s", name,
	    names.len > 0 ? strbuf_get(&names) : "none");
	return false;
}

static json_t *
start(struct agent *a, const json_t *request, const char *neighbor, struct err *e)
{
	_cleanup_(freep) char *folder = folder_path(a->conf->control), *path = NULL;
	const char *word = text_of(request, "format", agent_dump_formats[0]);
	enum dump_format format = strcmp(word, "text") == 0 ? DUMP_TEXT : DUMP_MRT;
	const json_t *limit = json_object_get(request, "max_bytes");
	int64_t max_bytes = limit ? json_integer_value(limit) : BYTES_DEFAULT;

	if (max_bytes < BYTES_MIN || max_bytes > BYTES_MAX) {
		(void)err_set(
		    e, -ERANGE, "max_bytes: expected %d to %lld", BYTES_MIN, (long long)BYTES_MAX);
		return NULL;
	}
	if (open_folder(folder, e) < 0)
		return NULL;
	path = file_path(folder, neighbor, format);
	if (announcer_dump_start(a->announcer, neighbor, format, path, (uint64_t)max_bytes, e) < 0)
		return NULL;
	return json_pack("{s:s, s:s, s:s, s:I}", "neighbor", neighbor, "path", path, "format", word,
	    "max_bytes", (json_int_t)max_bytes);
}

/* What was written so far is told, since nobody can ask for it later. */
static json_t *
stop(struct agent *a, const char *neighbor, struct err *e)
{
	json_auto_t *all = announcer_status(a->announcer, clock_now());
	json_t *n, *dump = NULL, *answer;
	size_t i;

	json_array_foreach (all, i, n) {
		if (strcmp(text_of(n, "name", ""), neighbor) == 0)
			dump = json_object_get(n, "dump");
	}
	if (announcer_dump_stop(a->announcer, neighbor, e) < 0)
		return NULL;
	answer = json_pack("{s:s}", "neighbor", neighbor);
	if (answer && dump)
		(void)json_object_update(answer, dump);
	return answer;
}

json_t *
agent_answer_dump(void *userdata, const json_t *request, struct err *e)
{
	const char *neighbor = text_of(request, "neighbor", "");
	struct agent *a = userdata;

	if (!has_neighbor(a, neighbor, e))
		return NULL;
	if (strcmp(text_of(request, "action", ""), "start") == 0)
		return start(a, request, neighbor, e);
	return stop(a, neighbor, e);
}
