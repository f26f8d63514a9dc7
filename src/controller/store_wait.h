/*
 * A store that is away when the program begins: a database that is started with it, or is slow. It
 * is asked again and again, in a thread, until its schema could be brought up to date, or until it
 * was waited for long enough. Everything else is an error at once.
 */
#pragma once

#include <systemd/sd-event.h>

#include "base/err.h"
#include "base/time.h"

struct store_wait;

struct store_wait_conf {
	const char *store;     /* as for store_open(); borrowed */
	struct duration limit; /* an attempt that has begun is finished */
	/* In the loop, one of them, once: it is ready for use; or e says why that is not to be. */
	void (*ready)(void *userdata);
	void (*failed)(void *userdata, const struct err *e);
	void *userdata;
};

/* conf is copied. 0 or a negative errno with its sentence. */
int store_wait_new(sd_event *loop, const struct store_wait_conf *conf, struct store_wait **ret,
    struct err *e) _must_use_;
void store_wait_free(struct store_wait *w); /* also while it waits; NULL is fine */
