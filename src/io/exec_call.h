/*
 * A command that is told something on its standard input and is done with when it ends: what
 * exec_child.h starts, with a time-out and its first line of output.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <systemd/sd-event.h>

#include "base/err.h"
#include "base/time.h"
#include "io/exec_child.h"

#define EXEC_CALL_WHY_MAX 192

struct exec_call;

/* It has ended, and its process group with it; ok: with exit status 0. Its owner frees it, here or
 * later. */
typedef void (*exec_call_fn)(void *userdata, bool ok, const char *why);

/* job->input is set here; text is copied. `done` comes from the loop. */
int exec_call_start(sd_event *loop, const struct exec_job *job, const char *text,
    struct duration timeout, exec_call_fn done, void *userdata, struct exec_call **ret,
    struct err *e) _must_use_;
/* Kills it, if it still runs; NULL is fine. */
void exec_call_free(struct exec_call *c);
