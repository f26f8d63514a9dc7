/*
 * The prepared statements of one connection, by their text. Texts are literals of the program, so
 * there are as many as it has; beyond STATEMENTS_MAX (somebody glues SQL together) they are not
 * kept.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STATEMENTS_MAX 512

struct statements {
	struct statement {
		uint64_t hash;
		char *sql;
		void *prepared;
	} * list; /* owned */
	size_t count, cap;
};

/* What was put in for this text, or NULL. */
void *statements_find(const struct statements *all, const char *sql);
/* Whether it is kept now; it was not there. */
bool statements_add(struct statements *all, const char *sql, void *prepared);
/* Calls finish for each, and forgets them. */
void statements_clear(struct statements *all, void (*finish)(void *prepared));
