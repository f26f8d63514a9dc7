#include "agent/unconfirmed.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define VERSION 1

char *
unconfirmed_write(const struct unconfirmed *u)
{
	json_auto_t *o = json_pack("{s:i, s:I, s:s, s:s}", "version", VERSION, "until_wall_ns",
	    (json_int_t)u->until_wall_ns, "good", u->good, "tried", u->tried);

	return json_dumps(o, JSON_COMPACT);
}

int
unconfirmed_read(const char *text, size_t len, struct unconfirmed *ret, struct err *e)
{
	json_error_t bad;
	json_auto_t *o = json_loadb(text, len, JSON_REJECT_DUPLICATES, &bad);
	const char *good, *tried;
	json_int_t until;
	int version;

	if (o == NULL)
		return err_set(e, -EINVAL, "not JSON: %s", bad.text);
	if (json_unpack_ex(o, &bad, 0, "{s:i, s:I, s:s, s:s}", "version", &version, "until_wall_ns",
		&until, "good", &good, "tried", &tried) < 0)
		return err_set(e, -EINVAL, "%s", bad.text);
	if (version != VERSION)
		return err_set(e, -EINVAL, "version %d", version);
	*ret = (struct unconfirmed){ until, xstrdup(good), xstrdup(tried) };
	return 0;
}

void
unconfirmed_done(struct unconfirmed *u)
{
	free(u->good);
	free(u->tried);
	*u = (struct unconfirmed){ 0 };
}

enum unconfirmed_fate
unconfirmed_at_start(const struct unconfirmed *u, const char *file, int64_t now_wall_ns,
    struct duration max, struct duration *ret_left)
{
	int64_t left = u->until_wall_ns - now_wall_ns;

	if (strcmp(u->tried, file) != 0)
		return UNCONFIRMED_STALE;
	if (left <= 0)
		return UNCONFIRMED_EXPIRED;
	/* a clock that was set back must not make it wait for years */
	*ret_left = DURATION_NS(MIN(left, max.ns));
	return UNCONFIRMED_WAITS;
}
