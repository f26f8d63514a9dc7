/* What each message of the peer leads to, in each state. */
#include <stdio.h>
#include <string.h>

#include "proto/bgp/session_internal.h"

#define OPEN_ERROR 2
#define OPEN_BAD_AS 2
#define OPEN_ROLE_MISMATCH 11 /* RFC 9234 */
#define CEASE 6
#define CEASE_REJECTED 5

static void
take_open(struct turn *t, enum bgp_way way, const uint8_t *body, size_t len)
{
	struct bgp_session *s = t->s;
	struct bgp_conf conf = s->conf;
	struct bgp_open open;
	struct bgp_error e;

	if (!bgp_open_decode(body, len, &open, &e)) {
		bgp_connection_fail(t, way, &e);
		return;
	}
	if (!s->up) { /* that of the session that stands, as long as it does */
		s->peer_open = open;
		s->info.peer_open = &s->peer_open;
	}
	/* of the families, those that this OPEN of ours has offered */
	memcpy(conf.families, s->connections[way].ours.families, sizeof(conf.families));
	if (!bgp_open_check(&open, &conf, &e)) {
		bgp_connection_fail(t, way, &e);
		return;
	}
	bgp_connection_confirm(t, way, &open);
}

/* What a refusal of our OPEN is about, where the peer does not say so. */
static void
explain_refusal(const struct bgp_conf *conf, struct bgp_error *e)
{
	if (e->code != OPEN_ERROR)
		return;
	if (e->subcode == OPEN_BAD_AS)
		(void)snprintf(e->own, sizeof(e->own), "it does not expect AS %u", conf->local_as);
	else if (e->subcode == OPEN_ROLE_MISMATCH && conf->role == BGP_ROLE_NONE)
		(void)snprintf(e->own, sizeof(e->own), "we name no role");
	else if (e->subcode == OPEN_ROLE_MISMATCH)
		(void)snprintf(e->own, sizeof(e->own), "our role is %s", bgp_role_name(conf->role));
}

static void
take_notification(struct turn *t, enum bgp_way way, const uint8_t *body, size_t len)
{
	struct bgp_session *s = t->s;
	struct bgp_connection *c = &s->connections[way];
	enum bgp_state was = c->state;
	char why[BGP_WHY_MAX];
	struct bgp_error e;
	bool rejected, less;

	bgp_notification_decode(body, len, &e);
	bgp_restart_farewell(c, &e);
	c->peer_ended = true;
	/* it has another connection, or pauses: as if it had not answered the dialling */
	rejected = was == BGP_OPEN_SENT && e.code == CEASE && e.subcode == CEASE_REJECTED;
	if (was < BGP_ESTABLISHED)
		explain_refusal(&s->conf, &e);
	(void)bgp_error_format(&e, s->info.last_received, sizeof(s->info.last_received));
	s->info.last_received_at = t->now;
	less = was < BGP_ESTABLISHED && bgp_retreat_take(&s->retreat, &s->conf, &c->ours, &e);
	(void)snprintf(why, sizeof(why), "the neighbor sent %.*s%s", (int)sizeof(why) - 64,
	    s->info.last_received, less ? "; the next OPEN offers less" : "");
	bgp_connection_reset(t, way, true);
	bgp_session_connection_ended(t, way, rejected ? BGP_NO_PAUSE : BGP_PAUSE, why);
	s->refused = true;
}

static void
take_update(struct turn *t, enum bgp_way way, const uint8_t *body, size_t len)
{
	_uninitialized_ struct bgp_error e;

	if (bgp_session_take_update(t->s, body, len, t->now, &e))
		bgp_connection_restart_hold(t, way);
	else
		bgp_connection_fail(t, way, &e);
}

static void
take_refresh(struct turn *t, enum bgp_way way, const uint8_t *message, size_t len)
{
	struct bgp_session *s = t->s;
	const struct bgp_connection *c = &s->connections[way];
	/*
	 * without RFC 7313 the octet of the subtype is reserved, and ignored (RFC 2918 section 3)
	 */
	uint8_t subtype =
	    c->negotiated.enhanced_refresh ? message[BGP_HEADER_LEN + 2] : BGP_REFRESH_REQUEST;
	struct bgp_refresh refresh;
	enum bgp_family family;
	struct bgp_error e;

	if (subtype > BGP_REFRESH_END) /* RFC 7313 section 5: of whatever length */
		return;
	if (!bgp_refresh_decode(message + BGP_HEADER_LEN, len - BGP_HEADER_LEN, &refresh, &e)) {
		if (subtype != BGP_REFRESH_REQUEST) /* RFC 7313 section 5 */
			(void)bgp_error_set(&e, 7, 1, message, len, NULL);
		bgp_connection_fail(t, way, &e);
		return;
	}
	family = bgp_family_from_wire(refresh.afi, refresh.safi);
	/*
	 * RFC 2918 section 4: a family that was not agreed on is ignored, and so is a peer that was
	 * not told it may ask. Begin and End concern those who import.
	 */
	if (subtype == BGP_REFRESH_REQUEST && c->ours.route_refresh && family != BGP_FAMILY_MAX &&
	    s->peering.families[family])
		bgp_refresh_request(t, family);
}

/* RFC 4271 section 8.2.2 for a message that its state does not know; subcodes of RFC 6608. */
static void
take_unexpected(struct turn *t, enum bgp_way way, uint8_t type)
{
	static const uint8_t subcodes[BGP_STATE_MAX] = {
		[BGP_OPEN_SENT] = 1, [BGP_OPEN_CONFIRM] = 2, [BGP_ESTABLISHED] = 3
	};
	struct bgp_error e;

	(void)bgp_error_set(&e, 5, subcodes[t->s->connections[way].state], &type, 1, NULL);
	bgp_connection_fail(t, way, &e);
}

void
bgp_connection_message(struct turn *t, enum bgp_way way, const uint8_t *message, size_t len)
{
	struct bgp_connection *c = &t->s->connections[way];
	const uint8_t *body = message + BGP_HEADER_LEN;
	size_t body_len = len - BGP_HEADER_LEN;
	uint8_t type = message[BGP_HEADER_LEN - 1];
	bool established = c->state == BGP_ESTABLISHED;

	bgp_session_count(t->s, false, way, message, len);
	if (type == BGP_NOTIFICATION) {
		take_notification(t, way, body, body_len);
	} else if (type == BGP_OPEN && c->state == BGP_OPEN_SENT) {
		take_open(t, way, body, body_len);
	} else if (type == BGP_KEEPALIVE && c->state == BGP_OPEN_CONFIRM) {
		c->state = BGP_ESTABLISHED;
		bgp_connection_restart_hold(t, way);
		bgp_session_connection_up(t, way);
	} else if (type == BGP_KEEPALIVE && established) {
		bgp_connection_restart_hold(t, way);
	} else if (type == BGP_UPDATE && established) {
		take_update(t, way, body, body_len);
	} else if (type == BGP_ROUTE_REFRESH && established) {
		take_refresh(t, way, message, len);
	} else {
		take_unexpected(t, way, type);
	}
}
