/*
 * The last steps before a command of a node runs, for the supervisor and for those who enter from outside.
 */
#pragma once

#include <stdbool.h>

#include "base/attr.h"

/* A step in a child that did not work; plain data, so that it can go through a pipe. */
struct exec_failure {
	int code; /* errno */
	bool executing; /* it was the last one, execve(2) itself */
	char what[60];
};

/*
 * Resets signals, replaces the environment and executes argv (argv[0] looked up in its PATH). Only comes
 * back when that failed.
 */
struct exec_failure exec_now(const char *const *argv, char **environment);

/*
 * Lets the calling process open as many files as it may; what it executes later by exec_now() has the limit of
 * before, as old programs fail with high ones (select(2)).
 */
void exec_raise_file_limit(void);

/*
 * The caller's environment with PATH beginning at the folder of the running executable and the sbin beside
 * it (and ending in the usual ones), NEARCAST_LAB and NEARCAST_LAB_NODE set (node NULL: not), and without what speaks of the
 * caller's own supervisor. exe_dir NULL: that of /proc/self/exe. Ends with NULL; one block, free() it.
 */
char **exec_environment(const char *exe_dir, const char *lab, const char *node)
    __attribute__((returns_nonnull));

/* Whether what a node runs by this name is found, in the PATH that exec_environment() sets. */
bool exec_is_here(const char *program);

/* The folder of the running executable; "" when unknown. The caller frees it. */
char *exec_own_dir(void) __attribute__((returns_nonnull));
