/* The program that runs: how it was started, and what has its path on the disk by now. */
#pragma once

#include <stdbool.h>

struct program {
	char *path;  /* owned; of the file that runs; NULL: not known */
	char **argv; /* borrowed */
};

void program_find(struct program *ret, char **argv);
void program_done(struct program *p);

/* Whether its path has another file now, or nobody knows. */
bool program_is_another(const struct program *p);
/*
 * For the one that follows: the arguments as they were, with `resume`, which says where the state
 * is, in place of an older one. An array that the caller frees; its elements are borrowed.
 */
char **program_arguments(const struct program *p, char *resume);
