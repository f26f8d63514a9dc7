/* What a lab's controller gives out, and what it is told of the scenario. */
#include "lab/fill.h"
#include "lab/pools.h"

#include "lab/scenario.h"
#include "tap.h"

static const char BASE[] = "lab: test\n"
			   "title: a test\n"
			   "networks:\n"
			   "  up: { asn: 64496, cities: [fra, ams] }\n"
			   "global-ips:\n"
			   "  one: { ipv4: 203.0.113.8/30, ipv6: \"2001:db8:f00d::10/128\" }\n"
			   "  two: { ipv4: 203.0.113.200/32 }\n"
			   "services:\n"
			   "  web: { global-ips: [one], port: 8080, interval: 250ms }\n"
			   "  dns: { global-ips: [two] }\n"
			   "sites:\n"
			   "  s: { city: fra, network: up, hosts: { a: { services: [web] }, b: { "
			   "services: [web, dns] } } }\n"
			   "  t: { city: ams, network: up, hosts: { c: { services: [web] } } }\n"
			   "clients:\n"
			   "  x: { city: ams, network: up }\n";

static const struct scenario *
load(const char *text, struct conf **ret)
{
	_cleanup_(strbuf_done) struct strbuf errors = { 0 };

	if (scenario_load_text("test", text, ret, &errors) < 0) {
		tap_fail(__FILE__, __LINE__, "%s", strbuf_get(&errors));
		return NULL;
	}
	return conf_root(*ret);
}

static void
check_pools(const char *text, const char *want)
{
	_cleanup_(strbuf_done) struct strbuf got = { 0 };
	_cleanup_(conf_freep) struct conf *conf = NULL;
	_cleanup_(arena_freep) struct arena *arena = arena_new();
	const struct scenario *s = load(text, &conf);
	const struct lab_pool *pools;
	char prefix[PREFIX_STR_MAX];
	size_t count;

	REQUIRE(s != NULL);
	pools = lab_pools(s, arena, &count);
	for (size_t i = 0; i < count; i++)
		strbuf_addf(&got, "%s%s %s%s", i > 0 ? ", " : "", pools[i].name,
		    prefix_format(pools[i].prefix, prefix), pools[i].of != NULL ? "" : " free");
	CHECK_STR(strbuf_get(&got), want);
}

TEST(a_pool_for_each_block_and_one_beside)
{
	/* both halves of the /24 have one of the scenario's */
	check_pools(BASE,
	    "one-ipv4 203.0.113.8/30, one-ipv6 2001:db8:f00d::10/128, two-ipv4 203.0.113.200/32,"
	    " ipv4 203.0.113.64/26 free, ipv6 2001:db8:f00d:1::/64 free");
}

TEST(none_of_a_family_that_the_lab_does_not_have)
{
	_cleanup_(freep) char *text = xasprintf("%sfamilies: [ipv4]\n", BASE);

	check_pools(
	    text, "one-ipv4 203.0.113.8/30, two-ipv4 203.0.113.200/32, ipv4 203.0.113.64/26 free");
}

TEST(not_where_networks_have_their_own)
{
	_cleanup_(freep) char *text =
	    xasprintf("%saddressing: { ipv4: [203.0.113.64/26, 203.0.113.224/27] }\n", BASE);

	check_pools(text,
	    "one-ipv4 203.0.113.8/30, one-ipv6 2001:db8:f00d::10/128, two-ipv4 203.0.113.200/32,"
	    " ipv4 203.0.113.128/26 free, ipv6 2001:db8:f00d:1::/64 free");
}

static json_t *
body_of(const struct fill *f, const char *path, const char *name, const json_t *ids)
{
	for (size_t i = 0; i < f->count; i++) {
		const char *its = json_string_value(json_object_get(f->items[i].body, "name"));

		if (strcmp(f->items[i].path, path) == 0 && its != NULL && strcmp(its, name) == 0)
			return fill_body(&f->items[i], ids);
	}
	return NULL;
}

static void
check_json(json_t *got, const char *want)
{
	_cleanup_(freep) char *text = json_dumps(got, JSON_COMPACT | JSON_SORT_KEYS);

	CHECK_STR(text != NULL ? text : "(none)", want);
	json_decref(got);
}

TEST(services_stand_where_the_scenario_has_them)
{
	_cleanup_(conf_freep) struct conf *conf = NULL;
	const struct scenario *s = load(BASE, &conf);
	json_t *ids = json_pack(
	    "{s:s, s:s, s:s}", "one-ipv4", "ip_1", "one-ipv6", "ip_2", "two-ipv4", "ip_3");
	struct fill f;

	REQUIRE(s != NULL);
	lab_fill(s, &f);
	CHECK_STR(f.items[0].path, "/api/v1/projects");
	check_json(body_of(&f, "/api/v1/sites", "t", ids),
	    "{\"city\":\"Amsterdam\",\"country\":\"NL\",\"latitude\":52.369999999999997,"
	    "\"longitude\":4.9000000000000004,\"name\":\"t\"}");
	/* at both sites: all of their hosts have it */
	check_json(body_of(&f, "/api/v1/projects/lab/services", "web", ids),
	    "{\"description\":\"the scenario's\",\"document\":{\"checks\":{\"front\":{\"fall\":3,"
	    "\"interval\":\"250ms\",\"rise\":2,\"timeout\":\"1s\",\"type\":\"http\","
	    "\"url\":\"http://{address}:8080/\"}},\"listen\":[\"tcp/8080\"]},"
	    "\"global_ips\":[\"ip_1\",\"ip_2\"],\"hosts\":[],\"name\":\"web\",\"sites\":[\"s\","
	    "\"t\"]}");
	check_json(body_of(&f, "/api/v1/projects/lab/services", "dns", ids),
	    "{\"description\":\"the scenario's\",\"document\":{\"checks\":{\"front\":{\"fall\":3,"
	    "\"interval\":\"1s\",\"rise\":2,\"timeout\":\"1s\",\"type\":\"http\","
	    "\"url\":\"http://{address}:80/\"}},\"listen\":[\"tcp/80\"]},"
	    "\"global_ips\":[\"ip_3\"],\"hosts\":[\"b\"],\"name\":\"dns\",\"sites\":[]}");
	json_decref(ids);
	fill_done(&f);
}
