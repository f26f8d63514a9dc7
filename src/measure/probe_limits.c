#include "measure/probe_limits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/style.h"

enum unit { UNIT_MS, UNIT_PERCENT, UNIT_KM };

static const struct {
	const char *key;
	enum unit unit;
} kinds[PROBE_LIMIT_KINDS] = {
	[PROBE_LIMIT_MEDIAN] = { "median", UNIT_MS },
	[PROBE_LIMIT_P95] = { "p95", UNIT_MS },
	[PROBE_LIMIT_P99] = { "p99", UNIT_MS },
	[PROBE_LIMIT_LOSS] = { "loss", UNIT_PERCENT },
	[PROBE_LIMIT_INFLATION] = { "inflation", UNIT_MS },
	[PROBE_LIMIT_KM] = { "km", UNIT_KM },
};

static const char *const unit_names[] = {
	[UNIT_MS] = " ms", [UNIT_PERCENT] = " %", [UNIT_KM] = " km"
};

const char *
probe_state_name(enum probe_state state)
{
	static const char *const names[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };

	return names[state];
}

/* ---- reading ---- */

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

	switch (kinds[kind].unit) {
	case UNIT_MS:
		if (duration_parse(value, &d) < 0)
			return err_set(e, -EINVAL, "%s: \"%s\" is not a duration such as 50ms",
			    kinds[kind].key, value);
		*ret = duration_ms_f(d);
		return 0;
	case UNIT_PERCENT:
		if (read_number(value, ret, &rest) == 0 && strcmp(rest, "%") == 0 && *ret <= 100)
			return 0;
		return err_set(
		    e, -EINVAL, "%s: \"%s\" is not a share such as 5%%", kinds[kind].key, value);
	case UNIT_KM:
		if (read_number(value, ret, &rest) == 0 && *rest == '\0')
			return 0;
		break;
	}
	return err_set(
	    e, -EINVAL, "%s: \"%s\" is not a number of kilometres", kinds[kind].key, value);
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
		if (strcmp(text, kinds[i].key) != 0)
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

/* ---- judging ---- */

/* One target, and what is known of it. */
struct judged {
	const char *name;
	const struct probe_summary *summary;
	const struct inflation *inflation;
	bool has[PROBE_LIMIT_KINDS];
	double is[PROBE_LIMIT_KINDS];
};

static double
loss_of(const struct probe_summary *s)
{
	return s->count > 0 ? 100.0 * (double)s->failed / (double)s->count : 0;
}

static void
fill(struct judged *j)
{
	const struct stats *total = &j->summary->phases[PROBE_TOTAL];

	j->has[PROBE_LIMIT_MEDIAN] = j->has[PROBE_LIMIT_P95] = j->has[PROBE_LIMIT_P99] =
	    total->count > 0;
	j->has[PROBE_LIMIT_LOSS] = j->summary->count > 0;
	j->has[PROBE_LIMIT_INFLATION] = j->inflation->has_latency;
	j->has[PROBE_LIMIT_KM] = j->inflation->has_km;
	j->is[PROBE_LIMIT_MEDIAN] = duration_ms_f(total->median);
	j->is[PROBE_LIMIT_P95] = duration_ms_f(total->p95);
	j->is[PROBE_LIMIT_P99] = duration_ms_f(total->p99);
	j->is[PROBE_LIMIT_LOSS] = loss_of(j->summary);
	j->is[PROBE_LIMIT_INFLATION] = duration_ms_f(j->inflation->latency);
	j->is[PROBE_LIMIT_KM] = j->inflation->km;
}

static void
begin_reason(const struct judged *j, struct strbuf *reasons)
{
	strbuf_add(reasons, reasons->len > 0 ? "; " : "");
	strbuf_add_printable(reasons, j->name);
	strbuf_add(reasons, ": ");
}

static bool
site_is_allowed(const struct probe_limits *l, const char *site)
{
	for (size_t i = 0; i < l->site_count; i++) {
		if (strcmp(l->sites[i], site) == 0)
			return true;
	}
	return false;
}

static enum probe_state
judge_sites(const struct judged *j, const struct probe_limits *l, enum probe_state level,
    struct strbuf *reasons)
{
	const struct probe_tally *sites = &j->summary->sites;
	enum probe_state state = PROBE_OK;

	if (l->site_count == 0)
		return PROBE_OK;
	for (size_t i = 0; i < sites->count; i++) {
		if (site_is_allowed(l, sites->items[i].text))
			continue;
		begin_reason(j, reasons);
		strbuf_add(reasons, "answered at site ");
		strbuf_add_printable(reasons, sites->items[i].text);
		state = level;
	}
	if (sites->count > 0)
		return state;
	begin_reason(j, reasons);
	strbuf_add(reasons, "no answer said its site");
	return PROBE_UNKNOWN;
}

static enum probe_state
worse(enum probe_state a, enum probe_state b)
{
	/* what is known to be bad is worse than what is not known */
	static const int rank[] = {
		[PROBE_OK] = 0, [PROBE_UNKNOWN] = 1, [PROBE_WARNING] = 2, [PROBE_CRITICAL] = 3
	};

	return rank[a] >= rank[b] ? a : b;
}

static enum probe_state
judge_kind(const struct judged *j, const struct probe_limits *l, enum probe_limit_kind kind,
    enum probe_state level, struct strbuf *reasons)
{
	const char *unit = unit_names[kinds[kind].unit];

	if (!l->is_set[kind])
		return PROBE_OK;
	if (!j->has[kind]) {
		begin_reason(j, reasons);
		strbuf_addf(reasons, "%s is not known", kinds[kind].key);
		return PROBE_UNKNOWN;
	}
	if (j->is[kind] <= l->most[kind])
		return PROBE_OK;
	begin_reason(j, reasons);
	strbuf_addf(reasons, "%s %.2f%s is above %.2f%s", kinds[kind].key, j->is[kind], unit,
	    l->most[kind], unit);
	return level;
}

/* What is critical is no warning besides. */
static enum probe_state
judge_target(const struct judged *j, const struct probe_limits *warning,
    const struct probe_limits *critical, struct strbuf *reasons)
{
	enum probe_state state = PROBE_OK;

	for (int i = 0; i < PROBE_LIMIT_KINDS; i++) {
		enum probe_limit_kind kind = (enum probe_limit_kind)i;
		enum probe_state is = judge_kind(j, critical, kind, PROBE_CRITICAL, reasons);

		if (is == PROBE_OK)
			is = judge_kind(j, warning, kind, PROBE_WARNING, reasons);
		state = worse(state, is);
	}
	enum probe_state site = judge_sites(j, critical, PROBE_CRITICAL, reasons);

	if (site == PROBE_OK)
		site = judge_sites(j, warning, PROBE_WARNING, reasons);
	return worse(state, site);
}

enum probe_state
probe_judge(const struct probe_target *targets, const struct probe_summary *summaries,
    const struct inflation *inflations, size_t count, const struct probe_limits *warning,
    const struct probe_limits *critical, struct strbuf *reasons)
{
	enum probe_state state = PROBE_OK;

	for (size_t i = 0; i < count; i++) {
		struct judged j = { targets[i].name, &summaries[i], &inflations[i], { 0 }, { 0 } };

		if (targets[i].reference)
			continue;
		fill(&j);
		if (summaries[i].count == 0) {
			begin_reason(&j, reasons);
			strbuf_add(reasons, "nothing was asked");
			state = worse(state, PROBE_UNKNOWN);
		} else if (summaries[i].failed == summaries[i].count) {
			begin_reason(&j, reasons);
			strbuf_addf(reasons, "no answer (");
			strbuf_add_printable(reasons, summaries[i].errors.items[0].text);
			strbuf_add_char(reasons, ')');
			state = PROBE_CRITICAL;
		} else {
			state = worse(state, judge_target(&j, warning, critical, reasons));
		}
	}
	return state;
}

/* ---- the line of a plugin ---- */

/* In single quotes, those inside doubled; no "=" and no "|" (Monitoring Plugins guidelines). */
static void
add_label(const char *name, const char *what, struct strbuf *out)
{
	strbuf_add(out, " '");
	for (const char *c = name; *c; c++) {
		if (*c == '\'')
			strbuf_add(out, "''");
		else
			strbuf_add_char(out, *c == '=' || *c == '|' || *c < ' ' ? '_' : *c);
	}
	strbuf_addf(out, " %s'=", what);
}

void
probe_state_to_text(enum probe_state state, const char *reasons, const struct probe_target *targets,
    const struct probe_summary *summaries, size_t count, struct strbuf *out)
{
	strbuf_addf(out, "PROBE %s: ", probe_state_name(state));
	for (const char *c = *reasons ? reasons : "all within limits"; *c; c++)
		strbuf_add_char(out, *c == '|' ? '/' : *c); /* figures follow a bar */
	strbuf_add(out, " |");
	for (size_t i = 0; i < count; i++) {
		const struct stats *total = &summaries[i].phases[PROBE_TOTAL];

		if (total->count > 0) {
			add_label(targets[i].name, "median", out);
			strbuf_addf(out, "%.3fms", duration_ms_f(total->median));
			add_label(targets[i].name, "p95", out);
			strbuf_addf(out, "%.3fms", duration_ms_f(total->p95));
		}
		add_label(targets[i].name, "loss", out);
		strbuf_addf(out, "%.1f%%", loss_of(&summaries[i]));
	}
	strbuf_add_char(out, '\n');
}
