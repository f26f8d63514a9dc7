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
