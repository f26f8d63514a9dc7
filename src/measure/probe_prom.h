/* A run of probes as metrics, for the textfile collector of Prometheus' node exporter. Pure. */
#pragma once

#include "measure/inflation.h"
#include "measure/probe.h"

/* at_wall_ns: when the run ended. */
void probe_to_prom(const struct probe_target *targets, const struct probe_summary *summaries,
    const struct inflation *inflations, size_t count, int64_t at_wall_ns, struct strbuf *out);
