#include "places.h"

#include "base/attr.h"
#include "controller/duty.h"
#include "tap.h"

#define S INT64_C(1000000000)

bool
places_init(struct asker *a)
{
	static const char *const sites[] = { "am6", "ny5", "sg1" };
	char body[400];

	if (!asker_init(a))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(sites); i++) {
		(void)snprintf(body, sizeof(body), "{'name': '%s'}", sites[i]);
		ASK(a, 201, ADMIN, "POST", "/api/v1/sites", body);
		(void)snprintf(
		    body, sizeof(body), "{'name': '%s-1', 'site': '%s'}", sites[i], sites[i]);
		ASK(a, 201, ADMIN, "POST", "/api/v1/hosts", body);
	}
	ASK(a, 201, OPERATOR, "POST", ALPHA "/services",
	    "{'name': 'web', 'document': {'listen': ['tcp/80']}, 'max_change_percent': 70,"
	    " 'sites': ['am6', 'ny5', 'sg1']}");
	return tap_failures == 0;
}

int64_t
places_desired(struct asker *a, const char *host)
{
	char path[80];

	(void)snprintf(path, sizeof(path), "/api/v1/hosts/%s", host);
	ASK(a, 200, ADMIN, "GET", path, NULL);
	return said_int(a, "desired_revision");
}

struct change {
	const char *sql;
	const struct store_value *values;
	size_t count;
};

static int
change(struct store *s, void *arg, struct err *e)
{
	const struct change *c = arg;
	int r = store_do_values(s, e, c->sql, c->values, c->count);

	return r < 0 ? r : 0;
}

static void
run(struct asker *a, const struct change *c)
{
	struct err e = { 0 };

	if (store_transaction(a->store, change, (void *)(uintptr_t)c, &e) < 0)
		tap_fail(__FILE__, __LINE__, "%s", e.message);
}

void
places_sql(struct asker *a, const char *sql)
{
	run(a, &(struct change){ .sql = sql });
}

void
places_report(
    struct asker *a, const char *host, const char *stage, const char *verdict, const char *detail)
{
	struct store_value values[] = { SQL_TEXT(host), SQL_TEXT(stage), SQL_TEXT(verdict),
		SQL_TEXT(detail != NULL ? detail : "{}"), SQL_INT(a->now) };

	run(a,
	    &(struct change){
		"INSERT INTO reports (host, service_name, service, prefix, stage, verdict, detail,"
		" since, seen_at) SELECT hosts.id, 'alpha.web', services.id, '192.0.2.1/32', $2, "
		"$3,"
		" $4, $5, $5 FROM hosts, services WHERE hosts.name = $1 AND services.name = 'web'"
		" ON CONFLICT (host, service_name, prefix) DO UPDATE SET stage = excluded.stage,"
		" verdict = excluded.verdict, detail = excluded.detail, seen_at = excluded.seen_at",
		values, ARRAY_SIZE(values) });
	places_heard(a, host);
}

void
places_heard(struct asker *a, const char *host)
{
	run(a,
	    &(struct change){ "UPDATE hosts SET seen_at = $2, applied_revision = desired_revision"
			      " WHERE name = $1",
		(const struct store_value[]){ SQL_TEXT(host), SQL_INT(a->now) }, 2 });
}

void
places_all_well(struct asker *a)
{
	places_report(a, "am6-1", "preferred", "passing", NULL);
	places_report(a, "ny5-1", "preferred", "passing", NULL);
	places_report(a, "sg1-1", "preferred", "passing", NULL);
}

void
places_look(struct asker *a, int seconds)
{
	for (int i = 0; i < seconds; i++) {
		struct duty_round r = {
			.holder = "one", .now = a->now += S, .events_kept = INT64_C(86400) * S
		};

		duties_do(a->store, &r);
		CHECK_STR(r.why, "");
		topics_done(&r.topics);
	}
}
