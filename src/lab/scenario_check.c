/* The checks that look at one object of a scenario alone. */
#include "lab/scenario_check.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lab/cities.h"

#define MESSAGE_MAX 512

void
scenario_wrong(struct conf *c, const void *field, const char *fmt, ...)
{
	struct scenario *s = conf_root(c);
	char message[MESSAGE_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	conf_error_at(c, field, "%s", message);
	s->wrong = true;
}

const struct city *
scenario_check_city(struct conf *c, const char *const *field)
{
	const struct city *city = city_find(*field), *meant = city_guess(*field);

	if (city == NULL && meant)
		scenario_wrong(c, field, "no city has the code \"%s\"; did you mean %s (%s, %s)?", *field,
		    meant->code, meant->name, meant->country);
	else if (city == NULL)
		scenario_wrong(c, field,
		    "no city has the code \"%s\"; expected an IATA code such as ams "
		    "(nearcast lab cities lists them)",
		    *field);
	return city;
}

void
scenario_check_name(struct conf *c, const char *const *field, size_t max)
{
	const char *name = *field;
	size_t len = strlen(name);

	if (len > max)
		scenario_wrong(c, field, "the name has %zu characters; expected at most %zu", len, max);
	else if (strcasecmp(name, "null") == 0 || strchr(name, '_') || strstr(name, "..") || strstr(name, ".-") || strstr(name, "-.") ||
	    !(ascii_is_alpha(name[len - 1]) || ascii_is_digit(name[len - 1])))
		scenario_wrong(c, field,
		    "\"%s\" cannot be a host name; expected letters, digits, and \"-\" and \".\" between them",
		    name);
}

/* AS_TRANS (RFC 6793 section 9) and the last ones of both sizes (RFC 7300); 0 and the very last never load. */
void
scenario_check_asn(struct conf *c, const uint32_t *asn)
{
	if (*asn == 23456 || *asn == 65535)
		scenario_wrong(c, asn, "AS %u is reserved; expected one that a network can have", *asn);
}

bool
scenario_network_in(const struct scenario_network *net, const char *city)
{
	for (size_t i = 0; i < net->cities.count; i++) {
		if (strcmp(scenario_str(&net->cities, i), city) == 0)
			return true;
	}
	return false;
}

void
scenario_check_link(struct conf *c, void *object)
{
	struct scenario_link *l = object;
	const char *hyphen = strchr(l->between, '-');

	l->delay_given = conf_is_set(c, &l->delay);
	if (hyphen == NULL || hyphen[1] == '\0' || strchr(hyphen + 1, '-')) {
		scenario_wrong(c, &l->between, "expected two cities with a hyphen between them, as lon-ams");
		return;
	}
	l->cities[0] = arena_printf(conf_arena(c), "%.*s", (int)(hyphen - l->between), l->between);
	l->cities[1] = hyphen + 1;
}

void
scenario_check_meeting(struct conf *c, void *object)
{
	struct scenario_meeting *m = object;

	m->delay_given = conf_is_set(c, &m->delay);
	(void)scenario_check_city(c, &m->city);
}

static bool
link_same(const struct scenario_link *a, const struct scenario_link *b)
{
	return (strcmp(a->cities[0], b->cities[0]) == 0 && strcmp(a->cities[1], b->cities[1]) == 0) ||
	    (strcmp(a->cities[0], b->cities[1]) == 0 && strcmp(a->cities[1], b->cities[0]) == 0);
}

/* Whether both ends of the link are cities of the network, and no other link joins them. */
static bool
check_network_link(struct conf *c, const struct scenario_network *net, size_t i)
{
	const struct scenario_link *l = scenario_at(&net->links, struct scenario_link, i);

	if (l->cities[0] == NULL)
		return false; /* reported by scenario_check_link() */
	for (size_t e = 0; e < 2; e++) {
		if (!scenario_network_in(net, l->cities[e])) {
			scenario_wrong(c, &l->between, "%s has no router in \"%s\"; expected two of its cities",
			    net->name, l->cities[e]);
			return false;
		}
	}
	if (strcmp(l->cities[0], l->cities[1]) == 0) {
		scenario_wrong(c, &l->between, "a link joins two cities, not %s to itself", l->cities[0]);
		return false;
	}
	for (size_t k = 0; k < i; k++) {
		const struct scenario_link *other = scenario_at(&net->links, struct scenario_link, k);

		/* one that was no pair of cities is not compared with */
		if (other->cities[0] && link_same(l, other)) {
			scenario_wrong(c, &l->between, "%s and %s are joined already", l->cities[0], l->cities[1]);
			return false;
		}
	}
	return true;
}

static size_t
city_index(const struct scenario_network *net, const char *city)
{
	size_t i = 0;

	while (strcmp(scenario_str(&net->cities, i), city) != 0)
		i++;
	return i;
}

/* With links given, all cities must hang together: spreads from the first one until nothing is new. */
static void
check_network_whole(struct conf *c, const struct scenario_network *net)
{
	bool reached[SCENARIO_CITIES_MAX] = { true }, more = true;

	while (more) {
		more = false;
		scenario_each (l, &net->links, struct scenario_link) {
			size_t a = city_index(net, l->cities[0]), b = city_index(net, l->cities[1]);

			if (reached[a] != reached[b])
				reached[a] = reached[b] = more = true;
		}
	}
	for (size_t i = 0; i < net->cities.count; i++) {
		const char *const *cities = net->cities.items;

		if (!reached[i]) {
			scenario_wrong(c, &cities[i], "no link of %s leads from %s to %s; expected a network in one piece",
			    net->name, cities[0], cities[i]);
			return;
		}
	}
}

void
scenario_check_network(struct conf *c, void *object)
{
	const struct scenario_network *net = object;
	const char *const *cities = net->cities.items;
	bool good = true;

	scenario_check_name(c, &net->name, SCENARIO_NAME_MAX - strlen("abc."));
	scenario_check_asn(c, &net->asn);
	for (size_t i = 0; i < net->cities.count; i++) {
		good &= scenario_check_city(c, &cities[i]) != NULL;
		for (size_t k = 0; k < i; k++) {
			if (strcmp(cities[i], cities[k]) == 0) {
				scenario_wrong(c, &cities[i], "%s stands here twice; a network has one router in a city",
				    cities[i]);
				break;
			}
		}
	}
	for (size_t i = 0; i < net->links.count; i++)
		good &= check_network_link(c, net, i);
	if (good && net->links.count > 0)
		check_network_whole(c, net);
}

void
scenario_check_relationship(struct conf *c, void *object)
{
	const struct scenario_relationship *r = object;

	if (r->peers.count > 0 && (r->customer || r->provider))
		scenario_wrong(c, &r->peers, "expected either peers, or a customer and a provider, not both");
	else if (r->peers.count == 0 && (r->customer == NULL || r->provider == NULL))
		scenario_wrong(c, r->customer ? &r->customer : &r->provider,
		    "expected a customer and a provider, or peers: [one, other]");
	scenario_each (m, &r->at, struct scenario_meeting) {
		for (const struct scenario_meeting *k = r->at.items; k < m; k++) {
			if (strcmp(k->city, m->city) == 0) {
				scenario_wrong(c, &m->city, "they meet in %s already", m->city);
				break;
			}
		}
	}
}
