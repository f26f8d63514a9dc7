#include "proto/check/grpc_health.h"

#include <string.h>

#include "base/utf8.h"
#include "wire/reader.h"
#include "wire/writer.h"

/* The field numbers of both messages are 1; a tag is the number and how the value is written. */
enum {
	TAG_SERVICE = 1 << 3 | 2,
	TAG_STATUS = 1 << 3 | 0,
};

/* enum ServingStatus */
static const char *const serving_names[] = { "UNKNOWN", "SERVING", "NOT_SERVING",
	"SERVICE_UNKNOWN" };
#define SERVING 1

/* The status codes of gRPC. */
static const char *const code_names[] = { "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT",
	"DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED",
	"RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
	"INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED" };

static void
write_varint(struct writer *w, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		writer_u8(w, (value & 0x7f) | 0x80);
	writer_u8(w, value);
}

size_t
grpc_health_request(const char *service, uint8_t buf[static GRPC_HEALTH_REQUEST_MAX])
{
	struct writer w = writer_init(buf, GRPC_HEALTH_REQUEST_MAX);
	size_t len = MIN(strlen(service), (size_t)GRPC_SERVICE_MAX);

	writer_u8(&w, 0); /* not compressed */
	writer_u32(&w, 0);
	if (len > 0) { /* a default is not written */
		write_varint(&w, TAG_SERVICE);
		write_varint(&w, len);
		writer_bytes(&w, service, len);
	}
	writer_patch_u16(&w, 3, writer_len(&w) - 5);
	return writer_len(&w);
}

static uint64_t
read_varint(struct reader *r)
{
	uint64_t value = 0;

	for (unsigned shift = 0; shift < 64; shift += 7) {
		uint8_t byte = reader_u8(r);

		value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return value;
	}
	r->bad = true; /* longer than a number can be */
	return 0;
}

/* By its wire type. */
static void
skip_value(struct reader *r, unsigned type)
{
	uint64_t len;

	switch (type) {
	case 0:
		(void)read_varint(r);
		break;
	case 1:
		reader_skip(r, 8);
		break;
	case 2:
		len = read_varint(r);
		if (len > reader_left(r))
			r->bad = true;
		else
			reader_skip(r, (size_t)len);
		break;
	case 5:
		reader_skip(r, 4);
		break;
	default: /* groups are none that proto3 writes */
		r->bad = true;
	}
}

/* The ServingStatus of a response; false when it is none. */
static bool
read_response(const void *body, size_t n, uint64_t *ret)
{
	struct reader r = reader_init(body, n), message;
	uint8_t compressed = reader_u8(&r);
	uint32_t len = reader_u32(&r);

	message = reader_sub(&r, len);
	if (compressed || !reader_ok(&message) || !reader_done(&r))
		return false;
	*ret = 0;
	while (reader_left(&message) > 0) {
		uint64_t tag = read_varint(&message);

		if (tag == TAG_STATUS)
			*ret = read_varint(&message);
		else
			skip_value(&message, tag & 7);
	}
	return reader_ok(&message);
}

bool
grpc_health_judge(const struct grpc_answer *a, const char *service, char *why, size_t size)
{
	uint64_t serving;

	if (a->http_status != 200) {
		utf8_format(why, size, "HTTP status %ld, not a gRPC server", a->http_status);
	} else if (a->grpc_status > 0) {
		bool known = (size_t)a->grpc_status < ARRAY_SIZE(code_names);

		utf8_format(why, size, "gRPC error %d %s%s%.80s%s", a->grpc_status,
		    known ? code_names[a->grpc_status] : "", a->message[0] ? ": " : "", a->message,
		    a->grpc_status == 12 ? " (no health service there)" : "");
	} else if (a->grpc_status < 0) {
		utf8_format(why, size, "no grpc-status came: the answer is not complete");
	} else if (!read_response(a->body, a->body_len, &serving)) {
		utf8_format(why, size, "an answer that is no HealthCheckResponse");
	} else {
		utf8_format(why, size, "%s%s%s", service, service[0] ? " is " : "",
		    serving < ARRAY_SIZE(serving_names) ? serving_names[serving]
							: "in an unknown state");
		return serving == SERVING;
	}
	return false;
}
