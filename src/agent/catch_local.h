/* The address that a host measures from, which no other site may have. */
#pragma once

#include "measure/hitlist.h"

/*
 * global: the Global IP; becomes the address that packets to the first of so many targets have.
 * -ENOENT: there is no target; -EADDRNOTAVAIL: it is the Global IP itself; or what the kernel says.
 */
int catch_local(
    const struct hitlist *list, uint64_t targets, struct ip *global, struct err *e) _must_use_;
