/*
 * What a lab has on the machine, remembered while it lives, and looked for when it must be gone.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"
#include "lab/lab.h"

struct client_namespaces;

/*
 * Descriptors of the namespaces: while they are held, no other namespace can have the same number. What
 * is looked for is whether anyone else holds them.
 */
struct traces {
	struct client_namespaces *nodes; /* owned */
	size_t node_count;
	char *directory; /* owned */
};

/* The namespaces of every node of the lab, and its state folder. */
int traces_take(struct lab *lab, const struct lab_plan *plan, struct traces *ret, struct err *err);
void traces_done(struct traces *t);

/*
 * How many processes are in one of the namespaces or hold a descriptor of one: what lsns(8) would show. A
 * process that has ended and was not reaped by its parent yet does not count. out NULL, or takes their names.
 */
size_t traces_left(const struct traces *t, struct strbuf *out);

/* Waits until none is left and the folder is gone, up to a deadline; says what is left. */
bool traces_vanish(const struct traces *t);
