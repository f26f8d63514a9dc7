/*
 * Metrics of neighbors, from the document of announcer_status(), which every announcer has. What
 * one does not know (a key that is missing or null) has no sample.
 */
#include <string.h>

#include "agent/metrics_families.h"

/* The value at a path like "bfd.packets_in"; NULL: none. */
static json_t *
value_at(const json_t *object, const char *path)
{
	const char *dot;
	char key[64];

	while ((dot = strchr(path, '.')) != NULL && (size_t)(dot - path) < sizeof(key)) {
		memcpy(key, path, (size_t)(dot - path));
		key[dot - path] = '\0';
		object = json_object_get(object, key);
		path = dot + 1;
	}
	return json_object_get(object, path);
}

static const char *
name_of(const struct metric_item *item)
{
	return json_string_value(json_object_get(item->neighbor, "name"));
}

static void
add_number(const struct metric_family *f, const struct metric_item *item, struct strbuf *out)
{
	const json_t *value = value_at(item->neighbor, f->key);

	if (json_is_number(value))
		prom_number(out, f->name, (prom_labels){ { "neighbor", name_of(item) } },
		    json_number_value(value));
}

/* An object of numbers: each key a value of the label. */
static void
add_numbers(const struct metric_family *f, const struct metric_item *item, struct strbuf *out)
{
	json_t *object = value_at(item->neighbor, f->key), *value;
	const char *key;

	json_object_foreach (object, key, value)
		prom_number(out, f->name,
		    (prom_labels){ { "neighbor", name_of(item) }, { f->label, key } },
		    json_number_value(value));
}

/* Whether a text is the one that the label says. */
static void
add_is(const struct metric_family *f, const struct metric_item *item, struct strbuf *out)
{
	const char *text = json_string_value(value_at(item->neighbor, f->key));

	if (text != NULL)
		prom_count(out, f->name, (prom_labels){ { "neighbor", name_of(item) } },
		    strcmp(text, f->label) == 0);
}

/* Of an age in milliseconds: when that was. */
static void
add_since(const struct metric_family *f, const struct metric_item *item, struct strbuf *out)
{
	const json_t *value = value_at(item->neighbor, f->key);

	if (json_is_number(value))
		prom_number(out, f->name, (prom_labels){ { "neighbor", name_of(item) } },
		    (double)clock_wall_ns() / (double)NS_PER_S - json_number_value(value) / 1000);
}

static void
add_messages(const struct metric_family *f, const struct metric_item *item, struct strbuf *out)
{
	static const char *const directions[] = { "sent", "received" };

	for (size_t i = 0; i < ARRAY_SIZE(directions); i++) {
		json_t *object = json_object_get(
			   json_object_get(item->neighbor, "messages"), directions[i]),
		       *value;
		const char *type;

		json_object_foreach (object, type, value)
			prom_number(out, f->name,
			    (prom_labels){ { "neighbor", name_of(item) },
				{ "direction", directions[i] }, { "type", type } },
			    json_number_value(value));
	}
}

static void
add_bfd_packets(const struct metric_family *f, const struct metric_item *item, struct strbuf *out)
{
	static const struct {
		const char *key, *direction;
	} rows[] = { { "bfd.packets_out", "sent" }, { "bfd.packets_in", "received" } };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const json_t *value = value_at(item->neighbor, rows[i].key);

		if (json_is_number(value))
			prom_number(out, f->name,
			    (prom_labels){
				{ "neighbor", name_of(item) }, { "direction", rows[i].direction } },
			    json_number_value(value));
	}
}

/* clang-format off */
static const struct metric_family families[] = {
	{ "nearcast_neighbor_established", PROM_GAUGE, METRIC_OF_NEIGHBOR, add_is, "state", "Established",
	    "Whether the BGP session is Established." },
	{ "nearcast_neighbor_state_change_timestamp_seconds", PROM_GAUGE, METRIC_OF_NEIGHBOR, add_since, "since_ms", NULL,
	    "When the state of the session changed last, in seconds since 1970." },
	{ "nearcast_neighbor_sessions_total", PROM_COUNTER, METRIC_OF_NEIGHBOR, add_number, "established_count", NULL,
	    "How often the session became Established." },
	{ "nearcast_neighbor_attempts_failed_total", PROM_COUNTER, METRIC_OF_NEIGHBOR, add_number, "attempts_failed", NULL,
	    "Attempts to establish the session that failed." },
	{ "nearcast_neighbor_messages_total", PROM_COUNTER, METRIC_OF_NEIGHBOR, add_messages, NULL, NULL,
	    "BGP messages, by direction and type." },
	{ "nearcast_neighbor_update_verdicts_total", PROM_COUNTER, METRIC_OF_NEIGHBOR, add_numbers, "verdicts", "verdict",
	    "UPDATEs received, by what RFC 7606 makes of them." },
	{ "nearcast_neighbor_prefixes_announced", PROM_GAUGE, METRIC_OF_NEIGHBOR, add_numbers, "announced_by_family", "family",
	    "Prefixes that the neighbor has been told, and not to forget." },
	{ "nearcast_neighbor_prefix_limit", PROM_GAUGE, METRIC_OF_NEIGHBOR, add_number, "prefix_limit", NULL,
	    "The most prefixes of one family that the neighbor may be told." },
	{ "nearcast_neighbor_prefixes_received_total", PROM_COUNTER, METRIC_OF_NEIGHBOR, add_number, "prefixes_received", NULL,
	    "Prefixes that the neighbor sent; all of them are dropped." },
	{ "nearcast_bfd_up", PROM_GAUGE, METRIC_OF_NEIGHBOR, add_is, "bfd.state", "Up",
	    "Whether the BFD session is Up." },
	{ "nearcast_bfd_downs_total", PROM_COUNTER, METRIC_OF_NEIGHBOR, add_number, "bfd.downs", NULL,
	    "How often the BFD session went down." },
	{ "nearcast_bfd_packets_total", PROM_COUNTER, METRIC_OF_NEIGHBOR, add_bfd_packets, NULL, NULL,
	    "BFD packets of the session, by direction." },
	{ "nearcast_bfd_packets_dropped_total", PROM_COUNTER, METRIC_OF_NEIGHBOR, add_numbers, "bfd.dropped", "reason",
	    "BFD packets received and dropped, by the reason." },
	{ "nearcast_bfd_send_errors_total", PROM_COUNTER, METRIC_OF_NEIGHBOR, add_number, "bfd.send_errors", NULL,
	    "BFD packets that could not be sent." },
};
/* clang-format on */

const struct metric_table metrics_of_neighbors = { families, ARRAY_SIZE(families) };
