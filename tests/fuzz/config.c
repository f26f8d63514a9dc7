/* The loader, with a schema that uses every type: no input may crash it. */
#include "round_trip.h"
#include "zoo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	conf_free(round_trip(&zoo_schema, data, size));
	return 0;
}
