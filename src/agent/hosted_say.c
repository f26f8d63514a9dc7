/* What became of a service, in the words of the log and of events: after it was done. */
#include <stdio.h>

#include "agent/agent_internal.h"
#include "base/utf8.h"

/* "check front at 203.0.113.10: failing" */
static void
describe_run(const struct hosted *h, size_t index, char *buf, size_t size)
{
	const struct service_run *run = &h->engine->runs[index];
	char text[IP_STR_MAX];

	utf8_format(buf, size, "service %s: check %s%s%s %s", h->conf->name,
	    h->check_confs[run->check].name, run->address == SERVICE_ALL ? "" : " at ",
	    run->address == SERVICE_ALL ? "" : ip_format(h->conf->addresses[run->address], text),
	    verdict_name(run->state.verdict));
}

/* What became of adding an address; false when that was said before. */
static bool
describe_add(struct hosted *h, size_t address, const char *text, char *buf, size_t size)
{
	const struct addresses *addresses = h->agent->addresses;
	bool ours = addresses_is_ours(addresses, h->address_places[address]);
	bool failed = !ours && !addresses_is_present(addresses, h->address_places[address]);
	bool again = failed && h->add_failed[address];
	const char *outcome = failed                  ? "cannot be added"
			      : !ours                 ? "was there before and is left alone"
			      : h->was_there[address] ? "was there, from the nearcastd before"
						      : "added";

	h->add_failed[address] = failed;
	utf8_format(buf, size, "service %s: %s %s", h->conf->name, text, outcome);
	return !again;
}

/* That an address is announced counts from the first neighbor that has been told. */
void
hosted_say_announced(struct hosted *h, size_t address)
{
	struct neighbor_share told = hosted_told(h, address);
	const struct service_address *sa = &h->engine->addresses[address];
	bool backup = sa->stage == STAGE_BACKUP;
	char what[JOURNAL_WHAT_MAX], text[PREFIX_STR_MAX], details[64];
	struct event event = { .kind = EVENT_SERVICE_WAITS,
		.service = h->conf->name,
		.prefix = prefix_format(hosted_prefix(h, address), text),
		.what = what,
		.why = sa->why };

	h->untold[address] = told.count == 0;
	if (told.count > 0)
		event.kind = backup ? EVENT_SERVICE_BACKUP : EVENT_SERVICE_ANNOUNCED;
	(void)snprintf(what, sizeof(what), "service %s: %s %s%s", h->conf->name, text,
	    told.count > 0 ? "announced" : "waits for a neighbor to be announced to",
	    backup ? " at backup" : "");
	(void)snprintf(details, sizeof(details), " told=%zu neighbors=%zu", told.count, told.of);
	agent_tell(h->agent, LOG_LEVEL_NOTICE, &event, details);
}

/* That it is withdrawn counts from the moment at which no neighbor waits for it any more. */
void
hosted_say_withdrawn(struct hosted *h, size_t address)
{
	struct withdraw_record *w = &h->withdraws[address];
	const struct neighbor_share *written = &w->result.written;
	char what[JOURNAL_WHAT_MAX], text[PREFIX_STR_MAX], took[64] = "", details[192];
	struct event event = { .kind = w->flushed ? EVENT_SERVICE_WITHDRAWN : EVENT_WITHDRAW_WAITS,
		.service = h->conf->name,
		.prefix = prefix_format(hosted_prefix(h, address), text),
		.what = what,
		.why = w->why };

	w->waits = !w->flushed;
	if (w->waits) {
		struct neighbor_share left =
		    announcer_withdrawing(h->agent->announcer, hosted_prefix(h, address));
		struct announcer_kept kept = hosted_kept(h, address);
		char more[KEPT_MAX] = "";

		if (kept.count > 0)
			(void)announcer_kept_format(&kept, more, sizeof(more));
		utf8_format(what, sizeof(what), "service %s: %s withdraw waits%s%s", h->conf->name,
		    text, kept.count > 0 ? ": " : " to be written", more);
		(void)snprintf(details, sizeof(details), " evidence=%s waiting=%zu neighbors=%zu",
		    service_grounds_name(w->grounds), left.count, left.of);
	} else {
		(void)snprintf(
		    what, sizeof(what), "service %s: %s withdrawn", h->conf->name, text);
		if (written->count > 0)
			(void)snprintf(took, sizeof(took), " noticed_to_written_us=%lld",
			    (long long)(instant_diff(w->result.at, w->heard).ns / NS_PER_US));
		(void)snprintf(details, sizeof(details), " evidence=%s written=%zu neighbors=%zu%s",
		    service_grounds_name(w->grounds), written->count, written->of, took);
	}
	agent_tell(h->agent, w->waits ? LOG_LEVEL_WARNING : LOG_LEVEL_NOTICE, &event, details);
}

/* What is said of an action as such: words NULL: more than words, or nothing. */
static const struct saying {
	enum event_kind kind;
	enum log_level level;
	bool of_address;
	const char *words;
} sayings[] = {
	[SERVICE_NOTE] = { EVENT_VERDICT, LOG_LEVEL_NOTICE, false, NULL },
	[SERVICE_ADD_ADDRESS] = { EVENT_ADDRESS_ADDED, LOG_LEVEL_INFO, true, NULL },
	[SERVICE_REMOVE_ADDRESS] = { EVENT_ADDRESS_REMOVED, LOG_LEVEL_INFO, true, "removed" },
	[SERVICE_DONE] = { EVENT_SERVICE_STOPPED, LOG_LEVEL_INFO, false, "stopped" },
	[SERVICE_DAMPED] = { EVENT_SERVICE_DAMPED, LOG_LEVEL_NOTICE, true,
	    "is held down after it flapped" },
	[SERVICE_REFUSED] = { EVENT_GUARD_REFUSED, LOG_LEVEL_NOTICE, true,
	    "stays announced: the guard refused the withdraw" },
	[SERVICE_DRAINS] = { EVENT_DRAIN_STARTED, LOG_LEVEL_NOTICE, false, "drains" },
	[SERVICE_DRAINED] = { EVENT_DRAIN_DONE, LOG_LEVEL_NOTICE, false, "drained" },
	[SERVICE_UNDRAINED] = { EVENT_DRAIN_ENDED, LOG_LEVEL_NOTICE, false, "drain ended" },
	[SERVICE_HELD] = { EVENT_HOLD_STARTED, LOG_LEVEL_NOTICE, false, "held" },
	[SERVICE_RELEASED] = { EVENT_HOLD_ENDED, LOG_LEVEL_NOTICE, false, "released" },
};

/* Among the events and into the log, after it was done. */
void
hosted_say(struct hosted *h, const struct service_action *action, struct instant heard)
{
	struct agent *a = h->agent;
	const struct saying *saying = &sayings[action->type];
	char what[JOURNAL_WHAT_MAX], text[PREFIX_STR_MAX] = "";
	struct event event = { .kind = saying->kind,
		.at = heard,
		.service = h->conf->name,
		.what = what,
		.why = action->why };

	if (saying->of_address)
		event.prefix = prefix_format(hosted_prefix(h, action->index), text);
	(void)snprintf(what, sizeof(what), "service %s: %s%s%s", h->conf->name, text,
	    saying->of_address ? " " : "", saying->words ? saying->words : "");
	switch (action->type) {
	case SERVICE_WITHDRAW:
		hosted_say_withdrawn(h, action->index);
		return;
	case SERVICE_ANNOUNCE:
		hosted_say_announced(h, action->index);
		return;
	case SERVICE_NOTE:
		describe_run(h, action->index, what, sizeof(what));
		break;
	case SERVICE_ADD_ADDRESS:
		if (!describe_add(h, action->index, text, what, sizeof(what)))
			return;
		if (h->add_failed[action->index])
			event.kind = EVENT_ADDRESS_FAILED;
		break;
	case SERVICE_REMOVE_ADDRESS:
		if (addresses_is_present(a->addresses, h->address_places[action->index]))
			return;
		break;
	case SERVICE_RUN_CHECK:
	case SERVICE_ASK_GUARD:
	case SERVICE_FORGET_GUARD:
		return;
	case SERVICE_DONE:
	case SERVICE_DAMPED:
	case SERVICE_REFUSED:
	case SERVICE_DRAINS:
	case SERVICE_DRAINED:
	case SERVICE_UNDRAINED:
	case SERVICE_HELD:
	case SERVICE_RELEASED:
		break;
	}
	agent_tell(a, saying->level, &event, "");
}
