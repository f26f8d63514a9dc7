#include "agent/program.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"

void
program_find(struct program *ret, char **argv)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	*ret = (struct program){ .argv = argv };
	if (n <= 0)
		return;
	path[n] = '\0';
	ret->path = xstrdup(path);
}

void
program_done(struct program *p)
{
	free(p->path);
}

bool
program_is_another(const struct program *p)
{
	struct stat runs, there;

	if (p->path == NULL || stat("/proc/self/exe", &runs) < 0 || stat(p->path, &there) < 0)
		return true;
	return runs.st_dev != there.st_dev || runs.st_ino != there.st_ino ||
	       runs.st_mtim.tv_sec != there.st_mtim.tv_sec ||
	       runs.st_mtim.tv_nsec != there.st_mtim.tv_nsec;
}

char **
program_arguments(const struct program *p, char *resume)
{
	size_t count = 0, kept = 0;
	char **argv;

	while (p->argv[count] != NULL)
		count++;
	argv = xcalloc(count + 2, sizeof(*argv));
	for (size_t i = 0; i < count; i++) {
		if (strncmp(p->argv[i], "--resume=", strlen("--resume=")) != 0)
			argv[kept++] = p->argv[i];
	}
	argv[kept] = resume;
	return argv;
}
