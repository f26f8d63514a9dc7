#include "proto/identity/limit.h"

#include <string.h>

#include "base/rng.h"

void
identity_limit_init(struct identity_limit *l, uint64_t secret)
{
	*l = (struct identity_limit){ .secret = secret };
}

static struct instant *
find_source(struct identity_limit *l, struct ip from)
{
	struct rng mix = { l->secret };
	uint64_t network = 0;

	memcpy(&network, from.bytes, sizeof(network)); /* an IPv4 address, or a /64 */
	mix.state ^= network + from.family;
	mix.state = rng_next(&mix) ^ l->secret;
	return &l->sources[rng_below(&mix, IDENTITY_SOURCES)];
}

/* When the bucket is full again after one more; false: there is none in it. */
static bool
would_take(struct instant full, unsigned rate, struct instant now, struct instant *ret)
{
	struct duration one = DURATION_NS(NS_PER_S / rate);

	*ret = instant_add(instant_max(full, now), one);
	return instant_diff(*ret, now).ns <= one.ns * (int64_t)rate;
}

bool
identity_limit_take(struct identity_limit *l, struct ip from, struct instant now)
{
	struct instant *source = find_source(l, from), of_source, of_all;

	/* what one source may not ask takes nothing from the others */
	if (!would_take(*source, IDENTITY_PER_SOURCE, now, &of_source) ||
	    !would_take(l->all, IDENTITY_IN_ALL, now, &of_all))
		return false;
	*source = of_source;
	l->all = of_all;
	return true;
}
