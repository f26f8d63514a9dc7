/* Replies of BIRD to `show route`: whatever stands in them, a route that is given back makes sense. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "io/dialogue.h"
#include "lab/bird_route.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(freep) char *text = xmalloc(size + 1);
	_cleanup_(bird_routes_done) struct bird_routes routes = { 0 };
	struct err e = { 0 };

	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';

	int r = bird_routes_parse(text, &routes, &e);

	assert(r == 0 || *e.message != '\0');
	assert(r < 0 || dialogue_bird.reply_length(text, strlen(text)) > 0);
	for (size_t i = 0; i < routes.count; i++) {
		const struct bird_route *route = &routes.items[i];

		assert(route->dest.addr.family != IP_NONE);
		assert(route->as_path_len <= BIRD_AS_PATH_MAX);
		assert(memchr(route->protocol, '\0', sizeof(route->protocol)));
	}
	return 0;
}
