/* Metrics of what the store takes, as this controller meets it. */
#include "controller/metrics_families.h"

#define ADD(name)                                                                                  \
	static void name(                                                                          \
	    const struct metrics_family *f, const struct metrics_view *v, struct strbuf *out)

ADD(add_transactions)
{
	prom_histogram(out, f->name, (prom_labels){ { "mode", "read" } }, &v->store.reads);
	prom_histogram(out, f->name, (prom_labels){ { "mode", "write" } }, &v->store.writes);
}

ADD(add_again)
{
	prom_count(out, f->name, NULL, v->store.again);
}

ADD(add_connections)
{
	prom_count(out, f->name, NULL, v->store.connections);
}

ADD(add_errors)
{
	for (size_t i = 0; i < STORE_ERRORS; i++)
		prom_count(out, f->name,
		    (prom_labels){ { "error", store_error_name(store_error_at(i)) } },
		    v->store.failures[i]);
}

/* clang-format off */
static const struct metrics_family families[] = {
	{ "nearcast_controller_store_seconds", PROM_HISTOGRAM, add_transactions,
	    "Time that transactions take, with all their attempts." },
	{ "nearcast_controller_store_retries_total", PROM_COUNTER, add_again,
	    "Attempts after the first, of transactions that collided." },
	{ "nearcast_controller_store_connections_total", PROM_COUNTER, add_connections,
	    "Connections to the store that were made; more than workers: some were lost." },
	{ "nearcast_controller_store_errors_total", PROM_COUNTER, add_errors,
	    "Transactions that the store has failed, by the error." },
};
/* clang-format on */

const struct metrics_table metrics_of_store = { families, ARRAY_SIZE(families) };
