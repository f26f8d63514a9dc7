/*
 * Fills a report from what other commands wrote: catchments, probes, traces; and from what is known
 * of addresses.
 *
 * A client is known by its address; for probes and traces, which do not say where they were made,
 * by its address or the name that `names` has for that. Sites stand in the report once anything
 * mentions them.
 */
#pragma once

#include <jansson.h>

#include "base/prefix_map.h"
#include "measure/catch_merge.h"
#include "measure/names.h"
#include "measure/origins.h"
#include "measure/places.h"
#include "measure/report.h"

/* How far a site's own address is from a client, as that measured it. */
struct report_own_rtt {
	uint32_t client, site; /* indexes */
	double ms;
};

/* Zeroed but for what it is given knows nothing of any address. */
struct report_builder {
	struct report *report;         /* borrowed, as these */
	const struct names *names;     /* NULL: none */
	const struct origins *origins; /* likewise */
	const struct places *places;
	struct ip address;            /* the Global IP, once anything said it; IP_NONE: not yet */
	struct prefix_map by_address; /* owned; indexes of clients */
	struct report_own_rtt *own;   /* owned; of the probes after */
	size_t own_count, own_cap;
};

void report_builder_done(struct report_builder *b);

/* Of which Global IP something is that is called name: notes it where that is another one than
 * before. What is no address (NULL, too) says nothing. */
void report_builder_of(struct report_builder *b, const char *name, const char *address);

enum report_when {
	REPORT_BEFORE,
	REPORT_AFTER,
};

/* A row of the merge for each client; weights are taken from `after`. */
void report_build_catchment(
    struct report_builder *b, const struct catch_merge *m, enum report_when when);
/*
 * A document of `nearcast probe --json`, made at the client. What it asked first that is no
 * reference is the Global IP. name is the file's, for errors.
 */
int report_build_probe(struct report_builder *b, const char *client, enum report_when when,
    const json_t *doc, const char *name, struct err *e) _must_use_;
/* After report_compute(), which says what site would be better for whom: how far that is. */
void report_builder_know_rtts(const struct report_builder *b);
/* A document of `nearcast trace --json`, made at the client. */
int report_build_trace(struct report_builder *b, const char *client, const json_t *doc,
    const char *name, struct err *e) _must_use_;

/* REPORT_NONE: there is no such client. */
uint32_t report_builder_find(const struct report_builder *b, const char *client);
/* Of a client that may be new. */
uint32_t report_builder_client(struct report_builder *b, const char *client);
uint32_t report_builder_site(struct report_builder *b, const char *name);
