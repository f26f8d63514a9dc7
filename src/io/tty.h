/*
 * What a person's terminal is like, if there is one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Colours are wanted on this descriptor: it is a terminal, TERM is not "dumb", NO_COLOR is not set.
 */
bool tty_wants_colour(int fd);
/* The width of the terminal; `otherwise` when it is none, or does not say. */
size_t tty_columns(int fd, size_t otherwise);
/* Likewise its height. */
size_t tty_rows(int fd, size_t otherwise);
