/*
 * The checks of who pays whom: the relationships make sense, and they lead from every client to every
 * site. A way is allowed when it goes up from customer to provider, then at most once across to a peer,
 * then down to customers (valley-free): what the routers' policy will allow as well.
 */
#include "lab/scenario_check.h"

#include <string.h>

/* One hop from a network to another, as a packet's sender sees it. */
enum hop {
	HOP_UP,
	HOP_ACROSS,
	HOP_DOWN,
	HOP_MAX,
};

/* The networks of a relationship: customer and provider, or the two peers. */
static void
ends_of(const struct scenario_relationship *r, const char *const *ret[2])
{
	const char *const *peers = r->peers.items;

	ret[0] = r->peers.count ? &peers[0] : &r->customer;
	ret[1] = r->peers.count ? &peers[1] : &r->provider;
}

static bool
same_pair(const struct scenario_relationship *a, const struct scenario_relationship *b)
{
	const char *const *x[2], *const *y[2];

	ends_of(a, x);
	ends_of(b, y);
	return (strcmp(*x[0], *y[0]) == 0 && strcmp(*x[1], *y[1]) == 0) ||
	    (strcmp(*x[0], *y[1]) == 0 && strcmp(*x[1], *y[0]) == 0);
}

static void
check_meetings(struct conf *c, const struct scenario *s, const struct scenario_relationship *r,
    const char *const *ends[2])
{
	const struct scenario_network *a = scenario_network(s, *ends[0]), *b = scenario_network(s, *ends[1]);

	scenario_each (m, &r->at, struct scenario_meeting) {
		if (city_find(m->city) && !scenario_network_in(a, m->city) && !scenario_network_in(b, m->city))
			scenario_wrong(c, &m->city,
			    "neither %s nor %s has a router in %s; expected a city of at least one of them",
			    a->name, b->name, m->city);
	}
}

static size_t
index_of(const struct scenario *s, const char *network)
{
	return (size_t)(scenario_network(s, network) - (const struct scenario_network *)s->networks.items);
}

/* Marks the providers of a network, theirs, and so on. */
static void
mark_providers(const struct scenario *s, const char *customer, bool *seen)
{
	scenario_each (r, &s->relationships, struct scenario_relationship) {
		if (r->peers.count > 0 || strcmp(r->customer, customer) != 0 || seen[index_of(s, r->provider)])
			continue;
		seen[index_of(s, r->provider)] = true;
		mark_providers(s, r->provider, seen);
	}
}

static void
check_relationship(struct conf *c, const struct scenario *s, const struct scenario_relationship *r)
{
	const char *const *ends[2];

	ends_of(r, ends);
	for (size_t e = 0; e < 2; e++) {
		if (*ends[e] == NULL || !scenario_check_known(c, ends[e], "network", &s->networks,
					    sizeof(struct scenario_network)))
			return;
	}
	if (strcmp(*ends[0], *ends[1]) == 0) {
		scenario_wrong(c, ends[1], "%s has no relationship with itself; expected two networks", *ends[1]);
		return;
	}
	for (const struct scenario_relationship *k = s->relationships.items; k < r; k++) {
		const char *const *other[2];

		ends_of(k, other);
		if (*other[0] && *other[1] && same_pair(k, r)) {
			scenario_wrong(c, ends[1],
			    "%s and %s have a relationship already; expected one, with all cities in its `at`",
			    *ends[0], *ends[1]);
			return;
		}
	}
	check_meetings(c, s, r, ends);
}

/* Marks what can be reached from a network by hops that the last one allows. */
static void
walk(const struct scenario *s, size_t net, enum hop last, bool (*seen)[HOP_MAX])
{
	const char *name = scenario_at(&s->networks, struct scenario_network, net)->name;

	if (seen[net][last])
		return;
	seen[net][last] = true;
	scenario_each (r, &s->relationships, struct scenario_relationship) {
		const char *const *ends[2];

		ends_of(r, ends);
		for (size_t e = 0; e < 2; e++) {
			enum hop next = r->peers.count ? HOP_ACROSS : e == 0 ? HOP_UP : HOP_DOWN;

			if (strcmp(*ends[e], name) == 0 && (last == HOP_UP || next == HOP_DOWN))
				walk(s, index_of(s, *ends[1 - e]), next, seen);
		}
	}
}

void
scenario_check_relationships(struct conf *c, const struct scenario *s)
{
	scenario_each (r, &s->relationships, struct scenario_relationship)
		check_relationship(c, s, r);
	if (s->wrong)
		return;
	scenario_each (r, &s->relationships, struct scenario_relationship) {
		bool seen[SCENARIO_NETWORKS_MAX] = { 0 };

		if (r->peers.count > 0)
			continue;
		mark_providers(s, r->provider, seen);
		if (seen[index_of(s, r->customer)]) {
			scenario_wrong(c, &r->provider,
			    "%s is a customer of %s itself, over others; expected no circle of customers",
			    r->provider, r->customer);
			return;
		}
	}
}

void
scenario_check_paths(struct conf *c, const struct scenario *s)
{
	scenario_each (client, &s->clients, struct scenario_client) {
		bool seen[SCENARIO_NETWORKS_MAX][HOP_MAX] = { 0 };

		walk(s, index_of(s, client->network), HOP_UP, seen);
		scenario_each (site, &s->sites, struct scenario_site) {
			const bool *there = seen[index_of(s, site->network)];

			if (!there[HOP_UP] && !there[HOP_ACROSS] && !there[HOP_DOWN])
				scenario_wrong(c, &client->network,
				    "no path leads from %s to the site %s (%s): the relationships must allow "
				    "one that goes up to providers, at most once to a peer, then down to customers",
				    client->network, site->name, site->network);
		}
	}
}
