#include "controller/duty.h"

#include <string.h>

#include "base/log.h"
#include "base/utf8.h"
#include "controller/api_catchments.h"
#include "controller/api_orders.h"
#include "controller/api_rollouts.h"
#include "controller/event.h"
#include "controller/handlers.h"
#include "controller/presence.h"

/* That are forgotten in one transaction, for others wait for it. */
#define EVENTS_AT_ONCE 10000

struct duty {
	const char *name;
	const char
	    *due; /* gives a row when there is work; $1 now, $2 from when on events are old */
	call_fn work;
};

/* One duty of one round, for its handler. */
struct task {
	const struct duty *duty;
	const struct duty_round *round;
};

int
duty_take(struct store *store, const char *name, const char *holder, int64_t now, struct err *e)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int64_t until = INT64_MIN;
	bool is_ours = false;
	int r = store_query(
	    store, &rows, e, "SELECT holder, expires_at FROM duties WHERE name = $1", SQL_TEXT(name));

	if (r < 0)
		return r;
	if (store_next(&rows)) {
		is_ours = strcmp(store_text(&rows, 0), holder) == 0;
		until = store_int(&rows, 1);
	}
	if (!is_ours && until > now && until <= now + DUTY_STEPPED_NS)
		return 0;
	if (is_ours && until > now + DUTY_TTL_NS / 2 && until <= now + DUTY_TTL_NS)
		return 1;
	r = store_do(store, e,
	    "INSERT INTO duties (name, holder, expires_at) VALUES ($1, $2, $3)"
	    " ON CONFLICT (name) DO UPDATE SET holder = excluded.holder,"
	    " expires_at = excluded.expires_at",
	    SQL_TEXT(name), SQL_TEXT(holder), SQL_INT(now + DUTY_TTL_NS));
	return r < 0 ? r : 1;
}

/* ---- what there is to do ---- */

static int
forget(struct call *c)
{
	static const char *const ended[] = {
		"DELETE FROM idempotency_keys WHERE expires_at <= $1",
		"DELETE FROM sessions WHERE expires_at <= $1",
		"DELETE FROM leases WHERE expires_at <= $1",
	};
	const struct task *task = c->request->own;
	int r = api_ips_forget(c);

	for (size_t i = 0; i < ARRAY_SIZE(ended) && r >= 0; i++)
		r = store_do(c->store, c->e, ended[i], SQL_INT(c->request->now));
	if (r >= 0)
		r = event_forget(
		    c->store, c->request->now - task->round->events_kept, EVENTS_AT_ONCE, c->e);
	return r < 0 ? r : 0;
}

#define KEPT "7776000000000000" /* CATCHMENTS_KEPT_NS */
static const struct duty duties[] = {
	{ "orders",
	    "SELECT 1 FROM operator_orders WHERE expires_at <= $1 AND $2 IS NOT NULL LIMIT 1",
	    orders_expire },
	{ "rollouts",
	    "SELECT 1 FROM rollouts WHERE state IN ('running', 'paused') AND $1 IS NOT NULL"
	    " AND $2 IS NOT NULL LIMIT 1",
	    rollouts_go_on },
	{ "catchments",
	    "SELECT 1 FROM catchments WHERE (ended_at IS NULL OR ended_at <= $1 - " KEPT
	    ") AND $2 IS NOT NULL LIMIT 1",
	    catchments_go_on },
	{ "forget",
	    "SELECT 1 WHERE EXISTS (SELECT 1 FROM global_ips WHERE quarantined_until <= $1)"
	    " OR EXISTS (SELECT 1 FROM idempotency_keys WHERE expires_at <= $1)"
	    " OR EXISTS (SELECT 1 FROM sessions WHERE expires_at <= $1)"
	    " OR EXISTS (SELECT 1 FROM leases WHERE expires_at <= $1)"
	    " OR EXISTS (SELECT 1 FROM events WHERE received_at <= $2)",
	    forget },
};

/* ---- a round ---- */

struct look {
	const struct duty *duty;
	int64_t now, events_kept;
	bool is_due;
};

static int
look(struct store *s, void *arg, struct err *e)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	struct look *l = arg;
	int r = store_query(
	    s, &rows, e, l->duty->due, SQL_INT(l->now), SQL_INT(l->now - l->events_kept));

	l->is_due = r >= 0 && store_next(&rows);
	return r < 0 ? r : 0;
}

/* The duty and its work, in one transaction: a handler as any other. */
static int
work(struct call *c)
{
	const struct duty *duty = ((const struct task *)c->request->own)->duty;
	int r = duty_take(c->store, duty->name, c->request->from, c->request->now, c->e);

	if (r > 0)
		r = duty->work(c);
	return r < 0 ? r : call_answer(c, 204, NULL, 0);
}

static void
do_duty(struct store *store, struct duty_round *round, const struct duty *duty)
{
	const struct task task = { duty, round };
	struct api_request request = {
		.method = "", .path = "", .now = round->now, .from = round->holder, .own = &task
	};
	struct api_response response = { 0 };

	api_do_own(store, &request, work, &response);
	if (response.failed)
		utf8_format(round->why, sizeof(round->why), "%s: %s", duty->name, response.why);
	for (size_t i = 0; i < response.topics.count; i++)
		topics_add(&round->topics, response.topics.texts[i]);
	api_response_done(&response);
}

static int
look_for_absent(struct store *s, void *arg, struct err *e)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	struct duty_round *round = arg;
	int r = store_query(s, &rows, e,
	    "SELECT 1 FROM hosts WHERE seen_at >= $1 AND seen_at < $2 LIMIT 1",
	    SQL_INT(round->before - PRESENT_NS), SQL_INT(round->now - PRESENT_NS));

	if (r >= 0 && store_next(&rows))
		topics_add(&round->topics, "objects:status");
	return MIN(r, 0);
}

void
duties_do(struct store *store, struct duty_round *round)
{
	struct err e = { 0 };

	round->why[0] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(duties); i++) {
		struct look l = {
			.duty = &duties[i], .now = round->now, .events_kept = round->events_kept
		};

		if (store_read(store, look, &l, &e) < 0) {
			(void)snprintf(round->why, sizeof(round->why), "%s", e.message);
			return;
		}
		if (l.is_due)
			do_duty(store, round, &duties[i]);
	}
	if (round->before != 0 && store_read(store, look_for_absent, round, &e) < 0)
		(void)snprintf(round->why, sizeof(round->why), "%s", e.message);
	topics_unite(&round->topics);
}

static int
leave(struct store *s, void *arg, struct err *e)
{
	int r = store_do(s, e, "DELETE FROM duties WHERE holder = $1", SQL_TEXT(*(const char **)arg));

	return r < 0 ? r : 0;
}

void
duties_leave(struct store *store, const char *holder)
{
	struct err e = { 0 };

	if (store_transaction(store, leave, &holder, &e) < 0)
		log_warning("duties: %s", e.message);
}
