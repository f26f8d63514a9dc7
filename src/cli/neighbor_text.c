/* One neighbor, all that is known: blocks of keys and values, then neighbor_tables.c. */
#include <stdio.h>
#include <string.h>

#include "cli/fields.h"
#include "cli/neighbors_text.h"

/* All blocks are one table, so that their values stand below each other. */
struct blocks {
	struct table *table;
	const char *head; /* of a block of which no line was added yet; else NULL */
};

static void
begin(struct blocks *b, const char *head)
{
	b->head = head;
}

/* A line; none when the value is empty. */
static _printf_(3, 4) void add(struct blocks *b, const char *key, const char *fmt, ...)
{
	char value[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(value, sizeof(value), fmt, ap);
	va_end(ap);
	if (value[0] == '\0')
		return;
	if (b->head != NULL) {
		table_add_row(b->table);
		table_add_row(b->table);
		table_add_styled(b->table, STYLE_STRONG, "%s", b->head);
		b->head = NULL;
	}
	table_add_row(b->table);
	table_add_cellf(b->table, "  %s", key);
	table_add_cell(b->table, value);
}

static void
add_count(struct blocks *b, const json_t *n, const char *name, const char *key)
{
	if (json_is_integer(json_object_get(n, key)))
		add(b, name, "%lld", field_int(n, key));
}

/* What happened, and how long ago. */
static void
add_event(struct blocks *b, const json_t *n, const char *name, const char *key)
{
	char ago_key[64], age[DURATION_STR_MAX];
	const char *text = field_text(n, key);

	(void)snprintf(ago_key, sizeof(ago_key), "%s_ago_ms", key);
	if (json_is_null(json_object_get(n, key)))
		add(b, name, "none");
	else if (*field_age(n, ago_key, age) == '\0')
		add(b, name, "%s", text);
	else
		add(b, name, "%s, %s ago", text, age);
}

static void
add_session(struct blocks *b, const json_t *n)
{
	char age[DURATION_STR_MAX], port[32] = "";

	begin(b, "session");
	if (json_is_integer(json_object_get(n, "port")))
		(void)snprintf(port, sizeof(port), ", port %lld", field_int(n, "port"));
	add(b, "neighbor", "AS %lld at %s%s", field_int(n, "peer_as"), field_text(n, "address"),
	    port);
	add(b, "its router ID", "%s", field_text(json_object_get(n, "received_open"), "router_id"));
	add_count(b, n, "our AS", "local_as");
	add(b, "kept by", "%s", field_text(n, "announcer"));
	add_count(b, n, "sessions so far", "established_count");
	add_count(b, n, "attempts that failed", "attempts_failed");
	if (*field_age(n, "next_attempt_ms", age) != '\0')
		add(b, "next attempt", "in %s", age);
	add_event(b, n, "last error", "last_error");
	add_event(b, n, "last notification sent", "last_notification_sent");
	add_event(b, n, "last one received", "last_notification_received");
	if (!json_is_null(json_object_get(n, "last_malformed")))
		add_event(b, n, "last malformed UPDATE", "last_malformed");
}

/* For how long each side asks the other one to keep its routes when the session is lost. */
static void
add_restart_time(struct blocks *b, const json_t *timers, const json_t *open)
{
	const json_t *restart = json_object_get(open, "restart");
	char a[DURATION_STR_MAX], c[DURATION_STR_MAX];
	const char *ours = field_age(timers, "restart_time_offered_ms", a);
	const char *theirs = field_age(restart, "restart_time_ms", c);

	if (*ours == '\0' && *theirs == '\0')
		return;
	if (!json_is_object(open))
		add(b, "restart time", "we %s", ours);
	else
		add(b, "restart time", "we %s, the neighbor %s", *ours != '\0' ? ours : "none",
		    *theirs != '\0' ? theirs : "none");
}

static void
add_timers(struct blocks *b, const json_t *n)
{
	const json_t *t = json_object_get(n, "timers"), *open = json_object_get(n, "received_open");
	char a[DURATION_STR_MAX], c[DURATION_STR_MAX], offered[128] = "";
	bool holds = field_int(t, "hold_time_ms") > 0;

	begin(b, "timers");
	if (json_is_object(open))
		(void)snprintf(offered, sizeof(offered), ", the neighbor %s",
		    duration_format(DURATION_S(field_int(open, "hold_time_s")), c));
	if (json_is_number(json_object_get(t, "hold_time_offered_ms")))
		add(b, "hold time offered", "we %s%s", field_age(t, "hold_time_offered_ms", a),
		    offered);
	if (json_is_number(json_object_get(t, "hold_time_ms")) && !holds)
		add(b, "hold time", "none: nothing has to be heard");
	else if (holds)
		add(b, "hold time", "%s, runs out in %s", field_age(t, "hold_time_ms", a),
		    field_age(t, "hold_expires_ms", c));
	if (holds && field_int(t, "keepalive_ms") > 0)
		add(b, "keepalive", "every %s, the next in %s", field_age(t, "keepalive_ms", a),
		    field_age(t, "keepalive_due_ms", c));
	add(b, "connect retry", "%s", field_age(t, "connect_retry_ms", a));
	if (*field_age(t, "idle_hold_ms", a) != '\0')
		add(b, "idle hold", "%s, grows to %s", a, field_age(t, "idle_hold_max_ms", c));
	add_restart_time(b, t, open);
}

static void
add_routes(struct blocks *b, const json_t *n)
{
	json_t *by_family = json_object_get(n, "announced_by_family"), *count;
	_cleanup_(strbuf_done) struct strbuf sent = { 0 }, kept = { 0 };
	const char *family;

	begin(b, "routes");
	json_object_foreach (by_family, family, count)
		strbuf_addf(&sent, "%s%lld %s", sent.len > 0 ? ", " : "",
		    (long long)json_integer_value(count), family);
	add(b, "announced", "%s", strbuf_get(&sent));
	neighbors_text_kept(n, &kept);
	add(b, "graceful restart", "%s", strbuf_get(&kept));
	add_count(b, n, "limit of a family", "prefix_limit");
	if (json_is_integer(json_object_get(n, "prefixes_received")))
		add(b, "received, and dropped", "%lld prefixes, %lld withdrawn",
		    field_int(n, "prefixes_received"), field_int(n, "withdrawn_received"));
}

static void
add_transport(struct blocks *b, const json_t *n)
{
	const json_t *t = json_object_get(n, "transport");
	const char *mode = field_text(t, "mode"), *by = field_text(t, "opened_by");
	long long hops = field_int(t, "ttl_security");
	char age[DURATION_STR_MAX];

	if (!json_is_object(t))
		return;
	begin(b, "transport");
	add(b, "mode", "%s",
	    strcmp(mode, "active") == 0    ? "active: we connect"
	    : strcmp(mode, "passive") == 0 ? "passive: the neighbor connects"
					   : "both: either of us connects");
	if (*field_text(t, "local") != '\0')
		add(b, "connection", "%s to %s, opened by %s", field_text(t, "local"),
		    field_text(t, "remote"), by);
	add(b, "interface", "%s", field_text(t, "interface"));
	if (field_int(t, "multihop") > 0)
		add(b, "multihop", "TTL %lld", field_int(t, "multihop"));
	if (hops > 0)
		add(b, "TTL security", "at most %lld %s away", hops, hops == 1 ? "hop" : "hops");
	add(b, "TCP MD5", "%s", json_is_true(json_object_get(t, "md5")) ? "yes" : "no");
	if (field_int(t, "user_timeout_ms") > 0)
		add(b, "user timeout", "%s", field_age(t, "user_timeout_ms", age));
}

/* An object whose keys speak for themselves: "min_tx_ms": 300 is "min tx  300ms". */
static void
add_fields(struct blocks *b, const char *prefix, json_t *object)
{
	json_t *value;
	const char *key;

	json_object_foreach (object, key, value) {
		char name[96], age[DURATION_STR_MAX];
		size_t len;

		(void)snprintf(name, sizeof(name), "%s%s", prefix, key);
		for (char *c = name; *c != '\0'; c++)
			*c = *c == '_' ? ' ' : *c;
		len = strlen(name);
		if (len > 3 && strcmp(name + len - 3, " ms") == 0) {
			name[len - 3] = '\0';
			add(b, name, "%s", field_age(object, key, age));
		} else if (json_is_object(value)) {
			(void)snprintf(name + len, sizeof(name) - len, " ");
			add_fields(b, name, value);
		} else if (json_is_boolean(value)) {
			add(b, name, "%s", json_is_true(value) ? "yes" : "no");
		} else if (json_is_integer(value) && *prefix != '\0' &&
			   json_integer_value(value) == 0) {
			continue; /* one of many counters */
		} else if (json_is_integer(value)) {
			add(b, name, "%lld", (long long)json_integer_value(value));
		} else {
			add(b, name, "%s", field_text(object, key));
		}
	}
}

static void
add_object(struct blocks *b, const char *head, json_t *object)
{
	begin(b, head);
	add_fields(b, "", object);
}

void
neighbor_text(const json_t *n, bool colour, struct strbuf *out)
{
	const char *state = field_text(n, "state");
	bool up = strcmp(state, "Established") == 0;
	struct table_look look = { .colour = colour };
	struct blocks b = { .table = table_new() };
	char age[DURATION_STR_MAX];

	strbuf_add_printable(out, field_text(n, "name"));
	strbuf_addf(out, ": %s", style_begin(up ? STYLE_GOOD : STYLE_BAD, colour));
	strbuf_add_printable(out, state);
	strbuf_addf(out, "%s for %s", style_end(up ? STYLE_GOOD : STYLE_BAD, colour),
	    field_age(n, "since_ms", age));
	if (*field_age(n, "down_since_ms", age) != '\0')
		strbuf_addf(out, ", down for %s", age);
	if (*field_age(n, "last_up_ms", age) != '\0')
		strbuf_addf(out, ", was up for %s before", age);
	if (json_is_true(json_object_get(n, "waits_for_bfd")))
		strbuf_add(out, ", waits for BFD to come up");
	strbuf_add_char(out, '\n');
	table_add_column(b.table, "", TABLE_LEFT);
	table_add_column(b.table, "", TABLE_LEFT);
	add_session(&b, n);
	add_timers(&b, n);
	add_routes(&b, n);
	add_transport(&b, n);
	add_object(&b, "bfd", json_object_get(n, "bfd"));
	add_object(&b, "dump", json_object_get(n, "dump"));
	table_format(b.table, look, out);
	table_free(b.table);
	neighbor_tables(n, look, out);
}
