/*
 * The kinds of steps that a run can play.
 */
#pragma once

#include "lab/run_internal.h"

const struct run_step *run_step_of(enum scenario_step_kind kind);
/* Whether a person means this step: by its kind ("anycast") or by its name in the scenario. */
bool run_step_is_named(const struct scenario_step *step, const char *name);
