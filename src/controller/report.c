#include "controller/report.h"

#include <stdlib.h>
#include <string.h>

#include "controller/fields.h"

static const char *const stages[] = { "preferred", "backup", "withdrawn", NULL };
static const char *const verdicts[] = { "passing", "failing", "unknown", NULL };
static const char *const severities[] = { "debug", "info", "notice", "warning", "error", NULL };
static const char *const froms[] = { "controller", "file", NULL };

struct body {
	uint64_t given;
	const char *run, *version, *applied_error;
	uint32_t applied;
	json_t *services, *neighbors, *events;
};

struct service {
	uint64_t given;
	const char *name;
	int from;
	json_t *detail, *addresses;
};

struct address {
	uint64_t given;
	struct prefix prefix;
	int stage, verdict;
	const char *reason;
	int64_t since;
};

struct neighbor {
	uint64_t given;
	const char *name, *state;
	struct ip address;
	uint32_t peer_as;
	int64_t since;
	json_t *detail;
};

struct event {
	uint64_t given;
	uint32_t seq;
	int64_t at;
	const char *kind, *service, *message;
	int severity;
	json_t *detail;
};

/* clang-format off */
#define AT(field) .offset = offsetof(struct body, field)
static const struct field body_fields[] = {
	{ .key = "run", .type = FIELD_NAME, AT(run), .flags = FIELD_REQUIRED, .max = 64 },
	{ .key = "agent_version", .type = FIELD_TEXT, AT(version), .flags = FIELD_PASSED_ON, .max = 50 },
	{ .key = "applied_revision", .type = FIELD_U32, AT(applied), .flags = FIELD_NULLABLE, .max = UINT32_MAX },
	{ .key = "applied_error", .type = FIELD_TEXT, AT(applied_error), .flags = FIELD_NULLABLE | FIELD_PASSED_ON, .max = 2000 },
	{ .key = "services", .type = FIELD_ARRAY, AT(services), .flags = FIELD_REQUIRED, .max = REPORT_SERVICES_MAX },
	{ .key = "neighbors", .type = FIELD_ARRAY, AT(neighbors), .max = REPORT_NEIGHBORS_MAX },
	{ .key = "events", .type = FIELD_ARRAY, AT(events), .max = REPORT_EVENTS_MAX },
};
#undef AT
#define AT(field) .offset = offsetof(struct service, field)
static const struct field service_fields[] = {
	{ .key = "name", .type = FIELD_NAME, AT(name), .flags = FIELD_REQUIRED, .max = REPORT_NAME_MAX },
	{ .key = "from", .type = FIELD_ENUM, AT(from), .flags = FIELD_REQUIRED, .names = froms },
	{ .key = "detail", .type = FIELD_OBJECT, AT(detail) },
	{ .key = "addresses", .type = FIELD_ARRAY, AT(addresses), .flags = FIELD_REQUIRED, .max = REPORT_ADDRESSES_MAX },
};
#undef AT
#define AT(field) .offset = offsetof(struct address, field)
static const struct field address_fields[] = {
	{ .key = "prefix", .type = FIELD_PREFIX, AT(prefix), .flags = FIELD_REQUIRED },
	{ .key = "stage", .type = FIELD_ENUM, AT(stage), .flags = FIELD_REQUIRED, .names = stages },
	{ .key = "verdict", .type = FIELD_ENUM, AT(verdict), .flags = FIELD_REQUIRED, .names = verdicts },
	{ .key = "reason", .type = FIELD_TEXT, AT(reason), .flags = FIELD_PASSED_ON, .max = 2000 },
	{ .key = "since", .type = FIELD_TIME, AT(since), .flags = FIELD_REQUIRED },
};
#undef AT
#define AT(field) .offset = offsetof(struct neighbor, field)
static const struct field neighbor_fields[] = {
	{ .key = "name", .type = FIELD_NAME, AT(name), .flags = FIELD_REQUIRED, .max = REPORT_NAME_MAX },
	{ .key = "address", .type = FIELD_IP, AT(address), .flags = FIELD_REQUIRED },
	{ .key = "peer_as", .type = FIELD_U32, AT(peer_as), .flags = FIELD_NULLABLE, .max = UINT32_MAX },
	{ .key = "state", .type = FIELD_TEXT, AT(state), .flags = FIELD_REQUIRED | FIELD_PASSED_ON, .min = 1, .max = 64 },
	{ .key = "since", .type = FIELD_TIME, AT(since), .flags = FIELD_REQUIRED },
	{ .key = "detail", .type = FIELD_OBJECT, AT(detail) },
};
#undef AT
#define AT(field) .offset = offsetof(struct event, field)
static const struct field event_fields[] = {
	{ .key = "seq", .type = FIELD_U32, AT(seq), .flags = FIELD_REQUIRED, .max = UINT32_MAX },
	{ .key = "at", .type = FIELD_TIME, AT(at), .flags = FIELD_REQUIRED },
	{ .key = "kind", .type = FIELD_NAME, AT(kind), .flags = FIELD_REQUIRED },
	{ .key = "severity", .type = FIELD_ENUM, AT(severity), .flags = FIELD_REQUIRED, .names = severities },
	{ .key = "service", .type = FIELD_NAME, AT(service), .flags = FIELD_NULLABLE, .max = REPORT_NAME_MAX },
	{ .key = "message", .type = FIELD_TEXT, AT(message), .flags = FIELD_REQUIRED | FIELD_PASSED_ON, .max = 2000 },
	{ .key = "detail", .type = FIELD_OBJECT, AT(detail) },
};
#undef AT
/* clang-format on */
static const struct field_table body_table = FIELD_TABLE("a report", struct body, body_fields);
static const struct field_table service_table =
    FIELD_TABLE("a service", struct service, service_fields);
static const struct field_table address_table =
    FIELD_TABLE("an address", struct address, address_fields);
static const struct field_table neighbor_table =
    FIELD_TABLE("a BGP neighbor", struct neighbor, neighbor_fields);
static const struct field_table event_table = FIELD_TABLE("an event", struct event, event_fields);

struct reading {
	struct report *report;
	struct arena *arena;
	json_t *errors;
};

static const char *
dump(const struct reading *r, const json_t *value)
{
	_cleanup_(freep) char *text =
	    value != NULL ? json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS) : NULL;

	return arena_strdup(r->arena, text != NULL ? text : "{}");
}

/* ---- services ---- */

static void
read_address(
    const struct reading *r, const struct report_address *of, const json_t *value, const char *at)
{
	struct address a = { .reason = "" };
	struct report_address *out = &r->report->addresses[r->report->address_count];

	if (!fields_read_at(&address_table, value, &a, r->errors, at))
		return;
	*out = *of;
	(void)prefix_format(a.prefix, out->prefix);
	out->stage = stages[a.stage];
	out->verdict = verdicts[a.verdict];
	out->reason = a.reason;
	out->since = a.since;
	r->report->address_count++;
}

static void
read_service(const struct reading *r, const json_t *value, size_t i)
{
	_cleanup_(freep) char *at = xasprintf("/services/%zu", i);
	struct service s = { 0 };
	struct report_address of = { 0 };

	if (!fields_read_at(&service_table, value, &s, r->errors, at))
		return;
	of.service = s.name;
	of.is_ours = s.from == 0;
	of.detail = dump(r, s.detail);
	for (size_t k = 0; k < json_array_size(s.addresses); k++) {
		_cleanup_(freep) char *pointer = xasprintf("%s/addresses/%zu", at, k);

		if (r->report->address_count == REPORT_ADDRESSES_MAX) {
			field_error(
			    r->errors, pointer, "is one too many: %d in all", REPORT_ADDRESSES_MAX);
			return;
		}
		read_address(r, &of, json_array_get(s.addresses, k), pointer);
	}
}

static int
compare_addresses(const void *a, const void *b)
{
	const struct report_address *one = a, *two = b;
	int order = strcmp(one->service, two->service);

	return order != 0 ? order : strcmp(one->prefix, two->prefix);
}

static void
read_services(const struct reading *r, const json_t *services)
{
	struct report *o = r->report;

	o->addresses = arena_alloc(r->arena, REPORT_ADDRESSES_MAX * sizeof(*o->addresses));
	for (size_t i = 0; i < json_array_size(services); i++)
		read_service(r, json_array_get(services, i), i);
	qsort(o->addresses, o->address_count, sizeof(*o->addresses), compare_addresses);
	for (size_t i = 1; i < o->address_count; i++) {
		if (strcmp(o->addresses[i - 1].service, o->addresses[i].service) == 0)
			o->addresses[i].detail = "{}";
		if (compare_addresses(&o->addresses[i - 1], &o->addresses[i]) == 0)
			field_error(r->errors, "/services", "%s of %s stands there twice",
			    o->addresses[i].prefix, o->addresses[i].service);
	}
}

/* ---- neighbors ---- */

static void
read_neighbor(const struct reading *r, const json_t *value, size_t i)
{
	_cleanup_(freep) char *at = xasprintf("/neighbors/%zu", i);
	struct neighbor n = { 0 };
	struct report_neighbor *out = &r->report->neighbors[r->report->neighbor_count];

	if (!fields_read_at(&neighbor_table, value, &n, r->errors, at))
		return;
	*out = (struct report_neighbor){ .name = n.name,
		.state = n.state,
		.detail = dump(r, n.detail),
		.since = n.since,
		.peer_as =
		    json_is_integer(json_object_get(value, "peer_as")) ? (int64_t)n.peer_as : -1 };
	(void)ip_format(n.address, out->address);
	r->report->neighbor_count++;
}

static int
compare_neighbors(const void *a, const void *b)
{
	const struct report_neighbor *one = a, *two = b;

	return strcmp(one->name, two->name);
}

static void
read_neighbors(const struct reading *r, const json_t *neighbors)
{
	struct report *o = r->report;
	size_t count = json_array_size(neighbors);

	o->neighbors = arena_alloc(r->arena, (count + 1) * sizeof(*o->neighbors));
	for (size_t i = 0; i < count; i++)
		read_neighbor(r, json_array_get(neighbors, i), i);
	qsort(o->neighbors, o->neighbor_count, sizeof(*o->neighbors), compare_neighbors);
	for (size_t i = 1; i < o->neighbor_count; i++) {
		if (compare_neighbors(&o->neighbors[i - 1], &o->neighbors[i]) == 0)
			field_error(
			    r->errors, "/neighbors", "%s stands there twice", o->neighbors[i].name);
	}
}

/* ---- events ---- */

static void
read_event(const struct reading *r, const json_t *value, size_t i)
{
	_cleanup_(freep) char *at = xasprintf("/events/%zu", i);
	struct event e = { 0 };

	if (!fields_read_at(&event_table, value, &e, r->errors, at))
		return;
	r->report->events[r->report->event_count++] = (struct report_event){ .seq = e.seq,
		.at = e.at,
		.kind = e.kind,
		.severity = severities[e.severity],
		.message = e.message,
		.service = e.service,
		.detail = e.detail };
}

static int
compare_events(const void *a, const void *b)
{
	const struct report_event *one = a, *two = b;

	return one->seq < two->seq ? -1 : one->seq > two->seq;
}

static void
read_events(const struct reading *r, const json_t *events)
{
	struct report *o = r->report;
	size_t count = json_array_size(events);

	o->events = arena_alloc(r->arena, (count + 1) * sizeof(*o->events));
	for (size_t i = 0; i < count; i++)
		read_event(r, json_array_get(events, i), i);
	qsort(o->events, o->event_count, sizeof(*o->events), compare_events);
	for (size_t i = 1; i < o->event_count; i++) {
		if (o->events[i - 1].seq == o->events[i].seq)
			field_error(
			    r->errors, "/events", "seq %u stands there twice", o->events[i].seq);
	}
}

bool
report_read(const json_t *body, struct arena *arena, struct report *ret, json_t *errors)
{
	struct reading r = { ret, arena, errors };
	struct body b = { 0 };

	*ret = (struct report){ 0 };
	if (!fields_read(&body_table, body, &b, errors))
		return false;
	ret->run = b.run;
	ret->version = b.version;
	ret->applied_error = b.applied_error;
	ret->applied =
	    json_is_integer(json_object_get(body, "applied_revision")) ? (int64_t)b.applied : -1;
	read_services(&r, b.services);
	read_neighbors(&r, b.neighbors);
	read_events(&r, b.events);
	return json_array_size(errors) == 0;
}
