/*
 * One host's part in a catchment at work: it listens, sends, or measures, in a thread of its own
 * that gives way to all else, so that neither checks nor neighbors wait for it (io/worker.h).
 *
 * The owner takes what there is when it likes. Until then at most CATCH_WORKER_ROWS_MAX bytes of
 * rows wait; what comes beyond is counted as dropped.
 */
#pragma once

#include <systemd/sd-event.h>

#include "agent/catch_ledger.h"
#include "agent/catch_task.h"

#define CATCH_WORKER_ROWS_MAX (4u << 20)

struct catch_worker;

/*
 * task is borrowed until the end. on_news: in the owner's loop, when it is over. What fails comes
 * as news; a thread that cannot be begun is a negative errno.
 */
int catch_worker_new(sd_event *owner, const struct catch_task *task, enum catch_work work,
    void (*on_news)(void *userdata), void *userdata, struct catch_worker **ret,
    struct err *e) _must_use_;
/* Fills *ret, which is zeroed, and hands over the rows. */
void catch_worker_take(struct catch_worker *w, struct catch_news *ret);
/* Likewise, at last: nothing is sent or heard behind it that is not in there. */
void catch_worker_stop(struct catch_worker *w, struct catch_news *ret);
/* At once: nothing is sent behind it. NULL is fine. */
void catch_worker_free(struct catch_worker *w);
