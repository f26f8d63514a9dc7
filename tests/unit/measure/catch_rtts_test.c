/* What each site measured, kept while the files of a catchment are read. */
#include "measure/catch_merge.h"

#include "tap.h"

#define HEAD(kind, site)                                                                           \
	"{\"nearcast_catchment\":1,\"kind\":\"" kind "\",\"site\":\"" site                         \
	"\",\"run\":\"1a2b3c4d\",\"family\":\"ipv4\",\"address\":\"203.0.113.80\",\"key\":true}\n"
#define END "{\"end\":\"done\",\"at\":\"2026-11-30T09:00:00.000000Z\"}\n"

static void
read_all(struct catch_merge *m)
{
	catch_merge_read_text(
	    m, "fra1", HEAD("replies", "fra1") "192.0.2.1 1000\n192.0.2.9 2000\n" END);
	catch_merge_read_text(m, "sin1", HEAD("replies", "sin1") "192.0.2.5 3000\n" END);
	catch_merge_sort(m);
	catch_merge_read_text(
	    m, "fra1.rtt", HEAD("rtt", "fra1") "192.0.2.1 20000\n192.0.2.5 170000\n" END);
	catch_merge_read_text(m, "sin1.rtt",
	    HEAD("rtt", "sin1") "192.0.2.1 180000\n192.0.2.2 1\n192.0.2.5 9000\n" END);
	catch_merge_read_text(m, "sin1-again.rtt", HEAD("rtt", "sin1") "192.0.2.1 175000\n" END);
	catch_merge_sort(m);
}

static uint32_t
get(const struct catch_merge *m, const char *target, const char *site)
{
	struct ip ip = { 0 };

	if (ip_parse(target, &ip) < 0)
		tap_fail(__FILE__, __LINE__, "%s is no address", target);
	return catch_rtts_get(&m->rtts, &m->table, ip, site);
}

TEST(each_sites_least_is_kept_where_it_is_wanted)
{
	struct catch_merge m = { .keeps_rtts = true };

	read_all(&m);
	CHECK_INT(get(&m, "192.0.2.1", "fra1"), 20000);
	CHECK_INT(get(&m, "192.0.2.1", "sin1"), 175000);
	CHECK_INT(get(&m, "192.0.2.5", "fra1"), 170000);
	CHECK_INT(get(&m, "192.0.2.5", "sin1"), 9000);
	/* it landed, and nobody measured it; it did not land; a site that is none */
	CHECK_INT(get(&m, "192.0.2.9", "fra1"), CATCH_US_NONE);
	CHECK_INT(get(&m, "192.0.2.2", "sin1"), CATCH_US_NONE);
	CHECK_INT(get(&m, "192.0.2.1", "syd1"), CATCH_US_NONE);
	catch_merge_done(&m);
}

TEST(a_merge_alone_keeps_none)
{
	struct catch_merge m = { 0 };

	read_all(&m);
	CHECK_INT(get(&m, "192.0.2.1", "fra1"), CATCH_US_NONE);
	CHECK_INT(m.table.rows[0].best, 20000);
	catch_merge_done(&m);
}
