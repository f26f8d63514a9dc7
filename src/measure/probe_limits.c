#include "measure/probe_limits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum unit { UNIT_MS, UNIT_PERCENT, UNIT_KM };

const char *const probe_limit_keys[PROBE_LIMIT_KINDS] = {
	[PROBE_LIMIT_MEDIAN] = "median",
	[PROBE_LIMIT_P95] = "p95",
	[PROBE_LIMIT_P99] = "p99",
	[PROBE_LIMIT_LOSS] = "loss",
	[PROBE_LIMIT_INFLATION] = "inflation",
	[PROBE_LIMIT_KM] = "km",
};

static const enum unit units[PROBE_LIMIT_KINDS] = {
	[PROBE_LIMIT_MEDIAN] = UNIT_MS,
	[PROBE_LIMIT_P95] = UNIT_MS,
	[PROBE_LIMIT_P99] = UNIT_MS,
	[PROBE_LIMIT_LOSS] = UNIT_PERCENT,
	[PROBE_LIMIT_INFLATION] = UNIT_MS,
	[PROBE_LIMIT_KM] = UNIT_KM,
};

/* "5", "0.5"; what follows the number stands in *ret_rest. */
static int
read_number(const char *text, double *ret, const char **ret_rest)
{
	char *end;

	if (!ascii_is_digit(text[0]))
		return -EINVAL;
	for (size_t i = 0; ascii_is_digit(text[i]) || text[i] == '.'; i++)
		*ret_rest = text + i + 1;
	*ret = strtod(text, &end);
	return end == *ret_rest ? 0 : -EINVAL;
}

static int
parse_most(enum probe_limit_kind kind, const char *value, double *ret, struct err *e)
{
	struct duration d;
	const char *rest;

	switch (units[kind]) {
	case UNIT_MS:
		if (duration_parse(value, &d) < 0)
			return err_set(e, -EINVAL, "%s: \"%s\" is not a duration such as 50ms",
			    probe_limit_keys[kind], value);
		*ret = duration_ms_f(d);
		return 0;
	case UNIT_PERCENT:
		if (read_number(value, ret, &rest) == 0 && strcmp(rest, "%") == 0 && *ret <= 100)
			return 0;
		return err_set(e, -EINVAL, "%s: \"%s\" is not a share such as 5%%",
		    probe_limit_keys[kind], value);
	case UNIT_KM:
		if (read_number(value, ret, &rest) == 0 && *rest == '\0')
			return 0;
		break;
	}
	return err_set(
	    e, -EINVAL, "%s: \"%s\" is not a number of kilometres", probe_limit_keys[kind], value);
}

static int
add_site(struct probe_limits *l, const char *site, struct err *e)
{
	if (*site == '\0' || strlen(site) > PROBE_LIMIT_SITE_MAX)
		return err_set(e, -EINVAL, "site: \"%s\" is not the name of a site", site);
	if (l->site_count == PROBE_LIMIT_SITES_MAX)
		return err_set(e, -EINVAL, "site: more than %d", PROBE_LIMIT_SITES_MAX);
	memcpy(l->sites[l->site_count++], site, strlen(site) + 1);
	return 0;
}

/* "KEY=VALUE", which is changed. */
static int
parse_one(struct probe_limits *l, char *text, struct err *e)
{
	char *value = strchr(text, '=');

	if (value == NULL)
		return err_set(e, -EINVAL, "\"%s\" is not KEY=VALUE", text);
	*value++ = '\0';
	if (strcmp(text, "site") == 0)
		return add_site(l, value, e);
	for (int i = 0; i < PROBE_LIMIT_KINDS; i++) {
		if (strcmp(text, probe_limit_keys[i]) != 0)
			continue;
		if (l->is_set[i])
			return err_set(e, -EINVAL, "%s is given twice", text);
		l->is_set[i] = true;
		return parse_most((enum probe_limit_kind)i, value, &l->most[i], e);
	}
	return err_set(e, -EINVAL,
	    "\"%s\" is not known; expected median, p95, p99, loss, inflation, km or site", text);
}

int
probe_limits_parse(struct probe_limits *l, const char *text, struct err *e)
{
	_cleanup_(freep) char *copy = xstrdup(text);
	char *rest = copy, *one;
	int r = 0;

	while (r == 0 && (one = strsep(&rest, ",")) != NULL)
		r = parse_one(l, one, e);
	return r;
}

bool
probe_limits_is_empty(const struct probe_limits *l)
{
	for (int i = 0; i < PROBE_LIMIT_KINDS; i++) {
		if (l->is_set[i])
			return false;
	}
	return l->site_count == 0;
}
