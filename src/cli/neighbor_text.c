/* One neighbor, all that is known: blocks of keys and values, then tables. */
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
}

static void
add_routes(struct blocks *b, const json_t *n)
{
	json_t *by_family = json_object_get(n, "announced_by_family"), *count;
	_cleanup_(strbuf_done) struct strbuf sent = { 0 };
	const char *family;

	begin(b, "routes");
	json_object_foreach (by_family, family, count)
		strbuf_addf(&sent, "%s%lld %s", sent.len > 0 ? ", " : "",
		    (long long)json_integer_value(count), family);
	add(b, "announced", "%s", strbuf_get(&sent));
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

static const char *
yes_or_no(const json_t *value)
{
	if (json_is_boolean(value))
		return json_is_true(value) ? "yes" : "no";
	return "";
}

/* "yes", "no", or that what is configured was left out because the neighbor refused it. */
static const char *
our_offer(const json_t *n, const json_t *capability)
{
	bool configured = json_is_true(json_object_get(capability, "configured"));
	bool offered = json_is_true(json_object_get(capability, "offered"));
	const json_t *sent = json_object_get(json_object_get(n, "messages"), "sent");

	if (configured && !offered && field_int(sent, "open") > 0)
		return "dropped: it was refused";
	return configured ? "yes" : "no";
}

static void
add_capabilities(const json_t *n, struct table_look look, struct strbuf *out)
{
	static const char *const heads[] = { "capability", "in use", "neighbor's", "ours", NULL };
	bool up = strcmp(field_text(n, "state"), "Established") == 0;
	const json_t *list = json_object_get(n, "capabilities"), *c,
		     *role = json_object_get(n, "role");
	struct table *t = fields_table(heads);
	size_t i;

	json_array_foreach (list, i, c) {
		char name[64];

		(void)snprintf(name, sizeof(name), "%s", field_text(c, "name"));
		for (char *at = name; *at != '\0'; at++)
			*at = *at == '_' ? '-' : *at; /* as in the configuration */
		table_add_row(t);
		table_add_cell(t, name);
		table_add_cell(t, up ? yes_or_no(json_object_get(c, "negotiated")) : "");
		table_add_cell(t, yes_or_no(json_object_get(c, "received")));
		table_add_cell(t, our_offer(n, c));
	}
	if (*field_text(role, "ours") != '\0' || *field_text(role, "neighbors") != '\0') {
		table_add_row(t);
		table_add_cell(t, "role");
		table_add_cell(t, "");
		table_add_cell(t, field_text(role, "neighbors"));
		table_add_cellf(t, "%s%s", field_text(role, "ours"),
		    json_is_true(json_object_get(role, "strict")) ? ", strict" : "");
	}
	fields_table_end(t, json_array_size(list) > 0, look, out);
}

static void
add_messages(const json_t *n, struct table_look look, struct strbuf *out)
{
	const json_t *messages = json_object_get(n, "messages");
	json_t *sent = json_object_get(messages, "sent"), *count;
	const json_t *received = json_object_get(messages, "received");
	struct table *t = table_new();
	const char *key;

	table_add_column(t, "messages", TABLE_LEFT);
	table_add_column(t, "sent", TABLE_RIGHT);
	table_add_column(t, "received", TABLE_RIGHT);
	json_object_foreach (sent, key, count) {
		table_add_row(t);
		table_add_cell(t, strcmp(key, "route_refresh") == 0 ? "route refresh" : key);
		table_add_cellf(t, "%lld", (long long)json_integer_value(count));
		table_add_cellf(t, "%lld", field_int(received, key));
	}
	fields_table_end(t, json_object_size(sent) > 0, look, out);
}

/* RFC 7606 has its own words for what becomes of an UPDATE. */
static void
add_verdicts(const json_t *n, struct table_look look, struct strbuf *out)
{
	static const char *const rows[][2] = {
		{ "accept", "accepted" },
		{ "discard", "with attributes discarded" },
		{ "withdraw", "treated as withdrawn" },
		{ "reset", "ended the session" },
	};
	const json_t *verdicts = json_object_get(n, "verdicts");
	struct table *t = table_new();

	table_add_column(t, "updates received", TABLE_LEFT);
	table_add_column(t, "", TABLE_RIGHT);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		table_add_row(t);
		table_add_cell(t, rows[i][1]);
		table_add_cellf(t, "%lld", field_int(verdicts, rows[i][0]));
	}
	table_add_row(t);
	table_add_cell(t, "attributes discarded");
	table_add_cellf(t, "%lld", field_int(n, "attributes_discarded"));
	fields_table_end(t, json_is_object(verdicts), look, out);
}

static void
add_seen(const json_t *n, struct table_look look, struct strbuf *out)
{
	static const char *const heads[] = { "seen from elsewhere", "since", "origin as", "path",
		NULL };
	const json_t *list = json_object_get(n, "seen"), *s;
	struct table *t = fields_table(heads);
	char age[DURATION_STR_MAX];
	size_t i;

	json_array_foreach (list, i, s) {
		_cleanup_(strbuf_done) struct strbuf path = { 0 };

		field_path(s, "as_path", &path);
		table_add_row(t);
		table_add_cell(t, field_text(s, "prefix"));
		table_add_cell(t, field_age(s, "since_ms", age));
		table_add_cellf(t, "%lld", field_int(s, "origin_as"));
		table_add_cell(t, strbuf_get(&path));
	}
	fields_table_end(t, json_array_size(list) > 0, look, out);
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
	strbuf_addf(out, "%s for %s%s\n", style_end(up ? STYLE_GOOD : STYLE_BAD, colour),
	    field_age(n, "since_ms", age),
	    json_is_true(json_object_get(n, "waits_for_bfd")) ? ", waits for BFD to be up" : "");
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
	add_capabilities(n, look, out);
	add_messages(n, look, out);
	add_verdicts(n, look, out);
	add_seen(n, look, out);
}
