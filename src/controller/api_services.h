/* What the files of services share. */
#pragma once

#include "controller/call.h"

/* Raises the desired revision of every host that the service is placed on now. */
int services_touch_hosts(struct call *c, const char *service);
/*
 * After a change, in its transaction: whether the service, which was as `before` says, may lose the
 * sites that it has lost by it (intent.h). 0 with a reason, or when it is safe.
 */
int services_check_intent(struct call *c, const json_t *before, const char *override_reason);
