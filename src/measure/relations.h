/*
 * Who is whose customer, and who peers with whom, from a file in the form of CAIDA's AS
 * relationships. Pure, but for reading the file.
 *
 *   64496|64500|-1     the first is the provider of the second
 *   64496|64497|0      they are peers
 *
 * What follows a third "|" (serial-2 has a source there) is not read, nor what follows "#". Two
 * networks stand in a file once.
 *
 * A route that follows these relations is valley-free (Gao, "On Inferring Autonomous System
 * Relationships in the Internet", IEEE/ACM ToN 2001): a network tells its customers all it has, and
 * its peers and providers what it has of customers.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/strbuf.h"

#define RELATIONS_MAX (UINT32_C(1) << 22) /* pairs */

/* What a neighbor is to a network; the larger, the more its routes are preferred. */
enum relation {
	RELATION_NONE,
	RELATION_PROVIDER,
	RELATION_PEER,
	RELATION_CUSTOMER,
};

struct relation_neighbor {
	uint32_t of, asn; /* what asn is to `of` */
	enum relation relation;
};

struct relations;

/*
 * Reads a file, "-" for standard input, or a text that is called name. Bad lines are added to
 * report, as lines.h does; with one of them the whole is refused (-EINVAL).
 */
int relations_load_file(
    const char *path, struct relations **ret, struct strbuf *report, struct err *e) _must_use_;
int relations_load_text(const char *name, const char *text, struct relations **ret,
    struct strbuf *report, struct err *e) _must_use_;
void relations_free(struct relations *r); /* NULL is fine, here and below */

/* What `neighbor` is to `asn`. */
enum relation relations_between(const struct relations *r, uint32_t asn, uint32_t neighbor);
/* All neighbors of a network, by their numbers; borrowed. */
const struct relation_neighbor *relations_of(
    const struct relations *r, uint32_t asn, size_t *ret_count);
/* Of all networks, sorted by `of`; borrowed. */
const struct relation_neighbor *relations_all(const struct relations *r, size_t *ret_count);
const char *relation_name(enum relation relation); /* "provider" */

/* ---- the ways that relations allow ---- */

#define RELATION_PATH_MAX 32

/* How each network could reach one of a few. */
struct relation_ways;

/* goals: networks that have the route of a customer: those that a site announces to, or its own. */
struct relation_ways *relation_ways_new(
    const struct relations *r, const uint32_t *goals, size_t goal_count);
void relation_ways_free(struct relation_ways *w);
/*
 * The shortest way from a network over that neighbor of it to a goal, both ends included; fills at
 * most RELATION_PATH_MAX, and gives how many. 0: the relations allow none.
 */
size_t relation_way_over(const struct relation_ways *w, uint32_t from, uint32_t neighbor,
    uint32_t path[static RELATION_PATH_MAX]);
