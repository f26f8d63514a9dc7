/* What a neighbor's session has agreed on, counts and waits for. */
#include "announce/status_internal.h"
#include "proto/bgp/codec.h"

/* One line of the table of capabilities. */
static void
add_capability(json_t *list, const char *name, bool configured, bool offered, const bool *received,
    bool negotiated)
{
	(void)json_array_append_new(list,
	    json_pack("{s:s, s:b, s:b, s:o, s:b}", "name", name, "configured", (int)configured,
		"offered", (int)offered, "received",
		received ? json_boolean(*received) : json_null(), "negotiated", (int)negotiated));
}

json_t *
status_capabilities(const struct neighbor *n)
{
	const struct bgp_info *info = bgp_session_info(n->session);
	const struct bgp_negotiated *both = &info->negotiated;
	const struct bgp_offer *ours = &info->offered;
	struct bgp_offer offer = n->conf.offer, *conf = &offer;
	const struct bgp_open *theirs = info->peer_open;
	const bool configured[BGP_FAMILY_MAX] = {
		[BGP_IPV4] = n->conf.ipv4, [BGP_IPV6] = n->conf.ipv6
	};
	/* a configuration is what our next OPEN says, as long as none was sent */
	bool opened = info->counters.out[BGP_OPEN] > 0;
	json_t *list = json_array();

	/* these two are nothing by themselves */
	offer.enhanced_refresh &= offer.route_refresh;
	offer.hard_reset &= offer.graceful_restart;
	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++)
		add_capability(list, bgp_family_name(f), configured[f],
		    opened && info->offered_families[f], theirs ? &theirs->families[f] : NULL,
		    both->families[f]);
#define ADD(name, field)                                                                           \
	add_capability(list, name, conf->field, opened && ours->field,                             \
	    theirs ? &theirs->field : NULL, both->field)
	ADD("four_octet_as", as4);
	ADD("route_refresh", route_refresh);
	ADD("enhanced_refresh", enhanced_refresh);
	ADD("extended_message", extended_message);
	ADD("extended_next_hop", extended_next_hop);
	ADD("graceful_restart", graceful_restart);
	ADD("hard_reset", hard_reset);
#undef ADD
	return list;
}

static json_t *
role_or_null(enum bgp_role role)
{
	if (role == BGP_ROLE_NONE)
		return json_null();
	return role == BGP_ROLE_MAX ? json_string("unknown") : json_string(bgp_role_name(role));
}

json_t *
status_role(const struct neighbor *n)
{
	const struct bgp_info *info = bgp_session_info(n->session);
	const struct bgp_open *theirs = info->peer_open;

	return json_pack("{s:o, s:o, s:o, s:b}", "ours", role_or_null(n->conf.role), "offered",
	    role_or_null(info->offered_role), "neighbors",
	    role_or_null(theirs != NULL ? theirs->role : BGP_ROLE_NONE), "strict",
	    (int)n->conf.role_strict);
}

static json_t *
restart_or_null(const struct bgp_open *open)
{
	if (!open->graceful_restart)
		return json_null();
	return json_pack("{s:b, s:I, s:o, s:o}", "restarting", (int)open->restarting,
	    "restart_time_ms", (json_int_t)open->restart_time_s * 1000, "families",
	    status_families(open->restart_families), "forwarding",
	    status_families(open->forwarding));
}

json_t *
status_timers(const struct neighbor *n, struct instant now)
{
	const struct bgp_info *info = bgp_session_info(n->session);
	bool up = info->state == BGP_ESTABLISHED;
	const struct instant never = INSTANT_NEVER;

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "hold_time_ms",
	    up ? status_ms(DURATION_S(info->negotiated.hold_time_s)) : json_null(),
	    "hold_time_offered_ms", status_ms(n->conf.hold_time), "hold_expires_ms",
	    status_until(up ? info->hold_expires : never, now), "keepalive_ms",
	    up ? status_ms(info->keepalive) : json_null(), "keepalive_due_ms",
	    status_until(up ? info->keepalive_due : never, now), "connect_retry_ms",
	    status_ms(n->conf.connect_retry), "idle_hold_ms", status_ms(n->conf.idle_hold),
	    "idle_hold_max_ms", status_ms(n->conf.idle_hold_max), "restart_time_offered_ms",
	    n->conf.offer.graceful_restart ? status_ms(n->conf.restart_time) : json_null(),
	    "next_attempt_ms",
	    status_until(info->next_attempt, now));
}

static json_t *
by_type(const uint64_t count[static BGP_TYPE_MAX])
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "open", (json_int_t)count[BGP_OPEN],
	    "update", (json_int_t)count[BGP_UPDATE], "notification",
	    (json_int_t)count[BGP_NOTIFICATION], "keepalive", (json_int_t)count[BGP_KEEPALIVE],
	    "route_refresh", (json_int_t)count[BGP_ROUTE_REFRESH], "unknown", (json_int_t)count[0]);
}

json_t *
status_messages(const struct bgp_counters *c)
{
	return json_pack("{s:o, s:o}", "sent", by_type(c->out), "received", by_type(c->in));
}

json_t *
status_verdicts(const struct bgp_counters *c)
{
	return json_pack("{s:I, s:I, s:I, s:I}", "accept",
	    (json_int_t)c->verdicts[BGP_VERDICT_ACCEPT], "discard",
	    (json_int_t)c->verdicts[BGP_VERDICT_DISCARD], "withdraw",
	    (json_int_t)c->verdicts[BGP_VERDICT_WITHDRAW], "reset",
	    (json_int_t)c->verdicts[BGP_VERDICT_RESET]);
}

json_t *
status_families(const bool families[static BGP_FAMILY_MAX])
{
	json_t *list = json_array();

	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++) {
		if (families[f])
			(void)json_array_append_new(list, json_string(bgp_family_name(f)));
	}
	return list;
}

json_t *
status_received_open(const struct bgp_open *open)
{
	char id[IP_STR_MAX];

	if (open == NULL)
		return json_null();
	return json_pack("{s:I, s:s, s:i, s:o, s:b, s:b, s:b, s:o, s:i}", "as",
	    (json_int_t)open->as, "router_id", ip_format(ip_from_v4(open->id), id), "hold_time_s",
	    (int)open->hold_time_s, "families", status_families(open->families), "four_octet_as",
	    (int)open->as4, "route_refresh", (int)open->route_refresh, "graceful_restart",
	    (int)open->graceful_restart, "restart", restart_or_null(open), "unknown_capabilities",
	    (int)open->unknown);
}
