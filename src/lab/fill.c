#include "lab/fill.h"

#include <string.h>

#include "lab/cities.h"
#include "lab/pools.h"

#define API "/api/v1"
#define OF_PROJECT API "/projects/" LAB_PROJECT
#define MANY 4096 /* of each: a lab is for trying */

/* Takes over the body. */
static void
add(struct fill *f, const char *path, json_t *body, const char *as)
{
	f->items = grow_array(f->items, f->count, &f->cap, sizeof(*f->items));
	f->items[f->count++] = (struct fill_request){ .path = path, .body = body, .as = as };
}

static void
add_pool(struct fill *f, const struct lab_pool *p)
{
	char text[PREFIX_STR_MAX];

	/* host routes: what hosts announce is all that there is, and a pool has no edges to spare
	 */
	add(f, API "/pools",
	    json_pack("{s:s, s:s, s:s, s:s}", "name", p->name, "prefix",
		prefix_format(p->prefix, text), "announced_as", "host-routes", "description",
		p->of != NULL ? "the scenario's" : "to order from"),
	    NULL);
}

/* All of its pool. */
static void
add_global_ip(struct fill *f, const struct lab_pool *p)
{
	enum ip_family family = p->prefix.addr.family;

	add(f, OF_PROJECT "/global-ips",
	    json_pack("{s:s, s:i, s:s, s:s}", "family", family == IP_V4 ? "ipv4" : "ipv6",
		"quantity", 1 << (ip_bits(family) - p->prefix.len), "pool", p->name, "description",
		p->of->name),
	    p->name);
}

static void
add_site(struct fill *f, const struct scenario_site *site)
{
	const struct city *city = city_find(site->city);

	add(f, API "/sites",
	    json_pack("{s:s, s:s, s:s, s:f, s:f}", "name", site->name, "city", city->name,
		"country", city->country, "latitude", city->at.latitude, "longitude",
		city->at.longitude),
	    NULL);
}

/* ---- services ---- */

static bool
has_service(const struct scenario_host *host, const char *name)
{
	for (size_t i = 0; i < host->services.count; i++) {
		if (strcmp(scenario_str(&host->services, i), name) == 0)
			return true;
	}
	return false;
}

/* At the site where all of its hosts have the service, else at those that do. */
static void
place(const struct scenario_site *site, const char *service, json_t *sites, json_t *hosts)
{
	size_t count = 0;

	scenario_each (host, &site->hosts, struct scenario_host)
		count += has_service(host, service);
	if (count > 0 && count == site->hosts.count) {
		(void)json_array_append_new(sites, json_string(site->name));
		return;
	}
	scenario_each (host, &site->hosts, struct scenario_host) {
		if (has_service(host, service))
			(void)json_array_append_new(hosts, json_string(host->name));
	}
}

/* As lab/host_conf.c has it for a host that knows no controller. */
static json_t *
document_of(const struct scenario_service *s)
{
	char interval[DURATION_STR_MAX], timeout[DURATION_STR_MAX];

	return json_pack("{s:[o], s:{s:{s:s, s:o, s:s, s:s, s:I, s:I}}}", "listen",
	    json_sprintf("tcp/%u", s->port), "checks", "front", "type", "http", "url",
	    json_sprintf("http://{address}:%u/", s->port), "interval",
	    duration_format(s->interval, interval), "timeout", duration_format(s->timeout, timeout),
	    "rise", (json_int_t)s->rise, "fall", (json_int_t)s->fall);
}

static void
add_service(struct fill *f, const struct scenario *s, const struct scenario_service *service,
    const struct lab_pool *pools, size_t pool_count)
{
	json_t *ips = json_array(), *sites = json_array(), *hosts = json_array();

	for (size_t i = 0; i < service->global_ips.count; i++) {
		const struct scenario_global_ip *g =
		    scenario_global_ip(s, scenario_str(&service->global_ips, i));

		for (size_t k = 0; k < pool_count; k++) {
			if (pools[k].of == g)
				(void)json_array_append_new(ips, json_string(pools[k].name));
		}
	}
	scenario_each (site, &s->sites, struct scenario_site)
		place(site, service->name, sites, hosts);
	add(f, OF_PROJECT "/services",
	    json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "name", service->name, "description",
		"the scenario's", "document", document_of(service), "global_ips", ips, "sites",
		sites, "hosts", hosts),
	    NULL);
}

void
lab_fill(const struct scenario *s, struct fill *ret)
{
	struct fill f = { .arena = arena_new() };
	struct lab_pool *pools;
	size_t count;

	pools = lab_pools(s, f.arena, &count);
	add(&f, API "/projects",
	    json_pack("{s:s, s:s, s:i, s:i, s:i}", "name", LAB_PROJECT, "description",
		s->title != NULL ? s->title : "", "max_ipv4", MANY, "max_ipv6", MANY,
		"max_services", MANY),
	    NULL);
	for (size_t i = 0; i < count; i++)
		add_pool(&f, &pools[i]);
	scenario_each (site, &s->sites, struct scenario_site)
		add_site(&f, site);
	for (size_t i = 0; i < count; i++) {
		if (pools[i].of != NULL)
			add_global_ip(&f, &pools[i]);
	}
	scenario_each (service, &s->services, struct scenario_service)
		add_service(&f, s, service, pools, count);
	*ret = f;
}

void
fill_done(struct fill *f)
{
	for (size_t i = 0; i < f->count; i++)
		json_decref(f->items[i].body);
	free(f->items);
	arena_free(f->arena);
	*f = (struct fill){ 0 };
}

json_t *
fill_body(const struct fill_request *r, const json_t *ids)
{
	json_t *body = json_deep_copy(r->body), *list = json_object_get(body, "global_ips"), *name;
	size_t i;

	json_array_foreach (list, i, name)
		(void)json_array_set(list, i, json_object_get(ids, json_string_value(name)));
	return body;
}
