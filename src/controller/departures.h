/*
 * Hosts whose long poll ended with its connection, and which of them have not come back: pure.
 *
 * An agent that lives asks again within a second or two (follow.h); so does one that was upgraded,
 * or whose connection a proxy has cut. One that asks nothing in the grace has left: its program or
 * its machine ended. What never says that a connection ended (a cable, a power cut) is no matter of
 * this: it falls silent (presence.h).
 */
#pragma once

#include "base/time.h"
#include "store/id.h"

#define DEPARTURE_GRACE DURATION_S(4)

struct departure {
	char host[STORE_ID_MAX];
	struct instant at;
};

/* Initialise with { 0 } and free with departures_done(), after which it is empty. */
struct departures {
	struct departure *items; /* owned; in the order of time */
	size_t count, cap;
};

void departures_done(struct departures *d);
/* Its connection ended. */
void departures_add(struct departures *d, const char *host, struct instant at);
/* It has asked something. */
void departures_forget(struct departures *d, const char *host);
/* Takes out one that did not come back: false, there is none. */
bool departures_take(struct departures *d, struct instant now, struct departure *ret);
