/*
 * Each route, for each caller, with its own objects, others' and none: what is answered is what the
 * table of roles says, others' objects look as if they were not there, nothing of them is told, and
 * nothing is changed by who may not.
 */
#include "matrix.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "tap.h"

/* Or something that is a project's wherever it stands. */
static bool
names_project(const struct route *route)
{
	return strstr(route->path, "{project}") != NULL || strstr(route->path, "{ip}") != NULL;
}

#define NO_REFUSAL 0
#define WHATEVER 1

/* What is there, or is it not, for somebody who may do so? */
static unsigned
wanted_of_object(
    const struct route *route, const struct matrix_caller *who, enum matrix_object object)
{
	bool has_project = names_project(route);

	if (strchr(route->path, '{') == NULL)
		return NO_REFUSAL;
	if (object == OBJECT_ABSENT || object == OBJECT_ABSENT_INSIDE ||
	    object == OBJECT_FOREIGN_INSIDE)
		return 404;
	/* what belongs to no project may be seen by all */
	if (!has_project && strcmp(who->project, "beta") == 0)
		return WHATEVER;
	return object == OBJECT_FOREIGN && strcmp(who->project, "alpha") == 0 ? 404 : NO_REFUSAL;
}

/* What is right for this request. */
static unsigned
wanted(const struct route *route, const struct matrix_caller *who, enum matrix_object object)
{
	bool has_project = names_project(route);
	const char *project = object == OBJECT_FOREIGN  ? "beta"
			      : object == OBJECT_ABSENT ? "nosuch"
							: "alpha";
	enum belongs belongs = BELONGS_OTHER;

	if (route->flags & ROUTE_NO_STORE)
		return NO_REFUSAL;
	if (!who->is_valid)
		return 401;
	if (who->project[0] == '\0' && who->role >= ROLE_VIEWER)
		belongs = BELONGS_OWN;
	else if (route->action == ACTION_AGENT && who->role == ROLE_HOST)
		belongs = BELONGS_OWN;
	else if (!has_project)
		belongs = BELONGS_NOBODY;
	else if (strcmp(project, who->project) == 0)
		belongs = BELONGS_OWN;
	switch (role_may(who->role, route->action, belongs)) {
	case ROLE_UNKNOWN_CALLER:
		return 401;
	case ROLE_FORBIDDEN:
		return 403;
	case ROLE_HIDDEN:
		return 404;
	case ROLE_ALLOWED:
		break;
	}
	return wanted_of_object(route, who, object);
}

/* Whether a caller may learn what is beta's: a host of no project runs the services of all. */
static bool
is_trusted(const struct matrix_caller *who)
{
	return who->is_valid && (strcmp(who->project, "beta") == 0 ||
				    (who->project[0] == '\0' && who->role >= ROLE_HOST));
}

static void
complain(const struct matrix_caller *who, const struct route *route, const char *path,
    const char *what, const char *answer)
{
	tap_fail(__FILE__, __LINE__, "%s: %s %s: %s: %.400s", who->name, route->method, path, what,
	    answer);
}

/* No secret is in the answer, but for one that was in the question. */
static const char *
leaked(const struct matrix *m, const char *path, const char *answer)
{
	json_t *secret;
	size_t i;

	json_array_foreach (m->secrets, i, secret) {
		const char *text = json_string_value(secret);

		if (strstr(path, text) == NULL && strstr(answer, text) != NULL)
			return text;
	}
	return NULL;
}

static bool
is_documented(const json_t *body, unsigned status)
{
	const char *type = json_string_value(json_object_get(body, "type"));

	for (int p = 0; type != NULL && p < PROBLEM_COUNT; p++) {
		if (strcmp(problem_type((enum problem)p), type) == 0)
			return problem_status((enum problem)p) == status &&
			       json_integer_value(json_object_get(body, "status")) == (int)status;
	}
	return false;
}

/* The answer as text, of which what was asked for is taken out; owned by the caller. */
static char *
essence(const struct matrix *m, const char *named)
{
	_cleanup_(freep) char *text =
	    m->a.response.body != NULL ? json_dumps(m->a.response.body, JSON_COMPACT) : xstrdup("");
	struct strbuf out = { 0 };

	strbuf_addf(&out, "%u ", m->a.response.status);
	for (const char *s = text; *s != '\0'; s++) {
		if (named != NULL && str_starts_with(s, named)) {
			strbuf_add_char(&out, '?');
			s += strlen(named) - 1;
		} else {
			strbuf_add_char(&out, *s);
		}
	}
	return strbuf_take(&out);
}

struct asked {
	const struct route *route;
	const struct matrix_caller *who;
	enum matrix_object object;
	const char *path, *body;
};

static bool
is_right(unsigned want, unsigned got)
{
	if (want == NO_REFUSAL)
		return got != 401 && got != 403 && got != 404 && got < 500;
	return want == WHATEVER ? got < 500 : got == want;
}

static void
judge(struct matrix *m, const struct asked *q, unsigned got)
{
	unsigned want = wanted(q->route, q->who, q->object);
	bool changed = matrix_has_changed(m);
	_cleanup_(freep) char *answer = essence(m, NULL);
	const char *secret;

	/* who may be without a token may be refused for other reasons */
	if (q->route->action == ACTION_BE_WELL && want == NO_REFUSAL)
		want = WHATEVER;
	if (!is_right(want, got))
		complain(q->who, q->route, q->path, "another status is right", answer);
	if (got >= 400 && !is_documented(m->a.response.body, got))
		complain(q->who, q->route, q->path, "is no problem that is known", answer);
	if (!is_trusted(q->who) && (secret = leaked(m, q->path, answer)) != NULL)
		complain(q->who, q->route, q->path, secret, answer);
	if (changed && (got >= 400 || !(q->route->flags & ROUTE_WRITES)))
		complain(q->who, q->route, q->path, "something was changed", answer);
	if (changed)
		matrix_reset(m);
}

/* Asks for an object of that kind; what was answered, without its name; NULL: there is none of that
 * kind. */
static char *
ask_for(struct matrix *m, const struct route *route, const struct matrix_caller *who,
    enum matrix_object object)
{
	_cleanup_(freep) char *named = NULL, *body = NULL, *path = NULL, *text = NULL;
	unsigned status;

	path = matrix_path(m, route, object, &named);
	if (path == NULL)
		return NULL;
	body = matrix_body(m, route, "alpha", false);
	status = matrix_ask(m, who, route, path, body);
	text = essence(m, named);
	judge(m, &(struct asked){ route, who, object, path, body }, status);
	return xstrdup(text);
}

static void
compare(struct matrix *m, const struct route *route, const struct matrix_caller *who,
    enum matrix_object foreign, enum matrix_object absent)
{
	_cleanup_(freep) char *one = ask_for(m, route, who, foreign), *other = NULL;

	if (one == NULL)
		return;
	other = ask_for(m, route, who, absent);
	if (is_trusted(who) && foreign == OBJECT_FOREIGN)
		return;
	if (other == NULL || strcmp(one, other) != 0)
		complain(who, route, one, "differs from what is not there", other);
}

TEST(each_route_for_each_caller)
{
	struct matrix m;

	REQUIRE(matrix_init(&m));
	for (size_t i = 0; i < routes_count; i++) {
		for (size_t j = 0; j < MATRIX_CALLERS; j++) {
			const struct matrix_caller *who = &m.callers[j];
			_cleanup_(freep) char *own = ask_for(&m, &routes[i], who, OBJECT_OWN);

			/* then only what is not there is asked for: things[] of matrix.c */
			if (own == NULL && j == 0)
				(void)printf("# nothing to ask for: %s %s\n", routes[i].method,
				    routes[i].path);
			compare(&m, &routes[i], who, OBJECT_FOREIGN, OBJECT_ABSENT);
			compare(&m, &routes[i], who, OBJECT_FOREIGN_INSIDE, OBJECT_ABSENT_INSIDE);
		}
	}
	matrix_done(&m);
}
