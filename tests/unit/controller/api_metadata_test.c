/* Who is answered at /metadata, and with what. */
#include "ask.h"

#include "base/without_const.h"
#include "store/id.h"
#include "tap.h"

#define ADDRESS(address, length)                                                                   \
	"{'address': '" address "', 'cidr': " #length ", 'public': false, 'management': true}"
#define NETWORK "{'addresses': [" ADDRESS("10.1.2.3", 31) "], 'bgp_neighbors': []}"

static bool
init(struct asker *a)
{
	if (!asker_init(a))
		return false;
	ASK(a, 201, ADMIN, "POST", "/api/v1/sites", "{'name': 'am6'}");
	ASK(a, 201, ADMIN, "POST", "/api/v1/hosts", "{'name': 'h1', 'site': 'am6'}");
	a->if_match = "*";
	ASK(a, 200, ADMIN, "PUT", "/api/v1/hosts/h1/network", NETWORK);
	return tap_failures == 0;
}

/* Somebody who is at a host is not that host: his token says who he is. */
TEST(a_person_is_not_taken_for_the_host_he_asks_from)
{
	struct asker a;

	REQUIRE(init(&a));
	CHECK_INT(ip_parse("10.1.2.3", &a.peer), 0);
	ASK(&a, 200, NOBODY, "GET", "/metadata", NULL);
	for (enum who who = ADMIN; who < WHO_COUNT; who++) {
		ASK(&a, 403, who, "GET", "/metadata", NULL);
		CHECK(strstr(said(&a, "detail"), "/api/v1/hosts/HOST/metadata") != NULL);
	}
	asker_done(&a);
}

/* As a store may have it from a time when that was taken. */
static int
write_address(struct store *store, void *arg, struct err *e)
{
	char key[STORE_KEY_MAX];
	struct ip ip;

	CHECK_INT(ip_parse(arg, &ip), 0);
	return store_do(store, e, "UPDATE host_addresses SET address_key = $1, address = $2",
	    SQL_TEXT(store_key(ip, key)), SQL_TEXT(arg));
}

TEST(an_address_that_every_machine_has_tells_nothing)
{
	static const char *const addresses[] = { "127.0.0.1", "127.9.9.9", "::1", "0.0.0.0",
		"169.254.1.2", "fe80::1", "224.0.0.1" };
	struct err e = { 0 };
	struct asker a;

	REQUIRE(init(&a));
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		CHECK_INT(
		    store_transaction(a.store, write_address, without_const(addresses[i]), &e), 1);
		CHECK_INT(ip_parse(addresses[i], &a.peer), 0);
		ASK(&a, 401, NOBODY, "GET", "/metadata", NULL);
	}
	CHECK_INT(store_transaction(a.store, write_address, without_const("10.1.2.4"), &e), 1);
	CHECK_INT(ip_parse("10.1.2.4", &a.peer), 0);
	ASK(&a, 200, NOBODY, "GET", "/metadata", NULL);
	asker_done(&a);
}

/* Of all hosts; as a store may have it from a time when that was taken. */
static int
write_twice(struct store *store, void *arg, struct err *e)
{
	return store_do(store, e,
	    "INSERT INTO host_addresses (host, position, family, address_key, address,"
	    " prefix_length, public, management) SELECT h.id, 9, a.family, a.address_key,"
	    " a.address, a.prefix_length, 0, 0 FROM host_addresses a JOIN hosts h"
	    " ON h.name = $1",
	    SQL_TEXT(arg));
}

TEST(whoever_is_not_known_hears_why)
{
	struct err e = { 0 };
	struct asker a;

	REQUIRE(init(&a));
	ASK(&a, 401, NOBODY, "GET", "/metadata", NULL);
	CHECK_STR(said(&a, "detail"),
	    "nothing says which host asks; a host asks with its credential");
	CHECK_INT(ip_parse("10.9.9.9", &a.peer), 0);
	ASK(&a, 401, NOBODY, "GET", "/metadata", NULL);
	CHECK_STR(said(&a, "detail"),
	    "10.9.9.9 is no host's address; a host asks with its credential, or from an address "
	    "that is its own");
	CHECK_INT(ip_parse("::1", &a.peer), 0);
	ASK(&a, 401, NOBODY, "GET", "/metadata", NULL);
	CHECK(strstr(said(&a, "detail"), "::1 is an address that every machine has;") != NULL);
	ASK(&a, 201, ADMIN, "POST", "/api/v1/hosts", "{'name': 'h2', 'site': 'am6'}");
	CHECK_INT(store_transaction(a.store, write_twice, without_const("h2"), &e), 1);
	CHECK_INT(ip_parse("10.1.2.3", &a.peer), 0);
	ASK(&a, 401, NOBODY, "GET", "/metadata", NULL);
	CHECK(strstr(said(&a, "detail"), "10.1.2.3 is an address of two hosts;") != NULL);
	ASK(&a, 204, ADMIN, "DELETE", "/api/v1/hosts/h2", NULL);
	ASK(&a, 200, NOBODY, "GET", "/metadata", NULL);
	ASK(&a, 409, ADMIN, "DELETE", "/api/v1/sites/am6", NULL);
	asker_done(&a);
}

TEST(what_was_written_stands_beside_what_is_known)
{
	struct asker a;

	REQUIRE(init(&a));
	a.if_match = "*";
	ASK(&a, 200, ADMIN, "PATCH", "/api/v1/hosts/h1",
	    "{'metadata': {'plan': 'c3', 'facility': 'ams6',"
	    " 'network': {'bonding': {'mode': 4}, 'interfaces': [{'name': 'eth0'}]}}}");
	ASK(&a, 200, VIEWER, "GET", "/api/v1/hosts/h1/metadata", NULL);
	CHECK_STR(said(&a, "plan"), "c3");
	CHECK_STR(said(&a, "facility"), "ams6");
	CHECK_INT(said_int(&a, "network.bonding.mode"), 4);
	CHECK_STR(said(&a, "network.interfaces.0.name"), "eth0");
	CHECK_STR(said(&a, "network.addresses.0.address"), "10.1.2.3");
	asker_done(&a);
}

TEST(what_is_known_is_not_written)
{
	static const char *const bodies[] = { "'id': 'x'", "'hostname': 'x'", "'tags': []",
		"'customdata': {}", "'bgp_neighbors': null", "'network': {'addresses': []}",
		"'network': []" };
	static const char *const fields[] = { "id", "hostname", "tags", "customdata",
		"bgp_neighbors", "network/addresses", "network" };
	char body[128], field[64];
	struct asker a;

	REQUIRE(init(&a));
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		(void)snprintf(body, sizeof(body), "{'metadata': {%s}}", bodies[i]);
		(void)snprintf(field, sizeof(field), "/metadata/%s", fields[i]);
		a.if_match = "*";
		ASK(&a, 422, ADMIN, "PATCH", "/api/v1/hosts/h1", body);
		CHECK_STR(said(&a, "errors.0.field"), field);
		CHECK_INT(said_int(&a, "errors"), 1);
	}
	ASK(&a, 422, ADMIN, "POST", "/api/v1/hosts",
	    "{'name': 'h2', 'site': 'am6', 'metadata': {'network': {'bonding': {}, 'addresses': 1},"
	    " 'hostname': 'x'}}");
	CHECK_STR(said_error(&a),
	    "/metadata/hostname: is the host's name, and cannot be written here");
	CHECK_STR(said(&a, "errors.1.field"), "/metadata/network/addresses");
	asker_done(&a);
}

/* As a store may have it from a time when that was taken. */
static int
write_metadata(struct store *store, void *arg, struct err *e)
{
	return store_do(store, e, "UPDATE hosts SET metadata = $1", SQL_TEXT(arg));
}

TEST(what_is_known_counts)
{
	struct err e = { 0 };
	struct asker a;

	REQUIRE(init(&a));
	CHECK_INT(store_transaction(a.store, write_metadata,
		      without_const("{\"hostname\": \"x\", \"network\": 1}"), &e),
	    1);
	ASK(&a, 200, VIEWER, "GET", "/api/v1/hosts/h1/metadata", NULL);
	CHECK_STR(said(&a, "hostname"), "h1");
	CHECK_STR(said(&a, "network.addresses.0.address"), "10.1.2.3");
	a.if_match = "*";
	ASK(&a, 200, ADMIN, "PATCH", "/api/v1/hosts/h1", "{'description': 'y'}");
	asker_done(&a);
}
