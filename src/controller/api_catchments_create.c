/*
 * A catchment is begun: what may be asked for, whom it asks, and which hosts take part.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/alloc.h"
#include "controller/api_catchments.h"
#include "controller/catchment_counts.h"
#include "controller/catchment_places.h"
#include "controller/handlers.h"
#include "controller/presence.h"
#include "controller/scope.h"
#include "measure/hitlist.h"
#include "measure/special.h"
#include "proto/catch/catch.h"
#include "proto/catch/pace.h"

#define NS INT64_C(1000000000)
#define LINES_MAX 20000 /* a body of BODY_BYTES_MAX has no room for more */
#define DNS_PORT 33053
#define SECRET_BYTES 32

static const char *const methods[] = { "icmp", "dns", NULL };
enum { METHOD_ICMP, METHOD_DNS };

struct request {
	uint64_t given;
	const char *global_ip, *site, *suffix, *contact, *description;
	json_t *targets, *exclude;
	struct catchment_places_sent known;
	int method;
	uint32_t pps, rounds, wait, seed, block, port;
	bool best, lab;
};

#define AT(field) .offset = offsetof(struct request, field)
static const struct field create_fields[] = {
	{ .key = "global_ip",
	    .type = FIELD_TEXT,
	    AT(global_ip),
	    .flags = FIELD_REQUIRED,
	    .min = 1 },
	{ .key = "site", .type = FIELD_NAME, AT(site), .flags = FIELD_REQUIRED },
	{ .key = "targets",
	    .type = FIELD_LINES,
	    AT(targets),
	    .flags = FIELD_REQUIRED,
	    .min = 1,
	    .max = LINES_MAX },
	{ .key = "exclude", .type = FIELD_LINES, AT(exclude), .max = LINES_MAX },
	{ .key = "method", .type = FIELD_ENUM, AT(method), .names = methods },
	{ .key = "dns_suffix", .type = FIELD_TEXT, AT(suffix), .max = CATCH_SUFFIX_MAX },
	{ .key = "port", .type = FIELD_U32, AT(port), .min = 1024, .max = 65535 },
	{ .key = "contact", .type = FIELD_TEXT, AT(contact), .max = 100 },
	{ .key = "description", .type = FIELD_TEXT, AT(description), .max = 200 },
	{ .key = "pps", .type = FIELD_U32, AT(pps), .min = 1, .max = CATCH_PPS_MAX },
	{ .key = "rounds", .type = FIELD_U32, AT(rounds), .min = 1, .max = 10 },
	{ .key = "wait_seconds", .type = FIELD_U32, AT(wait), .min = 1, .max = 600 },
	{ .key = "seed", .type = FIELD_U32, AT(seed), .max = UINT32_MAX },
	{ .key = "block_length", .type = FIELD_U32, AT(block), .min = 1, .max = 127 },
	{ .key = "best", .type = FIELD_BOOL, AT(best) },
	{ .key = "lab", .type = FIELD_BOOL, AT(lab) },
	CATCHMENT_PLACES_FIELD(places, struct request, known),
	CATCHMENT_PLACES_FIELD(asns, struct request, known),
};
#undef AT
static const struct field_table create_table =
    FIELD_TABLE("a catchment", struct request, create_fields);

/* What is known of it once its fields were looked at. */
struct making {
	const struct request *q;
	char id[STORE_ID_MAX], ip[STORE_ID_MAX], service[STORE_ID_MAX], site[STORE_ID_MAX];
	char address[IP_STR_MAX], service_name[NAME_MAX_BYTES + 1], site_name[NAME_MAX_BYTES + 1];
	enum ip_family family;
	uint8_t block;
	uint64_t targets;
	struct strbuf lines, excluded; /* owned */
	bool has_sender;
};

static void
making_done(struct making *m)
{
	strbuf_done(&m->lines);
	strbuf_done(&m->excluded);
}

/* ---- of what ---- */

/* The Global IP, by an address of it, its prefix or its id. */
static int
find_ip(struct call *c, struct making *m)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	const char *name = m->q->global_ip;
	struct ip address = { 0 };
	int r = store_query(c->store, &rows, c->e,
	    "SELECT g.id, a.address, s.id, s.name FROM global_ips g"
	    " JOIN addresses a ON a.global_ip = g.id LEFT JOIN service_ips i ON i.global_ip = g.id"
	    " LEFT JOIN services s ON s.id = i.service WHERE g.project = $2 AND g.state = 'active'"
	    " AND (a.address = $1 OR g.prefix = $1 OR g.id = $1) ORDER BY a.address_key LIMIT 1",
	    SQL_TEXT(name), SQL_TEXT(c->project));

	if (r < 0)
		return r;
	if (!store_next(&rows))
		return call_problem_field(
		    c, "/global_ip", "the project has no Global IP \"%.80s\"", name);
	if (store_is_null(&rows, 2))
		return call_problem_field(c, "/global_ip",
		    "no service is on it: nobody announces it, and no reply could land anywhere");
	(void)snprintf(m->ip, sizeof(m->ip), "%s", store_text(&rows, 0));
	(void)snprintf(m->address, sizeof(m->address), "%s", store_text(&rows, 1));
	(void)snprintf(m->service, sizeof(m->service), "%s", store_text(&rows, 2));
	(void)snprintf(m->service_name, sizeof(m->service_name), "%s", store_text(&rows, 3));
	(void)ip_parse(m->address, &address);
	m->family = address.family;
	m->block = (uint8_t)m->q->block;
	if (m->block == 0)
		m->block = m->family == IP_V4 ? 24 : 48;
	return 0;
}

static int
find_site(struct call *c, struct making *m)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = call_site_id(c, "/site", m->q->site, m->site);

	if (r >= 0)
		r = store_query(c->store, &rows, c->e, "SELECT name FROM sites WHERE id = $1",
		    SQL_TEXT(m->site));
	if (r < 0 || !store_next(&rows))
		return r;
	(void)snprintf(m->site_name, sizeof(m->site_name), "%s", store_text(&rows, 0));
	return 0;
}

static int
check_others(struct call *c, const struct making *m)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r = store_query(c->store, &rows, c->e,
	    "SELECT id FROM catchments WHERE global_ip = $1 AND ended_at IS NULL", SQL_TEXT(m->ip));

	if (r < 0 || !store_next(&rows))
		return r < 0 ? r : 0;
	return call_problem(c, PROBLEM_CONFLICT,
	    "catchment %s of this Global IP is under way; let it end, or stop it",
	    store_text(&rows, 0));
}

/* ---- how ---- */

static int
check_request(struct call *c, const struct making *m)
{
	const struct request *q = m->q;
	json_t *errors = json_array();
	bool is_dns = q->method == METHOD_DNS;

	if (m->block >= ip_bits(m->family))
		field_error(errors, "/block_length", "expected 1 to %u for this Global IP",
		    ip_bits(m->family) - 1);
	if (is_dns && !catch_is_dns_suffix(q->suffix))
		field_error(errors, "/dns_suffix",
		    "expected a name of yours, of at most %d characters, below which is asked",
		    CATCH_SUFFIX_MAX);
	if (!is_dns && *q->suffix != '\0')
		field_error(errors, "/dns_suffix", "is only of the method dns");
	if (q->lab && !c->request->is_lab)
		field_error(errors, "/lab", "this controller is of no lab");
	if (!is_dns && !q->lab && *q->contact == '\0')
		field_error(errors, "/contact",
		    "is missing: a URL or a mail address, for those who are asked and wonder why");
	if (json_array_size(errors) > 0)
		return call_problem_errors(c, PROBLEM_FIELDS, errors);
	json_decref(errors);
	return 0;
}

/* ---- whom ---- */

/* NULL, or what is wrong with it. */
static const char *
read_line(const char *text, enum ip_family family, struct prefix *ret)
{
	struct ip ip;

	if (ip_parse(text, &ip) == 0)
		*ret = prefix_host(ip);
	else if (prefix_parse(text, ret) < 0)
		return family == IP_V4
			   ? "expected an address or a prefix such as 192.0.2.1 or 192.0.2.0/24"
			   : "expected an address or a prefix such as 2001:db8::1 or "
			     "2001:db8::/48";
	return ret->addr.family == family ? NULL : "is of the other family than the Global IP";
}

/* Adds each as a line, or the first errors to the list: one that is wrong throughout needs no
 * thousands. */
static void
read_lines(const struct making *m, const json_t *list, const char *key, bool special,
    struct strbuf *out, json_t *errors)
{
	json_t *one;
	size_t i;

	json_array_foreach (list, i, one) {
		const struct special *s = NULL;
		struct prefix p;
		const char *why = read_line(json_string_value(one), m->family, &p);
		char pointer[32];

		(void)snprintf(pointer, sizeof(pointer), "/%s/%zu", key, i);
		if (why == NULL && !special)
			s = special_find(p);
		if (why != NULL)
			field_error(errors, pointer, "%s", why);
		else if (s != NULL)
			field_error(errors, pointer,
			    "%s (%s): nobody's clients are there; only a lab may ask", s->purpose,
			    s->rfc);
		if (json_array_size(errors) >= 20)
			return;
		strbuf_addf(out, "%s\n", json_string_value(one));
	}
}

/* As the host that sends will read it: how many it comes to. */
static int
count_targets(struct call *c, struct making *m)
{
	const struct hitlist_conf conf = {
		.family = m->family, .block_len = m->block, .allow_special = m->q->lab
	};
	struct hitlist *list = hitlist_new(&conf);
	_cleanup_(strbuf_done) struct strbuf report = { 0 };
	struct hitlist_counts counts = { 0 };
	struct err e = { 0 };
	uint64_t bad = 0;
	int r = hitlist_exclude_text(list, "exclude", strbuf_get(&m->excluded), &report, &bad, &e);

	if (r >= 0)
		r = hitlist_read_text(list, "targets", strbuf_get(&m->lines), &report, &bad, &e);
	if (r >= 0)
		r = hitlist_finish(list, &counts, &e);
	hitlist_free(list);
	m->targets = counts.targets;
	if (r < 0 || bad > 0)
		return call_problem_field(
		    c, "/targets", "%s", e.message[0] != '\0' ? e.message : "cannot be asked");
	if (counts.targets > CATCHMENT_TARGETS_MAX)
		return call_problem_field(c, "/targets",
		    "are %" PRIu64 " addresses; at most %d through a controller, and any number "
		    "with files: nearcast-catchment(1)",
		    counts.targets, CATCHMENT_TARGETS_MAX);
	return 0;
}

static int
read_targets(struct call *c, struct making *m)
{
	json_t *errors = json_array();

	read_lines(m, m->q->targets, "targets", m->q->lab, &m->lines, errors);
	read_lines(m, m->q->exclude, "exclude", true, &m->excluded, errors);
	if (json_array_size(errors) > 0)
		return call_problem_errors(c, PROBLEM_FIELDS, errors);
	json_decref(errors);
	return count_targets(c, m);
}

/* ---- who ---- */

/* By site; of each the hosts first that are there and announce. $1 service, $2 and $3 PRESENT_NS
 * before and after now. */
/* clang-format off */
#define HOSTS                                                                                      \
	"SELECT h.id, h.name, h.site, sites.name,"                                                 \
	" CASE WHEN " PRESENCE_IS("h", "$2", "$3") " THEN 1 ELSE 0 END,"                           \
	" CASE WHEN EXISTS (SELECT 1 FROM reports r WHERE r.host = h.id AND r.service = s.id"      \
	" AND r.stage <> 'withdrawn') THEN 1 ELSE 0 END"                                           \
	" FROM services s JOIN hosts h ON (h.project IS NULL OR h.project = s.project)"            \
	" AND EXISTS (SELECT 1 FROM placements p WHERE p.service = s.id"                           \
	" AND (p.host = h.id OR p.site = h.site)) JOIN sites ON sites.id = h.site"                 \
	" WHERE s.id = $1 AND h.credential_hash IS NOT NULL ORDER BY sites.name, 5 DESC, 6 DESC,"  \
	" h.name"
/* clang-format on */

static int
add_part(struct call *c, struct making *m, const struct store_rows *row, bool is_first)
{
	bool is_there = store_bool(row, 4);
	bool sends = is_first && is_there && strcmp(store_text(row, 2), m->site) == 0;
	_cleanup_(freep) char *counts = NULL;
	json_auto_t *none = catchment_counts_new();
	int r;

	counts = json_dumps(none, JSON_COMPACT);
	m->has_sender = m->has_sender || sends;
	r = store_do(c->store, c->e,
	    "INSERT INTO catchment_parts (catchment, host, host_name, site_name, sends, measures,"
	    " state, why, counts, seen_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
	    SQL_TEXT(m->id), SQL_TEXT(store_text(row, 0)), SQL_TEXT(store_text(row, 1)),
	    SQL_TEXT(store_text(row, 3)), SQL_BOOL(sends),
	    SQL_BOOL(m->q->best && is_first && is_there),
	    SQL_TEXT(catchment_part_name(is_there ? PART_ASKED : PART_GONE)),
	    SQL_TEXT(is_there ? "" : "it was not there when the catchment began"), SQL_TEXT(counts),
	    SQL_INT(c->request->now));
	return r < 0 ? r : 0;
}

static int
add_parts(struct call *c, struct making *m)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	char site[STORE_ID_MAX] = "";
	bool has_site = false;
	int r = store_query(c->store, &rows, c->e, HOSTS, SQL_TEXT(m->service),
	    SQL_INT(c->request->now - PRESENT_NS), SQL_INT(c->request->now + PRESENT_NS));

	while (r >= 0 && store_next(&rows)) {
		bool is_first = strcmp(site, store_text(&rows, 2)) != 0;

		(void)snprintf(site, sizeof(site), "%s", store_text(&rows, 2));
		has_site = has_site || strcmp(site, m->site) == 0;
		r = add_part(c, m, &rows, is_first);
	}
	if (r < 0 || m->has_sender)
		return r;
	if (!has_site)
		return call_problem_field(c, "/site",
		    "no host of %s that has joined has service %s", m->site_name, m->service_name);
	return call_problem(c, PROBLEM_CONFLICT,
	    "no host of %s that has service %s was heard of lately: it cannot send", m->site_name,
	    m->service_name);
}

/* ---- made ---- */

static int
insert(struct call *c, struct making *m, const uint8_t *secret, const uint32_t random[2])
{
	const struct request *q = m->q;
	char text[2 * SECRET_BYTES + 1];
	int r;

	for (size_t i = 0; i < SECRET_BYTES; i++)
		(void)snprintf(text + 2 * i, 3, "%02x", secret[i]);
	r = store_do(c->store, c->e,
	    "INSERT INTO catchments (id, project, global_ip, service, service_name, site_name,"
	    " address, method, suffix, port, contact, description, targets, rounds, pps,"
	    " block_length, seed, wait, best, lab, run, secret, state, outcome, since, created_by,"
	    " created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,"
	    " $16, $17, $18, $19, $20, $21, $22, 'requested', 'done', $23, $24, $23)",
	    SQL_TEXT(m->id), SQL_TEXT(c->project), SQL_TEXT(m->ip), SQL_TEXT(m->service),
	    SQL_TEXT(m->service_name), SQL_TEXT(m->site_name), SQL_TEXT(m->address),
	    SQL_TEXT(methods[q->method]), SQL_TEXT(q->suffix), SQL_INT(q->port),
	    SQL_TEXT(q->contact), SQL_TEXT(q->description), SQL_INT((int64_t)m->targets),
	    SQL_INT(q->rounds), SQL_INT(q->pps), SQL_INT(m->block),
	    SQL_INT(fields_given(&create_table, q, "seed") ? q->seed : random[1]),
	    SQL_INT(q->wait * NS), SQL_BOOL(q->best), SQL_BOOL(q->lab), SQL_INT(random[0]),
	    SQL_TEXT(text), SQL_INT(c->request->now), SQL_TEXT(call_id_or_null(c->caller.id)));
	explicit_bzero(text, sizeof(text));
	if (r >= 0)
		r = store_do(c->store, c->e,
		    "INSERT INTO catchment_lists (catchment, targets, excluded) VALUES ($1, $2, "
		    "$3)",
		    SQL_TEXT(m->id), SQL_TEXT(strbuf_get(&m->lines)),
		    SQL_TEXT(strbuf_get(&m->excluded)));
	return r < 0 ? r : add_parts(c, m);
}

/* The newest stay. */
static int
forget_old(struct call *c)
{
	int r = store_do(c->store, c->e,
	    "DELETE FROM catchments WHERE project = $1 AND ended_at IS NOT NULL AND id NOT IN"
	    " (SELECT id FROM catchments WHERE project = $1 ORDER BY id DESC LIMIT $2)",
	    SQL_TEXT(c->project), SQL_INT(CATCHMENTS_KEPT));

	return r < 0 ? r : 0;
}

static int
make(struct call *c, struct making *m)
{
	struct scope scope = { .service = m->service };
	uint8_t secret[SECRET_BYTES];
	uint32_t random[2];
	int r;

	if (getrandom(secret, sizeof(secret), 0) != sizeof(secret) ||
	    getrandom(random, sizeof(random), 0) != sizeof(random))
		return err_set(c->e, STORE_OTHER, "no random bytes");
	(void)store_id("cmt", c->request->now, m->id);
	r = insert(c, m, secret, random);
	explicit_bzero(secret, sizeof(secret));
	if (r >= 0)
		r = forget_old(c);
	return r < 0 ? r : scope_touch(c, &scope);
}

int
api_catchments_create(struct call *c)
{
	struct request q = { .suffix = "",
		.contact = "",
		.description = "",
		.pps = 1000,
		.rounds = 1,
		.wait = 10,
		.port = DNS_PORT };
	_cleanup_(making_done) struct making m = { .q = &q };
	json_auto_t *brief = NULL;
	json_t *after = NULL;
	int r = call_fields(c, &create_table, &q);

	if (r >= 0)
		r = find_ip(c, &m);
	if (r >= 0)
		r = find_site(c, &m);
	if (r >= 0)
		r = check_request(c, &m);
	if (r >= 0)
		r = read_targets(c, &m);
	if (r >= 0)
		r = check_others(c, &m);
	if (r >= 0)
		r = make(c, &m);
	if (r >= 0)
		r = catchment_places_add(c, m.id, &q.known);
	if (r >= 0)
		r = catchments_find_brief(c, m.id, &brief);
	if (r >= 0)
		r = call_audit(c, "create", "catchment", c->project, NULL, brief);
	if (r >= 0)
		r = catchments_find(c, m.id, &after);
	return r < 0 ? r : call_answer_created(c, after, 0, c->request->path);
}
