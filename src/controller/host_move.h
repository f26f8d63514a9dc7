/*
 * A host of another site. At which site it stands decides which services it has, and whose loss it
 * is when it goes: so it moves only while nothing is lost by that and nothing is begun. It
 * announces nothing, has said so since it was told last, and an order keeps it from what it has;
 * then no site stands worse without it. No service of its old or new site is in a rollout, which
 * counts on the hosts that its sites had when it began. One that never joined announces nothing.
 *
 * There is no override: whoever would need it takes one outage for another, and the drain that is
 * asked for instead is guarded like any other.
 */
#pragma once

#include "controller/call.h"

/* host: as hosts_find() gives it; site: the new one, an id. 0; or CALL_REFUSED, and was said what is to be done first. */
int host_may_move(struct call *c, const json_t *host, const char *site);
/* It stands at the site, an id, from now on, and hears of it. 0 or an error of the store. */
int host_move(struct call *c, const char *id, const char *site);
