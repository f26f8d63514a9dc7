/*
 * What is wrong with this controller now, for /healthz, the metrics and the log.
 *
 * A few subjects, each well or not: a word for programs ("away", "full"), a sentence for people
 * that names nothing secret, since when. Whoever finds out says so; it is logged when it becomes
 * another word, and when it is well again, not each time that somebody meets it. Said in the loop,
 * read in any thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "base/attr.h"

enum health_subject {
	HEALTH_STORE,
	HEALTH_CERTIFICATE,
	HEALTH_CLOCK,
	HEALTH_COUNT,
};

struct health;

struct health *health_new(void);
void health_free(struct health *h); /* NULL is fine */

struct health_trouble {
	const char *word;     /* a constant: "away" */
	const char *sentence; /* for everybody */
	const char *detail;   /* for the log alone; NULL: nothing to add */
	bool warns;           /* it is not bad yet */
};

/* The subject is not well, at this wall clock. Whether that is news; then it has been logged. */
bool health_bad(
    struct health *h, enum health_subject subject, const struct health_trouble *t, int64_t now);
/* It is well. Whether that is news. */
bool health_good(struct health *h, enum health_subject subject);
/* "away"; NULL: it is well. */
const char *health_word(struct health *h, enum health_subject subject);
const char *health_subject_name(enum health_subject subject);
/* [{"subject", "problem", "detail", "since"}], a new array. */
json_t *health_json(struct health *h);
