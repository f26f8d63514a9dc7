/* A catchment of a controller for people: how it stands, and what came of it. Pure. */
#pragma once

#include <jansson.h>

#include "base/strbuf.h"
#include "base/table.h"

/* All of it. */
void catchments_text(const json_t *catchment, struct table_look look, struct strbuf *out);
bool catchments_is_over(const json_t *catchment);
/* Nothing of its result is missing, or there is none yet. */
bool catchments_is_whole(const json_t *catchment);
