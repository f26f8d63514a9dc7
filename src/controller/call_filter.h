/*
 * What a list is asked for in its query, through a table: which parameters there are, and what each
 * of them may say.
 */
#pragma once

#include "controller/call.h"

struct call_filter {
	const char *name;         /* of the parameter */
	const char *const *words; /* all that it may say, ends with NULL; NULL: names, see below */
	const char *const *known; /* names that need no look into the store; NULL: none */
	/*
	 * Gives a row when there is what $1 says; of_project: and whoever asks may see it. $2 is
	 * the project that the path names, else the caller's, "" for all. NULL: it may say
	 * anything.
	 */
	const char *sql;
	bool of_project;
	const char *missing; /* "there is no site", before its name */
};

/* What lists are asked for by name or id; `or_else` is more SQL, that ends the query. */
/* clang-format off */
#define CALL_FILTER_SITE(or_else)                                                                     \
	{ .name = "site", .missing = "there is no site",                                               \
	    .sql = "SELECT 1 FROM sites WHERE id = $1 OR name = $1" or_else }
#define CALL_FILTER_HOST(or_else)                                                                     \
	{ .name = "host", .missing = "there is no host", .of_project = true,                           \
	    .sql = "SELECT 1 FROM hosts WHERE (id = $1 OR name = $1)"                                  \
		   " AND ($2 = '' OR project IS NULL OR project = $2)" or_else }
#define CALL_FILTER_SERVICE(or_else)                                                                  \
	{ .name = "service", .missing = "there is no service", .of_project = true,                     \
	    .sql = "SELECT 1 FROM services WHERE (id = $1 OR name = $1)"                               \
		   " AND ($2 = '' OR project = $2)" or_else }
#define CALL_FILTER_POOL                                                                              \
	{ .name = "pool", .missing = "there is no pool", .of_project = true,                           \
	    .sql = "SELECT 1 FROM pools WHERE (id = $1 OR name = $1)"                                  \
		   " AND ($2 = '' OR project IS NULL OR project = $2)" }
/* clang-format on */

/* 0; or CALL_REFUSED: a word is none that may be said, or there is nothing of that name; or an
 * error of the store. */
int call_filters_check(struct call *c, const struct call_filter *filters, size_t count);
/* A value for each filter of the table: what the query says, "" for what it does not. */
void call_filters_said(const struct call *c, const struct call_filter *filters, size_t count,
    struct store_value *values);
/* Both. */
int call_filters(
    struct call *c, const struct call_filter *filters, size_t count, struct store_value *values);
/* A page of a list of a project ("": of all), whose id is $3 of its SQL, and what the filters say
 * $4 and on. */
#define CALL_FILTERS_MAX 5
int call_list_filtered(struct call *c, const struct call_list *list, const char *project,
    const struct call_filter *filters, size_t count);
