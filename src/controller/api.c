#include "controller/api.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "controller/body.h"
#include "controller/routes.h"

void
api_response_done(struct api_response *r)
{
	json_decref(r->body);
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

static int
check_query(struct call *c)
{
	json_t *errors = json_array();
	_cleanup_(freep) char *detail = NULL;

	for (size_t i = 0; i < c->request->query_count; i++) {
		const char *name = c->request->query[i].name;
		const char *value = c->request->query[i].value;

		if (!has_word(c->route->query, name) || strchr(name, ' ') != NULL)
			field_error(errors, "", "unknown parameter \"%.60s\"; known here: %s", name,
			    c->route->query != NULL ? c->route->query : "none");
		else if (value != NULL && (strlen(value) > 256 || !field_text_is_valid(value)))
			field_error(errors, "", "%s: expected at most 256 bytes of text", name);
	}
	if (json_array_size(errors) == 0) {
		json_decref(errors);
		return 0;
	}
	detail = xstrdup(json_string_value(json_object_get(json_array_get(errors, 0), "detail")));
	return call_problem_fields(c, PROBLEM_QUERY, errors, detail);
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
			return call_problem(c, PROBLEM_QUERY, "this request takes no body");
		return 0;
	}
	/* also keeps forms of foreign web pages out: they cannot say so without asking first */
	if (!is_json(c->request->content_type))
		return call_problem(
		    c, PROBLEM_MEDIA_TYPE, "expected Content-Type: application/json");
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

/* The project that the path names, by its name or id. */
static int
find_project(struct call *c)
{
	_cleanup_(store_rows_done) struct store_rows rows = { 0 };
	int r;

	c->project[0] = '\0';
	if (strstr(c->route->path, "{project}") == NULL)
		return 0;
	r = store_query(c->store, &rows, c->e, "SELECT id FROM projects WHERE id = $1 OR name = $1",
	    SQL_TEXT(c->params[0]));
	if (r < 0)
		return r;
	/* whoever may see no other project may not learn which there are */
	if (!store_next(&rows))
		return c->caller.role == ROLE_NONE
			   ? call_may(c, c->route->action, "")
			   : call_problem(c, PROBLEM_NOT_FOUND, "there is no such project");
	(void)snprintf(c->project, sizeof(c->project), "%s", store_text(&rows, 0));
	return 0;
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
	if (r >= 0)
		r = call_keep_answer(c);
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
		    c, PROBLEM_STORE, "the store has no room left; nothing was changed");
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
	if (c->route->flags & ROUTE_NO_STORE)
		r = c->route->handle(c);
	else if (c->route->flags & ROUTE_WRITES)
		r = store_transaction(c->store, attempt, c, &e);
	else
		r = store_read(c->store, attempt, c, &e);
	if (r < 0 && r != CALL_REFUSED) {
		api_response_done(c->response);
		answer_error(c, r);
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
		(void)call_problem(&c, PROBLEM_METHOD, "expected %s", allow);
		(void)snprintf(response->allow, sizeof(response->allow), "%s", allow);
	} else {
		(void)call_problem(&c, PROBLEM_NOT_FOUND, "there is nothing at this address");
	}
	for (size_t i = 0; i < CALL_PARAMS_MAX; i++)
		free(c.params[i]);
	json_decref(c.body);
}
