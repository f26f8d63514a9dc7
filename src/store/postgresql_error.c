#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"
#include "store/postgresql.h"

/* https://www.postgresql.org/docs/15/errcodes-appendix.html */
int
postgresql_classify(const char *sqlstate, enum store_mode mode)
{
	static const struct {
		const char *begins;
		int error;
	} table[] = {
		{ "40", STORE_COLLIDED },    /* serialization_failure, deadlock_detected */
		{ "55P03", STORE_COLLIDED }, /* lock_not_available */
		{ "23505", STORE_EXISTS },
		{ "23P01", STORE_EXISTS }, /* exclusion_violation */
		{ "23", STORE_CONSTRAINT },
		{ "53100", STORE_FULL },
		{ "53300", STORE_AWAY }, /* too_many_connections */
		{ "57014", STORE_AWAY }, /* statement_timeout */
		{ "57P", STORE_AWAY },   /* the server stops, starts, or ends the connection */
		{ "25P03", STORE_AWAY }, /* idle_in_transaction_session_timeout */
		{ "08", STORE_AWAY },
		{ "XX001", STORE_CORRUPT },
		{ "XX002", STORE_CORRUPT },
	};

	/* it has become the standby of another server */
	if (strcmp(sqlstate, "25006") == 0 && mode == STORE_WRITING)
		return STORE_AWAY;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		if (str_starts_with(sqlstate, table[i].begins))
			return table[i].error;
	}
	return STORE_OTHER;
}

int
postgresql_lost(struct postgresql_store *p, const char *why, struct err *e)
{
	char text[ERR_MESSAGE_MAX / 2];

	(void)snprintf(text, sizeof(text), "%s", why);
	postgresql_clean(p, text);
	postgresql_disconnect(&p->store);
	return err_set(e, STORE_AWAY, "%s: %s", p->store.name, text);
}

int
postgresql_error(struct postgresql_store *p, const PGresult *result, struct err *e)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *what = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	char text[ERR_MESSAGE_MAX / 2];
	int r = state ? postgresql_classify(state, p->store.mode) : STORE_OTHER;

	(void)snprintf(text, sizeof(text), "%s", what ? what : PQresultErrorMessage(result));
	if (PQstatus(p->conn) == CONNECTION_BAD || (state && strcmp(state, "25006") == 0 && r == STORE_AWAY))
		return postgresql_lost(p, text, e);
	postgresql_clean(p, text);
	return err_set(e, r, "%s: %s", p->store.name, text);
}
