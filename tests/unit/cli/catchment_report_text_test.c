#include "cli/catchment_report_text.h"

#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/strbuf.h"
#include "tap.h"

/* The head of an answer, with ' for ", and of a row; what varies is printed in. */
#define HEAD                                                                                       \
	"{'title': 'Where clients of 192.0.2.1 land', 'asked': 4, 'after': {"                      \
	"'heard': {'clients': 3, 'share': 100}, 'at_several_sites': {'clients': 1},"               \
	"'compared': {'clients': 2}, 'at_best_site': {'clients': 1, 'share': 50},"                 \
	"'placed': {'clients': 0}, 'rtt_ms': {'median': 20.04, 'p90': 90, 'p99': 90.5}},"          \
	"'sites': [{'name': 'am6', 'city': 'Amsterdam',"                                           \
	" 'after': {'clients': 2, 'share': 66.7}, 'before': null}],"
#define ROW                                                                                        \
	"{'client': '192.0.2.7', 'clients': 2, %s, 'site': 'am6', 'rtt_ms': 90.0,"                 \
	" 'better_site': 'sg1', 'better_rtt_ms': null, 'inflation_ms': null,"                      \
	" 'inflation_km': 2949.2, 'share': 50}"
#define NORTHWIND "'network': 'Northwind', 'asn': 64500, 'country': 'NL'"

static struct strbuf out;

static const char *
text_of(const char *written, size_t limit, size_t columns)
{
	char json[3000];
	json_auto_t *report = NULL;

	(void)snprintf(json, sizeof(json), "%s", written);
	for (char *at = json; *at != '\0'; at++)
		*at = *at == '\'' ? '"' : *at;
	report = json_loads(json, 0, NULL);
	if (report == NULL)
		tap_fail(__FILE__, __LINE__, "no JSON: %s", json);
	strbuf_done(&out);
	catchment_report_text(report, limit, (struct table_look){ .columns = columns }, &out);
	return strbuf_get(&out);
}

TEST(what_matters_first)
{
	char json[3000];

	(void)snprintf(json, sizeof(json),
	    HEAD "'better': [" ROW ", " ROW "], 'better_left_out': {'rows': 3},"
		 " 'notes': ['h1: gone']}",
	    "'network': 'North\\u001bwind', 'asn': 64500, 'country': 'NL'", "'network': null");
	CHECK_STR(text_of(json, 20, 0), "Where clients of 192.0.2.1 land\n"
					"4 clients asked, 3 heard, 1 at several sites\n"
					"at their best site: 1 of 2, 50.0 %\n"
					"RTT: median 20.0, 90 % 90.0, 99 % 90.5 ms\n"
					"\n"
					"site  city       clients   share\n"
					"am6   Amsterdam        2  66.7 %\n"
					"\n"
					"A better site could serve:\n"
					"network             country  clients   share  lands at  "
					"RTT ms  better  RTT ms  costs ms    "
					"km\n"
					"AS64500 North?wind  NL             2  50.0 %  am6         "
					"90.0  sg1                       "
					"2949\n"
					"192.0.2.7                          2  50.0 %  am6         "
					"90.0  sg1                       "
					"2949\n"
					"and 3 more rows, which cost less\n"
					"incomplete: h1: gone\n");
	CHECK(strstr(text_of(json, 1, 0), "and 4 more rows") != NULL);
	strbuf_done(&out);
}

TEST(forty_columns_lose_nothing)
{
	char json[3000];
	const char *text;

	(void)snprintf(json, sizeof(json), HEAD "'better': [" ROW "], 'notes': []}", NORTHWIND);
	text = text_of(json, 20, 40);
	CHECK(strstr(text, "AS64500 Northwind") != NULL && strstr(text, "2949") != NULL);
	for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1)
		CHECK(strcspn(line, "\n") <= 44); /* sentences are not broken */
	strbuf_done(&out);
}

TEST(eighty_columns_are_a_table)
{
	char json[3000];

	(void)snprintf(json, sizeof(json), HEAD "'better': [" ROW "], 'notes': []}", NORTHWIND);
	CHECK(
	    strstr(text_of(json, 20, 80),
		"network  country  clients   share  lands at  RTT ms  better  costs ms    km\n"
		"AS64500  NL             2  50.0 %  am6         90.0  sg1               2949\n") !=
	    NULL);
	strbuf_done(&out);
}

TEST(nobody_lands_badly)
{
	CHECK(strstr(text_of(HEAD "'better': [], 'notes': []}", 20, 0),
		  "No client was found that another site") != NULL);
	strbuf_done(&out);
}
