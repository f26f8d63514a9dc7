/*
 * What the files of bfd.h share: bfd.c starts the sessions, and tells what becomes of them;
 * bfd_state.c takes them to another program; bfd_status.c shows them. All else of a session lives
 * in the thread, and is asked for with worker_call().
 */
#pragma once

#include "announce/bfd.h"
#include "announce/failure_limit.h"
#include "base/list.h"
#include "io/worker.h"

struct bfd_driver {
	struct worker *worker;        /* owned */
	struct bfd_engine *engine;    /* owned; lives in the worker */
	struct list neighbors;        /* owned */
	struct bfd_stranger stranger; /* taken there last */
};

struct bfd_neighbor {
	struct list list; /* in bfd_driver.neighbors */
	struct bfd_driver *driver;
	const struct neighbor_conf *conf; /* borrowed */
	struct bfd_path *path;            /* lives in the worker */
	struct bfd_news news;             /* taken there last */
	struct failure_limit failures, errors;
	bfd_changed_fn changed;
	void *userdata;
};

/* With its key, which is to be wiped after use. */
struct bfd_conf bfd_session_conf(const struct neighbor_bfd *bfd);
