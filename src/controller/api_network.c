/*
 * The network of a host, as its metadata says it: its addresses, and its BGP neighbors in the
 * provider's shape, which has exactly ten keys. What is written goes by way of network_write.h.
 */
#include "base/without_const.h"
#include "controller/api_hosts.h"
#include "controller/handlers.h"
#include "controller/network_write.h"

/* ---- what is said ---- */

static const struct column address_columns[] = {
	{ "address", COLUMN_TEXT },
	{ "address_family", COLUMN_INT },
	{ "cidr", COLUMN_INT },
	{ "gateway", COLUMN_TEXT },
	{ "public", COLUMN_BOOL },
	{ "management", COLUMN_BOOL },
};

static const struct column neighbor_columns[] = {
	{ "address_family", COLUMN_INT },
	{ "customer_as", COLUMN_INT },
	{ "customer_ip", COLUMN_TEXT },
	{ "md5_enabled", COLUMN_BOOL },
	{ "md5_password", COLUMN_TEXT },
	{ "multihop", COLUMN_BOOL },
	{ "peer_as", COLUMN_INT },
	{ "peer_ips", COLUMN_JSON },
	{ "routes_in", COLUMN_JSON },
	{ "routes_out", COLUMN_JSON },
};

static json_t *
array_of(struct store_rows *rows, const struct column *columns, size_t count)
{
	json_t *array = json_array();

	while (store_next(rows))
		(void)json_array_append_new(array, columns_json(rows, columns, count));
	return array;
}

int
hosts_addresses(struct call *c, const char *id, json_t **ret)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query(c->store, &rows, c->e,
	    "SELECT address, family, prefix_length, gateway, public, management"
	    " FROM host_addresses WHERE host = $1 ORDER BY position",
	    SQL_TEXT(id));

	*ret = r < 0 ? NULL : array_of(&rows, address_columns, ARRAY_SIZE(address_columns));
	return r < 0 ? r : 0;
}

int
hosts_neighbors(struct call *c, const char *id, bool with_secrets, json_t **ret)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	json_t *neighbor;
	size_t i;
	int r = store_query(c->store, &rows, c->e,
	    "SELECT address_family, customer_as, customer_ip, md5_enabled, md5_password, multihop,"
	    " peer_as, peer_ips, routes_in, routes_out FROM neighbors WHERE host = $1 ORDER BY "
	    "position",
	    SQL_TEXT(id));

	*ret = r < 0 ? NULL : array_of(&rows, neighbor_columns, ARRAY_SIZE(neighbor_columns));
	if (!with_secrets)
		json_array_foreach (*ret, i, neighbor)
			(void)json_object_set_new(neighbor, "md5_password", json_null());
	return r < 0 ? r : 0;
}

static int
describe(struct call *c, const char *id, json_t **ret)
{
	json_t *addresses = NULL, *neighbors = NULL;
	int r = hosts_addresses(c, id, &addresses);

	if (r >= 0)
		r = hosts_neighbors(c, id, false, &neighbors);
	*ret = json_pack("{s:o*, s:o*}", "addresses", addresses, "bgp_neighbors", neighbors);
	return r;
}

/* ---- asking and writing ---- */

int
api_host_network_get(struct call *c)
{
	json_auto_t *host = NULL, *network = NULL;
	int r = hosts_find(c, c->params[0], &host);

	if (r >= 0)
		r = describe(c, call_text(host, "id"), &network);
	return r < 0 ? r : call_answer(c, 200, json_incref(network), call_revision(host));
}

/* With the revisions of the host, by which an undo knows that nothing was changed since. */
static int
audit(struct call *c, const json_t *host, const json_t *before, const json_t *after)
{
	json_auto_t *was = json_copy(without_const(before)), *is = json_copy(without_const(after));

	(void)json_object_set_new(was, "revision", json_integer(call_revision(host)));
	(void)json_object_set_new(is, "revision", json_integer(call_revision(host) + 1));
	return call_audit_of(c, "change", "network", host, was, is);
}

int
api_host_network_put(struct call *c)
{
	json_auto_t *host = NULL, *before = NULL, *after = NULL;
	int r = hosts_find(c, c->params[0], &host);

	if (r >= 0)
		r = call_if_match(c, call_revision(host));
	if (r >= 0)
		r = describe(c, call_text(host, "id"), &before);
	if (r >= 0)
		r = network_write(c, call_text(host, "id"));
	if (r >= 0)
		r = hosts_touch(c, call_text(host, "id"));
	if (r >= 0)
		r = describe(c, call_text(host, "id"), &after);
	if (r >= 0)
		r = audit(c, host, before, after);
	return r < 0 ? r : call_answer(c, 200, json_incref(after), call_revision(host) + 1);
}
