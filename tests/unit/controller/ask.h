/* The API without sockets, for its tests: a store in a folder of its own, callers, and requests in
 * one line. */
#pragma once

#include <jansson.h>

#include "controller/api.h"

/* Who asks. */
enum who {
	NOBODY,
	ADMIN,
	OPERATOR, /* of project alpha */
	VIEWER,   /* likewise */
	AUDITOR,  /* a viewer of all projects */
	STRANGER, /* an operator of project beta */
	WHO_COUNT,
};

struct asker {
	char folder[64];
	struct store *store;
	struct desired_cache *desired;
	char tokens[WHO_COUNT][64];
	int64_t now;                  /* wall clock, ns */
	struct api_response response; /* of the last request */
	/* for the next request only */
	const char *if_match, *if_none_match, *key, *token;
	const char *content_type; /* "": none; NULL: JSON */
	uint32_t wait;            /* seconds */
	const char *cookie, *csrf, *origin, *fetch_site, *last_event_id;
	bool streams;
	int64_t stream_from;
	struct ip peer;
};

/* A new store with projects alpha and beta and a token of each kind; false: the test has failed. */
bool asker_init(struct asker *a);
void asker_done(struct asker *a);

/*
 * Asks, and gives the status. path may have a query; body is JSON written with ' for ", or NULL.
 */
unsigned ask(struct asker *a, enum who who, const char *method, const char *path, const char *body);
/* Of the last response: a text at a path of keys and numbers, "items.0.name"; "" for what is not
 * there. */
const char *said(struct asker *a, const char *path);
int64_t said_int(struct asker *a, const char *path);
/* How often a topic of the bell is to be rung. */
size_t said_topic(struct asker *a, const char *topic);
/* "/quantity: expected 1, 2 or 4" of the first error that the last problem names; its detail if
 * there is none. */
const char *said_error(struct asker *a);
/* Checks the status, and prints the response when it is another. */
#define ASK(a, status, ...)                                                                        \
	do {                                                                                       \
		unsigned got_ = ask((a), __VA_ARGS__);                                             \
		if (got_ != (status))                                                              \
			ask_complain((a), __FILE__, __LINE__, got_, (status));                     \
	} while (0)
void ask_complain(struct asker *a, const char *file, int line, unsigned got, unsigned want);
