/*
 * The checks of a scenario, called by the schema in scenario.c: whether a plan can be made of it. Each
 * reports with conf_error_at() what is wrong, where, and what was expected.
 *
 * They report through scenario_wrong(), so that the later ones, which rely on what the earlier ones have
 * seen to, can be left out. The first group looks at one object alone and fills its derived fields; the second looks at the whole
 * scenario, of which every required key is there by then.
 */
#pragma once

#include <stdbool.h>

#include "lab/cities.h"
#include "lab/scenario.h"

/* conf_error_at(), and the scenario is marked as wrong. */
void scenario_wrong(struct conf *c, const void *field, const char *fmt, ...) _printf_(3, 4);

/* scenario_check.c: the objects */
void scenario_check_link(struct conf *c, void *object);
void scenario_check_meeting(struct conf *c, void *object);
void scenario_check_network(struct conf *c, void *object);
void scenario_check_relationship(struct conf *c, void *object);
void scenario_check_addressing(struct conf *c, void *object);
void scenario_check_global_ip(struct conf *c, void *object);

/* scenario_names.c: every name that is used exists, and none is used for two things */
void scenario_check_names(struct conf *c, const struct scenario *s);

/*
 * Whether `list`, of structs of `size` bytes that begin with their name, has one of the field's name.
 * Reports when not: "no site is called ..."; what is "site".
 */
bool scenario_check_known(struct conf *c, const char *const *field, const char *what,
    const struct conf_list *list, size_t size);
bool scenario_check_host(struct conf *c, const struct scenario *s, const char *const *field);

/* scenario_paths.c: the networks' relationships make sense, and lead from every client to every site */
void scenario_check_relationships(struct conf *c, const struct scenario *s);
void scenario_check_paths(struct conf *c, const struct scenario *s);

/* scenario_ips.c: what the Global IPs must not be, and whether the pools suffice */
void scenario_check_global_ips(struct conf *c, const struct scenario *s);
void scenario_check_pools(struct conf *c, const struct scenario *s);

/* scenario_steps.c */
void scenario_check_step(struct conf *c, void *object);
void scenario_check_present(struct conf *c, void *object); /* sets the object's `present` */
void scenario_check_steps(struct conf *c, const struct scenario *s);

/* Reports an unknown city at the field that names it. */
const struct city *scenario_check_city(struct conf *c, const char *const *field);
/* A name that can be a host's: no underscore, no "-" or "." at the end, at most max bytes. */
void scenario_check_name(struct conf *c, const char *const *field, size_t max);
void scenario_check_asn(struct conf *c, const uint32_t *asn);
/* Whether the network has a router in the city. */
bool scenario_network_in(const struct scenario_network *net, const char *city);
