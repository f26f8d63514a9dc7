/* Where the MTU of a way falls, for people and as JSON. */
#include <inttypes.h>

#include "measure/json.h"
#include "measure/trace_report_internal.h"

/* "hop 2 (lon.northwind)", by its address if it has no name. */
static void
add_hop(const struct trace_report *report, const struct trace_mtu_fall *fall, struct strbuf *out)
{
	char address[IP_STR_MAX];
	const char *name;

	if (fall->hop == 0) {
		strbuf_add(out, "this host");
		return;
	}
	strbuf_addf(out, "hop %" PRIu32, fall->hop);
	if (fall->from.family == 0)
		return;
	name = trace_look_up(report, fall->from).name;
	strbuf_add(out, " (");
	strbuf_add_printable(out, name ? name : ip_format(fall->from, address));
	strbuf_add_char(out, ')');
}

static void
add_fall(const struct trace_report *report, const struct trace_mtu_fall *fall, struct strbuf *out)
{
	enum style style = fall->silent ? STYLE_BAD : STYLE_PLAIN;

	strbuf_add(out, style_begin(style, report->colour));
	strbuf_addf(out, "MTU %" PRIu32 " behind ", fall->mtu);
	add_hop(report, fall, out);
	strbuf_add(out, fall->silent ? ": larger packets vanish without a word (a black hole)"
				     : ", as it says");
	strbuf_add(out, style_end(style, report->colour));
	strbuf_add_char(out, '\n');
}

void
trace_add_mtu(const struct trace_report *report, struct strbuf *out)
{
	const struct trace_mtu_fall *falls;
	size_t count;
	uint32_t hop, size;

	if (report->mtu == NULL)
		return;
	count = trace_mtu_falls(report->mtu, &falls);
	size = trace_mtu_path(report->mtu, &hop);
	if (trace_mtu_own(report->mtu) > 0)
		strbuf_addf(out, "MTU %" PRIu32 " at this host\n", trace_mtu_own(report->mtu));
	for (size_t i = 0; i < count; i++)
		add_fall(report, &falls[i], out);
	if (hop == 0)
		strbuf_add(out, "no hop answers large packets\n");
	else if (hop == trace_hops(report->flows[0]) && trace_has_reached(report->flows[0]))
		strbuf_addf(out, "path MTU to %s: %" PRIu32 "\n", report->target, size);
	else
		strbuf_addf(out, "path MTU to hop %" PRIu32 ": %" PRIu32 "\n", hop, size);
}

static json_t *
fall_to_json(const struct trace_report *report, const struct trace_mtu_fall *fall)
{
	bool known = fall->hop > 0 && fall->from.family != 0;
	char address[IP_STR_MAX];
	json_t *j = json_object();

	json_object_set_new(j, "behind_hop", json_integer(fall->hop));
	json_object_set_new(
	    j, "address", known ? json_string(ip_format(fall->from, address)) : json_null());
	json_object_set_new(
	    j, "name", known ? json_text(trace_look_up(report, fall->from).name) : json_null());
	json_object_set_new(j, "from", json_integer(fall->before));
	json_object_set_new(j, "to", json_integer(fall->mtu));
	json_object_set_new(j, "silent", json_boolean(fall->silent));
	return j;
}

json_t *
trace_mtu_to_json(const struct trace_report *report)
{
	const struct trace_mtu_fall *falls;
	json_t *j, *array = json_array();
	uint32_t hop, size, own;
	size_t count;

	if (report->mtu == NULL) {
		json_decref(array);
		return json_null();
	}
	count = trace_mtu_falls(report->mtu, &falls);
	size = trace_mtu_path(report->mtu, &hop);
	own = trace_mtu_own(report->mtu);
	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, fall_to_json(report, &falls[i]));
	j = json_object();
	json_object_set_new(j, "own", own > 0 ? json_integer(own) : json_null());
	json_object_set_new(j, "path", hop > 0 ? json_integer(size) : json_null());
	json_object_set_new(j, "path_hop", hop > 0 ? json_integer(hop) : json_null());
	json_object_set_new(j, "falls", array);
	return j;
}
