/*
 * The lab as a document: the answer to `status`, see lab_status().
 */
#pragma once

#include <jansson.h>

#include "lab/supervisor.h"

json_t *status_document(const struct supervisor *s);
