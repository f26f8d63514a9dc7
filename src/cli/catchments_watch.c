#include "cli/catchments_watch.h"

#include <string.h>

#include "base/utf8.h"
#include "cli/fields.h"

const char *
catchments_watch_saw(struct catchments_watch *w, const json_t *catchment)
{
	const json_t *progress = json_object_get(catchment, "progress");
	long long all = field_int(catchment, "target_count") * field_int(catchment, "rounds");
	const char *state = field_text(catchment, "state");
	char line[sizeof(w->told)];

	w->again = (struct controller_again){ 0 };
	if (w->is_tty)
		utf8_format(line, sizeof(line), "%s: %lld of %lld sent, %lld landed", state,
		    field_int(progress, "sent"), all, field_int(progress, "landed"));
	else
		utf8_format(line, sizeof(line), "%s", state);
	if (strcmp(line, w->told) == 0)
		return NULL;
	memcpy(w->told, line, sizeof(w->told));
	return w->told;
}

bool
catchments_watch_lost(struct catchments_watch *w, struct instant now, struct duration *ret_wait)
{
	return controller_again(&w->again, now, ret_wait);
}

bool
catchments_watch_interrupted(struct catchments_watch *w)
{
	bool is_first = !w->is_stopped;

	w->is_stopped = true;
	return is_first;
}
