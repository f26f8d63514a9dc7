#include "agent/foreign.h"

#include <string.h>

#define ONLY_THE_HOST "only a host's own file may say this"

static bool
is_the_hosts(const json_t *check)
{
	const char *type = json_string_value(json_object_get(check, "type"));

	return type != NULL && (strcmp(type, "exec") == 0 || strcmp(type, "file") == 0);
}

bool
foreign_service_look(const json_t *document, foreign_fn fn, void *userdata)
{
	static const char *const files[] = { "tls-ca-file", "headers-file" };
	json_t *checks = json_object_get(document, "checks"), *check;
	const char *name;
	bool ok = true;

	if (json_object_get(document, "drain-file") != NULL) {
		fn(userdata, NULL, "drain-file", ONLY_THE_HOST);
		ok = false;
	}
	json_object_foreach (checks, name, check) {
		if (is_the_hosts(check)) {
			fn(userdata, name, "type", "only a host's own file may have such a check");
			ok = false;
		}
		for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
			if (json_object_get(check, files[i]) == NULL)
				continue;
			fn(userdata, name, files[i], ONLY_THE_HOST);
			ok = false;
		}
	}
	return ok;
}
