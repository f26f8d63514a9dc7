#include "controller/call.h"

#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "controller/routes.h"

#define DETAIL_MAX 512
#define PART_MAX 32

int
call_problem_fields(struct call *c, enum problem problem, json_t *errors, const char *detail)
{
	struct api_response *r = c->response;

	json_decref(r->body);
	r->status = problem_status(problem);
	r->is_problem = true;
	r->body = problem_document(problem, detail, errors);
	if (problem == PROBLEM_STORE || problem == PROBLEM_OUTCOME_UNKNOWN)
		r->retry_after = 1;
	else if (problem == PROBLEM_AWAITED)
		r->retry_after = 2;
	else if (problem == PROBLEM_STORE_FULL)
		r->retry_after = 10;
	return CALL_REFUSED;
}

int
call_problem(struct call *c, enum problem problem, const char *fmt, ...)
{
	char detail[DETAIL_MAX];
	va_list ap;

	va_start(ap, fmt);
	utf8_vformat(detail, sizeof(detail), fmt, ap);
	va_end(ap);
	return call_problem_fields(c, problem, NULL, detail);
}

/* A list with one error, the caller's; and its text. */
static _printf_(3, 0) json_t *one_error(
    const char *field, char detail[static DETAIL_MAX], const char *fmt, va_list ap)
{
	json_t *errors = json_array();

	utf8_vformat(detail, DETAIL_MAX, fmt, ap);
	field_error(errors, field, "%s", detail);
	return errors;
}

int
call_problem_field(struct call *c, const char *pointer, const char *fmt, ...)
{
	char detail[DETAIL_MAX];
	json_t *errors;
	va_list ap;

	va_start(ap, fmt);
	errors = one_error(pointer, detail, fmt, ap);
	va_end(ap);
	return call_problem_fields(c, PROBLEM_FIELDS, errors, detail);
}

int
call_problem_about(struct call *c, enum problem problem, const char *field, const char *fmt, ...)
{
	char detail[DETAIL_MAX];
	json_t *errors = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (field != NULL)
		errors = one_error(field, detail, fmt, ap);
	else
		utf8_vformat(detail, sizeof(detail), fmt, ap);
	va_end(ap);
	return call_problem_fields(c, problem, errors, detail);
}

/* The name of the n-th open part of the route's path, from 0: "site"; "": there is none. */
static void
name_of_part(const struct route *route, size_t n, char name[static PART_MAX])
{
	const char *at = strchr(route->path, '{');

	while (at != NULL && n-- > 0)
		at = strchr(at + 1, '{');
	name[0] = '\0';
	if (at != NULL)
		(void)snprintf(name, PART_MAX, "%.*s", (int)strcspn(at + 1, "}"), at + 1);
}

int
call_not_found(struct call *c, const char *what, const char *name)
{
	char field[PART_MAX] = "";

	/* of two that are called alike it is the one behind: the other was found before */
	for (size_t i = CALL_PARAMS_MAX; i-- > 0 && field[0] == '\0';) {
		if (c->params[i] != NULL && strcmp(c->params[i], name) == 0)
			name_of_part(c->route, i, field);
	}
	return call_problem_about(c, PROBLEM_NOT_FOUND, field[0] != '\0' ? field : NULL,
	    "there is no %s \"%.80s\"", what, name);
}

int
call_not_found_first(struct call *c, const char *what)
{
	char field[PART_MAX];

	name_of_part(c->route, 0, field);
	return call_problem_about(c, PROBLEM_NOT_FOUND, field[0] != '\0' ? field : NULL,
	    "there is no such %s", what);
}

/* "/legs: expected 2 to 8", and how many more. */
static char *
summary_of(const json_t *errors)
{
	const json_t *first = json_array_get(errors, 0);
	const char *field = json_string_value(json_object_get(first, "field"));
	const char *detail = json_string_value(json_object_get(first, "detail"));
	size_t more = json_array_size(errors) - 1;

	if (more > 0)
		return xasprintf("%s%s%s; and %zu more", field, *field ? ": " : "", detail, more);
	return xasprintf("%s%s%s", field, *field ? ": " : "", detail);
}

int
call_problem_errors(struct call *c, enum problem problem, json_t *errors)
{
	_cleanup_(freep) char *detail = summary_of(errors);

	return call_problem_fields(c, problem, errors, detail);
}

int
call_problem_parameter(struct call *c, const char *name, const char *fmt, ...)
{
	char detail[DETAIL_MAX];
	json_t *errors;
	va_list ap;

	va_start(ap, fmt);
	errors = one_error(name, detail, fmt, ap);
	va_end(ap);
	return call_problem_errors(c, PROBLEM_QUERY, errors);
}
