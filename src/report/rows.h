/*
 * The findings of a report by network: one row for all clients of a network in a country that land
 * at one site and should land at another one. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "measure/report.h"

struct row {
	uint32_t client; /* one of them, with most weight: its network and country are the row's */
	uint32_t site, better_site;
	uint64_t clients;
	bool only_nearer;       /* of all of them: by time it is no better, or not known to be */
	double rtt, better_rtt; /* means by weight of those where it is known; else NAN */
	double ms, km; /* likewise: what it costs; no ms of those that it is only nearer to */
	double share;  /* of all users, percent */
	double cost;   /* share × ms, what the rows are sorted by */
};

struct rows {
	struct row *items; /* owned; the highest cost first */
	size_t count;
	/* Of those that were left out: */
	size_t left_out;
	uint64_t left_out_clients;
	double left_out_share;
	double left_out_ms; /* the most that one of them loses; NAN: there is none */
};

/* max: of rows. */
struct rows rows_of(const struct report *r, size_t max);
void rows_done(struct rows *rows);
