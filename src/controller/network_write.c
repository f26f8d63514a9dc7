#include "controller/network_write.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "controller/handlers.h"
#include "controller/network_rules.h"

#define ADDRESSES_MAX 64
#define NEIGHBORS_MAX 16
#define PASSWORD_MAX 80
#define AS_MAX (INT64_C(4294967295) - 1)

struct network {
	uint64_t given;
	json_t *addresses, *neighbors;
};

struct address {
	uint64_t given;
	struct ip address, gateway;
	uint32_t cidr;
	bool is_public, management;
};

struct neighbor {
	uint64_t given;
	uint32_t address_family, customer_as, peer_as;
	struct ip customer_ip;
	bool md5_enabled, multihop;
	const char *md5_password;
	json_t *peer_ips, *routes_in, *routes_out;
};

struct route_filter {
	uint64_t given;
	struct prefix route;
	bool exact;
};

/* clang-format off */
#define AT(field) .offset = offsetof(struct network, field)
static const struct field network_fields[] = {
	{ .key = "addresses", .type = FIELD_ARRAY, AT(addresses), .max = ADDRESSES_MAX, .flags = FIELD_REQUIRED },
	{ .key = "bgp_neighbors", .type = FIELD_ARRAY, AT(neighbors), .max = NEIGHBORS_MAX, .flags = FIELD_REQUIRED },
};
#undef AT
#define AT(field) .offset = offsetof(struct address, field)
static const struct field address_fields[] = {
	{ .key = "address", .type = FIELD_IP, AT(address), .flags = FIELD_REQUIRED },
	{ .key = "cidr", .type = FIELD_U32, AT(cidr), .min = 1, .max = 128, .flags = FIELD_REQUIRED },
	{ .key = "gateway", .type = FIELD_IP, AT(gateway), .flags = FIELD_NULLABLE },
	{ .key = "public", .type = FIELD_BOOL, AT(is_public), .flags = FIELD_REQUIRED },
	{ .key = "management", .type = FIELD_BOOL, AT(management), .flags = FIELD_REQUIRED },
};
#undef AT
#define AT(field) .offset = offsetof(struct neighbor, field)
static const struct field neighbor_fields[] = {
	{ .key = "address_family", .type = FIELD_U32, AT(address_family), .min = 4, .max = 6, .flags = FIELD_REQUIRED },
	{ .key = "customer_as", .type = FIELD_U32, AT(customer_as), .min = 1, .max = AS_MAX, .flags = FIELD_REQUIRED },
	{ .key = "customer_ip", .type = FIELD_IP, AT(customer_ip), .flags = FIELD_REQUIRED },
	{ .key = "md5_enabled", .type = FIELD_BOOL, AT(md5_enabled), .flags = FIELD_REQUIRED },
	{ .key = "md5_password", .type = FIELD_TEXT, AT(md5_password), .min = 1, .max = PASSWORD_MAX, .flags = FIELD_NULLABLE },
	{ .key = "multihop", .type = FIELD_BOOL, AT(multihop), .flags = FIELD_REQUIRED },
	{ .key = "peer_as", .type = FIELD_U32, AT(peer_as), .min = 1, .max = AS_MAX, .flags = FIELD_REQUIRED },
	{ .key = "peer_ips", .type = FIELD_IPS, AT(peer_ips), .min = 1, .max = 16, .flags = FIELD_REQUIRED },
	{ .key = "routes_in", .type = FIELD_ARRAY, AT(routes_in), .max = 256 },
	{ .key = "routes_out", .type = FIELD_ARRAY, AT(routes_out), .max = 256 },
};
#undef AT
#define AT(field) .offset = offsetof(struct route_filter, field)
static const struct field route_fields[] = {
	{ .key = "route", .type = FIELD_PREFIX, AT(route), .flags = FIELD_REQUIRED },
	{ .key = "exact", .type = FIELD_BOOL, AT(exact), .flags = FIELD_REQUIRED },
};
#undef AT
/* clang-format on */
static const struct field_table network_table =
    FIELD_TABLE("a network", struct network, network_fields);
static const struct field_table address_table =
    FIELD_TABLE("an address", struct address, address_fields);
static const struct field_table neighbor_table =
    FIELD_TABLE("a BGP neighbor", struct neighbor, neighbor_fields);
static const struct field_table route_table =
    FIELD_TABLE("a route", struct route_filter, route_fields);

/* Of a key of the object at `at`. */
static void
key_error(json_t *errors, const char *at, const char *key, const char *detail)
{
	_cleanup_(freep) char *pointer = field_pointer(at, key);

	field_error(errors, pointer, "%s", detail);
}

/* refusal: NULL: nothing is wrong with the key. */
static void
check_key(json_t *errors, const char *at, const char *key, const char *refusal)
{
	if (refusal != NULL)
		key_error(errors, at, key, refusal);
}

/* ---- addresses ---- */

static void
check_address(const struct address *a, json_t *errors, const char *at)
{
	check_key(errors, at, "address", network_address_refusal(a->address));
	if (a->cidr > ip_bits(a->address.family))
		key_error(errors, at, "cidr",
		    a->address.family == IP_V4 ? "expected at most 32 for this address"
					       : "expected at most 128 for this address");
	else if (a->gateway.family != IP_NONE)
		check_key(errors, at, "gateway",
		    network_gateway_refusal(a->address, a->cidr, a->gateway));
}

static int
write_addresses(struct call *c, const char *id, const json_t *array, json_t *errors)
{
	int r =
	    store_do(c->store, c->e, "DELETE FROM host_addresses WHERE host = $1", SQL_TEXT(id));

	for (size_t i = 0; i < json_array_size(array) && r >= 0; i++) {
		_cleanup_(freep) char *at = xasprintf("/addresses/%zu", i);
		char text[IP_STR_MAX], gateway[IP_STR_MAX], key[STORE_KEY_MAX];
		struct address a = { 0 };

		if (fields_read_at(&address_table, json_array_get(array, i), &a, errors, at))
			check_address(&a, errors, at);
		if (json_array_size(errors) > 0)
			continue;
		r = store_do(c->store, c->e,
		    "INSERT INTO host_addresses (host, position, family, address_key, address,"
		    " prefix_length, gateway, public, management)"
		    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
		    SQL_TEXT(id), SQL_INT((int64_t)i), SQL_INT(a.address.family == IP_V4 ? 4 : 6),
		    SQL_TEXT(store_key(a.address, key)), SQL_TEXT(ip_format(a.address, text)),
		    SQL_INT(a.cidr),
		    SQL_TEXT(a.gateway.family != IP_NONE ? ip_format(a.gateway, gateway) : NULL),
		    SQL_BOOL(a.is_public), SQL_BOOL(a.management));
		if (r == 0)
			key_error(errors, at, "address", "stands there twice");
	}
	return r < 0 ? r : 0;
}

/* ---- neighbors ---- */

static void
check_routes(const json_t *routes, json_t *errors, const char *at, const char *key)
{
	for (size_t i = 0; i < json_array_size(routes); i++) {
		_cleanup_(freep) char *pointer = xasprintf("%s/%s/%zu", at, key, i);
		struct route_filter filter;

		(void)fields_read_at(
		    &route_table, json_array_get(routes, i), &filter, errors, pointer);
	}
}

/* Whether one of the neighbors from `all` to `last`, of which the last only below `end`, has it. */
static bool
is_peer_before(
    const struct neighbor *all, const struct neighbor *last, size_t end, struct ip address)
{
	for (const struct neighbor *n = all; n <= last; n++) {
		size_t count = n == last ? end : json_array_size(n->peer_ips);
		struct ip ip;

		for (size_t i = 0; i < count; i++) {
			const char *text = json_string_value(json_array_get(n->peer_ips, i));

			if (text != NULL && ip_parse(text, &ip) == 0 && ip_equal(ip, address))
				return true;
		}
	}
	return false;
}

/* all: the neighbors that are read so far, of which n is the last one. */
static const char *
peer_refusal(const struct neighbor *all, const struct neighbor *n, size_t i, struct ip ip)
{
	const char *refusal = network_address_refusal(ip);

	if (ip.family != (n->address_family == 4 ? IP_V4 : IP_V6))
		return "is not of address_family";
	if (refusal != NULL)
		return refusal;
	if (ip_equal(ip, n->customer_ip))
		return "is customer_ip itself; expected the other end's";
	/* a router's configuration has one place for each */
	return is_peer_before(all, n, i, ip) ? "stands there twice" : NULL;
}

static void
check_neighbor(
    const struct neighbor *all, const struct neighbor *n, json_t *errors, const char *at)
{
	json_t *text;
	struct ip ip;
	size_t i;

	if (n->address_family == 5)
		key_error(errors, at, "address_family", "expected 4 or 6");
	if (n->customer_ip.family != (n->address_family == 4 ? IP_V4 : IP_V6))
		key_error(errors, at, "customer_ip", "is not of address_family");
	else
		check_key(errors, at, "customer_ip", network_address_refusal(n->customer_ip));
	check_key(errors, at, "customer_as", network_as_refusal(n->customer_as));
	check_key(errors, at, "peer_as", network_as_refusal(n->peer_as));
	if (n->md5_enabled && n->md5_password == NULL)
		key_error(errors, at, "md5_password", "is missing");
	json_array_foreach (n->peer_ips, i, text) {
		_cleanup_(freep) char *pointer = xasprintf("%s/peer_ips/%zu", at, i);
		const char *refusal = NULL;

		if (ip_parse(json_string_value(text), &ip) == 0)
			refusal = peer_refusal(all, n, i, ip);
		if (refusal != NULL)
			field_error(errors, pointer, "%s", refusal);
	}
}

static int
insert_neighbor(struct call *c, const char *host, size_t position, const struct neighbor *n)
{
	_cleanup_(freep) char *peers = json_dumps(n->peer_ips, JSON_COMPACT);
	_cleanup_(freep) char *in = json_dumps(n->routes_in, JSON_COMPACT);
	_cleanup_(freep) char *out = json_dumps(n->routes_out, JSON_COMPACT);
	char id[STORE_ID_MAX], customer_ip[IP_STR_MAX];
	int r = store_do(c->store, c->e,
	    "INSERT INTO neighbors (id, host, position, address_family, customer_as, customer_ip,"
	    " md5_enabled, md5_password, multihop, peer_as, peer_ips, routes_in, routes_out)"
	    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
	    SQL_TEXT(store_id("nbr", c->request->now, id)), SQL_TEXT(host),
	    SQL_INT((int64_t)position), SQL_INT(n->address_family), SQL_INT(n->customer_as),
	    SQL_TEXT(ip_format(n->customer_ip, customer_ip)), SQL_BOOL(n->md5_enabled),
	    SQL_TEXT(n->md5_password), SQL_BOOL(n->multihop), SQL_INT(n->peer_as), SQL_TEXT(peers),
	    SQL_TEXT(in), SQL_TEXT(out));

	return r < 0 ? r : 0;
}

/* A password that is not given again stays: nobody can read it to write it back. */
static int
keep_password(struct call *c, const char *host, struct neighbor *n, struct store_rows *rows)
{
	char customer_ip[IP_STR_MAX];
	int r;

	if (!n->md5_enabled || n->md5_password != NULL || n->customer_ip.family == IP_NONE)
		return 0;
	r = store_query(c->store, rows, c->e,
	    "SELECT md5_password FROM neighbors WHERE host = $1 AND customer_ip = $2"
	    " AND peer_as = $3 AND md5_enabled = 1",
	    SQL_TEXT(host), SQL_TEXT(ip_format(n->customer_ip, customer_ip)), SQL_INT(n->peer_as));
	if (r >= 0 && store_next(rows))
		n->md5_password = store_text(rows, 0);
	return r < 0 ? r : 0;
}

static int
write_neighbors(struct call *c, const char *id, const json_t *array, json_t *errors)
{
	json_auto_t *none = json_array();
	struct neighbor all[NEIGHBORS_MAX];
	struct store_rows kept[NEIGHBORS_MAX] = { 0 };
	size_t count = json_array_size(array);
	int r = 0;

	for (size_t i = 0; i < count && r >= 0; i++) {
		_cleanup_(freep) char *at = xasprintf("/bgp_neighbors/%zu", i);

		all[i] = (struct neighbor){ .routes_in = none, .routes_out = none };
		if (fields_read_at(
			&neighbor_table, json_array_get(array, i), &all[i], errors, at)) {
			r = keep_password(c, id, &all[i], &kept[i]);
			check_neighbor(all, &all[i], errors, at);
		}
		check_routes(all[i].routes_in, errors, at, "routes_in");
		check_routes(all[i].routes_out, errors, at, "routes_out");
	}
	if (r >= 0 && json_array_size(errors) == 0) {
		r = store_do(c->store, c->e, "DELETE FROM neighbors WHERE host = $1", SQL_TEXT(id));
		for (size_t i = 0; i < count && r >= 0; i++)
			r = insert_neighbor(c, id, i, &all[i]);
	}
	for (size_t i = 0; i < count; i++)
		store_rows_done(&kept[i]);
	return r < 0 ? r : 0;
}

/* ---- the whole ---- */

/* The host, of another name, that has the address already; 1: there is one. */
static int
find_other(struct call *c, const char *id, struct ip address, struct store_rows *rows)
{
	char key[STORE_KEY_MAX];
	int r = store_query(c->store, rows, c->e,
	    "SELECT h.name FROM host_addresses a JOIN hosts h ON h.id = a.host"
	    " WHERE a.address_key = $1 AND a.host <> $2 ORDER BY h.name",
	    SQL_TEXT(store_key(address, key)), SQL_TEXT(id));

	return r < 0 ? r : store_next(rows);
}

/* A host is known by its addresses: one that two have would be nobody's. Transactions are
 * serializable, so of two that write one at the same time the second one finds it. */
static int
check_others(struct call *c, const char *id, const json_t *array)
{
	json_t *errors = json_array(), *one;
	size_t i;
	int r = 0;

	json_array_foreach (array, i, one) {
		_cleanup_(store_rows_done) struct store_rows rows = { 0 };
		_cleanup_(freep) char *pointer = xasprintf("/addresses/%zu/address", i);
		const char *text = call_text(one, "address");
		struct ip address;

		if (r < 0 || ip_parse(text, &address) < 0 || !network_address_tells(address))
			continue;
		r = find_other(c, id, address, &rows);
		if (r > 0)
			field_error(errors, pointer, "%s is an address of host %s", text,
			    store_text(&rows, 0));
	}
	if (r >= 0 && json_array_size(errors) > 0)
		return call_problem_errors(c, PROBLEM_CONFLICT, errors);
	json_decref(errors);
	return r < 0 ? r : 0;
}

/* What is no array hides nothing of the other one. */
int
network_write(struct call *c, const char *id)
{
	struct network n = { 0 };
	json_t *errors = json_array();
	int r;

	(void)fields_read(&network_table, c->body, &n, errors);
	r = write_addresses(c, id, n.addresses, errors);
	if (r >= 0)
		r = write_neighbors(c, id, n.neighbors, errors);
	if (r >= 0 && json_array_size(errors) > 0)
		return call_problem_errors(c, PROBLEM_FIELDS, errors);
	json_decref(errors);
	return r < 0 ? r : check_others(c, id, n.addresses);
}
