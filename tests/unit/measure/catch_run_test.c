#include "measure/catch_run.h"

#include "base/attr.h"
#include "own_network.h"
#include "tap.h"

#define TARGETS 500
#define RUN 7

static void
count_rows(void *userdata, const char *text, size_t len)
{
	uint64_t *rows = userdata;

	for (size_t i = 0; i < len; i++)
		*rows += text[i] == '\n';
}

static void
on_finished(void *userdata, int r, const struct err *e)
{
	(void)e;
	CHECK_INT(r, 0);
	(void)sd_event_exit(userdata, 0);
}

static struct hitlist *
make_list(struct hitlist_counts *counts)
{
	const struct hitlist_conf conf = {
		.family = IP_V4, .block_len = 24, .allow_special = true
	};
	struct hitlist *list = hitlist_new(&conf);
	struct strbuf text = { 0 }, report = { 0 };
	uint64_t bad = 0;
	struct err e = { 0 };

	for (int i = 0; i < TARGETS; i++)
		strbuf_addf(&text, "127.1.%d.%d\n", i / 250, i % 250 + 1);
	CHECK_INT(hitlist_read_text(list, "list", strbuf_get(&text), &report, &bad, &e), 0);
	CHECK_INT(hitlist_finish(list, counts, &e), 0);
	strbuf_done(&text);
	strbuf_done(&report);
	return list;
}

static struct catch_run_conf
make_conf(uint64_t *rows)
{
	struct catch_run_conf conf = { .kind = "replies",
		.site = "am6",
		.run_known = true,
		.run = RUN,
		.rounds = 1,
		.pps = 1000000,
		.text = "test",
		.to_end = DURATION_MS(20),
		.late = DURATION_S(10),
		.take = count_rows,
		.take_userdata = rows };

	CHECK_INT(ip_parse("127.0.0.1", &conf.local), 0);
	catch_key_init(&conf.key, NULL, 0);
	return conf;
}

/* One that listens, and has had no turn to read anything, is stopped: what has come by then counts.
 */
TEST(what_is_unread_at_a_stop_is_taken)
{
	const char *problem = own_network();
	uint64_t sent_rows = 0, rows = 0;
	struct catch_run_conf conf = make_conf(&sent_rows), listening = make_conf(&rows);
	struct catch_run *sender = NULL, *listener = NULL;
	struct hitlist_counts counts = { 0 };
	struct catch_run_counts got;
	sd_event *loop = NULL, *still = NULL;
	struct hitlist *list;
	struct err e = { 0 };

	if (problem) {
		tap_skip(problem);
		return;
	}
	list = make_list(&counts);
	CHECK_INT(counts.targets, TARGETS);
	conf.hitlist = list;
	conf.targets = counts.targets;
	listening.to_end = DURATION_FOREVER;
	REQUIRE(sd_event_new(&loop) >= 0 && sd_event_new(&still) >= 0);
	REQUIRE(catch_run_new(still, &listening, on_finished, still, &listener, &e) == 0);
	REQUIRE(catch_run_new(loop, &conf, on_finished, loop, &sender, &e) == 0);
	CHECK_INT(sd_event_loop(loop), 0);
	catch_run_count(sender, &got);
	CHECK_INT(got.verdicts[CATCH_OWN], TARGETS);
	CHECK_INT(catch_run_end(listener, "interrupted", &e), 0);
	catch_run_count(listener, &got);
	CHECK_INT(got.verdicts[CATCH_OWN], TARGETS);
	CHECK_INT(got.dropped, 0);
	CHECK_INT(rows, TARGETS);
	catch_run_free(sender);
	catch_run_free(listener);
	hitlist_free(list);
	(void)sd_event_unref(loop);
	(void)sd_event_unref(still);
}
