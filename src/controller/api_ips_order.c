/*
 * Orders of Global IPs: a project's limit, a pool, a free block of it.
 *
 * A pool's search_key is the `from` of block.h: below it nothing is free. It is raised by orders
 * and lowered by releases, in their transactions. The key of a full pool stands behind its last
 * address.
 */
#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "controller/api_ips.h"
#include "controller/handlers.h"

#define BATCH 64

/* A pool that may have a block. */
struct candidate {
	char id[STORE_ID_MAX];
	struct block_pool pool;
	char first_key[STORE_KEY_MAX], last_key[STORE_KEY_MAX], search_key[STORE_KEY_MAX + 1];
};

int
ips_check_limit(struct call *c, int family, unsigned size)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int64_t max, has;
	int r = store_query(c->store, &rows, c->e,
	    "SELECT max_ipv4, max_ipv6, coalesce((SELECT addresses FROM address_counts"
	    " WHERE project = $1 AND family = $2), 0) FROM projects WHERE id = $1",
	    SQL_TEXT(c->project), SQL_INT(family));

	if (r < 0)
		return r;
	if (!store_next(&rows))
		return call_not_found_first(c, "project");
	max = store_int(&rows, family == 4 ? 0 : 1);
	has = store_int(&rows, 2);
	if (has + size > max)
		return call_problem(c, PROBLEM_LIMIT,
		    "the project has %" PRId64 " of %" PRId64
		    " IPv%d addresses, and asks for %u more",
		    has, max, family, size);
	return 0;
}

int
ips_count(struct call *c, int family, int64_t more)
{
	int r;

	if (more > 0)
		r = store_do(c->store, c->e,
		    "INSERT INTO address_counts (project, family, addresses) VALUES ($1, $2, $3)"
		    " ON CONFLICT (project, family)"
		    " DO UPDATE SET addresses = address_counts.addresses + $3",
		    SQL_TEXT(c->project), SQL_INT(family), SQL_INT(more));
	else
		r = store_do(c->store, c->e,
		    "UPDATE address_counts SET addresses = addresses + $3"
		    " WHERE project = $1 AND family = $2",
		    SQL_TEXT(c->project), SQL_INT(family), SQL_INT(more));
	return r < 0 ? r : 0;
}

/* Begins at search_key, and sees the pool's blocks in batches until the search has seen enough. */
static int
search(struct call *c, const struct candidate *p, struct block_search *s)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	char after[STORE_KEY_MAX + 1];
	bool more = true;
	int r = 0;

	(void)snprintf(after, sizeof(after), "%s", p->search_key);
	while (more) {
		size_t n = 0;

		/* by addresses alone: pools do not overlap, and this has one index to go along */
		r = store_query(c->store, &rows, c->e,
		    "SELECT prefix, state, first_key FROM global_ips"
		    " WHERE first_key >= $1 AND first_key <= $2 ORDER BY first_key LIMIT $3",
		    SQL_TEXT(after), SQL_TEXT(p->last_key), SQL_INT(BATCH));
		if (r < 0)
			return r;
		for (; store_next(&rows); n++) {
			struct prefix block;

			if (prefix_parse(store_text(&rows, 0), &block) < 0)
				return err_set(c->e, STORE_CORRUPT, "global_ips: %s is no prefix",
				    store_text(&rows, 0));
			if (block_search_take(
				s, block, strcmp(store_text(&rows, 1), "active") != 0))
				return 0;
			/* the next key: "~" stands behind all digits */
			(void)snprintf(after, sizeof(after), "%s~", store_text(&rows, 2));
		}
		more = n == BATCH;
	}
	return 0;
}

static int
insert(struct call *c, const struct candidate *p, const struct ips_order *order,
    struct prefix block, const char *id)
{
	char first[STORE_KEY_MAX], last[STORE_KEY_MAX], text[PREFIX_STR_MAX];
	_cleanup_(freep) char *customdata =
	    order->customdata != NULL ? json_dumps(order->customdata, JSON_COMPACT) : xstrdup("{}");
	int r = store_do(c->store, c->e,
	    "INSERT INTO global_ips (id, project, pool, family, size, prefix, first_key, last_key,"
	    " state, description, customdata, created_by, created_at)"
	    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'active', $9, $10, $11, $12)",
	    SQL_TEXT(id), SQL_TEXT(c->project), SQL_TEXT(p->id), SQL_INT(order->family),
	    SQL_INT(order->size), SQL_TEXT(prefix_format(block, text)),
	    SQL_TEXT(store_key(block.addr, first)), SQL_TEXT(store_key(block_last(block), last)),
	    SQL_TEXT(order->description), SQL_TEXT(customdata), SQL_TEXT(c->caller.id),
	    SQL_INT(c->request->now));

	for (unsigned i = 0; i < order->size && r >= 0; i++) {
		struct ip ip = ip_add(block.addr, i);

		r = store_do(c->store, c->e,
		    "INSERT INTO addresses (address_key, address, pool, global_ip)"
		    " VALUES ($1, $2, $3, $4)",
		    SQL_TEXT(store_key(ip, first)), SQL_TEXT(ip_format(ip, text)), SQL_TEXT(p->id),
		    SQL_TEXT(id));
	}
	if (r >= 0)
		r = ips_count(c, order->family, order->size);
	return r < 0 ? r : ips_set_tags(c, id, order->tags);
}

static int
raise_search_key(struct call *c, const struct candidate *p, const struct block_search *s)
{
	struct ip from = block_search_from(s);
	char key[STORE_KEY_MAX + 1];
	int r;

	if (from.family == IP_NONE)
		(void)snprintf(key, sizeof(key), "%s~", p->last_key);
	else
		(void)store_key(from, key);
	if (strcmp(key, p->search_key) == 0)
		return 0;
	r = store_do(c->store, c->e, "UPDATE pools SET search_key = $2 WHERE id = $1",
	    SQL_TEXT(p->id), SQL_TEXT(key));
	return r < 0 ? r : 0;
}

/* 1: a block of this pool was taken; 0: there is none. */
static int
take_from(
    struct call *c, const struct candidate *p, const struct ips_order *order, char id[STORE_ID_MAX])
{
	struct block_search s;
	struct prefix block;
	struct ip from;
	int r;

	if (store_key_parse(p->search_key, &from) < 0)
		return 0; /* it is full */
	block_search_init(&s, p->pool, order->size, from);
	r = search(c, p, &s);
	if (r < 0 || !block_search_end(&s, &block))
		return r;
	r = insert(c, p, order, block, store_id("ip", c->request->now, id));
	if (r >= 0)
		r = raise_search_key(c, p, &s);
	return r < 0 ? r : 1;
}

static int
read_candidate(struct call *c, const struct store_rows *rows, struct candidate *p)
{
	*p = (struct candidate){ 0 };
	if (prefix_parse(store_text(rows, 1), &p->pool.prefix) < 0)
		return err_set(c->e, STORE_CORRUPT, "pools: %s is no prefix", store_text(rows, 1));
	p->pool.use_edges = strcmp(store_text(rows, 2), "host-routes") == 0;
	(void)snprintf(p->id, sizeof(p->id), "%s", store_text(rows, 0));
	(void)snprintf(p->last_key, sizeof(p->last_key), "%s", store_text(rows, 3));
	(void)snprintf(p->search_key, sizeof(p->search_key), "%s", store_text(rows, 4));
	return 0;
}

static int
take_block(struct call *c, const struct ips_order *order, char id[STORE_ID_MAX])
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	struct candidate p;
	size_t pools = 0;
	int r = ips_check_limit(c, order->family, order->size);

	if (r >= 0)
		r = api_ips_forget(c);
	if (r >= 0)
		/* the project's own pools first */
		r = store_query(c->store, &rows, c->e,
		    "SELECT id, prefix, announced_as, last_key, search_key FROM pools"
		    " WHERE family = $1 AND open = 1 AND (project IS NULL OR project = $2)"
		    " AND ($3 = '' OR id = $3 OR name = $3)"
		    " ORDER BY CASE WHEN project IS NULL THEN 1 ELSE 0 END, id",
		    SQL_INT(order->family), SQL_TEXT(c->project),
		    SQL_TEXT(order->pool != NULL ? order->pool : ""));
	for (; r >= 0 && store_next(&rows); pools++) {
		r = read_candidate(c, &rows, &p);
		if (r >= 0)
			r = take_from(c, &p, order, id);
		if (r != 0)
			return r < 0 ? r : 0;
	}
	if (r < 0)
		return r;
	if (order->pool != NULL && pools == 0)
		return call_problem_field(c, "/pool",
		    "there is no pool \"%s\" of IPv%d that takes orders of this project",
		    order->pool, order->family);
	return call_problem(c, PROBLEM_POOL_FULL,
	    "no block of %u IPv%d address%s is free in %zu pool%s", order->size, order->family,
	    order->size > 1 ? "es" : "", pools, pools == 1 ? "" : "s");
}

/* ---- the request ---- */

int
ips_order(struct call *c, const struct ips_order *order, json_t **ret)
{
	char id[STORE_ID_MAX];
	int r;

	if (!block_size_is_valid(order->size))
		return call_problem_field(c, "/quantity", "expected 1, 2 or 4");
	r = take_block(c, order, id);
	if (r >= 0)
		r = ips_find(c, id, ret);
	return r < 0 ? r : call_audit(c, "order", "global-ip", c->project, NULL, *ret);
}

struct request {
	uint64_t given;
	int family;
	uint32_t quantity;
	const char *pool, *description;
	json_t *tags, *customdata;
};

static const char *const family_names[] = { "ipv4", "ipv6", NULL };

#define AT(field) .offset = offsetof(struct request, field)
static const struct field order_fields[] = {
	{ .key = "family", .type = FIELD_ENUM, AT(family), .names = family_names },
	{ .key = "quantity", .type = FIELD_U32, AT(quantity), .min = 1, .max = 4 },
	{ .key = "pool", .type = FIELD_NAME, AT(pool), .flags = FIELD_NULLABLE },
	{ .key = "tags", .type = FIELD_TAGS, AT(tags) },
	{ .key = "description", .type = FIELD_TEXT, AT(description), .max = 1000 },
	{ .key = "customdata", .type = FIELD_OBJECT, AT(customdata) },
};
#undef AT
static const struct field_table order_table = FIELD_TABLE("an order", struct request, order_fields);

int
api_ips_order(struct call *c)
{
	struct request q = { .quantity = 1, .description = "" };
	json_auto_t *ip = NULL;
	int r = call_fields(c, &order_table, &q);

	if (r >= 0)
		r = ips_order(c,
		    &(struct ips_order){ .family = q.family == 0 ? 4 : 6,
			.size = q.quantity,
			.pool = q.pool,
			.description = q.description,
			.customdata = q.customdata,
			.tags = q.tags },
		    &ip);
	return r < 0 ? r : call_answer_created(c, json_incref(ip), 1, c->request->path);
}
