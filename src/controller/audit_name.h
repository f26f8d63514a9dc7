/* What people call an object of the API, in the audit log and in events: pure. */
#pragma once

#include <jansson.h>

/* The kinds of objects that the audit log has, ends with NULL. */
extern const char *const audit_kind_names[];

/*
 * Its name, or its prefix; of an order what it is for ("drain web at am6", "hold all services on
 * h1"), of a rollout likewise ("change web"), of a join token the host that may use it ("h1 at
 * am6", "a host at am6"); of what has none of them its id. kind: as in the audit log. To be freed.
 */
char *audit_name(const char *kind, const json_t *object);
