#include "controller/event_kinds.h"

#include <stddef.h>
#include <string.h>

#include "base/attr.h"
#include "service/event_kind.h"

static const char *const own_kinds[] = { "catchment-changed", "catchment-created",
	"catchment-deleted", "catchment-ended", "catchment-failed", "catchment-stopped",
	"clock-stepped", "global-ip-changed", "global-ip-ordered", "global-ip-released",
	"global-ip-taken-back", "host-changed", "host-created", "host-deleted", "host-joined",
	"host-left", "join-token-created", "join-token-deleted", "lease-granted", "lease-refused",
	"network-changed", "order-created", "order-deleted", "order-expired", "pool-changed",
	"pool-created", "pool-deleted", "project-changed", "project-created", "project-deleted",
	"rollout-changed", "rollout-created", "rollout-deleted", "rollout-done", "rollout-paused",
	"rollout-running", "rollout-step", "rollout-stopped", "rollout-taken-back", "service-changed",
	"service-created", "service-deleted", "session-began", "session-ended", "session-refused",
	"site-changed", "site-created", "site-deleted", "token-created", "token-revoked", NULL };

const char *const *
event_kinds_known(void)
{
	static const char *all[EVENT_KIND_MAX + ARRAY_SIZE(own_kinds)];
	size_t n = 0;

	for (size_t i = 0; i < EVENT_KIND_MAX; i++)
		all[n++] = event_kind_names[i];
	for (size_t i = 0; own_kinds[i] != NULL; i++)
		all[n++] = own_kinds[i];
	return all;
}

bool
event_kind_is_known(const char *kind)
{
	const char *const *known = event_kinds_known();

	while (*known != NULL && strcmp(*known, kind) != 0)
		known++;
	return *known != NULL;
}
