/* How a run stands against its limits, and the line of a monitoring plugin that says so. */
#include <string.h>

#include "base/style.h"
#include "measure/probe_limits.h"

/* How a limit and what it is of are told. */
static const struct telling {
	const char *name; /* in a sentence */
	const char *unit;
	int digits;
	const char *needs; /* when it is not known; NULL: it is always known of an answer */
} tellings[PROBE_LIMIT_KINDS] = {
	[PROBE_LIMIT_MEDIAN] = { "median", " ms", 2, NULL },
	[PROBE_LIMIT_P95] = { "p95", " ms", 2, NULL },
	[PROBE_LIMIT_P99] = { "p99", " ms", 2, NULL },
	[PROBE_LIMIT_LOSS] = { "loss", " %", 2, NULL },
	[PROBE_LIMIT_INFLATION] = { "latency inflation", " ms", 2,
	    "it needs an answer at a URL of --against" },
	[PROBE_LIMIT_KM] = { "geographic inflation", " km", 0,
	    "it needs to know who answered, and the places of the sites (--names) and of this "
	    "client (--at)" },
};

const char *
probe_state_name(enum probe_state state)
{
	static const char *const names[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };

	return names[state];
}

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
	const struct telling *t = &tellings[kind];

	if (!l->is_set[kind])
		return PROBE_OK;
	if (!j->has[kind]) {
		begin_reason(j, reasons);
		strbuf_addf(reasons, "%s is not known%s%s%s", t->name, t->needs ? " (" : "",
		    t->needs ? t->needs : "", t->needs ? ")" : "");
		return PROBE_UNKNOWN;
	}
	if (j->is[kind] <= l->most[kind])
		return PROBE_OK;
	begin_reason(j, reasons);
	strbuf_addf(reasons, "%s %.*f%s is above %.*f%s", t->name, t->digits, j->is[kind], t->unit,
	    t->digits, l->most[kind], t->unit);
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
probe_judge(const struct probe_judgement *of, struct strbuf *reasons)
{
	enum probe_state state = PROBE_OK;

	for (size_t i = 0; i < of->count; i++) {
		const struct probe_summary *s = &of->summaries[i];
		struct judged j = { of->targets[i].name, s, &of->inflations[i], { 0 }, { 0 } };

		if (of->targets[i].reference)
			continue;
		fill(&j);
		if (s->count == 0) {
			begin_reason(&j, reasons);
			strbuf_add(reasons, "nothing was asked");
			state = worse(state, PROBE_UNKNOWN);
		} else if (s->failed == s->count) {
			begin_reason(&j, reasons);
			strbuf_addf(reasons, "no answer (");
			strbuf_add_printable(reasons, s->errors.items[0].text);
			strbuf_add_char(reasons, ')');
			state = PROBE_CRITICAL;
		} else {
			state = worse(state, judge_target(&j, of->warning, of->critical, reasons));
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

/* A range without a lower end, since inflation may be less than nothing. */
static void
add_limit(const struct probe_limits *l, enum probe_limit_kind kind, struct strbuf *out)
{
	strbuf_add_char(out, ';');
	if (l->is_set[kind])
		strbuf_addf(out, "~:%g", l->most[kind]);
}

/* The guidelines have no unit for kilometres. */
static void
add_figures(
    const struct probe_judgement *of, const struct judged *j, bool reference, struct strbuf *out)
{
	static const char *const units[PROBE_LIMIT_KINDS] = { "ms", "ms", "ms", "%", "ms", "" };

	for (int i = 0; i < PROBE_LIMIT_KINDS; i++) {
		enum probe_limit_kind kind = (enum probe_limit_kind)i;

		if (!j->has[kind])
			continue;
		add_label(j->name, probe_limit_keys[kind], out);
		strbuf_addf(out, "%.*f%s",
		    kind == PROBE_LIMIT_LOSS || kind == PROBE_LIMIT_KM ? 1 : 3, j->is[kind],
		    units[kind]);
		if (reference || !(of->warning->is_set[kind] || of->critical->is_set[kind]))
			continue;
		add_limit(of->warning, kind, out);
		add_limit(of->critical, kind, out);
	}
}

void
probe_state_to_text(enum probe_state state, const char *reasons, const struct probe_judgement *of,
    struct strbuf *out)
{
	strbuf_addf(out, "PROBE %s: ", probe_state_name(state));
	for (const char *c = *reasons ? reasons : "all within limits"; *c; c++)
		strbuf_add_char(out, *c == '|' ? '/' : *c); /* figures follow a bar */
	strbuf_add(out, " |");
	for (size_t i = 0; i < of->count; i++) {
		struct judged j = { of->targets[i].name, &of->summaries[i], &of->inflations[i],
			{ 0 }, { 0 } };

		fill(&j);
		j.has[PROBE_LIMIT_LOSS] = true;
		add_figures(of, &j, of->targets[i].reference, out);
	}
	strbuf_add_char(out, '\n');
}
