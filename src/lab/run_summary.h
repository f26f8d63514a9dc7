/*
 * The end of a run: every expectation with what was seen. Pure.
 */
#pragma once

#include <jansson.h>

#include "base/strbuf.h"
#include "lab/say.h"

/* From the "expectations" of a run's document. */
void run_summary_print(const json_t *expectations, struct look look, struct strbuf *out);
