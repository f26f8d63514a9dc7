#include "controller/departures.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"

void
departures_done(struct departures *d)
{
	free(d->items);
	*d = (struct departures){ 0 };
}

static void
take_out(struct departures *d, size_t i)
{
	d->count--;
	memmove(&d->items[i], &d->items[i + 1], (d->count - i) * sizeof(*d->items));
}

void
departures_forget(struct departures *d, const char *host)
{
	for (size_t i = 0; i < d->count; i++) {
		if (strcmp(d->items[i].host, host) != 0)
			continue;
		take_out(d, i);
		return;
	}
}

void
departures_add(struct departures *d, const char *host, struct instant at)
{
	struct departure *last;

	departures_forget(d, host);
	d->items = grow_array(d->items, d->count, &d->cap, sizeof(*d->items));
	last = &d->items[d->count++];
	*last = (struct departure){ .at = at };
	utf8_format(last->host, sizeof(last->host), "%s", host);
}

bool
departures_take(struct departures *d, struct instant now, struct departure *ret)
{
	if (d->count == 0 || !instant_reached(instant_add(d->items[0].at, DEPARTURE_GRACE), now))
		return false;
	*ret = d->items[0];
	take_out(d, 0);
	return true;
}
