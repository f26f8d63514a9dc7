#include "agent/intent.h"

#include <string.h>

#include "agent/plan.h"

/* Whether a neighbor of both takes the family. */
static bool
is_reachable(const struct agent_conf *was, const struct agent_conf *is, enum ip_family family)
{
	const struct agent_neighbor *old = was->neighbors.items, *new = is->neighbors.items;

	if (is->announcer != AGENT_ANNOUNCER_SPEAKER)
		return true; /* the daemon has neighbors of its own */
	for (size_t i = 0; i < is->neighbors.count; i++) {
		if (!(family == IP_V4 ? new[i].ipv4 : new[i].ipv6))
			continue;
		for (size_t k = 0; k < was->neighbors.count; k++) {
			if (strcmp(old[k].name, new[i].name) == 0)
				return true;
		}
	}
	return false;
}

bool
intent_allows(const struct agent_conf *was, const struct agent_conf *is, const struct ip *announced,
    size_t count, struct strbuf *why)
{
	bool reachable[] = { [IP_NONE] = false,
		[IP_V4] = is_reachable(was, is, IP_V4),
		[IP_V6] = is_reachable(was, is, IP_V6) };
	_cleanup_(strbuf_done) struct strbuf names = { 0 };
	struct prefix_map map = { 0 };
	char text[PREFIX_STR_MAX];
	size_t lost = 0;
	uint32_t at;

	plan_map_addresses(is, &map);
	for (size_t i = 0; i < count; i++) {
		struct prefix prefix = prefix_host(announced[i]);

		if (prefix_map_get(&map, prefix, &at) && reachable[announced[i].family])
			continue;
		strbuf_addf(&names, "%s%s", lost++ > 0 ? ", " : "", prefix_format(prefix, text));
	}
	prefix_map_done(&map);
	if (lost == 0)
		return true;
	if (lost == count)
		strbuf_addf(
		    why, "nothing of what is announced now would stay: %s", strbuf_get(&names));
	else if (lost * 100 > count * (size_t)was->reload.max_withdraw)
		strbuf_addf(why,
		    "%zu of the %zu Global IPs that are announced now would be withdrawn, more "
		    "than max-withdraw lets a reload do (%u %%): %s",
		    lost, count, was->reload.max_withdraw, strbuf_get(&names));
	else
		return true;
	return false;
}
