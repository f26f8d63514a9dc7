/*
 * The listening sockets of the built-in speaker: one for each address and port that neighbors may
 * connect to, signed and guarded (GTSM) for those of them that ask for it.
 *
 * A neighbor that may not be listened for (no right to port 179, somebody else is there, its
 * interface is missing) is tried again from time to time: meanwhile it is dialled only. A
 * link-local address follows its interface when that goes away and comes back under another index.
 */
#pragma once

#include <systemd/sd-event.h>

#include "base/err.h"
#include "base/list.h"
#include "io/handover.h"
#include "io/loop.h"

struct neighbor;

struct listeners {
	sd_event *loop;   /* borrowed */
	struct list open; /* of struct listener, owned */
	/* owned array of borrowed ones: all that want to be listened for */
	struct neighbor **wanted;
	size_t wanted_count, wanted_cap;
	struct timer again;
};

int listeners_init(struct listeners *ls, sd_event *loop);
void listeners_done(struct listeners *ls); /* also when all zero; again is fine */

/*
 * Listens for a neighbor that is not active only. An error is one that waiting does not mend: a
 * passive neighbor that can not be listened for, a password that the kernel can not check. Anything
 * else is logged and tried again.
 */
int listeners_add(struct listeners *ls, struct neighbor *n, struct err *e);
/* Nothing of it is taken any more; a socket that no other neighbor uses is closed. */
void listeners_remove(struct listeners *ls, struct neighbor *n);

/* Hands the sockets over to another program. */
void listeners_save(const struct listeners *ls, struct handover *h);
/*
 * Before any listeners_add(): sockets of before, which those for whom they were take again; and
 * when all are added, closes what nobody wants any more.
 */
void listeners_resume(struct listeners *ls, struct inheritance *in, struct reader records);
void listeners_drop_unused(struct listeners *ls);
