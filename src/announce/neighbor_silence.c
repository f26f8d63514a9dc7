/*
 * Connections that stand, and over which nothing comes: a distance or a signature that is kept to
 * while TCP is set up, and not behind it, makes no error either. What this host drops is said once
 * for each.
 */
#include "announce/neighbor_internal.h"
#include "base/log.h"

/* A neighbor sends its OPEN at once, and again a few times within that. */
#define LOOK_EVERY DURATION_S(3)

static bool
is_silent(const struct neighbor_connection *c)
{
	return c && !c->connecting && !c->heard && !c->silence_told;
}

static void
look_at(struct neighbor *n, struct neighbor_connection *c, struct instant now)
{
	char text[BGP_WHY_MAX], address[NEIGHBOR_ADDRESS_MAX], note[FAILURE_LIMIT_NOTE_MAX];
	uint64_t left_out;

	if (!neighbor_silence(n, c, text, sizeof(text)))
		return;
	c->silence_told = true;
	bgp_session_note(n->session, text, now);
	if (failure_limit_take(&n->failures, text, now, &left_out))
		log_warning("neighbor %s: %s address=%s as=%u%s", n->conf.name, text,
		    neighbor_conf_address(&n->conf, address), n->conf.peer_as,
		    failure_limit_note(left_out, note));
}

void
neighbor_silence_look(struct timer *t, struct instant now)
{
	struct neighbor *n = container_of(t, struct neighbor, silence_timer);
	bool silent = false;

	for (enum bgp_way way = 0; way < BGP_WAY_MAX; way++) {
		if (is_silent(n->connections[way]))
			look_at(n, n->connections[way], now);
		silent |= is_silent(n->connections[way]);
	}
	n->silence_looks = silent;
	timer_set(t, silent ? instant_add(now, LOOK_EVERY) : INSTANT_NEVER);
}

void
neighbor_expect_bytes(struct neighbor *n)
{
	if (n->silence_looks)
		return;
	n->silence_looks = true;
	timer_set(&n->silence_timer, instant_add(clock_now(), LOOK_EVERY));
}
