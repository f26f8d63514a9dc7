/*
 * What nearcast probe asks, from its arguments: names, URLs, addresses of hosts.
 *
 * A host that has IPv4 and IPv6, when neither was asked for, is two targets, "NAME IPv4" and "NAME
 * IPv6": one column with both families would be a mixture that depends on which was quicker. So
 * names are looked up here once, with the families that this machine itself has.
 */
#pragma once

#include "cli/command.h"
#include "measure/probe_run.h"

/* Zeroed is empty. */
struct probe_targets {
	struct probe_target *items; /* owned */
	size_t count, cap;
	struct probe_resolve *resolves; /* owned */
	size_t resolve_count;
	char **texts; /* owned, as the array is; what the others point to */
	size_t text_count, text_cap;
};

void probe_targets_done(struct probe_targets *t);
/* "HOST=ADDRESS" each, before any target. 0, or the exit status of wrong use. */
int probe_targets_resolve(struct probe_targets *t, const struct cli_strings *given);
/*
 * "[NAME=]URL"; a URL without a scheme is one of http. family: IP_NONE for both. 0, or the exit
 * status of wrong use.
 */
int probe_targets_add(struct probe_targets *t, const char *text, enum ip_family family);
/* References: "NAME=URL[,NAME=URL]..." each. Likewise. */
int probe_targets_against(
    struct probe_targets *t, const struct cli_strings *given, enum ip_family family);
