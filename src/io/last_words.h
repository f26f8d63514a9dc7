/*
 * What connections say when the program can not go on: each holds its words ready, for a thread
 * that finds the event loop stalled.
 *
 * The words go behind whole messages only. So the owner of a socket does what changes the socket's
 * place in its stream between last_words_lock() and last_words_unlock(), and keeps known what still
 * waits to be sent. The lock is the same for all, and is held for no longer than a send() which
 * does not block.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "base/time.h"

#define LAST_WORDS_MAX 256

/* Embedded in what owns the socket. */
struct last_words {
	struct list list;
	int fd;                 /* non-blocking */
	const uint8_t *waiting; /* borrowed: what the socket has not taken yet; under the lock */
	size_t waiting_len;
	uint8_t words[LAST_WORDS_MAX];
	size_t words_len; /* 0: it has none, and is in no list */
};

void last_words_lock(void);
void last_words_unlock(void);
/* Replaces what there was; len 0 takes it away, as the owner has to before it closes the socket. */
void last_words_set(struct last_words *w, int fd, const uint8_t *words, size_t len);

/* What became of them. */
struct last_words_said {
	size_t said; /* taken by the sockets of so many */
	size_t of;
};

/*
 * Says them on every connection, closes our half, and waits until the peers have closed theirs, at
 * most for `patience`; a connection whose socket does not take them is reset. Nothing more can be
 * written afterwards by anyone: the lock is kept. For a program that ends now, from any thread.
 */
struct last_words_said last_words_say(struct duration patience);
