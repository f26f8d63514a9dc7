/* The request "dump" of the control socket; nearcastd(8) says what it takes. */
#pragma once

#include <jansson.h>

#include "base/err.h"

extern const char *const agent_dump_formats[], *const agent_dump_actions[]; /* end with NULL */

json_t *agent_answer_dump(void *userdata, const json_t *request, struct err *e);
