/*
 * Where services stand: at which of their sites clients are answered, as far as is known.
 *
 * A site stands for a service as well as the best of its hosts (host_standing.h) that has the
 * service and is not drained by an order. Whom a change takes away are all sites that may announce
 * it, heard of or silent; who stands in for them are those alone that answer. Only where no site
 * was ever known to announce it, as before the hosts have joined, those that are not known to be
 * down are counted as if they did.
 *
 * Apart from that: where it is announced is where a host said so when it was last heard of, drained
 * or not, failing or not. A change of the document goes to all of those.
 */
#pragma once

#include "controller/host_standing.h"
#include "controller/intent.h"
#include "controller/scope.h"

struct standing {
	char service[STORE_ID_MAX], site[STORE_ID_MAX];
	char service_name[NAME_MAX_BYTES + 1], site_name[NAME_MAX_BYTES + 1];
	uint32_t min_sites, max_change_percent;
	bool wanted;             /* a host has it that no order drains */
	enum host_standing best; /* of those hosts; without one: down */
	bool reported;           /* a host of it has said something of the service */
	bool announced;          /* by a host, when that was heard of last */
	bool heard;              /* some host that announced it is present */
	int64_t heard_at;        /* the last of those that announced it; wall clock, ns */
};

/* Initialise with { 0 } and free with standings_done(). Of one service all sites with a host. */
struct standings {
	struct standing *items; /* owned; in the order of service, name of the site */
	size_t count, cap;
};

void standings_done(struct standings *s);
/* Of all services that have a host in the scope: 0, or an error of the store. */
int standings_read(struct call *c, const struct scope *scope, struct standings *ret);
/*
 * Leaves out the services that nobody can lose, for a change that is about others: those that no
 * host of any site says anything of, since they have no Global IP, or were never announced.
 */
void standings_leave_idle(struct standings *s);
/*
 * After a change, in its transaction: whether each service that stood as `before` says may lose the
 * sites that it has lost by it (intent.h). 0 with a reason, or when it is safe; else CALL_REFUSED:
 * for a while only, where it would be safe with the sites that are awaited.
 */
int standings_check(struct call *c, const struct standings *before, const char *override_reason);
/* Of one service: what a change reaches that goes to all sites where it is announced, as far as is
 * known. */
struct reach standings_reach(const struct standings *s);
/* Their names, "am6, la1 (silent since 2026-11-30T14:50:11.000Z) and 7 more": the caller's; NULL:
 * there is none. */
char *standings_announced_at(const struct standings *s);
/* Those of a service that are silent, with since when, likewise; NULL: there is none. */
char *standings_silent(const struct standings *s, const char *service);
/* Those of a service that are awaited, likewise. */
char *standings_awaited(const struct standings *s, const char *service);
