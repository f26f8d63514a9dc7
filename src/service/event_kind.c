#include "service/event_kind.h"

#include <stddef.h>

const char *const event_kind_names[EVENT_KIND_MAX + 1] = {
	[EVENT_AGENT_STARTED] = "agent-started",
	[EVENT_AGENT_STOPPING] = "agent-stopping",
	[EVENT_AGENT_ENDED] = "agent-ended",
	[EVENT_SERVICE_ANNOUNCED] = "service-announced",
	[EVENT_SERVICE_BACKUP] = "service-backup",
	[EVENT_SERVICE_WAITS] = "service-waits",
	[EVENT_SERVICE_WITHDRAWN] = "service-withdrawn",
	[EVENT_WITHDRAW_WAITS] = "withdraw-waits",
	[EVENT_SERVICE_DAMPED] = "service-damped",
	[EVENT_SERVICE_STOPPED] = "service-stopped",
	[EVENT_GUARD_REFUSED] = "guard-refused",
	[EVENT_DRAIN_STARTED] = "drain-started",
	[EVENT_DRAIN_DONE] = "drain-done",
	[EVENT_DRAIN_ENDED] = "drain-ended",
	[EVENT_HOLD_STARTED] = "hold-started",
	[EVENT_HOLD_ENDED] = "hold-ended",
	[EVENT_VERDICT] = "verdict",
	[EVENT_ADDRESS_ADDED] = "address-added",
	[EVENT_ADDRESS_FAILED] = "address-failed",
	[EVENT_ADDRESS_REMOVED] = "address-removed",
	[EVENT_NEIGHBOR_UP] = "neighbor-up",
	[EVENT_NEIGHBOR_DOWN] = "neighbor-down",
	[EVENT_RELOAD_DONE] = "reload-done",
	[EVENT_RELOAD_REFUSED] = "reload-refused",
	[EVENT_RELOAD_CONFIRMED] = "reload-confirmed",
	[EVENT_RELOAD_TAKEN_BACK] = "reload-taken-back",
	[EVENT_KIND_MAX] = NULL,
};
