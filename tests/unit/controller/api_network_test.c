/* The network of a host: what can be none is refused, with its field. */
#include "ask.h"

#include "tap.h"

static bool
init(struct asker *a)
{
	if (!asker_init(a))
		return false;
	ASK(a, 201, ADMIN, "POST", "/api/v1/sites", "{'name': 'am6'}");
	ASK(a, 201, ADMIN, "POST", "/api/v1/hosts", "{'name': 'h1', 'site': 'am6'}");
	return tap_failures == 0;
}

static void
put(struct asker *a, unsigned status, const char *body)
{
	a->if_match = "*";
	ASK(a, status, ADMIN, "PUT", "/api/v1/hosts/h1/network", body);
}

static void
put_address(struct asker *a, unsigned status, const char *address, int length, const char *gateway)
{
	char body[256];

	(void)snprintf(body, sizeof(body),
	    "{'addresses': [{'address': '%s', 'cidr': %d, 'gateway': %s, 'public': false,"
	    " 'management': true}], 'bgp_neighbors': []}",
	    address, length, gateway);
	put(a, status, body);
}

/* Whoever is on the machine of the controller would else be the host. */
TEST(an_address_is_one_on_a_network)
{
	static const char *const none[] = { "127.0.0.1", "127.8.0.1", "0.0.0.0", "0.1.2.3",
		"224.0.0.1", "240.0.0.1", "255.255.255.255" };
	static const char *const none_v6[] = { "::1", "::", "ff02::1", "::ffff:10.0.0.1",
		"100::1" };
	static const char *const fine[] = { "10.1.2.3", "100.64.0.1", "169.254.1.2", "192.0.2.1" };
	struct asker a;

	REQUIRE(init(&a));
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		put_address(&a, 422, none[i], 24, "null");
		CHECK_STR(said(&a, "errors.0.field"), "/addresses/0/address");
	}
	for (size_t i = 0; i < sizeof(none_v6) / sizeof(none_v6[0]); i++) {
		put_address(&a, 422, none_v6[i], 64, "null");
		CHECK_STR(said(&a, "errors.0.field"), "/addresses/0/address");
	}
	for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++)
		put_address(&a, 200, fine[i], 24, "null");
	put_address(&a, 200, "fe80::7", 64, "null");
	put_address(&a, 422, "127.0.0.1", 8, "null");
	CHECK_STR(said_error(&a),
	    "/addresses/0/address: is an address of the loopback, which every machine has; "
	    "expected one on a network");
	asker_done(&a);
}

TEST(a_gateway_is_another_machine_on_the_link)
{
	struct asker a;

	REQUIRE(init(&a));
	put_address(&a, 422, "10.1.2.3", 24, "'10.9.9.1'");
	CHECK_STR(said_error(&a),
	    "/addresses/0/gateway: is outside of the address's prefix, so that it cannot be "
	    "reached");
	put_address(&a, 422, "10.1.2.3", 24, "'10.1.2.3'");
	CHECK_STR(said_error(&a),
	    "/addresses/0/gateway: is the address itself; expected another machine's, or null");
	put_address(&a, 422, "10.1.2.3", 24, "'0.0.0.0'");
	CHECK_STR(said(&a, "errors.0.field"), "/addresses/0/gateway");
	put_address(&a, 422, "10.1.2.3", 24, "'2001:db8::1'");
	CHECK_STR(said_error(&a), "/addresses/0/gateway: is of another family than the address");
	put_address(&a, 422, "10.1.2.3", 33, "'10.1.2.1'");
	CHECK_STR(said(&a, "errors.0.field"), "/addresses/0/cidr");
	put_address(&a, 422, "2001:db8::3", 64, "'2001:db8:0:1::1'");
	CHECK_STR(said(&a, "errors.0.field"), "/addresses/0/gateway");
	put_address(&a, 200, "198.51.100.31", 31, "'198.51.100.30'");
	put_address(&a, 200, "2001:db8::3", 127, "'2001:db8::2'");
	/* real ones: a router's link-local address, and one beside an address that is alone */
	put_address(&a, 200, "2001:db8::3", 64, "'fe80::1'");
	put_address(&a, 200, "203.0.113.7", 32, "'192.0.2.1'");
	asker_done(&a);
}

/* Of a network with these neighbors, each of family 4 unless it says so. */
#define NEIGHBORS(neighbors) "{'addresses': [], 'bgp_neighbors': [" neighbors "]}"
#define NEIGHBOR(family, own, own_as, peer_as, peers)                                              \
	"{'address_family': " #family ", 'customer_as': " #own_as ", 'customer_ip': '" own         \
	"', 'md5_enabled': false, 'multihop': true, 'peer_as': " #peer_as ", 'peer_ips': " peers   \
	"}"

TEST(a_neighbor_is_another_one)
{
	static const struct {
		const char *body, *field, *detail;
	} rows[] = {
		{ NEIGHBORS(NEIGHBOR(4, "0.0.0.0", 65000, 65530, "['10.0.0.2']")), "customer_ip",
		    "is nobody's address; expected one on a network" },
		{ NEIGHBORS(NEIGHBOR(4, "127.0.0.1", 65000, 65530, "['10.0.0.2']")), "customer_ip",
		    NULL },
		{ NEIGHBORS(NEIGHBOR(4, "10.0.0.1", 65000, 65530, "['10.0.0.2', '10.0.0.2']")),
		    "peer_ips/1", "stands there twice" },
		{ NEIGHBORS(NEIGHBOR(6, "fc00::1", 65000, 65530, "['fc00::2', 'fc00:0::2']")),
		    "peer_ips/1", "stands there twice" },
		{ NEIGHBORS(NEIGHBOR(4, "10.0.0.1", 65000, 65530, "['10.0.0.1']")), "peer_ips/0",
		    "is customer_ip itself; expected the other end's" },
		{ NEIGHBORS(NEIGHBOR(4, "10.0.0.1", 65000, 65530, "['224.0.0.5']")), "peer_ips/0",
		    "is a multicast address; expected a unicast one" },
		{ NEIGHBORS(NEIGHBOR(4, "10.0.0.1", 65000, 23456, "['10.0.0.2']")), "peer_as",
		    "stands for any AS number of four octets, and is nobody's (RFC 6793)" },
		{ NEIGHBORS(NEIGHBOR(4, "10.0.0.1", 65000, 65535, "['10.0.0.2']")), "peer_as",
		    "is reserved, and nobody's (RFC 7607, RFC 7300)" },
		{ NEIGHBORS(NEIGHBOR(4, "10.0.0.1", 65000, 0, "['10.0.0.2']")), "peer_as", NULL },
		{ NEIGHBORS(NEIGHBOR(4, "10.0.0.1", 65000, 4294967295, "['10.0.0.2']")), "peer_as",
		    NULL },
		{ NEIGHBORS(NEIGHBOR(4, "10.0.0.1", 23456, 65530, "['10.0.0.2']")), "customer_as",
		    NULL },
	};
	struct asker a;
	char field[64];

	REQUIRE(init(&a));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		put(&a, 422, rows[i].body);
		(void)snprintf(field, sizeof(field), "/bgp_neighbors/0/%s", rows[i].field);
		CHECK_STR(said(&a, "errors.0.field"), field);
		CHECK_INT(said_int(&a, "errors"), 1);
		if (rows[i].detail != NULL)
			CHECK_STR(said(&a, "errors.0.detail"), rows[i].detail);
	}
	put(&a, 422,
	    NEIGHBORS(NEIGHBOR(4, "10.0.0.1", 65000, 65530, "['10.0.0.2', '10.0.0.3']")
		", " NEIGHBOR(4, "10.0.0.1", 65000, 65531, "['10.0.0.4', '10.0.0.2']")));
	CHECK_STR(said_error(&a), "/bgp_neighbors/1/peer_ips/1: stands there twice");
	asker_done(&a);
}

/* What the provider really had: routers that lie behind others, private and far addresses. */
TEST(what_is_real_is_taken)
{
	struct asker a;

	REQUIRE(init(&a));
	put(&a, 200,
	    NEIGHBORS(
		NEIGHBOR(4, "10.67.50.3", 65000, 65530, "['169.254.255.1', '169.254.255.2']")
		", " NEIGHBOR(6, "2604:1380::3", 65000, 65530, "['fc00::e', 'fc00::f']")));
	put(&a, 200, NEIGHBORS(NEIGHBOR(4, "10.0.0.1", 4200000000, 65534, "['10.0.0.2']")));
	put(&a, 200, NEIGHBORS(NEIGHBOR(6, "fe80::2", 65000, 65000, "['fe80::1']")));
	asker_done(&a);
}

static void
put_at(struct asker *a, unsigned status, const char *host, const char *body)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/api/v1/hosts/%s/network", host);
	a->if_match = "*";
	ASK(a, status, ADMIN, "PUT", path, body);
}

#define ADDRESSES(second)                                                                          \
	"{'addresses': [{'address': '10.0.0.7', 'cidr': 24, 'public': false, 'management': true}," \
	" {'address': '" second "', 'cidr': 24, 'public': false, 'management': true}],"            \
	" 'bgp_neighbors': []}"

/* Else both of them would be nobody at /metadata. */
TEST(an_address_is_one_hosts)
{
	struct asker a;

	REQUIRE(init(&a));
	ASK(&a, 201, ADMIN, "POST", "/api/v1/hosts", "{'name': 'h2', 'site': 'am6'}");
	put_address(&a, 200, "10.1.2.3", 24, "null");
	put_at(&a, 409, "h2", ADDRESSES("10.1.2.3"));
	CHECK_STR(said(&a, "type"), "urn:nearcast:problem:conflict");
	CHECK_STR(said_error(&a), "/addresses/1/address: 10.1.2.3 is an address of host h1");
	ASK(&a, 200, ADMIN, "GET", "/api/v1/hosts/h2/network", NULL);
	CHECK_INT(said_int(&a, "addresses"), 0);
	/* what is wrong by itself is said first; and a link-local one is each link's anew */
	put_at(&a, 422, "h2", ADDRESSES("127.0.0.1"));
	put_address(&a, 200, "169.254.0.1", 24, "null");
	put_at(&a, 200, "h2", ADDRESSES("169.254.0.1"));
	/* its own it may write again, and one that is free again */
	put_at(&a, 200, "h2", ADDRESSES("10.1.2.3"));
	put_at(&a, 200, "h2", ADDRESSES("10.1.2.3"));
	put_address(&a, 409, "10.1.2.3", 24, "null");
	CHECK_STR(said_error(&a), "/addresses/0/address: 10.1.2.3 is an address of host h2");
	ASK(&a, 204, ADMIN, "DELETE", "/api/v1/hosts/h2", NULL);
	put_address(&a, 200, "10.1.2.3", 24, "null");
	asker_done(&a);
}
