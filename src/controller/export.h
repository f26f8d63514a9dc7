/*
 * Everything that the controller knows, as lines of JSON: {"kind": "pool", "object": {…}}. For
 * people, scripts and other programs; a backup is the store's own affair (store_backup(), pg_dump).
 * It has no secret: tokens without their text, neighbors without their passwords.
 */
#pragma once

#include <stdio.h>

#include "base/err.h"
#include "store/store.h"

int export_all(struct store *store, FILE *out, struct err *e) _must_use_;
