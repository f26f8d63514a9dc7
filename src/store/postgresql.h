/* The files of the PostgreSQL driver among themselves. */
#pragma once

#include <libpq-fe.h>

#include "store/internal.h"
#include "store/statements.h"

#define POSTGRESQL_CHANNEL "nearcast"

/* A server says itself when a statement takes too long; this is for one that says nothing. */
extern struct duration postgresql_silence; /* a test shortens it */

struct postgresql_store {
	struct store store;
	PQconninfoOption *options;     /* owned: of the URL, and ours where it says nothing */
	PGconn *conn;                  /* owned; NULL: not connected */
	struct statements statements;  /* prepared: the name, owned */
	unsigned names;                /* given in this connection */
	struct duration silence;       /* in this transaction */
};

static inline struct postgresql_store *
postgresql_of(struct store *s)
{
	return container_of(s, struct postgresql_store, store);
}

/* postgresql_url.c: fills name and options. */
int postgresql_parse(struct store *s, const char *where, struct err *e);
/* Takes every password out of a text, and makes it one line. */
void postgresql_clean(const struct postgresql_store *p, char *text);

/* postgresql_connect.c */
int postgresql_connect(struct store *s, struct err *e);
void postgresql_disconnect(struct store *s);
/*
 * Waits for the answer to what has just been sent (sent: what libpq said of that), all of it. *ret is the
 * first error's or the last result, to be cleared; or an error is returned, and the connection is no more.
 */
int postgresql_await(struct postgresql_store *p, int sent, PGresult **ret, struct err *e);

/* postgresql_error.c */
int postgresql_classify(const char *sqlstate, enum store_mode mode);
/* The error of a result: disconnects where it is of no more use. */
int postgresql_error(struct postgresql_store *p, const PGresult *result, struct err *e);
/* The connection is lost, or useless. */
int postgresql_lost(struct postgresql_store *p, const char *why, struct err *e);
