/* What became of a service, in the words of the log and of the journal: after it was done. */
#include <stdio.h>

#include "agent/agent_internal.h"
#include "base/log.h"
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
	const char *outcome = failed ? "cannot be added"
			      : ours ? "added"
				     : "was there before and is left alone";

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
	const char *why = sa->why;
	char what[JOURNAL_WHAT_MAX], text[PREFIX_STR_MAX];

	h->untold[address] = told.count == 0;
	(void)snprintf(what, sizeof(what), "service %s: %s %s%s", h->conf->name,
	    prefix_format(hosted_prefix(h, address), text),
	    told.count > 0 ? "announced" : "waits for a neighbor to be announced to",
	    sa->stage == STAGE_BACKUP ? " at backup" : "");
	log_notice("%s: %s told=%zu neighbors=%zu", what, why, told.count, told.of);
	journal_add(&h->agent->journal, clock_now(), clock_wall_ns(), what, why);
}

/* That it is withdrawn counts from the moment at which no neighbor waits for it any more. */
void
hosted_say_withdrawn(struct hosted *h, size_t address)
{
	struct withdraw_record *w = &h->withdraws[address];
	const struct neighbor_share *written = &w->result.written;
	char what[JOURNAL_WHAT_MAX], text[PREFIX_STR_MAX], took[64] = "";

	(void)prefix_format(hosted_prefix(h, address), text);
	w->waits = !w->flushed;
	if (w->waits) {
		struct neighbor_share left =
		    announcer_withdrawing(h->agent->announcer, hosted_prefix(h, address));

		(void)snprintf(what, sizeof(what), "service %s: %s withdraw waits to be written",
		    h->conf->name, text);
		log_warning("%s: %s definitive=%s waiting=%zu neighbors=%zu", what, w->why,
		    w->definitive ? "yes" : "no", left.count, left.of);
	} else {
		(void)snprintf(
		    what, sizeof(what), "service %s: %s withdrawn", h->conf->name, text);
		if (written->count > 0)
			(void)snprintf(took, sizeof(took), " noticed_to_written_us=%lld",
			    (long long)(instant_diff(w->result.at, w->heard).ns / NS_PER_US));
		log_notice("%s: %s definitive=%s written=%zu neighbors=%zu%s", what, w->why,
		    w->definitive ? "yes" : "no", written->count, written->of, took);
	}
	journal_add(&h->agent->journal, clock_now(), clock_wall_ns(), what, w->why);
}

/* What becomes of the service as a whole, or only has to be said; NULL: another kind of action. */
static const char *
words_for(enum service_action_type type)
{
	switch (type) {
	case SERVICE_DAMPED:
		return "is held down after it flapped";
	case SERVICE_REFUSED:
		return "stays announced: the guard refused the withdraw";
	case SERVICE_DRAINS:
		return "drains";
	case SERVICE_DRAINED:
		return "drained";
	case SERVICE_UNDRAINED:
		return "drain ended";
	case SERVICE_HELD:
		return "held";
	case SERVICE_RELEASED:
		return "released";
	case SERVICE_ADD_ADDRESS:
	case SERVICE_ANNOUNCE:
	case SERVICE_WITHDRAW:
	case SERVICE_REMOVE_ADDRESS:
	case SERVICE_RUN_CHECK:
	case SERVICE_NOTE:
	case SERVICE_DONE:
	case SERVICE_ASK_GUARD:
		break;
	}
	return NULL;
}

/* Into the journal and the log, after it was done. */
void
hosted_say(struct hosted *h, const struct service_action *action, struct instant heard)
{
	struct agent *a = h->agent;
	char what[JOURNAL_WHAT_MAX], text[PREFIX_STR_MAX] = "";
	int64_t wall = clock_wall_ns();

	if (action->type != SERVICE_NOTE && action->type != SERVICE_RUN_CHECK)
		prefix_format(hosted_prefix(h, action->index), text);
	switch (action->type) {
	case SERVICE_WITHDRAW:
		hosted_say_withdrawn(h, action->index);
		return;
	case SERVICE_ANNOUNCE:
		hosted_say_announced(h, action->index);
		return;
	case SERVICE_NOTE:
		describe_run(h, action->index, what, sizeof(what));
		log_notice("%s: %s", what, action->why);
		break;
	case SERVICE_ADD_ADDRESS:
		if (!describe_add(h, action->index, text, what, sizeof(what)))
			return;
		log_info("%s: %s", what, action->why);
		break;
	case SERVICE_REMOVE_ADDRESS:
		if (addresses_is_present(a->addresses, h->address_places[action->index]))
			return;
		(void)snprintf(what, sizeof(what), "service %s: %s removed", h->conf->name, text);
		log_info("%s: %s", what, action->why);
		break;
	case SERVICE_DONE:
		(void)snprintf(what, sizeof(what), "service %s: stopped", h->conf->name);
		log_info("%s: %s", what, action->why);
		break;
	case SERVICE_DAMPED:
	case SERVICE_REFUSED:
		(void)snprintf(what, sizeof(what), "service %s: %s %s", h->conf->name, text,
		    words_for(action->type));
		log_notice("%s: %s", what, action->why);
		break;
	case SERVICE_DRAINS:
	case SERVICE_DRAINED:
	case SERVICE_UNDRAINED:
	case SERVICE_HELD:
	case SERVICE_RELEASED:
		(void)snprintf(
		    what, sizeof(what), "service %s: %s", h->conf->name, words_for(action->type));
		log_notice("%s: %s", what, action->why);
		break;
	case SERVICE_RUN_CHECK:
	case SERVICE_ASK_GUARD:
		return;
	}
	journal_add(&a->journal, heard, wall, what, action->why);
}
