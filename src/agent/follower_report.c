/* How this host stands, as the controller is told: all of it each time, and what happened since. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/event_json.h"
#include "agent/follower_internal.h"
#include "base/alloc.h"
#include "base/style.h"
#include "base/utf8.h"

/* Of one report; the next one goes on. */
#define EVENTS_PER_REPORT 200
/* What the controller takes at most; of a host with more, what it has given comes first. */
#define REPORT_BYTES_MAX ((size_t)250 << 10)
#define SERVICES_MAX 256
#define ADDRESSES_MAX 1000
#define TEXT_MAX 1900

/* How much is said, so that it fits. */
enum amount {
	ALL,
	NO_HISTORY, /* of checks */
	NO_DETAIL,  /* stages, verdicts and reasons */
	FEW_EVENTS, /* likewise, and events one by one */
	AMOUNT_MAX,
};

/* A text of others, on one line. */
static json_t *
text_json(const char *text)
{
	_cleanup_(strbuf_done) struct strbuf printable = { 0 };
	char cut[TEXT_MAX];

	strbuf_add_printable(&printable, text);
	utf8_format(cut, sizeof(cut), "%s", strbuf_get(&printable));
	return json_string(cut);
}

/* ---- events ---- */

static const char *
severity_of(enum event_kind kind)
{
	switch (kind) {
	case EVENT_ADDRESS_FAILED:
	case EVENT_UPGRADE_FAILED:
		return "error";
	case EVENT_SERVICE_WITHDRAWN:
	case EVENT_WITHDRAW_WAITS:
	case EVENT_SERVICE_WAITS:
	case EVENT_GUARD_REFUSED:
	case EVENT_NEIGHBOR_DOWN:
	case EVENT_RELOAD_REFUSED:
	case EVENT_RELOAD_TAKEN_BACK:
	case EVENT_UPGRADE_REFUSED:
	case EVENT_CONTROLLER_LOST:
	case EVENT_CONTROLLER_REFUSED:
		return "warning";
	case EVENT_VERDICT:
	case EVENT_ADDRESS_ADDED:
	case EVENT_ADDRESS_REMOVED:
	case EVENT_AGENT_STARTED:
	case EVENT_AGENT_STOPPING:
	case EVENT_AGENT_ENDED:
	case EVENT_CONTROLLER_FOUND:
		return "info";
	case EVENT_SERVICE_ANNOUNCED:
	case EVENT_SERVICE_BACKUP:
	case EVENT_SERVICE_DAMPED:
	case EVENT_SERVICE_STOPPED:
	case EVENT_DRAIN_STARTED:
	case EVENT_DRAIN_DONE:
	case EVENT_DRAIN_ENDED:
	case EVENT_HOLD_STARTED:
	case EVENT_HOLD_ENDED:
	case EVENT_NEIGHBOR_UP:
	case EVENT_RELOAD_DONE:
	case EVENT_RELOAD_CONFIRMED:
	case EVENT_UPGRADE_STARTED:
	case EVENT_UPGRADE_DONE:
	case EVENT_CONTROLLER_APPLIED:
	case EVENT_CONTROLLER_LEFT:
	case EVENT_KIND_MAX:
		break;
	}
	return "notice";
}

static void
add_text(json_t *o, const char *key, const char *text)
{
	if (text[0] != '\0')
		(void)json_object_set_new(o, key, json_string(text));
}

static json_t *
told_event(const struct journal_entry *e)
{
	char message[JOURNAL_WHAT_MAX + WHY_MAX + 2];
	json_t *detail = json_object();

	utf8_format(
	    message, sizeof(message), "%s%s%s", e->what, e->why[0] != '\0' ? ": " : "", e->why);
	add_text(detail, "neighbor", e->neighbor);
	add_text(detail, "prefix", e->prefix);
	return json_pack("{s:I, s:o, s:s, s:s, s:o, s:o, s:o}", "seq", (json_int_t)e->seq, "at",
	    wall_json(e->at_wall_ns), "kind", event_kind_names[e->kind], "severity",
	    severity_of(e->kind), "service",
	    e->service[0] != '\0' ? json_string(e->service) : json_null(), "message",
	    text_json(message), "detail", detail);
}

void
follower_take_event(struct follower *f, const struct journal_entry *event)
{
	if (!f->has_joined)
		return;
	if (json_array_size(f->backlog) >= FOLLOWER_EVENTS_MAX) {
		(void)json_array_remove(f->backlog, 0);
		f->lost++;
		f->lost_ever++;
	}
	(void)json_array_append_new(f->backlog, told_event(event));
	follower_note_change(f);
}

/* Those that are told next; the first one says how many are missing before it. */
static json_t *
events_json(const struct follower *f, enum amount amount)
{
	json_t *list = json_array();
	size_t most = amount == FEW_EVENTS ? 1 : EVENTS_PER_REPORT;
	size_t count = MIN(json_array_size(f->backlog), most);

	for (size_t i = 0; i < count; i++)
		(void)json_array_append(list, json_array_get(f->backlog, i));
	if (f->lost > 0 && count > 0)
		(void)json_object_set_new(json_object_get(json_array_get(list, 0), "detail"),
		    "lost_before", json_integer((json_int_t)f->lost));
	return list;
}

void
follower_take_report_answer(struct follower *f, const struct http_reply *reply)
{
	json_auto_t *o =
	    json_loadb(strbuf_get(&reply->body), reply->body.len, JSON_REJECT_DUPLICATES, NULL);
	json_int_t taken = json_integer_value(json_object_get(o, "events_taken"));
	bool any = false;

	while (json_array_size(f->backlog) > 0 &&
	       json_integer_value(json_object_get(json_array_get(f->backlog, 0), "seq")) <= taken) {
		(void)json_array_remove(f->backlog, 0);
		any = true;
	}
	if (any)
		f->lost = 0;
	if (any && json_array_size(f->backlog) > 0)
		follower_note_change(f);
}

void
follower_skip_events(struct follower *f)
{
	size_t count = MIN(json_array_size(f->backlog), (size_t)EVENTS_PER_REPORT);

	for (size_t i = 0; i < count; i++)
		(void)json_array_remove(f->backlog, 0);
	f->lost += count;
	f->lost_ever += count;
}

/* ---- services and neighbors ---- */

static json_t *
since_json(struct instant since, struct instant now)
{
	return wall_json(clock_wall_ns() - instant_diff(now, since).ns);
}

static json_t *
addresses_json(const struct hosted *h, size_t most, struct instant now)
{
	json_t *list = json_array();

	for (size_t i = 0; i < h->conf->address_count && i < most; i++) {
		const struct service_address *sa = &h->engine->addresses[i];
		char text[PREFIX_STR_MAX];

		(void)json_array_append_new(list,
		    json_pack("{s:s, s:s, s:s, s:o, s:o}", "prefix",
			prefix_format(hosted_prefix(h, i), text), "stage", stage_name(sa->stage),
			"verdict", verdict_name(service_verdict(h->engine, i)), "reason",
			text_json(sa->why), "since", since_json(sa->since, now)));
	}
	return list;
}

static json_t *
detail_json(const struct hosted *h, enum amount amount, struct instant now)
{
	json_t *detail, *check;
	size_t i;

	if (amount >= NO_DETAIL)
		return json_object();
	detail = agent_service_json(h, now);
	json_array_foreach (json_object_get(detail, "checks"), i, check) {
		if (amount == NO_HISTORY)
			(void)json_object_del(check, "history");
	}
	return detail;
}

/* Adds those of one origin, as far as there is room for their addresses. */
static void
add_services(json_t *list, const struct agent *a, bool foreign, enum amount amount, size_t *room,
    struct instant now)
{
	for (size_t i = 0; i<a->service_count && * room> 0; i++) {
		const struct hosted *h = a->services[i];

		if (h->is_foreign != foreign || json_array_size(list) == SERVICES_MAX)
			continue;
		(void)json_array_append_new(list,
		    json_pack("{s:s, s:s, s:o, s:o}", "name", h->conf->name, "from",
			foreign ? "controller" : "file", "detail", detail_json(h, amount, now),
			"addresses", addresses_json(h, *room, now)));
		*room -= MIN(*room, h->conf->address_count);
	}
}

static json_t *
services_json(const struct agent *a, enum amount amount, struct instant now)
{
	json_t *list = json_array();
	size_t room = ADDRESSES_MAX;

	add_services(list, a, true, amount, &room, now);
	add_services(list, a, false, amount, &room, now);
	return list;
}

/* An address alone: of a link-local one, without its interface. NULL: it has none that is known. */
static json_t *
address_json(const json_t *neighbor)
{
	const char *text = json_string_value(json_object_get(neighbor, "address"));
	char bare[IP_STR_MAX];
	struct ip ip;

	if (text == NULL)
		return NULL;
	(void)snprintf(bare, sizeof(bare), "%.*s", (int)strcspn(text, "%"), text);
	return ip_parse(bare, &ip) == 0 ? json_string(bare) : NULL;
}

static json_t *
neighbors_json(const struct agent *a, enum amount amount, struct instant now)
{
	static const char *const keys[] = { "name", "peer_as", "state" };
	json_auto_t *all = announcer_status(a->announcer, now);
	json_t *list = json_array(), *one;
	size_t i;

	json_array_foreach (all, i, one) {
		json_t *address = address_json(one), *o, *value;
		double ago = json_number_value(json_object_get(one, "since_ms"));

		if (address == NULL)
			continue;
		o = json_pack("{s:o}", "address", address);
		for (size_t k = 0; k < ARRAY_SIZE(keys); k++) {
			value = json_object_get(one, keys[k]);
			if (value != NULL)
				(void)json_object_set(o, keys[k], value);
		}
		(void)json_object_set_new(
		    o, "since", wall_json(clock_wall_ns() - (int64_t)(ago * (double)NS_PER_MS)));
		if (amount < NO_DETAIL)
			(void)json_object_set(o, "detail", one);
		(void)json_array_append_new(list, o);
	}
	return list;
}

static char *
report_of(struct follower *f, enum amount amount)
{
	struct instant now = clock_now();
	json_auto_t *o = json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "run", f->run,
	    "agent_version", NEARCAST_VERSION, "applied_revision",
	    f->desired.services != NULL ? json_integer((json_int_t)f->desired.revision)
					: json_null(),
	    "applied_error", f->problem != NULL ? text_json(f->problem) : json_null(), "services",
	    services_json(f->agent, amount, now), "neighbors",
	    neighbors_json(f->agent, amount, now), "events", events_json(f, amount));

	return json_dumps(o, JSON_COMPACT);
}

char *
follower_report(struct follower *f)
{
	char *text = NULL;

	for (enum amount amount = ALL; amount < AMOUNT_MAX; amount++) {
		free(text);
		text = report_of(f, amount);
		if (text == NULL || strlen(text) <= REPORT_BYTES_MAX)
			break;
	}
	return text;
}
