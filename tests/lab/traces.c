#include "traces.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "io/loop.h"
#include "lab/client.h"

int
traces_take(struct lab *lab, const struct lab_plan *plan, struct traces *ret, struct err *err)
{
	struct traces t = {
		.nodes = xcalloc(plan->node_count, sizeof(*t.nodes)),
		.directory = xstrdup(lab_directory(lab)),
	};

	for (; t.node_count < plan->node_count; t.node_count++) {
		int r = client_get_namespaces(lab, plan->nodes[t.node_count].name, &t.nodes[t.node_count], err);

		if (r < 0) {
			traces_done(&t);
			return r;
		}
	}
	*ret = t;
	return 0;
}

void
traces_done(struct traces *t)
{
	for (size_t i = 0; i < t->node_count; i++)
		client_namespaces_done(&t->nodes[i]);
	free(t->nodes);
	free(t->directory);
	*t = (struct traces){ 0 };
}

/* Whether a link, of a process or its descriptor, is to one of them. */
static bool
is_trace(const struct traces *t, const struct stat *link)
{
	struct stat st;

	for (size_t i = 0; i < t->node_count; i++)
		for (size_t k = 0; k < t->nodes[i].count; k++)
			if (fstat(t->nodes[i].fds[k], &st) == 0 && st.st_ino == link->st_ino &&
			    st.st_dev == link->st_dev)
				return true;
	return false;
}

/* Whether some link in /proc/<pid>/ns or /proc/<pid>/fd leads to one. */
static bool
has_any(const struct traces *t, const char *pid, const char *kind)
{
	_cleanup_(freep) char *path = xasprintf("/proc/%s/%s", pid, kind);
	DIR *dir = opendir(path);
	bool found = false;

	for (struct dirent *e; dir != NULL && !found && (e = readdir(dir)) != NULL;) {
		struct stat st;

		found = fstatat(dirfd(dir), e->d_name, &st, 0) == 0 && is_trace(t, &st);
	}
	if (dir != NULL)
		(void)closedir(dir);
	return found;
}

/* Its name, and whether it has ended: "123 (sh) Z ...". */
static bool
is_zombie(const char *pid, char name[static 32])
{
	_cleanup_(freep) char *path = xasprintf("/proc/%s/stat", pid);
	FILE *f = fopen(path, "re");
	char state = 'Z';

	if (f != NULL && fscanf(f, "%*d (%30[^)]) %c", name, &state) != 2)
		state = 'Z';
	if (f != NULL)
		(void)fclose(f);
	return state == 'Z' || state == 'X';
}

size_t
traces_left(const struct traces *t, struct strbuf *out)
{
	_cleanup_(freep) char *own = xasprintf("%d", (int)getpid());
	DIR *proc = opendir("/proc");
	size_t left = 0;

	for (struct dirent *e; proc != NULL && (e = readdir(proc)) != NULL;) {
		char name[32] = "";

		if (!ascii_is_digit(e->d_name[0]) || strcmp(e->d_name, own) == 0 || is_zombie(e->d_name, name) ||
		    (!has_any(t, e->d_name, "ns") && !has_any(t, e->d_name, "fd")))
			continue;
		left++;
		if (out != NULL)
			strbuf_addf(out, "# left: process %s (%s)\n", e->d_name, name);
	}
	if (proc != NULL)
		(void)closedir(proc);
	return left;
}

bool
traces_vanish(const struct traces *t)
{
	struct instant end = instant_add(clock_now(), DURATION_S(10));
	_cleanup_(strbuf_done) struct strbuf left = { 0 };

	while (!instant_reached(end, clock_now())) {
		if (access(t->directory, F_OK) < 0 && traces_left(t, NULL) == 0)
			return true;
		nanosleep(&(struct timespec){ .tv_nsec = 20 * NS_PER_MS }, NULL);
	}
	(void)traces_left(t, &left);
	printf("%s# the folder %s is %s\n", strbuf_get(&left), t->directory,
	    access(t->directory, F_OK) < 0 ? "gone" : "there");
	return false;
}
