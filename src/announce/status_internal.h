/*
 * Parts of a neighbor as JSON, for status.c, and the values that bfd.c and routes.c have in common
 * with it. Each is owned by the caller; announcer_status() in announce.h says what is in them.
 */
#pragma once

#include "announce/neighbor.h"

/* ---- status.c ---- */

json_t *status_ms(struct duration d);
/* How long ago, or how soon, in ms: not negative; null for never. */
json_t *status_ago(struct instant at, struct instant now);
json_t *status_until(struct instant at, struct instant now);
/* At most BGP_WHY_MAX - 1 bytes of it, made UTF-8; null for none or an empty one. */
json_t *status_text_or_null(const char *text);

/* ---- kept.c ---- */

#define KEPT_UNTIL_MAX 64
/* "until 04:05:06Z (graceful restart)", of the wall clock. Returns buf. */
char *kept_until_format(struct instant until, char buf[static KEPT_UNTIL_MAX]);
/* What the neighbor may keep of a session that was lost, or null. */
json_t *status_kept(const struct neighbor *n, struct instant now);

/* ---- status_session.c: what the session says ---- */

json_t *status_capabilities(const struct neighbor *n);
json_t *status_role(const struct neighbor *n);
json_t *status_timers(const struct neighbor *n, struct instant now);
json_t *status_messages(const struct bgp_counters *c);
json_t *status_verdicts(const struct bgp_counters *c);
json_t *status_families(const bool families[static BGP_FAMILY_MAX]);
json_t *status_received_open(const struct bgp_open *open);

/* ---- attributes_json.c ---- */

/* Keys of announcer_routes(): origin, med, local_pref, and the three kinds of communities. */
json_t *status_attributes(const struct bgp_attributes *a, bool external);
