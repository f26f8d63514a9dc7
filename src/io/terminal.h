/*
 * A terminal that a program paints on: keys come at once and are not echoed, and what stood on the
 * screen is there again afterwards.
 *
 * Job control and quitting by key (^Z, ^\) are off meanwhile, since they would leave it so; ^C
 * still interrupts.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <termios.h>

#include "base/err.h"

struct terminal {
	int in, out; /* borrowed */
	bool is_open;
	struct termios before;
};

/* Whether it can be painted on: both ends are a terminal, and TERM says that it is no dumb one. */
bool terminal_can_paint(int in, int out);
int terminal_open(struct terminal *t, int in, int out, struct err *e) _must_use_;
void terminal_close(struct terminal *t); /* fine when it is not open */
/* Replaces what is shown by lines that are separated by \n. */
void terminal_paint(const struct terminal *t, const char *lines);
