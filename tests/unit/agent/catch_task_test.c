/* What a controller says that is to be measured: taken, or refused with what is wrong. */
#include "agent/catch_task.h"

#include <string.h>

#include "base/attr.h"
#include "tap.h"

#define WHOLE                                                                                      \
	"{\"address\": \"192.0.2.2\", \"method\": \"icmp\", \"dns_suffix\": \"\", \"port\": "      \
	"33053,"                                                                                   \
	" \"contact\": \"noc@example.net\", \"rounds\": 2, \"pps\": 100, \"block_length\": 24,"    \
	" \"seed\": 7, \"wait_seconds\": 3, \"lab\": false, \"run\": 4000000000,"                  \
	" \"secret\": \"0123456789abcdef\", \"site\": \"am6\", \"sends\": true, \"measures\": "    \
	"false,"                                                                                   \
	" \"targets\": \"9.9.9.0/24\\n9.9.10.7\\n9.9.11.7\\n\", \"excluded\": \"9.9.11.0/24\\n\"}"

static int
read_changed(const char *key, json_t *value, struct catch_task *t, struct err *e)
{
	json_auto_t *o = json_loads(WHOLE, 0, NULL);

	if (key != NULL)
		(void)json_object_set_new(o, key, value);
	return catch_task_read(o, t, e);
}

TEST(one_that_is_whole)
{
	json_auto_t *o = json_loads(WHOLE, 0, NULL);
	struct catch_task t;
	struct err e = { 0 };
	struct hitlist *list;
	uint64_t targets;

	CHECK_INT(catch_task_read(o, &t, &e), 0);
	CHECK_STR(t.text, "anycast measurement (nearcast catchment): noc@example.net");
	CHECK_INT(t.run, 4000000000);
	CHECK_INT(t.wait.ns, 3 * NS_PER_S);
	CHECK(t.sends && !t.measures && !t.lab);
	/* the secret does not stay in what it came in */
	CHECK_STR(json_string_value(json_object_get(o, "secret")), "");
	list = catch_task_list(&t, &targets, &e);
	REQUIRE(list != NULL);
	CHECK_INT(targets, 2);
	hitlist_free(list);
	catch_task_done(&t);
	catch_task_done(&t);
}

TEST(what_is_none)
{
	static const struct {
		const char *key, *text, *error;
		int number;
	} rows[] = {
		{ "address", "nowhere", "address: expected an IP address", 0 },
		{ "secret", "short", "secret: expected one", 0 },
		{ "method", "tcp", "method: expected icmp or dns", 0 },
		{ "method", "dns", "dns_suffix: is no name", 0 },
		{ "pps", NULL, "pps: expected a number from 1 to 10000000", 0 },
		{ "block_length", NULL, "block_length: expected a number from 1 to 31", 32 },
		{ "wait_seconds", NULL, "wait_seconds: expected a number from 1 to 3600", 0 },
		{ "rounds", NULL, "rounds: expected a number from 1 to 1000", -1 },
		{ "port", "x", "port: expected a number from 1 to 65535", 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct catch_task t;
		struct err e = { 0 };
		json_t *value =
		    rows[i].text != NULL ? json_string(rows[i].text) : json_integer(rows[i].number);

		CHECK(read_changed(rows[i].key, value, &t, &e) < 0);
		CHECK_STR(e.message, rows[i].error);
	}
}

TEST(nobody_to_ask)
{
	struct catch_task t;
	struct err e = { 0 };
	uint64_t targets;

	/* special-purpose addresses outside of a lab: whatever the controller says */
	CHECK_INT(read_changed("targets", json_string("198.51.100.7\n"), &t, &e), 0);
	CHECK(catch_task_list(&t, &targets, &e) == NULL);
	catch_task_done(&t);
	CHECK_INT(read_changed("targets", json_null(), &t, &e), 0);
	CHECK(catch_task_list(&t, &targets, &e) == NULL);
	catch_task_done(&t);
}
