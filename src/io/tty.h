/*
 * Whether output goes to a person's terminal.
 */
#pragma once

#include <stdbool.h>

/* Colours are wanted on this descriptor: it is a terminal, TERM is not "dumb", NO_COLOR is not set. */
bool tty_wants_colour(int fd);
