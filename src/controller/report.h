/*
 * What an agent says of itself, from its JSON; pure.
 *
 * A report is all of it each time, so what it does not name is no more. Events go on from one
 * report to the next.
 */
#pragma once

#include <jansson.h>

#include "base/alloc.h"
#include "base/ip.h"

#define REPORT_SERVICES_MAX 256
#define REPORT_ADDRESSES_MAX 1000 /* of all services together */
#define REPORT_NEIGHBORS_MAX 256
#define REPORT_EVENTS_MAX 500
#define REPORT_NAME_MAX 255

struct report_address {
	const char *service; /* its name on the host */
	bool is_ours;        /* came from the controller, not from the host's file */
	const char *detail;  /* JSON; of the service, at its first address: at the others "{}" */
	char prefix[PREFIX_STR_MAX];
	const char *stage, *verdict, *reason;
	int64_t since;
};

struct report_neighbor {
	const char *name, *state, *detail;
	char address[IP_STR_MAX];
	int64_t peer_as; /* -1: it does not say */
	int64_t since;
};

struct report_event {
	uint32_t seq;
	int64_t at;
	const char *kind, *severity, *message;
	const json_t *detail; /* NULL: none */
	const char *service;  /* NULL: of none */
};

/* Texts live as long as the body and the arena. */
struct report {
	const char *run, *version;
	int64_t applied;                   /* -1: nothing yet */
	const char *applied_error;         /* NULL: none */
	struct report_address *addresses;  /* by service, then prefix; each once */
	struct report_neighbor *neighbors; /* by name; each once */
	struct report_event *events;       /* by seq; each once */
	size_t address_count, neighbor_count, event_count;
};

/* Adds {field, detail} to errors for each thing that is wrong; false: there was one. */
bool report_read(const json_t *body, struct arena *arena, struct report *ret, json_t *errors);
