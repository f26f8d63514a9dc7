/*
 * The kinds of what happens to an agent: words for filters, hooks and fields of the log. A kind is
 * never renamed, since people match on it; nearcastd(8) says what each means.
 */
#pragma once

enum event_kind {
	EVENT_AGENT_STARTED,
	EVENT_AGENT_STOPPING,
	EVENT_AGENT_ENDED,
	EVENT_SERVICE_ANNOUNCED,
	EVENT_SERVICE_BACKUP,
	EVENT_SERVICE_WAITS,
	EVENT_SERVICE_WITHDRAWN,
	EVENT_WITHDRAW_WAITS,
	EVENT_SERVICE_DAMPED,
	EVENT_SERVICE_STOPPED,
	EVENT_GUARD_REFUSED,
	EVENT_DRAIN_STARTED,
	EVENT_DRAIN_DONE,
	EVENT_DRAIN_ENDED,
	EVENT_HOLD_STARTED,
	EVENT_HOLD_ENDED,
	EVENT_VERDICT,
	EVENT_ADDRESS_ADDED,
	EVENT_ADDRESS_FAILED,
	EVENT_ADDRESS_REMOVED,
	EVENT_NEIGHBOR_UP,
	EVENT_NEIGHBOR_DOWN,
	EVENT_KIND_MAX,
};

/* All of them by their number, and NULL behind them. */
extern const char *const event_kind_names[EVENT_KIND_MAX + 1];
