/*
 * One request to a controller, and again where that is right. All give what http_call() gives.
 */
#pragma once

#include <stdbool.h>

#include "cli/controller.h"

/*
 * A controller that was restarted, or away, does not know yet how its hosts stand: what it refuses
 * for that alone is asked again until they are back, for a minute. Nothing was changed by it.
 */
int controller_try(const struct http_call *call, struct controller_answer *ret, struct err *e);
/* Of a POST, with its idempotency key, whose outcome is not known (r, ret): until it is. */
int controller_try_again(const struct http_call *call, const char *key, int r,
    struct controller_answer *ret, struct err *e);
/*
 * Whether it may have been done, and nobody could tell us. `again`: nobody could before, so an
 * answer that says that nothing was done speaks of the last request alone.
 */
bool controller_is_unknown(bool again, int r, const json_t *answer);
