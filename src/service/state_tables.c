/* What of a service and of the journal goes from one program to the next, as tables. */
#include "service/journal.h"
#include "service/service_internal.h"

static const struct state_field drain_fields[] = {
	STATE_FIELD(1, STATE_NUMBER, struct drain, phase, .max = DRAIN_DONE),
	STATE_FIELDS(2, STATE_BOOL, struct drain, ordered),
	STATE_FIELD(3, STATE_TEXT, struct drain, reason),
	STATE_FIELD(4, STATE_INSTANT, struct drain, since),
	STATE_FIELD(5, STATE_INSTANT, struct drain, until),
	STATE_FIELD(6, STATE_NUMBER, struct drain, until_connections),
	STATE_FIELD(7, STATE_BOOL, struct drain, counted),
	STATE_FIELD(8, STATE_NUMBER, struct drain, connections),
	STATE_FIELD(9, STATE_NUMBER, struct drain, most),
	STATE_FIELD(10, STATE_TEXT, struct drain, ended_why),
};

static const struct state_table drain_table = STATE_TABLE(drain_fields);

static const struct state_field hold_fields[] = {
	STATE_FIELD(1, STATE_BOOL, struct service_hold, held),
	STATE_FIELD(2, STATE_TEXT, struct service_hold, reason),
	STATE_FIELD(3, STATE_INSTANT, struct service_hold, since),
	STATE_FIELDS(4, STATE_BOOL, struct service_hold, ordered),
};

static const struct state_table hold_table = STATE_TABLE(hold_fields);

static const struct state_field service_fields[] = {
	STATE_FIELD(1, STATE_NUMBER, struct service, phase, .max = SERVICE_STOPPED),
	STATE_FIELD(2, STATE_STRUCT, struct service, drain, .table = &drain_table),
	STATE_FIELD(3, STATE_STRUCT, struct service, hold, .table = &hold_table),
	STATE_FIELD(4, STATE_INSTANT, struct service, leaves_at),
	STATE_FIELD(5, STATE_TEXT, struct service, stop_why),
};

const struct state_table service_table = STATE_TABLE(service_fields);

static const struct state_field damping_fields[] = {
	STATE_FIELD(1, STATE_NUMBER, struct damping, milliflaps),
	STATE_FIELD(2, STATE_INSTANT, struct damping, at),
};

static const struct state_table damping_table = STATE_TABLE(damping_fields);

static const struct state_field leave_fields[] = {
	STATE_FIELD(1, STATE_NUMBER, struct leave, state, .max = LEAVE_REFUSED),
	STATE_FIELD(2, STATE_INSTANT, struct leave, until),
	STATE_FIELD(3, STATE_TEXT, struct leave, why),
	STATE_FIELD(4, STATE_NUMBER, struct leave, refusals),
};

static const struct state_table leave_table = STATE_TABLE(leave_fields);

static const struct state_field address_fields[] = {
	STATE_FIELD(1, STATE_NUMBER, struct service_address, presence, .max = PRESENCE_MISSING),
	STATE_FIELD(2, STATE_TEXT, struct service_address, missing_why),
	STATE_FIELD(3, STATE_INSTANT, struct service_address, retry_at),
	STATE_FIELD(4, STATE_NUMBER, struct service_address, evidence, .max = STAGE_PREFERRED),
	STATE_FIELD(5, STATE_INSTANT, struct service_address, evidence_since),
	STATE_FIELD(6, STATE_STRUCT, struct service_address, damping, .table = &damping_table),
	STATE_FIELD(7, STATE_DURATION, struct service_address, hold_down),
	STATE_FIELD(8, STATE_INSTANT, struct service_address, damped_until),
	STATE_FIELD(9, STATE_STRUCT, struct service_address, leave, .table = &leave_table),
	STATE_FIELD(10, STATE_NUMBER, struct service_address, pinned, .max = STAGE_PREFERRED),
	STATE_FIELD(11, STATE_NUMBER, struct service_address, stage, .max = STAGE_PREFERRED),
	STATE_FIELD(12, STATE_INSTANT, struct service_address, since),
	STATE_FIELD(13, STATE_BOOL, struct service_address, ordered),
	STATE_FIELD(14, STATE_TEXT, struct service_address, why),
	STATE_FIELD(15, STATE_INSTANT, struct service_address, look_at),
	STATE_FIELD(16, STATE_BOOL, struct service_address, flushing),
	STATE_FIELD(17, STATE_BOOL, struct service_address, was_announced),
	STATE_FIELD(18, STATE_INSTANT, struct service_address, flushed_at),
};

const struct state_table service_address_table = STATE_TABLE(address_fields);

static const struct state_field run_fields[] = {
	STATE_FIELD(1, STATE_NUMBER, struct service_run, state.verdict, .max = VERDICT_FAILING),
	STATE_FIELD(2, STATE_INSTANT, struct service_run, state.since),
	STATE_FIELD(3, STATE_BOOL, struct service_run, state.definitive),
	STATE_FIELD(4, STATE_TEXT, struct service_run, state.why),
	STATE_FIELD(5, STATE_NUMBER, struct service_run, state.passes),
	STATE_FIELD(6, STATE_NUMBER, struct service_run, state.failures),
	STATE_FIELD(7, STATE_INSTANT, struct service_run, state.fresh_since),
	STATE_FIELD(8, STATE_BOOL, struct service_run, state.has_last),
	STATE_FIELD(9, STATE_INSTANT, struct service_run, state.last_at),
	STATE_FIELD(10, STATE_DURATION, struct service_run, state.last_took),
	STATE_FIELD(11, STATE_TEXT, struct service_run, state.last_why),
};

const struct state_table service_run_table = STATE_TABLE(run_fields);

static const struct state_field listener_fields[] = {
	STATE_FIELD(1, STATE_NUMBER, struct service_listener, presence, .max = PRESENCE_MISSING),
	STATE_FIELD(2, STATE_INSTANT, struct service_listener, since),
	STATE_FIELD(3, STATE_INSTANT, struct service_listener, spared_until),
};

const struct state_table service_listener_table = STATE_TABLE(listener_fields);

/* Its kind is a word: numbers are those of one version. */
static const struct state_field entry_fields[] = {
	STATE_FIELD(1, STATE_NUMBER, struct journal_entry, seq),
	STATE_FIELD(2, STATE_INSTANT, struct journal_entry, at),
	STATE_FIELD(3, STATE_NUMBER, struct journal_entry, at_wall_ns),
	STATE_FIELD(4, STATE_TEXT, struct journal_entry, service),
	STATE_FIELD(5, STATE_TEXT, struct journal_entry, neighbor),
	STATE_FIELD(6, STATE_TEXT, struct journal_entry, prefix),
	STATE_FIELD(7, STATE_TEXT, struct journal_entry, what),
	STATE_FIELD(8, STATE_TEXT, struct journal_entry, why),
};

const struct state_table journal_entry_table = STATE_TABLE(entry_fields);
