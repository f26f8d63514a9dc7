/* The interop speaker's words: a neighbor as key=value pairs, an announcement as in `set`. */
#pragma once

#include "announce/announce.h"

/* Says so on stderr and ends the program. */
_Noreturn void die(const char *what, const char *detail);

/* text is taken apart, and lives on as the strings of *n. */
void read_neighbor(char *text, struct neighbor_conf *n);
/*
 * "PREFIX [origin=igp|egp|incomplete] [med=N] [local-pref=N] [prepend=N] [next-hop=ADDRESS]
 * [community=N]..."; text is taken apart. The arrays of *a live until the next call.
 */
void read_announcement(char *text, struct announcement *a);
