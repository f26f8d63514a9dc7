/* What a request is for, and what came of it. */
#include "controller/traffic.h"

#include <string.h>

#include "tap.h"

static const char *
kind_of(const char *method, const char *path)
{
	char text[100];
	const char *segments[8];
	size_t n = 0;

	(void)snprintf(text, sizeof(text), "%s", path);
	for (char *at = text; *at == '/'; at += strcspn(at, "/")) {
		*at++ = '\0';
		segments[n++] = at;
	}
	return traffic_kind_name(traffic_kind_of(method, segments, n));
}

TEST(kinds)
{
	CHECK_STR(kind_of("GET", "/healthz"), "health");
	CHECK_STR(kind_of("GET", "/metadata"), "metadata");
	CHECK_STR(kind_of("GET", "/agent/v1/desired"), "desired");
	CHECK_STR(kind_of("POST", "/agent/v1/report"), "report");
	CHECK_STR(kind_of("POST", "/agent/v1/leases"), "lease");
	CHECK_STR(kind_of("POST", "/agent/v1/join"), "join");
	CHECK_STR(kind_of("POST", "/agent/v1/x"), "other");
	CHECK_STR(kind_of("POST", "/api/v1/session"), "session");
	CHECK_STR(kind_of("GET", "/api/v1/projects/a/events"), "events");
	CHECK_STR(kind_of("GET", "/api/v1/projects"), "read");
	CHECK_STR(kind_of("PATCH", "/api/v1/projects/a"), "write");
	CHECK_STR(kind_of("POST", "/api/v1/projects/a/global-ips"), "order");
	CHECK_STR(kind_of("GET", "/api/v1/projects/a/global-ips"), "read");
	CHECK_STR(kind_of("POST", "/projects/a/ips"), "provider");
	CHECK_STR(kind_of("DELETE", "/ips/1"), "provider");
	CHECK_STR(kind_of("GET", "/"), "other");
	CHECK_STR(kind_of("GET", "/api"), "other");
	CHECK_STR(kind_of("GET", ""), "other");
}

static enum traffic_result
result_of(enum traffic_kind kind, unsigned status, const char *body)
{
	json_auto_t *json = json_loads(body, 0, NULL);

	return traffic_result_of(kind, status, json);
}

TEST(results)
{
	static const char full[] = "{\"type\": \"urn:nearcast:problem:pool-full\"}";
	static const char limit[] = "{\"type\": \"urn:nearcast:problem:limit\"}";

	CHECK_INT(result_of(TRAFFIC_LEASE, 200, "{\"granted\": true}"), TRAFFIC_LEASE_GRANTED);
	CHECK_INT(result_of(TRAFFIC_LEASE, 200, "{\"granted\": false}"), TRAFFIC_LEASE_REFUSED);
	CHECK_INT(result_of(TRAFFIC_LEASE, 503, "{}"), TRAFFIC_NO_RESULT);
	CHECK_INT(result_of(TRAFFIC_ORDER, 201, "{}"), TRAFFIC_ORDER_MADE);
	CHECK_INT(result_of(TRAFFIC_ORDER, 409, full), TRAFFIC_ORDER_POOL_FULL);
	CHECK_INT(result_of(TRAFFIC_ORDER, 409, limit), TRAFFIC_ORDER_LIMIT);
	CHECK_INT(result_of(TRAFFIC_ORDER, 422, "{}"), TRAFFIC_NO_RESULT);
	CHECK_INT(result_of(TRAFFIC_WRITE, 409, full), TRAFFIC_NO_RESULT);
}

TEST(counted)
{
	static struct traffic t;

	traffic_add(&t, TRAFFIC_ORDER, 201, TRAFFIC_ORDER_MADE, DURATION_MS(2));
	traffic_count(&t, TRAFFIC_ORDER, 503);
	traffic_count(&t, TRAFFIC_ORDER, 0);
	traffic_count(&t, TRAFFIC_ORDER, 600);
	CHECK_INT(t.requests[TRAFFIC_ORDER][201 - TRAFFIC_STATUS_FIRST], 1);
	CHECK_INT(t.requests[TRAFFIC_ORDER][503 - TRAFFIC_STATUS_FIRST], 1);
	CHECK_INT(t.took[TRAFFIC_ORDER].count, 1);
	CHECK_INT(t.results[TRAFFIC_ORDER_MADE], 1);
}
