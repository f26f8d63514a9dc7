/*
 * Which hosts something concerns: a service everywhere, a site, a host, or a service at one of
 * them.
 */
#pragma once

#include "controller/call.h"

/* Ids; NULL: any. Not all of them are NULL. */
struct scope {
	const char *service, *site, *host;
};

/*
 * A number that is another one after each transaction that calls a function below, and the same for
 * all that is read of hosts' services, orders and sites until then: a term of SQL.
 */
#define SCOPE_NUMBER "COALESCE((SELECT number FROM counters WHERE name = 'desired'), 0)"

/*
 * What the hosts of the scope are to do was changed: raises the number, and the desired revision of
 * those that have a service of it, and rings them. 0 or an error of the store.
 */
int scope_touch(struct call *c, const struct scope *s);
/* Likewise of all hosts of a site: what they are told of it was changed. */
int scope_touch_site(struct call *c, const char *site);
/* Likewise of one host, whatever it has. */
int scope_touch_host(struct call *c, const char *host);
