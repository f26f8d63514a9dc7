/* What the files of `nearcast rollout` share. */
#pragma once

#include "cli/object.h"

struct rollout_options {
	struct object_options base;
	const char *document, *reason, *service, *override;
	struct cli_strings sites;
	uint32_t at_once, until_connections;
	struct duration settle, at_most;
	bool watch;
};

extern const struct object_kind rollout_kind;

/* Prints it, for people with a row for each site. */
int rollout_print(const struct rollout_options *o, json_t *rollout);
/* Tells each step of the rollout of that id as it comes, until it ends: EXIT_SUCCESS when it is
 * done. is_started: it is known to be. When the controller does not answer any more, it is said
 * that the rollout goes on, and how to look again. */
int rollout_watch(const struct rollout_options *o, const char *id, bool is_started);
/* Adds "drain of web: stopped, site sg1 does not stand any more", a line. */
void rollout_add_state(const json_t *rollout, struct strbuf *out);
/* Adds what can be done with one that has stopped: a line with its id; nothing for any other. */
void rollout_add_next(const json_t *rollout, const char *project, struct strbuf *out);
/*
 * Adds what a rollout of the service leaves different at its sites, or is about to: lines behind an
 * empty one; nothing when none is open. EXIT_SUCCESS, or it was said why it could not be asked.
 */
int rollout_add_open(const struct controller *c, const struct object_options *o,
    const char *service, struct strbuf *out);
