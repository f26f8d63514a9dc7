/*
 * A catchment in the store: read with the parts of its hosts, kept again. What it is to do is for
 * catchment.h; what comes of that for catchments_act().
 */
#pragma once

#include "base/ip.h"
#include "controller/call.h"
#include "controller/catchment.h"

/* What belongs to a part beside its state. */
struct catchment_host {
	char id[STORE_ID_MAX];
	char session[64]; /* which start of its program speaks; "": none has */
	int64_t sequence; /* of its messages that were taken */
	int64_t batches, landed, measured;
	char *counts; /* owned; JSON */
	bool restarted;
	/* as it is in the store */
	enum part_state was;
	bool is_changed; /* something else than its state is */
};

struct catchment_case {
	char id[STORE_ID_MAX], project[STORE_ID_MAX], service[STORE_ID_MAX];
	enum ip_family family;
	int64_t targets, rounds;
	struct catchment c;           /* its parts are those below */
	struct catchment_part *parts; /* owned */
	struct catchment_host *hosts; /* owned; as many */
	size_t parts_cap, hosts_cap;
	enum catchment_state was;
};

/* CALL_REFUSED: there is none. Initialise with { 0 }, free with catchment_case_done(). */
int catchment_case_read(struct call *c, const char *id, struct catchment_case *k);
void catchment_case_done(struct catchment_case *k);
/* The place of a host in it; SIZE_MAX: it has none. */
size_t catchment_case_find(const struct catchment_case *k, const char *host);
/* Writes what has changed. */
int catchment_case_keep(struct call *c, const struct catchment_case *k);
