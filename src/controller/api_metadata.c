/*
 * What a host reads about itself at /metadata, in the shape of the provider's: the scripts that its
 * customers have generate a bird.conf from it unchanged.
 *
 * Who asks is known by the host's credential, or by the address it asks from, if that is the
 * address of one host: the provider's service has no other way. So whatever runs on a host can read
 * the BGP password, there as here; who does not want that writes no addresses into the host's
 * network, and uses the credential. An address that every machine has says nothing, even if it
 * stands there from a time when it was taken; nor does the address of a person, who has a token.
 *
 * customdata, and what an administrator writes into the host's "metadata" (plan, facility,
 * operating_system, network.bonding and the like), stand beside it as they are. What is known from
 * elsewhere is refused there.
 */
#include <string.h>

#include "base/alloc.h"
#include "controller/api_hosts.h"
#include "controller/field_read.h"
#include "controller/handlers.h"
#include "controller/network_rules.h"

/* Why nobody is known by the address. */
static int
refuse_address(struct call *c, const char *why)
{
	char address[IP_STR_MAX] = "";

	if (c->request->peer.family != IP_NONE)
		(void)ip_format(c->request->peer, address);
	return call_problem_about(c, PROBLEM_UNKNOWN_CALLER, "Authorization",
	    "%s%s; a host asks with its credential%s", address, why,
	    *address != '\0' ? ", or from an address that is its own" : "");
}

/* Whose address the request comes from: 0 or CALL_REFUSED. */
static int
find_by_address(struct call *c, char id[STORE_ID_MAX])
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	char key[STORE_KEY_MAX];
	int r;

	if (c->request->peer.family == IP_NONE)
		return refuse_address(c, "nothing says which host asks");
	if (!network_address_tells(c->request->peer))
		return refuse_address(c, " is an address that every machine has");
	r = store_query(c->store, &rows, c->e,
	    "SELECT DISTINCT host FROM host_addresses WHERE address_key = $1 ORDER BY host LIMIT 2",
	    SQL_TEXT(store_key(c->request->peer, key)));
	if (r < 0)
		return r;
	/* as it may stand there from a time when it was taken */
	if (rows.count > 1)
		return refuse_address(c, " is an address of two hosts");
	if (!store_next(&rows))
		return refuse_address(c, " is no host's address");
	(void)snprintf(id, STORE_ID_MAX, "%s", store_text(&rows, 0));
	return 0;
}

/* One element of network.addresses[], with what the provider's has and ours is not asked for. */
static void
complete_address(json_t *address)
{
	(void)json_object_set_new(address, "enabled", json_true());
	(void)json_object_set_new(address, "manageable", json_true());
	(void)json_object_set_new(address, "global_ip", json_null());
	(void)json_object_set_new(address, "customdata", json_object());
}

/* The Global IPs of the services that are placed on the host, as the provider has them. */
static int
add_global_ips(struct call *c, const char *id, json_t *addresses)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query(c->store, &rows, c->e,
	    "SELECT DISTINCT a.address_key, a.address, g.family FROM addresses a"
	    " JOIN global_ips g ON g.id = a.global_ip JOIN service_ips s ON s.global_ip = g.id"
	    " JOIN placements p ON p.service = s.service JOIN hosts h ON h.id = $1"
	    " WHERE (p.host = h.id OR p.site = h.site)"
	    " AND (h.project IS NULL OR h.project = g.project) ORDER BY a.address_key",
	    SQL_TEXT(id));

	while (r >= 0 && store_next(&rows)) {
		int family = (int)store_int(&rows, 2);
		json_t *address = json_pack("{s:s, s:i, s:i, s:s, s:b, s:b}", "address",
		    store_text(&rows, 1), "address_family", family, "cidr", family == 4 ? 32 : 128,
		    "gateway", store_text(&rows, 1), "public", 1, "management", 0);

		complete_address(address);
		(void)json_object_set_new(address, "global_ip", json_true());
		(void)json_array_append_new(addresses, address);
	}
	return r < 0 ? r : 0;
}

/* What was written of the network (bonding, interfaces), with the addresses that are known. */
static json_t *
network_of(const json_t *metadata, json_t *addresses)
{
	const json_t *written = json_object_get(metadata, "network");
	json_t *network = json_is_object(written) ? json_deep_copy(written) : json_object();

	(void)json_object_set(network, "addresses", addresses);
	return network;
}

static int
describe(struct call *c, const json_t *host, bool with_secrets, json_t **ret)
{
	json_auto_t *addresses = NULL, *neighbors = NULL;
	const char *id = call_text(host, "id");
	json_t *address;
	size_t i;
	int r = hosts_addresses(c, id, &addresses);

	if (r >= 0)
		r = hosts_neighbors(c, id, with_secrets, &neighbors);
	if (r < 0)
		return r;
	json_array_foreach (addresses, i, address)
		complete_address(address);
	r = add_global_ips(c, id, addresses);
	if (r < 0)
		return r;
	/* what is known here comes after what was written, and counts */
	*ret = json_deep_copy(json_object_get(host, "metadata"));
	(void)json_object_update_new(*ret,
	    json_pack("{s:O, s:O, s:O, s:O, s:O, s:o}", "id", json_object_get(host, "id"),
		"hostname", json_object_get(host, "name"), "tags", json_object_get(host, "tags"),
		"customdata", json_object_get(host, "customdata"), "bgp_neighbors", neighbors,
		"network", network_of(*ret, addresses)));
	if (json_object_get(*ret, "facility") == NULL)
		(void)json_object_set(*ret, "facility", json_object_get(host, "site"));
	return 0;
}

/* What describe() has from elsewhere: whoever writes it here would see it lost. */
int
hosts_check_metadata(struct call *c, const json_t *metadata)
{
	static const struct {
		const char *key, *from;
	} own[] = {
		{ "id", "is the host's own" },
		{ "hostname", "is the host's name" },
		{ "tags", "stands in the host's tags" },
		{ "customdata", "stands in the host's customdata" },
		{ "bgp_neighbors", "stands in the host's network" },
	};
	const json_t *network = json_object_get(metadata, "network");
	json_t *errors = json_array();

	for (size_t i = 0; i < ARRAY_SIZE(own); i++) {
		_cleanup_(freep) char *pointer = field_pointer("/metadata", own[i].key);

		if (json_object_get(metadata, own[i].key) != NULL)
			field_error(errors, pointer, "%s, and cannot be written here", own[i].from);
	}
	if (network != NULL && !json_is_object(network))
		field_error(errors, "/metadata/network", "expected an object, found %s",
		    field_kind_of(network));
	if (json_object_get(network, "addresses") != NULL)
		field_error(errors, "/metadata/network/addresses",
		    "stands in the host's network, and cannot be written here");
	if (json_array_size(errors) > 0)
		return call_problem_errors(c, PROBLEM_FIELDS, errors);
	json_decref(errors);
	return 0;
}

int
api_metadata(struct call *c)
{
	json_auto_t *host = NULL, *metadata = NULL;
	char id[STORE_ID_MAX];
	int r = 0;

	if (c->caller.role > ROLE_HOST)
		return call_problem(c, PROBLEM_FORBIDDEN,
		    "this is what a host reads, without a person's token; a person reads it at "
		    "/api/v1/hosts/HOST/metadata");
	if (c->caller.role == ROLE_HOST)
		(void)snprintf(id, sizeof(id), "%s", c->caller.id);
	else
		r = find_by_address(c, id);
	if (r >= 0)
		r = hosts_find(c, id, &host);
	if (r >= 0)
		r = describe(c, host, true, &metadata);
	return r < 0 ? r : call_answer(c, 200, json_incref(metadata), 0);
}

int
api_host_metadata(struct call *c)
{
	json_auto_t *host = NULL, *metadata = NULL;
	int r = hosts_find(c, c->params[0], &host);

	if (r >= 0)
		r = describe(c, host, false, &metadata);
	return r < 0 ? r : call_answer(c, 200, json_incref(metadata), 0);
}
