#include "io/process_figures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/alloc.h"

double
process_cpu_s(void)
{
	struct rusage u = { 0 };

	(void)getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

uint64_t
process_resident_bytes(void)
{
	_cleanup_(freep) char *text = NULL;
	FILE *file = fopen("/proc/self/statm", "re");
	uint64_t pages = 0;
	size_t room = 0;
	char *resident;

	if (file == NULL)
		return 0;
	/* in pages: all, resident, ... */
	if (getline(&text, &room, file) > 0 && (resident = strchr(text, ' ')) != NULL)
		pages = strtoull(resident, NULL, 10);
	(void)fclose(file);
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}
