/*
 * Cursors of lists: opaque text that says after which key the next page begins.
 *
 * A cursor is harmless rather than authenticated: it holds the last key of the page before, which
 * the client has seen, is read back strictly, and goes to the store as the parameter of a query
 * that asks again who may see what. Whoever invents one has asked for a page from there, and gets
 * it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define CURSOR_KEY_MAX 128                             /* bytes of a key */
#define CURSOR_SIZE ((CURSOR_KEY_MAX + 2) / 3 * 4 + 8) /* of the text, with NUL */

/* key: at most CURSOR_KEY_MAX bytes of printable ASCII; longer is a programmer's error. */
void cursor_write(const char *key, char cursor[CURSOR_SIZE]);
/* False: it is none of ours. */
bool cursor_read(const char *cursor, char key[CURSOR_KEY_MAX + 1]);
