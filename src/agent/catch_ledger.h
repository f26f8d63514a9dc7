/*
 * What a host has heard of a catchment and not told yet, and all that it counted, over the one
 * after the other that is at work. Pure.
 */
#pragma once

#include <jansson.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "proto/catch/catch.h"
#include "proto/catch/part.h"

/* Lines of a message, and bytes of them that wait: beyond that they are counted only. */
#define CATCH_LEDGER_AT_ONCE 3000
#define CATCH_LEDGER_MAX (8u << 20)

/* What there is new of a work. */
struct catch_news {
	struct strbuf rows; /* owned: lines of a target and us */
	bool is_over;       /* there will be no more */
	int r;              /* then: 0, or what went wrong */
	struct err why;
	uint64_t sent, not_sent, excluded, dropped;
	uint64_t verdicts[CATCH_VERDICTS]; /* of all replies so far */
};

enum { CATCH_COUNTED = 4 + CATCH_VERDICTS };

/* Zeroed is empty. */
struct catch_ledger {
	struct strbuf replies, rtt; /* owned */
	uint64_t lost;              /* rows, for want of room */
	uint64_t before[CATCH_COUNTED],
	    now[CATCH_COUNTED]; /* of works that have ended, of this one */
};

void catch_ledger_done(struct catch_ledger *l); /* it is empty then */
/* Of a work; its rows are taken. */
void catch_ledger_take(struct catch_ledger *l, enum catch_work work, struct catch_news *news);
/* That work has ended: what is taken next is of another one. */
void catch_ledger_turn(struct catch_ledger *l);
bool catch_ledger_has_rows(const struct catch_ledger *l);
/*
 * The next message of a part, as JSON, which the caller owns: how it stands, all counts, and some
 * of the rows, which are the ledger's no more. session: of this start of the program.
 */
char *catch_ledger_message(struct catch_ledger *l, struct catch_part *p, const char *session);
