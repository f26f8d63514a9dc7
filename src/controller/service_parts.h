/*
 * A service as a request wants it: its document has to fit its Global IPs, which are the project's
 * and no other service's; and its places, which are sites, and hosts that the project may use.
 */
#pragma once

#include "controller/standing.h"

struct service {
	uint64_t given;
	const char *name, *description, *override_reason;
	json_t *document, *global_ips, *sites, *hosts;
	uint32_t min_sites, max_change_percent, lease_seconds;
};

/*
 * Whether it may be so. id: of the service; "": a new one. errors: what is wrong already, taken
 * over, so that all of it is said at once; then name and document may be NULL. 0, CALL_REFUSED, or
 * an error.
 */
int service_check(struct call *c, const struct service *s, const char *id, json_t *errors);
/* Gives it its addresses and places, and touches its hosts. */
int service_set_parts(struct call *c, const char *id, const struct service *s);
/*
 * After that: whether as many sites have it as its min_sites wants, if it is placed at all. Asked
 * when min_sites is new: a site that is taken away is a matter of standing.h. 0, CALL_REFUSED, or
 * an error.
 */
int service_check_min_sites(struct call *c, const char *id, const struct service *s);

/*
 * service_reach.c: whether a service that was `before`, as the API shows it, and stood so, may be
 * what s says at all of its sites at once, and be guarded by no more than s says: 0 with
 * s->override_reason, too; else CALL_REFUSED.
 */
int service_check_reach(
    struct call *c, const json_t *before, const struct service *s, const struct standings *stood);
