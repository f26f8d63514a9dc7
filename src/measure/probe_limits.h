/*
 * What a probe has to be within, for monitoring: limits of two levels, and how it stands. Pure.
 *
 * Limits are of targets that are no references. They are asked of the whole of a run: a quantile of
 * the total, the share that failed, how far it is from the best, the sites that answered.
 */
#pragma once

#include "base/err.h"
#include "base/strbuf.h"
#include "measure/inflation.h"
#include "measure/probe.h"

/* The exit status of monitoring plugins, in this order. */
enum probe_state {
	PROBE_OK,
	PROBE_WARNING,
	PROBE_CRITICAL,
	PROBE_UNKNOWN, /* there is nothing to judge by */
};

const char *probe_state_name(enum probe_state state); /* "CRITICAL" */

enum probe_limit_kind {
	PROBE_LIMIT_MEDIAN,
	PROBE_LIMIT_P95,
	PROBE_LIMIT_P99,
	PROBE_LIMIT_LOSS,
	PROBE_LIMIT_INFLATION,
	PROBE_LIMIT_KM,
	PROBE_LIMIT_KINDS,
};

extern const char *const probe_limit_keys[PROBE_LIMIT_KINDS]; /* "median" */

#define PROBE_LIMIT_SITES_MAX 32
#define PROBE_LIMIT_SITE_MAX 63

/* Of one level. Zeroed is none. */
struct probe_limits {
	bool is_set[PROBE_LIMIT_KINDS];
	double most[PROBE_LIMIT_KINDS]; /* milliseconds, percent, kilometres */
	char sites[PROBE_LIMIT_SITES_MAX][PROBE_LIMIT_SITE_MAX + 1]; /* any of them may answer */
	size_t site_count;
};

/*
 * Adds "median=50ms,p95=80ms,p99=1s,loss=5%,inflation=10ms,km=500,site=am6". -EINVAL with what is
 * wrong.
 */
int probe_limits_parse(struct probe_limits *l, const char *text, struct err *e) _must_use_;
bool probe_limits_is_empty(const struct probe_limits *l);

/* A run, and what it has to be within; all of it borrowed. */
struct probe_judgement {
	const struct probe_target *targets;
	const struct probe_summary *summaries;
	const struct inflation *inflations; /* as many as targets */
	size_t count;
	const struct probe_limits *warning, *critical;
};

/*
 * How it stands; reasons: a sentence for each limit that was passed, "; " between them. A target
 * that nobody answered is critical.
 */
enum probe_state probe_judge(const struct probe_judgement *of, struct strbuf *reasons);
/*
 * The line of a monitoring plugin: "PROBE WARNING: reasons | figures", with its end. Figures are
 * all that limits can be of, as far as they are known, with the limits behind them (Monitoring
 * Plugins Development Guidelines, "Performance data").
 */
void probe_state_to_text(enum probe_state state, const char *reasons,
    const struct probe_judgement *of, struct strbuf *out);
