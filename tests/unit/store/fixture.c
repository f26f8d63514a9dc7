#include "fixture.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "store/id.h"
#include "tap.h"

struct store *
fixture_open(const char *where)
{
	struct store *s = NULL;
	struct err e = { 0 };

	if (where == NULL)
		return NULL;
	if (store_open(where, &s, &e) < 0 || store_migrate(s, &e) < 0) {
		tap_fail(__FILE__, __LINE__, "%s", e.message);
		store_close(s);
		return NULL;
	}
	return s;
}

struct store *
fixture_store(void)
{
	return fixture_open(fixture_new());
}

static int
do_one(struct store *s, void *arg, struct err *e)
{
	return store_do(s, e, arg);
}

int
fixture_do(struct store *s, const char *sql, struct err *e)
{
	_cleanup_(freep) char *text = xstrdup(sql);

	return store_transaction(s, do_one, text, e);
}

int64_t
fixture_int(struct store *s, const char *sql)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	struct err e = { 0 };

	if (store_query(s, &rows, &e, sql) < 0) {
		tap_fail(__FILE__, __LINE__, "%s", e.message);
		return -1;
	}
	return store_next(&rows) ? store_int(&rows, 0) : -1;
}

struct job {
	void (*run)(unsigned number);
	unsigned number;
};

static void *
run_job(void *arg)
{
	struct job *job = arg;

	job->run(job->number);
	return NULL;
}

void
fixture_threads(unsigned n, void (*run)(unsigned number))
{
	pthread_t threads[32];
	struct job jobs[32];

	n = MIN(n, 32u);
	for (unsigned i = 0; i < n; i++) {
		jobs[i] = (struct job){ run, i };
		if (pthread_create(&threads[i], NULL, run_job, &jobs[i]) != 0)
			abort();
	}
	for (unsigned i = 0; i < n; i++)
		(void)pthread_join(threads[i], NULL);
}

void
fixture_fill(struct store *s)
{
	struct err e = { 0 };
	const char *statements[] = {
		"INSERT INTO projects (id, name, max_ipv4, max_ipv6, max_services, created_at) "
		"VALUES ('prj_1', 'edge', 100, 100, 10, 0)",
		"INSERT INTO pools (id, name, family, prefix, first_key, last_key, announced_as, "
		"quarantine, search_key, created_at) VALUES ('pol_1', 'v4', 4, '192.0.2.0/24', "
		"'4c0000200', '4c00002ff', 'aggregate', 0, '4c0000200', 0)",
		"INSERT INTO sites (id, name, created_at) VALUES ('sit_1', 'am6', 0)",
	};

	for (size_t i = 0; i < ARRAY_SIZE(statements); i++) {
		if (fixture_do(s, statements[i], &e) != 1)
			tap_fail(__FILE__, __LINE__, "%s", e.message);
	}
}

int
fixture_order(struct store *s, unsigned last, unsigned size, struct err *e)
{
	char id[STORE_ID_MAX], key[STORE_KEY_MAX], last_key[STORE_KEY_MAX],
	    text[PREFIX_STR_MAX + 4];
	struct ip first = ip_from_v4(0xc0000200 + last);
	int r;

	(void)prefix_format(
	    (struct prefix){ first, (uint8_t)(33 - __builtin_ffs((int)size)) }, text);
	r = store_do(s, e,
	    "INSERT INTO global_ips (id, project, pool, family, size, prefix, first_key, last_key, "
	    "state, created_at) VALUES ($1, 'prj_1', 'pol_1', 4, $2, $3, $4, $5, 'active', 0)",
	    SQL_TEXT(store_id("ip", 0, id)), SQL_INT(size), SQL_TEXT(text),
	    SQL_TEXT(store_key(first, key)),
	    SQL_TEXT(store_key(ip_add(first, size - 1), last_key)));
	for (unsigned i = 0; r >= 0 && i < size; i++) {
		struct ip ip = ip_add(first, i);

		r = store_do(s, e,
		    "INSERT INTO addresses (address_key, address, pool, global_ip) "
		    "VALUES ($1, $2, 'pol_1', $3)",
		    SQL_TEXT(store_key(ip, key)), SQL_TEXT(ip_format(ip, text)), SQL_TEXT(id));
	}
	return r;
}
