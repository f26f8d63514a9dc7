/*
 * Bytes of a connection to whole messages. A message that is whole in the bytes given is used where
 * it stands; one in pieces is put together in the connection's buffer, which is enlarged only for a
 * peer that may send longer messages, and does (RFC 8654).
 */
#include <string.h>

#include "base/alloc.h"
#include "proto/bgp/session_internal.h"

static uint8_t *
buffer_of(struct bgp_connection *c)
{
	return c->rx_long ? c->rx_long : c->rx;
}

/* Fills the receive buffer up to n bytes; true when they are there. */
static bool
fill(struct bgp_connection *c, size_t n, const uint8_t **bytes, size_t *len)
{
	size_t take = n > c->rx_len ? MIN(n - c->rx_len, *len) : 0;

	if (n > sizeof(c->rx) && c->rx_long == NULL) {
		c->rx_long = xcalloc(1, BGP_EXTENDED_MESSAGE_MAX);
		memcpy(c->rx_long, c->rx, c->rx_len);
	}
	if (take > 0)
		memcpy(buffer_of(c) + c->rx_len, *bytes, take);
	c->rx_len += take;
	*bytes += take;
	*len -= take;
	return c->rx_len >= n;
}

/*
 * RFC 8654 section 4: who said that it takes longer ones has to, also from a peer that takes none
 * itself.
 */
static size_t
message_max(const struct bgp_connection *c)
{
	return c->ours.extended_message ? BGP_EXTENDED_MESSAGE_MAX : BGP_MESSAGE_MAX;
}

void
bgp_connection_bytes(struct turn *t, enum bgp_way way, const uint8_t *bytes, size_t len)
{
	struct bgp_connection *c = &t->s->connections[way];
	bool in_place = c->rx_len == 0 && len >= BGP_HEADER_LEN;
	const uint8_t *message = in_place ? bytes : buffer_of(c);
	struct bgp_header h;
	struct bgp_error e;
	size_t given = len;

	t->actions->consumed = given;
	if (c->state < BGP_OPEN_SENT) /* a driver's late bytes of a connection that is gone */
		return;
	if (!in_place && !fill(c, BGP_HEADER_LEN, &bytes, &len))
		return;
	if (!bgp_header_decode(message, message_max(c), &h, &e)) {
		bgp_connection_fail(t, way, &e);
		return;
	}
	if (in_place && len >= h.length) {
		t->actions->consumed = h.length;
		bgp_connection_message(t, way, message, h.length);
		return;
	}
	bool whole = fill(c, h.length, &bytes, &len);
	t->actions->consumed = given - len;
	if (!whole)
		return;
	c->rx_len = 0;
	bgp_connection_message(t, way, buffer_of(c), h.length);
}
