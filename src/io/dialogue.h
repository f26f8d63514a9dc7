/*
 * What is said on the Unix socket of another daemon that answers one command after the other: BIRD
 * (birdc's protocol), FRR's daemons (vtysh's). Here for programs that wait, with a deadline for
 * each answer; dialogue_loop.h is the same for an event loop.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "base/time.h"

#define DIALOGUE_REPLY_MAX ((size_t)4 << 20)

/* How commands and answers are told apart. */
struct dialogue_language {
	const char *daemon; /* "BIRD", for errors */
	bool greets;        /* says something before it is asked */
	char end;           /* of a command */
	/* The length of the first whole answer in the bytes; 0: more has to come. Pure. */
	size_t (*reply_length)(const char *bytes, size_t len);
};

/*
 * Lines; each starts with a code of four digits and "-" (more follows) or " " (the last), or with
 * one space (the code of the line before).
 */
extern const struct dialogue_language dialogue_bird;
/* Text, then NUL NUL NUL and a status: 0 is fine. */
extern const struct dialogue_language dialogue_frr;

/* A descriptor, the greeting read; or a negative errno, with a sentence that says what to do. */
int dialogue_open(const struct dialogue_language *l, const char *path, struct err *e) _must_use_;
/*
 * One command, without its end. *reply is emptied first. -ETIMEDOUT (after 5 s), -ECONNRESET,
 * -E2BIG. What the daemon thinks of the command stands in the reply.
 */
int dialogue_ask(const struct dialogue_language *l, int fd, const char *command,
    struct strbuf *reply, struct err *e) _must_use_;

/* The sentence for a socket that cannot be connected to: r is a negative errno. Returns r. */
int dialogue_refused(const struct dialogue_language *l, const char *path, int r, struct err *e);

/* For BIRD: the code of a line that carries one, else -1; the line ends with NUL or newline. */
int dialogue_bird_code(const char *line) _pure_;
/*
 * For FRR: takes the status from the end of a whole answer, and leaves the text, with a NUL behind
 * it.
 */
int dialogue_frr_status(struct strbuf *reply);
