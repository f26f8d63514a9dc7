/*
 * When tokens and sessions were last used: gathered here, and written to the store once a minute in
 * one transaction.
 *
 * So a request costs no transaction for it, and what a store says is a minute late at most. Of a
 * token with many requests there is one row to be written. In the loop.
 */
#pragma once

#include <stdint.h>

#include <systemd/sd-event.h>

#include "base/err.h"
#include "io/worker_pool.h"

struct uses;

/* pool is borrowed; each of its states is a struct store. */
int uses_new(sd_event *loop, struct worker_pool *pool, struct uses **ret, struct err *e) _must_use_;
/* token: an id; session: a hash, "": none. now: wall clock. */
void uses_note(struct uses *u, const char *token, const char *session, int64_t now);
/* Writes what there is; before its pool ends. */
void uses_flush(struct uses *u);
void uses_free(struct uses *u); /* NULL is fine; after its pool has ended */
