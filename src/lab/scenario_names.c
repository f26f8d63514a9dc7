/* The checks of a scenario's names: every one that is used exists, and none is used for two things. */
#include "lab/scenario_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *
item_name(const struct conf_list *list, size_t size, size_t i)
{
	const char *const *name = (const void *)((const char *)list->items + i * size);

	return *name;
}

/* " (did you mean sg1?)", or the names there are when they are few. */
static void
suggest(struct strbuf *out, const char *name, const char *const *candidates)
{
	const char *nearest = str_nearest(name, candidates);
	size_t count = 0;

	while (candidates[count])
		count++;
	if (nearest) {
		strbuf_addf(out, "; did you mean %s?", nearest);
	} else if (count > 0 && count <= 8) {
		strbuf_add(out, "; expected ");
		for (size_t i = 0; i < count; i++)
			strbuf_addf(out, "%s%s", i == 0 ? "" : i + 1 < count ? ", " : " or ", candidates[i]);
	}
}

static void
report_unknown(struct conf *c, const char *const *field, const char *what, const char *const *candidates)
{
	_cleanup_(strbuf_done) struct strbuf hint = { 0 };

	suggest(&hint, *field, candidates);
	scenario_wrong(c, field, "no %s is called \"%s\"%s", what, *field, strbuf_get(&hint));
}

bool
scenario_check_known(struct conf *c, const char *const *field, const char *what,
    const struct conf_list *list, size_t size)
{
	_cleanup_(freep) const char **names = xcalloc(list->count + 1, sizeof(*names));

	for (size_t i = 0; i < list->count; i++) {
		names[i] = item_name(list, size, i);
		if (strcmp(names[i], *field) == 0)
			return true;
	}
	report_unknown(c, field, what, names);
	return false;
}

static size_t
host_count(const struct scenario *s)
{
	size_t n = 0;

	scenario_each (site, &s->sites, struct scenario_site)
		n += site->hosts.count;
	return n;
}

bool
scenario_check_host(struct conf *c, const struct scenario *s, const char *const *field)
{
	_cleanup_(freep) const char **names = xcalloc(host_count(s) + 1, sizeof(*names));
	size_t n = 0;

	if (scenario_host(s, *field, NULL))
		return true;
	scenario_each (site, &s->sites, struct scenario_site) {
		scenario_each (host, &site->hosts, struct scenario_host)
			names[n++] = host->name;
	}
	report_unknown(c, field, "host", names);
	return false;
}

/* A site or a client: in a city where its network has a router. */
static void
check_place(struct conf *c, const struct scenario *s, const char *const *city, const char *const *network)
{
	const struct scenario_network *net;

	if (scenario_check_city(c, city) == NULL ||
	    !scenario_check_known(c, network, "network", &s->networks, sizeof(*net)))
		return;
	net = scenario_network(s, *network);
	if (!scenario_network_in(net, *city))
		scenario_wrong(c, city, "%s has no router in %s; expected one of its cities", net->name, *city);
}

struct used_name {
	const char *name;
	const void *field; /* NULL: of a router */
};

static int
used_name_cmp(const void *a, const void *b)
{
	const struct used_name *x = a, *y = b;
	int r = strcmp(x->name, y->name);

	return r ? r : (x->field > y->field) - (x->field < y->field);
}

static void
use_name(struct used_name *used, size_t *count, const char *name, const void *field)
{
	used[(*count)++] = (struct used_name){ name, field };
}

/* Routers, hosts, clients and Global IPs stand side by side in every node's /etc/hosts. */
static void
check_unique(struct conf *c, const struct scenario *s)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new();
	size_t max = host_count(s) + s->clients.count + s->global_ips.count +
	    s->networks.count * SCENARIO_CITIES_MAX + 1;
	struct used_name *used = arena_alloc(arena, max * sizeof(*used));
	size_t n = 0;

	use_name(used, &n, "localhost", NULL);
	scenario_each (net, &s->networks, struct scenario_network) {
		for (size_t i = 0; i < net->cities.count; i++)
			use_name(used, &n,
			    arena_printf(arena, "%s.%s", scenario_str(&net->cities, i), net->name), NULL);
	}
	scenario_each (site, &s->sites, struct scenario_site) {
		scenario_each (host, &site->hosts, struct scenario_host)
			use_name(used, &n, host->name, &host->name);
	}
	scenario_each (client, &s->clients, struct scenario_client)
		use_name(used, &n, client->name, &client->name);
	scenario_each (ip, &s->global_ips, struct scenario_global_ip)
		use_name(used, &n, ip->name, &ip->name);

	qsort(used, n, sizeof(*used), used_name_cmp);
	for (size_t i = 1; i < n; i++) {
		if (strcmp(used[i].name, used[i - 1].name) == 0 && used[i].field)
			scenario_wrong(c, used[i].field,
			    "another router, host, client or Global IP is called \"%s\" already", used[i].name);
	}
}

static void
check_asns(struct conf *c, const struct scenario *s)
{
	scenario_each (net, &s->networks, struct scenario_network) {
		if (net->asn == s->host_asn)
			scenario_wrong(c, &net->asn, "AS %u is that of the hosts (host-asn); expected another",
			    net->asn);
		for (const struct scenario_network *k = s->networks.items; k < net; k++) {
			if (k->asn == net->asn)
				scenario_wrong(c, &net->asn, "AS %u is %s's already", net->asn, k->name);
		}
	}
}

static bool
holds(const struct conf_list *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(scenario_str(names, i), name) == 0)
			return true;
	}
	return false;
}

/* nearcastd decides per service whether an address is announced: two services cannot share one. */
static void
check_global_ip_use(struct conf *c, const struct scenario *s, const struct scenario_service *service, size_t i)
{
	const char *const *names = service->global_ips.items;

	if (holds(&service->global_ips, i, names[i]))
		scenario_wrong(c, &names[i], "%s stands here twice", names[i]);
	for (const struct scenario_service *k = s->services.items; k < service; k++) {
		if (holds(&k->global_ips, k->global_ips.count, names[i]))
			scenario_wrong(c, &names[i], "%s is a Global IP of the service %s already", names[i], k->name);
	}
}

static void
check_services(struct conf *c, const struct scenario *s)
{
	scenario_each (service, &s->services, struct scenario_service) {
		const char *const *names = service->global_ips.items;

		scenario_check_name(c, &service->name, SCENARIO_NAME_MAX);
		for (size_t i = 0; i < service->global_ips.count; i++) {
			if (scenario_check_known(c, &names[i], "Global IP", &s->global_ips,
				sizeof(struct scenario_global_ip)))
				check_global_ip_use(c, s, service, i);
		}
	}
}

static void
check_sites(struct conf *c, const struct scenario *s)
{
	scenario_each (site, &s->sites, struct scenario_site) {
		scenario_check_name(c, &site->name, SCENARIO_NAME_MAX);
		check_place(c, s, &site->city, &site->network);
		scenario_each (host, &site->hosts, struct scenario_host) {
			const char *const *names = host->services.items;

			scenario_check_name(c, &host->name, SCENARIO_NAME_MAX);
			for (size_t i = 0; i < host->services.count; i++) {
				if (scenario_check_known(c, &names[i], "service", &s->services,
					sizeof(struct scenario_service)) &&
				    holds(&host->services, i, names[i]))
					scenario_wrong(c, &names[i], "%s stands here twice", names[i]);
			}
		}
	}
}

void
scenario_check_names(struct conf *c, const struct scenario *s)
{
	check_unique(c, s);
	check_asns(c, s);
	check_services(c, s);
	check_sites(c, s);
	scenario_each (ip, &s->global_ips, struct scenario_global_ip)
		scenario_check_name(c, &ip->name, SCENARIO_NAME_MAX);
	scenario_each (client, &s->clients, struct scenario_client) {
		scenario_check_name(c, &client->name, SCENARIO_NAME_MAX);
		check_place(c, s, &client->city, &client->network);
	}
}
