/*
 * What a commit tells those who wait: topics, such as "host:hst_01k…", "events", "objects:service".
 *
 * A topic is a word, or a word, a colon and a part; both without blanks. Between the controllers of
 * one store topics travel in payloads of store_notify(): who sends them, and topics, with blanks
 * between. A payload is a hint, never the truth: whoever hears it looks at the store.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define TOPIC_SIZE 64
#define TOPICS_FROM_SIZE 32    /* of a sender's name */
#define TOPICS_PAYLOAD_SIZE 8000 /* PostgreSQL takes fewer bytes than that, and there is a NUL */

/* Initialise with { 0 } and free with topics_done(), after which it is empty. */
struct topics {
	char **texts; /* owned, as each of them */
	size_t count, cap;
};

void topics_done(struct topics *t);
/* A copy; of fewer than TOPIC_SIZE bytes. */
void topics_add(struct topics *t, const char *topic);
/* Each is there once after that. */
void topics_unite(struct topics *t);
/*
 * Writes the next payload with the topics from *next on, and moves that: false when there is none
 * left. from: a name without blanks.
 */
bool topics_payload(const struct topics *t, const char *from, size_t *next,
    char payload[static TOPICS_PAYLOAD_SIZE]);
/* Adds the topics of a payload, and says who sent it. What is no topic is left out. */
void topics_read(struct topics *t, const char *payload, char from[static TOPICS_FROM_SIZE]);
