#include "proto/bgp/describe.h"

#include "proto/bgp/codec.h"
#include "proto/bgp/path.h"

static const char *const type_names[BGP_TYPE_MAX] = {
	[BGP_OPEN] = "OPEN",
	[BGP_UPDATE] = "UPDATE",
	[BGP_NOTIFICATION] = "NOTIFICATION",
	[BGP_KEEPALIVE] = "KEEPALIVE",
	[BGP_ROUTE_REFRESH] = "ROUTE-REFRESH",
};

const char *
bgp_type_name(uint8_t type)
{
	return type < BGP_TYPE_MAX && type_names[type] ? type_names[type]
						       : "message of an unknown type";
}

static void
add_prefixes(struct strbuf *out, const char *what, const struct bgp_prefixes *p)
{
	char text[PREFIX_STR_MAX];

	if (p->count == 0)
		return;
	strbuf_addf(out, "    %s", what);
	for (size_t i = 0; i < p->count; i++)
		strbuf_addf(out, " %s", prefix_format(p->prefixes[i], text));
	strbuf_add_char(out, '\n');
}

/* RFC 4724 section 2: an UPDATE that says nothing, or withdraws nothing of a family. */
static bool
is_end_of_rib(const struct bgp_routes *routes, enum bgp_family *ret)
{
	const struct bgp_path *path = &routes->path;

	if (routes->withdrawn.count + routes->announced.count > 0)
		return false;
	if (path->count == 0) {
		*ret = BGP_IPV4;
		return true;
	}
	*ret = path->unreach.family;
	return path->count == 1 && bgp_path_has(path, BGP_ATTR_MP_UNREACH) &&
	       path->unreach.count == 0;
}

static void
describe_update(struct strbuf *out, struct reader body, bool as4)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new();
	struct bgp_routes routes;
	enum bgp_family family;
	bool whole = bgp_routes_decode(body, (struct bgp_path_style){ .as4 = as4 }, arena, &routes);

	if (whole && is_end_of_rib(&routes, &family)) {
		strbuf_addf(out, "    End-of-RIB %s\n", bgp_family_name(family));
		return;
	}
	add_prefixes(out, "withdrawn", &routes.withdrawn);
	add_prefixes(out, "withdrawn", &routes.path.unreach);
	bgp_describe_path(out, &routes.path);
	add_prefixes(out, "announced", &routes.path.reach.prefixes);
	add_prefixes(out, "announced", &routes.announced);
	if (!whole) {
		strbuf_add(out, "    malformed: ");
		bgp_describe_bytes(out, body.pos, reader_left(&body));
		strbuf_add_char(out, '\n');
	}
}

static void
describe_refresh(struct strbuf *out, struct reader body)
{
	/* RFC 7313 section 3.2 */
	static const char *const subtypes[] = { "request", "begin", "end" };
	uint16_t afi = reader_u16(&body);
	uint8_t subtype = reader_u8(&body), safi = reader_u8(&body);

	strbuf_addf(
	    out, "    %s", subtype < ARRAY_SIZE(subtypes) ? subtypes[subtype] : "unknown subtype");
	if (bgp_family_from_wire(afi, safi) != BGP_FAMILY_MAX)
		strbuf_addf(out, " %s\n", bgp_family_name(bgp_family_from_wire(afi, safi)));
	else
		strbuf_addf(out, " family %u/%u\n", afi, safi);
}

static void
describe_notification(struct strbuf *out, struct reader body)
{
	char text[BGP_WHY_MAX];
	struct bgp_error e;

	bgp_notification_decode(body.pos, reader_left(&body), &e);
	strbuf_addf(out, "    %s\n", bgp_error_format(&e, text, sizeof(text)));
	if (e.data_len > 0) {
		strbuf_add(out, "    data ");
		bgp_describe_bytes(out, e.data, e.data_len);
		strbuf_add_char(out, '\n');
	}
}

void
bgp_describe(struct strbuf *out, const uint8_t *message, size_t len, bool as4)
{
	struct reader r = reader_init(message, len);

	reader_skip(&r, BGP_HEADER_LEN - 1);
	switch ((enum bgp_type)reader_u8(&r)) {
	case BGP_OPEN:
		bgp_describe_open(out, r);
		break;
	case BGP_UPDATE:
		describe_update(out, r, as4);
		break;
	case BGP_NOTIFICATION:
		describe_notification(out, r);
		break;
	case BGP_ROUTE_REFRESH:
		describe_refresh(out, r);
		break;
	case BGP_KEEPALIVE:
	case BGP_TYPE_MAX:
		break;
	}
}
