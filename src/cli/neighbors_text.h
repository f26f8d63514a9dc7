/*
 * What `nearcast neighbors` prints, made of the agent's JSON (announcer_status() in
 * announce/announce.h). Pure: text from JSON. What is missing there is left out, so that an older
 * or newer agent can be asked too.
 */
#pragma once

#include <jansson.h>

#include "base/table.h"

/* A row for each; nothing when there is none. The last errors are cut to look.columns. */
void neighbors_text(const json_t *neighbors, struct table_look look, struct strbuf *out);
/*
 * "may keep 3 routes (1 withdrawn) until 04:05:06Z", of a session that was lost (graceful restart);
 * nothing where nothing is kept.
 */
void neighbors_text_kept(const json_t *neighbor, struct strbuf *out);
/* All of one. */
void neighbor_text(const json_t *neighbor, bool colour, struct strbuf *out);
/* The last part of it, each table below a blank line. */
void neighbor_tables(const json_t *neighbor, struct table_look look, struct strbuf *out);
