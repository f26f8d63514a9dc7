/* A report as JSON, written in pieces. */
#include <errno.h>
#include <string.h>

#include "measure/report_write.h"
#include "report_example.h"
#include "tap.h"

struct pieces {
	struct strbuf text;
	size_t count, longest, most; /* most: how many are taken; 0: all */
};

static int
take(void *userdata, const char *text, size_t len)
{
	struct pieces *p = userdata;

	if (p->most && p->count == p->most)
		return -ENOSPC;
	p->count++;
	p->longest = MAX(p->longest, len);
	strbuf_add_mem(&p->text, text, len);
	return 0;
}

TEST(all_pieces_are_one_document)
{
	struct pieces p = { 0 };
	struct report r;
	json_error_t e;
	json_t *doc;

	report_example(&r);
	CHECK_INT(report_write_json(&r, take, &p), 0);
	doc = json_loadb(p.text.text, p.text.len, JSON_REJECT_DUPLICATES, &e);
	REQUIRE(doc != NULL);
	CHECK_INT(json_array_size(json_object_get(doc, "clients")), r.client_count);
	CHECK_INT(json_array_size(json_object_get(doc, "traces")), r.trace_count);
	CHECK_INT(json_array_size(json_object_get(doc, "findings")), r.finding_count);
	CHECK_INT(json_array_size(json_object_get(doc, "sites")), r.site_count);
	CHECK(strstr(strbuf_get(&p.text), "\n  \"clients\": [\n    {\n      \"client\": ") != NULL);
	json_decref(doc);
	strbuf_done(&p.text);
	report_done(&r);
}

TEST(lists_may_be_empty)
{
	struct pieces p = { 0 };
	struct report r;
	json_t *doc;

	report_init(&r);
	report_compute(&r);
	CHECK_INT(report_write_json(&r, take, &p), 0);
	doc = json_loadb(p.text.text, p.text.len, JSON_REJECT_DUPLICATES, NULL);
	REQUIRE(doc != NULL);
	CHECK(json_is_array(json_object_get(doc, "clients")));
	CHECK(strstr(strbuf_get(&p.text), "\"clients\": []\n}\n") != NULL);
	json_decref(doc);
	strbuf_done(&p.text);
	report_done(&r);
}

/* What is held at once is one of them. */
TEST(more_clients_are_more_pieces_not_longer_ones)
{
	struct pieces few = { 0 }, many = { 0 };
	struct report r;

	report_init(&r);
	report_add_client(&r, "192.0.2.1");
	report_compute(&r);
	CHECK_INT(report_write_json(&r, take, &few), 0);
	report_done(&r);
	report_init(&r);
	for (int i = 0; i < 5000; i++)
		report_add_client(&r, "192.0.2.1");
	report_compute(&r);
	CHECK_INT(report_write_json(&r, take, &many), 0);
	CHECK(many.count >= few.count + 4999);
	CHECK_INT(many.longest, few.longest);
	report_done(&r);
	strbuf_done(&few.text);
	strbuf_done(&many.text);
}

TEST(what_cannot_be_put_ends_it)
{
	struct pieces p = { .most = 2 };
	struct report r;

	report_example(&r);
	CHECK_INT(report_write_json(&r, take, &p), -ENOSPC);
	CHECK_INT(p.count, 2);
	strbuf_done(&p.text);
	report_done(&r);
}
