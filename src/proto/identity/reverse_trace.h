/*
 * A trace from the host that answers at a Global IP back to who asks for it: its questions and
 * answers, as docs/identity.md has them. They come and go at the port where a host says who it is,
 * and share the head of those messages.
 *
 * Like there, a question is as large as an answer can get, so the result comes in pieces, each
 * asked for by itself. And a trace begins only for a question with a cookie that was sent to its
 * source: who invents sources makes nobody trace anything (RFC 9000 section 8.1 has the same idea).
 *
 * Pure: bytes in and out.
 */
#pragma once

#include "proto/identity/identity.h"
#include "proto/trace/trace.h"

/* Answers in one piece; of IPv6 fewer fit. */
#define REVERSE_PIECE_MAX 40

enum reverse_state {
	REVERSE_OFF,     /* this host does not do that */
	REVERSE_COOKIE,  /* ask again, with the cookie of this answer */
	REVERSE_BUSY,    /* it traces, or has just traced, for somebody else */
	REVERSE_RUNNING, /* for you */
	REVERSE_OVER,    /* here is a piece of the result */
	REVERSE_STATES,
};

struct reverse_question {
	uint64_t nonce, cookie; /* cookie 0: none yet */
	uint16_t first;         /* the answer that the piece begins with: queries for each hop */
	uint8_t rounds;         /* wanted, a query each; 0: as many as the host likes */
};

struct reverse_answer {
	enum reverse_state state;
	uint64_t cookie;
	struct ip asker;     /* whom it traces, as it sees it */
	struct identity who; /* without a service; not with REVERSE_OVER */
	/* with REVERSE_OVER */
	bool reached;
	uint32_t hops, queries;
	uint16_t first, count;
	struct trace_answer answers[REVERSE_PIECE_MAX]; /* `count` of them */
};

void reverse_question_encode(const struct reverse_question *q, uint8_t ret[static IDENTITY_SIZE]);
/* -EBADMSG: it is none, or of a version that is not known. */
int reverse_question_decode(const void *bytes, size_t len, struct reverse_question *ret) _must_use_;

/* Its length. With REVERSE_OVER, result is the trace, of which as much goes in from `first` on as
 * there is room for; of `a` the rest is not looked at then. */
size_t reverse_answer_encode(uint64_t nonce, const struct reverse_answer *a,
    const struct trace *result, uint8_t ret[static IDENTITY_SIZE]);
/* -EBADMSG: it is no answer; -ENOMSG: it is one to another question. */
int reverse_answer_decode(
    const void *bytes, size_t len, uint64_t nonce, struct reverse_answer *ret) _must_use_;
