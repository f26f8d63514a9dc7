/*
 * What a host is to do in a catchment, as the controller says it. Pure.
 */
#pragma once

#include <jansson.h>

#include "measure/hitlist.h"
#include "proto/catch/catch.h"

struct catch_task {
	char *site;        /* owned, as all texts; the name of ours */
	struct ip address; /* that asks, and that replies come to */
	enum catch_method method;
	uint16_t port; /* of ours, for DNS */
	char *text;    /* in each request; for DNS the suffix of its names */
	struct catch_key key;
	uint32_t run, seed, rounds, pps;
	uint8_t block_length;
	struct duration wait; /* for replies, after the last request */
	bool lab;             /* special-purpose addresses may be asked */
	bool sends, measures;
	char *targets, *excluded; /* a line each; NULL: neither sent nor measured */
};

/* -EINVAL with a sentence: it is none. The secret is wiped from o. */
int catch_task_read(json_t *o, struct catch_task *ret, struct err *e) _must_use_;
void catch_task_done(struct catch_task *t); /* zeroed is fine */
/* Its list, as the controller has counted it. NULL, with a sentence: there is nobody to ask. */
struct hitlist *catch_task_list(const struct catch_task *t, uint64_t *targets, struct err *e);
