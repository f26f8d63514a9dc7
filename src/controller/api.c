#include "controller/api.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "controller/body.h"
#include "controller/routes.h"

#define SEGMENTS_MAX 8

void
api_response_done(struct api_response *r)
{
	json_decref(r->body);
	free(r->made_text);
	strbuf_done(&r->stream_text);
	topics_done(&r->topics);
	*r = (struct api_response){ 0 };
}

/* Whether the word stands in a list with blanks between; NULL is an empty list. */
static bool
has_word(const char *list, const char *word)
{
	size_t len = strlen(word);

	while (list != NULL && *list != '\0') {
		size_t n = strcspn(list, " ");

		if (n == len && memcmp(list, word, n) == 0)
			return true;
		list += n + strspn(list + n, " ");
	}
	return false;
}

/* What is asked for is only to be tried: it is done, answered, and rolled back. */
static bool
is_dry_run(const struct call *c)
{
	return call_query(c, "dry_run") != NULL;
}

/* Whether one of the parameters before is called so, too: of two none may win. */
static bool
is_repeated(const struct api_request *q, size_t i)
{
	for (size_t k = 0; k < i; k++) {
		if (strcmp(q->query[k].name, q->query[i].name) == 0)
			return true;
	}
	return false;
}

static int
check_query(struct call *c)
{
	json_t *errors = json_array();

	for (size_t i = 0; i < c->request->query_count; i++) {
		const char *name = c->request->query[i].name;
		const char *value = c->request->query[i].value;
		char field[64];

		utf8_format(field, sizeof(field), "%s", name);
		if (!has_word(c->route->query, name) || strchr(name, ' ') != NULL)
			field_error(errors, field, "unknown parameter; known here: %s",
			    c->route->query != NULL ? c->route->query : "none");
		else if (is_repeated(c->request, i))
			field_error(errors, field, "is there more than once; expected once");
		else if (value != NULL && (strlen(value) > 256 || !field_text_is_valid(value)))
			field_error(errors, field, "expected at most 256 bytes of text");
		else if (strcmp(name, "dry_run") == 0 &&
			 (value == NULL || strcmp(value, "true") != 0))
			field_error(errors, field, "expected true, or no such parameter");
	}
	if (json_array_size(errors) == 0) {
		json_decref(errors);
		return 0;
	}
	return call_problem_errors(c, PROBLEM_QUERY, errors);
}

static bool
is_json(const char *content_type)
{
	static const char type[] = "application/json";
	size_t len = strlen(type);

	return content_type != NULL && strncasecmp(content_type, type, len) == 0 &&
	       (content_type[len] == '\0' || content_type[len] == ';' || content_type[len] == ' ');
}

static int
read_body(struct call *c)
{
	json_t *errors;
	_cleanup_(freep) char *detail = NULL;

	if (!(c->route->flags & ROUTE_BODY)) {
		if (c->request->body_len > 0)
			return call_problem_about(
			    c, PROBLEM_QUERY, "", "this request takes no body");
		return 0;
	}
	/* also keeps forms of foreign web pages out: they cannot say so without asking first */
	if (!is_json(c->request->content_type))
		return call_problem_about(c, PROBLEM_MEDIA_TYPE, "Content-Type",
		    "expected Content-Type: application/json");
	errors = json_array();
	c->body = body_read(c->request->body, c->request->body_len, errors);
	if (c->body != NULL) {
		json_decref(errors);
		return 0;
	}
	detail = xstrdup(json_string_value(json_object_get(json_array_get(errors, 0), "detail")));
	return call_problem_fields(c,
	    c->request->body_len > BODY_BYTES_MAX ? PROBLEM_TOO_LARGE : PROBLEM_FIELDS, errors,
	    detail);
}

/* The project that the path names, by its name or id, or by what it has. */
static int
find_project(struct call *c)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	bool by_ip = strstr(c->route->path, "{ip}") != NULL;
	int r;

	c->project[0] = '\0';
	if (strstr(c->route->path, "{project}") != NULL)
		r = store_query(c->store, &rows, c->e,
		    "SELECT id FROM projects WHERE id = $1 OR name = $1", SQL_TEXT(c->params[0]));
	else if (by_ip)
		r = store_query(c->store, &rows, c->e,
		    "SELECT project FROM global_ips WHERE id = $1", SQL_TEXT(c->params[0]));
	else
		return 0;
	if (r < 0)
		return r;
	/* whoever may see no other project may not learn which there are: as if it were somebody's
	 */
	if (!store_next(&rows)) {
		r = call_may(c, c->route->action, "-");
		return r < 0 ? r : call_hidden(c);
	}
	(void)snprintf(c->project, sizeof(c->project), "%s", store_text(&rows, 0));
	return 0;
}

/* Those who wait at other controllers: they hear it when it is committed. */
static int
tell(struct call *c)
{
	const char *from = c->request->from != NULL ? c->request->from : "-";
	char payload[TOPICS_PAYLOAD_SIZE];
	size_t next = 0;
	int r = 0;

	topics_unite(&c->response->topics);
	while (r >= 0 && topics_payload(&c->response->topics, from, &next, payload))
		r = store_notify(c->store, payload, c->e);
	return r;
}

/* Rolls back what was done, and leaves the answer to it: where it is, and its revision, do not
 * last. */
static int
take_back(struct call *c)
{
	c->response->status = 200;
	c->response->etag[0] = c->response->location[0] = '\0';
	return CALL_REFUSED;
}

/* Whose last use it is. */
static void
note_caller(struct call *c)
{
	struct api_response *r = c->response;

	if (c->caller.role < ROLE_VIEWER || c->caller.id[0] == '\0')
		return;
	(void)snprintf(r->token, sizeof(r->token), "%s", c->caller.id);
	(void)snprintf(r->session, sizeof(r->session), "%s", c->caller.session);
}

static int
attempt(struct store *store, void *arg, struct err *e)
{
	struct call *c = arg;
	int r;

	api_response_done(c->response);
	c->store = store;
	c->e = e;
	r = call_authenticate(c);
	if (r >= 0 && c->caller.role == ROLE_HOST)
		(void)snprintf(c->response->host, sizeof(c->response->host), "%s", c->caller.id);
	note_caller(c);
	if (r >= 0)
		r = find_project(c);
	if (r >= 0)
		r = call_may(c, c->route->action, c->project);
	if (r >= 0)
		r = check_query(c);
	if (r >= 0 && c->body == NULL)
		r = read_body(c);
	if (r >= 0)
		r = call_find_answer(c);
	if (r != 0)
		return r < 0 ? r : 0;
	r = c->route->handle(c);
	if (r >= 0 && is_dry_run(c))
		r = take_back(c);
	if (r >= 0)
		r = call_keep_answer(c);
	if (r >= 0)
		r = tell(c);
	return r;
}

/* What an error of the store is to a client, who is told no details of it. */
static void
answer_error(struct call *c, int error)
{
	(void)snprintf(c->response->why, sizeof(c->response->why), "%s", c->e->message);
	switch (error) {
	case STORE_COLLIDED:
		(void)call_problem(
		    c, PROBLEM_STORE, "too many changes at the same time; try again");
		return;
	case STORE_EXISTS:
		(void)call_problem(c, PROBLEM_CONFLICT, "there is such an object already");
		return;
	case STORE_CONSTRAINT:
		(void)call_problem(c, PROBLEM_CONFLICT, "other objects still refer to it");
		return;
	case STORE_AWAY:
		(void)call_problem(c, PROBLEM_STORE, "nothing was changed; try again");
		break;
	case STORE_FULL:
		(void)call_problem(
		    c, PROBLEM_STORE_FULL, "nothing was changed; try again when there is room");
		break;
	case STORE_REPLACED:
		(void)call_problem(c, PROBLEM_STORE,
		    "the store's file was replaced or removed under the controller; nothing was "
		    "changed");
		break;
	case STORE_UNKNOWN:
		(void)call_problem(c, PROBLEM_OUTCOME_UNKNOWN,
		    "the store was lost while it committed: ask whether it was done, or repeat the "
		    "request with the same Idempotency-Key");
		break;
	default:
		(void)call_problem(
		    c, PROBLEM_INTERNAL, "the reason stands in the controller's log");
	}
	c->response->failed = true;
}

static void
run(struct call *c)
{
	struct err e = { 0 };
	int r;

	c->e = &e;
	if (c->route->flags & ROUTE_NO_STORE) {
		r = check_query(c);
		if (r >= 0)
			r = read_body(c);
		if (r >= 0)
			r = c->route->handle(c);
	} else if (c->route->flags & ROUTE_DESIRED)
		r = attempt(c->store, c, &e);
	else if (c->route->flags & ROUTE_WRITES)
		r = store_transaction(c->store, attempt, c, &e);
	else
		r = store_read(c->store, attempt, c, &e);
	/* lost in the commit, it may have been made: who waits looks for himself */
	if (r < 0 && r != STORE_UNKNOWN)
		topics_done(&c->response->topics);
	c->response->store_used = !(c->route->flags & ROUTE_NO_STORE);
	c->response->store_written = r >= 0 && (c->route->flags & ROUTE_WRITES);
	if (r < 0 && r != CALL_REFUSED) {
		struct topics topics = c->response->topics;

		c->response->topics = (struct topics){ 0 };
		api_response_done(c->response);
		answer_error(c, r);
		c->response->store_used = true;
		c->response->store_error = r;
		c->response->topics = topics;
	}
}

void
api_answer(struct store *store, const struct api_request *request, struct api_response *response)
{
	struct call c = { .request = request, .response = response, .store = store };
	char allow[sizeof(response->allow)];

	c.route = route_find(request, c.params, allow, sizeof(allow));
	if (c.route != NULL) {
		run(&c);
	} else if (allow[0] != '\0') {
		(void)call_problem_about(&c, PROBLEM_METHOD, "method", "expected %s", allow);
		(void)snprintf(response->allow, sizeof(response->allow), "%s", allow);
	} else {
		(void)call_problem_about(
		    &c, PROBLEM_NOT_FOUND, "path", "there is nothing at this address");
	}
	for (size_t i = 0; i < CALL_PARAMS_MAX; i++)
		free(c.params[i]);
	json_decref(c.body);
}

void
api_do_own(struct store *store, const struct api_request *request, int (*fn)(struct call *c),
    struct api_response *response)
{
	const struct route route = { .method = request->method,
		.path = request->path,
		.action = ACTION_BE_WELL,
		.flags = ROUTE_WRITES,
		.handle = fn };
	struct api_request own = *request;
	struct call c = {
		.request = &own, .response = response, .store = store, .route = &route
	};

	own.is_own = true;
	run(&c);
}

/* The parts of a path that we wrote ourselves; text is changed. */
static size_t
split(char *text, const char *segments[static SEGMENTS_MAX])
{
	size_t n = 0;

	while (*text == '/' && n < SEGMENTS_MAX) {
		*text++ = '\0';
		segments[n++] = text;
		text += strcspn(text, "/");
	}
	return n;
}

int
api_do_within(struct call *c, const struct api_request *request, json_t *body, const char *undo_of)
{
	_cleanup_(freep) char *path = xstrdup(request->path);
	const char *segments[SEGMENTS_MAX];
	struct api_request inner_request = *request;
	struct call inner = *c;
	char allow[sizeof(c->response->allow)];
	int r;

	inner_request.segments = segments;
	inner_request.segment_count = split(path, segments);
	memset(inner.params, 0, sizeof(inner.params));
	inner.request = &inner_request;
	inner.body = body;
	inner.undo_of = undo_of;
	inner.route = route_find(&inner_request, inner.params, allow, sizeof(allow));
	if (inner.route == NULL)
		return call_problem(c, PROBLEM_CONFLICT, "there is no way back for this change");
	r = find_project(&inner);
	if (r >= 0)
		r = call_may(&inner, inner.route->action, inner.project);
	if (r >= 0)
		r = inner.route->handle(&inner);
	for (size_t i = 0; i < CALL_PARAMS_MAX; i++)
		free(inner.params[i]);
	return r;
}
