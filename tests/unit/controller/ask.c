#include "ask.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "controller/desired_cache.h"
#include "tap.h"

#define START_NS (INT64_C(1800000000) * 1000000000)

static void
make_token(struct asker *a, enum who who, const char *body)
{
	ASK(a, 201, ADMIN, "POST", "/api/v1/tokens", body);
	(void)snprintf(a->tokens[who], sizeof(a->tokens[who]), "%s", said(a, "token"));
}

bool
asker_init(struct asker *a)
{
	struct err e = { 0 };
	char path[80];
	int r;

	*a = (struct asker){ .now = START_NS, .desired = desired_cache_new() };
	(void)snprintf(a->folder, sizeof(a->folder), "/tmp/nearcast-api-XXXXXX");
	if (mkdtemp(a->folder) == NULL)
		return false;
	(void)snprintf(path, sizeof(path), "%s/store", a->folder);
	r = store_open(path, &a->store, &e);
	if (r >= 0)
		r = store_migrate(a->store, &e);
	if (r >= 0)
		r = api_make_administrator(a->store, "root", a->now, a->tokens[ADMIN], &e);
	if (r < 0) {
		tap_fail(__FILE__, __LINE__, "%s", e.message);
		return false;
	}
	ASK(a, 201, ADMIN, "POST", "/api/v1/projects", "{'name': 'alpha'}");
	ASK(a, 201, ADMIN, "POST", "/api/v1/projects", "{'name': 'beta'}");
	make_token(a, OPERATOR, "{'name': 'op', 'role': 'operator', 'project': 'alpha'}");
	make_token(a, VIEWER, "{'name': 'eye', 'role': 'viewer', 'project': 'alpha'}");
	make_token(a, AUDITOR, "{'name': 'auditor', 'role': 'viewer'}");
	make_token(a, STRANGER, "{'name': 'other', 'role': 'operator', 'project': 'beta'}");
	return tap_failures == 0;
}

void
asker_done(struct asker *a)
{
	static const char *const files[] = { "store", "store-wal", "store-shm" };
	char path[80];

	api_response_done(&a->response);
	store_close(a->store);
	desired_cache_free(a->desired);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", a->folder, files[i]);
		(void)unlink(path);
	}
	(void)rmdir(a->folder);
}

/* Splits "a=1&b=2"; text is changed. */
static size_t
split_query(char *text, struct api_pair *pairs, size_t max)
{
	size_t n = 0;

	for (char *save, *one = strtok_r(text, "&", &save); one != NULL && n < max;
	     one = strtok_r(NULL, "&", &save)) {
		char *equals = strchr(one, '=');

		if (equals != NULL)
			*equals = '\0';
		pairs[n++] = (struct api_pair){ one, equals != NULL ? equals + 1 : NULL };
	}
	return n;
}

/* "/a/b" into "a" and "b"; text is changed. */
static size_t
split_path(char *text, const char **segments, size_t max)
{
	size_t n = 0;

	while (*text == '/' && n < max) {
		*text++ = '\0';
		segments[n++] = text;
		text += strcspn(text, "/");
	}
	return n;
}

static char *
double_quotes(const char *body)
{
	char *text = xstrdup(body != NULL ? body : "");

	for (char *s = text; *s != '\0'; s++)
		*s = *s == '\'' ? '"' : *s;
	return text;
}

unsigned
ask(struct asker *a, enum who who, const char *method, const char *path, const char *body)
{
	_cleanup_(freep) char *text = double_quotes(body), *at = xstrdup(path), *parts;
	_cleanup_(freep) char *bearer =
	    xasprintf("Bearer %s", a->token ? a->token : a->tokens[who]);
	char *mark = strchr(at, '?');
	struct api_pair query[8];
	const char *segments[16];
	struct api_request q = { .method = method,
		.path = at,
		.segments = segments,
		.query = query,
		.authorization = who != NOBODY || a->token ? bearer : NULL,
		.if_match = a->if_match,
		.if_none_match = a->if_none_match,
		.idempotency_key = a->key,
		.body = text,
		.body_len = strlen(text),
		.wait = a->wait,
		.cookie = a->cookie,
		.csrf = a->csrf,
		.origin = a->origin,
		.fetch_site = a->fetch_site,
		.host = "controller.example",
		.last_event_id = a->last_event_id,
		.streams = a->streams,
		.stream_from = a->stream_from,
		.peer = a->peer,
		.desired = a->desired,
		.now = a->now };

	if (mark != NULL) {
		*mark = '\0';
		q.query_count = split_query(mark + 1, query, ARRAY_SIZE(query));
	}
	parts = xstrdup(at);
	q.segment_count = split_path(parts, segments, ARRAY_SIZE(segments));
	q.content_type = a->content_type != NULL ? a->content_type : "application/json";
	a->if_match = a->if_none_match = a->key = a->token = a->content_type = NULL;
	a->wait = 0;
	a->cookie = a->csrf = a->origin = a->fetch_site = a->last_event_id = NULL;
	a->streams = false;
	a->now += 1000000;
	api_response_done(&a->response);
	api_answer(a->store, &q, &a->response);
	if (a->response.made_text != NULL)
		a->response.body = json_loads(a->response.made_text, 0, NULL);
	return a->response.status;
}

static const json_t *
find(struct asker *a, const char *path)
{
	const json_t *at = a->response.body;

	while (*path != '\0' && at != NULL) {
		size_t n = strcspn(path, ".");
		char key[64];

		(void)snprintf(key, sizeof(key), "%.*s", (int)n, path);
		at = json_is_array(at) ? json_array_get(at, (size_t)atoi(key))
				       : json_object_get(at, key);
		path += n + (path[n] == '.');
	}
	return at;
}

const char *
said(struct asker *a, const char *path)
{
	const char *text = json_string_value(find(a, path));

	return text != NULL ? text : "";
}

int64_t
said_int(struct asker *a, const char *path)
{
	const json_t *value = find(a, path);

	return json_is_array(value) ? (int64_t)json_array_size(value) : json_integer_value(value);
}

size_t
said_topic(struct asker *a, const char *topic)
{
	const struct topics *t = &a->response.topics;
	size_t n = 0;

	for (size_t i = 0; i < t->count; i++)
		n += strcmp(t->texts[i], topic) == 0;
	return n;
}

const char *
said_error(struct asker *a)
{
	static char text[1024];

	if (find(a, "errors.0") == NULL)
		(void)snprintf(text, sizeof(text), "%s", said(a, "detail"));
	else
		(void)snprintf(text, sizeof(text), "%s: %s", said(a, "errors.0.field"),
		    said(a, "errors.0.detail"));
	return text;
}

void
ask_complain(struct asker *a, const char *file, int line, unsigned got, unsigned want)
{
	_cleanup_(freep) char *text =
	    a->response.body != NULL ? json_dumps(a->response.body, JSON_COMPACT) : xstrdup("");

	tap_fail(file, line, "status %u, wanted %u: %s %s", got, want, text, a->response.why);
}
