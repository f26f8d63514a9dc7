/*
 * What of a session goes from one program to the next, as tables. Not in them: what follows from
 * the configuration and from the OPENs of both sides, which is worked out again.
 */
#include "proto/bgp/session_internal.h"

static const struct state_field open_fields[] = {
	STATE_FIELD(1, STATE_NUMBER, struct bgp_open, as),
	STATE_FIELD(2, STATE_NUMBER, struct bgp_open, id),
	STATE_FIELD(3, STATE_NUMBER, struct bgp_open, hold_time_s),
	STATE_FIELD(4, STATE_BOOL, struct bgp_open, as4),
	STATE_FIELD(5, STATE_BOOL, struct bgp_open, multiprotocol),
	STATE_FIELDS(6, STATE_BOOL, struct bgp_open, families),
	STATE_FIELD(7, STATE_BOOL, struct bgp_open, route_refresh),
	STATE_FIELD(8, STATE_BOOL, struct bgp_open, enhanced_refresh),
	STATE_FIELD(9, STATE_BOOL, struct bgp_open, extended_message),
	STATE_FIELD(10, STATE_BOOL, struct bgp_open, extended_next_hop),
	STATE_FIELD(11, STATE_NUMBER, struct bgp_open, role, .max = BGP_ROLE_MAX),
	STATE_FIELD(12, STATE_NUMBER, struct bgp_open, unknown_role),
	STATE_FIELD(13, STATE_BOOL, struct bgp_open, graceful_restart),
	STATE_FIELD(14, STATE_BOOL, struct bgp_open, restarting),
	STATE_FIELD(15, STATE_BOOL, struct bgp_open, hard_reset),
	STATE_FIELD(16, STATE_NUMBER, struct bgp_open, restart_time_s),
	STATE_FIELDS(17, STATE_BOOL, struct bgp_open, restart_families),
	STATE_FIELDS(18, STATE_BOOL, struct bgp_open, forwarding),
	STATE_FIELD(19, STATE_NUMBER, struct bgp_open, unknown),
};

static const struct state_table open_table = STATE_TABLE(open_fields);

static const struct state_field connection_fields[] = {
	STATE_FIELD(1, STATE_NUMBER, struct bgp_connection, state, .max = BGP_ESTABLISHED),
	STATE_FIELD(2, STATE_INSTANT, struct bgp_connection, opened_at),
	STATE_FIELD(3, STATE_INSTANT, struct bgp_connection, hold_at),
	STATE_FIELD(4, STATE_INSTANT, struct bgp_connection, keepalive_at),
	STATE_FIELD(5, STATE_IP, struct bgp_connection, local),
	STATE_FIELD(6, STATE_STRUCT, struct bgp_connection, ours, .table = &open_table),
	STATE_FIELD(7, STATE_STRUCT, struct bgp_connection, open, .table = &open_table),
	STATE_FIELD(
	    8, STATE_NUMBER, struct bgp_connection, farewell, .max = BGP_FAREWELL_HARD_RESET),
	STATE_FIELD(9, STATE_BOOL, struct bgp_connection, unreachable),
	STATE_FIELD(10, STATE_BOOL, struct bgp_connection, peer_ended),
};

static const struct state_table connection_table = STATE_TABLE(connection_fields);

static const struct state_field send_hold_fields[] = {
	STATE_FIELD(1, STATE_INSTANT, struct bgp_send_hold, at),
	STATE_FIELD(2, STATE_INSTANT, struct bgp_send_hold, withdraw_at),
	STATE_FIELD(3, STATE_NUMBER, struct bgp_send_hold, taken),
	STATE_FIELD(4, STATE_BOOL, struct bgp_send_hold, withdrawal_sent),
};

static const struct state_table send_hold_table = STATE_TABLE(send_hold_fields);

static const struct state_field retreat_fields[] = {
	STATE_FIELDS(1, STATE_NUMBER, struct bgp_retreat, codes),
	STATE_FIELDS(2, STATE_BOOL, struct bgp_retreat, families),
	STATE_FIELD(3, STATE_BOOL, struct bgp_retreat, all),
};

static const struct state_table retreat_table = STATE_TABLE(retreat_fields);

static const struct state_field refresh_fields[] = {
	STATE_FIELD(1, STATE_BOOL, struct bgp_refresh_out, wanted),
	STATE_FIELD(2, STATE_BOOL, struct bgp_refresh_out, begin_due),
	STATE_FIELD(3, STATE_BOOL, struct bgp_refresh_out, sending),
	STATE_FIELD(4, STATE_INSTANT, struct bgp_refresh_out, not_before),
};

static const struct state_table refresh_table = STATE_TABLE(refresh_fields);

static const struct state_field offer_fields[] = {
	STATE_FIELD(1, STATE_BOOL, struct bgp_offer, as4),
	STATE_FIELD(2, STATE_BOOL, struct bgp_offer, route_refresh),
	STATE_FIELD(3, STATE_BOOL, struct bgp_offer, enhanced_refresh),
	STATE_FIELD(4, STATE_BOOL, struct bgp_offer, extended_message),
	STATE_FIELD(5, STATE_BOOL, struct bgp_offer, extended_next_hop),
	STATE_FIELD(6, STATE_BOOL, struct bgp_offer, graceful_restart),
	STATE_FIELD(7, STATE_BOOL, struct bgp_offer, hard_reset),
};

static const struct state_table offer_table = STATE_TABLE(offer_fields);

static const struct state_field counter_fields[] = {
	STATE_FIELDS(1, STATE_NUMBER, struct bgp_counters, in),
	STATE_FIELDS(2, STATE_NUMBER, struct bgp_counters, out),
	STATE_FIELD(3, STATE_NUMBER, struct bgp_counters, prefixes_in),
	STATE_FIELD(4, STATE_NUMBER, struct bgp_counters, withdrawn_in),
	STATE_FIELDS(5, STATE_NUMBER, struct bgp_counters, verdicts),
	STATE_FIELD(6, STATE_NUMBER, struct bgp_counters, attributes_discarded),
	STATE_FIELD(7, STATE_NUMBER, struct bgp_counters, established),
	STATE_FIELD(8, STATE_NUMBER, struct bgp_counters, attempts_failed),
};

static const struct state_table counter_table = STATE_TABLE(counter_fields);

static const struct state_field info_fields[] = {
	STATE_FIELD(1, STATE_NUMBER, struct bgp_info, state, .max = BGP_ESTABLISHED),
	STATE_FIELD(2, STATE_INSTANT, struct bgp_info, since),
	STATE_FIELD(3, STATE_INSTANT, struct bgp_info, established_since),
	STATE_FIELD(4, STATE_INSTANT, struct bgp_info, down_since),
	STATE_FIELD(5, STATE_STRUCT, struct bgp_info, offered, .table = &offer_table),
	STATE_FIELDS(6, STATE_BOOL, struct bgp_info, offered_families),
	STATE_FIELD(7, STATE_NUMBER, struct bgp_info, offered_role, .max = BGP_ROLE_MAX - 1),
	STATE_FIELD(8, STATE_STRUCT, struct bgp_info, counters, .table = &counter_table),
	STATE_FIELD(9, STATE_TEXT, struct bgp_info, last_sent),
	STATE_FIELD(10, STATE_INSTANT, struct bgp_info, last_sent_at),
	STATE_FIELD(11, STATE_TEXT, struct bgp_info, last_received),
	STATE_FIELD(12, STATE_INSTANT, struct bgp_info, last_received_at),
	STATE_FIELD(13, STATE_TEXT, struct bgp_info, last_malformed),
	STATE_FIELD(14, STATE_INSTANT, struct bgp_info, last_malformed_at),
	STATE_FIELD(15, STATE_TEXT, struct bgp_info, last_error),
	STATE_FIELD(16, STATE_INSTANT, struct bgp_info, last_error_at),
	STATE_FIELD(17, STATE_BOOL, struct bgp_info, keeps),
	STATE_FIELD(18, STATE_INSTANT, struct bgp_info, kept_until),
};

static const struct state_table info_table = STATE_TABLE(info_fields);

static const struct state_field session_fields[] = {
	STATE_FIELD(1, STATE_BOOL, struct bgp_session, started),
	STATE_FIELD(2, STATE_BOOL, struct bgp_session, up),
	STATE_FIELD(3, STATE_NUMBER, struct bgp_session, up_way, .max = BGP_WAY_MAX - 1),
	STATE_FIELD(4, STATE_BOOL, struct bgp_session, bfd_up),
	STATE_FIELD(5, STATE_BOOL, struct bgp_session, peer_may_return),
	STATE_FIELD(6, STATE_BOOL, struct bgp_session, refused),
	STATE_FIELD(7, STATE_BOOL, struct bgp_session, told_everything),
	STATE_FIELD(8, STATE_INSTANT, struct bgp_session, restart_until),
	STATE_FIELD(9, STATE_STRUCT, struct bgp_session, retreat, .table = &retreat_table),
	STATE_FIELDS(10, STATE_STRUCT, struct bgp_session, refresh, .table = &refresh_table),
	STATE_FIELDS(11, STATE_STRUCT, struct bgp_session, connections, .table = &connection_table),
	STATE_FIELD(12, STATE_INSTANT, struct bgp_session, retry_at),
	STATE_FIELD(13, STATE_INSTANT, struct bgp_session, idle_until),
	STATE_FIELD(14, STATE_DURATION, struct bgp_session, idle_hold),
	STATE_FIELD(15, STATE_INSTANT, struct bgp_session, accept_at),
	STATE_FIELD(16, STATE_STRUCT, struct bgp_session, peer_open, .table = &open_table),
	STATE_FIELD(17, STATE_STRUCT, struct bgp_session, send_hold, .table = &send_hold_table),
	STATE_FIELD(18, STATE_NUMBER, struct bgp_session, rng.state),
	STATE_FIELD(19, STATE_STRUCT, struct bgp_session, info, .table = &info_table),
	STATE_FIELD(20, STATE_BOOL, struct bgp_session, conf.restarted),
};

const struct state_table bgp_session_table = STATE_TABLE(session_fields);

static const struct state_field seen_fields[] = {
	STATE_FIELD(1, STATE_IP, struct bgp_watched, prefix.addr),
	STATE_FIELD(2, STATE_NUMBER, struct bgp_watched, prefix.len),
	STATE_FIELD(3, STATE_BOOL, struct bgp_watched, seen.seen),
	STATE_FIELD(4, STATE_INSTANT, struct bgp_watched, seen.since),
	STATE_FIELD(5, STATE_NUMBER, struct bgp_watched, seen.origin_as),
	STATE_FIELDS(6, STATE_NUMBER, struct bgp_watched, seen.path),
	STATE_FIELD(7, STATE_NUMBER, struct bgp_watched, seen.path_len),
};

const struct state_table bgp_watched_table = STATE_TABLE(seen_fields);
