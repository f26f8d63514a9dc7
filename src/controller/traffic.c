#include "controller/traffic.h"

#include <string.h>

#include "controller/problem.h"

static const char *const names[TRAFFIC_KINDS] = {
	[TRAFFIC_READ] = "read",
	[TRAFFIC_WRITE] = "write",
	[TRAFFIC_ORDER] = "order",
	[TRAFFIC_SESSION] = "session",
	[TRAFFIC_EVENTS] = "events",
	[TRAFFIC_PROVIDER] = "provider",
	[TRAFFIC_METADATA] = "metadata",
	[TRAFFIC_JOIN] = "join",
	[TRAFFIC_DESIRED] = "desired",
	[TRAFFIC_REPORT] = "report",
	[TRAFFIC_LEASE] = "lease",
	[TRAFFIC_HEALTH] = "health",
	[TRAFFIC_CONSOLE] = "console",
	[TRAFFIC_OTHER] = "other",
};

const char *
traffic_kind_name(enum traffic_kind kind)
{
	return names[kind];
}

/* "/agent/v1/desired" */
static enum traffic_kind
kind_of_agent(const char *word)
{
	static const struct {
		const char *word;
		enum traffic_kind kind;
	} words[] = { { "desired", TRAFFIC_DESIRED }, { "report", TRAFFIC_REPORT },
		{ "leases", TRAFFIC_LEASE }, { "join", TRAFFIC_JOIN } };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcmp(words[i].word, word) == 0)
			return words[i].kind;
	}
	return TRAFFIC_OTHER;
}

/* Below "/api/v1"; word: the first one, last: the last one. */
static enum traffic_kind
kind_of_api(const char *method, const char *word, const char *last)
{
	if (strcmp(word, "session") == 0)
		return TRAFFIC_SESSION;
	if (strcmp(last, "events") == 0)
		return TRAFFIC_EVENTS;
	if (strcmp(method, "GET") == 0)
		return TRAFFIC_READ;
	return strcmp(method, "POST") == 0 && strcmp(last, "global-ips") == 0 ? TRAFFIC_ORDER
									      : TRAFFIC_WRITE;
}

enum traffic_kind
traffic_kind_of(const char *method, const char *const *segments, size_t segment_count)
{
	const char *first = segment_count > 0 ? segments[0] : "";

	if (segment_count == 1 && strcmp(first, "healthz") == 0)
		return TRAFFIC_HEALTH;
	if (segment_count == 1 && strcmp(first, "metadata") == 0)
		return TRAFFIC_METADATA;
	if (strcmp(first, "projects") == 0 || strcmp(first, "ips") == 0)
		return TRAFFIC_PROVIDER;
	if (segment_count == 3 && strcmp(first, "agent") == 0)
		return kind_of_agent(segments[2]);
	if (segment_count >= 3 && strcmp(first, "api") == 0)
		return kind_of_api(method, segments[2], segments[segment_count - 1]);
	return TRAFFIC_OTHER;
}

static bool
is_problem(const json_t *body, enum problem problem)
{
	const char *type = json_string_value(json_object_get(body, "type"));

	return type != NULL && strcmp(type, problem_type(problem)) == 0;
}

enum traffic_result
traffic_result_of(enum traffic_kind kind, unsigned status, const json_t *body)
{
	if (kind == TRAFFIC_LEASE && status == 200)
		return json_is_true(json_object_get(body, "granted")) ? TRAFFIC_LEASE_GRANTED
								      : TRAFFIC_LEASE_REFUSED;
	if (kind != TRAFFIC_ORDER)
		return TRAFFIC_NO_RESULT;
	if (status == 201)
		return TRAFFIC_ORDER_MADE;
	if (is_problem(body, PROBLEM_POOL_FULL))
		return TRAFFIC_ORDER_POOL_FULL;
	return is_problem(body, PROBLEM_LIMIT) ? TRAFFIC_ORDER_LIMIT : TRAFFIC_NO_RESULT;
}

void
traffic_count(struct traffic *t, enum traffic_kind kind, unsigned status)
{
	if (status >= TRAFFIC_STATUS_FIRST && status < TRAFFIC_STATUS_FIRST + TRAFFIC_STATUSES)
		t->requests[kind][status - TRAFFIC_STATUS_FIRST]++;
}

void
traffic_add(struct traffic *t, enum traffic_kind kind, unsigned status, enum traffic_result result,
    struct duration took)
{
	traffic_count(t, kind, status);
	histogram_add(&t->took[kind], took);
	t->results[result]++;
}
