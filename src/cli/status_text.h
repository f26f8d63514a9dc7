/*
 * What `nearcast status` prints, made of the agent's JSON (agent/status.c). Pure: text from JSON.
 * What is missing in the JSON is left out, so that an older or newer agent can be asked too.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "base/table.h"

/* events: how many of the latest are shown. look.columns is for the neighbors' errors only. */
void status_text(const json_t *status, size_t events, struct table_look look, struct strbuf *out);
