/* The network of a host: what can be none is refused, with its field. */
#include "ask.h"

#include "tap.h"

#define PUT(a, status, body)                                                                       \
	do {                                                                                       \
		(a)->if_match = "*";                                                               \
		ASK((a), (status), ADMIN, "PUT", "/api/v1/hosts/h1/network", body);                \
	} while (0)

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
put_address(struct asker *a, unsigned status, const char *address, int length, const char *gateway)
{
	char body[256];

	(void)snprintf(body, sizeof(body),
	    "{'addresses': [{'address': '%s', 'cidr': %d, 'gateway': %s, 'public': false,"
	    " 'management': true}], 'bgp_neighbors': []}",
	    address, length, gateway);
	PUT(a, status, body);
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
