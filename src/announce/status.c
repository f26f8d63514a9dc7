/* A neighbor as JSON: for `nearcast status`, and whole for `nearcast neighbors`. */
#include <stdio.h>

#include "announce/status_internal.h"
#include "base/utf8.h"

json_t *
status_ms(struct duration d)
{
	return json_integer(duration_ms(d));
}

json_t *
status_ago(struct instant at, struct instant now)
{
	return instant_is_never(at)
		   ? json_null()
		   : json_integer(MAX(duration_ms(instant_diff(now, at)), INT64_C(0)));
}

json_t *
status_until(struct instant at, struct instant now)
{
	return instant_is_never(at)
		   ? json_null()
		   : json_integer(MAX(duration_ms(instant_diff(at, now)), INT64_C(0)));
}

/* Some of these texts are the peer's, cut to fit. */
json_t *
status_text_or_null(const char *text)
{
	char mended[BGP_WHY_MAX];

	if (text == NULL || text[0] == '\0')
		return json_null();
	(void)snprintf(mended, sizeof(mended), "%s", text);
	return json_string(utf8_mend(mended));
}

static json_int_t
total(const uint64_t by_type[static BGP_TYPE_MAX])
{
	uint64_t n = 0;

	for (size_t i = 0; i < BGP_TYPE_MAX; i++)
		n += by_type[i];
	return (json_int_t)n;
}

/* The text and how long ago it was, as two keys. */
static void
set_event(json_t *o, const char *key, const char *text, struct instant at, struct instant now)
{
	char ago[64];

	(void)snprintf(ago, sizeof(ago), "%s_ago_ms", key);
	(void)json_object_set_new(o, key, status_text_or_null(text));
	(void)json_object_set_new(o, ago, text[0] ? status_ago(at, now) : json_null());
}

static json_t *
endpoint_or_null(const struct endpoint *e)
{
	char text[NEIGHBOR_ENDPOINT_MAX];

	return e->addr.family == IP_NONE ? json_null()
					 : json_string(neighbor_endpoint_format(*e, text));
}

static json_t *
transport_json(const struct neighbor *n)
{
	static const char *const modes[] = { [NEIGHBOR_ACTIVE] = "active",
		[NEIGHBOR_BOTH] = "both",
		[NEIGHBOR_PASSIVE] = "passive" };
	enum bgp_way way = bgp_session_way(n->session);
	const struct neighbor_connection *c = n->connections[way];
	struct endpoint local = { 0 }, remote = { 0 };

	if (c == NULL)
		c = n->connections[way = way == BGP_DIALLED ? BGP_ACCEPTED : BGP_DIALLED];
	if (c != NULL)
		stream_endpoints(c->stream, &local, &remote);
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:i, s:i, s:b, s:o}", "mode",
	    modes[n->conf.mode], "local", endpoint_or_null(&local), "remote",
	    endpoint_or_null(&remote), "opened_by",
	    c == NULL ? json_null() : json_string(way == BGP_DIALLED ? "us" : "the neighbor"),
	    "interface", status_text_or_null(n->conf.interface), "multihop", (int)n->conf.multihop,
	    "ttl_security", (int)n->conf.ttl_security, "md5", n->conf.password != NULL,
	    "user_timeout_ms", status_ms(n->conf.user_timeout));
}

static json_t *
announced_json(const struct neighbor *n)
{
	json_t *o = json_object();

	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++)
		(void)json_object_set_new(o, bgp_family_name(f),
		    json_integer((json_int_t)bgp_session_announced(n->session, f)));
	return o;
}

/* How long the session stood that has ended last; null: none has, or it is up again. */
static json_t *
last_up_json(const struct bgp_info *info)
{
	if (instant_is_never(info->established_since) || instant_is_never(info->down_since))
		return json_null();
	return status_ms(instant_diff(info->down_since, info->established_since));
}

/* Who it is and how it goes. */
static json_t *
overview_json(const struct neighbor *n, struct instant now)
{
	const struct bgp_info *info = bgp_session_info(n->session);
	json_int_t announced = 0;
	char address[NEIGHBOR_ADDRESS_MAX];

	for (enum bgp_family f = 0; f < BGP_FAMILY_MAX; f++)
		announced += (json_int_t)bgp_session_announced(n->session, f);
	return json_pack(
	    "{s:s, s:s, s:i, s:I, s:I, s:s, s:o, s:o, s:o, s:b, s:i, s:o, s:I, s:o, s:I}",
	    "name", n->conf.name, "address", neighbor_conf_address(&n->conf, address), "port",
	    (int)n->conf.port, "local_as", (json_int_t)n->conf.local_as, "peer_as",
	    (json_int_t)n->conf.peer_as, "state", bgp_state_name(info->state), "since_ms",
	    status_ago(info->since, now), "down_since_ms", status_ago(info->down_since, now),
	    "last_up_ms", last_up_json(info), "waits_for_bfd", (int)info->waits_for_bfd,
	    "hold_time_s", (int)info->negotiated.hold_time_s, "families",
	    status_families(info->negotiated.families), "announced", announced,
	    "announced_by_family", announced_json(n), "prefix_limit",
	    (json_int_t)n->conf.prefix_limit);
}

static void
set_counters(json_t *o, const struct bgp_counters *c)
{
	const struct {
		const char *key;
		json_int_t value;
	} rows[] = {
		{ "established_count", (json_int_t)c->established },
		{ "attempts_failed", (json_int_t)c->attempts_failed },
		{ "messages_in", total(c->in) },
		{ "messages_out", total(c->out) },
		{ "updates_sent", (json_int_t)c->out[BGP_UPDATE] },
		{ "updates_received", (json_int_t)c->in[BGP_UPDATE] },
		{ "prefixes_received", (json_int_t)c->prefixes_in },
		{ "withdrawn_received", (json_int_t)c->withdrawn_in },
		{ "attributes_discarded", (json_int_t)c->attributes_discarded },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		(void)json_object_set_new(o, rows[i].key, json_integer(rows[i].value));
	(void)json_object_set_new(o, "messages", status_messages(c));
	(void)json_object_set_new(o, "verdicts", status_verdicts(c));
}

json_t *
neighbor_status(const struct neighbor *n, struct instant now)
{
	const struct bgp_info *info = bgp_session_info(n->session);
	json_t *o = overview_json(n, now);

	set_event(o, "last_error", info->last_error, info->last_error_at, now);
	set_event(o, "last_notification_sent", info->last_sent, info->last_sent_at, now);
	set_event(
	    o, "last_notification_received", info->last_received, info->last_received_at, now);
	set_event(o, "last_malformed", info->last_malformed, info->last_malformed_at, now);
	(void)json_object_set_new(o, "next_attempt_ms", status_until(info->next_attempt, now));
	set_counters(o, &info->counters);
	(void)json_object_set_new(o, "kept", status_kept(n, now));
	(void)json_object_set_new(o, "timers", status_timers(n, now));
	(void)json_object_set_new(o, "capabilities", status_capabilities(n));
	(void)json_object_set_new(o, "role", status_role(n));
	(void)json_object_set_new(o, "received_open", status_received_open(info->peer_open));
	(void)json_object_set_new(o, "transport", transport_json(n));
	(void)json_object_set_new(o, "dump", dump_status(n->dump));
	(void)json_object_set_new(o, "bfd", bfd_neighbor_status(n->bfd, now));
	return o;
}
