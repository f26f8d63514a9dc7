/*
 * What still refers to an object that is to be deleted. The store would refuse that, too, and could
 * not say why: here it is said with names, so that whoever asked knows what to remove first.
 */
#pragma once

#include "controller/call.h"

/* kind: "project", "pool", "site" or "host". 0: nothing does; else CALL_REFUSED, or an error. */
int references_check(struct call *c, const char *kind, const char *id);
