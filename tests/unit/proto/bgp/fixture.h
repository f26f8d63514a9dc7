/* A session with a fake clock, and what it asks for as text. */
#pragma once

#include "base/strbuf.h"
#include "bytes.h"
#include "proto/bgp/session_internal.h"

#define KEEPALIVE MARKER "0013 04"
#define UPDATE MARKER "0017 02 0000 0000"
#define REFRESH MARKER "0017 05 0001 00 01"
#define CEASE_SHUTDOWN MARKER "0015 03 06 02"
/* AS 64501, hold time 30 s, 192.0.2.2, IPv4 and IPv6, 4-octet AS */
#define OPEN_HOLD(hold, id)                                                                        \
	MARKER "0031 01 04 fbf5 " hold " " id " 14 02 12 0104 0001 0001 0104 0002 0001 4104 0000fbf5"
#define OPEN OPEN_HOLD("001e", "c0000202")

struct fixture {
	struct bgp_session *s;
	struct instant now;
	struct bgp_actions actions;
	struct strbuf trace;
};

static inline void
fixture_done(struct fixture *f)
{
	bgp_session_free(f->s);
	strbuf_done(&f->trace);
}

#define FIXTURE(f, conf)                                                                           \
	_cleanup_(fixture_done) struct fixture f = { .s = bgp_session_new(&(conf), 1),             \
		.now = { 1000 * NS_PER_S } }

/* "D:OPEN" for each message sent, by way. */
static inline void
trace_sent(struct fixture *f, enum bgp_way way)
{
	static const char *const names[] = { "", "OPEN", "UPDATE", "NOTIFICATION", "KEEPALIVE",
		"REFRESH" };
	const uint8_t *p = f->actions.send[way].bytes;
	size_t left = f->actions.send[way].len;

	while (left > 0) {
		struct bgp_header h;
		struct bgp_error e;

		if (!bgp_header_decode(p, BGP_MESSAGE_MAX, &h, &e) || h.length > left) {
			tap_fail(__FILE__, __LINE__, "a malformed message was sent");
			return;
		}
		strbuf_addf(&f->trace, "%c:%s", way == BGP_DIALLED ? 'D' : 'A', names[h.type]);
		if (h.type == BGP_NOTIFICATION)
			strbuf_addf(&f->trace, "-%u/%u", p[19], p[20]);
		strbuf_add_char(&f->trace, ' ');
		p += h.length;
		left -= h.length;
	}
}

/* What the turn asked for, as text; the fixture owns it until the next turn. */
static inline const char *
give(struct fixture *f, struct bgp_event event)
{
	static const char *const changes[] = { "", "up ", "down ", "failed " };

	bgp_session_input(f->s, &event, f->now, &f->actions);
	strbuf_done(&f->trace);
	for (enum bgp_way way = 0; way < BGP_WAY_MAX; way++) {
		trace_sent(f, way);
		if (f->actions.close[way])
			strbuf_add(&f->trace, way == BGP_DIALLED ? "D:close " : "A:close ");
	}
	strbuf_addf(&f->trace, "%s%s", f->actions.dial ? "dial " : "", changes[f->actions.change]);
	CHECK((f->actions.why[0] != '\0') == (f->actions.change != BGP_CHANGE_NONE));
	return strbuf_get(&f->trace);
}

#define GIVE(f, type_, ...) give(&(f), (struct bgp_event){ .type = (type_), ##__VA_ARGS__ })

static inline const char *
give_bytes(struct fixture *f, enum bgp_way way, const char *hex)
{
	uint8_t bytes[BGP_MESSAGE_MAX];
	size_t len = from_hex(hex, bytes, sizeof(bytes));
	const char *trace = give(f,
	    (struct bgp_event){ .type = BGP_EVENT_BYTES, .way = way, .bytes = bytes, .len = len });

	CHECK_INT(f->actions.consumed, len);
	return trace;
}

/* Lets the time come for which the session asked. */
static inline const char *
give_time(struct fixture *f)
{
	struct instant at = bgp_session_deadline(f->s);

	if (!instant_is_never(at))
		f->now = at;
	return give(f, (struct bgp_event){ .type = BGP_EVENT_TIMER });
}

static inline enum bgp_state
state(const struct fixture *f)
{
	return bgp_session_info(f->s)->state;
}

/* Brings a fresh session to a state, over the dialled connection. */
static inline void
bring_to(struct fixture *f, enum bgp_state to)
{
	if (to == BGP_IDLE)
		return;
	(void)GIVE(*f, BGP_EVENT_START);
	if (to == BGP_ACTIVE)
		(void)GIVE(*f, BGP_EVENT_CLOSED, .way = BGP_DIALLED, .text = "refused");
	if (to >= BGP_OPEN_SENT)
		(void)GIVE(*f, BGP_EVENT_DIALLED);
	if (to >= BGP_OPEN_CONFIRM)
		(void)give_bytes(f, BGP_DIALLED, OPEN);
	if (to >= BGP_ESTABLISHED)
		(void)give_bytes(f, BGP_DIALLED, KEEPALIVE);
	CHECK_INT(state(f), to);
}
