/*
 * What `nearcast routes` prints, made of the agent's JSON (announcer_routes() and
 * announcer_watched() in announce/announce.h). Pure: text from JSON.
 */
#pragma once

#include <jansson.h>

#include "base/table.h"

/* What is announced to whom; nothing when nothing is. */
void routes_text(const json_t *routes, bool colour, struct strbuf *out);
/* The Global IPs that neighbors know from elsewhere too, under a blank line; a sentence when there
 * are some to watch, and none is; nothing when none is watched. */
void routes_watched_text(const json_t *watched, bool colour, struct strbuf *out);
