/* What a plan of a scenario must be, whatever the scenario: checked for every one that ships. */
#include "lab/plan.h"

#include <stdlib.h>

#include "lab/cities.h"
#include "lab/scenario.h"
#include "tap.h"

static const char *const SHIPPED[] = { "article", "four-continents", "hot-potato", "ipv6-only" };

struct loaded {
	struct conf *conf;
	struct lab_plan *plan;
	const struct scenario *scenario;
};

static void
loaded_done(struct loaded *l)
{
	lab_plan_free(l->plan);
	conf_free(l->conf);
}

static bool
load(const char *name, struct loaded *ret)
{
	_cleanup_(strbuf_done) struct strbuf errors = { 0 };
	_cleanup_(freep) char *path = xasprintf("%s/%s.yaml", getenv("LABS"), name);
	struct err err;

	if (scenario_load_file(path, &ret->conf, &errors) < 0) {
		tap_fail(__FILE__, __LINE__, "%s", strbuf_get(&errors));
		return false;
	}
	ret->scenario = conf_root(ret->conf);
	if (lab_plan_new(ret->scenario, &ret->plan, &err) < 0) {
		tap_fail(__FILE__, __LINE__, "%s: %s", name, err.message);
		return false;
	}
	return true;
}

/* All of a plan as text. */
static void
dump_node(const struct lab_node *n, struct strbuf *out)
{
	char a[PREFIX_STR_MAX], b[IP_STR_MAX];

	strbuf_addf(out, "%s %d %s %s %u %s %s", n->name, (int)n->kind, n->city, n->network, n->asn,
	    n->site ? n->site : "-", ip_format(n->loopback4, a));
	strbuf_addf(out, " %s %d\n", ip_format(n->loopback6, a), n->forwarding);
	for (size_t i = 0; i < n->address_count; i++)
		strbuf_addf(out, "  %s %s\n", n->addresses[i].ifname, prefix_format(n->addresses[i].addr, a));
	for (size_t i = 0; i < n->route_count; i++)
		strbuf_addf(out, "  %s via %s\n", prefix_format(n->routes[i].dest, a),
		    ip_format(n->routes[i].via, b));
	for (size_t i = 0; i < n->file_count; i++)
		strbuf_addf(out, "  %s %o\n%s\n", n->files[i].path, n->files[i].mode, n->files[i].content);
	for (size_t i = 0; i < n->process_count; i++) {
		strbuf_addf(out, "  %s:", n->processes[i].name);
		for (const char *const *arg = n->processes[i].argv; *arg; arg++)
			strbuf_addf(out, " %s", *arg);
		strbuf_addf(out, " (%s, ready %s)\n", n->processes[i].manual ? "manual" : "at once",
		    n->processes[i].ready_arg);
	}
}

static void
dump(const struct lab_plan *p, struct strbuf *out)
{
	char a[IP_STR_MAX];

	for (size_t i = 0; i < p->node_count; i++)
		dump_node(&p->nodes[i], out);
	for (size_t i = 0; i < p->link_count; i++)
		strbuf_addf(out, "%zu %s - %zu %s %lld %s\n", p->links[i].ends[0].node, p->links[i].ends[0].ifname,
		    p->links[i].ends[1].node, p->links[i].ends[1].ifname, (long long)p->links[i].delay.ns,
		    p->links[i].what);
	for (size_t i = 0; i < p->name_count; i++)
		strbuf_addf(out, "%s %s\n", ip_format(p->names[i].addr, a), p->names[i].name);
}

TEST(the_same_file_gives_the_same_plan)
{
	for (size_t i = 0; i < ARRAY_SIZE(SHIPPED); i++) {
		_cleanup_(loaded_done) struct loaded one = { 0 }, two = { 0 };
		_cleanup_(strbuf_done) struct strbuf a = { 0 }, b = { 0 };

		REQUIRE(load(SHIPPED[i], &one) && load(SHIPPED[i], &two));
		/* The plan keeps nothing of the scenario: reading it after the conf is gone is ASan's to judge. */
		conf_free(TAKE(two.conf));
		dump(one.plan, &a);
		dump(two.plan, &b);
		CHECK_STR(strbuf_get(&b), strbuf_get(&a));
	}
}

TEST(counts_of_the_article)
{
	_cleanup_(loaded_done) struct loaded l = { 0 };
	size_t kinds[3] = { 0 };

	REQUIRE(load("article", &l));
	for (size_t i = 0; i < l.plan->node_count; i++)
		kinds[l.plan->nodes[i].kind]++;
	CHECK_INT(kinds[LAB_ROUTER], 16);
	CHECK_INT(kinds[LAB_HOST], 2);
	CHECK_INT(kinds[LAB_CLIENT], 2);
	/* 5 + 5 given, 2 of pacifica's mesh, 7 between networks, 2 cables, 2 lines */
	CHECK_INT(l.plan->link_count, 23);
	CHECK_STR(l.plan->name, "article");
}

static bool
in_blocks(const struct scenario *s, struct ip ip)
{
	if (ip.family == IP_V6)
		return prefix_contains(s->addressing.ipv6, ip);
	for (size_t i = 0; i < s->addressing.ipv4.count; i++) {
		if (prefix_contains(*scenario_at(&s->addressing.ipv4, struct prefix, i), ip))
			return true;
	}
	return false;
}

/* Every address once, inside the scenario's pools, no network or broadcast address of its pool. */
static void
check_addresses(const struct loaded *l)
{
	const struct lab_plan *p = l->plan;
	struct ip seen[1024];
	size_t count = 0;

	for (size_t i = 0; i < p->node_count; i++) {
		for (size_t k = 0; k < p->nodes[i].address_count; k++) {
			struct ip ip = p->nodes[i].addresses[k].addr.addr;

			CHECK(in_blocks(l->scenario, ip));
			CHECK(scenario_has_family(l->scenario, ip.family));
			CHECK(ip.family == IP_V6 || (ip.bytes[3] != 0 && ip.bytes[3] != 255));
			for (size_t n = 0; n < count; n++)
				CHECK(!ip_equal(seen[n], ip));
			REQUIRE(count < ARRAY_SIZE(seen));
			seen[count++] = ip;
		}
	}
}

static const struct lab_address *
address_on(const struct lab_node *n, const char *ifname, enum ip_family family)
{
	for (size_t i = 0; i < n->address_count; i++) {
		if (strcmp(n->addresses[i].ifname, ifname) == 0 && n->addresses[i].addr.addr.family == family)
			return &n->addresses[i];
	}
	return NULL;
}

/* Both ends of a link are in one subnet, on two nodes, and no node has two interfaces of one name. */
static void
check_links(const struct loaded *l)
{
	const struct lab_plan *p = l->plan;

	for (size_t i = 0; i < p->link_count; i++) {
		const struct lab_link_end *a = &p->links[i].ends[0], *b = &p->links[i].ends[1];

		REQUIRE(a->node < p->node_count && b->node < p->node_count && a->node != b->node);
		CHECK(p->links[i].delay.ns >= 0 && p->links[i].delay.ns <= 600 * NS_PER_MS);
		for (size_t e = 0; e < 2; e++)
			CHECK(strlen(p->links[i].ends[e].ifname) <= 15);
		for (int f = IP_V4; f <= IP_V6; f += IP_V6 - IP_V4) {
			const struct lab_address *x = address_on(&p->nodes[a->node], a->ifname, (enum ip_family)f);
			const struct lab_address *y = address_on(&p->nodes[b->node], b->ifname, (enum ip_family)f);

			if (!scenario_has_family(l->scenario, (enum ip_family)f)) {
				CHECK(x == NULL && y == NULL);
				continue;
			}
			REQUIRE(x && y);
			CHECK(prefix_equal(prefix_mask(x->addr), prefix_mask(y->addr)));
		}
		for (size_t k = 0; k < i; k++) {
			for (size_t e = 0; e < 4; e++) {
				const struct lab_link_end *mine = &p->links[i].ends[e / 2];
				const struct lab_link_end *other = &p->links[k].ends[e % 2];

				CHECK(mine->node != other->node || strcmp(mine->ifname, other->ifname) != 0);
			}
		}
	}
}

/* Every address has a name, and nothing but the Global IPs has one besides. */
static void
check_names(const struct loaded *l)
{
	const struct lab_plan *p = l->plan;
	size_t addresses = 0, global = 0;

	for (size_t i = 0; i < p->node_count; i++) {
		const struct lab_node *node = &p->nodes[i];

		addresses += node->address_count;
		CHECK(city_find(node->city));
		for (size_t k = 0; k < node->address_count; k++) {
			char text[IP_STR_MAX], quoted[IP_STR_MAX + 2];
			bool named = false;

			for (size_t n = 0; n < p->name_count; n++)
				named |= ip_equal(p->names[n].addr, node->addresses[k].addr.addr);
			CHECK(named);
			(void)snprintf(quoted, sizeof(quoted), "\"%s\"",
			    ip_format(node->addresses[k].addr.addr, text));
			CHECK(strstr(node->files[0].content, quoted));
		}
	}
	scenario_each (g, &l->scenario->global_ips, struct scenario_global_ip) {
		global += g->ipv4.addr.family != IP_NONE && scenario_has_family(l->scenario, IP_V4);
		global += g->ipv6.addr.family != IP_NONE && scenario_has_family(l->scenario, IP_V6);
	}
	CHECK_INT(p->name_count, addresses + global);
}

/* Hosts and clients send everything to a neighbor on their line. */
static void
check_routes(const struct loaded *l)
{
	for (size_t i = 0; i < l->plan->node_count; i++) {
		const struct lab_node *n = &l->plan->nodes[i];

		CHECK_INT(n->route_count, n->kind == LAB_ROUTER ? 0 : l->scenario->families.count);
		CHECK(n->forwarding == (n->kind == LAB_ROUTER));
		CHECK((n->site != NULL) == (n->kind == LAB_HOST));
		for (size_t k = 0; k < n->route_count; k++) {
			const struct lab_address *own = address_on(n, "eth0", n->routes[k].via.family);

			REQUIRE(own);
			CHECK_INT(n->routes[k].dest.len, 0);
			CHECK(prefix_contains(prefix_mask(own->addr), n->routes[k].via));
			CHECK(!ip_equal(own->addr.addr, n->routes[k].via));
		}
	}
}

TEST(what_every_plan_holds_to)
{
	for (size_t i = 0; i < ARRAY_SIZE(SHIPPED); i++) {
		_cleanup_(loaded_done) struct loaded l = { 0 };

		REQUIRE(load(SHIPPED[i], &l));
		check_addresses(&l);
		check_links(&l);
		check_names(&l);
		check_routes(&l);
	}
}

static const struct lab_node *
node(const struct lab_plan *p, const char *name)
{
	for (size_t i = 0; i < p->node_count; i++) {
		if (strcmp(p->nodes[i].name, name) == 0)
			return &p->nodes[i];
	}
	return NULL;
}

TEST(a_host_in_full)
{
	_cleanup_(loaded_done) struct loaded l = { 0 };
	_cleanup_(strbuf_done) struct strbuf got = { 0 };

	REQUIRE(load("article", &l));
	const struct lab_node *host = node(l.plan, "am6-c3.medium.x86-01");
	REQUIRE(host);
	REQUIRE(host->file_count == 7);
	CHECK_STR(host->files[0].path, "/etc/nearcast/names.json");

	struct lab_node shown = *host;
	/* names and places are looked at elsewhere, the lists of clients below */
	shown.files += 5;
	shown.file_count -= 5;
	dump_node(&shown, &got);
	CHECK_STR(strbuf_get(&got),
	    "am6-c3.medium.x86-01 1 ams am6-net 64510 am6 192.0.2.91 2001:db8:6:1::2 0\n"
	    "  eth0 192.0.2.91/31\n"
	    "  eth0 2001:db8:6:1::2/126\n"
	    "  0.0.0.0/0 via 192.0.2.90\n"
	    "  ::/0 via 2001:db8:6:1::1\n"
	    "  /run/nginx.conf 644\n"
	    "# am6-c3.medium.x86-01: written by nearcast lab from its scenario.\n"
	    "user root;\n"
	    "daemon off;\n"
	    "master_process off;\n"
	    "pid /run/nginx.pid;\n"
	    "error_log stderr warn;\n"
	    "\n"
	    "events { worker_connections 512; }\n"
	    "\n"
	    "http {\n"
	    "\taccess_log off;\n"
	    "\tclient_body_temp_path /run/nginx.client_body;\n"
	    "\tproxy_temp_path /run/nginx.proxy;\n"
	    "\tfastcgi_temp_path /run/nginx.fastcgi;\n"
	    "\tuwsgi_temp_path /run/nginx.uwsgi;\n"
	    "\tscgi_temp_path /run/nginx.scgi;\n"
	    "\n"
	    "\tserver {\n"
	    "\t\tlisten 80 default_server;\n"
	    "\t\tlisten [::]:80 ipv6only=on default_server;\n"
	    "\t\tdefault_type text/plain;\n"
	    "\t\tadd_header X-Served-By \"am6-c3.medium.x86-01\" always;\n"
	    "\t\tadd_header X-Site \"am6\" always;\n"
	    "\t\tlocation / { return 200 \"am6-c3.medium.x86-01 am6\\n\"; }\n"
	    "\t}\n"
	    "}\n"
	    "\n"
	    "  /etc/nearcast/nearcast.yaml 644\n"
	    "# am6-c3.medium.x86-01: written by nearcast lab from its scenario.\n"
	    "site: \"am6\"\n"
	    "host: \"am6-c3.medium.x86-01\"\n"
	    "router-id: 192.0.2.91\n"
	    "control: /run/nearcast/nearcastd.sock\n"
	    "state-directory: /run/nearcast-state\n"
	    "identity: {reverse-trace: true}\n"
	    "neighbors:\n"
	    "  router-v4:\n"
	    "    address: \"192.0.2.90\"\n"
	    "    peer-as: 64510\n"
	    "    local-address: \"192.0.2.91\"\n"
	    "    local-as: 65000\n"
	    "    connect-retry: 1s\n"
	    "  router-v6:\n"
	    "    address: \"2001:db8:6:1::1\"\n"
	    "    peer-as: 64510\n"
	    "    local-address: \"2001:db8:6:1::2\"\n"
	    "    local-as: 65000\n"
	    "    connect-retry: 1s\n"
	    "services:\n"
	    "  \"web\":\n"
	    "    global-ips: [\"203.0.113.10/32\", \"2001:db8:f00d::10/128\"]\n"
	    "    listen: [tcp/80]\n"
	    "    checks:\n"
	    "      front:\n"
	    "        type: http\n"
	    "        url: http://{address}:80/\n"
	    "        interval: 1s\n"
	    "        timeout: 1s\n"
	    "        rise: 2\n"
	    "        fall: 3\n"
	    "\n"
	    "  nginx: nginx -c /run/nginx.conf (at once, ready 80)\n"
	    "  nearcastd: nearcastd -c /etc/nearcast/nearcast.yaml (manual, ready "
	    "/run/nearcast/nearcastd.sock)\n");
	CHECK_STR(host->files[1].path, "/etc/nearcast/hitlist-ipv4");
	CHECK_STR(host->files[1].content, "192.0.2.83  # edinburgh\n192.0.2.87  # hong-kong\n");
	CHECK_STR(host->files[2].path, "/etc/nearcast/hitlist-ipv6");
	CHECK_STR(
	    host->files[2].content, "2001:db8:4:1::2  # edinburgh\n2001:db8:5:1::2  # hong-kong\n");
	CHECK_STR(host->files[3].path, "/etc/nearcast/places.csv");
	CHECK_STR(host->files[4].path, "/etc/nearcast/pfx2as.txt");
}

TEST(delays_follow_the_path_factor)
{
	_cleanup_(loaded_done) struct loaded l = { 0 };
	struct lab_plan *longer = NULL;
	struct err err;

	REQUIRE(load("article", &l));
	struct scenario s = *l.scenario;
	s.path_factor = 3;
	REQUIRE(lab_plan_new(&s, &longer, &err) == 0);
	for (size_t i = 0; i < longer->link_count; i++) {
		int64_t once = l.plan->links[i].delay.ns, twice = longer->links[i].delay.ns;
		bool given = l.plan->nodes[l.plan->links[i].ends[1].node].kind != LAB_ROUTER;

		CHECK(given ? twice == once : twice >= 2 * once - 10000 && twice <= 2 * once + 10000);
	}
	lab_plan_free(longer);
}
