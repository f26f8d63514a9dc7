/*
 * Global IPs in the shape of the provider's API (POST and GET /projects/{id}/ips, GET and DELETE
 * /ips/{id}), for the scripts that were written for it: also with its header, X-Auth-Token.
 *
 * What does not exist here is not pretended: an address is there at once (state "created"), is
 * public, and is announced by hosts, not assigned to one (assignments is empty). Errors are problem
 * documents as everywhere else.
 */
#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "controller/api_ips.h"
#include "controller/handlers.h"

#define PER_PAGE_MAX 1000
#define PAGE_NUMBER_MAX 1000000

struct request {
	uint64_t given;
	int type;
	uint32_t quantity;
	const char *details, *comments, *metro, *facility;
	bool fail_on_approval_required;
	json_t *tags, *customdata;
};

static const char *const type_names[] = { "global_ipv4", "global_ipv6", NULL };

/* clang-format off */
#define AT(field) .offset = offsetof(struct request, field)
static const struct field request_fields[] = {
	{ .key = "type", .type = FIELD_ENUM, AT(type), .names = type_names, .flags = FIELD_REQUIRED },
	{ .key = "quantity", .type = FIELD_U32, AT(quantity), .min = 1, .max = 4, .flags = FIELD_REQUIRED },
	{ .key = "details", .type = FIELD_TEXT, AT(details), .max = 1000, .flags = FIELD_NULLABLE },
	{ .key = "tags", .type = FIELD_TAGS, AT(tags), .flags = FIELD_NULLABLE },
	{ .key = "customdata", .type = FIELD_OBJECT, AT(customdata), .flags = FIELD_NULLABLE },
	/* taken as the provider's scripts send them, and without effect: nobody approves, no place is asked for */
	{ .key = "comments", .type = FIELD_TEXT, AT(comments), .max = 1000, .flags = FIELD_NULLABLE },
	{ .key = "fail_on_approval_required", .type = FIELD_BOOL, AT(fail_on_approval_required) },
	{ .key = "metro", .type = FIELD_TEXT, AT(metro), .flags = FIELD_NULLABLE },
	{ .key = "facility", .type = FIELD_TEXT, AT(facility), .flags = FIELD_NULLABLE },
};
#undef AT
/* clang-format on */
static const struct field_table request_table =
    FIELD_TABLE("an order", struct request, request_fields);

/* 255.255.255.252 for /30. */
static struct ip
netmask_of(struct prefix block)
{
	struct ip mask = { .family = block.addr.family };

	for (unsigned bit = 0; bit < block.len; bit++)
		mask.bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	return mask;
}

/* One of ours as the provider has it. */
static json_t *
reservation_of(const json_t *ip)
{
	char address[IP_STR_MAX], netmask[IP_STR_MAX];
	struct prefix block = { 0 };
	bool is_v4;

	(void)prefix_parse(call_text(ip, "prefix"), &block);
	is_v4 = block.addr.family == IP_V4;
	(void)ip_format(block.addr, address);
	(void)ip_format(netmask_of(block), netmask);
	return json_pack(
	    "{s:O, s:s, s:s, s:O, s:i, s:s, s:s, s:s, s:i, s:b, s:b, s:b, s:b, s:b, s:O,"
	    " s:O, s:O, s:O, s:[]}",
	    "id", json_object_get(ip, "id"), "type", is_v4 ? "global_ipv4" : "global_ipv6", "state",
	    "created", "quantity", json_object_get(ip, "quantity"), "address_family", is_v4 ? 4 : 6,
	    "address", address, "network", address, "netmask", netmask, "cidr", (int)block.len,
	    "public", 1, "management", 0, "manageable", 1, "enabled", 1, "global_ip", 1, "details",
	    json_object_get(ip, "description"), "tags", json_object_get(ip, "tags"), "customdata",
	    json_object_get(ip, "customdata"), "created_at", json_object_get(ip, "created_at"),
	    "assignments");
}

int
api_provider_order(struct call *c)
{
	json_auto_t *ip = NULL;
	struct request q = { .details = "" };
	int r = call_fields(c, &request_table, &q);

	if (r >= 0)
		r = ips_order(c,
		    &(struct ips_order){ .family = q.type == 0 ? 4 : 6,
			.size = q.quantity,
			.description = q.details,
			.customdata = q.customdata,
			.tags = q.tags },
		    &ip);
	return r < 0 ? r : call_answer(c, 201, reservation_of(ip), 0);
}

struct page {
	uint32_t number, size; /* number: from 1 */
	int64_t total, last;   /* last: the number of the last page; without items, 1 */
};

static int
read_number(struct call *c, const char *name, uint32_t max, uint32_t *ret)
{
	const char *text = call_query(c, name);

	if (text == NULL || (parse_u32(text, max, ret) >= 0 && *ret > 0))
		return 0;
	return call_problem_parameter(c, name, "expected 1 to %u", max);
}

static int
read_page(struct call *c, struct page *p)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r;

	*p = (struct page){ .number = 1, .size = PER_PAGE_MAX };
	r = read_number(c, "page", PAGE_NUMBER_MAX, &p->number);
	if (r >= 0)
		r = read_number(c, "per_page", PER_PAGE_MAX, &p->size);
	if (r >= 0)
		r = store_query(c->store, &rows, c->e,
		    "SELECT CAST(count(*) AS BIGINT) FROM global_ips"
		    " WHERE project = $1 AND state = 'active'",
		    SQL_TEXT(c->project));
	if (r < 0 || !store_next(&rows))
		return r;
	p->total = store_int(&rows, 0);
	p->last = p->total == 0 ? 1 : (p->total + p->size - 1) / p->size;
	return 0;
}

/* Where a page is, as the provider says it; null: there is none. */
static json_t *
link_of(const struct call *c, const struct page *p, int64_t number)
{
	_cleanup_(freep) char *href = xasprintf("/projects/%s/ips?page=%" PRId64 "&per_page=%u",
	    c->params[0], number, p->size);

	return number >= 1 && number <= p->last ? json_pack("{s:s}", "href", href) : json_null();
}

static json_t *
meta_of(const struct call *c, const struct page *p)
{
	return json_pack("{s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o}", "total",
	    (json_int_t)p->total, "current_page", (json_int_t)p->number, "last_page",
	    (json_int_t)p->last, "self", link_of(c, p, p->number), "first", link_of(c, p, 1),
	    "last", link_of(c, p, p->last), "previous", link_of(c, p, p->number - INT64_C(1)),
	    "next", link_of(c, p, p->number + INT64_C(1)));
}

/* All of them at once, as far as they fit, where no page is asked for. include and exclude choose
 * parts of objects that are not here; they change nothing. */
int
api_provider_list(struct call *c)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	json_auto_t *items = json_array();
	struct page p;
	int r = read_page(c, &p);

	if (r >= 0)
		r = store_query(c->store, &rows, c->e,
		    IPS_SELECT " WHERE g.project = $1 AND g.state = 'active' ORDER BY g.id"
			       " LIMIT $2 OFFSET $3",
		    SQL_TEXT(c->project), SQL_INT(p.size),
		    SQL_INT((p.number - INT64_C(1)) * p.size));
	while (r >= 0 && store_next(&rows)) {
		json_auto_t *ip = columns_json(&rows, ips_columns, ips_column_count);

		r = ips_finish(c, ip);
		(void)json_array_append_new(items, reservation_of(ip));
	}
	if (r < 0)
		return r;
	return call_answer(
	    c, 200, json_pack("{s:O, s:o}", "ip_addresses", items, "meta", meta_of(c, &p)), 0);
}

int
api_provider_get(struct call *c)
{
	json_auto_t *ip = NULL;
	int r = ips_find(c, c->params[0], &ip);

	/* one that rests is gone there */
	if (r >= 0 && strcmp(call_text(ip, "state"), "active") != 0)
		r = call_not_found(c, "Global IP", c->params[0]);
	return r < 0 ? r : call_answer(c, 200, reservation_of(ip), 0);
}

int
api_provider_release(struct call *c)
{
	json_auto_t *ip = NULL;
	int r = ips_release(c, c->params[0], &ip);

	return r < 0 ? r : call_answer(c, 204, NULL, 0);
}
