/* A service as a project writes it; what is accepted here is what a host accepts. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "controller/body.h"
#include "controller/service_document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct prefix prefix = prefix_host(ip_from_v4(0xcb007101));
	json_auto_t *errors = json_array(), *document = NULL;
	json_t *one;
	size_t i;

	document = body_read((const char *)data, size, errors);
	if (!json_is_object(document))
		return 0;
	assert(json_array_size(errors) == 0);
	if (service_document_check("web", document, &prefix, 1, errors, "/document")) {
		assert(json_array_size(errors) == 0);
		return 0;
	}
	assert(json_array_size(errors) > 0);
	json_array_foreach (errors, i, one) {
		const char *field = json_string_value(json_object_get(one, "field"));

		assert(field != NULL && strncmp(field, "/document", 9) == 0);
		assert(json_string_length(json_object_get(one, "detail")) > 0);
	}
	return 0;
}
