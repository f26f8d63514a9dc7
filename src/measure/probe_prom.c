#include "measure/probe_prom.h"

#include "base/prom.h"

/* All that a family is made from. */
struct run {
	const struct probe_target *targets;
	const struct probe_summary *summaries;
	const struct inflation *inflations;
	size_t count;
};

static double
seconds(struct duration d)
{
	return (double)d.ns / (double)NS_PER_S;
}

static void
add_requests(const struct run *run, struct strbuf *out)
{
	static const char name[] = "nearcast_probe_requests";

	prom_family(out, name, PROM_GAUGE, "Requests of the last run, by what came of them.");
	for (size_t i = 0; i < run->count; i++) {
		const struct probe_summary *s = &run->summaries[i];
		const char *target = run->targets[i].name;

		prom_count(out, name,
		    (prom_labels){ { "target", target }, { "result", "answered" } },
		    s->count - s->failed);
		prom_count(out, name, (prom_labels){ { "target", target }, { "result", "failed" } },
		    s->failed);
		prom_count(out, name,
		    (prom_labels){ { "target", target }, { "result", "skipped" } }, s->skipped);
	}
}

static void
add_durations(const struct run *run, struct strbuf *out)
{
	static const char name[] = "nearcast_probe_duration_seconds";

	prom_family(out, name, PROM_GAUGE,
	    "Statistics of the time from the start of a request to the end of each phase.");
	for (size_t i = 0; i < run->count; i++) {
		for (int p = 0; p < PROBE_PHASE_MAX; p++) {
			const struct stats *s = &run->summaries[i].phases[p];
			const struct {
				const char *name;
				struct duration value;
			} of[] = { { "min", s->min }, { "median", s->median }, { "p95", s->p95 },
				{ "p99", s->p99 }, { "max", s->max } };

			for (size_t q = 0; q < ARRAY_SIZE(of) && s->count > 0; q++)
				prom_number(out, name,
				    (prom_labels){ { "target", run->targets[i].name },
					{ "phase", probe_phase_label((enum probe_phase)p) },
					{ "statistic", of[q].name } },
				    seconds(of[q].value));
		}
	}
}

static void
add_answers(const struct run *run, struct strbuf *out)
{
	static const char name[] = "nearcast_probe_answers";

	prom_family(out, name, PROM_GAUGE, "Answers of the last run, by the host that answered.");
	for (size_t i = 0; i < run->count; i++) {
		const struct probe_tally *hosts = &run->summaries[i].hosts;

		for (size_t k = 0; k < hosts->count; k++)
			prom_count(out, name,
			    (prom_labels){ { "target", run->targets[i].name },
				{ "host", hosts->items[k].text },
				{ "site", hosts->items[k].site } },
			    hosts->items[k].count);
	}
}

static void
add_inflation(const struct run *run, struct strbuf *out)
{
	static const char latency[] = "nearcast_probe_inflation_seconds",
			  distance[] = "nearcast_probe_inflation_meters";

	prom_family(out, latency, PROM_GAUGE,
	    "Median of the total, less that of the best site's own address.");
	for (size_t i = 0; i < run->count; i++) {
		if (run->inflations[i].has_latency)
			prom_number(out, latency,
			    (prom_labels){ { "target", run->targets[i].name } },
			    seconds(run->inflations[i].latency));
	}
	prom_family(out, distance, PROM_GAUGE,
	    "Distance to the site that answered, less that to the nearest site.");
	for (size_t i = 0; i < run->count; i++) {
		if (run->inflations[i].has_km)
			prom_number(out, distance,
			    (prom_labels){ { "target", run->targets[i].name } },
			    run->inflations[i].km * 1000);
	}
}

void
probe_to_prom(const struct probe_target *targets, const struct probe_summary *summaries,
    const struct inflation *inflations, size_t count, int64_t at_wall_ns, struct strbuf *out)
{
	static const char name[] = "nearcast_probe_run_timestamp_seconds";
	const struct run run = { targets, summaries, inflations, count };

	add_requests(&run, out);
	add_durations(&run, out);
	add_answers(&run, out);
	add_inflation(&run, out);
	prom_family(out, name, PROM_GAUGE, "When the last run ended, in seconds since 1970.");
	prom_number(out, name, NULL, (double)at_wall_ns / (double)NS_PER_S);
}
