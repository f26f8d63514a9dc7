/*
 * Host metadata in the shape of Equinix Metal, which the controller of this project gives too.
 *
 * bgp_neighbors[] has one element for each address family, with all routers of it in peer_ips[]:
 * each becomes a neighbor, v4-1, v4-2 and so on. What a neighbor of nearcast.yaml has and metadata
 * does not gets the same default as there. routes_in[] and routes_out[] are the provider's side of
 * things, and are not looked at.
 */
#include "render/metadata.h"

#include <errno.h>
#include <string.h>

#include "proto/bgp/bgp.h"

#define ELEMENTS_MAX 16 /* of bgp_neighbors[], and of each peer_ips[] */
#define MULTIHOP 5      /* as the helper scripts of the provider have it */

static struct agent_neighbor
neighbor_defaults(const struct render_choices *c)
{
	return (struct agent_neighbor){
		.port = 179,
		.hold_time = c->hold_time,
		.connect_retry = DURATION_S(5),
		.idle_hold = DURATION_S(1),
		.idle_hold_max = DURATION_S(60),
		.prefix_limit = c->prefix_limit,
		.capabilities = { .four_octet_as = true,
		    .route_refresh = true,
		    .enhanced_refresh = true,
		    .extended_message = true },
		.bfd = { .enabled = c->bfd,
		    .min_tx = DURATION_MS(300),
		    .min_rx = DURATION_MS(300),
		    .multiplier = 3 },
	};
}

/* The password, checked: it comes from a stranger and goes between quotation marks. */
static int
read_password(
    struct metadata *m, const struct json_place *at, struct agent_neighbor *n, struct err *e)
{
	static const char key[] = "md5_password";
	const char *password;
	bool enabled;

	if (json_get_bool(at, "md5_enabled", &enabled, e) < 0)
		return -EINVAL;
	if (!enabled)
		return 0;
	if (json_get_text(at, key, &password, e) < 0)
		return -EINVAL;
	n->md5_password = arena_strdup(m->arena, password);
	if (strlen(n->md5_password) > AGENT_PASSWORD_MAX)
		return json_complain(at, key, e, "longer than %d bytes", AGENT_PASSWORD_MAX);
	for (const char *p = n->md5_password; *p; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return json_complain(at, key, e, "has a control character");
	}
	return 0;
}

/* What all routers of an element have in common. */
static int
read_common(
    struct metadata *m, const struct json_place *at, struct render_neighbor *n, struct err *e)
{
	struct agent_neighbor *c = &n->conf;
	struct ip customer_ip = { 0 };
	enum ip_family family;
	bool multihop;

	*c = neighbor_defaults(m->choices);
	if (json_get_family(at, "address_family", &family, e) < 0 ||
	    json_get_u32(at, "customer_as", 1, UINT32_MAX - 1, &c->local_as, e) < 0 ||
	    json_get_u32(at, "peer_as", 1, UINT32_MAX - 1, &c->peer_as, e) < 0 ||
	    json_get_bool(at, "multihop", &multihop, e) < 0 || read_password(m, at, c, e) < 0)
		return -EINVAL;
	if (json_object_get(at->object, "customer_ip") == NULL)
		return json_complain(at, "customer_ip", e, "missing; expected an address, or null");
	if (json_value(at, "customer_ip") != NULL &&
	    json_get_ip(at, "customer_ip", &customer_ip, e) < 0)
		return -EINVAL;
	if (customer_ip.family != IP_NONE && customer_ip.family != family)
		return json_complain(at, "customer_ip", e, "is not of address_family");
	c->ipv4 = family == IP_V4;
	c->ipv6 = family == IP_V6;
	c->multihop = multihop ? MULTIHOP : 0;
	c->bfd.multihop = multihop;
	return metadata_find_source(m, family, customer_ip, n, e);
}

/* One router of the element. */
static int
add_peer(struct metadata *m, const struct json_place *at, const struct render_neighbor *common,
    size_t index, struct err *e)
{
	struct json_place peer = json_element(at, "peer_ips", index);
	const char *text = json_string_value(peer.object);
	struct render_neighbor n = *common;
	unsigned number = 1;

	if (text == NULL || ip_parse(text, &n.conf.address) < 0)
		return json_complain(&peer, NULL, e, "expected an IP address");
	if (n.conf.address.family != common->conf.local_address.family)
		return json_complain(&peer, NULL, e, "is not of address_family");
	if (ip_is_unspecified(n.conf.address) || ip_is_multicast(n.conf.address) ||
	    (n.conf.address.family == IP_V6 && ip_is_link_local(n.conf.address)) ||
	    ip_equal(n.conf.address, n.conf.local_address))
		return json_complain(&peer, NULL, e, "expected the address of a router");
	for (size_t i = 0; i < m->out_count; i++) {
		if (ip_equal(m->out[i].conf.address, n.conf.address))
			return json_complain(&peer, NULL, e, "is there twice");
		number += m->out[i].conf.address.family == n.conf.address.family;
	}
	n.conf.name = arena_printf(m->arena, "v%d-%u", (int)n.conf.address.family, number);
	if (n.conf.multihop > 0 && metadata_find_gateway(m, &n, e) < 0)
		return -EINVAL;
	m->out[m->out_count++] = n;
	return 0;
}

static int
read_neighbors(struct metadata *m, struct err *e)
{
	static const char key[] = "bgp_neighbors";
	const json_t *elements, *peers;

	if (json_get_array(&m->neighbors, key, ELEMENTS_MAX, &elements, e) < 0)
		return -EINVAL;
	m->out = arena_alloc(m->arena, sizeof(*m->out) * ELEMENTS_MAX * ELEMENTS_MAX);
	for (size_t i = 0; i < json_array_size(elements); i++) {
		struct json_place at = json_element(&m->neighbors, key, i);
		struct render_neighbor common = { 0 };

		if (!json_is_object(at.object))
			return json_complain(&at, NULL, e, "expected an object");
		if (read_common(m, &at, &common, e) < 0 ||
		    json_get_array(&at, "peer_ips", ELEMENTS_MAX, &peers, e) < 0)
			return -EINVAL;
		if (json_array_size(peers) == 0)
			return json_complain(
			    &at, "peer_ips", e, "empty; expected the routers' addresses");
		for (size_t k = 0; k < json_array_size(peers); k++) {
			if (add_peer(m, &at, &common, k, e) < 0)
				return -EINVAL;
		}
	}
	if (m->out_count == 0)
		return json_complain(
		    &m->neighbors, key, e, "empty: BGP is not enabled for this host");
	return 0;
}

/* An API that has nothing to give says why. */
static int
look_for_refusal(const struct json_place *at, struct err *e)
{
	const json_t *errors = json_object_get(at->object, "errors");
	const char *first = json_string_value(json_array_get(errors, 0));

	if (!json_is_array(errors))
		return 0;
	return json_complain(at, "errors", e, "%s", first != NULL ? first : "not empty");
}

/* Takes from the document what no other has given yet. */
static int
look_at_document(struct metadata *m, const struct json_place *at, struct err *e)
{
	const json_t *network = json_object_get(at->object, "network");
	const char *hostname = json_string_value(json_object_get(at->object, "hostname"));

	if (!json_is_object(at->object))
		return json_complain(at, NULL, e, "expected a JSON object");
	if (look_for_refusal(at, e) < 0)
		return -EINVAL;
	if (m->neighbors.object == NULL && json_value(at, "bgp_neighbors") != NULL)
		m->neighbors = *at;
	if (m->hostname == NULL && hostname != NULL)
		m->hostname = arena_strdup(m->arena, hostname);
	if (m->addresses.object != NULL)
		return 0;
	if (json_object_get(network, "addresses") != NULL) {
		m->addresses = *at;
		m->addresses.object = network;
		(void)strcpy(m->addresses.path, "network");
		m->addresses_key = "addresses";
	} else if (json_value(at, "ip_addresses") != NULL) {
		m->addresses = *at;
		m->addresses_key = "ip_addresses";
	}
	return 0;
}

static int
read_host(struct metadata *m, struct render_host *ret, struct err *e)
{
	*ret = (struct render_host){
		.from = m->hostname != NULL
			    ? arena_printf(m->arena, "the metadata of %s", m->hostname)
			    : "host metadata",
		.interface = "lo",
	};
	if (metadata_read_addresses(m, e) < 0 || metadata_add_service(m, ret, e) < 0 ||
	    read_neighbors(m, e) < 0 || metadata_find_router_id(m, ret, e) < 0)
		return -EINVAL;
	ret->neighbors = m->out;
	ret->neighbor_count = m->out_count;
	return 0;
}

/* Parses document i and those after it, each living until the host is read. */
static int
read_documents(struct metadata *m, const struct render_document *documents, size_t count,
    struct render_host *ret, struct err *e)
{
	json_auto_t *root = NULL;
	json_error_t error;
	struct json_place at = { 0 };

	if (count == 0) {
		if (m->neighbors.object == NULL)
			return json_complain(&m->neighbors, "bgp_neighbors", e,
			    "missing; expected an array of BGP neighbors");
		return read_host(m, ret, e);
	}
	at.document = documents->name;
	root = json_loadb(documents->text, documents->len, JSON_REJECT_DUPLICATES, &error);
	if (root == NULL)
		return err_set(e, -EINVAL, "%s:%d:%d: %s", documents->name, error.line,
		    error.column, error.text);
	at.object = root;
	if (look_at_document(m, &at, e) < 0)
		return -EINVAL;
	return read_documents(m, documents + 1, count - 1, ret, e);
}

int
render_from_metadata(const struct render_document *documents, size_t count,
    const struct render_choices *choices, struct arena *a, struct render_host *ret, struct err *e)
{
	struct metadata m = { .choices = choices, .arena = a };

	/* whose keys are missing when no document has them */
	m.neighbors.document = m.addresses.document = documents[0].name;
	m.addresses_key = "network.addresses";
	return read_documents(&m, documents, count, ret, e);
}
