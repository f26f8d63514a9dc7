#include "base/attr.h"
#include "proto/mrt/mrt.h"

#define AS_TRANS 23456 /* RFC 6793 */

/* The header with microseconds (section 3), which are part of the length. */
static void
put_header(struct writer *w, struct mrt_time time, enum mrt_bgp4mp_subtype subtype, size_t len)
{
	writer_u32(w, time.seconds);
	writer_u16(w, MRT_BGP4MP_ET);
	writer_u16(w, subtype);
	writer_u32(w, 4 + len);
	writer_u32(w, time.microseconds);
}

static void
put_as(struct writer *w, uint32_t as, bool as4)
{
	if (as4)
		writer_u32(w, as);
	else
		writer_u16(w, as > UINT16_MAX ? AS_TRANS : as);
}

static size_t
session_len(const struct mrt_session *s)
{
	return (s->as4 ? 8u : 4u) + 4u + 2u * ip_size(s->peer.family);
}

static void
put_session(struct writer *w, const struct mrt_session *s)
{
	put_as(w, s->peer_as, s->as4);
	put_as(w, s->local_as, s->as4);
	writer_u16(w, s->interface);
	writer_u16(w, s->peer.family == IP_V4 ? 1 : 2);
	writer_bytes(w, s->peer.bytes, ip_size(s->peer.family));
	writer_bytes(w, s->local.bytes, ip_size(s->peer.family));
}

void
mrt_write_message(struct writer *w, struct mrt_time time, const struct mrt_session *session,
    bool sent, const uint8_t *message, size_t len)
{
	enum mrt_bgp4mp_subtype two = sent ? MRT_MESSAGE_LOCAL : MRT_MESSAGE;
	enum mrt_bgp4mp_subtype four = sent ? MRT_MESSAGE_AS4_LOCAL : MRT_MESSAGE_AS4;

	put_header(w, time, session->as4 ? four : two, session_len(session) + len);
	put_session(w, session);
	writer_bytes(w, message, len);
}

void
mrt_write_state_change(struct writer *w, struct mrt_time time, const struct mrt_session *session,
    enum mrt_state old_state, enum mrt_state new_state)
{
	put_header(w, time, session->as4 ? MRT_STATE_CHANGE_AS4 : MRT_STATE_CHANGE,
	    session_len(session) + 4);
	put_session(w, session);
	writer_u16(w, old_state);
	writer_u16(w, new_state);
}
