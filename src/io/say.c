#include "io/say.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
say_print(const char *program, const char *text)
{
	if (fputs(text, stdout) != EOF && fflush(stdout) == 0)
		return EXIT_SUCCESS;
	(void)fprintf(stderr, "%s: stdout: %s\n", program, strerror(errno));
	return EXIT_FAILURE;
}

void
say_wrong_use(const char *program, const char *usage, const char *problem, const char *what)
{
	(void)fprintf(stderr, "%s: %s%s\n%s", program, problem, what, usage);
	exit(SAY_EXIT_USAGE);
}
