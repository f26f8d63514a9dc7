#include "cli/live_text.h"

#include "base/attr.h"
#include "tap.h"

static void
check(const char *sites, const char *want)
{
	_cleanup_(strbuf_done) struct strbuf out = { 0 };
	json_auto_t *list = json_loads(sites, 0, NULL);

	live_sites_text(list, (struct table_look){ 0 }, &out);
	CHECK_STR(strbuf_get(&out), want);
}

TEST(every_address_has_a_row)
{
	check(
	    "[{\"name\": \"am6\", \"hosts\": [{\"name\": \"h1\", \"present\": true, \"neighbors\": "
	    "["
	    "{\"state\": \"Established\"}, {\"state\": \"Active\"}], \"services\": [{\"name\": "
	    "\"shop.web\", \"detail\": {\"drain\": {\"reason\": \"x\"}}, \"addresses\": "
	    "[{\"prefix\": "
	    "\"192.0.2.1/32\", \"stage\": \"backup\", \"verdict\": \"passing\", \"since\": \"T\", "
	    "\"reason\": \"ordered\"}, {\"prefix\": \"2001:db8::1/128\", \"stage\": "
	    "\"preferred\"}]}]}]}]",
	    "site  host  agent  sessions  service   order  prefix           stage      verdict  "
	    "since  why\n"
	    "am6   h1    here   1 of 2    shop.web  drain  192.0.2.1/32     backup     passing  T  "
	    "    ordered\n"
	    "am6   h1    here   1 of 2    shop.web  drain  2001:db8::1/128  preferred\n");
}

TEST(where_there_is_little_room_each_host_has_a_line)
{
	static const char sites[] =
	    "[{\"name\": \"am6\", \"hosts\": [{\"name\": \"h1\", \"present\": true, "
	    "\"neighbors\": [{\"state\": \"Established\"}], \"services\": [{\"name\": "
	    "\"shop.web\", \"addresses\": [{\"prefix\": \"2001:db8:f00d::10/128\", \"stage\": "
	    "\"preferred\", \"verdict\": \"passing\", \"since\": "
	    "\"2026-11-30T21:00:17.123Z\", \"reason\": \"present, checks passing\"}]}]}]}, "
	    "{\"name\": \"sg1\", \"hosts\": []}]";
	_cleanup_(strbuf_done) struct strbuf wide = { 0 }, narrow = { 0 };
	json_auto_t *list = json_loads(sites, 0, NULL);

	live_sites_text(list, (struct table_look){ .columns = 80 }, &wide);
	CHECK_STR(strbuf_get(&wide),
	    "am6: h1, here, 1 of 1 sessions\n"
	    "  service   prefix                 stage      why\n"
	    "  shop.web  2001:db8:f00d::10/128  preferred  present, checks passing\n"
	    "\n"
	    "sg1: no host\n");
	live_sites_text(list, (struct table_look){ .columns = 40 }, &narrow);
	CHECK_STR(strbuf_get(&narrow), "am6: h1, here, 1 of 1 sessions\n"
				       "  shop.web\n"
				       "    prefix   2001:db8:f00d::10/128\n"
				       "    stage    preferred\n"
				       "    verdict  passing\n"
				       "    since    2026-11-30T21:00:17.123Z\n"
				       "    why      present, checks passing\n"
				       "\n"
				       "sg1: no host\n");
}

/* Nobody knows how it stands now. */
TEST(what_is_old_is_no_state_of_now)
{
	check("[{\"name\": \"am6\", \"hosts\": [{\"name\": \"h1\", \"joined\": true, "
	      "\"present\": false, \"seen_at\": \"T\", \"services\": [{\"name\": \"shop.web\", "
	      "\"addresses\": "
	      "[{\"prefix\": \"192.0.2.1/32\", \"stage\": \"preferred\", \"verdict\": "
	      "\"passing\", \"since\": \"T\", \"reason\": \"well\"}]}]}]}]",
	    "site  host  agent         sessions  service   order  prefix        stage          "
	    "verdict      since  why\n"
	    "am6   h1    away, seen T            shop.web         192.0.2.1/32  was preferred  "
	    "was passing  T      well\n");
}

TEST(what_has_nothing_is_there_too)
{
	check("[{\"name\": \"a\", \"hosts\": []}, {\"name\": \"b\", \"hosts\": [{\"name\": \"h1\", "
	      "\"joined\": "
	      "false}, {\"name\": \"h2\", \"joined\": true}, {\"name\": \"h3\", \"joined\": "
	      "true, \"seen_at\": \"T\", \"services\": "
	      "[{\"name\": \"x\", \"addresses\": []}]}, {\"name\": \"h4\", \"joined\": false, "
	      "\"seen_at\": \"T\"}]}]",
	    "site  host  agent           sessions  service  order  prefix  stage  verdict  since  "
	    "why\n"
	    "a           no host\n"
	    "b     h1    has not joined\n"
	    "b     h2    never seen\n"
	    "b     h3    away, seen T\n"
	    "b     h4    left\n");
	check("[]", "");
	check("{}", "");
}
