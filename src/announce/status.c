/* A neighbor as `nearcast status` shows it. */
#include "announce/neighbor.h"
#include "proto/bgp/codec.h"

static json_t *
families_json(const bool families[static BGP_FAMILY_MAX])
{
	json_t *list = json_array();

	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++) {
		if (families[f])
			(void)json_array_append_new(list, json_string(bgp_family_name(f)));
	}
	return list;
}

/* What the peer said of itself. */
static json_t *
open_json(const struct bgp_open *open)
{
	char id[IP_STR_MAX];

	if (open == NULL)
		return json_null();
	return json_pack("{s:I, s:s, s:i, s:o, s:b, s:b, s:b, s:i}", "as", (json_int_t)open->as,
	    "router_id", ip_format(ip_from_v4(open->id), id), "hold_time_s", (int)open->hold_time_s,
	    "families", families_json(open->families), "four_octet_as", (int)open->as4, "route_refresh",
	    (int)open->route_refresh, "graceful_restart", (int)open->graceful_restart,
	    "unknown_capabilities", (int)open->unknown);
}

static json_t *
text_or_null(const char *text)
{
	return text[0] ? json_string(text) : json_null();
}

static json_int_t
total(const uint64_t by_type[static BGP_TYPE_MAX])
{
	uint64_t n = 0;

	for (size_t i = 0; i < BGP_TYPE_MAX; i++)
		n += by_type[i];
	return (json_int_t)n;
}

json_t *
neighbor_status(const struct neighbor *n, struct instant now)
{
	const struct bgp_info *info = bgp_session_info(n->session);
	const struct bgp_counters *c = &info->counters;
	json_int_t announced = 0;
	char address[IP_STR_MAX];
	json_t *next = json_null();

	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++)
		announced += (json_int_t)bgp_session_announced(n->session, f);
	if (!instant_is_never(info->next_attempt))
		next = json_integer(MAX(duration_ms(instant_diff(info->next_attempt, now)), INT64_C(0)));
	return json_pack(
	    "{s:s, s:s, s:I, s:I, s:s, s:I, s:i, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o}",
	    "name", n->conf.name, "address", ip_format(n->conf.address, address), "local_as",
	    (json_int_t)n->conf.local_as, "peer_as", (json_int_t)n->conf.peer_as, "state",
	    bgp_state_name(info->state), "since_ms", (json_int_t)duration_ms(instant_diff(now, info->since)),
	    "hold_time_s", (int)info->negotiated.hold_time_s, "families", families_json(info->negotiated.families), "announced",
	    announced, "updates_sent", (json_int_t)c->out[BGP_UPDATE], "updates_received",
	    (json_int_t)c->in[BGP_UPDATE], "prefixes_received", (json_int_t)c->prefixes_in,
	    "withdrawn_received", (json_int_t)c->withdrawn_in, "messages_in", total(c->in), "messages_out",
	    total(c->out), "last_error", text_or_null(info->last_error),
	    "last_notification_sent", text_or_null(info->last_sent), "last_notification_received",
	    text_or_null(info->last_received), "next_attempt_ms", next, "received_open",
	    open_json(info->peer_open));
}
