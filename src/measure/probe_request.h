/*
 * One request of a probe: what curl is told of it, and what is taken down of its answer. A
 * connection of its own each time, and no cache, so that every request measures the whole way.
 *
 * When it is sent, and by which loop, is for probe_run.c.
 */
#pragma once

#include <curl/curl.h>

#include "base/list.h"
#include "measure/probe_run.h"

struct probe_request {
	struct list node;              /* the caller's */
	const struct probe_conf *conf; /* borrowed */
	struct curl_slist *resolves;   /* borrowed */
	CURL *easy;                    /* owned */
	size_t target;
	int64_t at_wall_ns;
	uint64_t body;
	char *served_by, *site; /* owned */
	char error[CURL_ERROR_SIZE];
};

/* Has all of curl's options, and is not started. target: index of conf's. */
struct probe_request *probe_request_new(
    const struct probe_conf *conf, size_t target, struct curl_slist *resolves);
/* Not while a loop has its handle; also takes it from its list. NULL is fine. */
void probe_request_free(struct probe_request *q);
/* What it has come to, owned by the caller. */
void probe_request_take(struct probe_request *q, CURLcode result, struct probe_record *ret);

/*
 * conf's addresses of hosts as curl wants them, for the ports of all targets; owned by the caller,
 * also on failure. -EINVAL: a target is no URL.
 */
int probe_resolves_new(const struct probe_conf *conf, struct curl_slist **ret, struct err *e);
