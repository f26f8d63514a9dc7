/*
 * The bytes of a gRPC health check: grpc.health.v1.Health/Check over HTTP/2. Pure.
 *
 * The messages are small enough to be written by hand: HealthCheckRequest is one string,
 * HealthCheckResponse one enumeration (grpc/health/v1/health.proto); each travels behind a byte
 * that says whether it is compressed, and its length (gRPC over HTTP2, "Length-Prefixed-Message").
 * The encoding is that of protocol buffers: fields that are not known are skipped.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GRPC_HEALTH_PATH "/grpc.health.v1.Health/Check"
#define GRPC_SERVICE_MAX 200 /* bytes of the service's name */
#define GRPC_HEALTH_REQUEST_MAX (5 + 3 + GRPC_SERVICE_MAX)

/* Writes the body of the request; gives its length. "" asks for the server as a whole. */
size_t grpc_health_request(const char *service, uint8_t buf[static GRPC_HEALTH_REQUEST_MAX]);

/* What came back, as far as it did. */
struct grpc_answer {
	long http_status;
	int grpc_status;     /* of the trailers; -1: none came */
	const char *message; /* grpc-message, "" when there was none */
	const void *body;
	size_t body_len;
};

/* True when the server says SERVING; why says what it said, either way. */
bool grpc_health_judge(
    const struct grpc_answer *answer, const char *service, char *why, size_t size);
