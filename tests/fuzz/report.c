/*
 * Documents of probe and trace in a report: whatever they hold, the report is whole, explained, and
 * can be written. A document of a trace counts as the way to the Global IP and to a site, of two
 * clients.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "measure/report_build.h"
#include "measure/report_reason.h"
#include "measure/report_write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct relations *
load_relations(void)
{
	static const char text[] =
	    "64496|64510|-1\n64497|64511|-1\n64497|64510|-1\n64496|64502|0\n64497|64502|-1\n";
	struct strbuf bad = { 0 };
	struct relations *r = NULL;
	int status = relations_load_text("relations", text, &r, &bad, NULL);

	assert(status == 0);
	strbuf_done(&bad);
	return r;
}

static void
check(const struct report *r)
{
	for (size_t i = 0; i < r->finding_count; i++) {
		const struct report_finding *f = &r->findings[i];

		assert(f->client < r->client_count && f->reason < REPORT_REASON_MAX);
		assert(
		    f->better_site == REPORT_NONE || (f->better_site < r->site_count && f->said));
	}
	for (size_t i = 0; i < r->trace_count; i++)
		assert(r->traces[i].astray == REPORT_NONE ||
		       r->traces[i].astray < r->traces[i].hop_count);
}

static int
keep(void *text, const char *bytes, size_t len)
{
	strbuf_add_mem(text, bytes, len);
	return 0;
}

static void
write_all(const struct report *r)
{
	struct strbuf text = { 0 };

	json_t *said;

	assert(report_write_json(r, keep, &text) == 0);
	said = json_loadb(text.text, text.len, JSON_REJECT_DUPLICATES, NULL);
	assert(said);
	json_decref(said);
	strbuf_done(&text);
	report_to_csv(r, &text);
	report_to_text(r, 20, 40, &text);
	strbuf_done(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *doc = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
	struct report r;
	struct report_builder b = { .report = &r };
	struct relations *relations;
	struct err e = { 0 };

	if (doc == NULL)
		return 0;
	relations = load_relations();
	report_init(&r);
	r.limits.ms = 0;
	for (int i = 0; i < 2; i++) {
		const char *client = i ? "192.0.2.1" : "tokyo";

		if (report_build_probe(
			&b, client, i ? REPORT_BEFORE : REPORT_AFTER, doc, "probe", &e) < 0)
			assert(e.message[0] != '\0');
		if (report_build_trace(&b, client, doc, "trace", &e) == 0 && i && r.site_count > 0)
			r.traces[r.trace_count - 1].target_site = 0;
	}
	report_compute(&r);
	report_explain(&r, relations);
	check(&r);
	write_all(&r);
	report_builder_done(&b);
	report_done(&r);
	relations_free(relations);
	json_decref(doc);
	return 0;
}
