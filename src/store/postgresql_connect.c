/*
 * A connection, and waiting for what comes over it. libpq's own calls wait for ever when a server has stopped
 * in the midst of something, so we send and wait ourselves.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/alloc.h"
#include "store/postgresql.h"

struct duration postgresql_silence = { 15 * NS_PER_S };

/*
 * Times in milliseconds. What is not said to be a transaction only reads. A commit that was acknowledged is on
 * the disk, also where the server's default is that it need not be.
 */
#define SESSION                                                                                    \
	"SET default_transaction_read_only = on; "                                                 \
	"SET statement_timeout = 10000; "                                                          \
	"SET lock_timeout = 5000; "                                                                \
	"SET idle_in_transaction_session_timeout = 20000; "                                        \
	"SELECT set_config('synchronous_commit', 'on', false) "                                    \
	"WHERE current_setting('synchronous_commit') = 'off'"

static struct instant
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (struct instant){ t.tv_sec * NS_PER_S + t.tv_nsec };
}

/* 1: something came, or may be sent; 0: nothing until then. */
static int
wait_for(PGconn *conn, bool also_out, struct instant until)
{
	struct duration left = instant_diff(until, now());
	struct pollfd fd = { PQsocket(conn), (short)(POLLIN | (also_out ? POLLOUT : 0)), 0 };

	if (left.ns <= 0)
		return 0;
	/* of a signal one hears next time */
	return poll(&fd, 1, (int)MIN(left.ns / NS_PER_MS + 1, INT64_C(3600000))) != 0;
}

/* 0: an answer is there, whole; AWAY else. */
static int
one_answer(struct postgresql_store *p, struct instant until, struct err *e)
{
	char text[96];

	for (;;) {
		int waiting = PQflush(p->conn);

		if (waiting < 0)
			return postgresql_lost(p, PQerrorMessage(p->conn), e);
		if (waiting == 0 && !PQisBusy(p->conn))
			return 0;
		if (!wait_for(p->conn, waiting > 0, until)) {
			(void)snprintf(text, sizeof(text), "no answer within %.0f s",
			    duration_ms_f(p->silence) / 1000);
			return postgresql_lost(p, text, e);
		}
		if (!PQconsumeInput(p->conn))
			return postgresql_lost(p, PQerrorMessage(p->conn), e);
	}
}

static bool
is_error(const PGresult *result)
{
	return PQresultStatus(result) != PGRES_COMMAND_OK &&
	    PQresultStatus(result) != PGRES_TUPLES_OK;
}

int
postgresql_await(struct postgresql_store *p, int sent, PGresult **ret, struct err *e)
{
	struct instant until = instant_add(now(), p->silence);
	PGresult *kept = NULL, *next;
	int r;

	if (!sent)
		return postgresql_lost(p, PQerrorMessage(p->conn), e);
	for (;;) {
		r = one_answer(p, until, e);
		next = r < 0 ? NULL : PQgetResult(p->conn);
		if (next == NULL)
			break;
		if (kept && is_error(kept)) {
			PQclear(next);
			continue;
		}
		PQclear(kept);
		kept = next;
	}
	if (r < 0) {
		PQclear(kept);
		return r;
	}
	*ret = kept;
	return 0;
}

static void
ignore_notice(_unused_ void *userdata, _unused_ const PGresult *result)
{
}

static PGconn *
open_connection(const struct postgresql_store *p)
{
	size_t n = 0;
	_cleanup_(freep) const char **words = NULL;
	PGconn *conn;

	while (p->options[n].keyword)
		n++;
	words = xcalloc(2 * (n + 1), sizeof(*words));
	for (size_t i = 0, j = 0; i < n; i++) {
		if (p->options[i].val) {
			words[j] = p->options[i].keyword;
			words[n + 1 + j++] = p->options[i].val;
		}
	}
	conn = PQconnectdbParams(words, words + n + 1, 0);
	return conn;
}

int
postgresql_connect(struct store *s, struct err *e)
{
	struct postgresql_store *p = postgresql_of(s);
	PGresult *result = NULL;
	int r;

	p->silence = postgresql_silence;
	p->conn = open_connection(p);
	if (p->conn == NULL)
		abort(); /* without memory */
	if (PQstatus(p->conn) != CONNECTION_OK)
		return postgresql_lost(p, PQerrorMessage(p->conn), e);
	(void)PQsetNoticeReceiver(p->conn, ignore_notice, NULL);
	(void)PQsetnonblocking(p->conn, 1);
	r = postgresql_await(p, PQsendQuery(p->conn, SESSION), &result, e);
	if (r >= 0 && is_error(result))
		r = postgresql_error(p, result, e);
	PQclear(result);
	if (r < 0)
		postgresql_disconnect(s);
	else
		s->connected = true;
	return r;
}

void
postgresql_disconnect(struct store *s)
{
	struct postgresql_store *p = postgresql_of(s);

	statements_clear(&p->statements, free);
	p->names = 0;
	PQfinish(p->conn);
	p->conn = NULL;
	s->connected = false;
}
