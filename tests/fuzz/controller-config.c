/* controller.yaml. */
#include "controller/controller_conf.h"
#include "round_trip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	conf_free(round_trip(&controller_conf_schema, data, size));
	return 0;
}
