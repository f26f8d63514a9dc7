#include "proto/check/grpc_health.h"

#include "base/attr.h"
#include "tap.h"

TEST(requests)
{
	uint8_t buf[GRPC_HEALTH_REQUEST_MAX];
	static const uint8_t web[] = { 0, 0, 0, 0, 5, 0x0a, 3, 'w', 'e', 'b' };
	static const uint8_t whole[] = { 0, 0, 0, 0, 0 };
	char name[GRPC_SERVICE_MAX + 1] = "";

	CHECK_MEM(buf, grpc_health_request("", buf), whole, sizeof(whole));
	CHECK_MEM(buf, grpc_health_request("web", buf), web, sizeof(web));
	/* a length of two bytes */
	memset(name, 'x', GRPC_SERVICE_MAX);
	CHECK_INT(grpc_health_request(name, buf), GRPC_HEALTH_REQUEST_MAX);
	CHECK_INT(buf[4], GRPC_SERVICE_MAX + 3);
	CHECK_INT(buf[6], 0x80 | (GRPC_SERVICE_MAX & 0x7f));
	CHECK_INT(buf[7], GRPC_SERVICE_MAX >> 7);
}

TEST(answers)
{
	static const struct {
		long http;
		int grpc;
		const char *message;
		uint8_t body[32];
		size_t len;
		const char *service;
		bool serving;
		const char *why;
	} cases[] = {
		{ 200, 0, "", { 0, 0, 0, 0, 2, 8, 1 }, 7, "", true, "SERVING" },
		{ 200, 0, "", { 0, 0, 0, 0, 2, 8, 1 }, 7, "web", true, "web is SERVING" },
		{ 200, 0, "", { 0, 0, 0, 0, 2, 8, 2 }, 7, "web", false, "web is NOT_SERVING" },
		/* the default is not written */
		{ 200, 0, "", { 0, 0, 0, 0, 0 }, 5, "web", false, "web is UNKNOWN" },
		{ 200, 0, "", { 0, 0, 0, 0, 2, 8, 3 }, 7, "", false, "SERVICE_UNKNOWN" },
		{ 200, 0, "", { 0, 0, 0, 0, 2, 8, 9 }, 7, "", false, "in an unknown state" },
		/* fields that are not known, of each wire type; the last status counts */
		{ 200, 0, "",
		    { 0, 0, 0, 0, 24, 0x10, 0x96, 1, 0x19, 0, 0, 0, 0, 0, 0, 0, 0, 0x22, 2, 'a',
			'b', 0x2d, 0, 0, 0, 0, 8, 2, 8 },
		    29, "", false, "an answer that is no HealthCheckResponse" },
		{ 200, 0, "",
		    { 0, 0, 0, 0, 25, 0x10, 0x96, 1, 0x19, 0, 0, 0, 0, 0, 0, 0, 0, 0x22, 2, 'a',
			'b', 0x2d, 0, 0, 0, 0, 8, 2, 8, 1 },
		    30, "", true, "SERVING" },
		/* compressed, too short, too long, a group, a number without end */
		{ 200, 0, "", { 1, 0, 0, 0, 2, 8, 1 }, 7, "", false,
		    "an answer that is no HealthCheckResponse" },
		{ 200, 0, "", { 0, 0, 0, 0, 3, 8, 1 }, 7, "", false,
		    "an answer that is no HealthCheckResponse" },
		{ 200, 0, "", { 0, 0, 0, 0, 1, 8, 1 }, 7, "", false,
		    "an answer that is no HealthCheckResponse" },
		{ 200, 0, "", { 0 }, 0, "", false, "an answer that is no HealthCheckResponse" },
		{ 200, 0, "", { 0, 0, 0, 0, 1, 0x0b }, 6, "", false,
		    "an answer that is no HealthCheckResponse" },
		{ 200, 0, "",
		    { 0, 0, 0, 0, 11, 8, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255 }, 16, "",
		    false, "an answer that is no HealthCheckResponse" },
		{ 200, 0, "", { 0, 0, 0, 0, 3, 0x22, 0xff, 1 }, 8, "", false,
		    "an answer that is no HealthCheckResponse" },
		/* what the server says of the call comes before what it says in it */
		{ 200, 5, "unknown service", { 0, 0, 0, 0, 2, 8, 1 }, 7, "", false,
		    "gRPC error 5 NOT_FOUND: unknown service" },
		{ 200, 12, "", { 0 }, 0, "", false,
		    "gRPC error 12 UNIMPLEMENTED (no health service there)" },
		{ 200, 99, "", { 0 }, 0, "", false, "gRPC error 99 " },
		{ 200, -1, "", { 0, 0, 0, 0, 2, 8, 1 }, 7, "", false,
		    "no grpc-status came: the answer is not complete" },
		{ 404, -1, "", { 0 }, 0, "", false, "HTTP status 404, not a gRPC server" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct grpc_answer a = { cases[i].http, cases[i].grpc, cases[i].message,
			cases[i].body, cases[i].len };
		char why[192];

		CHECK_INT(
		    grpc_health_judge(&a, cases[i].service, why, sizeof(why)), cases[i].serving);
		CHECK_STR(why, cases[i].why);
	}
}
