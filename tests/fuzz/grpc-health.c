/* The body of a gRPC health check's answer. */
#include <assert.h>

#include "proto/check/grpc_health.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct grpc_answer a = { 200, 0, "", data, size };
	char why[192] = "";

	(void)grpc_health_judge(&a, "web", why, sizeof(why));
	assert(why[0] != '\0');
	return 0;
}
