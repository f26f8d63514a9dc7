/* What objects are called in the audit log. */
#include "controller/audit_name.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "tap.h"

TEST(what_people_know)
{
	static const struct {
		const char *kind, *object, *want;
	} rows[] = {
		{ "site", "{\"id\": \"sit_1\", \"name\": \"am6\"}", "am6" },
		{ "global-ip", "{\"id\": \"ip_1\", \"prefix\": \"192.0.2.0/31\"}", "192.0.2.0/31" },
		{ "x", "{\"id\": \"x_1\", \"name\": null}", "x_1" },
		{ "x", "{}", "" },
		{ "order",
		    "{\"kind\": \"drain\", \"service\": \"web\", \"site\": \"am6\", \"host\": "
		    "null}",
		    "drain web at am6" },
		{ "order",
		    "{\"kind\": \"hold\", \"service\": \"web\", \"site\": null, \"host\": \"h1\"}",
		    "hold web on h1" },
		{ "order", "{\"kind\": \"drain\", \"service\": \"web\", \"site\": null}",
		    "drain web" },
		{ "order", "{\"kind\": \"drain\", \"service\": null, \"site\": \"am6\"}",
		    "drain all services at am6" },
		{ "catchment", "{\"id\": \"cmt_1\", \"address\": \"192.0.2.2\", \"site\": \"am6\"}",
		    "192.0.2.2 from am6" },
		{ "rollout", "{\"kind\": \"change\", \"service\": \"web\"}", "change web" },
		{ "join-token", "{\"id\": \"jn_1\", \"site\": \"am6\", \"host\": \"h1\"}",
		    "h1 at am6" },
		{ "join-token", "{\"id\": \"jn_1\", \"site\": \"am6\", \"host\": null}",
		    "a host at am6" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		json_auto_t *object = json_loads(rows[i].object, 0, NULL);
		_cleanup_(freep) char *name = audit_name(rows[i].kind, object);

		CHECK(object != NULL);
		CHECK_STR(name, rows[i].want);
	}
}
