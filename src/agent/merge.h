/*
 * A host's own file and what a controller wants of the host, as one configuration.
 *
 * The file wins: a service of the controller with the name or an address of one of the file is left
 * out. So is one that cannot be here (an older agent does not know a key of it, no neighbor takes
 * its family); it goes on as it was before, if it was in force. Nobody else's service suffers from
 * it.
 */
#pragma once

#include <jansson.h>

#include "agent/agent_conf.h"
#include "base/strbuf.h"

struct merged {
	struct conf *loaded; /* owned */
	json_t *services;    /* owned: those of the controller that are in it, by name */
};

/*
 * file: what was loaded of the host's own file, with or without services of a controller; neither
 * it nor what it names is read again (conf_load_again()). wanted: services by name, each as in
 * nearcast.yaml; before: likewise, those that were in force, or NULL. problems: a sentence for each
 * service that is not as it is wanted, "; " between them. On failure the file cannot be used, and
 * errors has the first reason as a sentence.
 */
int merge_configuration(const struct conf *file, const json_t *wanted, const json_t *before,
    struct merged *ret, struct strbuf *problems, struct strbuf *errors) _must_use_;
void merged_done(struct merged *m);
